"""One step in a process of its own, so that its memory is its own: prints JSON."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final

from infra.meter import Figures, metered
from infra.meter.dynamodb_local import environment
from infra.meter.sample import storage_client
from shared import storage
from shared.notifications import TopicMessage
from shared.pipeline.large_wave import LargeWave, Share
from shared.pipeline.plan_introductions import plan_introductions
from tests.benchmarks.full_pass.table import event_of
from tests.benchmarks.full_pass.worker import peak_megabytes

NOW: Final = datetime(2026, 5, 29, tzinfo=UTC)
WAVE: Final = "first"


def main(endpoint_url: str, table: str, attendees: int, step: str, share: Share, parts: int) -> None:
    wave = LargeWave(event_of(attendees), WAVE, "benchmark", NOW, clock=lambda: NOW)
    with environment(endpoint_url):
        storage.connect(table)
        with metered(storage_client(), Figures.REPORTED) as meter:
            wall, cpu = time.perf_counter(), time.process_time()
            figures = run(wave, step, share, parts)
            figures |= {"cpu s": time.process_time() - cpu, "wall s": time.perf_counter() - wall}
    total = meter.total
    figures |= {"peak MB": peak_megabytes(), "RRU": total.read_units, "WRU": total.write_units}
    print(json.dumps(figures | {"requests": total.requests}))


def run(wave: LargeWave, step: str, share: Share, parts: int) -> dict[str, Any]:
    if step == "match":
        return {"written": wave.match(share)}
    if step == "decide":
        return {"parts": wave.decide()}
    if step == "store":
        return {"stored": wave.store(share, parts)}
    if step == "tell":
        return {"planned": wave.tell(share, publish=_nowhere).planned}
    return {"planned": plan_introductions(wave.event, WAVE, publish=_nowhere, now=NOW).planned}


def _nowhere(_: Sequence[TopicMessage]) -> set[int]:
    return set()


if __name__ == "__main__":
    url, table, attendees, step, number, of, parts = sys.argv[1:]
    main(url, table, int(attendees), step, Share(int(number), int(of)), int(parts))
