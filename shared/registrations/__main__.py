"""Shows what a platform's payload becomes: ``python -m shared.registrations PLATFORM FILE`` (no signature needed)."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from shared.registrations import BadAnswer, BadPayload, PlatformSettings, follow, platforms
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
    parser.add_argument(
        "--option", action="append", default=[], metavar="NAME=VALUE", help="a setting of the platform: event=12345"
    )
    parser.add_argument(
        "--api", type=Path, help="what the platform's API answers, as JSON {path: answer}, to follow pointers by"
    )
    given = parser.parse_args(arguments)
    headers = dict(tuple(text.split(":", 1)) for text in given.header if ":" in text)
    questions = dict(tuple(text.rsplit("=", 1)) for text in given.question if "=" in text)
    options = dict(tuple(text.split("=", 1)) for text in given.option if "=" in text)
    settings = PlatformSettings(questions, options)
    try:
        body = given.file.read_bytes()
        content = understand_body(given.platform, headers, body, settings)
        found = list(content.registrations)
        if given.api is not None:
            answers = json.loads(given.api.read_text())
            found += [
                each for pointer in content.pointers for each in follow(given.platform, pointer, settings, answers.get)
            ]
    except (BadPayload, BadAnswer, OSError, ValueError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    shown = {
        "registrations": [asdict(registration) for registration in found],
        "pointers": [asdict(pointer) for pointer in content.pointers],
        "reason": content.reason,
    }
    sys.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False, default=_plain) + "\n")
    return 0


def _plain(value: object) -> object:
    return sorted(value) if isinstance(value, frozenset) else str(value)


if __name__ == "__main__":
    raise SystemExit(main())
