"""Swoogo's webhooks on registrants, as JSON or as a form, with the fields that the organizer chose.

Source: developer.swoogo.com/api-reference/webhooks/create-webhook (formats, own headers, own fields) and
…/registrants/get-one-registrant (names of fields). The organizer sends at least ``id``, ``email``, ``first_name``,
``last_name``, ``registration_status`` and ``updated_at``, and our token in a header ``Authorization``. That times are
UTC, and the list of states, are not verified.
"""

from __future__ import annotations

from shared.registrations.mapped import Map, reader

WHERE = Map(
    tickets="payload.registrant || payload.data || payload",
    event="ticket.event_id",
    reference="ticket.id || ticket.registrant_id",
    changed_at="ticket.updated_at",
    status="(ticket.cancelled_at && 'cancelled') || ticket.registration_status.value || ticket.registration_status",
    first_name="ticket.first_name",
    last_name="ticket.last_name",
    email="ticket.email",
    phone="ticket.mobile_phone || ticket.work_phone",
    company="ticket.company",
    locale="ticket.language",
    handles="ticket",  # chosen fields come under names of the organizer's, beside Swoogo's own twitter_handle
)
parse = reader("swoogo", WHERE)
