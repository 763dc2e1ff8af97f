"""``icebreaker key``: the versions of the key under which identities are hashed."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table

from infra.cli.deployment import chosen_deployment
from infra.cli.options import Yes
from infra.cli.terminal import console, errors, say
from shared.pipeline.rotate_key import forget_key, key_versions, rotate_event_key


def list_all() -> None:
    """Every version of the hashing key, and which events need it; the keys themselves are shown to nobody."""
    table = Table("Version", "Hashes of", "Ids of")
    for each in key_versions(chosen_deployment().secrets):
        hashing = (f"{one} (being changed)" if one in each.changing else one for one in each.hashing)
        table.add_row(str(each.version), ", ".join(hashing), ", ".join(each.naming))
    console.print(table if table.row_count else "There is no key yet; the first event makes one.")


def rotate(
    event_id: Annotated[str, typer.Option("--event", "-e", help="Change the key of this event, which leaked.")] = "",
    yes: Yes = False,
) -> None:
    """Make a new version of the hashing key, for events from now on; or change the key of one event.

    The latter makes the event's hashes anew and takes about 20 minutes. Cut short, repeat it: it goes on.
    """
    deployment = chosen_deployment()
    if not event_id:
        say(f"Events made from now on take version {deployment.secrets.add_hashing_key()}.")
        return
    event = deployment.event(event_id)
    if not yes and not event.rehashing:
        typer.confirm(f"Change the key of {event.name}? Everybody's connections must be uploaded again.", abort=True)
    with Progress(SpinnerColumn(), TextColumn("{task.description}"), console=errors, transient=True) as progress:
        task = progress.add_task("Waiting until every function knows of the new key", total=None)
        changed = rotate_event_key(
            event,
            secrets=deployment.secrets,
            watch=lambda count: progress.update(
                task, description=f"{count} entries and sets replaced; waiting for what began before"
            ),
        )
    say(f"{event.name} uses version {changed.key_version} from now on. Its attendees can upload again.")


def forget(version: Annotated[int, typer.Argument(help="As `key list` shows it.")]) -> None:
    """Delete a version of the hashing key that no event needs any more."""
    forget_key(version, secrets=chosen_deployment().secrets)
    say(f"Version {version} is gone.")
