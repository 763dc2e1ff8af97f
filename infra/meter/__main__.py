"""Play an event against DynamoDB Local and print what each step costs: ``python -m infra.meter 300``."""

from __future__ import annotations

import argparse
import signal
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field

from infra.meter import dynamodb_local
from infra.meter.metering import Meter, metered
from infra.meter.prices import US_EAST_1
from infra.meter.sample import Sample, storage_client
from shared.pipeline.match_attendees import match_everybody

METERED = 100
THREADS = 8


@dataclass(slots=True)
class Bill:
    """The steps so far and what they cost; printed as they end."""

    write: Callable[[str], object]
    write_units: float = 0.0
    read_units: float = 0.0
    steps: dict[str, Meter] = field(default_factory=dict)

    def head(self) -> None:
        self.write("| step | WRU | RRU | requests | in sequence | USD | seconds |\n|---|--:|--:|--:|--:|--:|--:|\n")

    @contextmanager
    def step(self, name: str, *, once: bool = True, times: float = 1.0) -> Iterator[None]:
        """Meter one step; ``times`` as many of it belong to the event, none where it is not ``once``."""
        began = time.monotonic()
        with metered(storage_client()) as meter:
            yield
        self.steps[name] = meter
        if once:
            self.write_units += times * meter.write_units
            self.read_units += times * meter.read_units
        self.write(
            f"| {name} | {meter.write_units:,.0f} | {meter.read_units:,.1f} | {meter.total.requests:,} |"
            f" {meter.round_trips_in_sequence:,} | {meter.price():.6f} | {time.monotonic() - began:.0f} |\n"
        )

    def sum(self) -> None:
        writes = US_EAST_1.of("DynamoDB write request unit", self.write_units)
        reads = US_EAST_1.of("DynamoDB read request unit", self.read_units)
        self.write(
            f"| the whole event | {self.write_units:,.0f} | {self.read_units:,.0f} | | | {writes + reads:.4f} | |\n"
        )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.meter", description=__doc__)
    parser.add_argument("attendees", nargs="?", type=int, default=300)
    parser.add_argument("--connections", type=int, default=1500, help="in each attendee's set")
    parser.add_argument("--sends", type=int, default=100, help="mails of each wave that are played; the rest scaled")
    parser.add_argument("--names", action="store_true", help="sets have names and companies, as LinkedIn's exports do")
    options = parser.parse_args()
    reason = dynamodb_local.missing()
    if reason:
        sys.exit(reason)
    # Ended from outside, DynamoDB Local must not be left behind.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit("ended before the event was over"))
    with dynamodb_local.connected("samples"):
        sample = Sample.create(options.attendees, options.connections, names=options.names)
        play(sample, options.sends, sys.stdout.write)


def play(sample: Sample, sends: int, write: Callable[[str], object]) -> Bill:
    """The whole life of a sample event."""
    size, bill = sample.size, Bill(write)
    bill.head()
    with bill.step("the first registers"):
        sample.register(0)
    _others(bill, "others register", sample.register, size)
    with bill.step("the first brings a set"):
        sample.bring(0)
    _others(bill, "others bring sets", sample.bring, size)
    with bill.step("one full pass, everybody new"):
        match_everybody(sample.event)
    with bill.step("one full pass, nothing new", once=False):
        match_everybody(sample.event)
    sample.register(size)
    with bill.step("a newcomer whom nobody knows", once=False):
        sample.match([size], sets=False)
    with bill.step("a new set of one attendee", once=False):
        sample.match([0], findable=False)
    _waves(sample, bill, sends)
    _memory(sample, bill)
    bill.sum()
    return bill


def _others(bill: Bill, name: str, work: Callable[[int], None], size: int) -> None:
    """Everybody but the first, of whom only so many are metered: each costs the same."""
    some, rest = range(1, size)[:METERED], range(1, size)[METERED:]
    with bill.step(f"{len(some)} of {size - 1:,} {name}", times=(size - 1) / len(some)):
        for number in some:
            work(number)
    with ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(work, rest))


def _waves(sample: Sample, bill: Bill, sends: int) -> None:
    for wave in sample.event.waves:
        with bill.step(f"{wave.name}: plan"):
            _, messages = sample.plan(wave.name)
        some = messages[:sends]
        if some:
            with bill.step(f"{wave.name}: send {len(some)} of {len(messages)}", times=len(messages) / len(some)):
                sample.send(some)


def _memory(sample: Sample, bill: Bill) -> None:
    for number in range(0, sample.size, 2):
        sample.meet(number)
    with bill.step("everybody and who met is remembered"):
        sample.remember()
    with bill.step("the same again", once=False):
        sample.remember()
    later = sample.a_year_later()
    later.register(0)
    with bill.step("one is recalled at a later event", once=False):
        later.recall(0)
    with bill.step("the same again", once=False):
        later.recall(0)


if __name__ == "__main__":
    main()
