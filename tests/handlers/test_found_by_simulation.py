"""What the simulated worlds found, each told as a story of its own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import boto3
import pytest

from shared import storage
from shared.introductions import Channel, Introduction, Mention, Part, State
from shared.pipeline import send_notification as sending
from shared.pipeline.manage_event import erase_attendee
from shared.pipeline.write_letter import _told
from tests.handlers.conftest import EVENT, World
from tests.handlers.steps import attendee, bring, mails_to, match, register, run_wave, send, states

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
