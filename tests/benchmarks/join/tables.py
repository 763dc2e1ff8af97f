"""What the engines of tables share: the directory and the stored sets as columns, and what they find as Rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from shared.matching.connection_set import ConnectionSet
from shared.matching.directory import DirectoryEntry
from shared.matching.join import Rows
from tests.benchmarks.join.event import Stored

Column = npt.NDArray[Any]
Table = Mapping[str, Column]


@dataclass(frozen=True, slots=True)
class Directory:
    """The directory as columns: who owns a hash, and on which network, as places in sorted lists."""

    attendee_ids: list[str]
    networks: list[str]
    hashes: Column
    owners: Column
    network_of: Column

    @classmethod
    def of(cls, entries: Sequence[DirectoryEntry]) -> Directory:
        attendee_ids = sorted(entry.attendee_id for entry in entries)
        networks = sorted({network for entry in entries for _, network in entry.findable})
        attendee, network = _places(attendee_ids), _places(networks)
        owned = [(hashed, attendee[e.attendee_id], network[name]) for e in entries for hashed, name in e.findable]
        return cls(
            attendee_ids,
            networks,
            np.fromiter((row[0] for row in owned), np.uint64, len(owned)),
            np.fromiter((row[1] for row in owned), np.int32, len(owned)),
            np.fromiter((row[2] for row in owned), np.int32, len(owned)),
        )

    def table(self) -> Table:
        return {"hash": self.hashes, "row": np.arange(len(self.hashes), dtype=np.int32)}

    def rows(self, stored: Sequence[Stored], found: Table) -> Rows:
        """What was joined, by ``set``, ``row`` (of the directory), ``relation``, ``day``; sorted, without repeats."""
        sources = sorted({each.source for each in stored})
        attendee, source = _places(self.attendee_ids), _places(sources)
        lister_of = np.fromiter((attendee[each.attendee_id] for each in stored), np.int64, len(stored))
        source_of = np.fromiter((source[each.source] for each in stored), np.int64, len(stored))
        lister, listed = lister_of[found["set"]], self.owners[found["row"]]
        others = lister != listed
        first = lister[others] << 32 | listed[others]
        second = (
            self.network_of[found["row"]][others].astype(np.int64) << 48
            | found["relation"][others].astype(np.int64) << 40
            | source_of[found["set"]][others] << 16
            | found["day"][others]
        )
        order = np.lexsort((second, first))
        first, second = first[order], second[order]
        new = np.r_[True, (first[1:] != first[:-1]) | (second[1:] != second[:-1])][: len(first)]
        first, second = first[new], second[new]
        return Rows(
            attendee_ids=self.attendee_ids,
            networks=self.networks,
            sources=sources,
            lister=(first >> 32).astype(np.int32),
            listed=(first & 0xFFFFFFFF).astype(np.int32),
            network=(second >> 48).astype(np.int32),
            relation=(second >> 40 & 0xFF).astype(np.uint8),
            source=(second >> 16 & 0xFFFFFF).astype(np.int32),
            day=(second & 0xFFFF).astype(np.uint16),
        )


def tables(stored: Sequence[Stored], entries_at_once: float) -> Iterator[Table]:
    """The sets as tables of at least so many rows: ``hash``, ``set`` (place in ``stored``), ``relation``, ``day``."""
    block: list[ConnectionSet] = []
    first = entries = 0
    for place, each in enumerate(stored):
        block.append(each.read())
        entries += len(block[-1])
        if entries >= entries_at_once or place == len(stored) - 1:
            yield {
                "hash": np.concatenate([one.hashes for one in block]),
                "set": np.repeat(np.arange(first, place + 1, dtype=np.int32), [len(one) for one in block]),
                "relation": np.concatenate([one.relations for one in block]),
                "day": np.concatenate([one.days for one in block]),
            }
            block, first, entries = [], place + 1, 0


def _places(names: Sequence[str]) -> dict[str, int]:
    return {name: place for place, name in enumerate(names)}
