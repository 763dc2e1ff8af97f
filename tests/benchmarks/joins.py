"""From stored bytes to pairs, beside other engines and Python's sets: the main rows of ``tests.benchmarks.join``.

Run as a program, by the interpreter of the benchmarks' environment, it measures and prints JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import Any, Final

from tests.benchmarks.join.event import Size, write
from tests.benchmarks.section import Goal, Section

ROOT: Final = Path(__file__).parents[2]
PYTHON: Final = ROOT / ".venv-bench" / "bin" / "python"
OURS: Final = "ours"
METHODS: Final = (
    OURS,
    "Python sets",
    "DuckDB; blocks",
    "Polars, streaming; blocks",
    "PyArrow join; blocks",
    "pandas merge; blocks",
    "pandas isin, merge; blocks",
)
# At 100,000 attendees those that come near ours, once.
HUGE: Final = Size(100_000, 1_500)
NEAR: Final = (OURS, "DuckDB; blocks", "Polars, streaming; blocks")
# What one run differs from the next by.
NOISE: Final = 1.1


def measure(*, quick: bool, long: bool) -> Section:
    """One event or two."""
    section = Section("join", "Join", ("event", "method", "CPU seconds", "times ours", "peak MB", "evidence"))
    if not PYTHON.exists():
        section.notes.append("There is no .venv-bench, so the join is measured beside nothing; `make bench` makes it.")
        return section
    sizes = [Size(3_000, 1_000)] if quick else [Size(10_000, 1_500)]
    for size in [*sizes, *([HUGE] if long else [])]:
        rounds = 1 if quick or size is HUGE else 3
        command = [str(PYTHON), "-m", "tests.benchmarks.joins", str(size.attendees), str(size.connections), str(rounds)]
        done = subprocess.run(command, stdout=subprocess.PIPE, check=True, cwd=ROOT)
        _add(section, str(size), json.loads(done.stdout))
    return section


def _add(section: Section, size: str, measured: list[dict[str, Any]]) -> None:
    section.figures[size] = measured
    for each in sorted(measured, key=lambda each: float(each["ratio"])):
        cells = f"{median(each['cpu']):.2f}", f"{each['ratio']:.2f}", f"{each['megabytes']:.0f}", f"{each['rows']:,}"
        section.rows.append((size, each["method"], *cells))
    fastest = min((each for each in measured if each["method"] != OURS), key=lambda each: float(each["ratio"]))
    section.goals.append(
        Goal(f"{size}: our time, times {fastest['method']}'s, the fastest other", 1 / fastest["ratio"], NOISE)
    )


def main(attendees: int, connections: int, rounds: int) -> None:
    from tests.benchmarks.join.__main__ import Plan
    from tests.benchmarks.join.__main__ import measure as measured

    size = Size(attendees, connections)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "sets"
        write(size, path)
        methods = NEAR if attendees >= HUGE.attendees else METHODS
        print(json.dumps(measured(Plan(size, rounds, 1 if attendees >= HUGE.attendees else 3), path, methods)))


if __name__ == "__main__":
    main(*(int(each) for each in sys.argv[1:4]))
