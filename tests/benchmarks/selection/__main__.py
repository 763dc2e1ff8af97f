"""Prints the table of docs/introductions.md; see the package's docstring for how to run it."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from typing import Any, Final

import numpy as np

from shared.introductions.selection import BONUS, Candidate
from tests.benchmarks.selection.bounds import fewest_without, most_weight, problem
from tests.benchmarks.selection.graphs import SHAPES, candidates

HEADER: Final = (
    "| candidates | classes | m | without anyone | fewest possible | greedy alone | pairs | strength "
    "| of the bound | greedy alone | processor seconds | peak MB |\n|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--pairs", type=int, default=100_000)
    parser.add_argument("--k", type=int, default=5)
    options = parser.parse_args()
    print(HEADER, flush=True)
    for mixed, m in ((False, options.k), (True, 3), (True, 1)):
        for shape in SHAPES:
            print(
                row(
                    {
                        "shape": shape,
                        "people": options.people,
                        "pairs": options.pairs,
                        "mixed": mixed,
                        "k": options.k,
                        "m": m,
                    }
                ),
                flush=True,
            )


def row(given: dict[str, Any]) -> str:
    """A selection beside its bounds.

    The share of the bound is 1 - (bound - weights) / strength, so that the bonus of a class flatters nobody.
    """
    pairs = candidates(given["shape"], people=given["people"], pairs=given["pairs"], mixed=given["mixed"])
    limits = problem(pairs, k=given["k"], m=given["m"])
    fewest, proven = fewest_without(limits)
    weights = np.array([BONUS[pair.closeness] + pair.strength for pair in pairs])
    bound = most_weight(limits, weights, without=fewest)
    done = json.loads(
        subprocess.run(
            [sys.executable, "-m", "tests.benchmarks.selection.worker", json.dumps(given)],
            check=True,
            stdout=subprocess.PIPE,
        ).stdout
    )
    by_ends = {(pair.a, pair.b): pair for pair in pairs}
    chosen = [by_ends[tuple(ends)] for ends in done["pairs"]]
    naive = greedy(pairs, k=given["k"], m=given["m"])
    cells = [
        given["shape"],
        3 if given["mixed"] else 1,
        given["m"],
        f"{without(limits.people, chosen):,}",
        f"{fewest:,}" if proven else f"≤ {fewest:,}",
        f"{without(limits.people, naive):,}",
        f"{len(chosen):,}",
        f"{strength(chosen):,.0f}",
        f"{share(chosen, bound):.2%}",
        f"{share(naive, bound):.2%}",
        f"{done['seconds']:.1f}",
        f"{done['megabytes']:,.0f}",
    ]
    return "| " + " | ".join(map(str, cells)) + " |"


def greedy(pairs: list[Candidate], *, k: int, m: int) -> list[Candidate]:
    """By weight alone, whoever is left without anyone."""
    chosen: list[Candidate] = []
    degree: dict[str, int] = {}
    new: dict[str, int] = {}
    for pair in sorted(pairs, key=lambda x: (-BONUS[x.closeness] - x.strength, x.a, x.b)):
        ends, step = (pair.a, pair.b), int(BONUS[pair.closeness] == 0)
        if all(degree.get(end, 0) < k and new.get(end, 0) + step <= m for end in ends):
            chosen.append(pair)
            for end in ends:
                degree[end], new[end] = degree.get(end, 0) + 1, new.get(end, 0) + step
    return chosen


def without(people: int, chosen: list[Candidate]) -> int:
    return people - len({end for pair in chosen for end in (pair.a, pair.b)})


def strength(chosen: list[Candidate]) -> float:
    return sum(pair.strength for pair in chosen)


def share(chosen: list[Candidate], bound: float) -> float:
    return 1 - (bound - sum(BONUS[pair.closeness] + pair.strength for pair in chosen)) / strength(chosen)


if __name__ == "__main__":
    main()
