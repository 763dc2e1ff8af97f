"""Shows what a platform's payload becomes: ``python -m shared.registrations PLATFORM FILE`` (no signature needed)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from shared.registrations import BadPayload, PlatformSettings, platforms
from shared.registrations.receiving import understand_body


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the registrations in a file as JSON; 0 where it could be read, 1 where not."""
    parser = argparse.ArgumentParser(prog="python -m shared.registrations", description=__doc__)
    parser.add_argument("platform", choices=platforms)
    parser.add_argument("file", type=Path, help="a webhook's body, as the platform sent it")
    parser.add_argument(
        "--header", action="append", default=[], metavar="NAME:VALUE", help="X-Webhook-Name:ticket.voided"
    )
    parser.add_argument(
        "--question", action="append", default=[], metavar="TITLE=MEANING", help="Twitter handle=twitter"
    )
    given = parser.parse_args(arguments)
    headers = dict(tuple(text.split(":", 1)) for text in given.header if ":" in text)
    questions = dict(tuple(text.rsplit("=", 1)) for text in given.question if "=" in text)
    try:
        body = given.file.read_bytes()
        registrations, reason = understand_body(given.platform, headers, body, PlatformSettings(questions))
    except (BadPayload, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    shown = {"registrations": [asdict(registration) for registration in registrations], "reason": reason}
    sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False, default=_plain) + "\n")
    return 0


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


if __name__ == "__main__":
    raise SystemExit(main())
