"""The JSON that GitHub's REST API gives for whom a user follows, or who follows them.

Source: docs.github.com/rest/users/followers: an array of simple users with ``login``, ``id`` and ``html_url``. Pages
saved one after another in one file are read too.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from shared.connections.connection import Connection, Relation
from shared.connections.entries import dict_of, identity_on, rows, text_of
from shared.connections.export import Export, ExportFile

FOLLOWING: Final = "github-following"
FOLLOWERS: Final = "github-followers"


def recognizes(file: ExportFile) -> bool:
    """Whether the file holds GitHub users."""
    return any(
        "login" in user and ("node_id" in user or "github" in text_of(user.get("html_url"))) for user in _users(file)
    )


def exports(file: ExportFile) -> Iterator[Export]:
    """The one list; followers are told by the file's name. The API gives no dates and no names."""
    followers = "follower" in file.name
    relation = Relation.FOLLOWED_BY if followers else Relation.FOLLOWS

    def connection(user: dict[str, Any]) -> Connection | None:
        identity = identity_on("github", text_of(user.get("login")))
        return Connection((identity,), relation) if identity else None

    yield Export(FOLLOWERS if followers else FOLLOWING, rows(_users(file), connection, "GitHub login"))


def _users(file: ExportFile) -> Iterator[dict[str, Any]]:
    for value in file.values:
        for user in value if isinstance(value, list) else [value]:
            yield dict_of(user)
