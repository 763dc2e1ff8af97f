"""Matches: one copy under each of the two attendees, each direction written by whoever knows it newest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from pynamodb.exceptions import UpdateError

from shared.connections import Relation
from shared.events import Event
from shared.matching import Evidence, Listing, Match, listings_to_matches
from shared.storage._table import (
    MatchItem,
    expiry,
    in_parallel,
    lost_a_race,
    partition,
    query_shards,
    shard_of,
)


@dataclass(frozen=True, slots=True)
class ListingUpdate:
    """One direction of a match, with the directory revisions from which it was computed."""

    listing: Listing  # without evidence: the match in this direction ends
    lister_revision: int
    listed_revision: int


def save(event: Event, updates: Iterable[ListingUpdate]) -> int:
    """Write directions of matches; how many writes were refused because somebody had newer knowledge.

    A direction whose evidence ended is kept empty, not deleted: it remembers from which revisions that was
    known, so that a slower batch with older knowledge cannot bring it back.
    """
    copies: defaultdict[tuple[str, str], list[ListingUpdate]] = defaultdict(list)
    for update in updates:
        pair = (update.listing.lister, update.listing.listed)
        copies[pair].append(update)
        copies[pair[::-1]].append(update)
    return sum(in_parallel(lambda copy: _save_copy(event, *copy), list(copies.items())))


def listings_of(event: Event, attendee_ids: Iterable[str]) -> list[Listing]:
    """Every listing by or of these attendees, empty ones left out."""
    found: dict[tuple[str, str], Listing] = {}
    for attendee_id in attendee_ids:
        for item in MatchItem.query(
            _partition(event, attendee_id), MatchItem.sk.startswith(f"{attendee_id}#"), consistent_read=True
        ):
            _collect(found, item)
    return list(found.values())


def listings(event: Event) -> list[Listing]:
    """Every listing of the event, empty ones left out."""
    found: dict[tuple[str, str], Listing] = {}
    for item in query_shards(MatchItem, event, "MATCH", consistent=True):
        _collect(found, item)
    return list(found.values())


def load_all(event: Event) -> list[Match]:
    return listings_to_matches(listings(event))


def load_between(event: Event, attendee_id: str, others: Iterable[str]) -> dict[str, Match]:
    """The attendee's matches with some others, by the other's id."""
    wanted = set(others)
    return {
        match.other(attendee_id): match
        for match in listings_to_matches(listings_of(event, [attendee_id]))
        if match.other(attendee_id) in wanted
    }


def delete_of(event: Event, attendee_id: str) -> None:
    """Forget every match of the attendee, the copies of the others included."""
    with MatchItem.batch_write() as batch:
        for item in MatchItem.query(
            _partition(event, attendee_id), MatchItem.sk.startswith(f"{attendee_id}#"), consistent_read=True
        ):
            other = item.sk.partition("#")[2]
            batch.delete(MatchItem(pk=_partition(event, other), sk=f"{other}#{attendee_id}"))
            batch.delete(item)


def _save_copy(event: Event, copy: tuple[str, str], updates: list[ListingUpdate]) -> int:
    """Write one or both directions to one attendee's copy, in one write; how many were refused."""
    owner, other = copy
    actions: list[Any] = [MatchItem.kind.set(MatchItem), MatchItem.expires_at.set(expiry(event))]
    condition: Any = None
    for update in updates:
        evidence, lister, listed = (
            (MatchItem.out_evidence, MatchItem.out_lister, MatchItem.out_listed)
            if update.listing.lister == owner
            else (MatchItem.in_evidence, MatchItem.in_lister, MatchItem.in_listed)
        )
        actions += [
            evidence.set([_to_text(piece) for piece in update.listing.evidence]),
            lister.set(update.lister_revision),
            listed.set(update.listed_revision),
        ]
        newer = lister.does_not_exist() | ((lister <= update.lister_revision) & (listed <= update.listed_revision))
        condition = newer if condition is None else condition & newer
    try:
        MatchItem(pk=_partition(event, owner), sk=f"{owner}#{other}").update(actions=actions, condition=condition)
    except UpdateError as error:
        if not lost_a_race(error):
            raise
        # One direction may be newer than what is stored though the other is not.
        return 1 if len(updates) == 1 else sum(_save_copy(event, copy, [update]) for update in updates)
    return 0


def _collect(found: dict[tuple[str, str], Listing], item: MatchItem) -> None:
    owner, other = item.sk.split("#")
    for lister, listed, evidence in ((owner, other, item.out_evidence), (other, owner, item.in_evidence)):
        if evidence:
            found[lister, listed] = Listing(lister, listed, tuple(_from_text(text) for text in evidence))


def _to_text(evidence: Evidence) -> str:
    since = evidence.since.isoformat() if evidence.since else ""
    return f"{evidence.network}|{evidence.relation.value}|{since}|{evidence.source}"


def _from_text(text: str) -> Evidence:
    network, relation, since, source = text.split("|")
    return Evidence(network, Relation(int(relation)), date.fromisoformat(since) if since else None, source)


def _partition(event: Event, attendee_id: str) -> str:
    return partition(event.event_id, "MATCH", shard_of(attendee_id, event.shards))
