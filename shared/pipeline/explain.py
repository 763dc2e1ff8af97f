"""Say why two attendees match, or do not, and what either may be told: for the organizer who is asked."""

from __future__ import annotations

from dataclasses import dataclass

from shared.attendees import Attendee, attendee_id_of
from shared.events import Event
from shared.introductions import how_they_know_each_other, may_be_told
from shared.matching import BY_NAME, Evidence, Match, claimed_twice, weight_of
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
        told=((a.name, _told(known, match, a, b)), (b.name, _told(known, match, b, a))),
    )


def _told(known: Match, match: Match, to: Attendee, other: Attendee) -> str:
    for person in (to, other):
        if not person.may_be_named:
            return f"nothing: {person.name} has not agreed to be introduced, or is not coming"
    if may_be_told(known, to.attendee_id, fetched=to.agreed(Purpose.FETCH), proven=to.proven_networks):
        return how_they_know_each_other(known.certain, to.attendee_id)
    evidence = (*known.a_lists_b, *known.b_lists_a)
    if not (match.a_lists_b or match.b_lists_a):
        return "nothing: neither lists the other"
    if not evidence:
        return "nothing: it rests on a handle that somebody else claims too; `icebreaker attendees held` shows who"
    if all(piece.network in BY_NAME for piece in evidence):
        return "nothing yet: they were found by name, so both are asked first"
    if not known.certain.listed_by(to.attendee_id):
        return f"nothing yet: only {other.name}'s connections say so, by a handle that {to.name} merely claims"
    return "nothing yet: the tie goes one way, or rests on a list that proves nothing, so both are asked first"


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
