"""The network of who was introduced to whom as a drawing: points, which nobody is named by, and lines between them.

The same pairs give the same drawing. Points push each other away and lines pull them together (Fruchterman and
Reingold, 1991); everything begins on a circle, in the order of the names, so nothing is left to chance.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 960.0
HEIGHT: Final = 600.0
MARGIN: Final = 24.0
MOST_POINTS: Final = 300
ROUNDS: Final = 150


@dataclass(frozen=True, slots=True)
class Point:
    x: float
    y: float
    radius: float


@dataclass(frozen=True, slots=True)
class Line:
    x1: float
    y1: float
    x2: float
    y2: float
    state: str


@dataclass(frozen=True, slots=True)
class Drawing:
    width: int
    height: int
    points: tuple[Point, ...]
    lines: tuple[Line, ...]


def draw(pairs: Mapping[tuple[str, str], str]) -> Drawing:
    """The drawing of pairs, each with its state.

    :param pairs: of at most ``MOST_POINTS`` people
    """
    # Only whoever looks at it waits for NumPy.
    import numpy as np

    names = sorted({name for pair in pairs for name in pair})
    number = {name: position for position, name in enumerate(names)}
    count = len(names)
    edges = np.array([[number[a], number[b]] for a, b in sorted(pairs)], dtype=np.int64).reshape(-1, 2)
    angles = np.arange(count) * (2 * np.pi / max(count, 1))
    at = np.stack([np.cos(angles), np.sin(angles)], axis=1)
    distance = np.sqrt(4.0 / max(count, 1))
    for step in range(ROUNDS):
        apart = at[:, None, :] - at[None, :, :]
        length = np.maximum(np.sqrt((apart**2).sum(axis=2)), 1e-3)
        force = (apart * (distance**2 / length**2)[:, :, None]).sum(axis=1)
        along = at[edges[:, 0]] - at[edges[:, 1]]
        pull = along * (np.sqrt((along**2).sum(axis=1, keepdims=True)) / distance)
        np.add.at(force, edges[:, 0], -pull)
        np.add.at(force, edges[:, 1], pull)
        force -= at * 0.6  # what nothing holds together does not fly away
        size = np.maximum(np.sqrt((force**2).sum(axis=1, keepdims=True)), 1e-9)
        at = at + force / size * np.minimum(size, 0.2 * (1 - step / ROUNDS))
    low, high = (at.min(axis=0), at.max(axis=0)) if count else (np.zeros(2), np.ones(2))
    room = np.array([WIDTH - 2 * MARGIN, HEIGHT - 2 * MARGIN])
    placed = np.round((at - low) / np.maximum(high - low, 1e-9) * room + MARGIN, 1).tolist()
    many = [0] * count
    for a, b in edges.tolist():
        many[a] += 1
        many[b] += 1
    return Drawing(
        int(WIDTH),
        int(HEIGHT),
        tuple(Point(x, y, round(4 + min(many[n], 12) ** 0.5 * 1.5, 1)) for n, (x, y) in enumerate(placed)),
        tuple(_line(placed[number[a]], placed[number[b]], state) for (a, b), state in _strongest_last(pairs.items())),
    )


def _line(one: Sequence[float], other: Sequence[float], state: str) -> Line:
    return Line(one[0], one[1], other[0], other[1], state)


def _strongest_last(pairs: Iterable[tuple[tuple[str, str], str]]) -> list[tuple[tuple[str, str], str]]:
    """So that what matters more lies above."""
    order = {"told": 0, "agreed": 1, "met": 2}
    return sorted(pairs, key=lambda each: (order.get(each[1], 0), each[0]))
