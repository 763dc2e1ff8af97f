"""Every engine's way from the directory and the stored bytes to the evidence, each as its own users would write it.

All decode with ``ConnectionSet.from_bytes``, and the engines of tables share the lines before and after the join
(``tables``), so what differs is the join. One table: all entries at once. Blocks: as our own join takes them.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from shared.matching.directory import DirectoryEntry
from shared.matching.evidence import Listing
from shared.matching.join import BLOCK_ENTRIES, Rows, find_listings, join
from tests.benchmarks.join import per_set
from tests.benchmarks.join.event import Stored
from tests.benchmarks.join.tables import Directory, Table, tables

COLUMNS: Final = ("set", "row", "relation", "day")
OURS: Final = "ours"

Evidence = tuple[str, str, str, int, str, int]  # lister, listed, network, relation, source, day
Found = Rows | list[Listing] | list[Evidence]
# Of the directory a function that joins a table of entries with it and returns COLUMNS.
Matcher = Callable[[Table], Callable[[Table], Table]]


@dataclass(frozen=True, slots=True)
class Method:
    """One way to do the join; ``package`` is what would have to be deployed for it."""

    title: str
    package: str
    run: Callable[[Sequence[DirectoryEntry], Sequence[Stored]], Found]


def ours(directory: Sequence[DirectoryEntry], stored: Sequence[Stored]) -> Rows:
    return join(directory, (each.read() for each in stored))


def our_listings(directory: Sequence[DirectoryEntry], stored: Sequence[Stored]) -> list[Listing]:
    return find_listings(directory, (each.read() for each in stored))


def one_search_a_set(directory: Sequence[DirectoryEntry], stored: Sequence[Stored]) -> list[Listing]:
    return per_set.find_listings(directory, (each.read() for each in stored))


def plain_python(directory: Sequence[DirectoryEntry], stored: Sequence[Stored]) -> list[Evidence]:
    """A dict of owners, and for each attendee an intersection of sets."""
    owners: defaultdict[int, list[tuple[str, str]]] = defaultdict(list)
    for entry in directory:
        for hashed, network in entry.findable:
            owners[hashed].append((entry.attendee_id, network))
    known = frozenset(owners)
    found: set[Evidence] = set()
    for connections in (each.read() for each in stored):
        hashes = connections.hashes.tolist()
        for hashed in known.intersection(hashes):
            place = bisect_left(hashes, hashed)
            while place < len(hashes) and hashes[place] == hashed:
                relation, day = int(connections.relations[place]), int(connections.days[place])
                for listed, network in owners[hashed]:
                    if listed != connections.attendee_id:
                        found.add((connections.attendee_id, listed, network, relation, connections.source, day))
                place += 1
    return sorted(found)


def polars(engine: str) -> Matcher:
    def matcher(directory: Table) -> Callable[[Table], Table]:
        import polars as pl

        owned = pl.DataFrame(dict(directory)).lazy()

        def match(entries: Table) -> Table:
            joined = pl.DataFrame(dict(entries)).lazy().join(owned, on="hash").select(COLUMNS)
            found: Any = joined.collect(engine=engine)
            return {name: found[name].to_numpy() for name in COLUMNS}

        return match

    return matcher


def arrow_join(directory: Table) -> Callable[[Table], Table]:
    return _arrow(directory, lambda entries: entries)


def arrow_filter_and_join(directory: Table) -> Callable[[Table], Table]:
    import pyarrow as pa
    import pyarrow.compute as pc

    known = pa.array(directory["hash"])
    return _arrow(directory, lambda entries: entries.filter(pc.is_in(entries["hash"], value_set=known)))


def _arrow(directory: Table, prepare: Callable[[Any], Any]) -> Callable[[Table], Table]:
    import pyarrow as pa

    owned = pa.table(dict(directory))

    def match(entries: Table) -> Table:
        found = prepare(pa.table(dict(entries))).join(owned, "hash", join_type="inner", use_threads=False)
        return {name: found[name].to_numpy() for name in COLUMNS}

    return match


def duckdb_join(directory: Table) -> Callable[[Table], Table]:
    import duckdb

    connection = duckdb.connect(config={"threads": 1})
    connection.register("directory_columns", dict(directory))
    connection.execute("create table directory as from directory_columns")

    def match(entries: Table) -> Table:
        connection.register("entries", dict(entries))
        query = f"select {', '.join(COLUMNS)} from entries join directory using (hash)"
        return dict(connection.execute(query).fetchnumpy())

    return match


def pandas_merge(directory: Table) -> Callable[[Table], Table]:
    return _pandas(directory, lambda entries: entries)


def pandas_filter_and_merge(directory: Table) -> Callable[[Table], Table]:
    return _pandas(directory, lambda entries: entries[entries["hash"].isin(directory["hash"])])


def _pandas(directory: Table, prepare: Callable[[Any], Any]) -> Callable[[Table], Table]:
    import pandas as pd

    owned = pd.DataFrame(dict(directory), copy=False)

    def match(entries: Table) -> Table:
        found = prepare(pd.DataFrame(dict(entries), copy=False)).merge(owned, on="hash")
        return {name: found[name].to_numpy() for name in COLUMNS}

    return match


def _by_tables(
    matcher: Matcher, entries_at_once: float
) -> Callable[[Sequence[DirectoryEntry], Sequence[Stored]], Rows]:
    def run(entries: Sequence[DirectoryEntry], stored: Sequence[Stored]) -> Rows:
        directory = Directory.of(entries)
        match = matcher(directory.table())
        parts = [match(table) for table in tables(stored, entries_at_once)]
        return directory.rows(stored, {name: np.concatenate([part[name] for part in parts]) for name in COLUMNS})

    return run


# title, package, function, and whether it is also given all entries in one table
_TABLE_ENGINES: Final[Sequence[tuple[str, str, Matcher, bool]]] = (
    ("Polars", "polars", polars("in-memory"), True),
    ("Polars, streaming", "polars", polars("streaming"), False),
    ("PyArrow join", "pyarrow", arrow_join, True),
    ("PyArrow is_in, join", "pyarrow", arrow_filter_and_join, False),
    ("DuckDB", "duckdb", duckdb_join, True),
    ("pandas merge", "pandas", pandas_merge, True),
    ("pandas isin, merge", "pandas", pandas_filter_and_merge, False),
)

METHODS: Final = {
    method.title: method
    for method in (
        Method(OURS, "numpy", ours),
        Method("ours, as Listings", "numpy", our_listings),
        Method("a search for each set, as Listings", "numpy", one_search_a_set),
        Method("Python sets", "", plain_python),
        *(
            Method(f"{title}; {how}", package, _by_tables(matcher, at_once))
            for title, package, matcher, also_as_one in _TABLE_ENGINES
            for how, at_once in (("one table", math.inf), ("blocks", BLOCK_ENTRIES))
            if also_as_one or how == "blocks"
        ),
    )
}
