"""What the machine holds: `make load`, or `python -m tests.load webhooks --seconds 60`."""

from __future__ import annotations

import argparse
import sys

from tests.load.bench import Imported, deployment, list_in_shares, long_list, webhooks

KILLS = (0.1, 0.35, 0.35, 0.2)  # of all the calls that the list needs, in one attempt after another


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("what", nargs="?", choices=("webhooks", "list", "both", "shares"), default="both")
    parser.add_argument("--rate", type=int, default=200, help="webhooks a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--rows", type=int, default=100_000)
    given = parser.parse_args()
    failed = False
    if given.what in ("webhooks", "both"):
        with deployment(int(given.rate * given.seconds)) as (_, containers, event):
            load = webhooks(rate=given.rate, seconds=given.seconds, containers=containers, event=event)
        print(load, flush=True)
        failed |= bool(load.lost) or bool(load.statuses.keys() - {200, 429, 503})
    if given.what in ("list", "both"):
        with deployment(given.rows) as (memory, containers, event):
            imported = long_list(given.rows, KILLS, memory, containers, event)
        print(imported, flush=True)
        failed |= not _is_right(imported)
    if given.what == "shares":
        with deployment(given.rows) as (memory, containers, event):
            imported, took = list_in_shares(given.rows, memory, containers, event)
        print(f"{imported}; the longest step took {max(took):.0f} s, looking through it {took[0]:.0f} s", flush=True)
        failed |= not _is_right(imported)
    return int(failed)


def _is_right(imported: Imported) -> bool:
    good = imported.rows - imported.rows // 100
    return (imported.read, imported.people, imported.rejects_are_right) == (good, good, True)


if __name__ == "__main__":
    sys.exit(main())
