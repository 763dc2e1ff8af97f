"""Invented people, pairs and slots; the same in every run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np

from shared.slots import Slot, pair_of
from shared.slots.assignment import Pair, Span

START: Final = datetime(2026, 6, 2, 9, tzinfo=UTC)
PLACES: Final = ("coffee bar", "garden", "gallery", "foyer")


@dataclass(frozen=True)
class Situation:
    """What the event is like; ``room`` is the capacity of all slots, as a share of the pairs."""

    name: str
    room: float
    busy: float  # the share of the times at which a person cannot come
    places: int = 1  # slots at the same time
    skew: float = 0.0  # 0: everybody is as much asked for; 1: a few by very many
    staggered: bool = False  # each slot overlaps the next


SITUATIONS: Final = (
    Situation("wide", room=2.0, busy=0.0),
    Situation("half the time in talks", room=1.5, busy=0.5),
    Situation("no place to spare", room=1.0, busy=0.0),
    Situation("no place to spare, half the time in talks", room=1.0, busy=0.5),
    Situation("room for half", room=0.5, busy=0.5),
    Situation("a few asked for by many", room=1.5, busy=0.5, skew=0.7),
    Situation("four places at six times", room=1.5, busy=0.0, places=4, skew=0.3),
    Situation("four places at six times, no place to spare", room=1.0, busy=0.2, places=4),
    Situation("four places at six times, talks, a few asked for by many", room=1.0, busy=0.3, places=4, skew=0.5),
    Situation("overlapping slots", room=1.5, busy=0.3, staggered=True),
    Situation("nine times in ten in talks", room=1.5, busy=0.9),
)


def slots_of(situation: Situation, number: int, pairs: int) -> list[Slot]:
    capacity = max(1, round(situation.room * pairs / number))
    step = timedelta(minutes=15 if situation.staggered else 30)
    length = timedelta(minutes=20)
    made = []
    for index in range(number):
        when, where = divmod(index, situation.places)
        starts_at = START + when * step
        made.append(Slot(f"slot-{index}", starts_at, starts_at + length, PLACES[where], capacity))
    return made


def pairs_of(situation: Situation, people: int, pairs: int, random: np.random.Generator) -> list[Pair]:
    weights = (1.0 + np.arange(people)) ** -situation.skew
    weights /= weights.sum()
    found: set[Pair] = set()
    while len(found) < pairs:
        one, other = (int(person) for person in random.choice(people, 2, p=weights))
        if one != other:
            found.add(pair_of(f"person-{one:05}", f"person-{other:05}"))
    return sorted(found)


def busy_of(situation: Situation, people: int, slots: list[Slot], random: np.random.Generator) -> dict[str, list[Span]]:
    times = sorted({(slot.starts_at, slot.ends_at) for slot in slots})
    return {
        f"person-{person:05}": [span for span, away in zip(times, row, strict=True) if away]
        for person, row in enumerate(random.random((people, len(times))) < situation.busy)
    }
