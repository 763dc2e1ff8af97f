"""Zoom Events' webhooks: tickets created, updated, deleted; and the challenge that Zoom sends before it delivers.

Source: developers.zoom.us/docs/api/events/events (envelope and names), developers.zoom.us/docs/api/webhooks
(challenge); the ticket's fields as public receivers read them (``ticket_id``, ``email``, ``first_name``,
``last_name``, ``event_id``), not verified against traffic. Answers to questions do not come with the webhook.
"""

from __future__ import annotations

from shared.registrations.mapped import Map, reader
from shared.registrations.registration import Status

WHERE = Map(
    kind="payload.event",
    kinds={
        "zoom_events.ticket_created": Status.REGISTERED,
        "zoom_events.ticket_updated": Status.REGISTERED,
        "zoom_events.ticket_deleted": Status.CANCELLED,
    },
    challenge="payload.event == 'endpoint.url_validation' && payload.payload.plainToken || ''",
    tickets="payload.payload.object",
    event="ticket.event_id",
    reference="ticket.ticket_id || ticket.registration_id || ticket.external_ticket_id",
    changed_at="payload.event_ts",
    name="ticket.name",
    first_name="ticket.first_name",
    last_name="ticket.last_name",
    email="ticket.email",
    phone="ticket.phone",
    company="ticket.organization || ticket.company",
    answers="(ticket.custom_questions || ticket.questions)[].{labels: [title], texts: [answer || value]}",
)
parse = reader("zoom", WHERE)
