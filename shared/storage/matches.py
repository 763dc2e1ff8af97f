"""Matches: one item for each attendee with all their ties, each direction written by whoever knows it newest.

A pair stands in the items of both. An item of a thousand ties is some 40 KB; where it would outgrow DynamoDB's 400 KB,
it goes on in a further part.
"""

from __future__ import annotations

import json
import zlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from sys import intern
from typing import Final

from shared.connections import Relation
from shared.events import Event
from shared.matching import Evidence, Listing, Match, listings_to_matches
from shared.storage import _table
from shared.storage._table import (
    PAGE,
    Conflict,
    MatchesItem,
    batch_get,
    expiry,
    in_parallel,
    partition,
    query_shards,
    written,
)

# Packed, a tie takes 20 to 60 bytes; a part may hold 400 KB, keys and names included.
TIES_A_PART: Final = 5_000
# Batches that find the same attendee at the same moment are few: Lambda reads each part of the stream one by one.
ATTEMPTS: Final = 8


@dataclass(frozen=True, slots=True)
class ListingUpdate:
    """One direction of a match, with the directory revisions from which it was computed."""

    listing: Listing  # without evidence: the match in this direction ends
    lister_revision: int
    listed_revision: int


@dataclass(frozen=True, slots=True)
class Direction:
    """What is known of one direction of a tie, and from which revisions of lister and listed."""

    evidence: tuple[str, ...] = ()
    lister_revision: int = -1  # not known yet
    listed_revision: int = -1

    def gives_way_to(self, newer: Direction) -> bool:
        """Whether the newer one knows at least as much of both as this one."""
        return newer.lister_revision >= self.lister_revision and newer.listed_revision >= self.listed_revision


UNKNOWN: Final = Direction()


@dataclass(frozen=True, slots=True)
class Ties:
    """One attendee's item: by other attendee, what they list of the other and what the other lists of them."""

    attendee_id: str
    of: Mapping[str, tuple[Direction, Direction]]  # (out, in)
    versions: tuple[int, ...] = ()  # of the parts as they were read; empty where there is no item yet
    part_of: Mapping[str, int] = field(default_factory=dict)  # in which part each other stands

    def listings(self) -> Iterator[Listing]:
        """Who lists whom, in both directions, where there is evidence."""
        for other, (out, back) in self.of.items():
            if out.evidence:
                yield Listing(self.attendee_id, other, _from_texts(out.evidence))
            if back.evidence:
                yield Listing(other, self.attendee_id, _from_texts(back.evidence))


def save(event: Event, updates: Iterable[ListingUpdate]) -> int:
    """Write directions of matches; how many writes were refused because somebody had newer knowledge.

    A direction whose evidence ended is kept empty, not deleted: it remembers from which revisions that was
    known, so that a slower batch with older knowledge cannot bring it back. What changes nothing is not written.

    :raises Conflict: where others kept writing the same attendee's ties
    """
    by_owner: defaultdict[str, list[ListingUpdate]] = defaultdict(list)
    for update in updates:
        by_owner[update.listing.lister].append(update)
        by_owner[update.listing.listed].append(update)
    if not by_owner:
        return 0
    known = load(event, by_owner)
    return save_ties(event, [(known[owner], its_updates) for owner, its_updates in by_owner.items()])


def save_ties(event: Event, work: Sequence[tuple[Ties, Sequence[ListingUpdate]]]) -> int:
    """The same for attendees whose ties were read already, and for their items only.

    :raises Conflict: as for :func:`save`
    """
    return sum(in_parallel(lambda each: _save_ties(event, *each), list(work)))


def shard_of(event: Event, attendee_id: str) -> int:
    """In which of the event's shards an attendee's ties lie."""
    return _table.shard_of(attendee_id, event.shards)


def load(event: Event, attendee_ids: Iterable[str], *, consistent: bool = True) -> dict[str, Ties]:
    """The ties of some attendees as they are now; of everybody asked for, also where there are none.

    :param consistent: False: at half the price, as they were a moment ago
    """
    wanted = list(attendee_ids)
    parts: defaultdict[str, list[MatchesItem]] = defaultdict(list)
    for item in batch_get(MatchesItem, [_key(event, each, 0) for each in wanted], consistent=consistent):
        owner = item.sk.partition("#")[0]
        parts[owner].append(item)
        if int(item.parts) > 1:
            further = [_key(event, owner, number) for number in range(1, int(item.parts))]
            parts[owner].extend(batch_get(MatchesItem, further, consistent=consistent))
    return {owner: _ties(owner, parts[owner]) for owner in wanted}


