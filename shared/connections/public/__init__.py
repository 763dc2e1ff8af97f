"""Follow lists that networks show to anybody: whom to ask, and what the answers mean; one module per network.

Nothing here talks to anybody. ``first`` says what to ask first, ``read`` what an answer is and what to ask next. What
comes out is what the same person's own export gives, under the same source, so that either replaces the other.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.connections.public.lists import LISTS, FollowList
from shared.when_needed import when_needed

if TYPE_CHECKING:
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
    from shared.connections.public.networks import NETWORKS, PublicNetwork

__all__ = [
    "LISTS",
    "NETWORKS",
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

# Whoever has to know which sets are of public lists asks no network.
__getattr__ = when_needed(
    __name__,
    {
        "asking": ("Answer", "Broken", "Found", "Later", "Nothing", "Onward", "Outcome", "Request", "wait_after"),
        "networks": ("NETWORKS", "PublicNetwork"),
    },
)
