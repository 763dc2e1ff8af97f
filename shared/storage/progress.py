"""How far an event had come on each of its days: one small item a night, of counts alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

from shared.events import Event
from shared.storage._table import ProgressItem, expiry, partition

KIND = "PROGRESS"


def note(event: Event, day: date, counts: Mapping[str, int]) -> None:
    """Keep the counts of a day; a night that is repeated writes over its own."""
    pk = partition(event.event_id, KIND)
    ProgressItem(pk=pk, sk=day.isoformat(), counts=dict(counts), expires_at=expiry(event)).save()


def load_all(event: Event) -> Iterator[tuple[date, Mapping[str, int]]]:
    """Every day that was counted, the earliest first."""
    for item in ProgressItem.query(partition(event.event_id, KIND), consistent_read=False):
        yield date.fromisoformat(item.sk), {step: int(count) for step, count in item.counts.items()}
