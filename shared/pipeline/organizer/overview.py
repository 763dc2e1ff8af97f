"""How far the event has come, how its messages fare, and the brake: pause and resume."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.events.deliverability import BOUNCED_PERCENT, COMPLAINED_PERCENT, SENDS_BEFORE_JUDGING
from shared.introductions import MeetingState
from shared.pages import Reply
from shared.pipeline.event_progress import STEPS, Funnel, funnel, over_time
from shared.pipeline.organizer.visit import OrganizerVisit
from shared.storage import deliverability

DONE: Final[Mapping[str, str]] = {
    "paused": "Paused: nothing is sent for this event until it goes on.",
    "resumed": "The event goes on. What waited is on its way.",
}


def show(visit: OrganizerVisit) -> Reply:
    numbers = funnel(visit.event)
    return visit.framed(
        "overview.html",
        "",
        done=DONE.get(visit.request.query.get("done", ""), ""),
        numbers=numbers,
        steps=_steps(numbers),
        pairs=_pairs(numbers),
        columns=list(STEPS.values()),
        days=over_time(visit.event, numbers, now=visit.now),
        health=deliverability.load(visit.event),
        judged_from=SENDS_BEFORE_JUDGING,
        limits=(BOUNCED_PERCENT, COMPLAINED_PERCENT),
        next_wave=next((wave for wave in visit.event.waves if wave.at > visit.now), None),
    )


def post_pause(visit: OrganizerVisit) -> Reply:
    deliverability.pause(visit.event, "by hand", now=visit.now)
    return Reply.to(f"{visit.home}?done=paused")


def post_resume(visit: OrganizerVisit) -> Reply:
    # It plans waves, for which it needs NumPy.
    from shared.pipeline.plan_introductions import publish_waiting

    if deliverability.resume(visit.event):
        publish_waiting(visit.event, publish=visit.tools.publish, now=visit.now)
    return Reply.to(f"{visit.home}?done=resumed")


def _steps(numbers: Funnel) -> list[tuple[str, int, int]]:
    """What each step is called, its people, and their share of those registered in percent."""
    people = (
        ("registered", numbers.registered),
        ("agreed to be introduced", numbers.agreed),
        ("brought connections", numbers.with_connections),
        ("know somebody here", numbers.matched),
        ("were asked about somebody", numbers.asked),
        ("were told of somebody", numbers.introduced),
        ("met somebody, as both say", numbers.met),
    )
    return [(step, count, _percent(count, numbers.registered)) for step, count in people]


def _pairs(numbers: Funnel) -> list[tuple[str, int, int]]:
    """The same of pairs. Who said no, or does not come, is not counted apart: few noes would be somebody's."""
    pairs = (
        ("were told of each other", numbers.told_pairs),
        (
            "both would like to meet, or met",
            sum(numbers.pairs.get(s, 0) for s in (MeetingState.AGREED, MeetingState.MET)),
        ),
        ("both say that they met", numbers.pairs.get(MeetingState.MET, 0)),
    )
    return [(step, count, _percent(count, numbers.told_pairs)) for step, count in pairs]


def _percent(count: int, whole: int) -> int:
    return round(100 * count / whole) if whole else 0
