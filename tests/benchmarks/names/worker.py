"""One method on one data set in a process of its own, so that its memory is its own: JSON in, JSON out."""

from __future__ import annotations

import json
import re
import sys
import time
import warnings
from pathlib import Path

from tests.benchmarks.names.methods import METHODS
from tests.benchmarks.names.records import Person


def main(method: str) -> None:
    """Read the records from the standard input; write scored pairs, seconds and peak memory to the output."""
    warnings.simplefilter("ignore")
    given = json.load(sys.stdin)
    sides = [[Person(**person) for person in given[side]] for side in ("listed", "attendees")]
    output, sys.stdout = sys.stdout, sys.stderr
    started = time.perf_counter()
    found = METHODS[method](*sides)
    seconds = time.perf_counter() - started
    pairs = {title: [[*pair, score] for pair, score in scored.items()] for title, scored in found.items()}
    json.dump({"pairs": pairs, "seconds": seconds, "megabytes": _peak_megabytes()}, output)


def _peak_megabytes() -> float:
    """VmHWM and not ru_maxrss, which a child inherits from its parent."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(match[1]) / 1024 if match else float("nan")


if __name__ == "__main__":
    main(sys.argv[1])
