"""The join: connection sets against the directory, as arrays; nothing is compared pairwise.

A table of bits says of most entries at once that nobody in the directory has them; the few that are left are looked up
in the sorted directory. docs/matching-measured.md has what other engines take for the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from shared.connections import Relation
from shared.matching.connection_set import ConnectionSet, date_of
from shared.matching.directory import DirectoryEntry
from shared.matching.evidence import BY_NAME, Evidence, Listing
from shared.matching.hashing import HASH_BITS

# Entries that are joined at once: 8 MB of hashes, which stay in the processor's cache for a while.
BLOCK_ENTRIES: Final = 1_000_000
# 64 bits for each hash of the directory let one in 64 strangers through; 16 MB at most.
LEAST_BITS, MOST_BITS, BITS_A_HASH = 12, 24, 64
ROWS_AT_ONCE: Final = 10_000  # that are turned into Listings

# A call of an enumeration or of date arithmetic for each row would take as long as everything else.
_RELATIONS: Final = {relation.value: relation for relation in Relation}
_date_of: Final = cache(date_of)

Integers = npt.NDArray[np.int64]
Columns = tuple[Integers, Integers, Integers, Integers, Integers, Integers]


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
        for (lister, listed), group in groupby(self._numbers(rows), key=itemgetter(0, 1)):
            evidence = tuple(self._evidence(*row[2:]) for row in group)
            yield Listing(self.attendee_ids[lister], self.attendee_ids[listed], _without_echoes(evidence))

    def _numbers(self, rows: Integers) -> Iterator[tuple[int, int, int, int, int, int]]:
        """Rows as Python's own integers, some thousands at a time: arrays are slow one by one, lists are large."""
        columns = (self.lister, self.listed, self.network, self.relation, self.source, self.day)
        for start in range(0, len(rows), ROWS_AT_ONCE):
            some = rows[start : start + ROWS_AT_ONCE]
            yield from zip(*(column[some].tolist() for column in columns), strict=True)

    def _evidence(self, network: int, relation: int, source: int, day: int) -> Evidence:
        return Evidence(self.networks[network], _RELATIONS[relation], _date_of(day), self.sources[source])


