"""Who plans for an event at present: two waves at once would give away the same places twice."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any, Final

from pynamodb.exceptions import DoesNotExist

from shared.events import Event
from shared.storage._table import LeaseItem, expiry, partition, written

# Longer than the function may run: whoever had it before that is at work no more.
LONGEST: Final = timedelta(minutes=16)
# Of a wave in steps, which each take it again: a function's time, and the longest pause before a step's next attempt.
LONGEST_STEP: Final = timedelta(minutes=30)

_RUN: Final = "\n"  # in no wave's name


def take(event: Event, wave: str, *, now: datetime, run: str = "") -> bool:
    """Take the event's planning for a wave; False while another wave has it.

    The same wave gets it again, so that a run that was cut short is gone on with at once.

    :param run: of a wave in steps, what tells this run from others, which wait like another wave
    """
    holder, lasting = _holder(wave, run), LONGEST_STEP if run else LONGEST
    actions: list[Any] = [
        LeaseItem.holder.set(holder),
        LeaseItem.until.set(int((now + lasting).timestamp())),
        LeaseItem.kind.set(LeaseItem),
        LeaseItem.expires_at.set(expiry(event)),
    ]
    free = LeaseItem.holder.does_not_exist() | (LeaseItem.holder == holder) | (LeaseItem.until < int(now.timestamp()))
    return written(_item(event).update, actions=actions, condition=free)


def held(event: Event, *, now: datetime) -> tuple[str, datetime] | None:
    """Which wave has the event's planning, and until when at the longest; None where nobody has."""
    try:
        item = LeaseItem.get(partition(event.event_id, "LEASE"), "planning", consistent_read=True)
    except DoesNotExist:
        return None
    until = datetime.fromtimestamp(item.until, UTC)
    return (item.holder.partition(_RUN)[0], until) if until > now else None


def give_back(event: Event, wave: str, *, run: str = "") -> None:
    """Let the next wave have it; nothing where another has it by now."""
    condition = LeaseItem.holder == _holder(wave, run)
    written(_item(event).update, actions=[LeaseItem.until.set(0)], condition=condition)


def _holder(wave: str, run: str) -> str:
    return f"{wave}{_RUN}{run}" if run else wave


def _item(event: Event) -> LeaseItem:
    return LeaseItem(pk=partition(event.event_id, "LEASE"), sk="planning")
