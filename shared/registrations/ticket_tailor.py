"""Ticket Tailor's webhooks: orders and issued tickets, created and updated; voiding and cancelling are updates.

Source: developers.tickettailor.com/docs/api/updated-issued-ticket-webhook and …/updated-order-webhook. ``email`` is the
order's, so a question that asks for the attendee's own address counts before it. The order's answers are the buyer's
and are left aside. Times are seconds since 1970, in the envelope ``2025-01-01 10:00:00``, taken for UTC.
"""

from __future__ import annotations

from shared.registrations.mapped import Map, reader
from shared.registrations.registration import Status

_OWN_ADDRESS = "ticket.custom_questions[?contains(question || '', 'mail') && contains(answer || '', '@')] | [0].answer"

WHERE = Map(
    kind="payload.event",
    kinds=dict.fromkeys(
        ("ORDER.CREATED", "ORDER.UPDATED", "ISSUED_TICKET.CREATED", "ISSUED_TICKET.UPDATED"), Status.REGISTERED
    ),
    tickets="payload.payload.issued_tickets || payload.payload",
    event="ticket.event_id",
    reference="ticket.id",
    changed_at="ticket.updated_at || payload.created_at",
    # A cancelled order repeats its tickets as they were.
    status="(payload.payload.object == 'order' && payload.payload.status == 'cancelled' && 'cancelled')"
    " || ticket.status",
    name="ticket.full_name",
    first_name="ticket.first_name",
    last_name="ticket.last_name",
    email=f"({_OWN_ADDRESS}) || ticket.email",
    answers="ticket.custom_questions[].{labels: [question], texts: [answer]}",
)
parse = reader("tickettailor", WHERE)
