"""``python -m infra.local``: a stack that stays up until Ctrl-C, with a small event to try things out."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from pathlib import Path

from infra.local import running

WORKSPACE = Path("build/local")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m infra.local",
        description="The whole of Icebreaker on this machine, until Ctrl-C: an embedded AWS with the real template, "
        f"and an event to try. It listens on 127.0.0.1 only and writes below {WORKSPACE}.",
    )
    parser.add_argument("--empty", action="store_true", help="without the event")
    empty = parser.parse_args(arguments).empty
    # Whatever comes until it is waited for waits, so that nothing is left running.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    workspace = WORKSPACE.resolve()
    with running(workspace) as stack:
        _print(
            "Icebreaker is up. In another terminal:",
            "",
            *(f"  export {name}='{value}'" for name, value in stack.environment.items()),
            "  .venv/bin/icebreaker event list",
            "",
            f"Webhooks:    {stack.api_url}/events/<event>/registrations/<platform>",
            f"Sent mail:   {stack.endpoint_url}/_ministack/ses/messages",
            f"Log:         {stack.log_path}",
            "",
        )
        if not empty:
            _print("An event with a handful of invented people, whose first mails go out just now ...")
            os.environ.update(stack.environment)
            from infra.local.example import make_example

            _print("", *make_example(stack, workspace / "example"), "")
        _print("Ctrl-C stops it and forgets everything.")
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


def _print(*lines: str) -> None:
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
