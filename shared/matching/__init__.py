"""Who already knows whom: keyed hashes of connections joined against the event's directory, with the evidence."""

from __future__ import annotations

from typing import TYPE_CHECKING

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
from shared.when_needed import when_needed

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
__getattr__ = when_needed(
    __name__,
    {
        "connection_set": ("ConnectionSet", "pack_connections", "pack_people"),
        "join": ("ByAttendee", "Rows", "find_listings"),
    },
)
