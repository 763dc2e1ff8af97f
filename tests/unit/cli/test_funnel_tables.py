"""What `icebreaker status` and `rehearse` show of an event's numbers."""

import io

from rich.console import Console

from infra.cli.funnel_tables import show_funnel
from shared.introductions import MeetingState
from shared.pipeline.event_progress import Funnel


def shown(**pairs: int) -> str:
    console = Console(file=io.StringIO(), width=100)
    states = {MeetingState(state): count for state, count in pairs.items()}
    show_funnel(console, Funnel(20, 19, 18, 17, 16, 15, 14, 9, states, {}), "DemoCon")
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_pair_that_ended_looks_like_one_that_has_not_answered() -> None:
    assert shown(agreed=5, met=3, off=1) == shown(agreed=5, met=3, hoped=1)
