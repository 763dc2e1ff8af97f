"""Choose whom each attendee is told about in a wave: the strongest ties first, nobody twice."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from shared.connections import Relation
from shared.connections.public import LISTS
from shared.matching import Evidence, Match

# The address that a registration gives is where its introductions go: whoever reads them owns it. Every other
# identity in a registration is only claimed, until a profile shows whose it is (Attendee.proven_networks).
PROVEN_NETWORKS = frozenset({"email"})


@dataclass(frozen=True, slots=True)
class Told:
    """One attendee's share of a wave."""

    attendee_id: str
    people: tuple[str, ...]  # attendee ids, the strongest tie first


def plan_wave(
    matches: Iterable[Match],
    *,
    may_be_named: Collection[str],
    already_told: Mapping[str, Collection[str]],
    people_per_mail: int,
    fetched: Collection[str] = (),
    held: Mapping[str, Collection[str]] = MappingProxyType({}),
    proven: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> list[Told]:
    """Everybody's share of one wave, sorted by attendee; nobody with nothing new.

    :param may_be_named: ids of the attendees who are coming and agreed; nobody else is told or named
    :param already_told: by attendee, whom any earlier wave told them about
    :param held: by attendee, the networks on which somebody else at the event claims the same handle
    :param fetched: ids of the attendees who asked to have public lists fetched by the handles they claim
    :param proven: by attendee, the networks on which their handles are proven; the address alone where it says nothing
    """
    candidates: defaultdict[str, list[tuple[float, str]]] = defaultdict(list)
    for match in (each.without(held) for each in matches):
        if match.a not in may_be_named or match.b not in may_be_named:
            continue
        for attendee_id in (match.a, match.b):
            other = match.other(attendee_id)
            if other in already_told.get(attendee_id, ()):
                continue
            known = proven.get(attendee_id, PROVEN_NETWORKS)
            if may_be_told(match, attendee_id, fetched=attendee_id in fetched, proven=known):
                candidates[attendee_id].append((-match.score, other))
    return [
        Told(attendee_id, tuple(other for _, other in sorted(people)[:people_per_mail]))
        for attendee_id, people in sorted(candidates.items())
    ]


def may_be_told(
    match: Match, attendee_id: str, *, fetched: bool = False, proven: Collection[str] = PROVEN_NETWORKS
) -> bool:
    """Whether this side of a match may be told of the other without asking the other first.

    Both must hold. The tie goes both ways: a one-way tie is asked on both sides first. And being told discloses
    nothing about others to somebody who merely claims a handle: the attendee's own connections name the other, or
    the other's name an identity that the attendee has proven. A public list that we looked up by a claimed handle is
    as little proven as the handle, whosever it is.

    :param fetched: whether the attendee asked to have such lists fetched
    :param proven: the networks on which the attendee's handles are proven
    """
    match = match.certain  # a likeness of names is asked about first
    mine, theirs = match.listed_by(attendee_id), match.listed_by(match.other(attendee_id))
    own = any(not (fetched and e.source in LISTS and LISTS[e.source].network not in proven) for e in mine)
    return _goes_both_ways(mine, theirs) and (own or any(e.network in proven for e in theirs))


def _goes_both_ways(mine: Collection[Evidence], theirs: Collection[Evidence]) -> bool:
    if any(e.relation in (Relation.CONNECTED, Relation.MET) for e in (*mine, *theirs)):
        return True
    outward = any(e.relation is not Relation.FOLLOWED_BY for e in mine)
    inward = any(e.relation is not Relation.FOLLOWED_BY for e in theirs)
    outward |= any(e.relation is Relation.FOLLOWED_BY for e in theirs)
    inward |= any(e.relation is Relation.FOLLOWED_BY for e in mine)
    return outward and inward
