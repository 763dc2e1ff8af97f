"""Precision, recall and F1 of found pairs, and the thresholds of scored ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Quality:
    """How well found pairs agree with the true ones."""

    right: int
    found: int
    true: int

    @property
    def precision(self) -> float:
        return self.right / self.found if self.found else 1.0

    @property
    def recall(self) -> float:
        return self.right / self.true

    @property
    def f1(self) -> float:
        return 2 * self.right / (self.found + self.true)


def quality(found: Iterable[Pair], same: frozenset[Pair]) -> Quality:
    """The quality of pairs that are all taken."""
    pairs = set(found)
    return Quality(len(pairs & same), len(pairs), len(same))


def by_threshold(scored: Mapping[Pair, float], same: frozenset[Pair]) -> list[tuple[float, Quality]]:
    """The quality at each score that occurs, from the highest down."""
    ordered = sorted(scored.items(), key=lambda entry: -entry[1])
    points: list[tuple[float, Quality]] = []
    right = 0
    for found, (pair, score) in enumerate(ordered, start=1):
        right += pair in same
        if found == len(ordered) or ordered[found][1] != score:
            points.append((score, Quality(right, found, len(same))))
    return points
