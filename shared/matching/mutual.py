"""Mutual connections: attendees who do not know each other, and whom they share.

The measure is that of Adamic and Adar, "Friends and neighbors on the Web", Social Networks 25 (2003), 211-230: each
shared acquaintance counts 1 / log(degree), so that a rare one counts more than a celebrity (the formula is certain;
the weights of ties and the bonus for who is at the event are our own choice). Here, over the people c whom both a and
b list in sets of their own::

    odds(a, b) = sum over c of  tie(a, c) * tie(b, c) * (2 if c is at the event and agreed, else 1) / log2(degree(c))
    score(a, b) = odds / (1 + odds)

``tie`` is the noisy-or of the weights (:data:`shared.matching.evidence.WEIGHTS`) of the relations under which c is
listed, whatever the source, and ``degree(c)`` the number of attendees who list c. One person at odds 1, score 0.5, is
somebody whom only these two list and whom both know for certain. Only what a and b list themselves counts: a
made-up list never puts its uploader between two others.

Everybody who takes part is registered, agreed to be named and lets their connections be used; an introducer is
registered and agreed. All other acquaintances are only counted, since a set holds no more than hashes of them.
"""

from __future__ import annotations

import math
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import chain, pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from shared.connections import Relation
from shared.matching.connection_set import ConnectionSet
from shared.matching.directory import DirectoryEntry
from shared.matching.evidence import WEIGHTS
from shared.matching.hashing import HASH_BITS

Hashes = npt.NDArray[np.uint64]
Numbers = npt.NDArray[np.int64]
Links = npt.NDArray[np.uint32]  # attendee number * 32 + a bit for each relation

MOST_INTRODUCERS: Final = 3
# A person listed by more attendees says little, at most 0.13 to the odds (0.26 at the event), and costs as much as
# they are listed, for each who lists them. No share of the attendees, which would make large events quadratic.
USUAL_CAP: Final = 200
AT_EVENT: Final = 2.0  # who can introduce two in person counts as much as two who cannot

_RELATION_BITS: Final = max(relation for relation in Relation if WEIGHTS[relation])
_RELATION_MASK: Final = (1 << _RELATION_BITS) - 1
# Weights are whole multiples of these: then every product and sum below is exact, and no order of adding matters.
_TIE_STEP: Final = 2.0**-8
_RARITY_STEP: Final = 2.0**-16

_SHARD_BITS: Final = 6
_BLOCK_ENTRIES: Final = 1 << 20
_IN_MEMORY_BYTES: Final = 1 << 17  # of each column: 16 MB for all
_ROW_ENTRIES: Final = 1 << 21
_MOST_ROWS: Final = 1 << 16
_MOST_PATHS: Final = 1 << 22
_PERSON_FILTER_BITS: Final = 22
_MOST_COUNTER_BITS: Final = 28


@dataclass(frozen=True, slots=True)
class MutualConnections:
    """Two attendees who share acquaintances; ``a`` < ``b``."""

    a: str
    b: str
    score: float  # between 0 and 1, rounded to 4 places
    shared: int  # how many people both list; identities that nobody linked count one by one
    introducers: tuple[str, ...]  # those of them who are at the event and agreed, strongest ties first, at most 3


@dataclass(frozen=True, slots=True)
class MutualSearch:
    """What a search found, strongest first, and what it did not look at."""

    pairs: list[MutualConnections]
    cap: int  # people listed by more attendees than this were left out
    left_out: int  # how many people that were


