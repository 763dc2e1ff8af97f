"""Platforms that only point at what changed: nothing is lost on the way from the notification to the attendee."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import boto3
import pytest

from shared import registrations, storage
from shared.services.web import Opening, Web
from tests.handlers.conftest import CONTEXT, EVENT, World, registered

FIXTURES = Path(__file__).parents[1] / "fixtures" / "registrations"
TOKEN = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


class Platform:
    """A ticketing platform's API on this machine; ``answers`` by path, ``asked`` what it was asked and how."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.answers: dict[str, Any] = {}
        self.status = 200
        self.asked: list[tuple[str, str]] = []


@contextmanager
def platform() -> Iterator[Platform]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            api.asked.append((self.path, self.headers["Authorization"]))
            answer = api.answers.get(self.path)
            body = json.dumps(answer).encode()
            self.send_response(api.status if answer is not None else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    api = Platform(server.server_port)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield api
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def pretix(world: World) -> Iterator[Platform]:
    storage.events.delete(EVENT)
    storage.events.create(replace(EVENT, platforms={"pretix": {"organizer": "harbour", "event": "harbourconf"}}))
    world.secrets.add_webhook_secret("democon", "pretix", TOKEN)
    world.secrets.set_api_token("democon", "pretix", "s3cret-token")
    with platform() as api:
        api.answers = json.loads((FIXTURES / "pretix-order-paid.api.json").read_text())
        yield api


def notify(world: World, name: str = "pretix-order-paid", **headers: str) -> tuple[int, dict[str, Any]]:
    body = (FIXTURES / f"{name}.json").read_bytes()
    return world.deliver(body, headers, platform="pretix", query={} if headers else {"token": TOKEN})


def waiting() -> list[dict[str, Any]]:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="pointers")["QueueUrl"]
    return sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, VisibilityTimeout=0).get("Messages", [])


def fetch(world: World, api: Platform) -> list[str]:
    """Run the function on what waits; the ids of messages it could not handle."""
    handler = world.handler("fetch_registrations")
    handler.web = Web(allow={"pretix.eu": Opening("127.0.0.1", api.port)})
    records = [
        {"messageId": str(n), "body": message["Body"], "eventSource": "aws:sqs"} for n, message in enumerate(waiting())
    ]
    answer = handler.handler({"Records": records}, CONTEXT)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def people(world: World) -> dict[str, dict[str, Any]]:
    found = [json.loads(item["profile"]["S"]) for item in world.items() if item["kind"]["S"] == "attendee"]
    return {profile.get("email", ""): profile for profile in found}


def tickets(world: World) -> dict[str, str]:
    return {item["sk"]["S"]: item["status"]["S"] for item in world.items() if item["kind"]["S"] == "ticket"}


def test_what_is_pointed_at_is_fetched_and_stored(world: World, pretix: Platform) -> None:
    assert notify(world) == (202, {"changed": 0, "reason": ""})
    assert people(world) == {}
    assert fetch(world, pretix) == []
    assert people(world)["ada@example.org"]["name"] == "Ada Example"
    assert tickets(world) == {"pretix#23442": "registered", "pretix#23443": "registered", "pretix#23445": "cancelled"}
    assert {authorization for _, authorization in pretix.asked} == {"Token s3cret-token"}


def test_a_repeated_notification_changes_nothing(world: World, pretix: Platform) -> None:
    notify(world)
    fetch(world, pretix)
    before = world.items()
    notify(world)
    fetch(world, pretix)
    assert world.items() == before


@pytest.mark.parametrize("status", [429, 500, 503, 401, 403, 302])
def test_a_platform_that_does_not_answer_is_asked_again(world: World, pretix: Platform, status: int) -> None:
    notify(world)
    pretix.status = status
    assert fetch(world, pretix) == ["0"]
    assert people(world) == {}
    pretix.status = 200
    assert fetch(world, pretix) == []
    assert "ada@example.org" in people(world)


def test_without_a_token_the_message_waits_until_there_is_one(world: World, pretix: Platform) -> None:
    notify(world)
    boto3.client("ssm").delete_parameter(Name="/icebreaker/test/tokens/democon/pretix")
    assert fetch(world, pretix) == ["0"]
    assert pretix.asked == []


