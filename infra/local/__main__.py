"""``python -m infra.local``: a stack that stays up until Ctrl-C."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

from infra.local import running


def main() -> None:
    with running(Path("build/local").resolve()) as stack:
        lines = [
            "Icebreaker is up. In another terminal:",
            "",
            *(f"  export {name}='{value}'" for name, value in stack.environment.items()),
            "  .venv/bin/icebreaker event list",
            "",
            f"Webhooks:    {stack.api_url}/events/<event>/registrations/<platform>",
            f"Sent mail:   {stack.endpoint_url}/_ministack/ses/messages",
            f"Log:         {stack.log_path}",
            "",
            "Ctrl-C stops it and forgets everything.",
        ]
        sys.stdout.write("\n".join(lines) + "\n")
        sys.stdout.flush()
        signal.sigwait({signal.SIGINT, signal.SIGTERM})


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
