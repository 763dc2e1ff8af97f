"""How messages fare: counted, judged, and kept from whoever does not want them."""

from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends
from pynamodb.exceptions import UpdateError

from shared import storage
from shared.attendees import address_hash_of
from shared.events import Deliverability
from shared.services import Outcome, send_email, send_text_message
from shared.storage import _table, deliverability, events
from shared.storage._table import HealthItem
from shared.storage.deliverability import Suppression
from tests.democon import EVENT, START
from tests.handlers.conftest import World

KEY = b"k" * 32
ANN = address_hash_of("ann@example.org", KEY)
pytestmark = pytest.mark.usefixtures("world")


def fare(sent: int, *, bounced: int = 0, complained: int = 0) -> None:
    for _ in range(sent):
        deliverability.count_sent(EVENT)
    for number in range(bounced):
        deliverability.count(EVENT, Suppression.BOUNCED, attendee_id=f"a{number}", wave="first")
    for number in range(complained):
        deliverability.count(EVENT, Suppression.COMPLAINED, attendee_id=f"a{number}", wave="first")


class TestCounting:
    def test_an_event_of_which_nothing_is_known_fares_well(self) -> None:
        assert deliverability.load(EVENT) == Deliverability()

    def test_a_receipt_that_comes_twice_counts_once(self) -> None:
        first = [deliverability.count(EVENT, Suppression.BOUNCED, attendee_id="a", wave="first") for _ in range(2)]
        deliverability.count(EVENT, Suppression.BOUNCED, attendee_id="a", wave="second")
        deliverability.count(EVENT, Suppression.COMPLAINED, attendee_id="a", wave="first")
        assert first == [True, False]
        assert deliverability.load(EVENT) == Deliverability(bounced=2, complained=1)

    def test_four_percent_of_two_hundred_pause_the_event_once_and_less_does_not(self) -> None:
        fare(200, bounced=7)
        assert not deliverability.judge(EVENT, now=START).just_paused
        deliverability.count(EVENT, Suppression.BOUNCED, attendee_id="last", wave="first")
        counted = deliverability.judge(EVENT, now=START)
        assert counted.just_paused
        assert (counted.health.paused_at, counted.health.bounced) == (START, 8)
        assert counted.health.paused_because.startswith("8 of 200 mails bounced")
        assert not deliverability.judge(EVENT, now=START + timedelta(hours=1)).just_paused
        assert deliverability.load(EVENT).paused_at == START

    def test_who_resumes_starts_counting_anew_and_what_was_spent_stays_spent(self) -> None:
        fare(200, bounced=8)
        deliverability.take_text_message(EVENT)
        deliverability.judge(EVENT, now=START)
        assert deliverability.resume(EVENT)
        assert not deliverability.resume(EVENT)
        assert deliverability.load(EVENT) == Deliverability(texts=1, text_cost=0.08)
        # Not even the same receipts, come again, pause it again.
        fare(0, bounced=8)
        assert not deliverability.judge(EVENT, now=START).health.paused

    def test_an_organizer_pauses_with_their_own_words_and_the_first_ones_stand(self) -> None:
        assert deliverability.pause(EVENT, "by the organizer", now=START)
        assert not deliverability.pause(EVENT, "again", now=START + timedelta(hours=1))
        health = deliverability.load(EVENT)
        assert (health.paused_because, health.paused_at) == ("by the organizer", START)

    def test_the_event_takes_its_counters_with_it(self, world: World) -> None:
        fare(1, bounced=1)
        events.delete(EVENT)
        assert world.items() == []


class TestAtTheSameMomentAsABounce:
    """DynamoDB refuses a plain write while a transaction writes the same item; neither stand-in here does."""

    @pytest.fixture
    def refusals(self, monkeypatch: pytest.MonkeyPatch) -> list[int]:
        """How many more writes are refused."""
        left = [0]
        update = HealthItem.update

        def refusing(item: HealthItem, *args: Any, **kwargs: Any) -> Any:
            if left[0]:
                left[0] -= 1
                answer = {"Error": {"Code": "TransactionConflictException", "Message": ""}}
                raise UpdateError("refused", ClientError(answer, "UpdateItem"))
            return update(item, *args, **kwargs)

        monkeypatch.setattr(HealthItem, "update", refusing)
        monkeypatch.setattr(_table, "wait_a_little", lambda _: None)
        return left

    def test_a_refused_write_is_repeated(self, refusals: list[int]) -> None:
        for write in (deliverability.count_sent, deliverability.take_text_message):
            refusals[0] = 2
            write(EVENT)
        assert deliverability.load(EVENT) == Deliverability(sent=1, texts=1, text_cost=0.08)

    def test_a_mail_that_cannot_be_counted_is_no_failure_and_a_price_that_cannot_be_taken_is(
        self, refusals: list[int]
    ) -> None:
        refusals[0] = 100
        deliverability.count_sent(EVENT)
        with pytest.raises(storage.Conflict):
            deliverability.take_text_message(EVENT)


