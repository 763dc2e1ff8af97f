"""The join: connection sets against the directory, as arrays; nothing is compared pairwise.

A table of bits says of most entries at once that nobody in the directory has them; the few that are left are looked up
in the sorted directory. docs/matching.md has what other engines take for the same.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from shared.connections import Relation
from shared.matching.connection_set import ConnectionSet, date_of
from shared.matching.directory import DirectoryEntry
from shared.matching.evidence import Evidence, Listing

# Entries that are joined at once: 8 MB of hashes, which stay in the processor's cache for a while.
BLOCK_ENTRIES: Final = 1_000_000
# 64 bits for each hash of the directory let one in 64 strangers through; 16 MB at most.
LEAST_BITS, MOST_BITS, BITS_A_HASH = 12, 24, 64

Integers = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """Every piece of evidence found, as parallel arrays sorted by lister, listed, network, relation, source, day.

    ``lister`` and ``listed`` are positions in ``attendee_ids``, ``network`` and ``source`` in the lists of that name;
    all three lists are sorted. No row occurs twice. 20 bytes a row.
    """

    attendee_ids: Sequence[str]
    networks: Sequence[str]
    sources: Sequence[str]
    lister: npt.NDArray[np.int32]
    listed: npt.NDArray[np.int32]
    network: npt.NDArray[np.int32]
    relation: npt.NDArray[np.uint8]
    source: npt.NDArray[np.int32]
    day: npt.NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.lister)

    def listings(self, rows: Integers | None = None) -> Iterator[Listing]:
        """All or some rows as Listings, in their order; rows of one pair stand together."""
        rows = np.arange(len(self)) if rows is None else rows
        if not len(rows):
            return
        pairs = self.lister[rows].astype(np.int64) << 32 | self.listed[rows]
        starts = np.flatnonzero(np.r_[True, pairs[1:] != pairs[:-1]]).tolist()
        for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
            first = rows[start]
            yield Listing(
                self.attendee_ids[self.lister[first]],
                self.attendee_ids[self.listed[first]],
                tuple(self._evidence(row) for row in rows[start:end].tolist()),
            )

    def _evidence(self, row: int) -> Evidence:
        return Evidence(
            self.networks[self.network[row]],
            Relation(int(self.relation[row])),
            date_of(int(self.day[row])),
            self.sources[self.source[row]],
        )


class ByAttendee:
    """Rows, looked up by who lists or is listed."""

    def __init__(self, rows: Rows) -> None:
        self._rows = rows
        self._number = {attendee_id: number for number, attendee_id in enumerate(rows.attendee_ids)}
        self._by_listed = np.argsort(rows.listed, kind="stable")
        everybody = np.arange(len(rows.attendee_ids) + 1)
        self._out = np.searchsorted(rows.lister, everybody)
        self._back = np.searchsorted(rows.listed[self._by_listed], everybody)

    def attendee_ids(self) -> Iterator[str]:
        """Everybody who lists or is listed."""
        concerned = (np.diff(self._out) > 0) | (np.diff(self._back) > 0)
        return (self._rows.attendee_ids[number] for number in np.flatnonzero(concerned).tolist())

    def listings_of(self, attendee_id: str) -> Iterator[Listing]:
        """Every listing by or of the attendee."""
        number = self._number.get(attendee_id)
        if number is None:
            return
        yield from self._rows.listings(np.arange(self._out[number], self._out[number + 1]))
        yield from self._rows.listings(self._by_listed[self._back[number] : self._back[number + 1]])


def join(
    directory: Iterable[DirectoryEntry], sets: Iterable[ConnectionSet], *, among: Collection[str] | None = None
) -> Rows:
    """Every piece of evidence that an attendee's set lists another attendee.

    The sets are read once, one block after another, so memory is bounded by the directory, a block and the result. The
    caller decides whose sets take part: the directory's own consent is not looked at for listers.

    :param among: look only for these attendees (the reverse join of new attendees); None for all
    """
    return _Join(entry for entry in directory if among is None or entry.attendee_id in among).of(sets)


def find_listings(
    directory: Iterable[DirectoryEntry],
    sets: Iterable[ConnectionSet],
    *,
    among: Collection[str] | None = None,
) -> list[Listing]:
    """The same as :func:`join`, as Listings sorted by (lister, listed)."""
    return list(join(directory, sets, among=among).listings())


class _Join:
    """One directory, ready to be joined with any number of sets."""

    def __init__(self, directory: Iterable[DirectoryEntry]) -> None:
        self._people = _Numbers()
        self._networks = _Numbers()
        self._sources = _Numbers()
        owned = sorted(
            (hashed, self._people[entry.attendee_id], self._networks[network])
            for entry in directory
            for hashed, network in entry.findable
        )
        self._hashes = np.fromiter((row[0] for row in owned), np.uint64, len(owned))
        self._owners = np.fromiter((row[1] for row in owned), np.int32, len(owned))
        self._network_of = np.fromiter((row[2] for row in owned), np.int32, len(owned))
        bits = min(max((len(owned) * BITS_A_HASH).bit_length(), LEAST_BITS), MOST_BITS)
        self._shift = np.uint64(64 - bits)
        self._known = np.zeros(1 << bits, bool)
        self._known[self._hashes >> self._shift] = True

    def of(self, sets: Iterable[ConnectionSet]) -> Rows:
        found = [self._block(block) for block in _blocks(sets)] if len(self._hashes) else []
        columns = [np.concatenate(column) for column in zip(*found, strict=True)] or [np.zeros(0, np.int64)] * 6
        lister, listed, network, relation, source, day = columns
        people, network_names, source_names = self._people, self._networks, self._sources
        first = people.ranks()[lister] << 32 | people.ranks()[listed]
        second = network_names.ranks()[network] << 48 | relation << 40 | source_names.ranks()[source] << 16 | day
        order = np.lexsort((second, first))
        first, second = first[order], second[order]
        if len(order):
            new = np.r_[True, (first[1:] != first[:-1]) | (second[1:] != second[:-1])]
            first, second = first[new], second[new]
        return Rows(
            attendee_ids=people.names(),
            networks=network_names.names(),
            sources=source_names.names(),
            lister=(first >> 32).astype(np.int32),
            listed=(first & 0xFFFFFFFF).astype(np.int32),
            network=(second >> 48).astype(np.int32),
            relation=(second >> 40 & 0xFF).astype(np.uint8),
            source=(second >> 16 & 0xFFFFFF).astype(np.int32),
            day=(second & 0xFFFF).astype(np.uint16),
        )

    def _block(self, sets: Sequence[ConnectionSet]) -> tuple[Integers, ...]:
        """The rows of some sets, unsorted, as numbers given in order of appearance."""
        sizes = [len(each) for each in sets]
        hashes = np.concatenate([each.hashes for each in sets])
        candidates = np.flatnonzero(self._known[hashes >> self._shift])
        wanted = hashes[candidates]
        first = np.searchsorted(self._hashes, wanted, side="left")
        # Several attendees may claim one handle, so a hash has a run of owners.
        runs = np.searchsorted(self._hashes, wanted, side="right") - first
        entries = np.repeat(candidates, runs)
        owned = np.repeat(first - np.cumsum(runs) + runs, runs) + np.arange(len(entries))
        of_set = np.searchsorted(np.cumsum(sizes), entries, side="right")
        listers = np.fromiter((self._people[each.attendee_id] for each in sets), np.int64, len(sets))
        sources = np.fromiter((self._sources[each.source] for each in sets), np.int64, len(sets))
        relations = np.concatenate([each.relations for each in sets])
        days = np.concatenate([each.days for each in sets])
        others = self._owners[owned] != listers[of_set]
        entries, owned, of_set = entries[others], owned[others], of_set[others]
        return (
            listers[of_set],
            self._owners[owned].astype(np.int64),
            self._network_of[owned].astype(np.int64),
            relations[entries].astype(np.int64),
            sources[of_set],
            days[entries].astype(np.int64),
        )


class _Numbers:
    """Names as numbers, given as they appear."""

    def __init__(self) -> None:
        self._number: dict[str, int] = {}

    def __getitem__(self, name: str) -> int:
        return self._number.setdefault(name, len(self._number))

    def names(self) -> list[str]:
        return sorted(self._number)

    def ranks(self) -> Integers:
        """By number, the place of its name in the sorted names."""
        ranks = np.zeros(len(self._number), np.int64)
        ranks[[self._number[name] for name in self.names()]] = np.arange(len(self._number))
        return ranks


def _blocks(sets: Iterable[ConnectionSet]) -> Iterator[list[ConnectionSet]]:
    block: list[ConnectionSet] = []
    entries = 0
    for each in sets:
        block.append(each)
        entries += len(each)
        if entries >= BLOCK_ENTRIES:
            yield block
            block, entries = [], 0
    if block:
        yield block
