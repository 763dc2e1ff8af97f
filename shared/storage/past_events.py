"""What stays of an event for those who met there, for good: its name, its place and its year."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shared.introductions import PastEvent
from shared.storage._table import PastEventItem, batch_get

_ALL: Final = "PAST-EVENTS"


def save(event: PastEvent) -> None:
    """Keep of an event what is said of it later: its name, place and year."""
    PastEventItem(_ALL, event.event_id, name=event.name, place=event.place, year=event.year).save()


def load(event_ids: Iterable[str]) -> dict[str, PastEvent]:
    """Those of these past events that are known, by id."""
    keys = [(_ALL, event_id) for event_id in event_ids]
    return {
        item.sk: PastEvent(item.sk, item.name, item.place, int(item.year))
        for item in batch_get(PastEventItem, keys, consistent=False)
    }
