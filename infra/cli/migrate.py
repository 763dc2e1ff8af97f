"""`icebreaker migrate`: make the data of an earlier release those of this one."""

from __future__ import annotations

from infra.cli.deployment import chosen_deployment
from infra.cli.terminal import say
from shared.storage import migrations


def migrate() -> None:
    """Bring every event's data to the version that this release writes; cut short, repeat it."""
    chosen_deployment()
    steps = 0
    for event_id in sorted(migrations.versions()):
        if count := migrations.migrate(event_id):
            say(f"{event_id}: {count} steps, to version {migrations.newest()}.")
        steps += count
    if not steps:
        say(f"All data are of version {migrations.newest()}: nothing to do.")
