"""One method on one event in a process of its own, so that its memory and its threads are its own: prints JSON."""

from __future__ import annotations

import gc
import hashlib
import json
import re
import sys
import time
from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any, Final

import numpy as np

from shared.matching.evidence import Listing
from shared.matching.join import Rows
from tests.benchmarks.join.engines import METHODS, Found
from tests.benchmarks.join.event import NETWORKS, SOURCES, directory_of, read
from tests.benchmarks.join.passes import stages

WARM_UP_SETS: Final = 20
DAY_ZERO: Final = date(2003, 12, 31)  # of the days in a connection set


def main(path: str, method: str, repeats: int) -> None:
    """Measure the method, or the stages of a whole pass of ours where the method is called ``stages``."""
    stored = list(read(Path(path)))
    directory = directory_of(len(stored))
    held = sum(len(each.packed) for each in stored)
    if method == "stages":
        results = [stages(stored) for _ in range(repeats)]
        print(json.dumps({"stages": results, "megabytes": _peak() - held / 1e6}))
        return
    run = METHODS[method].run
    run(directory[:WARM_UP_SETS], stored[:WARM_UP_SETS])
    measured = []
    for _ in range(repeats):
        gc.collect()
        wall, cpu = time.perf_counter(), time.process_time()
        found = run(directory, stored)
        measured.append((time.process_time() - cpu, time.perf_counter() - wall))
    megabytes = _peak() - held / 1e6
    print(
        json.dumps(
            {
                "cpu": [cpu for cpu, _ in measured],
                "wall": [wall for _, wall in measured],
                "megabytes": megabytes,
                **check(found),
            }
        )
    )


def check(found: Found) -> dict[str, Any]:
    """How many rows and pairs there are, and a digest of all rows, whatever form they have."""
    rows = _numbers(found)
    pairs = np.unique(rows[:, :2], axis=0)
    return {
        "rows": len(rows),
        "pairs": len(pairs),
        "digest": hashlib.blake2b(rows.tobytes(), digest_size=8).hexdigest(),
    }


def _numbers(found: Found) -> np.ndarray[Any, np.dtype[np.int64]]:
    """Rows of lister, listed, network, relation, source, day as numbers that are the same for all methods; sorted."""
    if isinstance(found, Rows):
        people = np.array([int(each[1:]) for each in found.attendee_ids])
        networks = np.array([NETWORKS.index(each) for each in found.networks])
        sources = np.array([SOURCES.index(each) for each in found.sources])
        columns = (
            people[found.lister],
            people[found.listed],
            networks[found.network],
            found.relation,
            sources[found.source],
            found.day,
        )
        rows = np.column_stack([column.astype(np.int64) for column in columns])
    else:
        rows = np.array([_numbered(*row) for row in _flat(found)], np.int64)
    return rows[np.lexsort(rows.T[::-1])]


def _numbered(lister: str, listed: str, network: str, relation: int, source: str, day: int) -> tuple[int, ...]:
    return int(lister[1:]), int(listed[1:]), NETWORKS.index(network), int(relation), SOURCES.index(source), day


def _flat(found: Iterable[Any]) -> Iterable[tuple[Any, ...]]:
    for each in found:
        if not isinstance(each, Listing):
            yield each
            continue
        for evidence in each.evidence:
            day = (evidence.since - DAY_ZERO).days if evidence.since else 0
            yield each.lister, each.listed, evidence.network, evidence.relation, evidence.source, day


def _peak() -> float:
    """In MB; VmHWM and not ru_maxrss, which a child inherits from its parent."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(match[1]) * 1024 / 1e6 if match else float("nan")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]))
