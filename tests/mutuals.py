"""The search for mutual connections in one call, for tests and benchmarks that have everything in hand."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from shared.matching import ConnectionSet, DirectoryEntry
from shared.matching.mutual import USUAL_CAP, ListedTwice, MutualCollector, MutualSearch


def find_mutual_connections(
    directory: Iterable[DirectoryEntry],
    sets: Iterable[ConnectionSet],
    known: Iterable[tuple[str, str]] = (),
    *,
    per_person: int = 5,
    cap: int = USUAL_CAP,
    among: Collection[str] | None = None,
    listed_twice: ListedTwice | None = None,
) -> MutualSearch:
    """See :class:`MutualCollector`.

    :param listed_twice: what a first reading of the same sets remembered
    """
    collector = MutualCollector(directory, listed_twice=listed_twice)
    for connection_set in sets:
        collector.add(connection_set)
    return collector.find(known, per_person=per_person, cap=cap, among=among)
