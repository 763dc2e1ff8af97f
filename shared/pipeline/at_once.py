"""Call for a wave between or after the event's own, where news would otherwise come too late or never."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from shared.events import Event
from shared.services import Scheduling, schedule_at_once

# A wave reads everything there is; where that is much, more news is gathered before it.
LARGE_SHARDS = 2
LONGER_IF_LARGE = 12

CallWave = Callable[[Event], bool]


@dataclass(frozen=True, slots=True)
class AtOnce:
    """Calls for waves; ``seconds`` is how long news is gathered before one."""

    scheduling: Scheduling
    seconds: int

    def __call__(self, event: Event, *, now: datetime | None = None) -> bool:
        """Call for a wave, unless one of the event's own is still to come, or the event is over; whether there is one.

        Moments are multiples of the gathering time, at least one of them away: whoever calls after one has begun
        calls for the next, and everybody in between for the same.
        """
        now = now or datetime.now(UTC)
        if not event.last_wave_at <= now < event.ends_at:
            return False
        seconds = self.seconds * (LONGER_IF_LARGE if event.shards > LARGE_SHARDS else 1)
        at = datetime.fromtimestamp(math.ceil(now.timestamp() / seconds) * seconds, UTC) + timedelta(seconds=seconds)
        schedule_at_once(event, at=at, scheduling=self.scheduling)
        return True
