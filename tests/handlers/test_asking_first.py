"""Nobody is named before both say yes; who agreed meets in a slot; who is told is told on both sides: as stories."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from types import SimpleNamespace
from typing import Any

import icalendar
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sns.models import sns_backends

from infra.rehearsal.readers import buttons
from shared import storage
from shared.attendees import Consent, address_hash_of
from shared.events import Wave
from shared.introductions import Answer, MeetingState, Outcome, Part, Stage, State
from shared.notifications import TopicMessage, day_hours
from shared.pipeline import send_notification
from shared.pipeline.event_progress import without_anyone
from shared.pipeline.manage_event import withdraw_attendee
from shared.pipeline.plan_introductions import plan_introductions, publish_waiting
from shared.registrations import Purpose
from shared.services._clients import client
from shared.slots import Slot
from shared.storage.deliverability import Suppression
from tests.handlers.conftest import EVENT, World, registered
from tests.handlers.steps import (
    answer,
    attendee,
    bring,
    introduction_of,
    letter_to,
    mails_to,
    match,
    meeting,
    register,
    run_wave,
    send,
    states,
    text_to,
    wave_goes_out,
)

MASTODON = b"Account address,Show boosts,Notify on new posts,Languages\n"


def follows(world: World, owner: str, *names: str) -> None:
    """Somebody's Mastodon export: a tie that goes one way."""
    rows = "".join(f"{name}@fosstodon.org,true,false,\n" for name in names)
    world.import_upload(world.upload("following_accounts.csv", MASTODON + rows.encode(), owner=f"{owner}@example.org"))


def comes(world: World, *names: str) -> None:
    for name in names:
        handles = {"mastodon": f"@{name}@fosstodon.org", "linkedin": f"linkedin.com/in/{name}"}
        assert world.post(registered(name, handles=handles))[0] == 200


def is_soon(*starts: timedelta) -> None:
    """The event is in three days, with a slot at each of these times after its start."""
    begin = datetime.now(EVENT.starts_at.tzinfo).replace(microsecond=0) + timedelta(days=3)
    slots = tuple(
        Slot(f"slot-{n}", begin + start, begin + start + timedelta(minutes=15), "the coffee bar", 5)
        for n, start in enumerate(starts)
    )
    waves = tuple(Wave(wave.name, begin - timedelta(days=2 - n)) for n, wave in enumerate(EVENT.waves))
    storage.events.update(replace(EVENT, starts_at=begin, ends_at=begin + timedelta(days=1), waves=waves, slots=slots))


@pytest.fixture
def one_way(world: World) -> World:
    """Ann follows Mack, who did not bring anything; the first wave went out."""
    comes(world, "ann", "mack")
    follows(world, "ann", "mack")
    match(world)
    assert wave_goes_out(world) == {"ann", "mack"}
    return world


class TestOneWayTies:
    def test_both_are_asked_without_a_name(self, one_way: World) -> None:
        assert "Somebody you follow on Mastodon" in text_to("ann")
        for name, other in (("ann", "Mack"), ("mack", "Ann")):
            assert other not in text_to(name)
            assert other.lower() not in letter_to(name).as_string().lower().replace(f"{name}@example.org", "")
        assert "Mastodon" not in text_to("mack")  # whom Ann follows is hers to tell

    def test_after_both_said_yes_the_claimed_handle_is_confirmed_and_then_both_are_told(self, one_way: World) -> None:
        answer("ann", "mack")
        answer("mack", "ann")
        assert wave_goes_out(one_way, "second") == {"ann"}
        assert "Mack" in text_to("ann")
        assert {button.answer for button in buttons(letter_to("ann"))} == {Answer.YES, Answer.NEVER}
        assert mails_to("mack")[1:] == []
        answer("ann", "mack")
        assert wave_goes_out(one_way, "at-once-1") == {"ann", "mack"}
        assert "Ann" in text_to("mack")
        found = meeting("ann", "mack")
        assert found is not None
        assert (found.stage, found.state) == (Stage.TOLD, MeetingState.AGREED)

    def test_who_says_no_is_not_named_and_the_other_hears_nothing(self, one_way: World) -> None:
        answer("ann", "mack")
        answer("mack", "ann", Answer.NOT_NOW)
        assert wave_goes_out(one_way, "second") == set()

    def test_a_no_that_comes_while_the_mail_is_in_the_queue_holds(self, one_way: World) -> None:
        answer("ann", "mack")
        answer("mack", "ann")
        messages = run_wave(one_way, "second")
        answer("mack", "ann", Answer.NEVER)
        send(one_way, messages)
        assert [len(mails_to(name)) for name in ("ann", "mack")] == [1, 1]
        assert introduction_of("ann", "second").state is State.RETRACTED


