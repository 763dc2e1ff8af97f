"""An event whose dates are past, or about to be, on dates that are still to come."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from shared.events import Event
from shared.slots import Slot

# Until the event, so that none of its moments comes by itself while it is rehearsed.
LEAST_AHEAD = timedelta(days=2)


def still_to_come(event: Event, *, now: datetime) -> tuple[Event, int]:
    """The event as it can be rehearsed, and by how many weeks it was moved.

    Whole weeks, on the wall clock of the place, so that a Monday at nine stays one. Waves that are past are put between
    now and the event: in a rehearsal each is called for anyway.
    """
    late = now + LEAST_AHEAD - event.starts_at
    weeks = -(-late // timedelta(weeks=1)) if late > timedelta(0) else 0
    moved = _moved(event, timedelta(weeks=weeks)) if weeks else event
    if moved.waves and moved.waves[0].at > now + timedelta(hours=1):
        return moved, weeks
    step = (moved.starts_at - now) / (len(moved.waves) + 1)
    waves = (replace(wave, at=(now + step * n).astimezone(UTC)) for n, wave in enumerate(moved.waves, 1))
    return replace(moved, waves=tuple(waves)), weeks


def _moved(event: Event, by: timedelta) -> Event:
    zone = event.starts_at.tzinfo
    return replace(
        event,
        starts_at=event.starts_at + by,
        ends_at=event.ends_at + by,
        waves=tuple(replace(w, at=(w.at.astimezone(zone) + by).astimezone(UTC)) for w in event.waves),
        slots=tuple(_moved_slot(slot, by) for slot in event.slots),
    )


def _moved_slot(slot: Slot, by: timedelta) -> Slot:
    return replace(slot, starts_at=slot.starts_at + by, ends_at=slot.ends_at + by)
