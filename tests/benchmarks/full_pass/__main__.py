"""Prints the table of docs/matching-measured.md, section A whole pass; the package's docstring says how."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from typing import Any, Final

from infra.meter import dynamodb_local
from tests.benchmarks.full_pass.table import load

TABLE: Final = "fair"
# As the template has it for the functions that make a pass.
ALLOCATOR: Final = {"MALLOC_ARENA_MAX": "2", "MALLOC_MMAP_THRESHOLD_": "262144", "MALLOC_TRIM_THRESHOLD_": "262144"}
COLUMNS: Final = ("cpu s", "wall s", "peak MB", "RRU", "WRU", "requests")
HEADER: Final = f"| attendees | pass | {' | '.join(COLUMNS)} |\n|--:|---|{'--:|' * len(COLUMNS)}"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.full_pass", description=__doc__)
    parser.add_argument("--attendees", type=int, default=10_000)
    parser.add_argument("--without-mutuals", action="store_true", help="leave out the longest step")
    options = parser.parse_args()
    reason = dynamodb_local.missing()
    if reason:
        sys.exit(reason)
    # Ended from outside, DynamoDB Local must not be left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended before the passes were over"))
    with dynamodb_local.connected(TABLE) as url:
        print(f"{load(options.attendees) / 1e6:,.0f} MB of sets\n\n{HEADER}", flush=True)
        show(options.attendees, "everybody new", run(url, options.attendees))
        show(options.attendees, "nothing new", run(url, options.attendees))
        if not options.without_mutuals:
            figures = run(url, options.attendees, "mutuals")
            show(options.attendees, "nothing new, and mutual connections", figures)
            print(f"\n{figures['pairs']:,} pairs who share acquaintances")


def run(url: str, attendees: int, *options: str) -> dict[str, Any]:
    """The figures of a pass in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.full_pass.worker", url, TABLE, str(attendees), *options]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **ALLOCATOR})
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


def show(attendees: int, name: str, figures: dict[str, Any]) -> None:
    """A line of the table."""
    print(f"| {attendees:,} | {name} | {' | '.join(f'{figures[each]:,.0f}' for each in COLUMNS)} |", flush=True)


if __name__ == "__main__":
    main()
