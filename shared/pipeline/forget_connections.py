"""Forget the connections that somebody brought, once they end the use of them."""

from __future__ import annotations

from shared import storage
from shared.attendees import Attendee
from shared.events import Event
from shared.registrations import Purpose
from shared.storage import attendees


def forget_connections(event: Event, attendee_id: str) -> None:
    """Forget all sets of an attendee; those that are not there are no error."""
    # By its name in the room: it needs NumPy, for which no cold start waits that does not need it.
    storage.connection_sets.delete_of(event, attendee_id)
    attendees.forget_sets(event, attendee_id)


def is_ended(attendee: Attendee) -> bool:
    """Whether its owner ended the use of what they brought, or was forgotten.

    A form that is answered anew without it ends nothing: what was brought waits, and counts again with the next yes.
    """
    consent = attendee.consent
    said_no = consent is not None and Purpose.CONNECTIONS in consent.refused
    return attendee.erased or (said_no and not attendee.agreed(Purpose.CONNECTIONS))


def forget_if_ended(event: Event, attendee_id: str) -> bool:
    """Forget what somebody brought where its use was ended; whether that was so.

    Whoever keeps a set asks this after the write: who said so since it was last looked would find kept what they were
    told is gone.
    """
    attendee = attendees.load(event, attendee_id)
    if attendee is not None and not is_ended(attendee):
        return False
    forget_connections(event, attendee_id)
    return True