class ListedTwice:
    """What a first reading of the sets remembers, so that the second keeps only who is listed more than once.

    Optional: with it a search gives the same result in less memory. It counts hashes in buckets, so that a hash
    listed once is kept where it shares its bucket, but none that is listed twice is lost.
    """

    def __init__(self, entries: int) -> None:
        """:param entries: about how many entries the sets have together; 256 MB from 34 million on, less below"""
        self._bits = min(max(8, (4 * entries).bit_length()), _MOST_COUNTER_BITS)
        self._counts: npt.NDArray[np.uint8] = np.zeros(1 << self._bits, np.uint8)
        self._packed: npt.NDArray[np.uint8] | None = None

    def add(self, connection_set: ConnectionSet) -> None:
        """Count one set; all are to be added before the search.

        :raises RuntimeError: where a search has begun
        """
        if self._packed is not None:
            raise RuntimeError("add every set before the search begins")
        buckets = self._buckets(connection_set.hashes)
        self._counts[buckets] = np.minimum(self._counts[buckets], 1) + 1

    def may_include(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """For each hash whether it may be listed twice; False is certain."""
        if self._packed is None:
            self._counts >>= 1
            self._packed, self._counts = np.packbits(self._counts, bitorder="little"), np.zeros(0, np.uint8)
        buckets = self._buckets(hashes)
        bits: npt.NDArray[np.uint8] = self._packed[buckets >> np.uint64(3)] >> (buckets & np.uint64(7)).astype(np.uint8)
        return (bits & 1).astype(np.bool_)

    def _buckets(self, hashes: Hashes) -> Hashes:
        return hashes >> np.uint64(HASH_BITS - self._bits)


class MutualCollector:
    """Takes an event's sets one by one, in any order, as whoever reads them for another purpose passes them on."""

    def __init__(self, directory: Iterable[DirectoryEntry], *, listed_twice: ListedTwice | None = None) -> None:
        """:param listed_twice: what a first reading of the same sets remembered"""
        self._people = _People(directory)
        self._refused: set[tuple[str, str]] = set()
        self._entries: _Entries | None = _Entries(self._people, listed_twice)
        self._acquaintances: _Acquaintances | None = None
        self._cap = 0

    def add(self, connection_set: ConnectionSet) -> None:
        """Take one set; those of people who do not take part are passed over.

        Whom the owner asked not to be introduced to is no acquaintance, and the two are no pair.

        :raises RuntimeError: where a search has begun
        """
        if self._entries is None:
            raise RuntimeError("add every set before the search begins")
        refused = connection_set.relations == Relation.NEVER
        if refused.any():
            owner = connection_set.attendee_id
            self._refused.update((owner, other) for other in self._people.named_by(connection_set.hashes[refused]))
            connection_set = connection_set.only(~refused)
        self._entries.add(connection_set)

    def find(
        self,
        known: Iterable[tuple[str, str]] = (),
        *,
        per_person: int = 5,
        cap: int = USUAL_CAP,
        among: Collection[str] | None = None,
    ) -> MutualSearch:
        """For each attendee the ``per_person`` others with whom they share most; each pair once.

        A pair is found where it is among the best of either, so a person whom many others share most with has more
        pairs than ``per_person``: :func:`strongest` thins that out. It may be called again, for others.

        :param known: pairs who match already, in either order; they are left out
        :param cap: leave out people listed by more attendees than this
        :param among: the best of these attendees only; the results for parts of the attendees add up to that for all
        :raises ValueError: where an earlier search had another cap
        """
        acquaintances = self._grouped(cap)
        left_out = _neighbours(self._people, chain(known, self._refused))
        search = _Search(self._people, acquaintances, left_out, per_person)
        wanted = np.array([among is None or name in among for name in self._people.names], np.bool_)
        return MutualSearch(search.run(wanted), cap, acquaintances.left_out)

    def _grouped(self, cap: int) -> _Acquaintances:
        if self._acquaintances is None:
            assert self._entries is not None
            self._acquaintances, self._cap = _group(self._entries, self._people, cap), cap
            self._entries = None
        elif cap != self._cap:
            raise ValueError(f"cap: {cap}, but these sets were searched with {self._cap}; collect them again")
        return self._acquaintances


def strongest(
    pairs: Iterable[MutualConnections], *, per_person: int, limit: int | None = None
) -> list[MutualConnections]:
    """The strongest pairs, none of them twice, with nobody in more than ``per_person`` and ``limit`` in all."""
    chosen: list[MutualConnections] = []
    used: Counter[str] = Counter()
    for pair in sorted(set(pairs), key=_by_strength):
        if limit is not None and len(chosen) >= limit:
            break
        if used[pair.a] < per_person and used[pair.b] < per_person:
            used.update((pair.a, pair.b))
            chosen.append(pair)
    return chosen


def tie_strength(relations: Iterable[Relation]) -> float:
    """How strong a tie is by the relations under which somebody is listed: their noisy-or, in steps of 1/256."""
    doubt = math.prod(1 - WEIGHTS[relation] for relation in sorted(set(relations)))
    return round((1 - doubt) / _TIE_STEP) * _TIE_STEP


def rarity(degree: int, *, at_event: bool) -> float:
    """What somebody listed by ``degree`` (2 or more) attendees counts, in steps of 1/65536."""
    return round((AT_EVENT if at_event else 1.0) / math.log2(degree) / _RARITY_STEP) * _RARITY_STEP


def score_of(odds: float) -> float:
    """The odds on the scale from 0 to 1: 0.5 at odds 1, rounded to 4 places, never 0 or 1."""
    return min(max(round(odds / (1 + odds), 4), 0.0001), 0.9999)


def _by_strength(pair: MutualConnections) -> tuple[float, int, str, str]:
    return (-pair.score, -pair.shared, pair.a, pair.b)


class _People:
    """The attendees who may be named, numbered in the order of their ids, and the hashes that are theirs alone.

    A hash that several claim is nobody's: it counts as a stranger.
    """

    def __init__(self, directory: Iterable[DirectoryEntry]) -> None:
        entries = sorted((e for e in directory if e.registered and e.agreed), key=lambda e: e.attendee_id)
        self.names = [entry.attendee_id for entry in entries]
        self._claims = [np.array([hashed for hashed, _ in entry.findable], np.uint64) for entry in entries]
        self._bringing = {entry.attendee_id: n for n, entry in enumerate(entries) if entry.uses_connections}
        claimed = np.concatenate([np.zeros(0, np.uint64), *self._claims])
        owners = np.repeat(np.arange(len(entries)), [len(claim) for claim in self._claims])
        hashes, first, claimers = np.unique(claimed, return_index=True, return_counts=True)
        self._hashes, hash_owners = hashes[claimers == 1], owners[first][claimers == 1]
        # A person goes by their smallest hash.
        self.owners, first, inverse = np.unique(hash_owners, return_index=True, return_inverse=True)
        self.keys = self._hashes[first]
        self._key_of_hash = self.keys[inverse]
        self._filter = np.zeros(1 << _PERSON_FILTER_BITS, np.bool_)
        self._filter[self._hashes >> np.uint64(HASH_BITS - _PERSON_FILTER_BITS)] = True
        by_key = np.argsort(self.keys)
        self.keys, self.owners = self.keys[by_key], self.owners[by_key]

    def number_of(self, name: str) -> int | None:
        """The number of an attendee who may be a member of a pair, else None."""
        return self._bringing.get(name)

    def named_by(self, hashes: Hashes) -> Iterator[str]:
        """The attendees whose these hashes are, of those that are anybody's alone."""
        keys = hashes.copy()
        linked = self.link(keys)
        return (self.names[owner] for owner in self.owners[np.searchsorted(self.keys, keys[linked])].tolist())

    def others(self, number: int, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """For each hash whether it is not one that this attendee claims."""
        return ~np.isin(hashes, self._claims[number])

    def link(self, keys: Hashes) -> npt.NDArray[np.bool_]:
        """Put for each attendee's hash, in place, the one they go by; for each key whether it was one."""
        linked: npt.NDArray[np.bool_] = self._filter[keys >> np.uint64(HASH_BITS - _PERSON_FILTER_BITS)]
        maybe = np.flatnonzero(linked)
        at = np.searchsorted(self._hashes, keys[maybe])
        sure = self._hashes[np.minimum(at, len(self._hashes) - 1)] == keys[maybe]
        linked[maybe[~sure]] = False
        keys[maybe[sure]] = self._key_of_hash[at[sure]]
        return linked


class _Column:
    """A growing column that waits in a file: all of an event of 100,000 would be most of a function's memory."""

    def __init__(self, kind: type[np.generic]) -> None:
        self._kind = np.dtype(kind)
        # It has no name, and is gone with the process, however that ends.
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY_BYTES)  # noqa: SIM115 - take() closes it

    def extend(self, values: npt.NDArray[Any]) -> None:
        self._file.write(np.ascontiguousarray(values, self._kind).data)

    def take(self) -> npt.NDArray[Any]:
        """The whole column as one array; the column is empty afterwards."""
        self._file.seek(0)
        whole = np.frombuffer(self._file.read(), self._kind)
        self._file.close()
        return whole


class _Shard:
    """Entries within one range of keys, in the order of the sets."""

    def __init__(self) -> None:
        self.keys = _Column(np.uint64)
        self._relations = _Column(np.uint8)  # a bit for each relation
        self._listers: list[npt.NDArray[np.uint32]] = []  # of each set of a block
        self._lengths: list[npt.NDArray[np.uint32]] = []  # how many entries of each set are here

    def add(
        self,
        keys: Hashes,
        relations: npt.NDArray[np.uint8],
        listers: npt.NDArray[np.uint32],
        lengths: npt.NDArray[np.uint32],
    ) -> None:
        self.keys.extend(keys)
        self._relations.extend(relations)
        self._listers.append(listers)
        self._lengths.append(lengths)

    def take_links(self) -> npt.NDArray[np.uint64]:
        """For each entry who lists it and how."""
        listers = [np.repeat(*block) for block in zip(self._listers, self._lengths, strict=True)]
        links = np.concatenate([np.zeros(0, np.uint32), *listers]).astype(np.uint64)
        links <<= np.uint64(_RELATION_BITS)
        links |= self._relations.take()
        self._listers, self._lengths = [], []
        return links


class _Entries:
    """The entries of all sets, 9 bytes each in files, by ranges of their key."""

    def __init__(self, people: _People, listed_twice: ListedTwice | None) -> None:
        self._people = people
        self._listed_twice = listed_twice
        self.shards = [_Shard() for _ in range(1 << _SHARD_BITS)]
        self.total = 0
        self._block: list[tuple[int, ConnectionSet]] = []
        self._waiting = 0

    def add(self, connection_set: ConnectionSet) -> None:
        number = self._people.number_of(connection_set.attendee_id)
        if number is None:
            return
        self._block.append((number, connection_set))
        self._waiting += len(connection_set)
        if self._waiting >= _BLOCK_ENTRIES:
            self._sort_in()

    def finish(self) -> None:
        """Put the last, smaller block where it belongs."""
        if self._block:
            self._sort_in()

    def _sort_in(self) -> None:
        block, self._block, self._waiting = self._block, [], 0
        keys = np.concatenate([each.hashes for _, each in block])
        relations = np.left_shift(1, np.concatenate([each.relations for _, each in block]) - 1, dtype=np.uint8)
        position = np.repeat(np.arange(len(block)), [len(each) for _, each in block])
        keep = np.concatenate([self._people.others(number, each.hashes) for number, each in block])
        linked = self._people.link(keys)
        if self._listed_twice is not None:
            keep &= linked | self._listed_twice.may_include(keys)
        keys, relations, position = keys[keep], relations[keep], position[keep]
        ranges = (keys >> np.uint64(HASH_BITS - _SHARD_BITS)).astype(np.uint8)
        order = np.argsort(ranges, kind="stable")
        bounds = np.searchsorted(ranges[order], np.arange(len(self.shards) + 1))
        listers = np.array([number for number, _ in block], np.uint32)
        for shard, (start, end) in zip(self.shards, pairwise(bounds), strict=True):
            if start == end:
                continue
            rows = order[start:end]
            lengths = np.bincount(position[rows], minlength=len(block)).astype(np.uint32)
            shard.add(keys[rows], relations[rows], listers, lengths)
        self.total += len(keys)


@dataclass(frozen=True, slots=True)
class _Acquaintances:
    """People whom at least two attendees list, each with those who do, in the order of their keys."""

    links: Links  # person after person, within a person by attendee
    starts: npt.NDArray[np.uint32]  # of each person's links; one more at the end
    at_event: npt.NDArray[np.bool_]  # for each person whether they are an attendee who agreed
    attending: Numbers  # the persons for whom that is so, ascending
    numbers: Numbers  # their attendee numbers
    left_out: int  # people who were too common

    def degrees(self, persons: Numbers) -> Numbers:
        return self.starts[persons + 1].astype(np.int64) - self.starts[persons]

    def links_of(self, persons: Numbers) -> Links:
        """The links of these persons, one after the other."""
        degrees = self.degrees(persons)
        shift = self.starts[persons] - (np.cumsum(degrees) - degrees)
        links: Links = self.links[np.arange(degrees.sum()) + np.repeat(shift, degrees)]
        return links

    def numbers_of(self, persons: Numbers) -> Numbers:
        """The attendee numbers of persons at the event."""
        return self.numbers[np.searchsorted(self.attending, persons)]


def _group(entries: _Entries, people: _People, cap: int) -> _Acquaintances:
    """Turn entries by lister into listers by person, and let go of the entries on the way."""
    entries.finish()
    # Pages that are never written cost no memory.
    links = np.empty(entries.total, np.uint32)
    starts = np.zeros(entries.total // 2 + 1, np.uint32)
    at_event = np.zeros(entries.total // 2, np.bool_)
    attending, numbers = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    used = persons = left_out = 0
    for shard in entries.shards:
        grouped = _Grouped(shard, cap)
        count = len(grouped.keys)
        links[used : used + len(grouped.links)] = grouped.links
        starts[persons + 1 : persons + 1 + count] = np.cumsum(grouped.degrees) + used
        at, present = _positions(grouped.keys, people.keys)
        attending.append(at + persons)
        at_event[attending[-1]] = True
        numbers.append(people.owners[present])
        used, persons, left_out = used + len(grouped.links), persons + count, left_out + grouped.left_out
    return _Acquaintances(
        links[:used],
        starts[: persons + 1],
        at_event[:persons],
        np.concatenate(attending),
        np.concatenate(numbers),
        left_out,
    )


class _Grouped:
    """The entries of one range of keys by person; who is listed once or too often is left out."""

    def __init__(self, shard: _Shard, cap: int) -> None:
        keys, links = shard.keys.take(), shard.take_links()
        order = np.argsort(keys)
        keys, links = keys[order], links[order]
        del order
        is_first = np.concatenate([np.ones(min(len(keys), 1), np.bool_), keys[1:] != keys[:-1]])
        keys = keys[is_first]
        links |= (np.cumsum(is_first, dtype=np.uint64) - np.uint64(1)) << np.uint64(32)
        links.sort()
        links = _merge_relations(links)
        degrees = np.bincount((links >> np.uint64(32)).astype(np.int64), minlength=len(keys))
        kept = (degrees >= 2) & (degrees <= cap)
        self.left_out = int((degrees > cap).sum())
        self.links: Links = links[np.repeat(kept, degrees)].astype(np.uint32)
        self.keys: Hashes = keys[kept]
        self.degrees: npt.NDArray[np.int64] = degrees[kept]


def _merge_relations(links: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Sorted person, lister and relations in one number each: one number for each person and lister."""
    if len(links) == 0:
        return links
    ties = links >> np.uint64(_RELATION_BITS)
    firsts = np.flatnonzero(np.concatenate([np.ones(1, np.bool_), ties[1:] != ties[:-1]]))
    del ties
    return np.bitwise_or.reduceat(links, firsts)


def _positions(sorted_keys: Hashes, wanted: Hashes) -> tuple[Numbers, Numbers]:
    """Where in ``sorted_keys`` those of ``wanted``, sorted too, are, and which of them."""
    if len(sorted_keys) == 0:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    start, end = np.searchsorted(wanted, [sorted_keys[0], sorted_keys[-1]])
    near = wanted[start : end + 1]
    at = np.minimum(np.searchsorted(sorted_keys, near), len(sorted_keys) - 1)
    present = np.flatnonzero(sorted_keys[at] == near)
    return at[present], present + start


def _neighbours(people: _People, known: Iterable[tuple[str, str]]) -> tuple[Numbers, Numbers]:
    """Pairs who match already, as (starts, numbers): those of attendee n are ``numbers[starts[n]:starts[n + 1]]``."""
    count = len(people.names)
    codes = (
        first * count + second
        for pair in known
        if (first := people.number_of(pair[0])) is not None and (second := people.number_of(pair[1])) is not None
    )
    one_way = np.fromiter(codes, np.int64)
    rows, columns = np.divmod(one_way, max(count, 1))
    both = np.unique(np.concatenate([one_way, columns * count + rows]))
    return np.searchsorted(both, np.arange(count + 1) * count), both % max(count, 1)


@dataclass(frozen=True, slots=True)
class _Best:
    """The best of one attendee, as parallel arrays."""

    row: int
    partners: Numbers
    odds: npt.NDArray[np.float64]
    shared: Numbers
    introducers: npt.NDArray[np.int32]  # attendee numbers, a line of 3 for each partner; -1 for none


class _Search:
    """Adds up the odds row by row, each in one dense row of as many numbers as there are attendees."""

    def __init__(
        self, people: _People, acquaintances: _Acquaintances, known: tuple[Numbers, Numbers], per_person: int
    ) -> None:
        self._names = people.names
        self._shared = acquaintances
        self._known_starts, self._known = known
        self._per_person = per_person
        most = int(np.diff(acquaintances.starts).max(initial=2))
        self._rarity = np.array(
            [[0.0, 0.0, *(rarity(n, at_event=here) for n in range(2, most + 1))] for here in (False, True)]
        )
        bits = range(_RELATION_MASK + 1)
        self._ties = np.array([tie_strength(r for r in Relation if mask >> (r - 1) & 1) for mask in bits])

    def run(self, wanted: npt.NDArray[np.bool_]) -> list[MutualConnections]:
        pairs: set[MutualConnections] = set()
        for row, persons, relations in self._rows(wanted):
            pairs.update(self._describe(self._best_of(row, persons, relations)))
        return sorted(pairs, key=_by_strength)

    def _rows(self, wanted: npt.NDArray[np.bool_]) -> Iterator[tuple[int, Numbers, npt.NDArray[np.uint8]]]:
        """Each wanted attendee with the persons they list and how."""
        sizes = np.zeros(len(wanted), np.int64)
        for start in range(0, len(self._shared.links), _ROW_ENTRIES):
            chunk = self._shared.links[start : start + _ROW_ENTRIES] >> _RELATION_BITS
            sizes += np.bincount(chunk, minlength=len(wanted))
        sizes[~wanted] = 0
        for low, high in _row_blocks(sizes):
            links_at = self._links_between(low, high, wanted)
            rows = (self._shared.links[links_at] >> _RELATION_BITS) - low
            order = np.argsort(rows.astype(np.uint16), kind="stable")
            links_at = links_at[order]
            persons = np.searchsorted(self._shared.starts, links_at.astype(np.uint32), side="right") - 1
            relations = (self._shared.links[links_at] & _RELATION_MASK).astype(np.uint8)
            bounds = np.searchsorted(rows[order], np.arange(high - low + 1))
            for row, (start, end) in enumerate(pairwise(bounds.tolist()), low):
                if wanted[row] and end > start:
                    yield row, persons[start:end], relations[start:end]

    def _links_between(self, low: int, high: int, wanted: npt.NDArray[np.bool_]) -> Numbers:
        """Where the links of the wanted attendees from ``low`` to below ``high`` are."""
        first, count = np.uint32(low << _RELATION_BITS), np.uint32((high - low) << _RELATION_BITS)
        found = [np.zeros(0, np.int64)]
        for start in range(0, len(self._shared.links), _ROW_ENTRIES):
            chunk = self._shared.links[start : start + _ROW_ENTRIES]
            # Below ``first`` the difference wraps around to beyond any count.
            at = np.flatnonzero((chunk - first) < count)
            found.append(at[wanted[chunk[at] >> _RELATION_BITS]] + start)
        return np.concatenate(found)

    def _best_of(self, row: int, persons: Numbers, relations: npt.NDArray[np.uint8]) -> _Best:
        odds, shared = self._add_up(persons, relations)
        odds[row] = 0
        odds[self._known[self._known_starts[row] : self._known_starts[row + 1]]] = 0
        partners = np.flatnonzero(odds)
        if len(partners) > self._per_person:
            enough = np.partition(odds[partners], -self._per_person)[-self._per_person]
            partners = partners[odds[partners] >= enough]
        partners = partners[np.lexsort((partners, -odds[partners]))[: self._per_person]]
        return _Best(row, partners, odds[partners], shared[partners], self._introducers(persons, relations, partners))

    def _add_up(self, persons: Numbers, relations: npt.NDArray[np.uint8]) -> tuple[npt.NDArray[np.float64], Numbers]:
        """For each attendee the odds and the number of people shared with one who lists these persons."""
        odds = np.zeros(len(self._names))
        shared = np.zeros(len(self._names), np.int64)
        degrees = self._shared.degrees(persons)
        weights = self._ties[relations] * self._rarity[self._shared.at_event[persons].astype(np.int64), degrees]
        piece = np.cumsum(degrees) // _MOST_PATHS
        for start, end in pairwise(np.searchsorted(piece, np.arange(piece[-1] + 2)).tolist()):
            links = self._shared.links_of(persons[start:end])
            others = links >> _RELATION_BITS
            terms = np.repeat(weights[start:end], degrees[start:end]) * self._ties[links & _RELATION_MASK]
            odds += np.bincount(others, terms, minlength=len(odds))
            shared += np.bincount(others, minlength=len(odds))
        return odds, shared

    def _introducers(
        self, persons: Numbers, relations: npt.NDArray[np.uint8], partners: Numbers
    ) -> npt.NDArray[np.int32]:
        """For each partner the shared persons at the event: strongest tie, then rarest, then smallest id first."""
        lines = np.full((len(partners), MOST_INTRODUCERS), -1, np.int32)
        here = self._shared.at_event[persons]
        persons, relations = persons[here], relations[here]
        if len(persons) == 0 or len(partners) == 0:
            return lines
        degrees = self._shared.degrees(persons)
        links = self._shared.links_of(persons)
        at = np.flatnonzero(np.isin(links >> _RELATION_BITS, partners))
        of = np.repeat(np.arange(len(persons)), degrees)[at]
        ties = self._ties[relations[of]] * self._ties[links[at] & _RELATION_MASK]
        numbers = self._shared.numbers_of(persons[of])
        others = links[at] >> _RELATION_BITS
        order = np.lexsort((numbers, degrees[of], -ties))
        for line, partner in zip(lines, partners, strict=True):
            chosen = numbers[order][others[order] == partner][:MOST_INTRODUCERS]
            line[: len(chosen)] = chosen
        return lines

    def _describe(self, best: _Best) -> Iterator[MutualConnections]:
        mine = self._names[best.row]
        for partner, odds, shared, line in zip(
            best.partners.tolist(), best.odds.tolist(), best.shared.tolist(), best.introducers.tolist(), strict=True
        ):
            other = self._names[partner]
            introducers = tuple(self._names[number] for number in line if number >= 0)
            yield MutualConnections(min(mine, other), max(mine, other), score_of(odds), shared, introducers)


def _row_blocks(sizes: Numbers) -> Iterator[tuple[int, int]]:
    """Ranges of rows with about as many entries as are handled at a time."""
    ends = np.cumsum(sizes)
    low = 0
    while low < len(sizes):
        before = int(ends[low - 1]) if low else 0
        high = int(np.searchsorted(ends, before + _ROW_ENTRIES, side="right"))
        high = min(max(high, low + 1), low + _MOST_ROWS, len(sizes))
        if ends[high - 1] > before:
            yield low, high
        low = high
