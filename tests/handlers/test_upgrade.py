"""The pipeline goes on with what an earlier release stored."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from infra.cli import app as commands
from infra.cli.doctor import Level, examine
from shared import storage
from shared.events import Event
from shared.introductions import State
from shared.storage import Conflict, migrations
from shared.storage.migrations import NewerData
from tests.handlers.conftest import EVENT, World
from tests.handlers.stacks import NAME, deploy
from tests.handlers.steps import (
    attendee,
    bring,
    introduction_of,
    mails_to,
    match,
    meeting,
    pairs,
    register,
    report,
    text_to,
    wave_goes_out,
)

RECORDED = sorted((Path(__file__).parents[1] / "fixtures" / "tables").glob("*.json"))


@pytest.fixture(params=RECORDED, ids=lambda file: file.stem)
def recorded(world: World, request: pytest.FixtureRequest) -> dict[str, Any]:
    """The world's table and keys are those that a release left behind."""
    found: dict[str, Any] = json.loads(request.param.read_text(encoding="utf-8"))
    for name, value in found["keys"].items():
        boto3.client("ssm").put_parameter(
            Name=f"/icebreaker/test/{name}", Value=value, Type="SecureString", Overwrite=True
        )
    world.secrets._remembered.clear()
    resource = boto3.client("dynamodb")
    for item in found["items"]:
        resource.put_item(TableName=world.table_name, Item={name: _typed(value) for name, value in item.items()})
    return found


def _typed(value: dict[str, Any]) -> dict[str, Any]:
    import base64

    return {kind: base64.b64decode(content) if kind == "B" else content for kind, content in value.items()}


def test_there_is_a_record_of_a_release() -> None:
    assert "0.1.0" in {file.stem for file in RECORDED}


@pytest.mark.usefixtures("recorded")
class TestRecorded:
    def test_everything_that_was_stored_is_read(self) -> None:
        names = {each.email.partition("@")[0]: each for each in storage.attendees.load_all(EVENT)}
        assert names.keys() == {"ann", "mack", "zoe", "bea", "gone"}
        assert not names["gone"].attending
        assert ("ann", "mack") in pairs()
        assert introduction_of("ann").state is State.SENT
        said = meeting("ann", "mack")
        assert said is not None
        assert report("uploads/democon/attendees/1/list.csv").read == 1

    def test_what_is_delivered_again_changes_nothing(self, world: World, recorded: dict[str, Any]) -> None:
        before = world.items()
        for payload in recorded["payloads"]:
            assert world.post(payload)[0] == 200
        bring(world, "mack", "ann")
        match(world)
        kinds = {"attendee", "directory", "ticket", "matches", "connection_set"}
        assert [each for each in world.items() if each["kind"]["S"] in kinds] == [
            each for each in before if each["kind"]["S"] in kinds
        ]

    def test_the_next_wave_tells_what_is_new_and_nothing_twice(self, world: World) -> None:
        storage.events.update(EVENT)  # as recorded it is over, and after an event nobody is introduced
        register(world, "cleo")
        bring(world, "cleo", "ann")
        bring(world, "ann", "cleo", "mack")
        match(world)
        assert {("ann", "cleo"), ("ann", "mack")} <= pairs()
        assert "cleo" in wave_goes_out(world, "second")
        assert len(mails_to("ann")) == 1
        assert "Cleo" in text_to("ann")
        assert introduction_of("ann", "second").state is State.SENT

    def test_who_was_recorded_can_be_forgotten(self, world: World) -> None:
        from shared.pipeline.manage_event import everything_about

        assert everything_about(EVENT, "ann@example.org", secrets=world.secrets)
        before = len(world.items())
        storage.events.delete(EVENT)
        assert before > 20
        assert world.items() == []


# ---- Steps from one version to the next: there is none yet, so invented ones are taken --------------------------


def version_of(world: World, event_id: str = "democon") -> int | None:
    [item] = [each for each in world.items() if (each["pk"]["S"], each["sk"]["S"]) == ("EVENTS", event_id)]
    return int(item["schema_version"]["N"]) if "schema_version" in item else None


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    def set_steps(*migration: Callable[[Event], None]) -> None:
        monkeypatch.setattr(migrations, "MIGRATIONS", migration)

    return set_steps


def test_data_without_a_version_are_the_firsts_and_take_every_step_once_in_order(
    world: World, recorded: dict[str, Any], steps: Callable[..., None]
) -> None:
    assert version_of(world) == (None if recorded["version"] == "0.1.0" else 1)
    taken: list[tuple[int, str]] = []
    steps(lambda event: taken.append((1, event.event_id)), lambda event: taken.append((2, event.event_id)))
    assert attendee("ann").email == "ann@example.org"  # read before any step is taken
    assert migrations.versions() == {"democon": 1}
    assert migrations.migrate("democon") == 2
    assert taken == [(1, "democon"), (2, "democon")]
    assert (migrations.migrate("democon"), version_of(world)) == (0, 3)


def test_a_step_that_was_cut_short_is_repeated_and_those_before_it_are_not(
    world: World, steps: Callable[..., None]
) -> None:
    taken: list[int] = []

    def second(_: Event) -> None:
        taken.append(2)
        if len(taken) < 3:
            raise ConnectionError

    steps(lambda _: taken.append(1), second)
    with pytest.raises(ConnectionError):
        migrations.migrate("democon")
    assert version_of(world) == 2
    assert migrations.migrate("democon") == 1
    assert taken == [1, 2, 2]


def test_two_who_migrate_at_once_do_not_count_a_step_twice(world: World, steps: Callable[..., None]) -> None:
    def meanwhile(_: Event) -> None:
        steps(lambda _: None, lambda _: None)
        migrations.migrate("democon")
        steps(meanwhile, meanwhile)

    steps(meanwhile, meanwhile)
    with pytest.raises(Conflict, match="being migrated by somebody else"):
        migrations.migrate("democon")
    assert version_of(world) == 3


def test_a_release_that_went_back_refuses_newer_data_in_a_sentence(
    world: World, monkeypatch: pytest.MonkeyPatch, steps: Callable[..., None]
) -> None:
    steps(lambda _: None)
    migrations.migrate("democon")
    steps()
    with pytest.raises(NewerData, match="version 2, and this release knows 1: deploy the newer one again"):
        storage.events.load("democon")
    deploy(world, monkeypatch)
    *_, last = examine(NAME, "eu-west-1", boto3.client, now=EVENT.starts_at)
    assert (last.subject, last.level) == ("data", Level.MISSING)


def test_a_change_of_an_events_settings_leaves_the_version_as_it_is(world: World, steps: Callable[..., None]) -> None:
    steps(lambda _: None)
    migrations.migrate("democon")
    storage.events.update(EVENT)
    assert version_of(world) == 2


def test_the_command_says_what_it_did(
    world: World, monkeypatch: pytest.MonkeyPatch, steps: Callable[..., None]
) -> None:
    deploy(world, monkeypatch)

    def typed() -> str:
        return CliRunner().invoke(commands.app, ["migrate"], catch_exceptions=False).output.strip()

    assert typed() == "All data are of version 1: nothing to do."
    steps(lambda _: None)
    assert typed() == "democon: 1 steps, to version 2."
    assert typed() == "All data are of version 2: nothing to do."
