"""Zuddl's webhooks: registered, changed, transferred, deleted; profiles come in ``socialLinks``.

Source: docs.zuddl.com/api-reference/ticketingwebhooks/ticket-transferred-activity and
…/registrationwebhooks/registration-data-modified-activity (names and fields), support.zuddl.com/kb/article/1026.
"""

from __future__ import annotations

from shared.registrations.mapped import Map, reader
from shared.registrations.registration import Status

WHERE = Map(
    kind="payload.action",
    kinds={
        **dict.fromkeys(
            ("REGISTERED", "REGISTRATION_DATA_MODIFIED", "TICKET_MODIFIED", "TICKET_TRANSFERRED", "ADD_ON_MODIFIED"),
            Status.REGISTERED,
        ),
        **dict.fromkeys(("REGISTRATION_DELETE", "REGISTRATION_REJECTED", "UNASSIGNED_TICKET"), Status.CANCELLED),
    },
    handed_on=frozenset({"TICKET_TRANSFERRED"}),
    tickets="payload.registration",
    event="ticket.eventId",
    reference="ticket.id",
    changed_at="payload.actionCreatedAt",
    first_name="ticket.profile.firstName",
    last_name="ticket.profile.lastName",
    email="ticket.profile.email",
    phone="ticket.profile.phoneNumber",
    company="ticket.profile.company",
    answers="ticket.[customFieldsData[].{labels: [fieldSlug], texts: [value]},"
    " disclaimers[].{labels: [text], texts: [consentGiven]}][]",
    handles="ticket.socialLinks",
)
parse = reader("zuddl", WHERE)
