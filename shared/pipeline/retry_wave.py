"""Run a wave again that failed or did not finish, from where it stopped."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from shared.events import FOLLOW_UP, Event
from shared.introductions import UNSENT, State
from shared.pipeline.plan_introductions import Busy
from shared.storage import introductions, leases

Run = Callable[[Mapping[str, Any]], Mapping[str, Any]]


class NotToRetry(LookupError):
    """There is nothing of this wave to run again; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Retried:
    """What running a wave again did."""

    unsent_before: int  # messages that earlier attempts had planned, and that were not sent
    planned: int  # messages that are new
    published: int  # messages put on the topic, those of earlier attempts included
    states: Mapping[State, int]  # what has become of the wave's messages by now
    in_steps: bool = False  # of a large event: it was begun, and goes on by itself


def retry_wave(event: Event, wave: str, *, run: Run, now: datetime) -> Retried:
    """Run a wave again: whoever has been told of it already is told nothing new.

    :param run: hands the function what a schedule would, and gives what it answers
    :raises NotToRetry: where the event has no such wave, it is still to come, or the event is over
    :raises Busy: while a wave of the event is being planned, or may be: one that was killed holds its place for a while
    """
    before = _states(event, wave)
    _check_due(event, wave, bool(before), now)
    held = leases.held(event, now=now)
    if held is not None:
        holder, until = held
        raise Busy(
            f"the wave {holder} of {event.name} is running, or was killed a moment ago: "
            f"try again after {until.astimezone(event.starts_at.tzinfo):%H:%M}"
        )
    answer = run({"event_id": event.event_id, "wave": wave})
    return Retried(
        unsent_before=sum(before[state] for state in UNSENT),
        planned=int(answer.get("planned", 0)),
        published=int(answer.get("published", 0)),
        states=_states(event, wave),
        in_steps=bool(answer.get("in_steps")),
    )


def _check_due(event: Event, wave: str, has_run: bool, now: datetime) -> None:
    due = {each.name: each.at for each in event.waves} | ({FOLLOW_UP: event.follow_up_at} if event.follow_up else {})
    if wave not in due and not has_run:
        raise NotToRetry(f"{event.name} has no wave {wave!r}; it has {', '.join(due)}")
    if event.is_too_late(wave, now):
        raise NotToRetry(f"{event.name} is over: nobody is introduced any more")
    if wave in due and due[wave] > now and not has_run:
        raise NotToRetry(f"the wave {wave} is still to come; `icebreaker event send` lets it run now")


def _states(event: Event, wave: str) -> Counter[State]:
    return Counter(each.state for each in introductions.load_all(event) if each.wave == wave)
