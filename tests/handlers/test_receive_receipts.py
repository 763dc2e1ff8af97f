"""From what SES says of a mail to what follows from it, through the real handler."""

import json
from datetime import timedelta
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from shared import storage
from shared.attendees import address_hash_of, attendee_id_of
from shared.introductions import Channel, Introduction, State
from shared.notifications.receipts import UnreadableReceipt, tags_of
from shared.pipeline.decide import stop_text_messages
from shared.registrations import Purpose
from shared.storage import attendees, connection_sets, deliverability, introductions
from shared.storage.deliverability import Suppression
from tests.democon import EVENT, START
from tests.handlers.conftest import CONTEXT, World, registered

PERMANENT = {"bounceType": "Permanent", "bounceSubType": "General"}


@pytest.fixture(autouse=True)
def alarm_topic(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALARM_TOPIC_ARN", boto3.client("sns").create_topic(Name="alarms")["TopicArn"])


def id_of(world: World, name: str) -> str:
    return attendee_id_of(EVENT.event_id, f"{name}@example.org", world.secrets.id_key(EVENT))


def tell(world: World, name: str, state: State = State.SENT) -> str:
    """An introduction of this person's that is on its way."""
    attendee_id = id_of(world, name)
    introductions.add(EVENT, Introduction(EVENT.event_id, attendee_id, "first", Channel.EMAIL, (), state, START))
    return attendee_id


def receipt(world: World, name: str, kind: str, event_id: str = EVENT.event_id, **objects: Any) -> None:
    mail = {
        "destination": [f"{name}@example.org"],
        "tags": {tag: [value] for tag, value in tags_of(event_id, id_of(world, name), "first").items()},
    }
    deliver(world, json.dumps({"eventType": kind, "mail": mail, **objects}))


def deliver(world: World, message: str) -> None:
    event = {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {"Message": message}}]}
    world.handler("receive_receipts").handler(event, CONTEXT)


def state_of(attendee_id: str) -> State | None:
    introduction = introductions.load(EVENT, attendee_id, "first")
    return introduction.state if introduction else None


def is_suppressed(world: World, name: str) -> bool:
    return deliverability.is_suppressed([address_hash_of(f"{name}@example.org", world.secrets.suppression_key())])


def alarms() -> list[tuple[str, str]]:
    """Subject and text of what was said on the alarm topic."""
    topics = sns_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].topics
    [topic] = [topic for arn, topic in topics.items() if arn.endswith(":alarms")]
    return [(subject, text) for _, text, subject, *_ in topic.sent_notifications]


class TestStates:
    @pytest.mark.parametrize("before", [State.SENDING, State.SENT, State.PARKED])
    @pytest.mark.parametrize(
        ("kind", "objects", "after"),
        [
            ("Delivery", {"delivery": {}}, State.DELIVERED),
            ("Bounce", {"bounce": PERMANENT}, State.BOUNCED),
            ("Complaint", {"complaint": {}}, State.DELIVERED),
        ],
    )
    def test_a_receipt_settles_what_is_on_its_way_and_what_was_parked(
        self, world: World, before: State, kind: str, objects: dict[str, Any], after: State
    ) -> None:
        attendee_id = tell(world, "ann", before)
        receipt(world, "ann", kind, **objects)
        assert state_of(attendee_id) is after

    def test_what_came_back_only_for_now_went_out_and_suppresses_nothing(self, world: World) -> None:
        parked, delivered = tell(world, "ann", State.PARKED), tell(world, "mack", State.DELIVERED)
        for name in ("ann", "mack"):
            receipt(world, name, "Bounce", bounce=PERMANENT | {"bounceType": "Transient"})
        assert (state_of(parked), state_of(delivered)) == (State.SENT, State.DELIVERED)
        assert not is_suppressed(world, "ann")
        assert deliverability.load(EVENT).bounced == 0

    def test_a_delivery_that_is_told_after_the_bounce_changes_nothing(self, world: World) -> None:
        attendee_id = tell(world, "ann")
        receipt(world, "ann", "Bounce", bounce=PERMANENT)
        receipt(world, "ann", "Delivery")
        assert state_of(attendee_id) is State.BOUNCED

    def test_what_is_none_of_ours_changes_nothing_and_what_is_malformed_is_tried_again(self, world: World) -> None:
        before = world.items()
        deliver(world, "Successfully validated SNS topic for Amazon SES event publishing.")
        deliver(world, '{"eventType": "Open"}')
        with pytest.raises(UnreadableReceipt, match="JSON"):
            deliver(world, "?")
        assert world.items() == before


