"""The command line as one person has it: without AWS, and quick to start."""

from __future__ import annotations

import sys

import typer

from infra.cli.terminal import say_wrong
from infra.cli.version import Version
from infra.cli.who import who

FOR_ORGANIZERS = "The other commands are for organizers, and need what they use: install icebreaker[organizer]."

app = typer.Typer(
    help="Finds whom you know among those who come to a conference.",
    epilog=FOR_ORGANIZERS,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)
app.command("who")(who)


@app.callback()
def common(_: Version = False) -> None:
    # With a callback, a single command keeps its name.
    pass


def main() -> None:
    command = next((word for word in sys.argv[1:] if not word.startswith("-")), "")
    if command not in ("", "who"):
        say_wrong(FOR_ORGANIZERS)
        sys.exit(1)
    app()
