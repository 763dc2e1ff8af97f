"""Prints the tables of docs/matching-measured.md, section The join; the package's docstring says how."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.benchmarks.join.engines import METHODS, OURS
from tests.benchmarks.join.event import Size, write

OUTPUT: Final = Path("build/bench-join.json")
ONE_THREAD: Final = {
    "POLARS_MAX_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "ARROW_DEFAULT_MEMORY_POOL": "system",
}
HEADER: Final = (
    "| event | method | CPU seconds | least to most | times ours | peak MB | rows |\n|---|---|--:|--:|--:|--:|--:|"
)
# Where memory has to hold the event twice, one table is not tried.
HUGE: Final = 100_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How often an event is measured: rounds of a process each, and repeats in each of them."""

    size: Size
    rounds: int
    repeats: int


QUICK: Final = (Plan(Size(300, 500), 1, 3), Plan(Size(3_000, 1_000), 1, 1))
FULL: Final = (
    Plan(Size(300, 500), 3, 5),
    Plan(Size(3_000, 1_000), 3, 3),
    Plan(Size(10_000, 1_500), 3, 3),
    Plan(Size(100_000, 1_500), 1, 1),
)
FASTEST: Final = 3  # so many others are measured where the event is huge


def main(plans: Sequence[Plan]) -> None:
    results: list[dict[str, Any]] = []
    print(HEADER, flush=True)
    methods = list(METHODS)
    with tempfile.TemporaryDirectory() as folder:
        for plan in plans:
            path = Path(folder) / f"{plan.size.attendees}.sets"
            write(plan.size, path)
            if plan.size.attendees >= HUGE:
                methods = _fastest(results, plans[-2].size)
            measured = measure(plan, path, methods)
            results.extend(measured)
            for each in measured:
                print(_row(each), flush=True)
            stages = run("stages", path, 1)
            results.append({"event": str(plan.size), "method": "stages", **stages})
            path.unlink()
    print(f"\n{_stage_table(results)}\n\n{_package_table()}")
    OUTPUT.parent.mkdir(exist_ok=True)
    OUTPUT.write_text(json.dumps(results, indent=1))


def measure(plan: Plan, path: Path, methods: Sequence[str]) -> list[dict[str, Any]]:
    """Every method in turn, round after round, so that a busy minute is shared by all.

    :raises SystemExit: where the methods don't find the same
    """
    rounds = [{method: run(method, path, plan.repeats) for method in methods} for _ in range(plan.rounds)]
    digests = {(found["digest"], found["rows"]) for each in rounds for found in each.values()}
    if len(digests) != 1:
        raise SystemExit(
            f"{plan.size}: the methods differ: {[(m, f['digest'], f['rows']) for m, f in rounds[0].items()]}"
        )
    return [
        {
            "event": str(plan.size),
            "method": method,
            "cpu": [median(each[method]["cpu"]) for each in rounds],
            "wall": [median(each[method]["wall"]) for each in rounds],
            "ratio": median(median(each[method]["cpu"]) / median(each[OURS]["cpu"]) for each in rounds),
            "megabytes": max(each[method]["megabytes"] for each in rounds),
            **{name: rounds[0][method][name] for name in ("rows", "pairs", "digest")},
        }
        for method in methods
    ]


def run(method: str, path: Path, repeats: int) -> dict[str, Any]:
    """The method in a process of its own."""
    worker = subprocess.run(
        [sys.executable, "-m", "tests.benchmarks.join.worker", str(path), method, str(repeats)],
        stdout=subprocess.PIPE,
        env={**os.environ, **ONE_THREAD},
        check=True,
    )
    found: dict[str, Any] = json.loads(worker.stdout)
    return found


def _fastest(results: Sequence[dict[str, Any]], size: Size) -> list[str]:
    """Ours, and the fastest of the others that work in blocks."""
    others = [each for each in results if each["event"] == str(size) and each["method"].endswith("; blocks")]
    return [OURS, *(each["method"] for each in sorted(others, key=lambda each: each["ratio"])[:FASTEST])]


def _row(each: dict[str, Any]) -> str:
    cpu = each["cpu"]
    return (
        f"| {each['event']} | {each['method']} | {median(cpu):.3g} | {min(cpu):.3g} to {max(cpu):.3g} "
        f"| {each['ratio']:.2f} | {each['megabytes']:.0f} | {each['rows']:,} |"
    )


def _stage_table(results: Sequence[dict[str, Any]]) -> str:
    passes = [each for each in results if each["method"] == "stages"]
    lines = [
        f"| stage, CPU seconds | {' | '.join(each['event'] for each in passes)} |",
        f"|---|{'--:|' * len(passes)}",
    ]
    for stage in passes[0]["stages"][0]:
        cells = (f"{median(found[stage] for found in each['stages']):.3g}" for each in passes)
        lines.append(f"| {stage} | {' | '.join(cells)} |")
    peaks = (f"{each['megabytes']:.0f}" for each in passes)
    lines.append(f"| peak MB | {' | '.join(peaks)} |")
    return "\n".join(lines)


def _package_table() -> str:
    lines = ["| package | unpacked MB, here |", "|---|--:|"]
    lines.extend(f"| {name} | {megabytes:.0f} |" for name, megabytes in _packages())
    return "\n".join(lines)


def _packages() -> Iterator[tuple[str, float]]:
    for name in ("numpy", "polars", "polars-runtime-32", "pyarrow", "duckdb", "pandas"):
        try:
            files = distribution(name).files or []
        except PackageNotFoundError:
            continue
        yield name, sum(file.size or 0 for file in files) / 1e6


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure the join beside other engines.")
    parser.add_argument("--quick", action="store_true", help="only the two small events, once")
    main(QUICK if parser.parse_args().quick else FULL)
