"""Luma's webhooks: guests registered, updated, declined; tickets registered.

Source: docs.luma.com/reference/webhook_guest_registered, as in Luma's OpenAPI (api-evangelist/luma,
openapi/openapi.json), and help.luma.com/p/webhooks. Nothing in a guest says when it changed, so the time of sending
counts: of two changes the one that Luma sent later wins.
"""

from __future__ import annotations

from shared.registrations.mapped import Map, reader
from shared.registrations.registration import Status

WHERE = Map(
    kind="payload.type",
    kinds=dict.fromkeys(("guest.registered", "guest.updated", "ticket.registered"), Status.REGISTERED),
    tickets="payload.data.guest || payload.data",  # a ticket comes with its guest around it
    event="ticket.event.id || ticket.event.api_id || payload.data.event.id",
    reference="ticket.id || ticket.api_id",
    status="ticket.approval_status",
    statuses={"session": Status.REGISTERED},
    name="ticket.user_name",
    first_name="ticket.user_first_name",
    last_name="ticket.user_last_name",
    email="ticket.user_email",
    phone="ticket.phone_number",
    company="ticket.registration_answers[?question_type=='company'].[answer_company, value.company][] | [0]",
    answers="ticket.registration_answers[].{labels: [label, question_id], texts: [answer, value]}",
)
parse = reader("luma", WHERE)
