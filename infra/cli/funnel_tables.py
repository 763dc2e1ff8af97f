"""How far the people of an event have come, as tables in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from shared.introductions import MeetingState, State
from shared.pipeline.event_progress import Funnel


def show_funnel(console: Console, numbers: Funnel, title: str) -> None:
    """People, then pairs, then messages."""
    table = Table("Step", "People", title=title)
    for step, count in (
        ("registered", numbers.registered),
        ("agreed", numbers.agreed),
        ("with connections", numbers.with_connections),
        ("matched", numbers.matched),
        ("asked", numbers.asked),
        ("introduced", numbers.introduced),
        ("met", numbers.met),
    ):
        table.add_row(step, str(count))
    console.print(table)
    _show_pairs(console, numbers)
    messages = Table("Introductions", "Number")
    for state in State:
        if numbers.introductions.get(state) or state in (State.SENT, State.DELIVERED, State.BOUNCED, State.FAILED):
            messages.add_row(state.value, str(numbers.introductions.get(state, 0)))
    console.print(messages)


def _show_pairs(console: Console, numbers: Funnel) -> None:
    # Who said no, or does not come, is not counted apart: at a small event a "1" is somebody.
    table = Table("Pairs told of each other", str(numbers.told_pairs))
    for state, words in (
        (MeetingState.AGREED, "both would like to meet"),
        (MeetingState.MET, "both say that they met"),
        (MeetingState.MISSED, "missed each other"),
    ):
        table.add_row(words, str(numbers.pairs.get(state, 0)))
    if numbers.share_met is not None:
        table.add_row("became meetings", f"{numbers.share_met:.0%}")
    console.print(table)
