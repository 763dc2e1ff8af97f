"""The command line ``icebreaker``: an organizer's engineer at work, on AWS or on the local stack; and ``who``, for one
person, which needs neither."""

from __future__ import annotations

import sys


def main() -> None:
    """Run it. ``who`` starts without what talks to AWS, which who has only installed for themselves does not have."""
    if sys.argv[1:2] == ["who"]:
        from infra.cli.for_one import main as run
    else:
        try:
            from infra.cli.app import main as run
        except ModuleNotFoundError as missing:
            if missing.name is not None and missing.name.partition(".")[0] in ("infra", "shared"):
                raise
            from infra.cli.for_one import main as run
    run()


__all__ = ["main"]
