"""Whom a Bluesky account follows, and who follows it, from the public AppView, hundred a page.

Source: bluesky-social/atproto, lexicons/app/bsky/graph/getFollows.json and getFollowers.json, and
packages/bsky/src/api/app/bsky/graph/getFollows.ts (an unknown or taken-down actor is 400 "Actor not found: …");
docs.bsky.app on rate limits (429, ``ratelimit-reset`` in seconds since 1970). That a cursor may stand still was
reported in bluesky-social/indigo#564. Accounts that ask not to be shown to people who are not logged in (the label
``!no-unauthenticated``) are shown by the API all the same; we do as they ask. Not verified: how often the AppView
sends an ETag.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from urllib.parse import parse_qs, urlencode

from shared.connections.connection import Connection, Relation
from shared.connections.public.asking import (
    Answer,
    Broken,
    Found,
    Nothing,
    Outcome,
    Request,
    common,
    identity_on,
    json_of,
    refused,
)

HOST: Final = "public.api.bsky.app"
HEADERS: Final = {"Accept": "application/json"}
_LISTS: Final = {
    Relation.FOLLOWS: ("app.bsky.graph.getFollows", "follows"),
    Relation.FOLLOWED_BY: ("app.bsky.graph.getFollowers", "followers"),
}
_LONGEST_CURSOR: Final = 1000
_NOT_FOR_STRANGERS: Final = "!no-unauthenticated"


def first(handle: str, relation: Relation) -> Request:
    """What to ask first for a handle or DID."""
    return _page(handle, relation, "")


def read(request: Request, answer: Answer, relation: Relation, now: datetime) -> Outcome:
    """What an answer means."""
    outcome = common(request, answer, now)
    if outcome is not None:
        return outcome
    if answer.status == 400:
        return Nothing("Bluesky knows no account by the handle that was given")
    if answer.status != 200:
        return refused(request, answer)
    body = json_of(answer)
    people = body.get(_LISTS[relation][1]) if isinstance(body, dict) else None
    if not isinstance(people, list):
        return Broken("Bluesky's answer is no list")
    if _NOT_FOR_STRANGERS in _labels(body.get("subject")):
        return Nothing("the account asks Bluesky not to show it to people who are not logged in, so it was not read")
    found = tuple(connection for person in people if (connection := _connection(person, relation)) is not None)
    return Found(found, _next(request, body.get("cursor"), relation))


def _next(request: Request, cursor: Any, relation: Relation) -> Request | None:
    asked = parse_qs(request.target.partition("?")[2])
    stands_still = [cursor] == asked.get("cursor")
    if not isinstance(cursor, str) or not 0 < len(cursor) <= _LONGEST_CURSOR or stands_still:
        return None
    return _page(asked["actor"][0], relation, cursor)


def _page(actor: str, relation: Relation, cursor: str) -> Request:
    query = {"actor": actor, "limit": "100"} | ({"cursor": cursor} if cursor else {})
    return Request(HOST, f"/xrpc/{_LISTS[relation][0]}?{urlencode(query)}")


def _connection(person: Any, relation: Relation) -> Connection | None:
    """The person under their DID, which stays, and under their handle as of now, which people give."""
    if not isinstance(person, dict):
        return None
    names = (identity_on("bluesky", person.get("did")), identity_on("bluesky", person.get("handle")))
    known = tuple(identity for identity in names if identity is not None)
    return Connection(known, relation) if known else None


def _labels(subject: Any) -> set[Any]:
    labels = subject.get("labels") if isinstance(subject, dict) else None
    return {label.get("val") for label in labels if isinstance(label, dict)} if isinstance(labels, list) else set()
