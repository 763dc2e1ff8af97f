"""What a ticketing platform's delivery may do, and what it may not."""

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import boto3
import pytest
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared import registrations
from shared.storage._table import Item
from tests.handlers.conftest import EVENT, World, registered

TITO = Path(__file__).parents[1] / "fixtures" / "registrations" / "tito-ticket-completed.json"


def kinds(world: World) -> list[str]:
    return sorted(item["kind"]["S"] for item in world.items() if item["kind"]["S"] != "event")


def test_a_registration_that_is_answered_with_2xx_is_stored(world: World) -> None:
    assert world.post(registered("ann")) == (200, {"changed": 1, "reason": ""})
    assert kinds(world) == ["attendee", "directory", "ticket"]


def test_a_second_delivery_changes_nothing(world: World) -> None:
    payload = registered("ann")
    world.post(payload)
    before = world.items()
    assert world.post(payload) == (200, {"changed": 0, "reason": ""})
    assert world.items() == before


def test_an_update_and_a_cancellation_are_stored_and_an_older_message_after_them_is_not(world: World) -> None:
    world.post(registered("ann", 0))
    world.post(registered("ann", 5, kind="registration.cancelled"))
    before = world.items()
    assert world.post(registered("ann", 3, kind="registration.updated", company="Acme"))[1]["changed"] == 0
    assert world.items() == before


@pytest.mark.parametrize(
    "headers",
    [
        {"webhook-signature": "v1,AAAA"},
        {"webhook-signature": "nonsense"},
        {"webhook-signature": "v1,%%%"},
        {"webhook-id": "another"},
        {"webhook-timestamp": "yesterday"},
        {"webhook-timestamp": str(int((datetime.now(UTC) - timedelta(minutes=6)).timestamp()))},
    ],
)
def test_a_bad_or_stale_signature_is_a_401_without_effect(world: World, headers: dict[str, str]) -> None:
    status, answer = world.post(registered("ann"), **headers)
    assert (status, kinds(world)) == (401, [])
    assert answer["problems"]


def test_a_bad_body_is_a_422_that_names_the_field(world: World) -> None:
    status, answer = world.post(registered("ann", email="nowhere"))
    assert status == 422
    assert any("data.email" in problem for problem in answer["problems"])
    assert kinds(world) == []


@pytest.mark.parametrize(
    ("event_id", "platform"), [("nosuch", "icebreaker"), ("democon", "tito"), ("democon", "nosuch")]
)
def test_an_unknown_event_or_platform_is_a_404(world: World, event_id: str, platform: str) -> None:
    body = json.dumps(registered("ann")).encode()
    headers = registrations.sign("icebreaker", body, world.secret, delivery_id="1", now=datetime.now(UTC))
    assert world.deliver(body, headers, event_id=event_id, platform=platform)[0] == 404


def test_when_storage_fails_the_platform_is_told_to_try_again(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ClientError({"Error": {"Code": "InternalServerError"}, "ResponseMetadata": {}}, "TransactWriteItems")

    connection = Item._get_connection().connection
    monkeypatch.setattr(type(connection), "transact_write_items", fail)
    # Lambda answers 502 to the HTTP API when a function raises, and the platform delivers again.
    with pytest.raises(ClientError):
        world.post(registered("ann"))


def test_tito_is_understood_under_its_own_signature(world: World) -> None:
    world.secrets.add_webhook_secret("democon", "tito", "token")
    body = TITO.read_bytes()
    signature = base64.b64encode(hmac.new(b"token", body, hashlib.sha256).digest()).decode()
    headers = {"Tito-Signature": signature, "X-Webhook-Name": "ticket.completed"}
    assert world.deliver(body, headers, platform="tito")[0] == 200
    assert "attendee" in kinds(world)
    assert world.deliver(body + b" ", headers, platform="tito")[0] == 401


def test_a_rotated_secret_still_opens_what_was_signed_with_the_one_before(world: World) -> None:
    payload = registered("ann")
    world.secrets.add_webhook_secret("democon", "icebreaker", registrations.new_secret())
    assert world.post(payload)[0] == 200


def test_a_registration_costs_at_most_six_write_units_and_two_round_trips(world: World) -> None:
    world.post(registered("warm"))
    calls: list[str] = []
    events = Item._get_connection().connection.client.meta.events

    def count(parsed: dict[str, object], model: object, **_: object) -> None:
        calls.append(model.name)  # type: ignore[attr-defined]

    handler = world.handler("receive_registration")
    handler.events.get("democon")
    handler.secrets.hashing_key(EVENT)
    handler.secrets.webhook_secrets("democon", "icebreaker")
    events.register("after-call.dynamodb", count)
    receive = handler.receive_registration
    body = json.dumps(registered("ann", handles={"x": "ann", "github": "ann", "linkedin": "ann-oneil"})).encode()
    headers = registrations.sign("icebreaker", body, world.secret, delivery_id="1", now=datetime.now(UTC))
    receive(
        "democon",
        "icebreaker",
        headers,
        body,
        events=handler.events,
        secrets=handler.secrets,
        pointers=handler.pointers,
        now=datetime.now(UTC),
    )
    assert calls == ["BatchGetItem", "TransactWriteItems"]
    # A transaction writes each item at twice its price, 1 unit for each begun kilobyte (AWS, DynamoDB pricing).
    written = [item for item in world.items() if item["kind"]["S"] != "event" and "warm" not in str(item)]
    own = [item for item in written if item["kind"]["S"] != "directory"] + [
        next(item for item in written if item["kind"]["S"] == "directory")
    ]
    assert sum(2 * -(-len(str(item)) // 1024) for item in own) <= 6


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=300),
    headers=st.dictionaries(
        st.sampled_from(["webhook-id", "webhook-timestamp", "webhook-signature", "Tito-Signature"]),
        st.text(max_size=60),
    ),
    sign=st.booleans(),
)
def test_any_bytes_in_any_header_or_body_are_a_401_or_a_422(
    world: World, body: bytes, headers: dict[str, str], sign: bool
) -> None:
    if sign:
        headers = registrations.sign("icebreaker", body, world.secret, delivery_id="1", now=datetime.now(UTC))
        body = body.decode("latin-1").encode()
    assert world.deliver(body, headers)[0] in (401, 422)
    assert boto3.client("dynamodb").scan(TableName=world.table_name, Select="COUNT")["Count"] == 1
