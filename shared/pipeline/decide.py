"""What a person decides about themselves, by their page or the organizer's hand: to what they agree, and the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import Final

from shared.attendees import Attendee, agree, refuse
from shared.events import Event
from shared.pipeline.forget_connections import forget_connections
from shared.registrations import Purpose
from shared.storage import Conflict, attendees

# The same person registers, is proven and decides in the same second seldom, and never so often.
ATTEMPTS: Final = 6


def decide(
    event: Event,
    attendee_id: str,
    purposes: frozenset[Purpose],
    *,
    turned: frozenset[Purpose] = frozenset(),
    hashing_key: bytes,
    now: datetime,
) -> bool:
    """Set to what a person agrees; False where they are unknown, or asked to be forgotten.

    It holds from the next send on, for what is in the queue too, and what it changes no later registration or list
    changes back. Without an agreement to use their connections, those they brought are forgotten. Cut short, it is
    finished by repeating it.

    :param turned: as for :func:`shared.attendees.agree`
    :raises Conflict: where others kept changing the same attendee
    """

    def how(attendee: Attendee) -> Attendee:
        return agree(attendee, purposes, turned=turned, now=now)

    if not _change(event, attendee_id, how, hashing_key):
        return False
    if Purpose.CONNECTIONS not in purposes:
        forget_connections(event, attendee_id)
    return True


def stop(event: Event, attendee_id: str, *, hashing_key: bytes, now: datetime) -> bool:
    """End the messages, and with them everything that a person agreed to; otherwise as :func:`decide`.

    It is a no to every purpose, so that no registration or list brings one up later.
    """
    everything = frozenset(Purpose)
    if not _change(event, attendee_id, lambda attendee: refuse(attendee, everything, now=now), hashing_key):
        return False
    forget_connections(event, attendee_id)
    return True


def stop_text_messages(event: Event, attendee_id: str, *, hashing_key: bytes, now: datetime) -> bool:
    """Send a person no more text messages: the next message is a mail; otherwise as :func:`decide`.

    All they said is no to text messages; their page turns them on again.
    """
    return _change(event, attendee_id, lambda known: _without_texts(known, now), hashing_key)


def read_in(event: Event, attendee_id: str, language: str, *, hashing_key: bytes) -> bool:
    """Set the language in which a person reads; no later registration changes it. Otherwise as :func:`decide`.

    :param language: BCP 47
    """
    return _change(
        event,
        attendee_id,
        lambda attendee: replace(attendee, locale=language, locale_chosen=True),
        hashing_key,
    )


def _without_texts(attendee: Attendee, now: datetime) -> Attendee:
    if not attendee.agreed(Purpose.TEXT_MESSAGES):
        return attendee
    return refuse(attendee, frozenset({Purpose.TEXT_MESSAGES}), now=now)


def _change(event: Event, attendee_id: str, how: Callable[[Attendee], Attendee], hashing_key: bytes) -> bool:
    for attempt in range(ATTEMPTS):
        attendee = attendees.load(event, attendee_id)
        if attendee is None or attendee.erased:
            return False
        after = how(attendee)
        if after == attendee:
            return True
        try:
            attendees.save_attendee(event, after, attendee, hashing_key=hashing_key)
        except Conflict:
            if attempt == ATTEMPTS - 1:
                raise
        else:
            return True
    raise AssertionError("the last attempt returns or raises")
