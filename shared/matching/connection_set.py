"""All of one person's connections from one source as one sorted array of keyed hashes: nobody's name is kept."""

from __future__ import annotations

import hashlib
import struct
import zlib
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from shared import names
from shared.connections import Connection, Relation
from shared.matching.hashing import HASH_BITS, hash_identity, hash_name
from shared.names import NameKey

# Remembered sets live for two years and longer: a later version must still read this one.
FORMAT_VERSION: Final = 2
# Names are kept in fewer bits: one in 2^28 that are looked up is false. They are likenesses, and asked about anyway.
NAME_BITS: Final = 28
MOST_NAMES: Final = 30_000  # 120 KB, beside whatever else a set holds

# Dates are two bytes: days from here, 0 for unknown. It reaches to 2183.
_EPOCH: Final = date(2003, 12, 31)
# Version, entries, bytes of each, bytes of relations and days together; names, their bits and relation.
_HEAD: Final = struct.Struct("<BIBIIBB")
NO_NAMES: Final[npt.NDArray[np.uint64]] = np.zeros(0, np.uint64)


@dataclass(frozen=True, slots=True, eq=False)
class ConnectionSet:
    """One person's connections from one source, as three parallel arrays sorted by hash, and their names beside them.

    An entry is one identity of one connection under one relation; a person listed with an address and a profile
    has two entries. A name is the first ``name_bits`` bits of the hash of a connection's strongest name key.
    """

    attendee_id: str
    source: str
    hashes: npt.NDArray[np.uint64]
    relations: npt.NDArray[np.uint8]
    days: npt.NDArray[np.uint16]
    names: npt.NDArray[np.uint64] = field(default_factory=lambda: NO_NAMES)  # sorted, no repeats
    name_bits: int = 0
    name_relation: int = 0  # that of most connections in the set

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def digest(self) -> str:
        """16 hexadecimal characters that differ where the content differs."""
        return hashlib.blake2b(self.to_bytes(), digest_size=8).hexdigest()

    def to_bytes(self) -> bytes:
        """A head of 16 bytes; the differences of the hashes, 6 bytes each in all but small sets; relations and days,
        deflated; the differences of the names, 4 bytes each. All little-endian."""
        steps = np.diff(self.hashes, prepend=np.uint64(0)).astype("<u8")
        width = (int(steps.max(initial=0)).bit_length() + 7) // 8 or 1
        told = zlib.compress(self.relations.tobytes() + self.days.astype("<u2").tobytes(), 9)
        names = np.diff(self.names, prepend=np.uint64(0)).astype("<u4")
        head = _HEAD.pack(FORMAT_VERSION, len(self), width, len(told), len(names), self.name_bits, self.name_relation)
        return b"".join((head, steps.view(np.uint8).reshape(-1, 8)[:, :width].tobytes(), told, names.tobytes()))

    @classmethod
    def from_bytes(cls, attendee_id: str, source: str, packed: bytes) -> ConnectionSet:
        """The inverse of :meth:`to_bytes`.

        :raises ValueError: where ``packed`` is of another version or length
        """
        wrong = f"connection set of {source}: {len(packed)} bytes are not of format {FORMAT_VERSION}"
        if len(packed) < _HEAD.size or packed[0] != FORMAT_VERSION:
            raise ValueError(wrong)
        _, count, width, told_bytes, names, name_bits, name_relation = _HEAD.unpack_from(packed)
        told_at = _HEAD.size + width * count
        names_at = told_at + told_bytes
        if width > 8 or len(packed) != names_at + 4 * names:
            raise ValueError(wrong)
        # Eight bytes each, which end with the step; those before it are shifted out.
        steps = np.ndarray((count,), "<u8", packed, _HEAD.size - 8 + width, (width,)) >> np.uint64(8 * (8 - width))
        try:
            told = zlib.decompress(packed[told_at:names_at])
            relations = np.frombuffer(told, np.uint8, count)
            days = np.frombuffer(told, "<u2", count, offset=count)
        except (zlib.error, ValueError):
            raise ValueError(wrong) from None
        return cls(
            attendee_id,
            source,
            np.cumsum(steps, dtype=np.uint64),
            relations,
            days,
            np.cumsum(np.frombuffer(packed, "<u4", names, names_at), dtype=np.uint64),
            name_bits,
            name_relation,
        )

    def only(self, kept: npt.NDArray[np.bool_]) -> ConnectionSet:
        """The set with some of its entries."""
        return replace(self, hashes=self.hashes[kept], relations=self.relations[kept], days=self.days[kept])

    def split(self, entries: int) -> list[ConnectionSet]:
        """The set in parts of at most ``entries`` entries, each a set by itself; at least one part. The names stand in
        the first."""
        parts = [
            ConnectionSet(
                self.attendee_id,
                self.source,
                self.hashes[start : start + entries],
                self.relations[start : start + entries],
                self.days[start : start + entries],
            )
            for start in range(0, max(len(self), 1), entries)
        ]
        parts[0] = replace(parts[0], names=self.names, name_bits=self.name_bits, name_relation=self.name_relation)
        return parts


