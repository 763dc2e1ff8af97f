"""The hashing key changes, for new events and of a running one: ids stay, hashes go, and nothing false is matched."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from infra.cli import app as command_line
from shared import storage
from shared.events import Event
from shared.matching import DirectoryEntry
from shared.pipeline import rotate_key
from shared.pipeline.manage_event import Scheduling, create_event, erase_attendee, everything_about
from shared.pipeline.match_attendees import match_everybody
from shared.pipeline.receive_registration import store_registration
from shared.pipeline.rotate_key import StillUsed, begin, end, forget_key, key_versions, rehash, rotate_event_key
from shared.registrations import Purpose, Registration, Status
from shared.services import Secrets
from shared.storage._table import Item
from tests.handlers.conftest import EVENT, START, World, registered
from tests.handlers.test_pipeline_steps import bring, linkedin, pairs, register, run_wave

SCHEDULING = Scheduling("waves", "arn:aws:lambda:eu-west-1:1:function:f", "arn:aws:iam::1:role/r", "arn:aws:sqs:::d")


class Stopped(BaseException):
    """The process ends here."""


def stored() -> Event:
    event = storage.events.load("democon")
    assert event is not None
    return event


def rotated(world: World) -> Event:
    return rotate_event_key(stored(), secrets=world.secrets, sleep=lambda _: None)


def entries() -> dict[str, DirectoryEntry]:
    return {entry.attendee_id: entry for entry in storage.attendees.directory_as_it_is(stored())}


def hashes() -> set[int]:
    return {hashed for entry in entries().values() for hashed, _ in entry.findable}


def items(world: World) -> list[dict[str, Any]]:
    """What is kept but reports of imports, and but for how often it was written."""
    counts = ("revision", "version", "packed")  # matches hold the revisions that they were made of
    return [
        {name: value for name, value in item.items() if name not in counts}
        for item in world.items()
        if "#IMPORT" not in item["pk"]["S"]
    ]


@pytest.fixture
def friends(world: World) -> World:
    """Ann and Mack are connected on LinkedIn, both brought it, and are matched."""
    register(world, "ann", "mack", "zoe")
    bring(world, "ann", "mack", "stranger")
    bring(world, "mack", "ann")
    match_everybody(stored())
    assert pairs() == {("ann", "mack")}
    return world


def test_an_event_keeps_its_key_when_a_newer_one_is_made(friends: World) -> None:
    before, key = (set(entries()), hashes(), pairs()), friends.secrets.hashing_key(EVENT)
    assert friends.secrets.add_hashing_key() == 2
    friends.post(registered("ann"))
    bring(friends, "ann", "mack", "stranger")
    assert (set(entries()), hashes(), pairs()) == before
    assert friends.secrets.hashing_key(stored()) == key


def test_an_event_takes_the_newest_key_for_hashes_and_ids(world: World) -> None:
    boto3.client("scheduler").create_schedule_group(Name="waves")
    world.secrets.add_hashing_key()
    create_event(replace(EVENT, event_id="newcon"), secrets=world.secrets, scheduling=SCHEDULING, now=START)
    made = storage.events.load("newcon")
    assert made is not None
    assert (made.key_version, made.id_key_version) == (2, 2)
    assert world.secrets.hashing_key(made) == world.secrets.id_key(made) != world.secrets.hashing_key(EVENT)


def test_ids_stay_and_every_hash_is_another(friends: World) -> None:
    ids, old = set(entries()), hashes()
    event = rotated(friends)
    assert (event.key_version, event.id_key_version, event.rehashing) == (2, 1, False)
    assert stored() == event
    assert set(entries()) == ids
    assert len(hashes()) == len(old)
    assert not hashes() & old
    # Nobody comes a second time under another id, by registering or asking.
    register(friends, "ann", "mack", "zoe")
    assert set(entries()) == ids
    assert everything_about(stored(), "ann@example.org", secrets=friends.secrets) is not None


def test_sets_of_the_old_key_are_gone_and_matches_come_back_with_the_next_upload(friends: World) -> None:
    rotated(friends)
    assert pairs() == set()
    assert [item for item in friends.items() if "#SET#" in item["pk"]["S"]] == []
    assert all(not entry.set_digests for entry in entries().values())
    bring(friends, "ann", "mack", "stranger")  # the very file that was imported before
    match_everybody(stored())
    assert pairs() == {("ann", "mack")}


def test_a_set_of_the_old_key_never_joins(friends: World) -> None:
    """Not even where the directory names it, and whatever lies in it."""
    event = begin(stored(), secrets=friends.secrets)
    for each in storage.attendees.hashed_under_older_keys(event):
        storage.attendees.rehash(event, each, hashing_key=friends.secrets.hashing_key(event))
    assert any(entry.set_digests for entry in entries().values())
    assert list(storage.connection_sets.load_all(event)) == []
    match_everybody(event)
    assert pairs() == set()


@pytest.fixture
def stopping(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Stops the process before its n-th write, whatever that is."""
    connection = Item._get_connection().connection
    real = connection.dispatch
    calls = {"left": -1}

    def dispatch(name: str, arguments: Any) -> Any:
        if name in ("PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"):
            if calls["left"] == 0:
                raise Stopped
            calls["left"] -= 1
        return real(name, arguments)

    monkeypatch.setattr(connection, "dispatch", dispatch)

    def stop_before(number: int) -> None:
        calls["left"] = number

    yield stop_before
    calls["left"] = -1


