"""Selects once, in a process of its own, and prints the pairs, the processor seconds and the peak memory as JSON."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from shared.introductions.selection import select
from tests.benchmarks.selection.graphs import candidates


def main() -> None:
    given = json.loads(sys.argv[1])
    pairs = candidates(given["shape"], people=given["people"], pairs=given["pairs"], mixed=given["mixed"])
    start = time.process_time()
    selection = select(pairs, k=given["k"], m=given["m"])
    seconds = time.process_time() - start
    chosen = [(pair.a, pair.b) for pair in selection.pairs]
    print(json.dumps({"pairs": chosen, "seconds": seconds, "megabytes": peak_megabytes()}))


def peak_megabytes() -> float:
    """The most memory this process has held; Linux's resource.getrusage would count its parent's too."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) / 1024


if __name__ == "__main__":
    main()
