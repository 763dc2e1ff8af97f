"""What SES says of a mail comes back by its topic and has its consequences."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest

from infra.local import LocalStack
from shared import storage
from shared.attendees import address_hash_of
from shared.events import Event
from shared.introductions import Channel, Introduction, State
from shared.notifications.receipts import tags_of
from shared.services import Outcome, Secrets, send_email
from shared.storage import deliverability, introductions
from tests.democon import EVENT
from tests.pipeline.test_end_to_end import wait_for

NOW = datetime(2026, 5, 29, 9, tzinfo=UTC)


@pytest.fixture
def event(stack: LocalStack) -> Event:
    event = replace(EVENT, event_id="receiptcon")
    storage.connect(stack.outputs["TableName"])
    if storage.events.load(event.event_id) is None:
        secrets = Secrets(stack.outputs["SecretsPath"])
        secrets.ensure_hashing_key()
        secrets.ensure_suppression_key()
        storage.events.create(event)
    return event


def configuration_set(stack: LocalStack) -> str:
    resource = stack.client("cloudformation").describe_stack_resource(
        StackName=stack.stack_name, LogicalResourceId="ReceiptsConfigurationSet"
    )
    return str(resource["StackResourceDetail"]["PhysicalResourceId"])


def send(stack: LocalStack, event: Event, attendee_id: str, address: str) -> None:
    """Send a mail as the function does; nobody knows whether it went out."""
    introductions.add(event, Introduction(event.event_id, attendee_id, "first", Channel.EMAIL, (), State.PARKED, NOW))
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "hello@icebreaker.example", address, "Hello"
    mail.set_content("Hello")
    tags = tags_of(event.event_id, attendee_id, "first")
    assert send_email(mail, to=address, configuration_set=configuration_set(stack), tags=tags).outcome is Outcome.TAKEN


@pytest.mark.parametrize(
    ("mailbox", "state", "suppressed", "bounced", "complained"),
    [
        ("success", State.DELIVERED, False, 0, 0),
        ("bounce", State.BOUNCED, True, 1, 0),
        ("complaint", State.DELIVERED, True, 0, 1),
    ],
)
def test_a_mail_comes_back_as_what_became_of_it(
    stack: LocalStack, event: Event, mailbox: str, state: State, suppressed: bool, bounced: int, complained: int
) -> None:
    before = deliverability.load(event)
    address = f"{mailbox}@simulator.amazonses.com"
    send(stack, event, mailbox, address)
    hashed = address_hash_of(address, Secrets(stack.outputs["SecretsPath"]).suppression_key())

    def arrived() -> bool:
        introduction = introductions.load(event, mailbox, "first")
        health = deliverability.load(event)
        counted = (health.bounced - before.bounced, health.complained - before.complained)
        return introduction is not None and introduction.state is state and counted == (bounced, complained)

    wait_for(arrived, f"the receipt of {mailbox}")
    assert deliverability.is_suppressed([hashed]) is suppressed
    assert "simulator.amazonses.com" not in stack.function_logs("ReceiveReceiptsFunction")
