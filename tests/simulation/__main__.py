"""``python -m tests.simulation --seeds 10000`` runs many worlds; ``--seed 17`` replays one, shrunk where it fails."""

from __future__ import annotations

import argparse
import sys
import time

from tests.simulation import test_every_call_fails_once as calls
from tests.simulation.containers import deployed
from tests.simulation.runs import run, run_seeds, shrunk
from tests.simulation.script import script_of


def main() -> int:
    parser = argparse.ArgumentParser(prog="make simulate", description=__doc__)
    parser.add_argument("--seed", type=int, help="replay this one and show all of it")
    parser.add_argument("--seeds", type=int, default=200, help="how many to run")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--minutes", type=float, help="stop after so many minutes")
    parser.add_argument("--calls", action="store_true", help="let each call of one event fail in each way instead")
    given = parser.parse_args()
    if given.calls:
        return _every_call()
    return _replay(given.seed) if given.seed is not None else _many(given.first, given.seeds, given.minutes)


def _replay(seed: int) -> int:
    with deployed() as containers:
        script = script_of(seed)
        found = run(script, containers, traced=True)
        if found.problems:
            kinds = {_kind(problem) for problem in found.problems}
            script = shrunk(
                script, lambda fewer: bool(kinds & {_kind(each) for each in run(fewer, containers).problems})
            )
            found = run(script, containers, traced=True)
    print(found)
    return bool(found.problems)


def _many(first: int, count: int, minutes: float | None) -> int:
    begin, failing, calls, messages, faults, done = time.monotonic(), 0, 0, 0, 0, 0
    with deployed() as containers:
        for each in run_seeds(range(first, first + count), containers):
            done, calls, messages, faults = done + 1, calls + each.calls, messages + each.messages, faults + each.faults
            if each.problems:
                failing += 1
                print(f"seed {each.script.seed}: {each.problems[0]}", flush=True)
            if minutes is not None and time.monotonic() - begin > 60 * minutes:
                break
    print(
        f"{done:,} seeds in {time.monotonic() - begin:,.0f} s: {calls:,} calls to AWS, {faults:,} of them failed; "
        f"{messages:,} messages sent; {failing} seeds failed"
    )
    return bool(failing)


def _every_call() -> int:
    failing = 0
    with deployed() as containers:
        once = calls.Once()
        expected = calls.played(containers, once)
        attempts = calls.attempts(once.seen)
        for number, fault in attempts:
            different = calls.differences(expected, calls.played(containers, calls.Once(number, fault)))
            if different:
                failing += 1
                print(f"call {number} ({once.seen[number]}) met {fault.name}: {different[0]}", flush=True)
    print(f"{len(once.seen)} calls, {len(attempts)} faults, {failing} ended differently")
    return bool(failing)


def _kind(problem: str) -> str:
    return problem.partition(":")[0]


if __name__ == "__main__":
    sys.exit(main())
