"""How commands speak: what was asked for on standard output, everything else beside it."""

from __future__ import annotations

from typing import Final

import typer
from rich.console import Console

console: Final = Console()
errors: Final = Console(stderr=True)


class NotDone(RuntimeError):
    """A command cannot do what it was asked to; the sentence says why, and what to do."""


def say(sentence: str, *, style: str = "", on: Console = console) -> None:
    """Print a sentence as it stands: what people typed may look like markup, and addresses are copied in one piece."""
    on.print(sentence, style=style, soft_wrap=True, markup=False, highlight=False)


def warn(sentence: str) -> None:
    """Say what somebody should know, and go on."""
    say(sentence, style="yellow", on=errors)


def say_wrong(sentence: str) -> None:
    """Say what is wrong."""
    say(sentence, style="red", on=errors)


def end(sentence: str) -> typer.Exit:
    """Say what is wrong; raise what comes back, to end with 1."""
    say_wrong(sentence)
    return typer.Exit(1)
