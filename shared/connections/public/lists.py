"""The lists that anybody can look up for anybody, and under which source each is kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.connections.connection import Relation

_NETWORKS: Final = ("github", "bluesky", "mastodon")  # a test holds them against what can be asked


@dataclass(frozen=True, slots=True)
class FollowList:
    """One list of one network."""

    source: str  # of the connection set: "github-following"
    network: str
    relation: Relation


LISTS: Final[Mapping[str, FollowList]] = {
    f"{network}-{name}": FollowList(f"{network}-{name}", network, relation)
    for network in _NETWORKS
    for name, relation in (("following", Relation.FOLLOWS), ("followers", Relation.FOLLOWED_BY))
}
