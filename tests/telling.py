"""What hangs on one side of a match, asked for by itself."""

from __future__ import annotations

from collections.abc import Collection

from shared.introductions.proposals import PROVEN_NETWORKS, goes_both_ways, recognized
from shared.matching import Match


def may_be_told(
    match: Match, attendee_id: str, *, fetched: bool = False, proven: Collection[str] = PROVEN_NETWORKS
) -> bool:
    """Whether this side of a match may be told of the other without asking anybody first.

    The tie goes both ways, for certain, and the attendee is recognized as who they claim to be. That the other must be
    recognized too, before either is told, is what :func:`propose` says.
    """
    certain = match.certain
    return goes_both_ways(certain) and recognized(certain, attendee_id, fetched=fetched, proven=proven)
