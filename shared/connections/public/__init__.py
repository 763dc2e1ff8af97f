"""Follow lists that networks show to anybody: whom to ask, and what the answers mean; one module per network.

Nothing here talks to anybody. ``first`` says what to ask first, ``read`` what an answer is and what to ask next. What
comes out is what the same person's own export gives, under the same source, so that either replaces the other.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.connections.connection import Relation
from shared.connections.public import bluesky, github, mastodon
from shared.connections.public.asking import (
    Answer,
    Broken,
    Found,
    Later,
    Nothing,
    Onward,
    Outcome,
    Request,
    wait_after,
)


@dataclass(frozen=True, slots=True)
class PublicNetwork:
    """One network."""

    title: str
    first: Callable[[str, Relation], Request]  # of a canonical handle
    read: Callable[[Request, Answer, Relation, datetime], Outcome]
    headers: Mapping[str, str]
    takes_token: bool = False


NETWORKS: Final[Mapping[str, PublicNetwork]] = {
    "github": PublicNetwork("GitHub", github.first, github.read, github.HEADERS, takes_token=True),
    "bluesky": PublicNetwork("Bluesky", bluesky.first, bluesky.read, bluesky.HEADERS),
    "mastodon": PublicNetwork("Mastodon", mastodon.first, mastodon.read, mastodon.HEADERS),
}


@dataclass(frozen=True, slots=True)
class FollowList:
    """One list of one network."""

    source: str  # of the connection set: "github-following"
    network: str
    relation: Relation


LISTS: Final[Mapping[str, FollowList]] = {
    f"{network}-{name}": FollowList(f"{network}-{name}", network, relation)
    for network in NETWORKS
    for name, relation in (("following", Relation.FOLLOWS), ("followers", Relation.FOLLOWED_BY))
}

# Anybody can look these up for anybody, whether fetched or uploaded: having such a list proves nothing of whose it is.
PUBLIC_SOURCES: Final = frozenset(LISTS)

__all__ = [
    "LISTS",
    "NETWORKS",
    "PUBLIC_SOURCES",
    "Answer",
    "Broken",
    "FollowList",
    "Found",
    "Later",
    "Nothing",
    "Onward",
    "Outcome",
    "PublicNetwork",
    "Request",
    "wait_after",
]
