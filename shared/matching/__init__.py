"""Who already knows whom: keyed hashes of connections joined against the event's directory, with the evidence."""

from shared.matching.connection_set import ConnectionSet, hash_identity, pack_connections
from shared.matching.directory import DirectoryEntry, claimed_twice, findable_under
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
from shared.matching.join import ByAttendee, Rows, find_listings, join

__all__ = [
    "BY_NAME",
    "LIKELY",
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
    "join",
    "listings_to_matches",
    "pack_connections",
    "strength",
    "weight_of",
]
