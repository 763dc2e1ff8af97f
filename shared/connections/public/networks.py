"""The networks that show follow lists to anybody: a line each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.connections.connection import Relation
from shared.connections.public import bluesky, github, mastodon
from shared.connections.public.asking import Answer, Outcome, Request


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
