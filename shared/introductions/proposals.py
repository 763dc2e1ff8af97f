"""What may become of two people who are tied: told at once, told once one confirms the other, or asked first."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shared.connections import Relation
from shared.connections.public import LISTS
from shared.introductions.meeting import Closeness, Stage
from shared.matching import Evidence, Match

if TYPE_CHECKING:
    from shared.matching.mutual import MutualConnections

# The address that a registration gives is where its introductions go: whoever reads them owns it. Every other
# identity in a registration is only claimed, until a profile shows whose it is (Attendee.proven_networks).
PROVEN_NETWORKS: Final = frozenset({"email"})

# What one person counts whom both know for certain and whom fifty others list (docs/matching.md): with less in common
# two people would wonder why they were asked.
LEAST_SHARED: Final = 0.1


@dataclass(frozen=True, slots=True)
class Proposal:
    """Two people who may be introduced, ``a`` < ``b``, and how that begins."""

    a: str
    b: str
    strength: float
    closeness: Closeness
    stage: Stage
    confirmer: str | None = None  # must say first that the other, whose handle is only claimed, is who they know
    introducers: tuple[str, ...] = ()  # attendees whom both know, where that is the tie
    shared: int = 0  # how many people both know, where that is the tie


def propose(
    match: Match, *, fetched: Collection[str] = (), proven: Mapping[str, Collection[str]] | None = None
) -> Proposal | None:
    """What may become of a match, held handles left out before; None where neither could be told of the other.

    :param fetched: ids of the attendees who asked to have public lists fetched by the handles they claim
    :param proven: by attendee, the networks on which their handles are proven; the address alone where it says nothing
    """
    proven = proven or {}
    evidence = match.certain if goes_both_ways(match.certain) else match
    if not (evidence.a_lists_b or evidence.b_lists_a):
        return None
    unsure = [
        each
        for each in (match.a, match.b)
        if not recognized(evidence, each, fetched=each in fetched, proven=proven.get(each, PROVEN_NETWORKS))
    ]
    if len(unsure) == 2:
        return None
    confirmer = match.other(unsure[0]) if unsure else None
    if goes_both_ways(match.certain):
        stage = Stage.CONFIRMING if confirmer else Stage.TOLD
        return Proposal(match.a, match.b, match.score, Closeness.KNOWN, stage, confirmer)
    return Proposal(match.a, match.b, match.score, Closeness.LIKELY, Stage.ASKED, confirmer)


def propose_mutual(found: MutualConnections) -> Proposal | None:
    """What may become of two who share acquaintances; None where they share too little.

    Nobody claims anything here: what counts is what both list themselves.
    """
    if found.score < LEAST_SHARED:
        return None
    return Proposal(
        found.a, found.b, found.score, Closeness.NEW, Stage.ASKED, introducers=found.introducers, shared=found.shared
    )


def recognized(
    match: Match, attendee_id: str, *, fetched: bool = False, proven: Collection[str] = PROVEN_NETWORKS
) -> bool:
    """Whether being told of the other discloses nothing to somebody who merely claims a handle.

    The attendee's own connections name the other, or the other's name an identity that the attendee has proven. A
    public list that we looked up by a claimed handle is as little proven as the handle, whosever it is.

    :param fetched: whether the attendee asked to have such lists fetched
    :param proven: the networks on which the attendee's handles are proven
    """
    mine, theirs = match.listed_by(attendee_id), match.listed_by(match.other(attendee_id))
    own = any(not (fetched and e.source in LISTS and LISTS[e.source].network not in proven) for e in mine)
    return own or any(e.network in proven for e in theirs)


def goes_both_ways(match: Match) -> bool:
    """Whether both know of the tie: confirmed as connected, or each follows or lists the other."""
    ours, theirs = match.a_lists_b, match.b_lists_a
    if any(e.relation in (Relation.CONNECTED, Relation.MET) for e in (*ours, *theirs)):
        return True
    return _reaches_out(ours, theirs) and _reaches_out(theirs, ours)


def _reaches_out(mine: Collection[Evidence], theirs: Collection[Evidence]) -> bool:
    return any(e.relation is not Relation.FOLLOWED_BY for e in mine) or any(
        e.relation is Relation.FOLLOWED_BY for e in theirs
    )
