"""The hours of the day in which a text message may ring somebody's telephone, where the event is."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import count
from typing import Final

from shared.events import Event

FIRST: Final = time(9)
LAST: Final = time(20)  # no more from here on


def may_text(event: Event, now: datetime) -> bool:
    """Whether the clock on the wall at the event shows a time from nine in the morning to eight in the evening."""
    return FIRST <= now.astimezone(event.starts_at.tzinfo).time() < LAST


def next_text_time(event: Event, now: datetime) -> datetime:
    """The first moment from ``now`` on at which a text message may be sent, in UTC."""
    if may_text(event, now):
        return now.astimezone(UTC)
    zone = event.starts_at.tzinfo
    today = now.astimezone(zone).date()
    for days in count():
        # From the wall clock anew for each day: where clocks are turned, nine is no whole number of hours away.
        morning = datetime.combine(today + timedelta(days), FIRST, tzinfo=zone).astimezone(UTC)
        if morning >= now and may_text(event, morning):
            return morning
    raise AssertionError("every place has a morning")
