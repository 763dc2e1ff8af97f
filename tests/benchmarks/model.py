"""What a whole event costs, and a month of a thousand of them, from what one attendee was counted to cost.

Everything is of one attendee but reading the event: a wave, and a night, read all sets and the whole directory once; at
events that match each arrival at once, each arrival reads the sets and the directory that are there, and each new set
the directory. The model is made from an event of 24 and held against larger ones that are counted outright, played one
arrival after the other, which is the dearest order. The bytes come from the items of the event that is priced.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

from infra.meter import US_EAST_1, metered
from infra.meter.sample import Sample, storage_client
from infra.meter.units import READ_STEP
from tests.benchmarks.section import Goal, Section
from tests.benchmarks.textbook import Cost
from tests.benchmarks.units import PLAYED, Played, as_cost, play
from tests.in_memory import table

CONNECTIONS, FEW = 1_500, 100
COUNTED: Final = (48, 96)  # attendees of the events that are counted outright, with few connections each
NIGHTS: Final = 60  # in each of which a large event's arrivals are matched, in half of the event on the average
LARGE: Final = 10_000
# A month of a thousand events with a thousand attendees each.
EVENTS, ATTENDEES = 1_000, 1_000
WAVES: Final = 3
AGREEMENT: Final = 1.02
WRITES, READS = "DynamoDB write request unit", "DynamoDB read request unit"


@dataclass(frozen=True, slots=True)
class Model:
    """From a small event of the same connections, played with everybody there and one arrival after the other."""

    together: Played
    alone: dict[str, Cost]  # by step, an attendee

    @classmethod
    def of(cls, connections: int, *, names: bool = False) -> Model:
        return cls(play(connections, names=names), play_alone(PLAYED, connections, names=names))

    def matched_together(self, attendees: int, *, nights: int = 0) -> tuple[float, float]:
        """WRU and RRU of an event that is matched by its waves, and in so many nights before."""
        steps = self.together.steps
        waves = [cost for name, cost in steps.items() if name.startswith("wave")]
        writes = sum(steps[step].writes for step in ("register", "import", "match")) + sum(c.writes for c in waves)
        # A wave begins with a pass, which was over the small event there.
        small = sum(c.reads for c in waves) - WAVES * self.together.whole_pass(PLAYED) / PLAYED
        reads = sum(steps[step].reads for step in ("register", "import")) + small
        passes = (WAVES + nights / 2) * self.together.whole_pass(attendees)
        return writes * attendees, reads * attendees + passes

    def matched_alone(self, attendees: int) -> tuple[float, float]:
        """WRU and RRU of the arrivals of an event, each matched before the next, without its waves."""
        writes = sum(cost.writes for cost in self.alone.values())
        reads = sum(cost.reads for cost in self.alone.values()) - self._read_at_once(PLAYED) / PLAYED
        return writes * attendees, reads * attendees + self._read_at_once(attendees)

    def at_once(self, attendees: int) -> tuple[float, float]:
        """WRU and RRU of a whole event that matches each arrival at once, none of them together with another."""
        alone, together = self.matched_alone(attendees), self.matched_together(attendees)
        steps = [self.together.steps[step] for step in ("register", "import", "match")]
        twice = sum(cost.writes for cost in steps), sum(cost.reads for cost in steps[:2])
        writes, reads = (a + t - of_one * attendees for a, t, of_one in zip(alone, together, twice, strict=True))
        return writes, reads

    def _read_at_once(self, attendees: int) -> float:
        """RRU for sets and entries that were there when each came, and entries when each brought a set."""
        there = attendees * (attendees - 1) / 2
        # The directory is read as it is, at twice the price, by an arrival and again by the set that they bring.
        return there * (self.together.sets / 2 + 2 * self.together.entry) / READ_STEP


def play_alone(size: int, connections: int, *, names: bool = False) -> dict[str, Cost]:
    """An event in which everybody comes, is matched, brings a set and is matched again before the next comes."""
    total: dict[str, Cost] = {}
    with table():
        sample = Sample.create(size, connections, names=names)
        for number in range(size):
            for step, work in (
                ("register", lambda number=number: sample.register(number)),
                ("match an arrival", lambda number=number: sample.match([number], sets=False)),
                ("import", lambda number=number: sample.bring(number)),
                ("match a set", lambda number=number: sample.match([number], findable=False)),
            ):
                with metered(storage_client()) as meter:
                    work()  # type: ignore[no-untyped-call]
                total[step] = total.get(step, Cost(0, 0, 0)) + as_cost(meter)
    return {step: cost * (1 / size) for step, cost in total.items()}


def measure(*, quick: bool) -> Section:
    """The model against counted events; then a large event, and a month of a thousand."""
    section = Section("model", "A whole event, and a month of a thousand", ("what", "model", "counted", "ratio"))
    few = Model.of(FEW)
    for size in COUNTED[: 1 if quick else None]:
        played, alone = play(FEW, size=size), play_alone(size, FEW)
        waves = [cost for name, cost in played.steps.items() if name.startswith("wave")]
        together = [played.steps[step] for step in ("register", "import", "match")]
        _hold(
            section,
            f"{size} × {FEW}, three waves",
            few.matched_together(size),
            (sum(c.writes for c in (*together, *waves)), sum(c.reads for c in (*together[:2], *waves))),
            size,
        )
        counted = (sum(c.writes for c in alone.values()), sum(c.reads for c in alone.values()))
        _hold(section, f"{size} × {FEW}, each arrival matched at once", few.matched_alone(size), counted, size)
    if not quick:
        model = Model.of(CONNECTIONS, names=True)
        _large(section, model)
        _month(section, model)
    return section


def _hold(
    section: Section, what: str, model: tuple[float, float], counted: tuple[float, float], attendees: int
) -> None:
    for unit, guessed, of_one in zip(("WRU", "RRU"), model, counted, strict=True):
        outright = of_one * attendees
        ratio = guessed / outright
        section.rows.append((f"{what}, {unit}", f"{guessed:,.0f}", f"{outright:,.0f}", f"{ratio:.2f}"))
        section.goals.append(Goal(f"{what}, {unit}: the model is off by a factor of", max(ratio, 1 / ratio), AGREEMENT))


def _units(writes_and_reads: tuple[float, float], attendees: int) -> dict[str, float]:
    writes, reads = writes_and_reads
    return {
        WRITES: writes,
        READS: reads,
        "HTTP API request": 2 * attendees,
        "SNS publish request": WAVES * attendees,
        "SQS request": 9 * attendees,
        "Lambda request": 8 * attendees,
        "S3 PUT request": attendees,
        "S3 GET request": attendees,
    }


def _priced(units: dict[str, float]) -> tuple[float, str]:
    dollars = {what: US_EAST_1.of(what, count) for what, count in units.items()}
    told = "; ".join(f"{what} {units[what]:,.0f}, {dollars[what]:,.3f} USD" for what in units)
    return sum(dollars.values()), told


def _large(section: Section, model: Model) -> None:
    units = _units(model.matched_together(LARGE, nights=NIGHTS), LARGE)
    total, told = _priced(units)
    section.figures["whole event"] = {"units": units, "total": total}
    section.notes.append(
        f"A whole event of {LARGE:,} × {CONNECTIONS:,} with names, {WAVES} waves, matched on {NIGHTS} nights:"
        f" {total:.2f} USD without mails and Lambda's time ({told})."
    )
    section.goals.append(Goal(f"USD for a whole event of {LARGE:,} with three waves", total, 1.0))


def _month(section: Section, model: Model) -> None:
    """A thousand events: at most, where no two arrivals are matched together; at least, where waves alone match."""
    seconds, mails = 30 * 24 * 3600, EVENTS * ATTENDEES * WAVES
    figures: dict[str, Any] = {"mails a day": mails / 30}
    for bound, of_one in (("at most", model.at_once(ATTENDEES)), ("at least", model.matched_together(ATTENDEES))):
        units = {what: count * EVENTS for what, count in _units(of_one, ATTENDEES).items()}
        total, told = _priced(units)
        figures[bound] = {"units": units, "total": total}
        section.notes.append(
            f"{EVENTS:,} events of {ATTENDEES:,} a month, {bound} {total:,.0f} USD ({told}); evenly spread"
            f" {math.ceil(units[WRITES] / seconds):,} WRU and {math.ceil(units[READS] / seconds):,} RRU a second."
        )
    section.figures["month"] = figures
    section.notes.append(
        f"SES binds first: {mails / 30:,.0f} mails a day, where an account begins with 200 in the sandbox and then gets"
        " what it asks for, for example 50,000. Nothing else comes near a default: DynamoDB takes 40,000 units of"
        " each kind a second for a table, Lambda 1,000 executions at a time, SSM 10,000 parameters (two an event),"
        " EventBridge Scheduler a million schedules (four an event)."
    )