class TestClaimedHandles:
    def test_the_claimer_is_told_when_the_one_who_lists_them_confirmed(self, world: World) -> None:
        register(world, "ann", "mack")
        bring(world, "ann", "mack")
        match(world)
        assert wave_goes_out(world) == {"ann"}
        assert "Mack" in text_to("ann")
        assert wave_goes_out(world, "second") == set()
        answer("ann", "mack")
        assert wave_goes_out(world, "at-once-1") == {"ann", "mack"}
        assert "Ann" in text_to("mack")


class TestWhoIsGone:
    def told(self, world: World) -> None:
        is_soon()
        register(world, "ann", "mack")
        bring(world, "ann", "mack")
        bring(world, "mack", "ann")
        match(world)
        assert wave_goes_out(world) == {"ann", "mack"}

    def test_whoever_was_told_of_somebody_who_cancels_is_told_once_and_kindly(self, world: World) -> None:
        self.told(world)
        world.post(registered("mack", 9, kind="registration.cancelled"))
        match(world)
        assert wave_goes_out(world, "second") == {"ann"}
        assert "told you that Mack would be at DemoCon" in text_to("ann")
        assert wave_goes_out(world, "at-once-1") == set()

    def test_whoever_withdraws_is_retracted_without_a_name_or_a_reason(self, world: World) -> None:
        self.told(world)
        assert withdraw_attendee(EVENT, "mack@example.org", secrets=world.secrets, now=datetime.now(UTC))
        match(world)
        assert wave_goes_out(world, "second") == {"ann"}
        assert "Mack" not in text_to("ann")
        assert [m.part for m in introduction_of("ann", "second").said] == [Part.GONE]


class TestSlots:
    def agreed(self, world: World) -> None:
        is_soon(timedelta(hours=1), timedelta(hours=2))
        register(world, "ann", "mack")
        bring(world, "ann", "mack")
        bring(world, "mack", "ann")
        match(world)
        wave_goes_out(world)
        answer("ann", "mack")
        answer("mack", "ann")

    def invitation(self, name: str) -> icalendar.Calendar:
        part = next(p for p in letter_to(name).walk() if p.get_content_type() == "text/calendar")
        return icalendar.Calendar.from_ical(part.get_payload(decode=True))

    def test_who_both_want_to_meet_get_one_time_and_place_in_their_calendars(self, world: World) -> None:
        self.agreed(world)
        assert wave_goes_out(world, "second") == {"ann", "mack"}
        assert "the coffee bar" in text_to("ann")
        invitations = {name: self.invitation(name) for name in ("ann", "mack")}
        [starts] = {str(each.walk("VEVENT")[0]["DTSTART"].dt) for each in invitations.values()}
        assert {each["METHOD"] for each in invitations.values()} == {"REQUEST"}
        assert "mack@example.org" not in str(invitations["ann"].to_ical())
        assert starts

    def test_a_cancellation_takes_the_meeting_out_of_the_others_calendar(self, world: World) -> None:
        self.agreed(world)
        wave_goes_out(world, "second")
        before = self.invitation("ann").walk("VEVENT")[0]
        world.post(registered("mack", 9, kind="registration.cancelled"))
        match(world)
        assert wave_goes_out(world, "at-once-1") == {"ann"}
        after = self.invitation("ann")
        [event] = after.walk("VEVENT")
        assert (after["METHOD"], event["UID"]) == ("CANCEL", before["UID"])
        assert event["SEQUENCE"] > before["SEQUENCE"]


class TestTheMorningAfter:
    def test_each_is_asked_about_those_they_were_told_of_and_both_answers_make_a_meeting(self, world: World) -> None:
        register(world, "ann", "mack")
        bring(world, "ann", "mack")
        bring(world, "mack", "ann")
        match(world)
        wave_goes_out(world)
        assert wave_goes_out(world, "follow-up") == {"ann", "mack"}
        assert letter_to("ann")["Subject"].startswith("Did you meet")
        pair = tuple(sorted((attendee("ann").attendee_id, attendee("mack").attendee_id)))
        for each in pair:
            storage.meetings.change(
                EVENT, (pair[0], pair[1]), lambda m, who=each: m.with_outcome(who, Outcome.MET, now=datetime.now(UTC))
            )  # type: ignore[misc]
        found = meeting("ann", "mack")
        assert found is not None
        assert found.state is MeetingState.MET


