"""How often somebody may be written to: at most four times, and not again once three messages went unanswered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from shared.introductions.introduction import Introduction
from shared.introductions.states import State

MOST_MESSAGES: Final = 4  # a person and event, of whatever kind
SILENT_AFTER: Final = 3  # unanswered messages in a row

# What did not go out, and will not, was no message.
_NOTHING_SENT: Final = frozenset({State.RETRACTED, State.FAILED})


def messages(history: Iterable[Introduction]) -> list[Introduction]:
    """What of an attendee's introductions went out, may have, or is about to."""
    return [each for each in history if each.state not in _NOTHING_SENT]


def unanswered(history: Iterable[Introduction], last_answer_at: datetime | None) -> int:
    """How many messages in a row the attendee has not answered."""
    return sum(last_answer_at is None or each.state_changed_at > last_answer_at for each in messages(history))


def is_silent(history: Sequence[Introduction], last_answer_at: datetime | None) -> bool:
    """Whether nothing is sent to the attendee any more, because nothing was answered."""
    return unanswered(history, last_answer_at) >= SILENT_AFTER


def is_last(history: Sequence[Introduction], last_answer_at: datetime | None) -> bool:
    """Whether the next message is the last before silence, and has to say so."""
    return unanswered(history, last_answer_at) == SILENT_AFTER - 1


def has_room(history: Sequence[Introduction], *, kept_free: int = 0) -> bool:
    """Whether one more message may go to the attendee.

    :param kept_free: messages that must still be possible after it
    """
    return len(messages(history)) + kept_free < MOST_MESSAGES


def bounced(history: Iterable[Introduction]) -> bool:
    """Whether the attendee's mailbox took a message back: no further one goes there."""
    return any(each.state is State.BOUNCED for each in history)
