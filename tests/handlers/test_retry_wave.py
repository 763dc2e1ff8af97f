"""A wave that was cut short is run again by hand, from where it stopped."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from typer.testing import CliRunner

from infra.cli import app as commands
from infra.cli.deployment import Deployment
from shared import storage
from shared.events import Wave
from shared.introductions import State
from shared.pipeline import plan_introductions as planning
from shared.pipeline.plan_introductions import Busy
from shared.pipeline.retry_wave import NotToRetry, retry_wave
from tests.handlers.conftest import CONTEXT, EVENT, World
from tests.handlers.steps import bring, register, run_wave, states

NOW = datetime.now(UTC)
# Its first wave was due, its second is not.
EVENT_ON_THE_WAY = replace(
    EVENT, waves=(Wave("first", NOW - timedelta(hours=1)), Wave("second", NOW + timedelta(days=1)))
)


class Killed(BaseException):
    """The function ended between two calls."""


@pytest.fixture
def friends(world: World) -> World:
    storage.events.update(EVENT_ON_THE_WAY)
    register(world, "ann", "bob")
    bring(world, "ann", "bob")
    bring(world, "bob", "ann")
    return world


def in_process(world: World, event: Mapping[str, Any]) -> Any:
    return world.handler("plan_introductions").handler(event, CONTEXT)


def test_a_wave_that_was_killed_is_gone_on_with_once_its_place_is_free(
    friends: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise Killed

    with monkeypatch.context() as cut:
        cut.setattr(planning, "_publish", killed)
        with pytest.raises(Killed):
            run_wave(friends)
    assert states() == [State.PLANNED] * 2

    def run(event: Mapping[str, Any]) -> Any:
        return in_process(friends, event)

    with pytest.raises(Busy, match="the wave first of DemoCon is running, or was killed a moment ago: try again after"):
        retry_wave(EVENT_ON_THE_WAY, "first", run=run, now=NOW)
    later = datetime.now(UTC) + storage.leases.LONGEST + timedelta(seconds=1)
    done = retry_wave(EVENT_ON_THE_WAY, "first", run=run, now=later)
    assert (done.unsent_before, done.planned, done.published) == (2, 0, 2)
    assert done.states == {State.PUBLISHED: 2}
    again = retry_wave(EVENT_ON_THE_WAY, "first", run=run, now=later)
    assert (again.planned, again.published, again.states) == (0, 0, {State.PUBLISHED: 2})


def test_while_another_wave_runs_it_is_refused(friends: World) -> None:
    assert storage.leases.take(EVENT_ON_THE_WAY, "at-once-1", now=NOW)
    with pytest.raises(Busy, match="the wave at-once-1 of DemoCon"):
        retry_wave(EVENT_ON_THE_WAY, "first", run=lambda _: {}, now=NOW)
    storage.leases.give_back(EVENT_ON_THE_WAY, "at-once-1")
    assert retry_wave(EVENT_ON_THE_WAY, "first", run=lambda event: in_process(friends, event), now=NOW).planned == 2


@pytest.mark.parametrize(
    ("wave", "now", "why"),
    [
        ("made-up", NOW, "has no wave 'made-up'; it has first, second, follow-up"),
        ("second", NOW, "is still to come; `icebreaker event send` lets it run now"),
        ("first", EVENT.ends_at, "is over"),
    ],
)
def test_what_cannot_be_run_again_is_refused_with_the_reason(
    friends: World, wave: str, now: datetime, why: str
) -> None:
    with pytest.raises(NotToRetry, match=why):
        retry_wave(EVENT_ON_THE_WAY, wave, run=lambda _: {}, now=now)


def test_the_command_says_what_it_did(friends: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Deployment("icebreaker", {"PlanIntroductionsArn": "arn:plan"}, friends.secrets)
    monkeypatch.setattr("infra.cli.deployment.find_deployment", lambda _: found)
    monkeypatch.setattr("infra.cli.wave.call_and_wait", lambda _, event: in_process(friends, event))
    result = CliRunner().invoke(commands.app, ["wave", "retry", "democon", "first"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "2 messages are new; 2 were put on the topic, where 0 waited from before" in " ".join(result.output.split())


def test_a_wave_of_a_large_event_goes_on_by_itself(friends: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Deployment("icebreaker", {"PlanIntroductionsArn": "arn:plan"}, friends.secrets)
    monkeypatch.setattr("infra.cli.deployment.find_deployment", lambda _: found)
    monkeypatch.setattr("infra.cli.wave.call_and_wait", lambda *_: {"in_steps": True})
    result = CliRunner().invoke(commands.app, ["wave", "retry", "democon", "first"], catch_exceptions=False)
    assert result.exit_code == 0
    assert "planned in steps, which takes up to an hour" in result.output
