"""``python -m shared.identities [--network NAME]``: what each line on standard input is, one JSON object each."""

from __future__ import annotations

import argparse
import json
import sys

from shared.identities import networks, read


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m shared.identities", description=__doc__)
    parser.add_argument("--network", choices=networks, metavar="NAME", help="what a bare handle means")
    parser.add_argument("--list", action="store_true", help="list the networks and end")
    arguments = parser.parse_args()
    if arguments.list:
        sys.stdout.writelines(f"{name}\n" for name in networks)
        return
    for line in sys.stdin:
        text = line.rstrip("\n")
        reading = read(text, arguments.network)
        for identity in reading.identities:
            _write(input=text, network=identity.network, handle=identity.handle, url=identity.url)
        if not reading.identities:
            reason = "; ".join(reading.problems) or "nothing is written there"
            _write(input=text, network=None, handle=None, url=None, reason=reason)


def _write(**fields: str | None) -> None:
    sys.stdout.write(json.dumps(fields, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
