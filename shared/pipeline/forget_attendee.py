"""Forget a person at one event, whoever asks for it: they themselves, the organizer, or the ticketing platform."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from shared import storage
from shared.attendees import Attendee, erase
from shared.events import Event
from shared.pipeline.forget_memory import forget_memory
from shared.storage import attendees, imports, introductions, matches, meetings


def forget(event: Event, attendee: Attendee, *, hashing_key: bytes, now: datetime) -> None:
    """Delete all that is kept of a person. Cut short, it is finished by repeating it.

    What stays is a tombstone under their keyed id, so that the next import of the same list does not bring them
    back, their tickets without a holder, so that no late message brings an earlier one back, and that id in the lists
    of whom others were told about.

    :raises shared.storage.Conflict: where they were changed by somebody else at the same moment
    """
    # While their address is still known; cut short after it, nobody could tell whose memory it is.
    forget_memory(event, attendee, hashing_key=hashing_key, at=now)
    # Before all else nothing may be said of them any more; from here on nobody finds them.
    attendees.save_attendee(event, erase(attendee, now=now), attendee, hashing_key=hashing_key)
    storage.connection_sets.delete_of(event, attendee.attendee_id)
    told = introductions.load_of(event, attendee.attendee_id)
    mentioned = {mention.person for each in told for mention in (*each.mentions, *each.said)}
    # Also with whom they are tied: whoever only claims a handle is told nothing of the one who is asked about them.
    tied = matches.load(event, [attendee.attendee_id])[attendee.attendee_id].of
    meetings.delete_of(event, attendee.attendee_id, {*mentioned, *tied})
    introductions.delete_of(event, attendee.attendee_id)
    imports.delete_of(event, attendee.attendee_id)
    matches.delete_of(event, attendee.attendee_id)
    # The entry stays, empty: its revision tells a batch that is at work that what it knows is old.
    attendees.forget_sets(event, attendee.attendee_id)
    attendees.release_tickets(event, attendee)
    saved = attendees.load(event, attendee.attendee_id)
    if saved is not None:
        attendees.save_attendee(event, replace(saved, tickets=()), saved, hashing_key=hashing_key)


def forget_holder(event: Event, ticket_key: str, *, hashing_key: bytes, now: datetime) -> str | None:
    """Forget whoever holds a ticket, which is all that a platform says; their id, or None where nobody holds it.

    :param ticket_key: Ticket.key, "platform#reference"
    """
    tickets, _ = attendees.load_for_registrations(event, [(ticket_key, None)])
    ticket = tickets.get(ticket_key)
    holder = attendees.load(event, ticket.attendee_id) if ticket is not None and ticket.attendee_id else None
    if holder is None:
        return None
    forget(event, holder, hashing_key=hashing_key, now=now)
    return holder.attendee_id
