"""The organizer's way in, and the first page: who gets in, for how long, and that only buttons of ours act."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.meter import metered
from infra.meter.sample import storage_client
from shared import storage
from shared.events import Event, Wave
from shared.introductions import Answer, Part, Side, State
from shared.pages import HEADERS
from shared.pipeline import event_progress
from tests.handlers.conftest import CONTEXT, World
from tests.handlers.organizers import HOME, OrganizerBrowser
from tests.handlers.pages import NOW, UPCOMING, Browser, attendee, keep, meet, tell

YES, NO = Side(Answer.YES, NOW), Side(Answer.NOT_NOW, NOW)


@pytest.fixture
def browser(world: World) -> OrganizerBrowser:
    storage.events.update(UPCOMING)
    boto3.client("scheduler").create_schedule_group(Name="waves")
    return OrganizerBrowser(world)


class TestWayIn:
    def test_the_link_shows_a_button_and_only_the_button_signs_in(self, browser: OrganizerBrowser) -> None:
        asked = browser.get(browser.link())
        assert "Sign in" in asked.text
        assert browser.cookies == {}
        seen = browser.sign_in()
        assert seen.status == 200
        assert "Overview" in seen.text

    def test_the_session_is_a_cookie_that_no_script_and_no_other_site_and_no_other_event_gets(
        self, browser: OrganizerBrowser
    ) -> None:
        link = browser.link()
        answer = browser.post(link, {"form": browser.get(link).field("form")})
        name, *attributes = answer.headers["Set-Cookie"].split("; ")
        assert name.startswith("icebreaker-organizer=")
        assert attributes == ["Path=/o/democon", "Max-Age=43200", "HttpOnly", "Secure", "SameSite=Strict"]

    def test_a_sign_in_without_the_form_s_field_only_asks_again(self, browser: OrganizerBrowser) -> None:
        assert browser.post(browser.link(), {}).status == 200
        assert browser.cookies == {}

    def test_who_is_not_signed_in_sees_the_same_page_whether_or_not_there_is_such_an_event(
        self, browser: OrganizerBrowser
    ) -> None:
        unknown = browser.get(HOME.replace("democon", "no-such-event"))
        for seen in (browser.get(), browser.get(f"{HOME}/anything"), browser.post(f"{HOME}/pause", {"form": "x"})):
            assert (seen.status, re.sub(r"(\.\./)+|\./", "", seen.body)) == (
                403,
                re.sub(r"(\.\./)+|\./", "", unknown.body),
            )
        assert not storage.deliverability.load(UPCOMING).paused

    @pytest.mark.parametrize("hours", [-1, 0])
    def test_a_link_that_is_over_signs_nobody_in(self, browser: OrganizerBrowser, hours: int) -> None:
        assert browser.get(browser.link(hours=hours)).status == 403

    def test_another_event_s_session_is_refused(self, browser: OrganizerBrowser) -> None:
        storage.events.create(replace(UPCOMING, event_id="othercon"))
        browser.sign_in()
        assert browser.get(HOME.replace("democon", "othercon")).status == 403
        assert browser.get(browser.link().replace("democon", "othercon")).status == 403

    def test_an_attendee_s_link_and_a_sign_in_link_are_no_session(
        self, browser: OrganizerBrowser, world: World
    ) -> None:
        for address in (Browser(world).links_of("a" * 16).page(), browser.link()):
            browser.cookies["icebreaker-organizer"] = address.rpartition("/")[2]
            assert browser.get().status == 403

    def test_a_session_ends_after_twelve_hours(
        self, browser: OrganizerBrowser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        browser.sign_in()
        monkeypatch.setattr("shared.pipeline.organizer.session.SESSION", timedelta(0))
        answer = browser.post(browser.link(), {"form": browser.get(browser.link()).field("form")})
        assert answer.status in (200, 303)
        browser.sign_in()
        assert browser.get().status == 403

    @pytest.mark.parametrize("revoke", [True, False])
    def test_a_change_of_the_keys_ends_every_session(self, browser: OrganizerBrowser, *, revoke: bool) -> None:
        browser.sign_in()
        assert browser.get().status == 200
        # Of an hour ago: by then every process knows of it.
        browser.world.secrets.rotate_link_keys(revoke=revoke, now=NOW.timestamp() + 1)
        boto3.client("ssm")
        long_ago = NOW.timestamp() - 3600
        value = boto3.client("ssm").get_parameter(Name="/icebreaker/test/link-keys", WithDecryption=True)
        words = value["Parameter"]["Value"].split()
        older = [f"{int(long_ago) - 60 * n}.{word.partition('.')[2]}" for n, word in enumerate(words)]
        boto3.client("ssm").put_parameter(
            Name="/icebreaker/test/link-keys", Value=" ".join(older), Type="SecureString", Overwrite=True
        )
        assert browser.get().status == 403

    def test_signing_out_lets_the_browser_forget_the_session(self, browser: OrganizerBrowser) -> None:
        browser.sign_in()
        assert browser.press("sign-out").status == 403
        assert browser.cookies["icebreaker-organizer"] == ""

    def test_several_cookies_of_one_name_do_not_lock_anybody_out(self, browser: OrganizerBrowser) -> None:
        browser.sign_in()
        good = browser.cookies["icebreaker-organizer"]
        browser.cookies = {"icebreaker-organizer": f"made-up; icebreaker-organizer={good}"}
        assert browser.get().status == 200


class TestEveryPage:
    def test_a_form_of_another_site_does_nothing(self, browser: OrganizerBrowser) -> None:
        browser.sign_in()
        for fields in ({}, {"form": "made-up"}, {"form": browser.get(browser.link()).field("form")}):
            assert browser.post(f"{HOME}/pause", fields).status == 400
        assert not storage.deliverability.load(UPCOMING).paused

    def test_no_get_acts(self, browser: OrganizerBrowser) -> None:
        browser.sign_in()
        before = browser.world.items()
        for rest in ("pause", "resume", "sign-out"):
            assert browser.get(f"{HOME}/{rest}").status == 404
        assert browser.world.items() == before

    def test_every_answer_has_the_security_headers_and_no_script(self, browser: OrganizerBrowser) -> None:
        for seen in (browser.get(), browser.get(browser.link()), browser.sign_in(), browser.get(f"{HOME}/nothing")):
            assert HEADERS.items() <= seen.headers.items()
            assert "script-src 'self'" in seen.headers["Content-Security-Policy"]
            assert "<script" not in seen.body
            assert "style=" not in seen.body

    @settings(
        max_examples=60,
        deadline=None,
        suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    )
    @given(rest=st.text(max_size=40), body=st.binary(max_size=200), cookie=st.text(max_size=60), inside=st.booleans())
    def test_whatever_is_sent_is_answered(
        self, browser: OrganizerBrowser, rest: str, body: bytes, cookie: str, *, inside: bool
    ) -> None:
        if inside:
            browser.cookies = {}
            browser.sign_in()
        else:
            browser.cookies = {"icebreaker-organizer": cookie}
        path = rest.encode("utf-8", "replace").decode()
        assert browser.get(f"{HOME}/{path}").status < 500
        assert browser.post(f"{HOME}/{path}", body).status < 500


class TestOverview:
    def test_it_counts_people_and_pairs(self, browser: OrganizerBrowser) -> None:
        for name in ("ann", "mack", "zoe"):
            keep(attendee(name))
        keep(attendee("mute", agreed=frozenset()))
        tell("ann", (Part.TOLD, "mack"))
        tell("mack", (Part.TOLD, "ann"))
        meet("ann", "mack", sides=(YES, YES))
        text = browser.sign_in().text
        assert "registered 4 100 %" in text
        assert "agreed to be introduced 3 75 %" in text
        assert "were told of somebody 2 50 %" in text
        assert "both would like to meet, or met 1 100 %" in text

    def test_each_night_is_counted_and_shown_as_a_table_that_a_script_draws(
        self, browser: OrganizerBrowser, world: World
    ) -> None:
        keep(attendee("ann"))
        browser.sign_in()
        first = browser.get()
        assert "From the first one on" in first.text
        assert "<script" not in first.body
        with metered(storage_client()) as meter:
            assert world.handler("match_attendees").handler({}, CONTEXT) == {}
        assert meter.write_units == 1
        [(tonight, counts)] = storage.progress.load_all(UPCOMING)
        assert (counts["registered"], counts["agreed"], counts["met"]) == (1, 1, 0)
        storage.progress.note(UPCOMING, tonight - timedelta(days=1), {"registered": 1200, "agreed": 7})
        keep(attendee("mack"))
        seen = browser.get()
        before, today = seen.body.split("<time ")[1:]
        assert re.findall(r"<td>([\d,]+)</td>", before) == ["1,200", "7", "0", "0", "0", "0"]
        assert re.findall(r"<td>([\d,]+)</td>", today)[:6] == ["2", "2", "0", "0", "0", "0"]
        assert re.findall(r'<script src="[./]*static/(\w+)[^"]*" defer></script>', seen.body) == ["uPlot", "progress"]

    def test_a_night_counts_every_event_until_a_week_after_its_end_whatever_becomes_of_one(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        storage.events.update(UPCOMING)
        for event_id, ended in (("broken", 0), ("justover", 6), ("longover", 8)):
            at = NOW - timedelta(days=ended)
            begins = at - timedelta(days=1)
            waves = (Wave("first", begins - timedelta(days=1)),)
            storage.events.create(replace(UPCOMING, event_id=event_id, starts_at=begins, ends_at=at, waves=waves))
        count = event_progress.funnel

        def funnel(event: Event) -> event_progress.Funnel:
            if event.event_id == "broken":
                raise RuntimeError
            return count(event)

        monkeypatch.setattr(event_progress, "funnel", funnel)
        assert event_progress.note_progress(storage.events.load_all(), now=NOW) == 2
        days = {each.event_id: len(list(storage.progress.load_all(each))) for each in storage.events.load_all()}
        assert days == {"democon": 1, "broken": 0, "justover": 1, "longover": 0}

    def test_a_no_cannot_be_told_from_silence(self, browser: OrganizerBrowser) -> None:
        for name in ("ann", "mack"):
            keep(attendee(name))
            tell(name, (Part.TOLD, "mack" if name == "ann" else "ann"))
        meeting = meet("ann", "mack")
        browser.sign_in()
        before = browser.get().text
        storage.meetings.change(UPCOMING, meeting.pair, lambda m: m.answered(m.a, Answer.NEVER, now=NOW))
        assert browser.get().text == before

    def test_pausing_holds_back_and_going_on_publishes_what_waited(self, browser: OrganizerBrowser) -> None:
        keep(attendee("ann"))
        tell("ann", (Part.TOLD, "mack"), state=State.PUBLISHED)
        browser.sign_in()
        assert "Paused" in browser.press("pause").text
        assert storage.deliverability.load(UPCOMING).paused
        assert "goes on" in browser.press("resume").text
        assert not storage.deliverability.load(UPCOMING).paused
        from moto.core import DEFAULT_ACCOUNT_ID
        from moto.sns.models import sns_backends

        topic = sns_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].topics["arn:aws:sns:eu-west-1:123456789012:introductions"]
        assert len(topic.sent_notifications) == 1
