"""``icebreaker rehearse``: an organizer's whole event on this machine, before anybody hears of it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table

from infra.cli.funnel_tables import show_funnel
from infra.cli.offline import what_is_missing
from infra.cli.options import AttendeeList, ConnectionsFolder
from infra.cli.terminal import console, end, errors, say, warn
from infra.cli.texts import text_in
from shared.events import event_from_toml
from shared.tables import UnreadableTable

if TYPE_CHECKING:
    from infra.rehearsal.rehearsal import Rehearsed

MOST_PROBLEMS = 20


def rehearse(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, metavar="EVENT.toml")],
    attendee_list: AttendeeList,
    connections: ConnectionsFolder,
    out: Annotated[Path, typer.Option(help="A folder for the mails; a rehearsal's own is replaced.")] = Path(
        "build/rehearsal"
    ),
    assume_agreed: Annotated[bool, typer.Option("--assume-agreed", help="As if everybody had agreed.")] = False,
    yes: Annotated[int, typer.Option(min=0, max=100, help="How many of a hundred questions are answered by yes.")] = 85,
) -> None:
    """Play a whole event on this machine: the mails that would go out, and the funnel. Nothing is sent to anybody.

    The event's own list and a folder of exports named by e-mail address, as for `match`. It takes some minutes.

    Example: icebreaker rehearse my-event.toml attendees.csv connections
    """
    event = event_from_toml(text_in(file), called=file.name)
    try:
        from infra.rehearsal.rehearsal import NotRehearsed
        from infra.rehearsal.rehearsal import rehearse as play
    except ImportError as missing:
        raise end(
            f"A rehearsal runs in a checkout, where the whole stack is: `make setup`, then "
            f"`.venv/bin/icebreaker rehearse` ({missing})."
        ) from None
    try:
        for sentence in what_is_missing(attendee_list, connections, assume_agreed=assume_agreed):
            warn(sentence)
    except UnreadableTable as error:
        raise end(f"{attendee_list.name}: {error}") from None
    # Whatever ends this ends the stack with it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    columns = (SpinnerColumn(), TextColumn("{task.description:<34}"), BarColumn(), MofNCompleteColumn())
    with Progress(*columns, TimeElapsedColumn(), console=errors) as progress:
        try:
            result = play(
                event,
                attendee_list,
                connections,
                out,
                assume_agreed=assume_agreed,
                says_yes=yes / 100,
                progress=progress,
            )
        except (NotRehearsed, UnreadableTable) as error:
            raise end(str(error)) from None
    _show(result, out)


def _show(result: Rehearsed, out: Path) -> None:
    for problem in result.problems[:MOST_PROBLEMS]:
        warn(problem)
    if len(result.problems) > MOST_PROBLEMS:
        warn(f"and {len(result.problems) - MOST_PROBLEMS:,} more")
    show_funnel(console, result.numbers, result.event.name)
    mails = Table("Mails", str(result.mails))
    for wave, count in result.rounds:
        mails.add_row(wave, str(count))
    mails.add_row("text messages", str(result.texts))
    console.print(mails)
    for sentence in _remarks(result):
        say(sentence)
    say(f"Every mail: {out / 'index.html'}")


def _remarks(result: Rehearsed) -> list[str]:
    remarks = []
    if result.weeks:
        weeks = "one week" if result.weeks == 1 else f"{result.weeks:,} weeks"
        remarks.append(f"Its dates are past or too near: it was rehearsed {weeks} later.")
    if result.night:
        remarks.append("It is night there: text messages would have waited for the morning, and are not shown.")
    remarks.append("Nothing was sent to anybody, and no public follow lists were fetched.")
    return remarks
