"""Hi.Events' webhooks: attendees created, updated, cancelled.

Source: HiEventsDev/Hi.Events, backend/app/DomainObjects/Enums/DomainEventType.php (names), …/Resources/Attendee/
AttendeeResource.php (fields), …/Webhook/WebhookDispatchService.php (envelope). An order sends an event for each of its
attendees beside its own, so orders are left aside, and with them the answers that belong to the order.
"""

from __future__ import annotations

from shared.registrations.mapped import Map, reader
from shared.registrations.registration import Status

WHERE = Map(
    kind="payload.event_type",
    kinds={
        "attendee.created": Status.REGISTERED,
        "attendee.updated": Status.REGISTERED,
        "attendee.cancelled": Status.CANCELLED,
    },
    tickets="payload.payload",
    event="ticket.event_id",
    reference="ticket.id || ticket.public_id",
    changed_at="payload.event_sent_at",
    status="ticket.status",
    first_name="ticket.first_name",
    last_name="ticket.last_name",
    email="ticket.email",
    locale="ticket.locale",
    answers="ticket.question_answers[].{labels: [title, question_id], texts: [text_answer || answer]}",
)
parse = reader("hievents", WHERE)
