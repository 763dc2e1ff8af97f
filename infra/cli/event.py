"""``icebreaker event``: make, show, change and end events."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer
from rich.markup import escape
from rich.table import Column, Table

from infra.cli.deployment import chosen_deployment
from infra.cli.options import EventId, ExistingFile, Yes
from infra.cli.terminal import console, say
from infra.cli.texts import text_in
from shared import storage
from shared.events import Event, event_from_toml
from shared.pipeline import manage_event
from shared.pipeline.plan_introductions import publish_waiting
from shared.services import publish
from shared.slots import BadSlots, Slot, slots_from_ics, slots_from_toml


def create(file: ExistingFile) -> None:
    """Make an event of a TOML file: its webhook, its secret (shown once), and the schedule of each wave.

    Example: icebreaker event create my-event.toml
    """
    event = event_from_toml(text_in(file), called=file.name)
    deployment = chosen_deployment()
    created = manage_event.create_event(
        event, secrets=deployment.secrets, scheduling=deployment.scheduling, now=datetime.now(UTC)
    )
    say(f"{event.name} is ready.", style="bold")
    say(f"Webhook:  {deployment.webhook_url(event.event_id, manage_event.OWN_PLATFORM)}")
    say(f"Secret:   {created.webhook_secret}   (shown only now)")
    say(f"Waves:    {len(created.schedules)} of {len(event.waves)} still to come")


def list_all() -> None:
    """Every event of the stack."""
    chosen_deployment()
    table = Table("Event", "Name", "Starts", "Waves")
    for event in sorted(storage.events.load_all(), key=lambda e: e.starts_at):
        waves = ", ".join(wave.name for wave in event.waves)
        table.add_row(event.event_id, escape(event.name), f"{event.starts_at:%Y-%m-%d %H:%M %Z}", waves)
    console.print(table)


def show(event_id: EventId) -> None:
    """One event's settings, waves and slots."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    zone = event.starts_at.tzinfo
    table = Table("", Column(overflow="fold"), show_header=False)
    for label, value in (
        ("Name", event.name),
        ("When", f"{event.starts_at:%Y-%m-%d %H:%M} to {event.ends_at:%Y-%m-%d %H:%M} {event.time_zone}"),
        ("Where", event.place),
        ("Organizer", f"{event.organizer} <{event.contact}>"),
        ("Say hello at", event.meeting_point),
        ("People a mail", str(event.people_per_mail)),
        ("Text messages", f"for at most {event.text_message_budget:.2f} US dollars"),
        ("Asks if they met", f"{event.follow_up_at.astimezone(zone):%Y-%m-%d %H:%M}" if event.follow_up else "no"),
        ("Deleted on", f"{event.expires_at:%Y-%m-%d}"),
        ("Webhook", deployment.webhook_url(event_id, manage_event.OWN_PLATFORM)),
        *((f"Wave {w.name}", f"{w.at.astimezone(zone):%Y-%m-%d %H:%M}") for w in event.waves),
    ):
        table.add_row(label, escape(value))
    console.print(table)
    if event.slots:
        _show_slots(event)


def _show_slots(event: Event) -> None:
    table = Table("From", "To", "Where", "Pairs", "Rank", "Id", title="Slots")
    for slot in event.slots:
        when = f"{slot.starts_at:%Y-%m-%d %H:%M}", f"{slot.ends_at:%H:%M}"
        table.add_row(*when, escape(slot.place), str(slot.capacity), str(slot.rank), slot.slot_id)
    console.print(table)


def replace_slots(
    event_id: EventId,
    file: ExistingFile,
    capacity: Annotated[
        int | None, typer.Option(min=1, help="How many pairs fit where a calendar's event does not say.")
    ] = None,
) -> None:
    """Put the times and places of a calendar (.ics) or TOML file (its slot tables) in the place of the event's."""
    event = chosen_deployment().event(event_id)
    slots = _slots_in(file, event, capacity)
    if not slots:
        raise BadSlots(["the file has no slots that could take the place of the event's; nothing was changed"])
    _show_slots(manage_event.replace_slots(event, slots))


def _slots_in(file: Path, event: Event, capacity: int | None) -> tuple[Slot, ...]:
    zone, kind = ZoneInfo(event.time_zone), file.suffix.lower()
    if kind == ".ics":
        return slots_from_ics(file.read_bytes(), zone, capacity)
    if kind != ".toml":
        raise typer.BadParameter("must be a calendar (.ics) or a .toml file with [[slot]] tables", param_hint="FILE")
    if capacity is not None:
        raise typer.BadParameter("a TOML file says it itself, for each slot", param_hint="--capacity")
    return slots_from_toml(text_in(file), zone, called=file.name)


def pause(event_id: EventId) -> None:
    """Send nothing more for an event until it is resumed; what is due meanwhile waits."""
    event = chosen_deployment().event(event_id)
    if not storage.deliverability.pause(event, "by hand", now=datetime.now(UTC)):
        say(f"{event.name} was paused already.")
        return
    say(f"{event.name} is paused. `icebreaker event resume {event_id}` goes on.")


def resume(event_id: EventId) -> None:
    """Send on for an event that paused itself or was paused; its counters of mails start over."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    resumed = storage.deliverability.resume(event)
    # Also where it was not paused any more: an earlier attempt may have ended in between. What waits is on the topic
    # twice then, and sent once.
    count = publish_waiting(event, publish=partial(publish, deployment.outputs["TopicArn"]), now=datetime.now(UTC))
    if not resumed:
        say(f"{event.name} was not paused; {count} messages that waited go out.")
        return
    say(f"{event.name} goes on: {count} messages that waited go out. Its counters of mails start over.")


def delete(event_id: EventId, yes: Yes = False) -> None:
    """End an event: its waves, its webhooks and everything that is kept of its attendees."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    if not yes:
        typer.confirm(f"Delete {event.name} and everything kept for it?", abort=True)
    count = manage_event.delete_event(event, secrets=deployment.secrets, scheduling=deployment.scheduling)
    say(f"{event.name} is gone, with {count} items.")
