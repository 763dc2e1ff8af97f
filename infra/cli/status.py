"""``icebreaker status``: how far the people of an event have come, and how its messages fare."""

from __future__ import annotations

from rich.table import Table

from infra.cli.deployment import chosen_deployment
from infra.cli.funnel_tables import show_funnel
from infra.cli.options import EventId
from infra.cli.terminal import console, say, say_wrong
from shared import storage
from shared.events import Event
from shared.pipeline.event_progress import funnel


def status(event_id: EventId) -> None:
    """How far the people of an event have come."""
    event = chosen_deployment().event(event_id)
    show_funnel(console, funnel(event), event.name)
    _show_deliverability(event)


def _show_deliverability(event: Event) -> None:
    health = storage.deliverability.load(event)
    table = Table("Messages", "")
    for what, number in (
        ("mails taken by SES", f"{health.sent:,}"),
        ("bounced for good", f"{health.bounced:,}"),
        ("complaints", f"{health.complained:,}"),
        ("text messages", f"{health.texts:,}"),
        ("their cost", f"${health.text_cost:,.2f} of ${event.text_message_budget:,.2f}"),
    ):
        table.add_row(what, number)
    console.print(table)
    if health.paused_at is not None:
        since = health.paused_at.astimezone(event.starts_at.tzinfo)
        say_wrong(f"Paused since {since:%Y-%m-%d %H:%M}: {health.paused_because}.")
        say(f"Nothing is sent until `icebreaker event resume {event.event_id}`.")
