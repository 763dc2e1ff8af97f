"""Request units and round trips of our layout, counted by the meter, beside the textbook's and beside the floor.

Our code runs against a table in moto: a small event is played with as many connections as the large one, the meter
counts each step, and what every attendee costs is multiplied; a whole pass is counted from the bytes that it reads.
Events of 300 and of 1,000, counted outright on DynamoDB Local, are in docs/costs.md: an attendee costs the same there.
The floor is the bytes that must be written or read once, at a unit's price for each kilobyte or eight of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from infra.meter import Meter, metered
from infra.meter.sample import Sample, storage_client
from infra.meter.sizes import item_size
from infra.meter.units import READ_STEP, WRITE_STEP
from shared.pipeline.match_attendees import match_everybody
from tests.benchmarks import textbook
from tests.benchmarks.section import Goal, Section
from tests.benchmarks.textbook import Cost
from tests.in_memory import NAME, table

EVENTS: Final = ((300, 500), (3_000, 1_000), (10_000, 1_500))
PLAYED: Final = 24  # everybody knows ten others, so that no two steps cost more than in a large event
MB: Final = 1_000_000


@dataclass(frozen=True, slots=True)
class Played:
    """What one attendee of an event costs, by step, and what a pass reads of them."""

    steps: dict[str, Cost]
    packed: float  # bytes of their set, as it is stored
    entry: float  # bytes of their entry in the directory
    sets: float  # of their set's items

    @property
    def event_bytes(self) -> float:
        """What a pass reads of one attendee."""
        return self.sets + self.entry

    def whole_pass(self, attendees: int) -> float:
        """Read units: sets as they were a moment ago, at half the price, and the directory as it is."""
        return math.ceil(attendees * self.sets / READ_STEP) / 2 + math.ceil(attendees * self.entry / READ_STEP)


def measure(*, quick: bool) -> Section:
    """Three events."""
    section = Section(
        "units",
        "Request units",
        ("work", "textbook", "here", "times fewer", "floor", "times the floor", "calls: textbook, here"),
    )
    events = EVENTS[:1] if quick else EVENTS
    for attendees, connections in events:
        _compare(section, attendees, connections, play(connections))
    if not quick:
        attendees, connections = EVENTS[-1]
        named = play(connections, names=True)
        _imports(section, attendees, connections, named, names=True)
    return section


def play(connections: int, *, size: int = PLAYED, names: bool = False) -> Played:
    """A small event from the first registration to the last mail, matched when everybody is there."""
    steps: dict[str, Cost] = {}
    with table() as client:
        sample = Sample.create(size, connections, names=names)
        everybody = range(sample.size)

        def counted(step: str, work: Any) -> None:
            with metered(storage_client()) as meter:
                work()
            steps[step] = as_cost(meter) * (1 / sample.size)

        counted("register", lambda: [sample.register(number) for number in everybody])
        counted("import", lambda: [sample.bring(number) for number in everybody])
        counted("match", lambda: match_everybody(sample.event))
        counted("match again", lambda: match_everybody(sample.event))
        for wave in sample.event.waves:
            messages: list[Any] = []
            counted(
                f"{wave.name}: plan", lambda wave=wave, messages=messages: messages.extend(sample.plan(wave.name)[1])
            )
            counted(f"{wave.name}: send", lambda messages=messages: sample.send(messages))
        items = [item for page in client.get_paginator("scan").paginate(TableName=NAME) for item in page["Items"]]
    sets, entries = ([item for item in items if item["kind"]["S"] == kind] for kind in ("connection_set", "directory"))
    packed = [len(item["packed"]["B"]) for item in sets if "packed" in item]
    return Played(
        steps,
        sum(packed) / sample.size,
        sum(map(item_size, entries)) / sample.size,
        sum(map(item_size, sets)) / sample.size,
    )


def as_cost(meter: Meter) -> Cost:
    """What was metered."""
    return Cost(meter.write_units, meter.read_units, meter.total.requests)


def _compare(section: Section, attendees: int, connections: int, played: Played) -> None:
    size = f"{attendees:,} × {connections:,}"
    steps = played.steps
    _line(section, f"{size}: register, WRU", textbook.register() * attendees, steps["register"] * attendees)
    _imports(section, attendees, connections, played)
    lookups = (textbook.match_set(connections) + textbook.match_newcomer()) * attendees
    ours = played.whole_pass(attendees)
    floor = attendees * played.packed / READ_STEP / 2
    section.rows.append(
        (
            f"{size}: match everybody once, RRU",
            f"{lookups.reads:,.0f}",
            f"{ours:,.0f}",
            f"{lookups.reads / ours:,.0f}",
            f"{floor:,.0f}",
            f"{ours / floor:.2f}",
            f"{lookups.calls:,}, {math.ceil(attendees * played.event_bytes / MB):,}",
        )
    )
    matched = steps["match"].writes * attendees
    section.rows.append(
        (
            f"{size}: note the matches, WRU",
            f"{lookups.writes:,.0f}",
            f"{matched:,.0f}",
            f"{lookups.writes / matched:,.0f}",
            "",
            "",
            "",
        )
    )
    section.figures[size] = {
        "register": [textbook.register().writes, steps["register"].writes],
        "import": [textbook.bring(connections).writes, steps["import"].writes],
        "match": [lookups.reads, ours],
    }


def _imports(section: Section, attendees: int, connections: int, played: Played, *, names: bool = False) -> None:
    what = f"{attendees:,} × {connections:,}{', with names' if names else ''}: import"
    others, ours = textbook.bring(connections, names=names) * attendees, played.steps["import"] * attendees
    floor = attendees * played.packed / WRITE_STEP
    _line(section, f"{what}, WRU", others, ours, floor)
    section.goals += [
        Goal(f"{what}: times fewer write units", others.writes / ours.writes, 100, at_least=True),
        Goal(f"{what}: times the floor", ours.writes / floor, 1.2),
    ]


def _line(section: Section, what: str, others: Cost, ours: Cost, floor: float | None = None) -> None:
    section.rows.append(
        (
            what,
            f"{others.writes:,.0f}",
            f"{ours.writes:,.0f}",
            f"{others.writes / ours.writes:,.1f}",
            "" if floor is None else f"{floor:,.0f}",
            "" if floor is None else f"{ours.writes / floor:.2f}",
            f"{others.calls:,}, {ours.calls:,}",
        )
    )
