"""What an organizer sees and does of waves, the network and attendees: and what stays the attendees' own."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from shared import storage
from shared.introductions import Answer, Outcome, Part, Side, Stage, State
from shared.introductions.selection import Reason
from shared.pipeline.organizer.waves import REASON_WORDS
from shared.pipeline.plan_introductions import plan_introductions, preview
from shared.services import create_schedules
from tests.handlers.conftest import EVENT, World
from tests.handlers.organizers import HOME, OrganizerBrowser
from tests.handlers.pages import NOW, UPCOMING, attendee, keep, meet, tell
from tests.handlers.steps import answer, bring, register, run_wave
from tests.handlers.test_manage_event import SCHEDULING

YES = Side(Answer.YES, NOW)


def schedules() -> dict[str, str]:
    client = boto3.client("scheduler")
    names = [each["Name"] for each in client.list_schedules(GroupName="waves")["Schedules"]]
    return {n: client.get_schedule(GroupName="waves", Name=n)["ScheduleExpression"] for n in names}


@pytest.fixture
def browser(world: World) -> OrganizerBrowser:
    storage.events.update(UPCOMING)
    boto3.client("scheduler").create_schedule_group(Name="waves")
    create_schedules(UPCOMING, scheduling=SCHEDULING, now=NOW)
    browser = OrganizerBrowser(world)
    browser.sign_in()
    return browser


class TestWaves:
    def test_past_waves_show_what_became_of_their_messages(self, browser: OrganizerBrowser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        tell("mack", (Part.TOLD, "ann"), state=State.PARKED)
        text = browser.get(f"{HOME}/waves").text
        assert "first" in text
        assert "1 sent, 1 unclear" in text

    def test_a_wave_is_held_back_and_let_go_again(self, browser: OrganizerBrowser) -> None:
        before = schedules()
        assert "held back" in browser.press("waves/second/hold").text
        assert set(schedules()) == {"democon.follow-up"}
        assert "at its time again" in browser.press("waves/second/release").text
        assert schedules() == before

    def test_sending_now_is_asked_first_and_moves_the_schedule(self, browser: OrganizerBrowser) -> None:
        before = schedules()
        assert "Send “second” now?" in browser.get(f"{HOME}/waves/second/send").text
        assert schedules() == before
        assert "within a minute" in browser.press("waves/second/send").text
        assert schedules()["democon.second"] != before["democon.second"]

    @pytest.mark.parametrize("rest", ["preview", "send"])
    def test_a_wave_that_the_event_has_not_is_nothing_to_look_at(self, browser: OrganizerBrowser, rest: str) -> None:
        assert browser.get(f"{HOME}/waves/third/{rest}").status == 404
        assert browser.press("waves/third/send").status == 404
        assert browser.press("waves/third/hold").status == 404


class TestPreview:
    @pytest.fixture
    def met(self, world: World) -> World:
        """Two who list each other, two of whom one lists the other, two who share acquaintances."""
        register(world, "ann", "mack", "zoe", "bob", "eve")
        bring(world, "ann", "mack", "zoe", "x1", "x2", "x3")
        bring(world, "mack", "ann")
        bring(world, "eve", "x1", "x2", "x3")
        return world

    def test_a_preview_says_what_the_wave_then_does_and_stores_nothing(self, met: World) -> None:
        for wave in ("first", "second"):
            before = met.items()
            seen = preview(EVENT, wave, now=datetime.now(UTC))
            assert met.items() == before
            done = plan_introductions(EVENT, wave, publish=lambda _: set(), now=datetime.now(UTC))
            assert (seen.parts, len(seen.messages), seen.without) == (done.parts, done.planned, done.without)
            if wave == "first":
                assert seen.parts
                answer("ann", "zoe", Answer.YES)
                answer("zoe", "ann", Answer.YES)

    def test_the_page_shows_to_whom_and_how_many_and_not_whom(self, met: World) -> None:
        boto3.client("scheduler").create_schedule_group(Name="waves")
        browser = OrganizerBrowser(met)
        browser.sign_in()
        run_wave(met, "first")
        before = met.items()
        seen = browser.get(f"{HOME}/waves/second/preview")
        assert seen.status == 200
        assert met.items() == before
        page = browser.get(f"{HOME}/waves/follow-up/preview")
        assert page.status == 200

    def test_who_is_asked_about_whom_is_on_no_page(self, met: World) -> None:
        boto3.client("scheduler").create_schedule_group(Name="waves")
        browser = OrganizerBrowser(met)
        browser.sign_in()
        text = browser.get(f"{HOME}/waves/first/preview").text
        assert "Ann" in text
        assert "introduced by name" in text
        people = text[text.index("People in the message") :]
        assert people.count("Mack") == 1  # their own line, and not that of whom they know

    def test_every_reason_to_hear_of_nobody_has_words(self) -> None:
        assert set(REASON_WORDS) == set(Reason)

    def test_a_large_event_has_no_preview_and_says_so(self, world: World) -> None:
        storage.events.create(replace(UPCOMING, event_id="largecon", shards=5))
        assert "too large" in visit_of(world, "largecon", "waves/second/preview")


def visit_of(world: World, event_id: str, rest: str) -> str:
    browser = OrganizerBrowser(world)
    boto3.client("scheduler").create_schedule_group(Name="waves")
    link = browser.link(event_id)
    browser.post(link, {"form": browser.get(link).field("form")})
    return browser.get(f"{HOME.replace('democon', event_id)}/{rest}").text


class TestNetwork:
    def test_it_draws_points_without_names_and_lines_by_state(self, browser: OrganizerBrowser) -> None:
        for name in ("ann", "mack", "zoe"):
            keep(attendee(name))
        meet("ann", "mack", sides=(YES, YES))
        meet("ann", "zoe")
        seen = browser.get(f"{HOME}/network")
        assert seen.body.count("<circle") == 3
        assert seen.body.count('class="agreed"') == 2  # the line, and the legend
        assert not any(name in seen.body for name in ("Ann", "Mack", "Zoe", "aaaa"))

    def test_a_no_looks_like_silence(self, browser: OrganizerBrowser) -> None:
        for name in ("ann", "mack"):
            keep(attendee(name))
        meeting = meet("ann", "mack")
        before = browser.get(f"{HOME}/network").body
        storage.meetings.change(UPCOMING, meeting.pair, lambda m: m.answered(m.a, Answer.NEVER, now=NOW))
        assert browser.get(f"{HOME}/network").body == before
        storage.meetings.change(UPCOMING, meeting.pair, lambda m: m.with_outcome(m.b, Outcome.MISSED, now=NOW))
        assert browser.get(f"{HOME}/network").body == before

    def test_who_is_only_asked_or_has_not_agreed_is_counted_at_most(self, browser: OrganizerBrowser) -> None:
        for name in ("ann", "mack"):
            keep(attendee(name))
        keep(attendee("mute", agreed=frozenset()))
        meet("ann", "mack", Stage.ASKED)
        meet("ann", "mute")
        seen = browser.get(f"{HOME}/network")
        assert "<circle" not in seen.body
        assert "being asked first 1" in seen.text

    def test_more_people_than_can_be_drawn_are_counted(
        self, browser: OrganizerBrowser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("shared.pipeline.organizer.network.MOST_POINTS", 1)
        for name in ("ann", "mack"):
            keep(attendee(name))
        meet("ann", "mack")
        assert "more than a drawing shows well" in browser.get(f"{HOME}/network").text


class TestAttendees:
    @pytest.fixture(autouse=True)
    def people(self, browser: OrganizerBrowser) -> None:
        for name in ("ann", "mack"):
            keep(attendee(name, email=f"{name}@example.org"))

    def test_they_are_found_by_name_and_by_address(self, browser: OrganizerBrowser) -> None:
        for wanted in ("ANN", "ann@example"):
            seen = browser.press("attendees", q=wanted)
            assert "ann@example.org" in seen.text
            assert "mack@example.org" not in seen.text
        assert "Nobody is called so" in browser.press("attendees", q="nobody").text

    def test_who_was_told_of_nobody_is_listed_with_the_reason(self, browser: OrganizerBrowser) -> None:
        keep(attendee("zoe"))
        keep(attendee("mute", agreed=frozenset()))
        meet("ann", "mack", Stage.ASKED)
        seen = browser.get(f"{HOME}/attendees/without").text
        assert "was asked, and nothing has come of it so far 2" in seen
        assert "shares nothing with anybody here that may be used 1" in seen
        assert "Zoe zoe@example.org shares nothing" in seen
        assert "Mute" not in seen

    @pytest.mark.parametrize("stage", [Stage.ASKED, Stage.CONFIRMING, Stage.TOLD])
    @pytest.mark.parametrize("no", [Answer.NEVER, Answer.NOT_NOW])
    def test_a_no_moves_nobody_into_that_list_or_within_it(
        self, browser: OrganizerBrowser, stage: Stage, no: Answer
    ) -> None:
        meeting = meet("ann", "mack", stage)
        before = browser.get(f"{HOME}/attendees/without").body
        storage.meetings.change(UPCOMING, meeting.pair, lambda m: m.answered(m.a, no, now=NOW))
        assert browser.get(f"{HOME}/attendees/without").body == before

    def test_their_links_are_on_no_page(self, browser: OrganizerBrowser) -> None:
        ann = attendee("ann").attendee_id
        for rest in ("attendees", f"attendees/{ann}"):
            assert "/e/" not in browser.get(f"{HOME}/{rest}").body

    def test_one_s_page_says_what_they_agreed_to_and_what_they_were_sent(self, browser: OrganizerBrowser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        text = browser.get(f"{HOME}/attendees/{attendee('ann').attendee_id}").text
        assert "be introduced yes" in text
        assert "when they registered" in text
        assert "first sent" in text
        assert "Mack" not in text

    def test_an_agreement_ends_after_a_second_step(self, browser: OrganizerBrowser) -> None:
        ann = person_at(browser, "ann")
        assert "End everything" in browser.get(f"{HOME}/attendees/{ann}/withdraw").text
        assert agreed(ann)
        assert "It holds" in browser.press(f"attendees/{ann}/withdraw").text
        assert not agreed(ann)

    def test_whoever_is_forgotten_has_their_uploads_forgotten_too(self, browser: OrganizerBrowser) -> None:
        bob, s3 = person_at(browser, "bob"), boto3.client("s3")
        for folder in ("uploads", "rejects"):
            s3.put_object(Bucket="uploads", Key=f"{folder}/democon/connections/{bob}/1/list.csv", Body=b"x")
        assert "Forgotten" in browser.press(f"attendees/{bob}/erase").text
        assert s3.list_objects_v2(Bucket="uploads")["KeyCount"] == 0

    def test_somebody_is_forgotten_after_a_second_step(self, browser: OrganizerBrowser) -> None:
        bob = person_at(browser, "bob")
        assert "Forget" in browser.get(f"{HOME}/attendees/{bob}/erase").text
        assert agreed(bob)
        assert "Forgotten" in browser.press(f"attendees/{bob}/erase").text
        assert browser.get(f"{HOME}/attendees/{bob}").status == 404
        assert "bob@example.org" not in json.dumps(browser.world.items(), default=str)


def person_at(browser: OrganizerBrowser, name: str) -> str:
    """Somebody who registered by the webhook, so that their id is made of their address."""
    register(browser.world, name, minute=1)
    return next(
        each.attendee_id
        for each in storage.attendees.load_all(UPCOMING)
        if each.email == f"{name}@example.org" and each.attendee_id != attendee(name).attendee_id
    )


def agreed(attendee_id: str) -> bool:
    found = storage.attendees.load(UPCOMING, attendee_id)
    return found is not None and found.may_be_named


def test_the_day_before_shows_as_the_event_s_clocks_do(browser: OrganizerBrowser) -> None:
    zone = replace(UPCOMING, time_zone="UTC")
    at = zone.waves[-1].at.astimezone(UTC)
    assert f"{at:%H:%M}" in browser.get(f"{HOME}/waves").text
    assert at > NOW + timedelta(days=1)
