"""Why two attendees match: each piece of evidence, the pair it adds up to, and how strong the tie is."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from shared.connections import Relation
from shared.names import KeyKind

# Found by a likeness of names, not by an identity: asked about before anything is told.
LIKELY: Final = KeyKind.NAME_AND_COMPANY.value
POSSIBLE: Final = KeyKind.NAME.value
BY_NAME: Final = frozenset({LIKELY, POSSIBLE})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One attendee's set lists another attendee."""

    network: str  # under whose identity they were found; one of BY_NAME where it was by name
    relation: Relation  # of the lister to the listed
    since: date | None
    source: str  # of the set, for example "linkedin-connections"

    @property
    def order(self) -> tuple[str, int, str, date]:
        """What evidence is sorted by; the same for the same evidence."""
        return (self.network, self.relation, self.source, self.since or date.min)


@dataclass(frozen=True, slots=True)
class Listing:
    """All the evidence that ``lister`` lists ``listed``."""

    lister: str
    listed: str
    evidence: tuple[Evidence, ...]  # sorted by Evidence.order, no repeats


@dataclass(frozen=True, slots=True)
class Match:
    """Two attendees of whom at least one lists the other; ``a`` < ``b``."""

    a: str
    b: str
    a_lists_b: tuple[Evidence, ...] = ()
    b_lists_a: tuple[Evidence, ...] = ()

    def listed_by(self, attendee_id: str) -> tuple[Evidence, ...]:
        """What the sets of ``attendee_id``, one of the two, say about the other."""
        return self.a_lists_b if attendee_id == self.a else self.b_lists_a

    def other(self, attendee_id: str) -> str:
        """The one of the two who is not this attendee."""
        return self.b if attendee_id == self.a else self.a

    @property
    def certain(self) -> Match:
        """The same without what was found by name alone."""
        return replace(
            self,
            a_lists_b=tuple(e for e in self.a_lists_b if e.network not in BY_NAME),
            b_lists_a=tuple(e for e in self.b_lists_a if e.network not in BY_NAME),
        )

    def without(self, held: Mapping[str, Collection[str]]) -> Match:
        """The same without what rests on handles that are held.

        :param held: by attendee, the networks on which their handle is claimed by somebody else too
        """
        of_a, of_b = held.get(self.a, ()), held.get(self.b, ())
        return replace(
            self,
            a_lists_b=tuple(e for e in self.a_lists_b if e.network not in of_b),
            b_lists_a=tuple(e for e in self.b_lists_a if e.network not in of_a),
        )

    @property
    def score(self) -> float:
        """How glad the two would be to meet, above 0 and below 1: see :func:`strength`."""
        return strength(self.a_lists_b, self.b_lists_a)


# How likely one listing by itself means that the two would be glad to meet, on a scale from 0 to 1. Who met, and both
# said so, is surest. A connection both sides confirmed is worth more than an address book entry, and that more than a
# follow, which celebrities collect by the million; being followed is the weakest, because it says nothing about the
# one who is followed.
WEIGHTS: Final[Mapping[Relation, float]] = {
    Relation.MET: 0.9,
    Relation.CONNECTED: 0.8,
    Relation.CONTACT: 0.7,
    Relation.FOLLOWS: 0.5,
    Relation.FOLLOWED_BY: 0.3,
    Relation.NEVER: 0.0,
}


# Of what is found by name so much counts: the share that turned out right where that was measured
# (docs/matching-measured.md), with doubt to spare, since whom one does not know is a worse introduction than none.
TRUST: Final[Mapping[str, float]] = {LIKELY: 0.8, POSSIBLE: 0.4}


def weight_of(evidence: Evidence) -> float:
    """What a piece of evidence weighs by itself, from 0 to 1."""
    return WEIGHTS[evidence.relation] * TRUST.get(evidence.network, 1.0)


def strength(one_way: Iterable[Evidence], other_way: Iterable[Evidence]) -> float:
    """How strong a tie is, from 0 (none) to below 1: the noisy-or of its evidence, rounded to 4 places.

    Evidence of one direction, source and relation counts once: who is found in one export by address and by profile
    is connected there once.
    """
    sides = [(0, e) for e in one_way] + [(1, e) for e in other_way]
    best: dict[tuple[int, str, Relation], float] = {}
    for side, e in sides:
        of = (side, e.source, e.relation)
        best[of] = max(best.get(of, 0.0), weight_of(e))
    doubt = 1.0
    for _, weight in sorted(best.items()):
        doubt *= 1 - weight
    return round(1 - doubt, 4)


def listings_to_matches(listings: Iterable[Listing]) -> list[Match]:
    """Pair up listings, at most one for each direction of a pair; sorted by pair.

    Of whom somebody asked not to be introduced to there is no match, whatever else is known.
    """
    directions: dict[tuple[str, str], tuple[Evidence, ...]] = {(x.lister, x.listed): x.evidence for x in listings}
    refused = {pair for pair, evidence in directions.items() if any(e.relation is Relation.NEVER for e in evidence)}
    pairs = sorted({(min(pair), max(pair)) for pair in directions} - {(min(pair), max(pair)) for pair in refused})
    return [Match(a, b, directions.get((a, b), ()), directions.get((b, a), ())) for a, b in pairs]
