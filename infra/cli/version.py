"""``icebreaker --version``: for whoever reports something."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Annotated

import typer

from infra.cli.terminal import say


def show_version(wanted: bool) -> None:
    """Say it, and end."""
    if wanted:
        try:
            say(f"icebreaker {version('icebreaker')}")
        except PackageNotFoundError:
            say("icebreaker, run from a folder where it is not installed")
        raise typer.Exit


Version = Annotated[
    bool, typer.Option("--version", is_eager=True, callback=show_version, help="Which version this is.")
]
