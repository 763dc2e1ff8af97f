"""What is put on the topic reaches those who filter for it, in the form that suits them."""

import json
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest

from shared.events import AT_ONCE
from shared.introductions import Channel, Introduction, Mention, Part, State
from shared.notifications import TopicMessage, WaveMessage
from shared.pipeline.tell_organizers import NotPublished, tell_organizers
from shared.services import publish
from shared.storage import introductions
from tests.handlers.conftest import CONTEXT, ENVIRONMENT, EVENT, World

TOPIC = ENVIRONMENT["TOPIC_ARN"]
INTRODUCTION = TopicMessage("democon", "abcdefgh", "first", "email", "en")
WAVE = WaveMessage("democon", "DemoCon", "first", 2, {"email": 2}, 2, 3, 0, 0, 0)


def subscribe(name: str, policy: dict[str, Any], protocol: str = "sqs") -> str:
    queue = boto3.client("sqs").create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:eu-west-1:123456789012:{name}"
    boto3.client("sns").subscribe(
        TopicArn=TOPIC,
        Protocol=protocol,
        Endpoint=arn,
        Attributes={"FilterPolicy": json.dumps(policy), "RawMessageDelivery": "true"},
    )
    return str(queue)


def received(queue: str) -> list[str]:
    answer = boto3.client("sqs").receive_message(QueueUrl=queue, MaxNumberOfMessages=10)
    return [message["Body"] for message in answer.get("Messages", [])]


def test_each_subscriber_gets_what_it_filters_for_and_reads_it(world: World) -> None:
    emails = subscribe("emails", {"channel": ["email"]})
    waves = subscribe("waves", {"kind": ["wave"]})
    others = subscribe("others", {"kind": ["wave"], "event": ["other"]})
    assert publish(TOPIC, [INTRODUCTION, WAVE]) == set()
    assert [TopicMessage.from_json(body) for body in received(emails)] == [INTRODUCTION]
    assert [WaveMessage.from_json(body) for body in received(waves)] == [WAVE]
    assert received(others) == []


def test_more_than_ten_messages_are_all_put_on_the_topic(world: World) -> None:
    emails = subscribe("emails", {"channel": ["email"]})
    assert publish(TOPIC, [INTRODUCTION] * 23) == set()
    assert sum(len(received(emails)) for _ in range(5)) == 23


def test_people_who_subscribe_get_a_sentence(world: World, monkeypatch: Any) -> None:
    from shared.services._clients import client

    calls: list[dict[str, Any]] = []
    monkeypatch.setattr(client("sns"), "publish_batch", lambda **call: calls.append(call) or {})
    publish(TOPIC, [WAVE])
    [entry] = calls[0]["PublishBatchRequestEntries"]
    assert (entry["MessageStructure"], entry["Subject"]) == ("json", "Icebreaker: democon, wave first")
    by_protocol = json.loads(entry["Message"])
    line = "DemoCon: the wave first goes out: 2 people hear of 3 acquaintances"
    assert by_protocol["email"] == by_protocol["sms"] == line
    assert json.loads(by_protocol["APNS"]) == {"aps": {"alert": line}}
    assert json.loads(by_protocol["GCM"])["fcmV1Message"]["message"]["notification"]["body"] == line


def run_wave(world: World, wave: str) -> None:
    world.handler("plan_introductions").handler({"event_id": "democon", "wave": wave}, CONTEXT)


def planned(to: str, wave: str) -> Introduction:
    told = (Mention(Part.TOLD, "mack"), Mention(Part.TOLD, "zoe"))
    return Introduction("democon", to, wave, Channel.EMAIL, told, State.PLANNED, datetime.now(UTC))


def test_after_a_wave_its_numbers_are_told_once_and_count_what_an_earlier_attempt_planned(world: World) -> None:
    waves = subscribe("waves", {"kind": ["wave"]})
    for introduction in (planned("ann", "first"), planned("bob", "first"), planned("ann", "second")):
        introductions.add(EVENT, introduction)
    run_wave(world, "first")
    [body] = received(waves)
    assert WaveMessage.from_json(body) == WaveMessage("democon", "DemoCon", "first", 2, {"email": 2}, 2, 4, 0, 0, 0)
    assert "ann" not in body.replace("planned", "").replace("channel", "")


def test_an_events_own_wave_is_told_of_without_news_and_those_between_are_not(world: World) -> None:
    waves = subscribe("waves", {"kind": ["wave"]})
    run_wave(world, "second")
    [body] = received(waves)
    assert WaveMessage.from_json(body).planned == 0
    run_wave(world, f"{AT_ONCE}-1")
    assert received(waves) == []


def test_a_wave_whose_numbers_the_topic_does_not_take_is_run_again(world: World) -> None:
    with pytest.raises(NotPublished):
        tell_organizers(EVENT, "first", publish=lambda _: {0})
