"""How two people know each other, for the one it is told to: what may be said, the sentence, and where to say hello."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import Final

from shared.connections import Relation
from shared.identities import Identity
from shared.identities.table import NETWORKS
from shared.introductions.earlier_meeting import PastEvent, how_they_met
from shared.introductions.words_language import Words, words_for
from shared.matching import BY_NAME, Evidence, Match

# Not places where people are tied, but ways to find them.
_NOWHERE: Final = frozenset({"email", "phone", "homepage"}) | BY_NAME
MOST_NAMED: Final = 3  # of shared acquaintances: enough to begin a talk with
# What the reader's own connections show, the closest first; the first that holds is said.
_CLOSEST: Final = (
    (Relation.CONNECTED, "connected"),
    (Relation.CONTACT, "address_book"),
    (Relation.FOLLOWS, "follows"),
    (Relation.FOLLOWED_BY, "followed_by"),
)


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """What one side of a match may be told about the tie; networks by their names in ``shared.identities``."""

    each_other: Mapping[str, date | None]  # where they follow each other, and since when both do
    connected: Mapping[str, date | None]  # where both agreed to be connected, and since when
    follows: tuple[str, ...]  # where this side follows the other, beyond what is said above; sorted
    address_book: bool  # whether the other is in this side's address book
    each_has_other: bool  # each side's connections name the other, on no network that both share
    followed_by: tuple[str, ...] = ()  # where this side's own followers include the other, beyond the above; sorted

    @property
    def networks(self) -> tuple[str, ...]:
        """Every network that the tie rests on, as far as it may be said; the closest first."""
        return tuple(dict.fromkeys((*sorted(self.each_other), *sorted(self.connected), *self.follows)))


def network_name(network: str) -> str:
    """How the network writes its name."""
    known = NETWORKS.get(network)
    return known.title if known else network.capitalize()


def what_may_be_said(match: Match, attendee_id: str) -> Acquaintance:
    """What ``attendee_id``, one of the two, may be told about how the two know each other.

    Nothing that only the other's connections show, except that a tie goes both ways: whom somebody follows or keeps
    in an address book is theirs to tell.
    """
    match = match.certain
    mine, theirs = match.listed_by(attendee_id), match.listed_by(match.other(attendee_id))
    each_other = _followed_both_ways(mine, theirs)
    connected = _networks((*mine, *theirs), Relation.CONNECTED)
    follows = _networks(mine, Relation.FOLLOWS).keys() - each_other.keys() - connected.keys()
    followed_by = _networks(mine, Relation.FOLLOWED_BY).keys() - each_other.keys() - connected.keys()
    tied = bool(each_other or connected)
    return Acquaintance(
        each_other=each_other,
        connected=connected,
        follows=tuple(sorted(follows)),
        address_book=any(e.relation is Relation.CONTACT for e in mine),
        each_has_other=not tied and _knows(mine) and _knows(theirs),
        followed_by=tuple(sorted(followed_by)),
    )


def how_they_know_each_other(
    match: Match,
    attendee_id: str,
    *locales: str | None,
    templates: Path | None = None,
    past_events: Mapping[str, PastEvent] = MappingProxyType({}),
) -> str:
    """Say to ``attendee_id`` how they and the other of the match know each other; one or two short sentences.

    Nothing is said that only the other's connections show, except that a tie goes both ways: whom somebody
    follows or keeps in an address book is theirs to tell.

    :param locales: the reader's, then the event's (BCP 47); the first that there are words for, else English
    :param templates: the organizer's own words, a folder like ``shared/introductions/languages``
    :param past_events: by id, those at which they met, as far as they are known
    :raises BrokenTemplate: naming file and line of the organizer's own words
    """
    words = words_for(*locales, templates=templates)
    met = how_they_met(match, attendee_id, past_events, words)
    clauses = [*filter(None, [met]), *_clauses(what_may_be_said(match, attendee_id), words)]
    clauses = clauses or [_less_certain(match, attendee_id, words)]
    pairs = [clauses[n : n + 2] for n in range(0, len(clauses), 2)]
    return " ".join(_sentence(words.say("how.both", one=p[0], two=p[1]) if len(p) == 2 else p[0]) for p in pairs)


def asked_about(match: Match, attendee_id: str, *locales: str | None, templates: Path | None = None) -> str:
    """Say whom ``attendee_id`` is asked about, without a name: a clause such as "somebody you follow on Mastodon".

    Only what their own connections show. Who lists nothing hears the same words whatever the tie is: whom the other
    follows is theirs to tell, and who only claims a handle learns nothing.

    :param locales, templates: as for :func:`how_they_know_each_other`
    """
    words = words_for(*locales, templates=templates)
    mine = match.listed_by(attendee_id)
    certain = [e for e in mine if e.network not in BY_NAME]
    by_name = [e for e in mine if e.network in BY_NAME]
    return _closest("asked", certain, words) or _closest("asked.name", by_name, words) or words.say("asked.somebody")


def asked_about_new(shared: int, *locales: str | None, templates: Path | None = None) -> str:
    """The same about somebody with whom only acquaintances are shared, and how many."""
    return words_for(*locales, templates=templates).say("asked.new", n=max(shared, 1))


def told_apart(about: Sequence[str], words: Words) -> list[str]:
    """Whom several questions are about, each as a clause of its own: equal ones are numbered, "(1 of 5)"."""
    times, seen = Counter(about), Counter[str]()
    told = []
    for each in about:
        seen[each] += 1
        number, count = seen[each], times[each]
        alike = count > 1
        told.append(words.say("parts.questions.numbered", about=each, number=number, count=count) if alike else each)
    return told


def already_know_each_other(match: Match, attendee_id: str) -> bool:
    """Whether ``attendee_id``, one of the two, may be told that they know the other.

    They do where they list them, and where it goes both ways. One export that says "connected" is enough for that,
    since that network asked both; so is having met, as both said.
    """
    theirs = match.certain.listed_by(match.other(attendee_id))
    return bool(match.listed_by(attendee_id)) or any(e.relation in (Relation.CONNECTED, Relation.MET) for e in theirs)


def how_new(shared: int, names: Sequence[str], *locales: str | None, templates: Path | None = None) -> str:
    """Say whom two people both know; one short sentence.

    :param shared: how many
    :param names: those of them who may be named
    """
    words = words_for(*locales, templates=templates)
    named = [" ".join(name.split()) for name in names if name.strip()][:MOST_NAMED]
    if not named:
        return _sentence(words.say("how.new", n=max(shared, 1)))
    rest = max(shared - len(named), 0)
    listed = words.list_of([*named, words.say("how.new_more", n=rest)] if rest else named)
    return _sentence(words.say("how.new_named", n=len(named) + rest, names=listed))


def where_to_say_hello(match: Match, attendee_id: str, registered: Iterable[Identity]) -> Identity | None:
    """The other's profile on a network that the tie rests on, as ``attendee_id`` may be told; None without one.

    A profile on any other network would tell more than the tie does.

    :param registered: the handles that the other gave in their own registration
    """
    profiles: dict[str, Identity] = {}
    for identity in registered:
        if (identity.url or "").startswith("https://"):
            profiles.setdefault(identity.network, identity)
    networks = what_may_be_said(match, attendee_id).networks
    return next((profiles[network] for network in networks if network in profiles), None)


def _clauses(known: Acquaintance, words: Words) -> Iterator[str]:
    for key, networks in (("how.each_other", known.each_other), ("how.connected", known.connected)):
        if networks:
            years = [since.year for since in networks.values() if since]
            # One year for several networks would be wrong for all but one of them.
            year = years[0] if len(networks) == len(years) == 1 else None
            listed = words.list_of(sorted(map(network_name, networks)))
            yield words.say(f"{key}_since", networks=listed, year=year) if year else words.say(key, networks=listed)
    if known.each_has_other:
        yield words.say("how.each_has_other")
    if known.follows:
        yield words.say("how.follows", networks=words.list_of(sorted(map(network_name, known.follows))))
    if known.followed_by:
        yield words.say("how.followed_by", networks=words.list_of(sorted(map(network_name, known.followed_by))))
    if known.address_book:
        yield words.say("how.address_book")


def _less_certain(match: Match, attendee_id: str, words: Words) -> str:
    """What is true where nothing else may be said."""
    mine, theirs = match.listed_by(attendee_id), match.listed_by(match.other(attendee_id))
    certain = any(e.network not in BY_NAME for e in mine)
    by_name = "" if certain else _closest("how.name", mine, words)
    if by_name:
        return by_name
    if certain or not theirs:
        return words.say("how.online")
    return words.say("how.knows_you" if any(e.network not in BY_NAME for e in theirs) else "how.may_know_you")


def _closest(key: str, evidence: Sequence[Evidence], words: Words) -> str:
    """The clause about the closest relation there is; empty where there is none that we have words for."""
    for relation, name in _CLOSEST:
        found = [e for e in evidence if e.relation is relation]
        if not found:
            continue
        if relation is Relation.CONTACT:
            return words.say(f"{key}.{name}")
        networks = words.list_of(sorted(map(network_name, _networks(found, relation))))
        return words.say(f"{key}.{name}", networks=networks) if networks else words.say(f"{key}.listed")
    return ""


def _sentence(text: str) -> str:
    return text[0].upper() + text[1:] + "."


def _networks(evidence: Iterable[Evidence], relation: Relation) -> dict[str, date | None]:
    found: dict[str, date | None] = {}
    for e in evidence:
        network = _where(e)
        if e.relation is relation and network:
            known = found.get(network)
            found[network] = min(known, e.since) if known and e.since else known or e.since
    return found


def _followed_both_ways(mine: Iterable[Evidence], theirs: Iterable[Evidence]) -> dict[str, date | None]:
    mine, theirs = list(mine), list(theirs)
    forth = _earliest(_networks(mine, Relation.FOLLOWS), _networks(theirs, Relation.FOLLOWED_BY))
    back = _earliest(_networks(theirs, Relation.FOLLOWS), _networks(mine, Relation.FOLLOWED_BY))
    since: dict[str, date | None] = {}
    for network in forth.keys() & back.keys():
        one, other = forth[network], back[network]
        # Each other since the later of the two; a date that is not known might be later still.
        since[network] = max(one, other) if one and other else None
    return since


def _earliest(one: Mapping[str, date | None], other: Mapping[str, date | None]) -> dict[str, date | None]:
    found: dict[str, date | None] = {}
    for network in one.keys() | other.keys():
        found[network] = min((d for d in (one.get(network), other.get(network)) if d), default=None)
    return found


def _where(evidence: Evidence) -> str | None:
    # Found by the address in a LinkedIn export is still connected on LinkedIn: the source's first word says where.
    by_source = evidence.network in _NOWHERE
    network = evidence.source.partition("-")[0] if by_source else evidence.network
    return network if network in NETWORKS and network not in _NOWHERE else None


def _knows(evidence: Iterable[Evidence]) -> bool:
    return any(e.relation not in (Relation.FOLLOWED_BY, Relation.MET) for e in evidence)
