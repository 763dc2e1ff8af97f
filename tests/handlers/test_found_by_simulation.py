"""What the simulated worlds found, each told as a story of its own."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime

import boto3
import pytest

from shared import storage
from shared.attendees import Attendee, attendee_id_of
from shared.events import Event
from shared.introductions import Channel, Introduction, Mention, Part, State
from shared.pipeline import send_notification as sending
from shared.pipeline.decide import decide, stop
from shared.pipeline.manage_event import erase_attendee
from shared.pipeline.write_letter import _told
from shared.registrations import Purpose
from tests.handlers.conftest import EVENT, World
from tests.handlers.privileges import WATCH
from tests.handlers.steps import (
    attendee,
    bring,
    linkedin,
    mails_to,
    match,
    pairs,
    register,
    report,
    run_wave,
    send,
    states,
)

NOW = datetime.now(UTC)


@pytest.fixture
def friends(world: World) -> World:
    register(world, "ann", "bob")
    bring(world, "ann", "bob")
    bring(world, "bob", "ann")
    return world


def test_ties_that_a_pass_wrote_while_somebody_was_forgotten_are_gone_with_the_next_wave(friends: World) -> None:
    match(friends)
    bob = attendee("bob").attendee_id
    ties = [item for item in friends.items() if item["kind"] == {"S": "matches"} and bob in item["sk"]["S"]]
    assert ties
    assert erase_attendee(EVENT, "bob@example.org", secrets=friends.secrets, now=NOW)
    for item in ties:
        boto3.client("dynamodb").put_item(TableName=friends.table_name, Item=item)
    run_wave(friends)
    left = [item for item in friends.items() if item["kind"] == {"S": "matches"}]
    assert bob not in json.dumps([item["sk"] for item in left])


@pytest.mark.parametrize("state", [state for state in State if state not in (State.SENT, State.DELIVERED)])
def test_only_who_was_told_of_for_sure_is_named_beside_others(state: State) -> None:
    told = Introduction(
        EVENT.event_id, "ann", "first", Channel.EMAIL, (), State.SENT, NOW, said=(Mention(Part.TOLD, "bob"),)
    )
    assert _told([told]) == {"bob"}
    assert _told([replace(told, state=state)]) == frozenset()


def test_an_event_that_is_paused_while_a_letter_is_written_sends_nothing(
    friends: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    messages = run_wave(friends)
    write = sending.write_letter

    def paused_meanwhile(*arguments: object, **named: object) -> object:
        draft = write(*arguments, **named)  # type: ignore[arg-type]
        storage.deliverability.pause(EVENT, "by hand", now=NOW)
        return draft

    monkeypatch.setattr(sending, "write_letter", paused_meanwhile)
    assert send(friends, messages) == []
    assert (mails_to("ann"), mails_to("bob"), states()) == ([], [], [State.PUBLISHED] * 2)


def test_a_late_repetition_does_not_bring_back_who_handed_a_ticket_to_somebody_forgotten(
    world: World,
) -> None:
    register(world, "ann")
    register(world, "bob", minute=1, reference="T-ann")
    assert erase_attendee(EVENT, "bob@example.org", secrets=world.secrets, now=NOW)
    register(world, "ann")
    assert not attendee("ann").attending
    register(world, "cy", minute=2, reference="T-ann")
    assert attendee("cy").attending


def test_a_ticket_that_is_handed_on_while_its_holder_is_forgotten_is_its_new_holders(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(world, "bob")
    release = storage.attendees.release_tickets

    def handed_on_meanwhile(event: Event, holder: Attendee) -> None:
        register(world, "cy", minute=1, reference="T-bob")
        release(event, holder)

    monkeypatch.setattr(storage.attendees, "release_tickets", handed_on_meanwhile)
    assert erase_attendee(EVENT, "bob@example.org", secrets=world.secrets, now=NOW)
    tickets = [item for item in world.items() if item["kind"] == {"S": "ticket"}]
    assert [item["attendee_id"]["S"] for item in tickets] == [attendee("cy").attendee_id]
    register(world, "cy", minute=2, kind="registration.cancelled", reference="T-bob")
    assert not attendee("cy").attending


@pytest.mark.parametrize("cut_short", [False, True])
def test_connections_of_who_is_forgotten_while_they_are_imported_are_not_kept(
    friends: World, monkeypatch: pytest.MonkeyPatch, cut_short: bool
) -> None:
    save = storage.connection_sets.save

    def forgotten_meanwhile(*arguments: object, **named: object) -> bool:
        with WATCH.as_role_of(None):
            assert erase_attendee(EVENT, "bob@example.org", secrets=friends.secrets, now=NOW)
        saved = save(*arguments, **named)  # type: ignore[arg-type]
        if cut_short:
            raise KeyboardInterrupt
        return saved

    key = friends.upload("Connections.csv", linkedin("ann", "cy"), owner="bob@example.org")
    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt) if cut_short else nullcontext():
        patched.setattr(storage.connection_sets, "save", forgotten_meanwhile)
        friends.import_upload(key)
    friends.import_upload(key)
    bob = attendee_id_of(EVENT.event_id, "bob@example.org", friends.secrets.id_key(EVENT))
    assert [i for i in friends.items() if i["kind"] == {"S": "connection_set"} and bob in i["sk"]["S"]] == []
    assert report(key).state == "refused"


def meanwhile(monkeypatch: pytest.MonkeyPatch, happens: Callable[[], object]) -> None:
    """Let something happen between what an import looks at and what it writes."""
    save = storage.connection_sets.save

    def late(*arguments: object, **named: object) -> bool:
        with WATCH.as_role_of(None):
            happens()
        return save(*arguments, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(storage.connection_sets, "save", late)


def sets_of(world: World, name: str) -> list[str]:
    its_id = attendee(name).attendee_id
    return [i["sk"]["S"] for i in world.items() if i["kind"] == {"S": "connection_set"} and its_id in i["sk"]["S"]]


@pytest.mark.parametrize("how", ["no to their use", "an end to everything"])
def test_connections_whose_owner_says_no_while_they_are_imported_are_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    register(world, "ann", "bob")
    bob, key = attendee("bob").attendee_id, world.secrets.hashing_key(EVENT)

    def says_no() -> None:
        if how == "no to their use":
            assert decide(EVENT, bob, frozenset({Purpose.INTRODUCE}), hashing_key=key, now=NOW)
        else:
            assert stop(EVENT, bob, hashing_key=key, now=NOW)

    upload = world.upload("Connections.csv", linkedin("ann"), owner="bob@example.org")
    with monkeypatch.context() as patched:
        meanwhile(patched, says_no)
        world.import_upload(upload)
    assert sets_of(world, "bob") == []
    assert storage.attendees.directory_entries(EVENT, [bob])[bob].set_digests == {}
    assert (report(upload).state, "nothing was kept" in report(upload).reason) == ("refused", True)


def test_a_form_that_is_answered_anew_without_them_while_connections_are_imported_only_lets_them_wait(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(world, "ann", "bob")
    upload = world.upload("Connections.csv", linkedin("ann"), owner="bob@example.org")
    with monkeypatch.context() as patched:
        meanwhile(patched, lambda: register(world, "bob", minute=5, agreed=["introduce"]))
        world.import_upload(upload)
    assert len(sets_of(world, "bob")) == 1
    match(world)
    assert pairs() == set()
    register(world, "bob", minute=6)
    match(world)
    assert pairs() == {("ann", "bob")}
