"""Invented candidate pairs of several shapes, all from fixed seeds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np
import numpy.typing as npt

from shared.introductions.selection import Candidate, Closeness

SEED: Final = 1832
COMMUNITIES: Final = 80
# Which share of the pairs is of which class, and where their strengths lie (the parameters of a beta distribution).
SHARES: Final = (0.15, 0.15, 0.70)
STRENGTHS: Final = ((6.0, 2.0), (4.0, 3.0), (2.0, 2.0))

Ends = npt.NDArray[np.int64]
Draw = Callable[[np.random.Generator, int, int], Ends]


def uniform(random: np.random.Generator, people: int, count: int) -> Ends:
    """Everybody is as likely as everybody else."""
    return random.integers(0, people, (count, 2))


def hubs(random: np.random.Generator, people: int, count: int) -> Ends:
    """Popularity falls off by a power law; a tenth of the people are one side of half of the pairs."""
    popularity = (np.arange(people) + 10.0) ** -0.8
    one = random.choice(people, count, p=popularity / popularity.sum())
    return np.stack([one, random.integers(0, people, count)], axis=1)


def communities(random: np.random.Generator, people: int, count: int) -> Ends:
    """Nine of ten pairs are within one of the communities, whose sizes differ much."""
    sizes = np.sort(random.pareto(1.5, COMMUNITIES) + 0.3)
    borders = np.concatenate([[0], np.cumsum(sizes / sizes.sum() * people)]).astype(np.int64)
    one = random.integers(0, people, count)
    of = np.searchsorted(borders, one, side="right") - 1
    low, high = borders[of], np.maximum(borders[np.minimum(of + 1, COMMUNITIES)], borders[of] + 1)
    near = low + (random.random(count) * (high - low)).astype(np.int64)
    far = random.integers(0, people, count)
    return np.stack([one, np.where(random.random(count) < 0.9, np.minimum(near, people - 1), far)], axis=1)


def stars(random: np.random.Generator, people: int, count: int) -> Ends:
    """Three of ten people know only one of a few well-known ones, so that not all can have somebody."""
    centres, leaves = people // 40, people * 3 // 10
    middle = people - leaves
    spokes = np.stack([middle + np.arange(leaves), random.integers(0, centres, leaves)], axis=1)
    return np.concatenate([spokes, random.integers(0, middle, (count - leaves, 2))])


def ring(random: np.random.Generator, people: int, count: int) -> Ends:
    """A ring of close neighbours, where letting one in pushes another out, and so on around it."""
    one = random.integers(0, people, count)
    return np.stack([one, (one + random.geometric(0.12, count)) % people], axis=1)


SHAPES: Final[dict[str, Draw]] = {
    "uniform": uniform,
    "hubs": hubs,
    "communities": communities,
    "stars": stars,
    "ring": ring,
}


def candidates(shape: str, *, people: int, pairs: int, mixed: bool) -> list[Candidate]:
    """As many different pairs; all of the third class, so that only strength counts, or of all three."""
    random = np.random.default_rng([SEED, list(SHAPES).index(shape)])
    ends = np.zeros((0, 2), np.int64)
    while len(ends) < pairs:
        drawn = np.sort(SHAPES[shape](random, people, pairs), axis=1)
        ends = np.concatenate([ends, drawn[drawn[:, 0] != drawn[:, 1]]])
        _, first = np.unique(ends, axis=0, return_index=True)
        ends = ends[np.sort(first)]
    ends = ends[:pairs]
    classes = random.choice(3, pairs, p=SHARES) if mixed else np.full(pairs, 2)
    strengths = np.stack([random.beta(*parameters, pairs) for parameters in STRENGTHS])[classes, np.arange(pairs)]
    strengths = np.clip(strengths.round(4), 0.0001, 0.9999)
    return [
        Candidate(f"{a:05}", f"{b:05}", strength, Closeness(kind))
        for (a, b), strength, kind in zip(ends.tolist(), strengths.tolist(), classes.tolist(), strict=True)
    ]
