"""``icebreaker match``: who knows whom, from a list and a folder of exports, without AWS."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import track

from infra.cli.offline import match_offline, write_pairs
from infra.cli.options import AttendeeList, ConnectionsFolder
from infra.cli.terminal import errors, say, warn


def match(
    attendee_list: AttendeeList,
    connections: ConnectionsFolder,
    out: Annotated[Path | None, typer.Option(help="Write the pairs here instead of to the terminal.")] = None,
    assume_agreed: Annotated[bool, typer.Option("--assume-agreed", help="Leave the list's agreement aside.")] = False,
) -> None:
    """Find who knows whom on this machine alone: a list, and a folder of exports named by e-mail address.

    Example: icebreaker match attendees.csv connections --out pairs.csv
    """
    result = match_offline(
        attendee_list,
        connections,
        assume_agreed=assume_agreed,
        watch=lambda exports: track(exports, "Reading exports", console=errors, transient=True),
    )
    for problem in result.problems:
        warn(problem)
    if out is None:
        write_pairs(result, sys.stdout)
    else:
        with out.open("w", newline="", encoding="utf-8") as file:
            write_pairs(result, file)
    say(f"{result.attendees} attendees, {result.sets} connection sets, {len(result.matches)} pairs", on=errors)
    for sentence in result.missing:
        warn(sentence)