def test_a_rotation_that_is_cut_short_and_repeated_ends_the_same(friends: World, stopping: Any) -> None:
    before, client, name = friends.items(), boto3.client("dynamodb"), friends.table_name

    def back() -> None:
        for item in friends.items():
            client.delete_item(TableName=name, Key={"pk": item["pk"], "sk": item["sk"]})
        for item in before:
            client.put_item(TableName=name, Item=item)

    rotated(friends)
    whole = items(friends)
    number = 0
    while True:
        back()
        stopping(number)
        try:
            rotated(friends)
        except Stopped:
            stopping(-1)
            rotated(friends)
            assert items(friends) == whole, f"stopped before write {number}"
            number += 1
        else:
            break
    assert number > 8  # the event twice, three entries, two sets of two writes each, the matches
    assert friends.secrets.hashing_key_versions() == [2, 1]


def test_stopped_between_making_the_key_and_taking_it_no_further_key_is_made(
    friends: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stop(*_: object, **__: object) -> None:
        raise Stopped

    with monkeypatch.context() as patch:
        patch.setattr(storage.events, "change_key", stop)
        with pytest.raises(Stopped):
            rotated(friends)
    assert rotated(friends).key_version == 2
    # Done, and asked for again: another key leaked.
    assert rotated(friends).key_version == 3


def test_while_some_hashes_are_of_another_key_nobody_is_matched_and_nobody_is_told(friends: World) -> None:
    """Two who claim one handle, or share a name, would not be seen to, and that decides what may be told."""
    event = begin(stored(), secrets=friends.secrets)
    first, *_ = storage.attendees.hashed_under_older_keys(event)
    storage.attendees.rehash(event, first, hashing_key=friends.secrets.hashing_key(event))
    for known in (EVENT, event):  # whether or not a function knows of the new key yet
        with pytest.raises(storage.Conflict, match="is being changed"):
            match_everybody(known)
    with pytest.raises(storage.Conflict, match="key rotate --event democon"):
        run_wave(friends)
    assert list(storage.introductions.load_all(EVENT)) == []
    rehash(event, secrets=friends.secrets)
    end(event)
    assert run_wave(friends) == []


class TestWhoeverStillKnowsTheOldKey:
    """A function that looked the event up before; it does so anew within a minute."""

    def test_is_refused_where_it_would_write_hashes_of_the_old_key(self, friends: World) -> None:
        rotated(friends)
        ann = next(a for a in storage.attendees.load_all(stored()) if a.name == "Ann")
        key = friends.secrets.hashing_key(EVENT)
        before = friends.items()
        with pytest.raises(storage.Conflict):
            storage.attendees.save_attendee(EVENT, replace(ann, phone="+493012345678"), ann, hashing_key=key)
        with pytest.raises(storage.Conflict):
            storage.attendees.note_set(EVENT, ann.attendee_id, "linkedin", "0" * 16)
        assert friends.items() == before

    def test_does_not_replace_a_set_of_the_new_key(self, friends: World) -> None:
        rotated(friends)
        bring(friends, "ann", "mack")
        ann = next(a for a in storage.attendees.load_all(stored()) if a.name == "Ann")
        ((mine, digest),) = storage.connection_sets.load_of(stored(), ann.attendee_id)
        assert not storage.connection_sets.save(EVENT, replace(mine, names=mine.names[:0]), uploaded_at=START)
        assert [found for _, found in storage.connection_sets.load_of(stored(), ann.attendee_id)] == [digest]

    def test_and_registered_somebody_is_followed_up(self, friends: World) -> None:
        event = begin(stored(), secrets=friends.secrets)
        rehash(event, secrets=friends.secrets)
        late = friends.secrets.hashing_key(EVENT)
        registration = Registration(
            platform="icebreaker",
            reference="T-late",
            status=Status.REGISTERED,
            changed_at=datetime.now(UTC),
            email="late@example.org",
            name="Late",
            identities=(),
            agreed=frozenset({Purpose.INTRODUCE}),
        )
        store_registration(EVENT, registration, hashing_key=late, id_key=friends.secrets.id_key(EVENT))
        assert len(storage.attendees.hashed_under_older_keys(event)) == 1
        assert rehash(event, secrets=friends.secrets) == 1
        assert rehash(event, secrets=friends.secrets) == 0

    def test_and_brings_connections_has_them_imported_by_the_second_attempt(
        self, friends: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        rotated(friends)
        key = friends.upload("Connections.csv", linkedin("mack", "stranger"), owner="ann@example.org")
        with monkeypatch.context() as patch:
            patch.setattr(storage.events, "load", lambda _: EVENT)
            with pytest.raises(storage.Conflict):
                friends.import_upload(key)
        friends.import_upload(key)
        match_everybody(stored())
        assert pairs() == {("ann", "mack")}


def test_whoever_changes_the_settings_of_an_event_meanwhile_does_not_bring_the_old_key_back(friends: World) -> None:
    before = stored()
    event = begin(before, secrets=friends.secrets)
    storage.events.update(replace(before, meeting_point="the coffee bar"))
    assert stored() == replace(event, meeting_point="the coffee bar")


def test_the_erased_stay_forgotten(friends: World) -> None:
    assert erase_attendee(stored(), "zoe@example.org", secrets=friends.secrets, now=datetime.now(UTC))
    rotated(friends)
    register(friends, "zoe")
    assert everything_about(stored(), "zoe@example.org", secrets=friends.secrets) is None


def test_a_key_is_forgotten_only_when_no_event_needs_it(friends: World) -> None:
    secrets = friends.secrets
    with pytest.raises(StillUsed, match="newest"):
        forget_key(1, secrets=secrets)
    rotated(friends)
    rotated(friends)
    with pytest.raises(StillUsed, match="democon"):
        forget_key(1, secrets=secrets)  # the attendees have their ids from it
    with pytest.raises(StillUsed, match="newest"):
        forget_key(3, secrets=secrets)
    with pytest.raises(StillUsed, match="no version 7"):
        forget_key(7, secrets=secrets)
    forget_key(2, secrets=secrets)
    assert [(each.version, each.hashing, each.naming) for each in key_versions(secrets)] == [
        (3, ("democon",), ()),
        (1, (), ("democon",)),
    ]
    storage.events.delete(stored())
    forget_key(1, secrets=secrets)
    assert secrets.hashing_key_versions() == [3]
    assert secrets.ensure_hashing_key() == 3  # the first is not made again


def test_of_two_who_make_a_key_at_the_same_moment_neither_replaces_that_of_the_other(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    two = replace(EVENT, key_version=2)
    world.secrets.add_hashing_key()
    key = world.secrets.hashing_key(two)
    with monkeypatch.context() as patch:
        patch.setattr(Secrets, "hashing_key_versions", lambda _: [1])  # looked before the other made it
        assert world.secrets.add_hashing_key() == 2
    assert Secrets("/icebreaker/test").hashing_key(two) == key


def test_the_key_of_deployments_so_far_is_the_first_version(world: World) -> None:
    ssm = boto3.client("ssm")
    ssm.put_parameter(Name="/icebreaker/old/hashing-key", Value="A" * 43 + "=", Type="SecureString")
    old = Secrets("/icebreaker/old")
    assert (old.hashing_key_versions(), old.ensure_hashing_key()) == ([1], 1)
    assert old.hashing_key(EVENT) == old.id_key(EVENT) == bytes(32)
    assert [old.add_hashing_key(), old.add_hashing_key()] == [2, 3]
    assert old.hashing_key_versions() == [3, 2, 1]
    with pytest.raises(LookupError, match="no version 4"):
        old.hashing_key(replace(EVENT, key_version=4))


def test_it_waits_until_everything_that_began_with_the_old_key_has_ended(friends: World) -> None:
    slept: list[float] = []
    rotate_event_key(stored(), secrets=friends.secrets, sleep=slept.append)
    assert slept[0] > 60
    assert sum(slept[1:]) >= rotate_key.LONGEST_RUN_S


def test_a_key_is_never_shown(
    friends: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    class Here:
        secrets = friends.secrets

        def event(self, _: str) -> Event:
            return stored()

    monkeypatch.setattr("infra.cli.deployment.find_deployment", lambda _: Here())
    monkeypatch.setattr(rotate_key, "KNOWN_FOR_S", 0)
    monkeypatch.setattr(rotate_key, "LONGEST_RUN_S", 0)
    monkeypatch.setattr(rotate_key, "LOOK_AGAIN_S", 0)
    shown = ""
    commands = (["list"], ["rotate"], ["rotate", "--event", "democon", "--yes"], ["list"], ["forget", "2"])
    for command in commands:
        result = CliRunner().invoke(command_line.app, ["key", *command])
        shown += result.output + caplog.text + str(result.exception)
    assert "democon" in shown
    assert "version 2" in shown
    for version in friends.secrets.hashing_key_versions():
        key = friends.secrets.hashing_key(replace(EVENT, key_version=version))
        assert not any(text in shown for text in (key.hex(), repr(key)))
        value = boto3.client("ssm").get_parameters_by_path(Path="/icebreaker/test", WithDecryption=True)["Parameters"]
        assert not any(parameter["Value"] in shown for parameter in value)
