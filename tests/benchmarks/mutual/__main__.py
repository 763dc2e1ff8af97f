"""Prints the tables of docs/matching-measured.md, section Mutual connections; the package's docstring says how."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any

from shared.matching.mutual import USUAL_CAP

CONNECTIONS = 1500
SAMPLE = 50  # of 100,000 attendees every 50th, where caps are compared

SIZE_HEADER = (
    "| attendees | read | processor seconds | peak MB | pairs | with an introducer |\n|--:|--:|--:|--:|--:|--:|"
)
CAP_HEADER = (
    "| attendees | cap | processor seconds | people left out | the same best partners as without a cap |\n"
    "|--:|--:|--:|--:|--:|"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--attendees", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument("--cap", type=int, nargs="*", default=[], help="compare these caps instead")
    parser.add_argument("--scipy", action="store_true", help="time the sparse product instead")
    options = parser.parse_args()
    for attendees in options.attendees:
        if options.scipy:
            outcome = run(attendees, engine="scipy")
            print(f"SciPy, {attendees:,}: {outcome['seconds']:.0f} s, {outcome['megabytes']:,.0f} MB", flush=True)
        elif options.cap:
            compare_caps(attendees, options.cap)
        else:
            measure(attendees)


def measure(attendees: int) -> None:
    print(SIZE_HEADER)
    for readings in (1, 2):
        outcome = run(attendees, readings=readings)
        print(
            f"| {attendees:,} | {['once', 'twice'][readings - 1]} | {outcome['seconds']:.0f} "
            f"| {outcome['megabytes']:,.0f} | {outcome['pairs']:,} | {outcome['introduced']:,} |",
            flush=True,
        )


def compare_caps(attendees: int, caps: list[int]) -> None:
    sample = SAMPLE if attendees > 20_000 else 1
    whole = run(attendees, readings=2, cap=attendees, sample=sample)
    wanted = {tuple(pair) for pair in whole["best"]}
    print(CAP_HEADER)
    for cap in caps:
        outcome = run(attendees, readings=2, cap=cap, sample=sample)
        same = len(wanted.intersection(map(tuple, outcome["best"]))) / len(wanted)
        print(
            f"| {attendees:,} | {cap} | {outcome['seconds']:.0f} | {outcome['left_out']:,} | {same:.0%} |", flush=True
        )
    print(f"| {attendees:,} | none | {whole['seconds']:.0f} | {whole['left_out']:,} | |", flush=True)


def run(
    attendees: int, *, readings: int = 1, cap: int = USUAL_CAP, sample: int = 1, engine: str = "numpy"
) -> dict[str, Any]:
    """The figures of a worker process."""
    figures = {
        "--attendees": attendees,
        "--connections": CONNECTIONS,
        "--readings": readings,
        "--cap": cap,
        "--sample": sample,
        "--engine": engine,
    }
    command = [
        sys.executable,
        "-m",
        "tests.benchmarks.mutual.worker",
        *(str(x) for pair in figures.items() for x in pair),
    ]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE)
    outcome: dict[str, Any] = json.loads(done.stdout)
    return outcome


if __name__ == "__main__":
    main()
