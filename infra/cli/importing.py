"""``icebreaker attendees import`` and ``connections import``: upload a file, and show what became of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn

from infra.cli.deployment import chosen_deployment
from infra.cli.options import EventOption, ExistingFile, Wait
from infra.cli.terminal import errors, say, say_wrong
from infra.cli.uploading import download, upload, wait_for_report
from shared import identities
from shared.attendees.consent import LONGEST_BASIS
from shared.storage.imports import ImportReport


def import_attendees(
    file: ExistingFile,
    event_id: EventOption,
    basis: Annotated[
        str, typer.Option(help="On what the agreement in the list rests: who was asked where, and in which words.")
    ] = "",
    wait: Wait = 900,
) -> None:
    """Import an attendee list; rows that cannot be used come back in a file beside it, each with the reason."""
    if len(basis) > LONGEST_BASIS:
        raise typer.BadParameter(f"is at most {LONGEST_BASIS} characters long", param_hint="--basis")
    _import("attendees", file, event_id, owner=None, basis=basis, wait=wait)


def import_connections(
    file: ExistingFile,
    event_id: EventOption,
    owner: Annotated[str, typer.Option("--for", metavar="EMAIL", help="Whose connections these are.")],
    wait: Wait = 900,
) -> None:
    """Import somebody's own export (LinkedIn, Mastodon, GitHub, …); only keyed hashes of it are kept."""
    address = identities.email(owner)
    if address is None:
        raise typer.BadParameter(f"{owner!r} is no e-mail address", param_hint="--for")
    _import("connections", file, event_id, owner=address.handle, wait=wait)


def _import(kind: str, file: Path, event_id: str, *, owner: str | None, basis: str = "", wait: float) -> None:
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), console=errors) as progress:
        task = progress.add_task(f"Uploading {file.name}", total=file.stat().st_size)
        key = upload(
            deployment.bucket,
            event,
            kind,
            file,
            owner=owner,
            basis=basis,
            progress=lambda n: progress.advance(task, n),
        )
        progress.update(task, description="Importing", total=None)
        report = wait_for_report(event, key, timeout_s=wait)
    _show(report)
    if report.rejects:
        rejects = file.with_name(f"{file.name}.rejects.csv")
        download(deployment.bucket, report.rejects, rejects)
        say(f"The rejected rows, each with the reason: {rejects}")
    if report.state == "refused":
        sys.exit(1)


def _show(report: ImportReport) -> None:
    if report.state == "refused":
        say_wrong(f"Not imported: {report.reason}")
        return
    say(f"{report.read} read, {report.changed} new or changed, {report.rejected} rejected")
    for note in report.notes:
        say(f"Note: {note}")