class TestTheBudget:
    def test_text_messages_are_paid_for_until_the_budget_is_used_up(self) -> None:
        event = replace(EVENT, text_message_budget=0.3, text_message_price=0.1)
        assert [deliverability.take_text_message(event) for _ in range(5)] == [True, True, True, False, False]
        assert deliverability.load(event) == Deliverability(texts=3, text_cost=0.3)

    def test_what_did_not_go_out_is_put_back(self) -> None:
        event = replace(EVENT, text_message_budget=0.1, text_message_price=0.1)
        assert deliverability.take_text_message(event)
        deliverability.return_text_message(event)
        assert deliverability.load(event) == Deliverability()
        assert deliverability.take_text_message(event)

    def test_without_a_budget_there_are_no_text_messages(self) -> None:
        assert not deliverability.take_text_message(replace(EVENT, text_message_budget=0.0))


class TestSuppressedAddresses:
    def test_an_address_is_known_by_any_of_its_hashes(self) -> None:
        assert not deliverability.is_suppressed([ANN])
        deliverability.suppress(ANN, Suppression.BOUNCED, now=START)
        assert deliverability.is_suppressed([address_hash_of("ann@example.org", b"older key"), ANN])
        assert not deliverability.is_suppressed([address_hash_of("mack@example.org", KEY)])
        assert not deliverability.is_suppressed([])
        deliverability.unsuppress(ANN)
        assert not deliverability.is_suppressed([ANN])

    def test_it_is_kept_as_a_hash_for_four_hundred_days_and_nothing_else(self, world: World) -> None:
        before = world.items()
        deliverability.suppress(ANN, Suppression.COMPLAINED, now=START)
        deliverability.suppress(ANN, Suppression.BOUNCED, now=START + timedelta(days=9))
        [item] = [item for item in world.items() if item not in before]
        expires = int((START + timedelta(days=400)).timestamp())
        assert item == {
            "pk": {"S": f"SUPPRESSED#{ANN}"},
            "sk": {"S": "ADDRESS"},
            "kind": {"S": "suppressed"},
            "why": {"S": "complained"},
            "expires_at": {"N": str(expires)},
        }


class TestTheProvider:
    def test_a_mail_carries_the_tags_that_its_receipts_are_led_back_by(self, monkeypatch: pytest.MonkeyPatch) -> None:
        boto3.client("ses").create_configuration_set(ConfigurationSet={"Name": "receipts"})
        mail = EmailMessage()
        mail["From"], mail["To"], mail["Subject"] = "hello@icebreaker.example", "ann@example.org", "Hello"
        asked: dict[str, object] = {}
        from shared.services import mail as service

        sesv2 = service.client("sesv2", attempts=1)
        sesv2.meta.events.register(
            "provide-client-params.sesv2.SendEmail", lambda params, **_: asked.update(params) or params
        )
        attempt = send_email(
            mail,
            to="ann@example.org",
            configuration_set="receipts",
            tags={"event": "democon", "wave": "at-once-7", "bad": "no space", "long": "x" * 257, "empty": ""},
        )
        assert attempt.outcome is Outcome.TAKEN
        assert asked["ConfigurationSetName"] == "receipts"
        assert asked["EmailTags"] == [{"Name": "event", "Value": "democon"}, {"Name": "wave", "Value": "at-once-7"}]
        assert len(ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages) == 1

    def test_whoever_told_their_carrier_to_stop_gets_no_text_message(self) -> None:
        # moto holds every number that ends so for opted out.
        assert send_text_message("Hello", to="+33199000099").outcome is Outcome.OPTED_OUT
        assert send_text_message("Hello", to="+33199000010").outcome is Outcome.TAKEN
        assert len(sns_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sms_messages) == 1
