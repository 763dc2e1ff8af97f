"""The events a process has looked up, for a minute: a webhook should not read the same event at every delivery."""

from __future__ import annotations

import os
import time
from collections.abc import Callable

from shared.events import Event
from shared.events.event import SLUG
from shared.storage import events

REMEMBERED_FOR_S = int(os.environ.get("EVENTS_REMEMBERED_FOR_S", "60"))


class KnownEvents:
    """Events by id. One that does not exist is looked up again each time: it may be made any moment."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._remembered: dict[str, tuple[float, Event]] = {}

    def get(self, event_id: str) -> Event | None:
        """The event as it was at most a few minutes ago; None where there is none."""
        known = self._remembered.get(event_id)
        if known is not None and self._clock() - known[0] < REMEMBERED_FOR_S:
            return known[1]
        self._remembered.pop(event_id, None)
        if not SLUG.fullmatch(event_id):
            return None  # no event is called so, and DynamoDB would fail on a longer key than it allows
        event = events.load(event_id)
        if event is not None:
            self._remembered[event_id] = (self._clock(), event)
        return event