def test_when_the_queue_does_not_take_it_the_platform_is_told_to_try_again(
    world: World, pretix: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("POINTER_QUEUE_URL", "https://sqs.eu-west-1.amazonaws.com/123456789012/nosuch")
    with pytest.raises(Exception, match=r"QueueDoesNotExist|NonExistentQueue"):
        notify(world)


@pytest.mark.parametrize("headers", [{"authorization": "wrong"}, {"authorization": "Bearer "}])
def test_a_wrong_token_points_at_nothing(world: World, pretix: Platform, headers: dict[str, str]) -> None:
    assert notify(world, **headers)[0] == 401
    assert waiting() == []


def test_a_position_that_goes_to_somebody_else_takes_nobodys_yes_along(world: World, pretix: Platform) -> None:
    notify(world)
    fetch(world, pretix)
    (order_path,) = [path for path in pretix.answers if "/orders/" in path]
    order = pretix.answers[order_path]
    order["last_modified"] = "2026-05-03T10:00:00Z"
    order["positions"][0] |= {"attendee_name": "Cleo Sample", "attendee_email": "cleo@example.com"}
    notify(world)
    fetch(world, pretix)
    cleo, ada = people(world)["cleo@example.com"], people(world)["ada@example.org"]
    assert "identities" not in cleo
    assert "consent" not in cleo
    assert "tickets" not in ada


def test_answers_of_an_earlier_holder_do_not_come_back_with_the_next_change(world: World, pretix: Platform) -> None:
    test_a_position_that_goes_to_somebody_else_takes_nobodys_yes_along(world, pretix)
    (order_path,) = [path for path in pretix.answers if "/orders/" in path]
    order = pretix.answers[order_path]
    order["last_modified"] = "2026-05-04T10:00:00Z"
    order["positions"][0]["company"] = "Elsewhere Ltd"
    notify(world)
    fetch(world, pretix)
    assert "consent" not in people(world)["cleo@example.com"]
    order["last_modified"] = "2026-05-05T10:00:00Z"
    order["positions"][0]["answers"][0]["answer"] = "@cleo@fosstodon.org"
    notify(world)
    fetch(world, pretix)
    cleo = people(world)["cleo@example.com"]
    assert cleo["identities"][0][1] == "cleo@fosstodon.org"
    assert cleo["consent"][0] == ["introduce"]


def test_an_address_put_right_keeps_what_was_answered(world: World, pretix: Platform) -> None:
    notify(world)
    fetch(world, pretix)
    (order_path,) = [path for path in pretix.answers if "/orders/" in path]
    pretix.answers[order_path]["last_modified"] = "2026-05-03T10:00:00Z"
    pretix.answers[order_path]["positions"][0]["attendee_email"] = "ada.example@example.org"
    notify(world)
    fetch(world, pretix)
    assert people(world)["ada.example@example.org"]["consent"][0] == ["introduce"]


def test_an_anonymized_customer_is_forgotten_and_does_not_come_back(world: World, pretix: Platform) -> None:
    notify(world)
    fetch(world, pretix)
    earlier = dict(pretix.answers)
    pretix.answers = json.loads((FIXTURES / "pretix-customer-anonymized.api.json").read_text())
    assert notify(world, "pretix-customer-anonymized")[0] == 202
    assert fetch(world, pretix) == []
    assert "ada@example.org" not in people(world)
    assert "Ada" not in str(world.items())
    pretix.answers = earlier
    notify(world)
    fetch(world, pretix)
    assert "ada@example.org" not in people(world)


def test_our_own_format_can_ask_to_forget_somebody_too(world: World, pretix: Platform) -> None:
    world.post(registered("ann"))
    erased = {"type": "registration.erased", "timestamp": datetime.now(UTC).isoformat(), "data": {"reference": "T-ann"}}
    assert world.post(erased)[0] == 202
    assert fetch(world, pretix) == []
    assert "ann@example.org" not in str(world.items())


def test_cvent_may_ask_whether_we_are_here(world: World) -> None:
    world.secrets.add_webhook_secret("democon", "cvent", TOKEN)
    assert world.deliver(b"", {"authorization": TOKEN}, platform="cvent", method="GET")[0] == 200
    assert world.deliver(b"", {"authorization": "x"}, platform="cvent", method="GET")[0] == 401
    assert world.deliver(b"", {"authorization": TOKEN}, platform="luma", method="GET")[0] == 404


def test_zoom_gets_the_answer_it_asks_for(world: World) -> None:
    world.secrets.add_webhook_secret("democon", "zoom", "secret")
    body = (FIXTURES / "zoom-url-validation.json").read_bytes()
    headers = registrations.sign("zoom", body, "secret", delivery_id="1", now=datetime.now(UTC))
    status, answer = world.deliver(body, headers, platform="zoom")
    assert status == 200
    assert set(answer) == {"plainToken", "encryptedToken"}
