"""Prints the tables of docs/matching-measured.md, section Names; the package's docstring says how."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.benchmarks.names.measures import Pair, Quality, by_threshold, quality
from tests.benchmarks.names.records import DataSet, febrl, spellings

HEADER = (
    "| records | method | found | right | precision | recall | F1 | seconds | MB |\n"
    "|---|---|--:|--:|--:|--:|--:|--:|--:|"
)
EXTRA_HEADER = "| records | further key | found | right | precision | recall |\n|---|---|--:|--:|--:|--:|"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a worker found, by the titles of the method's variants."""

    pairs: dict[str, dict[Pair, float]]
    seconds: float
    megabytes: float


def main() -> None:
    print(HEADER, flush=True)
    data_sets: list[Callable[[], DataSet]] = [
        lambda: febrl(1, "suburb"),
        lambda: febrl(2, "suburb"),
        lambda: febrl(3, "suburb"),
        lambda: febrl(4, "suburb"),
        lambda: febrl(4, "state"),
        spellings,
    ]
    for load in data_sets:
        for row in compare(load()):
            print(row, flush=True)
    print(f"\n{EXTRA_HEADER}")
    for load in data_sets[3:]:
        for row in extra(load()):
            print(row, flush=True)


def compare(data: DataSet) -> Iterator[str]:
    """The rows of one data set: ours, and Splink at its best and at our precision.

    Of Splink's two ways the better one counts; seconds are those of both, halved.
    """
    ours = run("keys", data)
    for title, scored in ours.pairs.items():
        yield _row(data, f"keys: {title}", quality(scored, data.same), ours)
    wanted = quality(ours.pairs["likely, unique"], data.same).precision
    for method, title in (("splink", "Splink"), ("splink, folded", "Splink after our folding")):
        outcome = run(method, data)
        points = [point for scored in outcome.pairs.values() for point in by_threshold(scored, data.same)]
        score, best = max(points, key=lambda point: point[1].f1)
        yield _row(data, f"{title}, best F1 (weight {score:.1f})", best, outcome)
        equal = [point for point in points if point[1].precision >= wanted]
        if equal:
            score, best = max(equal, key=lambda point: point[1].recall)
            yield _row(data, f"{title}, at the precision of likely, unique (weight {score:.1f})", best, outcome)


def extra(data: DataSet) -> Iterator[str]:
    """The rows of one data set: what each further key adds."""
    for title, scored in run("extra keys", data).pairs.items():
        q = quality(scored, data.same)
        yield f"| {data.title} | {title} | {q.found} | {q.right} | {q.precision:.4f} | {q.recall:.3f} |"


def run(method: str, data: DataSet) -> Outcome:
    """The method on the data set, in a process of its own."""
    worker = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.names.worker", method],
        input=json.dumps(data.to_json()),
        capture_output=True,
        text=True,
        check=False,
    )
    if worker.returncode:
        raise SystemExit(f"{method} on {data.title} failed:\n{worker.stderr}")
    answer: dict[str, Any] = json.loads(worker.stdout)
    last = len(data.listed) if data.judged is None else data.judged
    pairs = {
        title: {(a, b): score for a, b, score in found if min(a, b) < last} for title, found in answer["pairs"].items()
    }
    runs = len(pairs) if method.startswith("splink") else 1
    return Outcome(pairs, answer["seconds"] / runs, answer["megabytes"])


def _row(data: DataSet, method: str, q: Quality, outcome: Outcome) -> str:
    return (
        f"| {data.title} | {method} | {q.found} | {q.right} | {q.precision:.4f} | {q.recall:.3f} | {q.f1:.3f} "
        f"| {outcome.seconds:.1f} | {outcome.megabytes:.0f} |"
    )


if __name__ == "__main__":
    main()