def pack_connections(attendee_id: str, source: str, connections: Iterable[Connection], *, key: bytes) -> ConnectionSet:
    """The connections as a set; what an export lists twice is kept once, with its earliest date.

    The result depends on what is listed, not on the order: the same export gives the same bytes.
    """
    earliest: dict[tuple[int, Relation], int] = {}
    people: list[NameKey] = []
    relations: Counter[Relation] = Counter()
    for connection in connections:
        days = _to_days(connection.since)
        for identity in connection.identities:
            entry = (hash_identity(identity, key), connection.relation)
            known = earliest.get(entry, 0)
            earliest[entry] = min(known, days) if known and days else known or days
        strongest = names.name_keys(connection.name, connection.company)[:1] if connection.name else ()
        if strongest:
            people.extend(strongest)
            relations[connection.relation] += 1
    ordered = sorted(earliest.items())
    count = len(ordered)
    hashed_names, bits = _pack_names(people, key)
    return ConnectionSet(
        attendee_id,
        source,
        np.fromiter((entry[0] for entry, _ in ordered), np.uint64, count),
        np.fromiter((entry[1] for entry, _ in ordered), np.uint8, count),
        np.fromiter((days for _, days in ordered), np.uint16, count),
        hashed_names,
        bits,
        int(max(relations, key=lambda each: (relations[each], each), default=0)),
    )


def pack_people(
    attendee_id: str, source: str, people: Iterable[int], relation: Relation, *, since: date | None
) -> ConnectionSet:
    """People of whom only the hashes are known, all tied in one way on one day, as a set."""
    hashes = sorted(set(people))
    count = len(hashes)
    return ConnectionSet(
        attendee_id,
        source,
        np.array(hashes, np.uint64),
        np.full(count, relation, np.uint8),
        np.full(count, _to_days(since), np.uint16),
    )


def _pack_names(people: Iterable[NameKey], key: bytes) -> tuple[npt.NDArray[np.uint64], int]:
    """The names that only one of these people has: of two namesakes neither can be told from the other."""
    once = [name_key for name_key, times in Counter(people).items() if times == 1]
    hashes = np.sort(np.fromiter((hash_name(name_key, key) for name_key in once), np.uint64, len(once)))[:MOST_NAMES]
    if not once:
        return NO_NAMES, 0
    for bits in range(min(NAME_BITS + len(hashes).bit_length(), HASH_BITS), 0, -1):
        names = np.unique(hashes >> np.uint64(HASH_BITS - bits))
        # Differences are four bytes; that one is larger happens about once in a million sets.
        if int(np.diff(names, prepend=np.uint64(0)).max()) < 1 << 32:
            return names, bits
    raise AssertionError("unreachable")


def _to_days(since: date | None) -> int:
    return min(max((since - _EPOCH).days, 1), 0xFFFF) if since else 0


def date_of(days: int) -> date | None:
    """The date that a stored day count means; None for 0."""
    return _EPOCH + timedelta(days=days) if days else None
