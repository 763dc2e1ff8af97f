"""One search in a process of its own, so that its memory is its own: figures as JSON on the standard output."""

from __future__ import annotations

import argparse
import json
import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, TypeVar

from shared.matching.mutual import ListedTwice
from tests.benchmarks.mutual.graph import Graph, name_of
from tests.mutuals import find_mutual_connections

T = TypeVar("T")

PER_PERSON = 5


class Clock:
    """Processor seconds, less those spent on inventing the event: another process at work does not count."""

    def __init__(self) -> None:
        self.inventing = 0.0
        self.started = time.process_time()

    @property
    def seconds(self) -> float:
        return time.process_time() - self.started - self.inventing

    def invented(self, things: Iterator[T]) -> Iterator[T]:
        while True:
            started = time.process_time()
            each = next(things, None)
            self.inventing += time.process_time() - started
            if each is None:
                return
            yield each


def main() -> None:
    parser = argparse.ArgumentParser()
    for option in ("--attendees", "--connections", "--readings", "--cap", "--sample"):
        parser.add_argument(option, type=int, required=True)
    parser.add_argument("--engine", choices=["numpy", "scipy"], default="numpy")
    options = parser.parse_args()
    graph, clock = Graph(options.attendees, options.connections), Clock()
    if options.engine == "scipy":
        from tests.benchmarks.mutual.sparse import best_partners

        figures: dict[str, Any] = {
            "found": best_partners(clock.invented(graph.sets()), cap=options.cap, per_person=PER_PERSON)
        }
    else:
        sample = {name_of(n) for n in range(0, options.attendees, options.sample)} if options.sample > 1 else None
        figures = search(graph, clock, options.readings, options.cap, sample)
    print(json.dumps({"seconds": clock.seconds, "megabytes": peak_megabytes(), **figures}))


def search(graph: Graph, clock: Clock, readings: int, cap: int, among: set[str] | None) -> dict[str, Any]:
    listed_twice = None
    if readings == 2:
        listed_twice = ListedTwice(graph.attendees * graph.connections)
        for each in clock.invented(graph.sets()):
            listed_twice.add(each)
    found = find_mutual_connections(
        graph.directory(),
        clock.invented(graph.sets()),
        clock.invented(graph.known()),
        per_person=PER_PERSON,
        cap=cap,
        among=among,
        listed_twice=listed_twice,
    )
    return {
        "pairs": len(found.pairs),
        "introduced": sum(bool(pair.introducers) for pair in found.pairs),
        "cap": found.cap,
        "left_out": found.left_out,
        "best": [[pair.a, pair.b] for pair in found.pairs],
    }


def peak_megabytes() -> float:
    """VmHWM and not ru_maxrss, which a child inherits from its parent."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(match[1]) / 1024 if match else float("nan")


if __name__ == "__main__":
    main()
