"""What a group of measurements gives back: a table for people, figures for machines, and the goals that were missed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Goal:
    """A figure that is to be at most, or at least, a limit."""

    what: str
    figure: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.figure >= self.limit if self.at_least else self.figure <= self.limit

    def __str__(self) -> str:
        bound = "at least" if self.at_least else "at most"
        return f"{'met' if self.met else 'MISSED'}: {self.what}: {self.figure:,.3g} ({bound} {self.limit:,.3g})"


@dataclass(slots=True)
class Section:
    """One group: its table, its goals, and whatever has to be said about them."""

    name: str
    title: str
    header: Sequence[str]
    rows: list[Sequence[str]] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    figures: dict[str, Any] = field(default_factory=dict)

    def markdown(self) -> str:
        """The section as it can stand in docs/performance.md."""
        sides = "|".join("---" if not place else "--:" for place in range(len(self.header)))
        table = [f"| {' | '.join(self.header)} |", f"|{sides}|", *(f"| {' | '.join(row)} |" for row in self.rows)]
        return "\n".join(
            [f"## {self.title}", "", *table, "", *(f"- {goal}" for goal in self.goals), *(f"- {n}" for n in self.notes)]
        )

    def as_json(self) -> dict[str, Any]:
        """The section for build/bench.json."""
        return {
            "title": self.title,
            "header": list(self.header),
            "rows": [list(row) for row in self.rows],
            "goals": [
                {"what": g.what, "figure": g.figure, "limit": g.limit, "at_least": g.at_least, "met": g.met}
                for g in self.goals
            ],
            "notes": self.notes,
            "figures": self.figures,
        }
