"""Prints the table of docs/performance.md, section A wave of 100,000; see the package's docstring for how to run it."""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, Final

from infra.meter import dynamodb_local
from shared import storage
from shared.attendees import Attendee, Consent
from shared.events import Event
from shared.pipeline.large_wave import SHARDS_A_SHARE
from shared.registrations import Purpose, Status
from shared.storage._table import AttendeeItem, Item, expiry, partition, shard_of
from shared.storage.attendees import _profile
from tests.benchmarks.full_pass.__main__ import ALLOCATOR, TABLE
from tests.benchmarks.full_pass.table import event_of, load
from tests.benchmarks.join.event import attendee_id

COLUMNS: Final = ("cpu s", "wall s", "peak MB", "RRU", "WRU", "requests")
HEADER: Final = f"| attendees | step | share | {' | '.join(COLUMNS)} |\n|--:|---|---|{'--:|' * len(COLUMNS)}"
AGREED_AT: Final = datetime(2026, 5, 1, tzinfo=UTC)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.wave", description=__doc__)
    parser.add_argument("--attendees", type=int, default=5_000)
    parser.add_argument("--whole", action="store_true", help="all of it in one, in place of the steps")
    options = parser.parse_args()
    reason = dynamodb_local.missing()
    if reason:
        sys.exit(reason)
    # Ended from outside, DynamoDB Local must not be left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended before the wave was over"))
    event = event_of(options.attendees)
    with dynamodb_local.running() as url, dynamodb_local.environment(url):
        dynamodb_local.create_table(url, TABLE)
        storage.connect(TABLE)
        load(options.attendees)
        register(event, options.attendees)
        print(HEADER, flush=True)
        parts = 0
        for step, share, of in [("whole", 0, 1)] if options.whole else steps(event):
            figures = run(url, options.attendees, step, share, of, parts)
            parts = int(figures.get("parts", parts))
            share_of = f"{share + 1} of {of}" if of > 1 else "all"
            row = " | ".join(f"{figures[each]:,.0f}" for each in COLUMNS)
            print(f"| {options.attendees:,} | {step} | {share_of} | {row} |", flush=True)


def steps(event: Event) -> Iterator[tuple[str, int, int]]:
    """Each step with the number of its share, and of how many."""
    shares = -(-event.shards // SHARDS_A_SHARE)
    yield from (("match", number, shares) for number in range(shares))
    yield "decide", 0, 1
    yield from ((step, number, shares) for step in ("store", "tell") for number in range(shares))


def register(event: Event, count: int) -> None:
    """Put the attendees whose directory entries and sets are there already."""
    consent = Consent.of(frozenset(Purpose), AGREED_AT, "person")
    with Item.batch_write() as batch:
        for number in range(count):
            name = attendee_id(number)
            attendee = Attendee(
                event_id=event.event_id,
                attendee_id=name,
                email=f"person{number}@example.org",
                name=f"Person {number}",
                consent=consent,
                tickets=((f"list#{number}", Status.REGISTERED),),
            )
            pk = partition(event.event_id, "ATTENDEE", shard_of(name, event.shards))
            batch.save(AttendeeItem(pk, name, profile=_profile(attendee), revision=1, expires_at=expiry(event)))


def run(url: str, attendees: int, *step: object) -> dict[str, Any]:
    """The figures of a step in a process of its own."""
    command = [sys.executable, "-m", "tests.benchmarks.wave.worker", url, TABLE, str(attendees), *map(str, step)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env={**os.environ, **ALLOCATOR})
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


if __name__ == "__main__":
    main()
