"""After an event's last wave news calls for a wave of its own, once for all that comes within some minutes."""

import json
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from shared import storage
from shared.events import Wave
from shared.pipeline.at_once import AtOnce
from shared.pipeline.plan_introductions import Busy, plan_introductions
from shared.services import Scheduling, move_schedule, schedule_at_once
from tests.democon import START
from tests.handlers.conftest import ENVIRONMENT, EVENT, World

SOON = replace(EVENT, event_id="sooncon", waves=(Wave("only", START - timedelta(days=1)),))
AFTER = START - timedelta(hours=20)
SCHEDULING = Scheduling.from_environment(ENVIRONMENT)


@pytest.fixture(autouse=True)
def _waves(world: World) -> None:
    boto3.client("scheduler").create_schedule_group(Name="waves")


def schedules() -> list[dict[str, str]]:
    scheduler = boto3.client("scheduler")
    names = [each["Name"] for each in scheduler.list_schedules(GroupName="waves")["Schedules"]]
    return [scheduler.get_schedule(GroupName="waves", Name=name) for name in sorted(names)]


def test_all_that_comes_within_some_minutes_is_one_wave() -> None:
    call = AtOnce(SCHEDULING, 600)
    assert call(SOON, now=AFTER)
    assert call(SOON, now=AFTER - timedelta(seconds=1))
    [schedule] = schedules()
    wave = json.loads(schedule["Target"]["Input"])  # type: ignore[index]
    assert wave == {"event_id": "sooncon", "wave": "at-once-20260531-131000"}
    assert schedule["ScheduleExpression"] == "at(2026-05-31T13:10:00)"


def test_whoever_calls_when_one_has_begun_calls_for_the_next() -> None:
    call = AtOnce(SCHEDULING, 600)
    for minutes in (0, 10, 11):
        call(SOON, now=AFTER + timedelta(minutes=minutes))
    assert [each["ScheduleExpression"][14:19] for each in schedules()] == ["13:10", "13:20", "13:30"]


def test_before_the_last_wave_and_after_the_end_nothing_is_called_for() -> None:
    call = AtOnce(SCHEDULING, 600)
    assert not call(SOON, now=START - timedelta(days=2))
    assert not call(SOON, now=SOON.ends_at)
    assert schedules() == []


def test_large_events_gather_longer() -> None:
    AtOnce(SCHEDULING, 600)(replace(SOON, shards=20), now=AFTER)
    [schedule] = schedules()
    assert schedule["ScheduleExpression"] == "at(2026-05-31T16:00:00)"  # multiples of two hours


def test_a_wave_can_be_moved_whether_or_not_it_is_scheduled() -> None:
    for at in (START, START + timedelta(hours=1)):
        move_schedule(SOON, "only", at=at, scheduling=SCHEDULING)
    [schedule] = schedules()
    assert schedule["ScheduleExpression"] == "at(2026-06-01T10:00:00)"


def test_names_of_schedules_are_never_too_long() -> None:
    longest = replace(SOON, event_id="e" * 63)
    assert schedule_at_once(longest, at=START, scheduling=SCHEDULING)
    [schedule] = schedules()
    assert len(schedule["Name"]) <= 64


def test_one_wave_of_an_event_is_planned_at_a_time(world: World) -> None:
    assert storage.leases.take(EVENT, "first", now=AFTER)
    with pytest.raises(Busy):
        plan_introductions(EVENT, "at-once-1", publish=lambda _: set(), now=AFTER)
    # One that was cut short is gone on with at once; one that never came back is at work no more after a while.
    plan_introductions(EVENT, "first", publish=lambda _: set(), now=AFTER)
    assert storage.leases.take(EVENT, "at-once-1", now=AFTER)
    plan_introductions(EVENT, "at-once-2", publish=lambda _: set(), now=AFTER + timedelta(minutes=17))