def load_shard(event: Event, shard: int) -> dict[str, Ties]:
    """The ties of every attendee in one of the event's shards who has any, as they are now."""
    parts: defaultdict[str, list[MatchesItem]] = defaultdict(list)
    pk = partition(event.event_id, "MATCH", shard)
    for item in MatchesItem.query(pk, consistent_read=True, page_size=PAGE):
        parts[item.sk.partition("#")[0]].append(item)
    return {owner: _ties(owner, items) for owner, items in parts.items()}


def listings_of(event: Event, attendee_ids: Iterable[str], *, consistent: bool = True) -> list[Listing]:
    """Every listing by or of these attendees, empty ones left out."""
    found = {
        (listing.lister, listing.listed): listing
        for ties in load(event, attendee_ids, consistent=consistent).values()
        for listing in ties.listings()
    }
    return list(found.values())


def agreed_listings_of(event: Event, attendee_ids: Iterable[str]) -> list[Listing]:
    """The same, but without evidence where the two items of a pair are at odds: only one of the two was written."""
    own = load(event, attendee_ids)
    partners = {other for ties in own.values() for other in ties.of} - own.keys()
    copies: defaultdict[tuple[str, str], list[Listing]] = defaultdict(list)
    for ties in (*own.values(), *load(event, partners).values()):
        for listing in ties.listings():
            if listing.lister in own or listing.listed in own:
                copies[listing.lister, listing.listed].append(listing)
    return [
        several[0] if len(several) == 2 and several[0] == several[1] else Listing(*pair, ())
        for pair, several in copies.items()
    ]


def load_all(event: Event) -> list[Match]:
    """Every match of the event."""
    return listings_to_matches(_all_listings(event))


def load_all_and_at_odds(event: Event) -> tuple[list[Match], frozenset[str]]:
    """The same, and whose ties are not told alike by the two items of a pair."""
    once: set[tuple[str, str, tuple[Evidence, ...]]] = set()

    def noting() -> Iterator[Listing]:
        for listing in _all_listings(event):
            once.symmetric_difference_update([(listing.lister, listing.listed, listing.evidence)])
            yield listing

    found = listings_to_matches(noting())
    return found, frozenset(each for lister, listed, _ in once for each in (lister, listed))


def _all_listings(event: Event) -> Iterator[Listing]:
    # Of a pair, whose directions stand in the items of both, whichever is read last counts.
    for item in query_shards(MatchesItem, event, "MATCH", consistent=True):
        yield from _ties(intern(item.sk.partition("#")[0]), [item]).listings()


def load_between(event: Event, attendee_id: str, others: Iterable[str], *, consistent: bool = True) -> dict[str, Match]:
    """The attendee's matches with some others, by the other's id."""
    wanted = set(others)
    return {
        match.other(attendee_id): match
        for match in listings_to_matches(listings_of(event, [attendee_id], consistent=consistent))
        if match.other(attendee_id) in wanted
    }


def delete_of(event: Event, attendee_id: str) -> None:
    """Forget every match of the attendee, also in the items of the others.

    :raises Conflict: where others kept writing the same attendee's ties
    """
    own = load(event, [attendee_id])[attendee_id]
    in_parallel(lambda other: _forget(event, other, attendee_id), list(own.of))
    with MatchesItem.batch_write() as batch:
        for number in range(len(own.versions)):
            batch.delete(MatchesItem(*_key(event, attendee_id, number)))


def evidence_text(evidence: Evidence) -> str:
    """A piece of evidence as it is stored."""
    since = evidence.since.isoformat() if evidence.since else ""
    return f"{evidence.network}|{evidence.relation.value}|{since}|{evidence.source}"


def _save_ties(event: Event, ties: Ties, updates: Sequence[ListingUpdate]) -> int:
    """Bring one attendee's item up to date; how many updates were older than what is known."""
    for _ in range(ATTEMPTS):
        after, refused = _updated(ties, updates)
        if after is None or _write(event, ties, after):
            return refused
        ties = load(event, [ties.attendee_id])[ties.attendee_id]
    raise Conflict("an attendee's ties kept being written by other batches")


