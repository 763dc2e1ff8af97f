"""All of one person's connections from one source as one sorted array of keyed hashes: nobody's name is kept."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

import numpy as np
import numpy.typing as npt

from shared.connections import Connection, Relation
from shared.identities import Identity

FORMAT_VERSION: Final = 1
BYTES_PER_ENTRY: Final = 11

# Dates are two bytes: days from here, 0 for unknown. It reaches to 2183.
_EPOCH: Final = date(2003, 12, 31)


def hash_identity(identity: Identity, key: bytes) -> int:
    """The 64-bit keyed hash that stands for an identity (BLAKE2b, RFC 7693, with the deployment's secret key).

    Without the key nobody can find out whom a set lists by trying handles. Two identities of 50 million collide
    with a probability of about 1 in 15,000.
    """
    space, handle = identity.key
    digest = hashlib.blake2b(f"{space}\0{handle}".encode(), key=key, digest_size=8, person=b"identity").digest()
    return int.from_bytes(digest, "little")


@dataclass(frozen=True, slots=True, eq=False)
class ConnectionSet:
    """One person's connections from one source, as three parallel arrays sorted by hash.

    An entry is one identity of one connection under one relation; a person listed with an address and a profile
    has two entries.
    """

    attendee_id: str
    source: str
    hashes: npt.NDArray[np.uint64]
    relations: npt.NDArray[np.uint8]
    days: npt.NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.hashes)

    @property
    def digest(self) -> str:
        """16 hexadecimal characters that differ where the content differs."""
        return hashlib.blake2b(self.to_bytes(), digest_size=8).hexdigest()

    def to_bytes(self) -> bytes:
        """One version byte, then the hashes (little-endian), the relations and the days: 1 + 11 n bytes."""
        return b"".join(
            (
                bytes([FORMAT_VERSION]),
                self.hashes.astype("<u8").tobytes(),
                self.relations.tobytes(),
                self.days.astype("<u2").tobytes(),
            )
        )

    @classmethod
    def from_bytes(cls, attendee_id: str, source: str, packed: bytes) -> ConnectionSet:
        """The inverse of :meth:`to_bytes`.

        :raises ValueError: where ``packed`` is of another version or length
        """
        count, rest = divmod(len(packed) - 1, BYTES_PER_ENTRY)
        if not packed or packed[0] != FORMAT_VERSION or rest:
            raise ValueError(f"connection set of {source}: {len(packed)} bytes are not of format {FORMAT_VERSION}")
        return cls(
            attendee_id,
            source,
            np.frombuffer(packed, "<u8", count, offset=1),
            np.frombuffer(packed, np.uint8, count, offset=1 + 8 * count),
            np.frombuffer(packed, "<u2", count, offset=1 + 9 * count),
        )

    def split(self, entries: int) -> list[ConnectionSet]:
        """The set in parts of at most ``entries`` entries, each a set by itself; at least one part."""
        return [
            ConnectionSet(
                self.attendee_id,
                self.source,
                self.hashes[start : start + entries],
                self.relations[start : start + entries],
                self.days[start : start + entries],
            )
            for start in range(0, max(len(self), 1), entries)
        ]


def pack_connections(attendee_id: str, source: str, connections: Iterable[Connection], *, key: bytes) -> ConnectionSet:
    """The connections as a set; what an export lists twice is kept once, with its earliest date.

    The result depends on what is listed, not on the order: the same export gives the same bytes.
    """
    earliest: dict[tuple[int, Relation], int] = {}
    for connection in connections:
        days = _to_days(connection.since)
        for identity in connection.identities:
            entry = (hash_identity(identity, key), connection.relation)
            known = earliest.get(entry, 0)
            earliest[entry] = min(known, days) if known and days else known or days
    ordered = sorted(earliest.items())
    count = len(ordered)
    return ConnectionSet(
        attendee_id,
        source,
        np.fromiter((entry[0] for entry, _ in ordered), np.uint64, count),
        np.fromiter((entry[1] for entry, _ in ordered), np.uint8, count),
        np.fromiter((days for _, days in ordered), np.uint16, count),
    )


def _to_days(since: date | None) -> int:
    return min(max((since - _EPOCH).days, 1), 0xFFFF) if since else 0


def date_of(days: int) -> date | None:
    """The date that a stored day count means; None for 0."""
    return _EPOCH + timedelta(days=days) if days else None
