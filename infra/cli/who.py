"""``icebreaker who``: whom do I know there? For one person, on their own machine, from two files they already have."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from infra.cli.acquaintances import Acquaintance, Found, Sure, whom_i_know
from infra.cli.terminal import console, end, errors, say, warn
from infra.cli.who_files import HEADINGS, cards, month, web_page
from shared.connections import FORMATS
from shared.tables import UnreadableTable

MOST_ALIKE = 3  # sentences about one trouble, before they are counted only


def show_formats(wanted: bool) -> None:
    """Say what can be brought and where to get it, and end."""
    if wanted:
        for known in FORMATS:
            say(known.name, style="bold")
            say(f"    {known.how}".replace("\n", "\n    "))
        raise typer.Exit


def who(
    attendee_list: Annotated[Path, typer.Argument(metavar="ATTENDEES", help="Who comes: a list, or names on lines.")],
    exports: Annotated[list[Path], typer.Argument(metavar="MY_EXPORT...", help="Whom you know: your own exports.")],
    event: Annotated[str, typer.Option(help="What it is called; else the list's file name.")] = "",
    vcf: Annotated[
        Path | None, typer.Option(metavar="FILE", help="File to write a vCard of each person you certainly know to.")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="File to write a page for a browser to.")] = None,
    _: Annotated[
        bool, typer.Option("--formats", is_eager=True, callback=show_formats, help="What can be brought, from where.")
    ] = False,
) -> None:
    """Whom do I know there? On this machine alone: nothing is uploaded, nobody is told.

    ATTENDEES is any attendee list (CSV, XLSX, JSON), or a text file with the names from a conference's page, one
    person a line. MY_EXPORT is what a network gives you of your own: LinkedIn, an address book, Mastodon, and so on.

    Example: icebreaker who attendees.csv Connections.csv contacts.vcf --html known.html
    """
    for path in (attendee_list, *exports):
        _must_be_a_file(path)
    try:
        found = whom_i_know(attendee_list, exports)
    except UnreadableTable as error:
        raise end(f"{attendee_list.name}: {error}") from None
    _show_problems(found.problems)
    if not found.people:
        raise end(f"{attendee_list.name} names nobody.")
    if not found.lists:
        raise end("None of your exports could be read. `icebreaker who --formats` says what can, and where to get it.")
    title = event or attendee_list.name
    _show(found, title)
    try:
        if vcf is not None:
            vcf.write_text(cards(found, title), encoding="utf-8", newline="")
        if html is not None:
            html.write_text(web_page(found, title), encoding="utf-8")
    except OSError as error:
        raise end(f"{error.filename}: {error.strerror}") from None
    say(_what_was_read(found), style="dim", on=errors)


def _must_be_a_file(path: Path) -> None:
    if path.is_dir():
        raise end(f"{path} is a folder: name the files in it, or the zip that it came from.")
    if not path.is_file():
        raise end(f"{path}: there is no such file.")


def _show_problems(problems: list[str]) -> None:
    """Each in one line; of many alike the first few, and how many more."""
    alike = Counter[tuple[str, str]]()
    for problem in problems:
        file, _, rest = problem.partition(": ")
        kind = file, "".join(c for c in rest.partition('"')[0] if not c.isdigit()) + rest.rpartition('"')[2]
        alike[kind] += 1
        if alike[kind] <= MOST_ALIKE:
            warn(problem)
    for (file, _), count in alike.items():
        if count > MOST_ALIKE:
            warn(f"{file}: and {count - MOST_ALIKE:,} more like this")


def _show(found: Found, title: str) -> None:
    console.print(Text(summary(found, title)), soft_wrap=True)
    for sure in Sure:
        group = [each for each in found.acquaintances if each.sure is sure]
        if group:
            console.print()
            console.print(Text(HEADINGS[sure], style="bold"), soft_wrap=True)
            console.print(_table(group))


def summary(found: Found, title: str) -> str:
    """One sentence."""
    counts = Counter(each.sure for each in found.acquaintances)
    surely, maybe = counts[Sure.CERTAIN], counts[Sure.LIKELY] + counts[Sure.POSSIBLE]
    people = "the one person" if found.people == 1 else f"the {found.people:,} people"
    if maybe and not surely:
        return f"You may know {maybe:,} of {people} on {title}; only names could be compared."
    more = f", and perhaps {maybe:,} more" if maybe else ""
    return f"You know {f'{surely:,}' if surely else 'nobody'} of {people} on {title}{more}."


def _table(group: list[Acquaintance]) -> Table:
    table = Table(box=None, padding=(0, 3, 0, 0), pad_edge=False, header_style="dim")
    table.add_column("Who", overflow="fold")
    table.add_column("How", overflow="fold")
    table.add_column("Since", no_wrap=True)
    for each in group:
        table.add_row(_person(each), _how(each), month(each.since) if each.since else "")
    return table


def _person(each: Acquaintance) -> Text:
    person = each.person
    text = Text(person.name or person.email or "", style="bold")
    return text.append(f"\n{person.company}", style="not bold dim") if person.company else text


def _how(each: Acquaintance) -> Text:
    text = Text(each.how)
    if each.called:
        text.append(f"\nIn your export: {'; '.join(each.called)}", style="dim")
    if each.profile is not None:
        text.append(f"\n{each.profile.url}", style="dim")
    return text


def _what_was_read(found: Found) -> str:
    lists = ", ".join(f"{count:,} of {source}" for source, count in sorted(found.lists.items()))
    return f"\nRead on this machine: {found.people:,} on the list; {lists}. Nothing was sent anywhere."