class TestSharedAcquaintances:
    def test_two_who_share_acquaintances_are_asked_and_told_whom_they_both_know(self, world: World) -> None:
        register(world, "ann", "bea", "mack")
        bring(world, "ann", "mack", "stranger-1", "stranger-2")
        bring(world, "bea", "mack", "stranger-1", "stranger-2")
        bring(world, "mack", "ann", "bea")
        match(world)
        wave_goes_out(world)
        assert "you share" in text_to("ann")
        assert "Bea" not in text_to("ann")
        answer("ann", "bea")
        answer("bea", "ann")
        assert wave_goes_out(world, "second") == {"ann", "bea"}
        assert "You both know Mack" in text_to("ann")


class TestLinks:
    def test_every_mail_has_the_page_the_way_out_and_one_click_to_end_it(self, one_way: World) -> None:
        letter = letter_to("ann")
        assert letter["List-Unsubscribe"].startswith("<https://api.icebreaker.example/e/democon/")
        assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
        assert text_to("ann").count("https://api.icebreaker.example/e/democon/") >= 3


def test_a_wave_that_was_cut_short_tells_both_sides_when_it_runs_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    register(world, "ann", "mack")
    bring(world, "ann", "mack")
    bring(world, "mack", "ann")
    match(world)
    kept = storage.introductions.add
    calls: list[str] = []

    def cut_short(event: object, introduction: object) -> bool:
        calls.append("")
        if len(calls) == 2:
            raise RuntimeError("the function was killed")
        return kept(event, introduction)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(storage.introductions, "add", cut_short)
        with pytest.raises(RuntimeError):
            run_wave(world)
    assert wave_goes_out(world) == {"ann", "mack"}
    assert [len(mails_to(name)) for name in ("ann", "mack")] == [1, 1]


def friends(world: World) -> None:
    register(world, "ann", "mack")
    bring(world, "ann", "mack")
    bring(world, "mack", "ann")
    match(world)


