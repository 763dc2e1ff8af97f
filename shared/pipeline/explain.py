"""Say why two attendees match, or do not, and what either may be told: for the organizer who is asked."""

from __future__ import annotations

from dataclasses import dataclass

from shared.attendees import Attendee, attendee_id_of
from shared.events import Event
from shared.introductions import Proposal, Stage, how_they_know_each_other, propose
from shared.introductions.words import asked_about
from shared.matching import Evidence, Match, claimed_twice, weight_of
from shared.registrations import Purpose
from shared.storage import attendees, matches


@dataclass(frozen=True, slots=True)
class Reason:
    """One piece of evidence: who lists whom, how, and what it weighs by itself."""

    lister: str  # the name as registered
    listed: str
    evidence: Evidence
    weight: float
    held: bool  # rests on a handle that two claim


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why two people match. ``told`` says for each of the two, by name, what they would be told, or why nothing."""

    score: float
    reasons: tuple[Reason, ...]
    told: tuple[tuple[str, str], ...]


def explain(event: Event, a_email: str, b_email: str, *, id_key: bytes) -> Explanation:
    """The pair of two attendees, by their canonical addresses.

    :raises LookupError: where one of them is not registered
    """
    a, b = (_attendee(event, email, id_key) for email in (a_email, b_email))
    match = matches.load_between(event, a.attendee_id, [b.attendee_id]).get(b.attendee_id)
    if match is None:
        low, high = sorted((a.attendee_id, b.attendee_id))
        match = Match(low, high)
    held = {
        person.attendee_id: claims.get(person.attendee_id, frozenset()) - person.proven_networks
        for claims in [claimed_twice(attendees.directory(event))]
        for person in (a, b)
    }
    known = match.without(held)
    return Explanation(
        score=known.score,
        reasons=tuple(
            Reason(one.name, other.name, piece, weight_of(piece), piece.network in held.get(other.attendee_id, ()))
            for one, other in ((a, b), (b, a))
            for piece in match.listed_by(one.attendee_id)
        ),
        told=tuple((to.name, _told(known, match, to, other)) for to, other in ((a, b), (b, a))),
    )


def _told(known: Match, match: Match, to: Attendee, other: Attendee) -> str:
    for person in (to, other):
        if not person.may_be_named:
            return f"nothing: {person.name} has not agreed to be introduced, or is not coming"
    if not (match.a_lists_b or match.b_lists_a):
        return "nothing: neither lists the other"
    if not (known.a_lists_b or known.b_lists_a):
        return "nothing: it rests on a handle that somebody else claims too; `icebreaker attendees held` shows who"
    both = (to, other)
    proposal = propose(
        known,
        fetched={each.attendee_id for each in both if each.agreed(Purpose.FETCH)},
        proven={each.attendee_id: each.proven_networks for each in both},
    )
    if proposal is None:
        return "nothing: each merely claims the handle by which the other's public list names them"
    return _by_stage(proposal, known, to, other)


def _by_stage(proposal: Proposal, known: Match, to: Attendee, other: Attendee) -> str:
    if proposal.stage is Stage.ASKED:
        confirming = proposal.confirmer == to.attendee_id
        then = f", and after that whether {other.name} is who they know" if confirming else ""
        return f"no name before both say yes; asked about: {asked_about(known, to.attendee_id)}{then}"
    if proposal.confirmer == other.attendee_id:
        return (
            f"nothing before {other.name} confirms them: only {other.name}'s connections say so, by a handle that "
            f"{to.name} merely claims"
        )
    how = how_they_know_each_other(known.certain, to.attendee_id)
    return how if proposal.confirmer is None else f"{how} Is {other.name} who they know?"


def _attendee(event: Event, email: str, id_key: bytes) -> Attendee:
    attendee = attendees.load(event, attendee_id_of(event.event_id, email, id_key))
    if attendee is None or attendee.erased:
        raise LookupError(f"nobody at {event.name} is registered as {email!r}")
    return attendee


def held_handles(event: Event) -> list[tuple[str, str, list[Attendee]]]:
    """(network, handle, everybody who claims it) of each handle that more than one attendee claims, sorted."""
    held = claimed_twice(attendees.directory(event))
    people = attendees.load_many(event, held)
    claimants: dict[tuple[str, str], list[Attendee]] = {}
    for attendee_id in sorted(held):
        for identity in people[attendee_id].findable_identities if attendee_id in people else ():
            claimants.setdefault(identity.key, []).append(people[attendee_id])
    return sorted((network, handle, each) for (network, handle), each in claimants.items() if len(each) > 1)
