"""Forget the connections that somebody brought, once they end the use of them."""

from __future__ import annotations

from shared import storage
from shared.events import Event
from shared.registrations import Purpose
from shared.storage import attendees


def forget_connections(event: Event, attendee_id: str) -> None:
    """Forget all sets of an attendee; those that are not there are no error."""
    # By its name in the room: it needs NumPy, for which no cold start waits that does not need it.
    storage.connection_sets.delete_of(event, attendee_id)
    attendees.forget_sets(event, attendee_id)


def forget_if_withdrawn(event: Event, attendee_id: str) -> bool:
    """Forget them where their owner does not agree to their use any more, or was forgotten; whether that was so.

    Whoever keeps a set asks this after the write: who withdrew since it was last looked would find kept what they were
    told is gone.
    """
    attendee = attendees.load(event, attendee_id)
    if attendee is not None and attendee.agreed(Purpose.CONNECTIONS):
        return False
    forget_connections(event, attendee_id)
    return True
