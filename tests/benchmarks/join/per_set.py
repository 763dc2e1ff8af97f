"""The join as it was until it took blocks (commit 589ec8f): a binary search for each set, kept as a baseline."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from shared.connections import Relation
from shared.matching.connection_set import ConnectionSet, date_of
from shared.matching.directory import DirectoryEntry
from shared.matching.evidence import Evidence, Listing


def find_listings(directory: Iterable[DirectoryEntry], sets: Iterable[ConnectionSet]) -> list[Listing]:
    """Every listing of an attendee in another attendee's set, sorted by (lister, listed)."""
    owned = sorted((hashed, entry.attendee_id, network) for entry in directory for hashed, network in entry.findable)
    hashes = np.fromiter((row[0] for row in owned), np.uint64, len(owned))
    found: defaultdict[tuple[str, str], set[Evidence]] = defaultdict(set)
    for connection_set in sets:
        for entry_index, owner_index in _matching_rows(connection_set.hashes, hashes):
            _, listed, network = owned[owner_index]
            if listed != connection_set.attendee_id:
                found[connection_set.attendee_id, listed].add(
                    Evidence(
                        network,
                        Relation(int(connection_set.relations[entry_index])),
                        date_of(int(connection_set.days[entry_index])),
                        connection_set.source,
                    )
                )
    return [
        Listing(lister, listed, tuple(sorted(evidence, key=lambda e: e.order)))
        for (lister, listed), evidence in sorted(found.items())
    ]


def _matching_rows(entries: npt.NDArray[np.uint64], owned: npt.NDArray[np.uint64]) -> list[tuple[int, int]]:
    """Index pairs (i, j) with ``entries[i] == owned[j]``; both sorted, both may repeat a hash."""
    if len(entries) == 0 or len(owned) == 0:
        return []
    few, many = (entries, owned) if len(entries) <= len(owned) else (owned, entries)
    first = np.searchsorted(many, few, side="left")
    hits = np.flatnonzero((first < len(many)) & (many[np.minimum(first, len(many) - 1)] == few))
    rows: list[tuple[int, int]] = []
    for hit in hits:
        last = int(np.searchsorted(many, few[hit], side="right"))
        rows.extend((int(hit), position) for position in range(int(first[hit]), last))
    return rows if few is entries else [(entry, owner) for owner, entry in rows]
