"""What tests of the pipeline do and look at: register, bring connections, run waves, send, read the mails."""

import email
import json
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default
from typing import Any

from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends

from shared import storage
from shared.attendees import Attendee
from shared.introductions import Answer, Introduction, Meeting, State
from shared.pipeline.match_attendees import match_everybody
from shared.storage.imports import ImportReport
from tests.handlers.conftest import CONTEXT, EVENT, World, registered

LINKEDIN_HEADER = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"


def linkedin(*names: str) -> bytes:
    rows = [f"{name.title()},,https://www.linkedin.com/in/{name},,,,12 Mar 2024\n" for name in names]
    return (LINKEDIN_HEADER + "".join(rows)).encode()


def report(upload: str) -> ImportReport:
    found = storage.imports.load(EVENT, upload)
    assert found is not None
    return found


def attendee(name: str) -> Attendee:
    return next(a for a in storage.attendees.load_all(EVENT) if a.email == f"{name}@example.org")


def register(world: World, *names: str, minute: int = 0, **data: Any) -> None:
    for name in names:
        assert world.post(registered(name, minute, **data))[0] == 200


def bring(world: World, owner: str, *names: str) -> None:
    world.import_upload(world.upload("Connections.csv", linkedin(*names), owner=f"{owner}@example.org"))


def pairs() -> set[tuple[str, str]]:
    names = {a.attendee_id: a.email.partition("@")[0] for a in storage.attendees.load_all(EVENT)}
    return {tuple(sorted((names[m.a], names[m.b]))) for m in storage.matches.load_all(EVENT)}  # type: ignore[misc]


def run_wave(world: World, wave: str = "first") -> list[dict[str, Any]]:
    """Plan a wave; the messages that are on the topic because of it, as the queue would hand them over."""
    backend = sns_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"]
    topic = backend.topics["arn:aws:sns:eu-west-1:123456789012:introductions"]
    before = len(topic.sent_notifications)
    world.handler("plan_introductions").handler({"event_id": "democon", "wave": wave}, CONTEXT)
    sent_now = [{"message": sent[1], "attributes": sent[3]} for sent in topic.sent_notifications[before:]]
    return [each for each in sent_now if "attendee_id" in each["message"]]  # the wave's numbers are for its organizers


def send(world: World, messages: list[dict[str, Any]]) -> list[str]:
    """Hand messages to the sender; the ids of those that must come back."""
    records = [
        {"messageId": str(n), "receiptHandle": "r", "body": m["message"], "attributes": {}, "messageAttributes": {}}
        for n, m in enumerate(messages)
    ]
    answer = world.handler("send_notification").handler({"Records": records}, CONTEXT)
    return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]


def mails_to(name: str) -> list[Any]:
    sent = ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages
    return [message for message in sent if f"{name}@example.org" in str(message.destinations)]


def states() -> list[State]:
    return sorted(introduction.state for introduction in storage.introductions.load_all(EVENT))


def match(world: World) -> None:
    match_everybody(EVENT)


def letter_to(name: str, number: int = -1) -> EmailMessage:
    """A mail that somebody got, the last one unless a number says which."""
    message = email.message_from_string(mails_to(name)[number].raw_data, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_to(name: str, number: int = -1) -> str:
    """What a mail says in its plain text."""
    body = letter_to(name, number).get_body(("plain",))
    assert body is not None
    return " ".join(str(body.get_content()).split())


def meeting(one: str, other: str) -> Meeting | None:
    a, b = sorted((attendee(one).attendee_id, attendee(other).attendee_id))
    return storage.meetings.load(EVENT, [(a, b)]).get((a, b))


def answer(one: str, other: str, said: Answer = Answer.YES) -> None:
    """As if the link in the mail to the first had been followed."""
    a, b = sorted((attendee(one).attendee_id, attendee(other).attendee_id))
    me = attendee(one).attendee_id
    assert storage.meetings.change(EVENT, (a, b), lambda m: m.answered(me, said, now=datetime.now(UTC)))


def wave_goes_out(world: World, wave: str = "first") -> set[str]:
    """Run a wave and send all of it; the names of those who got a mail."""
    messages = run_wave(world, wave)
    assert not messages or send(world, messages) == []
    names = {a.attendee_id: a.email.partition("@")[0] for a in storage.attendees.load_all(EVENT)}
    return {names[json.loads(message["message"])["attendee_id"]] for message in messages}


def introduction_of(name: str, wave: str = "first") -> Introduction:
    found = storage.introductions.load(EVENT, attendee(name).attendee_id, wave)
    assert found is not None
    return found
