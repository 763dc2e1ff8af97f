"""A person said stop, by whichever way: to everything, or to text messages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from shared import storage
from shared.attendees import Attendee, withdraw
from shared.attendees.attendee import BY_PERSON
from shared.events import Event
from shared.registrations import Purpose
from shared.storage import Conflict, attendees

# A registration, or another "stop", may be changing the same person.
ATTEMPTS: Final = 5


def stop(event: Event, attendee_id: str, *, hashing_key: bytes, now: datetime) -> bool:
    """End everything a person agreed to and forget the connections they brought; False where they are unknown.

    From the next send on nobody is told of them and they are told nothing; no later registration or list changes
    that, only they themselves. Cut short, it is finished by repeating it.

    :raises Conflict: where they kept being changed by somebody else
    """
    if not _change(event, attendee_id, lambda known: _stopped(known, now), hashing_key):
        return False
    # By its name in the room: it needs NumPy, for which no cold start waits that does not need it.
    storage.connection_sets.delete_of(event, attendee_id)
    attendees.forget_sets(event, attendee_id)
    return True


def stop_text_messages(event: Event, attendee_id: str, *, hashing_key: bytes, now: datetime) -> bool:
    """Send a person no more text messages: the next message is a mail; False where they are unknown.

    All they said is no to text messages. Were the rest made their own word by it too, a "no" to introductions that
    they give on the registration form later would not be heard any more. Where the form repeats an older "yes" to text
    messages, the carrier's list is asked again before the next one.

    :raises Conflict: where they kept being changed by somebody else
    """
    return _change(event, attendee_id, lambda known: _without_texts(known, now), hashing_key)


def _stopped(attendee: Attendee, now: datetime) -> Attendee:
    # The date on which they said so first stands.
    known = attendee.consent
    again = known is not None and known.given_by == BY_PERSON and not known.purposes
    return attendee if again else withdraw(attendee, frozenset(Purpose), now=now)


def _without_texts(attendee: Attendee, now: datetime) -> Attendee:
    if attendee.consent is None or Purpose.TEXT_MESSAGES not in attendee.consent.purposes:
        return attendee
    left = attendee.consent.purposes - {Purpose.TEXT_MESSAGES}
    return replace(attendee, consent=replace(attendee.consent, purposes=left, changed_at=now))


def _change(event: Event, attendee_id: str, how: Callable[[Attendee], Attendee], hashing_key: bytes) -> bool:
    for attempt in range(ATTEMPTS):
        attendee = attendees.load(event, attendee_id)
        if attendee is None:
            return False
        changed = how(attendee)
        if changed == attendee:
            return True
        try:
            attendees.save_attendee(event, changed, attendee, hashing_key=hashing_key)
        except Conflict:
            if attempt + 1 == ATTEMPTS:
                raise
        else:
            return True
    raise AssertionError("the last attempt returns or raises")
