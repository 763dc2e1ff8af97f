"""``icebreaker redrive``: what lies in the dead-letter queues, in words; and put it back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.markup import escape
from rich.table import Table

from infra.cli.deployment import chosen_deployment
from infra.cli.terminal import console, say
from shared.pipeline import redrive as dead_letters
from shared.pipeline.redrive import RESOURCES
from shared.services import DeadLetters


def redrive(
    everything: Annotated[bool, typer.Option("--all", help="Put back all of it.")] = False,
    queue: Annotated[str, typer.Option(help=f"Put back what lies in this one: {', '.join(RESOURCES)}.")] = "",
    event_id: Annotated[str, typer.Option("--event", "-e", help="Put back what concerns this event.")] = "",
    bodies: Annotated[
        bool, typer.Option("--bodies", help="Show what lies there word by word, which can name people.")
    ] = False,
) -> None:
    """List what could not be delivered or processed after all retries, and put it back.

    Twice is harmless, and so is being cut short. What waited until after the event is not sent any more.
    """
    queues = [each for each in chosen_deployment().dead_letters() if queue in ("", each.name)]
    if not queues:
        raise typer.BadParameter(f"there is no {queue!r}", param_hint="--queue")
    if everything or queue or event_id:
        if bodies:
            raise typer.BadParameter("is for looking: without --all, --queue and --event", param_hint="--bodies")
        _put_back(queues, event_id or None)
        return
    found = [letter for each in queues for letter in dead_letters.look(each)]
    if not found:
        say("Nothing was given up.")
        return
    _show_letters(found)
    for letter in found if bodies else ():
        say(f"{letter.queue}: {letter.body}")
    say("`icebreaker redrive --all`, `--queue NAME` or `--event EVENT` puts it back.")


def _show_letters(found: Sequence[dead_letters.Letter]) -> None:
    table = Table("Queue", "Number", "Event", "What", "Since", "Why")
    alike: defaultdict[tuple[str, ...], list[datetime]] = defaultdict(list)
    for each in found:
        event_id = each.event_id or ("?" if each.kind is dead_letters.Kind.UNREADABLE else "any")
        alike[each.queue, event_id, " ".join(filter(None, (each.kind, each.what))), each.why].append(each.since)
    for (queue, event_id, what, why), since in sorted(alike.items()):
        oldest = f"{min(since):%Y-%m-%d %H:%M} UTC"
        table.add_row(queue, str(len(since)), escape(event_id), escape(what), oldest, escape(why))
    console.print(table)


def _put_back(queues: Iterable[DeadLetters], event_id: str | None) -> None:
    table = Table("Queue", "Put back", "Events looked at anew", "Of others, left", "Unreadable, left")
    for each in queues:
        done = dead_letters.redrive(each, now=datetime.now(UTC), event_id=event_id)
        if done != dead_letters.Redriven():
            numbers = (done.put_back, done.passes, done.others, done.unreadable)
            table.add_row(each.name, *map(str, numbers))
    console.print(table if table.row_count else "There was nothing to put back.")
