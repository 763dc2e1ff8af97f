"""The event's directory: under which keyed hashes each attendee can be found, and which sets they brought."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from shared import names
from shared.identities import Identity
from shared.matching.evidence import BY_NAME
from shared.matching.hashing import hash_identity, hash_name

# Sources of what is remembered of an earlier event go on with the event's id.
MET_SOURCE: Final = "met-"
NEVER_SOURCE: Final = "never-"


@dataclass(frozen=True, slots=True)
class DirectoryEntry:
    """What matching knows of one attendee: no name, no address, only hashes and what they agreed to."""

    attendee_id: str
    revision: int = 0  # grows with every change of this entry or of the attendee's sets
    findable: tuple[tuple[int, str], ...] = ()  # (hash, network), sorted; empty unless they may be named
    registered: bool = False  # holds a ticket that admits them
    agreed: bool = False  # may be named
    uses_connections: bool = False  # their own sets may be joined
    set_digests: Mapping[str, str] = field(default_factory=dict)  # source → ConnectionSet.digest
    uploads: tuple[datetime, ...] = ()  # when lists came in that were news, those of the last day

    def uploads_before(self, moment: datetime) -> tuple[datetime, ...]:
        """The uploads of the day before a moment."""
        return tuple(at for at in self.uploads if timedelta(0) <= moment - at < timedelta(days=1))

    @property
    def active_sources(self) -> frozenset[str]:
        """The sources whose sets take part in matching; whom somebody is not to be introduced to always holds."""
        return frozenset(s for s in self.set_digests if self.uses_connections or s.startswith(NEVER_SOURCE))


def findable_under(
    identities: Iterable[Identity], key: bytes, *, name: str = "", company: str = ""
) -> tuple[tuple[int, str], ...]:
    """The directory's hashes for an attendee's identities and name: (hash, network), sorted, without repeats.

    Networks that share a name space give one hash; the alphabetically first network names it.
    """
    by_hash: dict[int, str] = {}
    for identity in sorted(identities):
        by_hash.setdefault(hash_identity(identity, key), identity.network)
    for name_key in names.name_keys(name, company) if name else ():
        by_hash.setdefault(hash_name(name_key, key), name_key.kind.value)
    return tuple(sorted(by_hash.items()))


def claimed_twice(directory: Iterable[DirectoryEntry]) -> dict[str, frozenset[str]]:
    """By attendee, the networks on which somebody else at the event claims the same handle.

    At most one of them is its owner and nothing says who, so what rests on it is held until somebody decides. An
    e-mail address is never claimed twice: it is who the attendee is.
    """
    claims: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for entry in directory:
        for hashed, network in entry.findable:
            if network not in BY_NAME:
                claims[hashed].append((entry.attendee_id, network))
    held: defaultdict[str, set[str]] = defaultdict(set)
    for claimants in claims.values():
        for attendee_id, network in claimants if len(claimants) > 1 else ():
            held[attendee_id].add(network)
    return {attendee_id: frozenset(networks) for attendee_id, networks in held.items()}
