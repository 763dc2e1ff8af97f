"""Cvent's webhooks: invitees and guests accepted, modified, substituted, cancelled.

Source: developers.cvent.com/docs/webhooks/messages/attendees/registration-cancelled and
…/substituted-into-event-registration; ``InviteeOrGuestAccepted`` as public receivers know it, ``…Modified`` and
``…Declined`` named alike and not verified. A substitution names both contacts: the earlier one's ticket ends.
"""

from __future__ import annotations

from shared.registrations.mapped import Map, reader
from shared.registrations.registration import Status

_NOBODY = "'00000000-0000-0000-0000-000000000000'"

WHERE = Map(
    kind="payload.eventType",
    kinds={
        "InviteeOrGuestAccepted": Status.REGISTERED,
        "InviteeOrGuestModified": Status.REGISTERED,
        "InviteeSubstitutedInAnEvent": Status.REGISTERED,
        "InviteeOrGuestCancelled": Status.CANCELLED,
        "InviteeOrGuestDeclined": Status.CANCELLED,
    },
    handed_on=frozenset({"InviteeSubstitutedInAnEvent"}),
    tickets="payload.message",
    event="ticket.eventStub",
    # A contact registers once for an event; guests need not be contacts.
    reference=f"ticket.newContactStub || (ticket.contactStub != {_NOBODY} && ticket.contactStub) || ticket.inviteeStub",
    ended="ticket.oldContactStub",
    changed_at="payload.messageTime",
    first_name="ticket.firstName || ticket.first_name",
    last_name="ticket.lastName || ticket.last_name",
    email="ticket.email || ticket.emailAddress",
    phone="ticket.mobilePhone || ticket.phone_work",
    company="ticket.company || ticket.organization_name",
    answers="ticket.[customFields, surveyAnswers][][].{labels: [name, id], texts: [value]}",
)
parse = reader("cvent", WHERE)