def test_a_message_that_comes_before_it_is_noted_to_be_on_the_topic_is_sent(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    friends(world)
    with monkeypatch.context() as patched:
        patched.setattr(storage.introductions, "change_state", lambda *_, **__: False)
        messages = run_wave(world)
    assert introduction_of("ann").state is State.PLANNED
    assert send(world, messages) == []
    assert [len(mails_to(name)) for name in ("ann", "mack")] == [1, 1]


def test_a_claim_whose_answer_was_lost_comes_back_and_is_parked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    friends(world)
    messages = run_wave(world)
    kept = storage.introductions.change_state

    def twice(*given: Any, **more: Any) -> bool:
        return kept(*given, **more) and kept(*given, **more)  # as botocore does when it hears nothing

    with monkeypatch.context() as patched:
        patched.setattr(storage.introductions, "change_state", twice)
        assert len(send(world, messages)) == len(messages)
    assert states() == [State.SENDING, State.SENDING]
    monkeypatch.setattr(send_notification, "LONGEST_ATTEMPT", timedelta(0))
    assert send(world, messages) == []
    assert states() == [State.PARKED, State.PARKED]


def test_an_introduction_whose_write_was_answered_only_the_second_time_is_published(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    friends(world)
    kept = storage.introductions.add
    with monkeypatch.context() as patched:
        patched.setattr(storage.introductions, "add", lambda *given: kept(*given) and kept(*given))
        assert len(run_wave(world)) == 2


class TestBeforeItIsSent:
    """Asked at the moment of sending: paused, suppressed, day, money, opted out."""

    @pytest.fixture
    def texting(self, world: World, monkeypatch: pytest.MonkeyPatch) -> World:
        """Ann asked for text messages; she and Mack know each other both ways."""
        monkeypatch.setattr(day_hours, "FIRST", time(0))
        monkeypatch.setattr(day_hours, "LAST", time.max)
        is_soon()
        register(world, "mack")
        register(world, "ann", phone="+33199000010", agreed=["introduce", "connections", "text_messages"])
        bring(world, "ann", "mack")
        bring(world, "mack", "ann")
        match(world)
        return world

    def texts(self) -> list[Any]:
        return list(sns_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sms_messages.values())

    def test_while_an_event_is_paused_nothing_is_sent_and_afterwards_everything(self, texting: World) -> None:
        storage.deliverability.pause(EVENT, "because", now=datetime.now(UTC))
        messages = run_wave(texting)
        send(texting, messages)
        assert (self.texts(), mails_to("mack")) == ([], [])
        storage.deliverability.resume(EVENT)
        event = storage.events.load("democon")
        assert event is not None
        again: list[TopicMessage] = []
        publish_waiting(event, publish=lambda ready: again.extend(ready) or set(), now=datetime.now(UTC))  # type: ignore[func-returns-value]
        send(texting, [{"message": message.to_json()} for message in again])
        assert (len(self.texts()), len(mails_to("mack"))) == (1, 1)

    def test_nobody_writes_to_an_address_that_sent_a_mail_back(self, texting: World) -> None:
        spared = address_hash_of("mack@example.org", texting.secrets.suppression_key())
        storage.deliverability.suppress(spared, Suppression.BOUNCED, now=datetime.now(UTC))
        send(texting, run_wave(texting))
        assert mails_to("mack") == []
        assert introduction_of("mack").state is State.RETRACTED

    def test_at_night_a_text_message_waits_for_the_morning(
        self, texting: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        later = (datetime.now(UTC).hour + 2) % 24
        monkeypatch.setattr(day_hours, "FIRST", time(later))
        monkeypatch.setattr(day_hours, "LAST", time(later, 30))
        waits: list[dict[str, Any]] = []
        events = client("sqs").meta.events
        events.register("before-parameter-build.sqs.ChangeMessageVisibility", lambda params, **_: waits.append(params))
        done = SimpleNamespace(status_code=200, headers={}), {"ResponseMetadata": {}}
        events.register("before-call.sqs.ChangeMessageVisibility", lambda **_: done)
        [late] = send(texting, run_wave(texting))
        assert late
        assert self.texts() == []
        assert introduction_of("ann").state is State.PUBLISHED
        assert 0 < waits[0]["VisibilityTimeout"] <= 12 * 3600

    def test_when_the_money_for_text_messages_is_used_up_a_mail_says_it(self, texting: World) -> None:
        event = storage.events.load("democon")
        assert event is not None
        storage.events.update(replace(event, text_message_budget=0.05, text_message_price=0.08))
        send(texting, run_wave(texting))
        assert (self.texts(), len(mails_to("ann"))) == ([], 1)

    def test_who_told_their_carrier_to_stop_text_messages_gets_this_and_every_later_one_by_mail(
        self, texting: World
    ) -> None:
        # moto takes every number that ends in 99 for one that opted out.
        register(texting, "ann", minute=5, phone="+33199000099", agreed=["introduce", "connections", "text_messages"])
        send(texting, run_wave(texting))
        assert (self.texts(), len(mails_to("ann"))) == ([], 1)
        assert Purpose.TEXT_MESSAGES not in (attendee("ann").consent or Consent()).purposes
        assert attendee("ann").agreed(Purpose.INTRODUCE)
        assert storage.deliverability.load(EVENT).texts == 0


def test_whoever_has_nobody_is_listed_with_the_reason(world: World) -> None:
    is_soon()
    comes(world, "ann", "mack")
    register(world, "zoe")
    follows(world, "ann", "mack")
    match(world)
    reasons = {person.name: str(why).partition(",")[0] for person, why in without_anyone(EVENT)}
    assert reasons == {
        "Ann": "knows somebody",
        "Mack": "knows somebody",
        "Zoe": "shares nothing with anybody here that may be used",
    }
    wave_goes_out(world)
    answer("ann", "mack")
    assert {str(why).partition(",")[0] for person, why in without_anyone(EVENT) if person.name == "Ann"} == {
        "was asked"
    }
    answer("mack", "ann", Answer.NEVER)
    assert {str(why).partition(",")[0] for person, why in without_anyone(EVENT) if person.name == "Ann"} == {
        "was asked"
    }


def test_a_message_that_the_queue_brings_before_it_is_marked_as_published_is_sent(world: World) -> None:
    register(world, "ann", "mack")
    bring(world, "ann", "mack")
    bring(world, "mack", "ann")
    match(world)
    backwards: list[TopicMessage] = []

    def at_once(ready: Sequence[TopicMessage]) -> set[int]:
        backwards.extend(ready)
        send(world, [{"message": message.to_json()} for message in ready])
        return set()

    plan_introductions(EVENT, "first", publish=at_once, now=datetime.now(UTC))
    assert [len(mails_to(name)) for name in ("ann", "mack")] == [1, 1]
    assert {introduction_of(name).state for name in ("ann", "mack")} == {State.SENT}
