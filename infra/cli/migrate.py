"""`icebreaker migrate`: make the data of an earlier release those of this one."""

from __future__ import annotations

import typer
from rich.console import Console

from infra.cli.deployment import find_deployment
from shared.storage import migrations


def migrate(context: typer.Context) -> None:
    """Bring every event's data to the version that this release writes; cut short, repeat it."""
    console = Console()
    find_deployment(context.find_root().params["stack"])
    steps = 0
    for event_id in sorted(migrations.versions()):
        if count := migrations.migrate(event_id):
            console.print(f"{event_id}: {count} steps, to version {migrations.newest()}.", highlight=False)
        steps += count
    if not steps:
        console.print(f"All data are of version {migrations.newest()}: nothing to do.", highlight=False)
