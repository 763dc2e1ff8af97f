"""The stages of a whole pass of ours over an event, one after another."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from shared.matching.join import ByAttendee, join
from tests.benchmarks.join.event import Stored, directory_of

Result = TypeVar("Result")


def stages(stored: Sequence[Stored]) -> dict[str, float]:
    """CPU seconds of each stage."""
    seconds: dict[str, float] = {}

    def timed(stage: str, run: Callable[[], Result]) -> Result:
        started = time.process_time()
        result = run()
        seconds[stage] = time.process_time() - started
        return result

    directory = timed("hashing the directory's identities", lambda: directory_of(len(stored)))
    sets = timed("reading the bytes", lambda: [each.read() for each in stored])
    rows = timed("join", lambda: join(directory, sets))
    timed("of it, preparing the directory", lambda: join(directory, []))
    grouped = timed("grouping by attendee", lambda: ByAttendee(rows))
    timed("Listings in one sweep", lambda: sum(1 for _ in rows.listings()))
    timed(
        "Listings of each attendee, both directions",
        lambda: sum(1 for attendee_id in grouped.attendee_ids() for _ in grouped.listings_of(attendee_id)),
    )
    return seconds
