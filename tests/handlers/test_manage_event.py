"""An event is made with everything that hangs on it, or not at all."""

from dataclasses import replace
from datetime import timedelta

import boto3
import pytest

from shared import storage
from shared.pipeline import manage_event
from shared.pipeline.manage_event import Scheduling, create_event, delete_event
from tests.handlers.conftest import EVENT, START, World

ROLE = "arn:aws:iam::123456789012:role/r"
SCHEDULING = Scheduling(
    "waves", "arn:aws:lambda:eu-west-1:123456789012:function:plan", ROLE, "arn:aws:sqs:eu-west-1:123456789012:dead"
)
NEW = replace(EVENT, event_id="newcon")
BEFORE_ALL_WAVES = START - timedelta(days=30)


def schedules() -> list[str]:
    found = boto3.client("scheduler").list_schedules(GroupName="waves")["Schedules"]
    return sorted(schedule["Name"] for schedule in found)


@pytest.fixture(autouse=True)
def group(world: World) -> None:
    boto3.client("scheduler").create_schedule_group(Name="waves")


def test_each_wave_has_its_schedule_and_the_webhook_its_secret(world: World) -> None:
    created = create_event(NEW, secrets=world.secrets, scheduling=SCHEDULING, now=BEFORE_ALL_WAVES)
    assert schedules() == ["newcon.first", "newcon.follow-up", "newcon.second"]
    assert list(world.secrets.webhook_secrets("newcon", "icebreaker")) == [created.webhook_secret]


def test_waves_that_are_past_are_not_scheduled(world: World) -> None:
    create_event(NEW, secrets=world.secrets, scheduling=SCHEDULING, now=START - timedelta(days=2))
    assert schedules() == ["newcon.follow-up", "newcon.second"]


def test_an_event_of_the_same_id_is_refused_and_the_first_stays_as_it_was(world: World) -> None:
    create_event(NEW, secrets=world.secrets, scheduling=SCHEDULING, now=BEFORE_ALL_WAVES)
    before = world.items()
    with pytest.raises(storage.Conflict, match="'newcon'"):
        create_event(replace(NEW, name="Other"), secrets=world.secrets, scheduling=SCHEDULING, now=BEFORE_ALL_WAVES)
    assert world.items() == before
    assert len(schedules()) == 3


def test_an_event_whose_waves_cannot_be_scheduled_is_not_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> list[str]:
        raise TimeoutError

    monkeypatch.setattr(manage_event, "create_schedules", fail)
    with pytest.raises(TimeoutError):
        create_event(NEW, secrets=world.secrets, scheduling=SCHEDULING, now=BEFORE_ALL_WAVES)
    assert storage.events.load("newcon") is None
    assert list(world.secrets.webhook_secrets("newcon", "icebreaker")) == []


def test_deleting_an_event_takes_its_schedules_and_secrets_along(world: World) -> None:
    create_event(NEW, secrets=world.secrets, scheduling=SCHEDULING, now=BEFORE_ALL_WAVES)
    delete_event(NEW, secrets=world.secrets, scheduling=SCHEDULING)
    assert schedules() == []
    assert storage.events.load("newcon") is None
    assert boto3.client("ssm").get_parameters_by_path(Path="/icebreaker/test/webhooks/newcon")["Parameters"] == []


def test_the_hashing_key_is_made_once_and_never_replaced(world: World) -> None:
    key = world.secrets.hashing_key(EVENT)
    world.secrets.ensure_hashing_key()
    assert world.secrets.hashing_key(EVENT) == key
    assert len(key) == 32