def _updated(ties: Ties, updates: Sequence[ListingUpdate]) -> tuple[Ties | None, int]:
    """The item after some updates, or None where they change nothing; and how many were too old."""
    of = dict(ties.of)
    refused = 0
    for update in updates:
        listing = update.listing
        outward = listing.lister == ties.attendee_id
        other = listing.listed if outward else listing.lister
        newer = Direction(tuple(map(evidence_text, listing.evidence)), update.lister_revision, update.listed_revision)
        out, back = of.get(other, (UNKNOWN, UNKNOWN))
        known = out if outward else back
        if not known.gives_way_to(newer):
            refused += 1
        elif newer != known:
            # Also where the evidence is the same, or still none: whoever is slower and knows less must find the newer
            # revisions here, or what they write would stand.
            of[other] = (newer, back) if outward else (out, newer)
    return (None if of == ties.of else replace(ties, of=of)), refused


def _write(event: Event, before: Ties, after: Ties) -> bool:
    """Write the parts that differ, each only if nobody else has meanwhile; False where somebody has."""
    part_of = _parts(after)
    count = max(len(before.versions), max(part_of.values(), default=0) + 1)
    for number in reversed(range(count)):  # the first part last: it says how many there are
        ties = {other: pair for other, pair in after.of.items() if part_of[other] == number}
        earlier = {other: before.of[other] for other in before.of if before.part_of[other] == number}
        if ties == earlier and count == max(len(before.versions), 1):
            continue
        version = before.versions[number] if number < len(before.versions) else 0
        item = MatchesItem(*_key(event, after.attendee_id, number))
        item.packed, item.version, item.parts, item.expires_at = _packed(ties), version + 1, count, expiry(event)
        unchanged = MatchesItem.version == version if version else MatchesItem.pk.does_not_exist()
        if not written(item.save, condition=unchanged):
            return False
    return True


def _parts(ties: Ties) -> dict[str, int]:
    """In which part each tie stands: where it stood, and new ones in the last part while it has room."""
    part_of = {other: ties.part_of[other] for other in ties.of if other in ties.part_of}
    last = max(part_of.values(), default=0)
    room = TIES_A_PART - sum(part == last for part in part_of.values())
    for other in sorted(ties.of.keys() - part_of.keys()):
        if not room:
            last, room = last + 1, TIES_A_PART
        part_of[other] = last
        room -= 1
    return part_of


def _forget(event: Event, owner: str, other: str) -> None:
    for _ in range(ATTEMPTS):
        ties = load(event, [owner])[owner]
        if other not in ties.of or _write(
            event, ties, replace(ties, of={k: v for k, v in ties.of.items() if k != other})
        ):
            return
    raise Conflict("an attendee's ties kept being written by other batches")


def _packed(ties: Mapping[str, tuple[Direction, Direction]]) -> bytes:
    rows = [
        [other, out.evidence, out.lister_revision, out.listed_revision, back.evidence, back.lister_revision,
         back.listed_revision]
        for other, (out, back) in sorted(ties.items())
    ]  # fmt: skip
    return zlib.compress(json.dumps(rows, separators=(",", ":")).encode())


def _ties(owner: str, items: Iterable[MatchesItem]) -> Ties:
    of: dict[str, tuple[Direction, Direction]] = {}
    part_of: dict[str, int] = {}
    versions: dict[int, int] = {}
    for item in items:
        number = int(item.sk.partition("#")[2])
        versions[number] = int(item.version)
        for other, out, out_lister, out_listed, back, in_lister, in_listed in json.loads(zlib.decompress(item.packed)):
            other = intern(other)  # it stands in the items of all whom they know
            of[other] = Direction(tuple(out), out_lister, out_listed), Direction(tuple(back), in_lister, in_listed)
            part_of[other] = number
    return Ties(owner, of, tuple(versions[number] for number in sorted(versions)), part_of)


@lru_cache(maxsize=1 << 16)
def _from_texts(texts: tuple[str, ...]) -> tuple[Evidence, ...]:
    """The same objects for the same texts: a large event has millions, of few kinds."""
    return tuple(map(_from_text, texts))


def _from_text(text: str) -> Evidence:
    network, relation, since, source = text.split("|")
    return Evidence(network, Relation(int(relation)), date.fromisoformat(since) if since else None, source)


def _key(event: Event, attendee_id: str, part: int) -> tuple[str, str]:
    return partition(event.event_id, "MATCH", shard_of(event, attendee_id)), f"{attendee_id}#{part:03}"
