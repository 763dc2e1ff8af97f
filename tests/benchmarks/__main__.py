"""Measure, print the tables of docs/performance.md, and write build/bench.json: ``make bench``."""

from __future__ import annotations

import argparse
import json
import platform
import time
from collections.abc import Callable
from typing import Any

from tests.benchmarks import arrival, cold_start, growth, joins, latency, model, reading, units
from tests.benchmarks.pictures import RESULTS
from tests.benchmarks.section import Section


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="small sizes and few rounds: under two minutes")
    parser.add_argument("--long", action="store_true", help="events of 100,000 too")
    parser.add_argument("--only", nargs="*", default=[], help="names of sections; the others keep their last figures")
    options = parser.parse_args()
    quick, long = options.quick, options.long
    sections: dict[str, Callable[[], Section]] = {
        "units": lambda: units.measure(quick=quick),
        "model": lambda: model.measure(quick=quick),
        "join": lambda: joins.measure(quick=quick, long=long),
        "reading": lambda: reading.measure(quick=quick),
        "cold_start": lambda: cold_start.measure(quick=quick),
        "latency": lambda: latency.measure(quick=quick),
        "arrival": lambda: arrival.measure(quick=quick),
        "growth": lambda: growth.measure(quick=quick, long=long),
    }
    results: dict[str, Any] = json.loads(RESULTS.read_text()) if options.only and RESULTS.exists() else {}
    for name, measure in sections.items():
        if options.only and name not in options.only:
            continue
        began = time.monotonic()
        section = measure()
        print(f"{section.markdown()}\n", flush=True)
        results[section.name] = section.as_json() | {"seconds": round(time.monotonic() - began)}
    results["machine"] = {"python": platform.python_version(), "machine": platform.machine(), "quick": quick}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(results, indent=1))
    goals = [goal for each in results.values() for goal in each.get("goals", ())]
    print(f"{sum(goal['met'] for goal in goals)} of {len(goals)} goals are met")


if __name__ == "__main__":
    main()