def _without_echoes(evidence: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """A source that names somebody by an identity need not be believed by the name as well."""
    if len(evidence) == 1:
        return evidence
    known = {each.source for each in evidence if each.network not in BY_NAME}
    return tuple(each for each in evidence if each.network not in BY_NAME or each.source not in known)


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
    return _Join(directory, among).of(sets)


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

    def __init__(self, directory: Iterable[DirectoryEntry], among: Collection[str] | None) -> None:
        self._people = _Numbers()
        self._networks = _Numbers()
        self._sources = _Numbers()
        entries = list(directory)
        names = Counter(hashed for entry in entries for hashed, network in entry.findable if network in BY_NAME)
        wanted = [
            (hashed, self._people[entry.attendee_id], self._networks[network], network in BY_NAME)
            for entry in entries
            if among is None or entry.attendee_id in among
            for hashed, network in entry.findable
            # Of two attendees with one name neither can be told from the other by it.
            if network not in BY_NAME or names[hashed] == 1
        ]
        self._by_identity = _Index([row[:3] for row in wanted if not row[3]])
        self._by_name = _Index([row[:3] for row in wanted if row[3]])

    def of(self, sets: Iterable[ConnectionSet]) -> Rows:
        found = [rows for block in _blocks(sets) for rows in (self._block(block), *self._names(block)) if len(rows[0])]
        lister, listed, network, relation, source, day = _one_after_another(found)
        people, network_names, source_names = self._people, self._networks, self._sources
        ranks = people.ranks()
        first = ranks[lister] << 32 | ranks[listed]
        second = network_names.ranks()[network] << 48 | relation << 40 | source_names.ranks()[source] << 16 | day
        del lister, listed, network, relation, source, day
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

    def _block(self, sets: Sequence[ConnectionSet]) -> Columns:
        """The rows that identities give, unsorted, as numbers given in order of appearance."""
        hashes = np.concatenate([each.hashes for each in sets])
        entries, owned = self._by_identity.find(hashes, HASH_BITS)
        of_set = np.searchsorted(np.cumsum([len(each) for each in sets]), entries, side="right")
        relations = np.concatenate([each.relations for each in sets])
        days = np.concatenate([each.days for each in sets])
        return self._rows(sets, of_set, self._by_identity, owned, relations[entries], days[entries])

    def _names(self, sets: Sequence[ConnectionSet]) -> Iterator[Columns]:
        """The rows that names give; sets of about one size keep names in equally many bits."""
        for bits in sorted({each.name_bits for each in sets if len(each.names)}):
            some = [each for each in sets if each.name_bits == bits and len(each.names)]
            entries, owned = self._by_name.find(np.concatenate([each.names for each in some]), bits)
            of_set = np.searchsorted(np.cumsum([len(each.names) for each in some]), entries, side="right")
            relations = np.fromiter((each.name_relation for each in some), np.int64, len(some))[of_set]
            yield self._rows(some, of_set, self._by_name, owned, relations, np.zeros(len(entries), np.int64))

    def _rows(
        self,
        sets: Sequence[ConnectionSet],
        of_set: Integers,
        index: _Index,
        owned: Integers,
        relations: npt.NDArray[Any],
        days: npt.NDArray[Any],
    ) -> Columns:
        listers = np.fromiter((self._people[each.attendee_id] for each in sets), np.int64, len(sets))[of_set]
        sources = np.fromiter((self._sources[each.source] for each in sets), np.int64, len(sets))[of_set]
        columns = (listers, index.owners[owned], index.networks[owned], relations, sources, days)
        others = index.owners[owned] != listers
        lister, listed, network, relation, source, day = (column[others].astype(np.int64) for column in columns)
        return lister, listed, network, relation, source, day


class _Index:
    """Hashes of the directory, sorted, with whose they are and on which network."""

    def __init__(self, rows: Iterable[tuple[int, int, int]]) -> None:
        ordered = sorted(rows)
        self.hashes = np.fromiter((row[0] for row in ordered), np.uint64, len(ordered))
        self.owners = np.fromiter((row[1] for row in ordered), np.int64, len(ordered))
        self.networks = np.fromiter((row[2] for row in ordered), np.int64, len(ordered))
        self._bits = min(max((len(ordered) * BITS_A_HASH).bit_length(), LEAST_BITS), MOST_BITS)
        self._known: npt.NDArray[np.bool_] = np.zeros(1 << self._bits, bool)
        self._known[self.hashes >> np.uint64(HASH_BITS - self._bits)] = True

    def find(self, values: npt.NDArray[np.uint64], bits: int) -> tuple[Integers, Integers]:
        """Pairs of positions (in ``values``, in the index) where the first ``bits`` bits of the hashes are equal."""
        if not len(self.hashes):
            return np.zeros(0, np.int64), np.zeros(0, np.int64)
        shared = min(bits, self._bits)
        known = self._known
        if shared < self._bits:
            known = known.reshape(1 << shared, -1).max(axis=1)
        # Signed, they are used as they are, and clipping spares a check: all are within the table anyway.
        places = (values >> np.uint64(bits - shared)).view(np.int64)
        candidates = np.flatnonzero(known.take(places, mode="clip"))
        hashes = self.hashes >> np.uint64(HASH_BITS - bits)
        first = np.searchsorted(hashes, values[candidates], side="left")
        found = hashes.take(first, mode="clip") == values[candidates]
        candidates, first = candidates[found], first[found]
        # Several attendees may claim one handle, so a hash has a run of owners.
        runs = np.searchsorted(hashes, values[candidates], side="right") - first
        entries = np.repeat(candidates, runs)
        return entries, np.repeat(first - np.cumsum(runs) + runs, runs) + np.arange(len(entries))


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


def _one_after_another(found: list[Columns]) -> list[Integers]:
    """The blocks' rows as six columns; the blocks are let go of."""
    columns = [np.concatenate(column) for column in zip(*found, strict=True)] or [np.zeros(0, np.int64)] * 6
    found.clear()
    return columns


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
