"""Whom a GitHub user follows, and who follows them: public for everybody, hundred a page.

Source: docs.github.com/rest/users/followers (an array of simple users; the next page in the Link header) and, below
docs.github.com/rest/using-the-rest-api, rate-limits-for-the-rest-api (403 or 429; 60 requests an hour from one address
without a token, 5,000 with one) and best-practices (ETags: a 304 is free with a token). Not verified: that a number in
place of a login works (``/user/<id>/following``). Not documented, so not relied on: in which order people are listed.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from shared.connections.connection import Connection, Relation
from shared.connections.public.asking import (
    SHORTEST_WAIT_S,
    Answer,
    Broken,
    Found,
    Later,
    Outcome,
    Request,
    common,
    identity_on,
    json_of,
    next_target,
    refused,
    wait_after,
)

HOST: Final = "api.github.com"
HEADERS: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
_LISTS: Final = {Relation.FOLLOWS: "following", Relation.FOLLOWED_BY: "followers"}


def first(handle: str, relation: Relation) -> Request:
    """What to ask first for a login, or for a number written "id:583231"."""
    user = f"user/{handle.removeprefix('id:')}" if handle.startswith("id:") else f"users/{handle}"
    return Request(HOST, f"/{user}/{_LISTS[relation]}?per_page=100")


def read(request: Request, answer: Answer, relation: Relation, now: datetime) -> Outcome:
    """What an answer means."""
    if answer.status == 403 and _is_rate_limit(answer, now):
        return Later(max(wait_after(answer, now), SHORTEST_WAIT_S))
    if answer.status == 401:
        return Broken("GitHub does not accept the token that was stored for it; the organizer has to renew it")
    outcome = common(request, answer, now)
    if outcome is not None:
        return outcome
    if answer.status != 200:
        return refused(request, answer)
    users = json_of(answer)
    if not isinstance(users, list):
        return Broken("GitHub's answer is no list")
    target = next_target(answer, request)
    return Found(
        tuple(connection for user in users if (connection := _connection(user, relation)) is not None),
        Request(HOST, target) if target else None,
    )


def _is_rate_limit(answer: Answer, now: datetime) -> bool:
    return wait_after(answer, now) > 0 or b"rate limit" in answer.body[:10_000].lower()


def _connection(user: Any, relation: Relation) -> Connection | None:
    identity = identity_on("github", user.get("login")) if isinstance(user, dict) else None
    return Connection((identity,), relation) if identity else None
