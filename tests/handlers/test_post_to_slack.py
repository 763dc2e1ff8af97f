"""A wave is told in the organizers' chat: once it is taken, with patience for a busy server, and never its address."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from shared.notifications import TopicMessage, UnreadableMessage, WaveMessage
from shared.pipeline.manage_event import Scheduling, delete_event
from shared.pipeline.post_to_slack import PATIENCE_S, Clock, NotTaken, post_to_slack, set_address
from shared.services.web import NotPublic, Opening, Unreachable, Web
from tests.handlers.conftest import CONTEXT, EVENT, World
from tests.unit.services.servers import http_server, raw_server

HOST = "hooks.chat.example"
ADDRESS = f"https://{HOST}/services/T0/B0/s3cret"
WAVE = WaveMessage("democon", "DemoCon & <Friends>", "first", 41, {"email": 41}, 41, 75, 12, 0, 0)
LINE = "DemoCon &amp; &lt;Friends&gt;: the wave first goes out: 41 people hear of 75 acquaintances, 12 are asked"


@dataclass
class Chat:
    """A server that takes incoming webhooks on this machine; its answers, one after another, and what it was told."""

    web: Web = field(default_factory=Web)
    answers: list[tuple[int, dict[str, str]]] = field(default_factory=list)
    posted: list[bytes] = field(default_factory=list)
    asked: list[tuple[str, str]] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)

    @property
    def clock(self) -> Clock:
        return Clock(lambda: datetime(2026, 5, 1, tzinfo=UTC), self.slept.append)

    @property
    def texts(self) -> list[str]:
        return [json.loads(body)["text"] for body in self.posted]


@pytest.fixture
def chat() -> Iterator[Chat]:
    here = Chat()

    def answer(path: str, headers: dict[str, str]) -> tuple[int, dict[str, str], bytes]:
        here.asked.append((path, headers["content-type"]))
        status, more = here.answers.pop(0) if here.answers else (200, {})
        return status, more, b"ok"

    with http_server(answer, posted=here.posted) as port:
        here.web = Web(allow={HOST: Opening("127.0.0.1", port)})
        yield here


def deliver(world: World, chat: Chat, message: str) -> Any:
    """Run the function on what SNS hands it."""
    handler = world.handler("post_to_slack")
    handler.web = chat.web
    return handler.handler({"Records": [{"EventSource": "aws:sns", "Sns": {"Message": message}}]}, CONTEXT)


def tell(world: World, chat: Chat) -> bool:
    return post_to_slack(WAVE, secrets=world.secrets, web=chat.web, clock=chat.clock)


def test_a_wave_is_told_in_one_line_in_which_nothing_commands(world: World, chat: Chat) -> None:
    world.secrets.set_slack_address("democon", ADDRESS)
    deliver(world, chat, WAVE.to_json())
    assert chat.texts == [LINE]
    assert chat.asked == [("/services/T0/B0/s3cret", "application/json")]


def test_an_event_that_wants_it_nowhere_is_told_nowhere(world: World, chat: Chat) -> None:
    deliver(world, chat, WAVE.to_json())
    world.secrets.set_slack_address("democon", ADDRESS)
    world.secrets.set_slack_address("democon", None)
    assert not tell(world, chat)
    assert chat.posted == []


def test_where_there_is_no_address_to_take_away_nothing_happens(world: World) -> None:
    world.secrets.set_slack_address("democon", None)
    assert world.secrets.slack_address("democon") is None


@pytest.mark.parametrize("text", ["", "{}", TopicMessage("democon", "abcdefgh", "first", "email", "en").to_json()])
def test_what_is_no_wave_is_never_posted_and_ends_among_the_dead_letters(world: World, chat: Chat, text: str) -> None:
    world.secrets.set_slack_address("democon", ADDRESS)
    with pytest.raises(UnreadableMessage):
        deliver(world, chat, text)
    assert chat.posted == []


@pytest.mark.parametrize("busy", [(429, {"Retry-After": "3"}), (503, {"Retry-After": "3"})])
def test_a_busy_server_is_given_the_time_that_it_asks_for(
    world: World, chat: Chat, busy: tuple[int, dict[str, str]]
) -> None:
    world.secrets.set_slack_address("democon", ADDRESS)
    chat.answers = [busy, busy]
    assert tell(world, chat)
    assert (chat.slept, chat.texts) == ([3, 3], [LINE] * 3)


def test_a_busy_server_that_names_no_time_is_given_a_second(world: World, chat: Chat) -> None:
    world.secrets.set_slack_address("democon", ADDRESS)
    chat.answers = [(429, {})]
    assert tell(world, chat)
    assert chat.slept == [1]


@pytest.mark.parametrize("seconds", ["3600", "15"])
def test_what_asks_for_more_than_our_patience_is_left_to_the_retry(world: World, chat: Chat, seconds: str) -> None:
    world.secrets.set_slack_address("democon", ADDRESS)
    chat.answers = [(429, {"Retry-After": seconds})] * 3
    with pytest.raises(NotTaken, match=f"{HOST} is busy"):
        tell(world, chat)
    assert sum(chat.slept) <= PATIENCE_S
    chat.answers = []
    assert tell(world, chat)


@pytest.mark.parametrize("status", [302, 400, 403, 404, 410, 500])
def test_a_server_that_says_no_is_an_error_that_names_it_and_not_the_address(
    world: World, chat: Chat, status: int
) -> None:
    world.secrets.set_slack_address("democon", ADDRESS)
    chat.answers = [(status, {"Location": "http://169.254.169.254/"})]
    with pytest.raises(NotTaken, match=f"{HOST} answered {status}") as caught:
        tell(world, chat)
    assert "s3cret" not in str(caught.value)
    assert (chat.slept, len(chat.posted)) == ([], 1)


def test_the_address_is_never_logged(
    world: World, chat: Chat, caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    world.secrets.set_slack_address("democon", ADDRESS)
    deliver(world, chat, WAVE.to_json())
    chat.answers = [(404, {})]
    with pytest.raises(NotTaken):
        deliver(world, chat, WAVE.to_json())
    logged = "".join((caplog.text, *capsys.readouterr()))
    assert "wave told" in logged
    assert f"{HOST} answered 404" in logged
    assert "s3cret" not in logged


def test_an_address_that_leads_inside_is_not_posted_to(world: World) -> None:
    world.secrets.set_slack_address("democon", ADDRESS)
    with pytest.raises(NotPublic):
        post_to_slack(WAVE, secrets=world.secrets, web=Web(resolve=lambda _: ["169.254.169.254"]))


def test_an_address_is_kept_as_a_secret_once_a_first_line_was_taken(world: World, chat: Chat) -> None:
    assert set_address(EVENT, ADDRESS, secrets=world.secrets, web=chat.web) == HOST
    assert chat.texts == ["DemoCon: each wave of introductions will be told here in one line."]
    name = "/icebreaker/test/subscribers/democon/slack"
    assert boto3.client("ssm").get_parameter(Name=name)["Parameter"]["Type"] == "SecureString"
    assert tell(world, chat)


@pytest.mark.parametrize("address", ["http://hooks.chat.example/s3cret", "https://10.0.0.1/s3cret", "s3cret", ""])
def test_an_address_that_is_not_public_https_is_refused_and_not_kept(world: World, chat: Chat, address: str) -> None:
    with pytest.raises(NotPublic) as caught:
        set_address(EVENT, address, secrets=world.secrets, web=chat.web)
    assert "s3cret" not in str(caught.value)
    assert world.secrets.slack_address("democon") is None


def test_an_address_where_nobody_takes_the_first_line_is_not_kept(world: World, chat: Chat) -> None:
    chat.answers = [(404, {})]
    with pytest.raises(NotTaken):
        set_address(EVENT, ADDRESS, secrets=world.secrets, web=chat.web)
    with raw_server(lambda _: None) as port, pytest.raises(Unreachable):
        set_address(EVENT, ADDRESS, secrets=world.secrets, web=Web(allow={HOST: Opening("127.0.0.1", port)}))
    assert world.secrets.slack_address("democon") is None


def test_with_the_event_the_address_is_forgotten(world: World) -> None:
    boto3.client("scheduler").create_schedule_group(Name="waves")
    world.secrets.set_slack_address("democon", ADDRESS)
    delete_event(EVENT, secrets=world.secrets, scheduling=Scheduling("waves", "arn:f", "arn:r", "arn:d"))
    assert world.secrets.slack_address("democon") is None
