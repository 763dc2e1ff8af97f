"""Who already knows whom: keyed hashes of connections joined against the event's directory, with the evidence."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from shared.matching.directory import MET_SOURCE, NEVER_SOURCE, DirectoryEntry, claimed_twice, findable_under
from shared.matching.evidence import (
    BY_NAME,
    LIKELY,
    POSSIBLE,
    Evidence,
    Listing,
    Match,
    listings_to_matches,
    strength,
    weight_of,
)
from shared.matching.hashing import hash_identity

if TYPE_CHECKING:
    from shared.matching.connection_set import ConnectionSet, pack_connections, pack_people
    from shared.matching.join import ByAttendee, Rows, find_listings

__all__ = [
    "BY_NAME",
    "LIKELY",
    "MET_SOURCE",
    "NEVER_SOURCE",
    "POSSIBLE",
    "ByAttendee",
    "ConnectionSet",
    "DirectoryEntry",
    "Evidence",
    "Listing",
    "Match",
    "Rows",
    "claimed_twice",
    "find_listings",
    "findable_under",
    "hash_identity",
    "listings_to_matches",
    "pack_connections",
    "pack_people",
    "strength",
    "weight_of",
]

# Registering and sending read no arrays; their cold starts do not wait for NumPy.
_WHEN_NEEDED: Final = {
    "ConnectionSet": "connection_set",
    "pack_connections": "connection_set",
    "pack_people": "connection_set",
    "ByAttendee": "join",
    "Rows": "join",
    "find_listings": "join",
}


def __getattr__(name: str) -> Any:
    if name not in _WHEN_NEEDED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHEN_NEEDED[name]}"), name)
