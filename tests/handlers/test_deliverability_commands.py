"""What an organizer's engineer types when an event's mails fare badly."""

import re

import pytest
from typer.testing import CliRunner

from infra.cli import app as commands
from infra.cli.deployment import Deployment
from shared.attendees import address_hash_of
from shared.events import Deliverability
from shared.storage import deliverability
from shared.storage.deliverability import Suppression
from tests.democon import EVENT, START
from tests.handlers.conftest import ENVIRONMENT, World


@pytest.fixture(autouse=True)
def deployment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Deployment(
        "icebreaker", {"ApiUrl": "https://api.example", "TopicArn": ENVIRONMENT["TOPIC_ARN"]}, world.secrets
    )
    monkeypatch.setattr("infra.cli.deployment.find_deployment", lambda _: found)


def icebreaker(*arguments: str) -> str:
    result = CliRunner().invoke(commands.app, arguments, env={"COLUMNS": "200"}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def row(printed: str, what: str) -> str:
    found = re.search(rf"{what}\s*│\s*(.*?)\s*│", printed)
    assert found, printed
    return found[1]


def test_status_says_how_messages_fare_why_the_event_is_paused_and_what_to_type() -> None:
    for _ in range(200):
        deliverability.count_sent(EVENT)
    deliverability.count(EVENT, Suppression.COMPLAINED, attendee_id="a", wave="first")
    deliverability.take_text_message(EVENT)
    printed = icebreaker("status", "democon")
    assert [row(printed, what) for what in ("mails taken by SES", "bounced for good", "complaints")] == [
        "200",
        "0",
        "1",
    ]
    assert (row(printed, "text messages"), row(printed, "their cost")) == ("1", "$0.08 of $20.00")
    assert "Paused" not in printed
    deliverability.judge(EVENT, now=START)
    printed = icebreaker("status", "democon")
    assert "Paused since 2026-06-01 09:00: 1 of 200 mails were reported as unwanted: 0.50 %" in printed
    assert "icebreaker event resume democon" in printed


def test_an_event_is_paused_by_hand_and_goes_on() -> None:
    assert "is paused" in icebreaker("event", "pause", "democon")
    assert "was paused already" in icebreaker("event", "pause", "democon")
    assert "by hand" in icebreaker("status", "democon")
    assert "goes on" in icebreaker("event", "resume", "democon")
    assert "was not paused" in icebreaker("event", "resume", "democon")
    assert deliverability.load(EVENT) == Deliverability()


def test_an_address_that_was_put_right_is_written_to_again(world: World) -> None:
    hashed = address_hash_of("ann@example.org", world.secrets.suppression_key())
    deliverability.suppress(hashed, Suppression.BOUNCED, now=START)
    icebreaker("attendees", "unsuppress", "Ann@example.org")
    assert not deliverability.is_suppressed([hashed])
