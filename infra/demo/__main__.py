"""``make demo``: run the story, check it against what must come of it, show what it made."""

from __future__ import annotations

import json
import shutil
import sys
import time
from pathlib import Path

from rich.console import Console
from rich.table import Table

from infra.demo.cast import make_cast
from infra.demo.check import check
from infra.demo.keepsakes import draw_overview
from infra.demo.story import Story
from infra.local import running
from infra.local.stack import become_client_of, forget_aws
from infra.rehearsal.mailbox import write_mails

BUILD = Path("build/demo").resolve()


def main() -> int:
    began = time.monotonic()
    console = Console()
    shutil.rmtree(BUILD, ignore_errors=True)
    BUILD.mkdir(parents=True)
    console.print("[bold]Paris 1832[/bold]: the characters of [italic]Les Misérables[/italic] meet at last\n")
    cast = make_cast()
    forget_aws()
    with running(BUILD / "stack") as stack:
        # From here on this process is an organizer's engineer whose AWS is the local stack.
        become_client_of(stack)
        story = Story(stack, cast, BUILD / "input", console)
        story.play()
        result = check(stack, cast, story)
        write_mails(stack.mailbox(), BUILD / "mails")
    draw_overview(cast, result, BUILD / "overview.png")
    result.summary["seconds"] = round(time.monotonic() - began, 1)
    (BUILD / "summary.json").write_text(json.dumps(result.summary | {"wrong": result.wrong}, indent=1))

    table = Table("What", "Number", title="\nParis 1832", title_justify="left")
    for name, value in result.summary.items():
        table.add_row(name.replace("_", " "), str(value))
    console.print(table)
    console.print(f"Mails: {BUILD / 'mails'}\nPicture: {BUILD / 'overview.png'}", soft_wrap=True)
    for sentence in result.wrong:
        console.print(f"[red]{sentence}[/red]")
    console.print("[green]Exactly as it should be.[/green]" if not result.wrong else "[red]Not as it should be.[/red]")
    return 1 if result.wrong else 0


if __name__ == "__main__":
    sys.exit(main())
