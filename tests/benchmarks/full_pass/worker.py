"""One pass in a process of its own, so that its memory is its own: prints JSON."""

from __future__ import annotations

import json
import re
import sys
import time
from pathlib import Path
from typing import Any

from infra.meter import Figures, metered
from infra.meter.dynamodb_local import environment
from infra.meter.sample import storage_client
from shared import storage
from shared.events import Event
from shared.matching.mutual import MutualCollector
from shared.pipeline.match_attendees import match_everybody
from tests.benchmarks.full_pass.table import event_of


def main(endpoint_url: str, table: str, attendees: int, mutuals: bool) -> None:
    event = event_of(attendees)
    with environment(endpoint_url):
        storage.connect(table)
        with metered(storage_client(), Figures.REPORTED) as meter:
            figures = run(event, mutuals)
    total = meter.total
    print(
        json.dumps(
            figures
            | {
                "peak MB": peak_megabytes(),
                "RRU": total.read_units,
                "WRU": total.write_units,
                "requests": total.requests,
            }
        )
    )


def run(event: Event, mutuals: bool) -> dict[str, Any]:
    """What it took, without the interpreter's start and the imports."""
    wall, cpu = time.perf_counter(), time.process_time()
    figures: dict[str, Any] = {}
    if mutuals:
        collector = MutualCollector(storage.attendees.directory(event))
        figures["written"] = match_everybody(event, also=collector.add)
        figures["pass s"] = time.process_time() - cpu
        figures["pass MB"] = peak_megabytes()
        figures["pairs"] = len(collector.find().pairs)
    else:
        figures["written"] = match_everybody(event)
    return figures | {"cpu s": time.process_time() - cpu, "wall s": time.perf_counter() - wall}


def peak_megabytes() -> float:
    """VmHWM and not ru_maxrss, which a child inherits from its parent."""
    match = re.search(r"VmHWM:\s+(\d+) kB", Path("/proc/self/status").read_text())
    return int(match[1]) * 1024 / 1e6 if match else float("nan")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), "mutuals" in sys.argv[4:])
