"""An invented event: communities, accounts whose popularity is heavy-tailed, and people whom only one attendee knows.

Everything follows from a fixed seed, attendee by attendee, so that nothing has to be held in memory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from shared.matching.connection_set import ConnectionSet
from shared.matching.directory import DirectoryEntry
from shared.matching.hashing import HASH_BITS

SEED: Final = 2003
COMMUNITY: Final = 250  # attendees
CIRCLE: Final = 100  # strangers a community knows, for each of its attendees
ACCOUNTS: Final = 20_000_000  # known to the world, whatever the community

# Of 100 connections, and Zipf's exponent within each; the rest is known to one attendee only.
ATTENDEES_SHARE, CIRCLE_SHARE, WORLD_SHARE = 0.02, 0.48, 0.30
CIRCLE_EXPONENT, WORLD_EXPONENT = 0.6, 0.8

# Follows, followed by, connected, contact.
RELATION_SHARES: Final = (0.3, 0.15, 0.4, 0.15)

# Where the numbers of identities of each kind begin; an attendee n has the identities 2 n and 2 n + 1.
_CIRCLES, _WORLD, _PRIVATE = 1 << 40, 2 << 40, 3 << 40


@dataclass(frozen=True, slots=True)
class Graph:
    """``attendees`` people with ``connections`` entries each."""

    attendees: int
    connections: int

    def directory(self) -> Iterator[DirectoryEntry]:
        for number in range(self.attendees):
            own = np.sort(_hash(np.array([2 * number, 2 * number + 1])))
            findable = ((int(own[0]), "email"), (int(own[1]), "github"))
            yield DirectoryEntry(name_of(number), 1, findable, registered=True, agreed=True, uses_connections=True)

    def sets(self) -> Iterator[ConnectionSet]:
        for number in range(self.attendees):
            random = np.random.default_rng([SEED, number])
            identities = np.unique(np.concatenate([self._acquainted(number, random), self._strangers(number, random)]))
            private = _PRIVATE + (number << 20) + np.arange(self.connections - len(identities))
            hashes = np.sort(_hash(np.concatenate([identities, private])))
            relations = random.choice(np.arange(1, 5, dtype=np.uint8), len(hashes), p=RELATION_SHARES)
            yield ConnectionSet(name_of(number), "export", hashes, relations, np.zeros(len(hashes), np.uint16))

    def known(self) -> Iterator[tuple[str, str]]:
        """The pairs of whom one lists the other."""
        for number in range(self.attendees):
            listed = self._acquainted(number, np.random.default_rng([SEED, number])) // 2
            yield from ((name_of(number), name_of(other)) for other in np.unique(listed).tolist())

    def _acquainted(self, number: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
        """Identities of attendees: most of the own community."""
        count = int(ATTENDEES_SHARE * self.connections)
        start = number - number % COMMUNITY
        near = start + _zipf(random, min(COMMUNITY, self.attendees - start), CIRCLE_EXPONENT, count * 3 // 4)
        far = _zipf(random, self.attendees, CIRCLE_EXPONENT, count - len(near))
        listed = np.concatenate([near, far])
        others: npt.NDArray[np.int64] = listed[listed != number]
        return 2 * others + random.integers(0, 2, len(others))

    def _strangers(self, number: int, random: np.random.Generator) -> npt.NDArray[np.int64]:
        circle = COMMUNITY * CIRCLE
        near = _zipf(random, circle, CIRCLE_EXPONENT, int(CIRCLE_SHARE * self.connections))
        far = _zipf(random, ACCOUNTS, WORLD_EXPONENT, int(WORLD_SHARE * self.connections))
        return np.concatenate([_CIRCLES + number // COMMUNITY * circle + near, _WORLD + far])


def name_of(number: int) -> str:
    return f"attendee-{number:07}"


def _zipf(random: np.random.Generator, count: int, exponent: float, draws: int) -> npt.NDArray[np.int64]:
    """Ranks below ``count``, rank r drawn about in proportion to (r + 1) ** -exponent; the exponent is below 1."""
    return (count * random.random(draws) ** (1 / (1 - exponent))).astype(np.int64)


def _hash(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint64]:
    """As many well mixed bits as hashes have: the finalizer of SplitMix64 (Steele and others, 2014), cut short."""
    mixed = (numbers.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return (mixed ^ (mixed >> np.uint64(31))) >> np.uint64(64 - HASH_BITS)