class TestSuppression:
    def test_a_bounce_suppresses_the_address_at_every_event(self, world: World) -> None:
        tell(world, "ann")
        receipt(world, "ann", "Bounce", bounce=PERMANENT)
        # The hash knows of no event: whichever asks is answered the same.
        assert is_suppressed(world, "ann")
        assert not is_suppressed(world, "mack")
        assert deliverability.load(EVENT).bounced == 1

    def test_so_does_the_bounce_of_an_event_that_is_gone(self, world: World) -> None:
        receipt(world, "ann", "Bounce", event_id="gone", bounce=PERMANENT)
        assert is_suppressed(world, "ann")

    def test_it_outlives_the_event_and_the_person_as_a_hash_alone(self, world: World) -> None:
        tell(world, "ann")
        receipt(world, "ann", "Bounce", bounce=PERMANENT)
        storage.events.delete(EVENT)
        assert [item["kind"]["S"] for item in world.items()] == ["suppressed"]
        assert "ann@" not in json.dumps(world.items(), default=str)
        assert is_suppressed(world, "ann")

    def test_a_complaint_is_a_stop(self, world: World) -> None:
        world.post(registered("ann"))
        attendee_id = tell(world, "ann")
        receipt(world, "ann", "Complaint", complaint={"complaintFeedbackType": "abuse"})
        attendee = attendees.load(EVENT, attendee_id)
        assert attendee is not None
        assert not attendee.may_be_named
        assert list(connection_sets.load_of(EVENT, attendee_id)) == []
        assert is_suppressed(world, "ann")
        # Told again, nothing changes; and no registration brings them back.
        before = world.items()
        receipt(world, "ann", "Complaint", complaint={"complaintFeedbackType": "abuse"})
        assert [item for item in world.items() if "SUPPRESSED" not in item["pk"]["S"]] == [
            item for item in before if "SUPPRESSED" not in item["pk"]["S"]
        ]
        world.post(registered("ann", 9, agreed=["introduce", "connections"]))
        again = attendees.load(EVENT, attendee_id)
        assert again is not None
        assert not again.may_be_named


class TestPausing:
    def test_the_bounce_that_reaches_the_limit_pauses_the_event_and_says_so_once(self, world: World) -> None:
        for _ in range(200):
            deliverability.count_sent(EVENT)
        for number in range(7):
            receipt(world, f"gone{number}", "Bounce", bounce=PERMANENT)
        assert not deliverability.load(EVENT).paused
        assert alarms() == []
        for number in (7, 7, 8):
            receipt(world, f"gone{number}", "Bounce", bounce=PERMANENT)
        health = deliverability.load(EVENT)
        assert health.paused
        assert health.bounced == 9
        [(subject, text)] = alarms()
        assert subject == "Icebreaker: democon has paused itself"
        assert "8 of 200 mails bounced: 4.00 %" in text
        assert "icebreaker event resume democon" in text

    def test_the_two_hundredth_mail_may_come_after_the_last_bounce(self, world: World) -> None:
        for number in range(8):
            receipt(world, f"gone{number}", "Bounce", bounce=PERMANENT)
        for _ in range(200):
            deliverability.count_sent(EVENT)
        assert not deliverability.load(EVENT).paused
        receipt(world, "ann", "Delivery")
        assert deliverability.load(EVENT).paused

    def test_what_ses_held_back_by_itself_does_not_count(self, world: World) -> None:
        receipt(world, "ann", "Bounce", bounce=PERMANENT | {"bounceSubType": "OnAccountSuppressionList"})
        assert deliverability.load(EVENT).bounced == 0
        assert is_suppressed(world, "ann")


class TestTextMessages:
    def test_who_opted_out_gets_mails_and_keeps_all_else_they_said(self, world: World) -> None:
        world.post(registered("ann", phone="+33199000010", agreed=["introduce", "connections", "text_messages"]))
        attendee_id = id_of(world, "ann")
        key = world.secrets.hashing_key(EVENT)
        assert stop_text_messages(EVENT, attendee_id, hashing_key=key, now=START)
        attendee = attendees.load(EVENT, attendee_id)
        assert attendee is not None
        assert attendee.consent is not None
        assert attendee.consent.purposes == {Purpose.INTRODUCE, Purpose.CONNECTIONS}
        assert not stop_text_messages(EVENT, id_of(world, "nobody"), hashing_key=key, now=START)

    def test_what_was_opted_out_of_no_form_turns_on_again(self, world: World) -> None:
        everything = ["introduce", "connections", "text_messages"]
        world.post(registered("ann", phone="+33199000010", agreed=everything))
        key = world.secrets.hashing_key(EVENT)
        stop_text_messages(EVENT, id_of(world, "ann"), hashing_key=key, now=START)
        world.post(registered("ann", 9, phone="+33199000011", agreed=everything))
        attendee = attendees.load(EVENT, id_of(world, "ann"))
        assert attendee is not None
        assert attendee.consent is not None
        assert attendee.consent.purposes == {Purpose.INTRODUCE, Purpose.CONNECTIONS}

    def test_a_no_on_the_form_is_heard_after_it_too(self, world: World) -> None:
        world.post(registered("ann", phone="+33199000010", agreed=["introduce", "text_messages"]))
        key = world.secrets.hashing_key(EVENT)
        known = attendees.load(EVENT, id_of(world, "ann"))
        assert known is not None
        assert known.consent is not None
        stop_text_messages(
            EVENT, id_of(world, "ann"), hashing_key=key, now=known.consent.changed_at + timedelta(minutes=1)
        )
        world.post(registered("ann", 9, phone="+33199000010", agreed=[]))
        attendee = attendees.load(EVENT, id_of(world, "ann"))
        assert attendee is not None
        assert not attendee.may_be_named


def test_a_receipt_that_failed_half_way_is_finished_by_the_next_attempt(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.post(registered("ann"))
    attendee_id = tell(world, "ann")
    with monkeypatch.context() as broken:
        broken.setattr(attendees, "save_attendee", _killed)
        with pytest.raises(_Killed):
            receipt(world, "ann", "Complaint", complaint={})
    receipt(world, "ann", "Complaint", complaint={})
    attendee = attendees.load(EVENT, attendee_id)
    assert attendee is not None
    assert not attendee.may_be_named
    assert deliverability.load(EVENT).complained == 1
    assert not deliverability.count(EVENT, Suppression.COMPLAINED, attendee_id=attendee_id, wave="first")


class _Killed(BaseException):
    pass


def _killed(*_: Any, **__: Any) -> Any:
    raise _Killed
