"""The JSON that GitHub's REST API gives for whom a user follows, or who follows them.

Source: docs.github.com/rest/users/followers: an array of simple users with ``login``, ``id`` and ``html_url``. Pages
saved one after another in one file are read too.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from shared import identities
from shared.connections.connection import Connection, Relation
from shared.identities import Unreadable
from shared.tables import Reject

FOLLOWING: Final = "github-following"
FOLLOWERS: Final = "github-followers"
MAX_BYTES: Final = 64 * 1024 * 1024  # some 60,000 users; JSON is read as a whole

_WHITE: Final = re.compile(r"\s*")


def sniff(head: bytes, filename: str) -> str | None:
    """Whether the first bytes begin an array of GitHub users; followers are told by the file's name."""
    begins = head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if begins in (b"[", b"{") and b'"login"' in head and b"github.com" in head:
        return FOLLOWERS if "follower" in filename.lower() else FOLLOWING
    return None


def read(stream: BinaryIO, source: str) -> Iterator[Connection | Reject]:
    """Every user on the list; the API gives no dates and no names.

    :raises ValueError: where the text is no JSON or larger than MAX_BYTES
    """
    body = stream.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        raise ValueError(f"more than {MAX_BYTES:,} bytes of JSON")
    relation = Relation.FOLLOWED_BY if source == FOLLOWERS else Relation.FOLLOWS
    for number, user in enumerate(_users(body.decode("utf-8-sig")), 1):
        yield _connection(number, user, relation)


def _connection(number: int, user: Any, relation: Relation) -> Connection | Reject:
    login = user.get("login") if isinstance(user, dict) else None
    identity = identities.parse(login, "github") if isinstance(login, str) else None
    if identity is None or isinstance(identity, Unreadable) or identity.network != "github":
        return Reject(number, f"entry {number} has no GitHub login")
    return Connection((identity,), relation)


def _users(text: str) -> Iterator[Any]:
    decoder = json.JSONDecoder()
    position = _end_of(_WHITE.match(text, 0))
    while position < len(text):
        value, position = decoder.raw_decode(text, position)
        yield from value if isinstance(value, list) else [value]
        position = _end_of(_WHITE.match(text, position))


def _end_of(match: re.Match[str] | None) -> int:
    return match.end() if match else 0
