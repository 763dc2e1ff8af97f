"""The sentence that says how two people know each other, for the one it is told to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from shared.connections import Relation
from shared.matching import Evidence, Match

# The networks' own spelling; any other is its lower-case word with a capital.
_SPELLINGS = {
    "x": "X",
    "linkedin": "LinkedIn",
    "github": "GitHub",
    "gitlab": "GitLab",
    "youtube": "YouTube",
    "tiktok": "TikTok",
    "stackoverflow": "Stack Overflow",
    "devto": "DEV",
    "orcid": "ORCID",
    "xing": "XING",
    "vk": "VK",
    "pypi": "PyPI",
    "npm": "npm",
}


def network_name(network: str) -> str:
    """How people write the network's name."""
    return _SPELLINGS.get(network, network.capitalize())


def how_they_know_each_other(match: Match, attendee_id: str) -> str:
    """Say to ``attendee_id`` how they and the other of the match know each other; one or two short sentences.

    Nothing is said that only the other's connections show, except that a tie goes both ways: whom somebody
    follows or keeps in an address book is theirs to tell.
    """
    mine, theirs = match.listed_by(attendee_id), match.listed_by(match.other(attendee_id))
    clauses = [
        *_clauses("you are connected on {}", _networks((*mine, *theirs), Relation.CONNECTED), since=True),
        *_clauses("you follow each other on {}", _followed_both_ways(mine, theirs), since=True),
    ]
    if not clauses and _knows(mine) and _knows(theirs):
        clauses = ["each of you has the other among your connections"]
    mentioned = {network for e in (*mine, *theirs) if e.relation is Relation.CONNECTED for network in (_where(e),)}
    mentioned |= set(_followed_both_ways(mine, theirs))
    one_way = {n: since for n, since in _networks(mine, Relation.FOLLOWS).items() if n not in mentioned}
    clauses += _clauses("you follow them on {}", one_way, since=False)
    if any(e.relation is Relation.CONTACT for e in mine):
        clauses.append("they are in your address book")
    text = "; ".join(clauses) or "you know each other online"
    return text[0].upper() + text[1:] + "."


def _clauses(pattern: str, networks: dict[str, date | None], *, since: bool) -> list[str]:
    if not networks:
        return []
    dates = [when for when in networks.values() if when]
    tail = f", since {min(dates).year}" if since and dates else ""
    return [pattern.format(_and(sorted(map(network_name, networks)))) + tail]


def _networks(evidence: Iterable[Evidence], relation: Relation) -> dict[str, date | None]:
    found: dict[str, date | None] = {}
    for e in evidence:
        if e.relation is relation:
            known = found.get(_where(e))
            found[_where(e)] = min(known, e.since) if known and e.since else known or e.since
    return found


def _followed_both_ways(mine: Iterable[Evidence], theirs: Iterable[Evidence]) -> dict[str, date | None]:
    mine, theirs = list(mine), list(theirs)
    forth = _networks(mine, Relation.FOLLOWS) | _networks(theirs, Relation.FOLLOWED_BY)
    back = _networks(theirs, Relation.FOLLOWS) | _networks(mine, Relation.FOLLOWED_BY)
    return {
        network: max((when for when in (forth[network], back[network]) if when), default=None)
        for network in forth.keys() & back.keys()
    }


def _where(evidence: Evidence) -> str:
    # Found by the address in a LinkedIn export is still connected on LinkedIn: the source's first word says where.
    return evidence.source.partition("-")[0] if evidence.network in ("email", "phone") else evidence.network


def _knows(evidence: Iterable[Evidence]) -> bool:
    return any(e.relation is not Relation.FOLLOWED_BY for e in evidence)


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
