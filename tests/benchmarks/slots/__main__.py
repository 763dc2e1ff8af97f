"""Prints the table of docs/introductions.md, section Slots; see the package's docstring for how to run it."""

from __future__ import annotations

import argparse
import math
import time

import numpy as np

from shared.slots import assign
from tests.benchmarks.slots.bound import linear_bound
from tests.benchmarks.slots.events import SITUATIONS, Situation, busy_of, pairs_of, slots_of

HEADER = (
    "| situation | served | linear bound | share | own bound | seconds | served after 20 cancelled | moved | lost |\n"
    "|---|--:|--:|--:|--:|--:|--:|--:|--:|"
)
CANCELLED = 20


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=2000)
    parser.add_argument("--pairs", type=int, default=3000)
    parser.add_argument("--slots", type=int, default=24)
    parser.add_argument("--without-bound", action="store_true")
    options = parser.parse_args()
    print(HEADER)
    for situation in SITUATIONS:
        print(row(situation, options.people, options.pairs, options.slots, not options.without_bound), flush=True)


def row(situation: Situation, people: int, number: int, slot_count: int, bounded: bool) -> str:
    random = np.random.default_rng(1832)
    pairs = pairs_of(situation, people, number, random)
    slots = slots_of(situation, slot_count, number)
    busy = busy_of(situation, people, slots, random)
    began = time.process_time()
    plan = assign(pairs, slots, busy=busy)
    seconds = time.process_time() - began
    gone = {pairs[int(index)][0] for index in random.choice(len(pairs), CANCELLED, replace=False)}
    left = [pair for pair in pairs if not gone.intersection(pair)]
    again = assign(left, slots, busy=busy, previous=plan.meetings)
    bound = math.floor(linear_bound(pairs, slots, busy) + 1e-6) if bounded else 0
    served = len(plan.meetings)
    lost = sum(1 for pair in left if pair in plan.meetings and pair not in again.meetings)
    return (
        f"| {situation.name} | {served:,} | {bound:,} | {served / bound if bound else 0:.2%} | {plan.most_possible:,} "
        f"| {seconds:.1f} | {len(again.meetings):,} of {len(left):,} | {len(again.moved):,} | {lost:,} |"
    )


if __name__ == "__main__":
    main()
