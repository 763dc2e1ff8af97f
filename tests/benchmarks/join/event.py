"""Invented events of any size, the same for the same seed, kept in a file as DynamoDB would hand them out.

Every attendee is found under an e-mail address and one profile, and brings one set. About 20 of its entries are
attendees, who are as popular as Zipf's law has it; the others are strangers whom four attendees list on average.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from shared.connections import Relation
from shared.identities import Identity
from shared.matching.connection_set import ConnectionSet
from shared.matching.directory import DirectoryEntry, findable_under

SEED: Final = 1832
KEY: Final = b"a key for benchmarks"
LISTED_ATTENDEES: Final = 20
ZIPF_EXPONENT: Final = 0.8
LISTS_OF_A_STRANGER: Final = 4
# One attendee in so many gives somebody else's profile as theirs, so that some hashes have two owners.
FALSE_CLAIMS: Final = 200
PROFILES: Final = ("github", "instagram", "linkedin", "mastodon", "twitter")
NETWORKS: Final = ("email", *PROFILES)
SOURCES: Final = ("contacts", *PROFILES)
DATED: Final = ("instagram", "linkedin")  # the exports that say since when

Hashes = npt.NDArray[np.uint64]


@dataclass(frozen=True, slots=True)
class Size:
    """How many attendees, and how many entries each of them brings."""

    attendees: int
    connections: int

    def __str__(self) -> str:
        return f"{self.attendees:,} × {self.connections:,}"


@dataclass(frozen=True, slots=True)
class Stored:
    """One attendee's set, as it lies in the table."""

    attendee_id: str
    source: str
    packed: bytes

    def read(self) -> ConnectionSet:
        return ConnectionSet.from_bytes(self.attendee_id, self.source, self.packed)


def attendee_id(number: int) -> str:
    return f"A{number:07}"


def identities(number: int) -> list[Identity]:
    """The identities that the attendee registered with, an e-mail address first."""
    claimed = number - 1 if number % FALSE_CLAIMS == FALSE_CLAIMS - 1 else number
    profile = Identity(PROFILES[claimed % len(PROFILES)], f"person{claimed}")
    return [Identity("email", f"person{number}@example.org"), profile]


def directory_of(attendees: int) -> list[DirectoryEntry]:
    """The directory of the event, everybody findable."""
    return [
        DirectoryEntry(attendee_id(number), findable=findable_under(identities(number), KEY))
        for number in range(attendees)
    ]


def write(size: Size, path: Path) -> None:
    """Put the sets of an event into a file, and beside it (``.npy``) how long each of them is."""
    owned = np.array([[hashed for hashed, _ in entry.findable] for entry in directory_of(size.attendees)], np.uint64)
    generator = np.random.default_rng(SEED)
    lengths = []
    with path.open("wb") as file:
        for number in range(size.attendees):
            packed = _connection_set(number, size, owned, generator).to_bytes()
            lengths.append(file.write(packed))
    np.save(path.with_suffix(".npy"), np.array(lengths))


def read(path: Path) -> Iterator[Stored]:
    """The sets of an event, in the order of their attendees."""
    with path.open("rb") as file:
        for number, length in enumerate(np.load(path.with_suffix(".npy")).tolist()):
            yield Stored(attendee_id(number), SOURCES[number % len(SOURCES)], file.read(length))


def _connection_set(number: int, size: Size, owned: Hashes, generator: np.random.Generator) -> ConnectionSet:
    # The inverse of the continuous Zipf distribution, whose exponent is below 1.
    draws = generator.random(LISTED_ATTENDEES) ** (1 / (1 - ZIPF_EXPONENT))
    friends = owned[(draws * size.attendees).astype(np.int64), generator.integers(2, size=LISTED_ATTENDEES)]
    strangers = generator.integers(
        max(size.attendees * size.connections // LISTS_OF_A_STRANGER, 1), size=size.connections - LISTED_ATTENDEES
    )
    hashes = np.concatenate([friends, _spread(strangers.astype(np.uint64)) & np.bitwise_or.reduce(owned, axis=None)])
    source = SOURCES[number % len(SOURCES)]
    relations = generator.choice(_relations(source), len(hashes)).astype(np.uint8)
    order = np.lexsort((relations, hashes))
    hashes, relations = hashes[order], relations[order]
    kept = np.r_[True, (hashes[1:] != hashes[:-1]) | (relations[1:] != relations[:-1])]
    days = generator.integers(8_000 if source in DATED else 1, size=len(hashes)).astype(np.uint16)
    return ConnectionSet(attendee_id(number), source, hashes[kept], relations[kept], days[kept])


def _relations(source: str) -> list[int]:
    if source == "contacts":
        return [Relation.CONTACT]
    if source == "linkedin":
        return [Relation.CONNECTED]
    return [Relation.FOLLOWS, Relation.FOLLOWED_BY]


def _spread(numbers: Hashes) -> Hashes:
    """Numbers as evenly spread as hashes are (SplitMix64, Steele, Lea and Flood 2014)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
