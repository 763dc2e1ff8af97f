"""Links of mails: what a button does, that nothing happens without one, and that a no stays with whoever said it."""

from __future__ import annotations

import re
from collections.abc import Set
from dataclasses import replace
from datetime import timedelta
from itertools import product
from typing import Any, Final
from urllib.parse import urljoin

import boto3
import pytest

from infra.rehearsal.readers import buttons
from shared import storage
from shared.introductions import (
    Answer,
    Channel,
    Closeness,
    Introduction,
    Meeting,
    MeetingState,
    Mention,
    Outcome,
    Part,
    Side,
    Stage,
    State,
)
from shared.notifications import compose_email
from shared.pipeline.write_letter import write_letter
from tests.handlers.conftest import World
from tests.handlers.pages import BASE, NOW, UPCOMING, Browser, Seen, attendee, keep, meet, stored, tell


@pytest.fixture
def browser(world: World) -> Browser:
    storage.events.update(UPCOMING)
    for name in ("ann", "mack", "zoe"):
        keep(attendee(name))
    return Browser(world)


def page_of(browser: Browser, name: str) -> Seen:
    return browser.get(browser.links_of(name.ljust(16, "a")).page())


def link(browser: Browser, name: str, meeting: Meeting, answer: Answer | Outcome) -> str:
    return browser.links_of(name.ljust(16, "a")).answer(meeting.reference, answer)


def numbers(page: Seen) -> dict[str, str]:
    """Which number stands on each card."""
    return dict(re.findall(r'id="about-([0-9a-f]+)".*?<h3>[^(]*\(([^)]*)\)', page.body, re.DOTALL))


class TestAnswers:
    @pytest.mark.parametrize("answer", [*Answer])
    def test_following_a_link_does_nothing_and_its_button_does_at_once(self, browser: Browser, answer: Answer) -> None:
        tell("ann", (Part.TOLD, "mack"))
        meeting = meet("ann", "mack")
        before = browser.world.items()
        asked = browser.get(link(browser, "ann", meeting, answer))
        assert asked.status == 200
        assert browser.world.items() == before
        seen = browser.press(asked)
        assert stored(meeting).side(attendee("ann").attendee_id).answer is answer
        assert seen.status == 200
        assert "Mack" in seen.text

    @pytest.mark.parametrize("answer", [*Answer])
    def test_a_button_behind_a_link_says_why_it_asks_again_and_where_the_page_is(
        self, browser: Browser, answer: Answer
    ) -> None:
        tell("ann", (Part.TOLD, "mack"))
        asked = browser.get(link(browser, "ann", meet("ann", "mack"), answer))
        assert "One more tap, so that no mail program answers for you." in asked.text
        [onward] = re.findall(r'<a href="([^"]+)">To your page</a>', asked.body)
        assert urljoin(asked.address, onward) == browser.links_of(attendee("ann").attendee_id).page()
        assert ("A no is never passed on." in asked.text) is (answer is not Answer.YES)

    def test_people_asked_about_in_the_same_words_keep_their_numbers_whatever_is_answered(
        self, browser: Browser
    ) -> None:
        tell("ann", (Part.ASKED, "mack"), (Part.ASKED, "zoe"))
        meetings = [meet("ann", name, Stage.ASKED) for name in ("mack", "zoe")]
        page = page_of(browser, "ann")
        assert "Each is somebody else; you can say yes to any or all." in page.text
        before = numbers(page)
        assert sorted(before.values()) == ["1 of 2", "2 of 2"]
        assert numbers(browser.press(page, "/answer", about=meetings[0].reference, answer="not_now")) == before

    def test_an_answer_is_given_on_the_page_too_and_can_be_changed(self, browser: Browser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        meeting = meet("ann", "mack")
        page = page_of(browser, "ann")
        page = browser.press(page, "/answer", about=meeting.reference, answer="yes")
        assert "You would like to meet." in page.text
        page = browser.press(page, "/answer", about=meeting.reference, answer="not_now")
        assert "You said: not now." in page.text
        assert stored(meeting).side(attendee("ann").attendee_id).answer is Answer.NOT_NOW

    def test_when_both_said_yes_after_the_last_wave_one_more_is_called_for(self, browser: Browser) -> None:
        boto3.client("scheduler").create_schedule_group(Name="waves")
        storage.events.update(replace(UPCOMING, waves=UPCOMING.waves[:1]))
        for reader, other in (("ann", "mack"), ("mack", "ann")):
            tell(reader, (Part.TOLD, other))
        meeting = meet("ann", "mack")
        for reader in ("ann", "mack"):
            browser.press(browser.get(link(browser, reader, meeting, Answer.YES)))
        [schedule] = boto3.client("scheduler").list_schedules(GroupName="waves")["Schedules"]
        assert "at-once" in schedule["Name"]

    @pytest.mark.parametrize("no", [Answer.NOT_NOW, Answer.NEVER])
    @pytest.mark.parametrize(("part", "stage"), [(Part.TOLD, Stage.TOLD), (Part.ASKED, Stage.ASKED)])
    def test_a_no_is_never_told(self, browser: Browser, no: Answer, part: Part, stage: Stage) -> None:
        tell("ann", (part, "mack"))
        tell("mack", (part, "ann"))
        meeting = meet("ann", "mack", stage)
        silent = page_of(browser, "ann").body
        browser.press(browser.get(link(browser, "mack", meeting, no)))
        assert page_of(browser, "ann").body == silent
        said_yes = browser.press(page_of(browser, "ann"), "/answer", about=meeting.reference, answer="yes").body
        assert "both" not in said_yes.partition('class="state"')[2].partition("</p>")[0] or "If they" in said_yes

    def test_both_who_want_to_meet_are_shown_so(self, browser: Browser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        tell("mack", (Part.TOLD, "ann"))
        meeting = meet("ann", "mack")
        browser.press(browser.get(link(browser, "mack", meeting, Answer.YES)))
        browser.press(browser.get(link(browser, "ann", meeting, Answer.YES)))
        assert stored(meeting).state is MeetingState.AGREED
        assert "You both would like to meet." in page_of(browser, "ann").text

    def test_who_is_asked_about_is_not_named(self, browser: Browser) -> None:
        tell("ann", (Part.ASKED, "mack"))
        meeting = meet("ann", "mack", Stage.ASKED)
        for seen in (page_of(browser, "ann"), browser.get(link(browser, "ann", meeting, Answer.YES))):
            assert "mack" not in seen.body.lower()
        browser.press(browser.get(link(browser, "ann", meeting, Answer.YES)))
        assert stored(meeting).side(attendee("ann").attendee_id).answer is Answer.YES

    def test_the_name_is_confirmed_by_a_yes_and_the_other_sees_nothing(self, browser: Browser) -> None:
        tell("ann", (Part.CONFIRM, "mack"))
        meeting = meet("ann", "mack", Stage.CONFIRMING, confirmer=attendee("ann").attendee_id)
        assert "Is Mack who you know?" in browser.get(link(browser, "ann", meeting, Answer.YES)).text
        seen = browser.press(browser.get(link(browser, "ann", meeting, Answer.YES)))
        assert "You said that you know them." in seen.text
        assert stored(meeting).confirmed_at is not None
        assert "Ann" not in page_of(browser, "mack").text.replace("Hello Mack", "")

    def test_nothing_counts_before_it_went_out(self, browser: Browser) -> None:
        tell("ann", (Part.TOLD, "mack"), state=State.PUBLISHED)
        meeting = meet("ann", "mack")
        assert "Mack" not in page_of(browser, "ann").text
        assert browser.get(link(browser, "ann", meeting, Answer.YES)).status == 404
        page = page_of(browser, "ann")
        assert browser.press(page, "/answer", about=meeting.reference, answer="yes").status == 404
        assert stored(meeting) == meeting

    def test_nobody_answers_about_people_they_were_never_told_of(self, browser: Browser) -> None:
        meeting = meet("mack", "zoe")
        page = page_of(browser, "ann")
        assert browser.press(page, "/answer", about=meeting.reference, answer="yes").status == 404
        assert stored(meeting) == meeting

    def test_who_was_never_named_was_not_met(self, browser: Browser) -> None:
        tell("ann", (Part.ASKED, "mack"))
        meeting = meet("ann", "mack", Stage.ASKED)
        page = page_of(browser, "ann")
        assert browser.press(page, "/answer", about=meeting.reference, answer="met").status == 404

    def test_who_withdrew_is_named_no_more(self, browser: Browser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        meeting = meet("ann", "mack")
        keep(attendee("mack", agreed=frozenset()))
        seen = page_of(browser, "ann")
        assert "Mack" not in seen.text
        assert "One person we told you about is no longer listed here." in seen.text
        assert browser.get(link(browser, "ann", meeting, Answer.YES)).status == 404


# What each part asks; a yes goes with every no.
ASKS: Final = {
    Part.TOLD: {Answer.YES, Answer.NOT_NOW, Answer.NEVER},
    Part.CONFIRM: {Answer.YES, Answer.NEVER},
    Part.ASKED: {Answer.YES, Answer.NOT_NOW},
    Part.FOLLOW_UP: {Outcome.MET, Outcome.MISSED},
}
STAGES: Final = {Part.CONFIRM: Stage.CONFIRMING, Part.ASKED: Stage.ASKED}


def offered_by_mail(browser: Browser, part: Part) -> Set[Answer | Outcome] | None:
    """The answers about Mack in a mail to Ann; None where it is not sent."""
    mention = Mention(part, attendee("mack").attendee_id)
    told = Introduction(
        UPCOMING.event_id, attendee("ann").attendee_id, "second", Channel.EMAIL, (mention,), State.PUBLISHED, NOW
    )
    draft = write_letter(UPCOMING, told, links=browser.links_of(told.attendee_id), now=NOW)
    if draft is None:
        return None
    mail = compose_email(draft.letter, to=draft.to.email, sender="hello@icebreaker.example", sender_name="We", now=NOW)
    return {button.answer for button in buttons(mail)}


def offered_on_the_page(browser: Browser) -> Set[str]:
    return set(re.findall(r'name="answer" value="([a-z_]+)"', page_of(browser, "ann").body))


class TestEveryQuestion:
    """A card that asks offers its yes and its no, whatever its reader said before."""

    @pytest.mark.parametrize("part", ASKS)
    def test_in_a_mail(self, browser: Browser, part: Part) -> None:
        ann = attendee("ann").attendee_id
        meeting = meet("ann", "mack", STAGES.get(part, Stage.TOLD), closeness=Closeness.NEW, confirmer=ann)
        sent = []
        for mine, theirs in product((None, *Answer), repeat=2):
            now = replace(stored(meeting), sides=(Side(mine, NOW), Side(theirs, NOW)))
            assert storage.meetings.save(UPCOMING, now)
            offered = offered_by_mail(browser, part)
            if part is Part.TOLD and now.both_want:
                assert offered == set()  # nothing is left to ask: they meet
            elif offered is not None:
                assert offered == ASKS[part], (mine, theirs)
                sent.append((mine, theirs))
        assert (None, None) in sent
        assert ((Answer.YES, Answer.YES) in sent) == (part in (Part.CONFIRM, Part.FOLLOW_UP))

    @pytest.mark.parametrize(
        ("part", "mine"), [(part, mine) for part in (Part.TOLD, Part.CONFIRM, Part.ASKED) for mine in (None, *Answer)]
    )
    def test_on_the_page(self, browser: Browser, part: Part, mine: Answer | None) -> None:
        """What was said already can be taken back, and what was not can be said."""
        tell("ann", (part, "mack"))
        facts: dict[str, Any] = {"sides": (Side(mine, NOW), Side()), "confirmer": attendee("ann").attendee_id}
        meet("ann", "mack", STAGES.get(part, Stage.TOLD), **facts)
        offered = offered_on_the_page(browser)
        assert ("yes" in offered) == (mine is not Answer.YES or part is Part.CONFIRM)
        assert bool(offered & {"never", "not_now"}) == (mine in (None, Answer.YES))

    @pytest.mark.parametrize("mine", [None, *Answer])
    def test_a_yes_to_the_name_is_called_so_whatever_was_said_before(
        self, browser: Browser, mine: Answer | None
    ) -> None:
        tell("ann", (Part.CONFIRM, "mack"))
        ann = attendee("ann").attendee_id
        meeting = meet("ann", "mack", Stage.CONFIRMING, confirmer=ann, sides=(Side(mine, NOW), Side(Answer.YES, NOW)))
        assert "Yes, I know them" in page_of(browser, "ann").text
        assert "Is Mack who you know?" in browser.get(link(browser, "ann", meeting, Answer.YES)).text

    def test_whoever_said_yes_without_a_name_confirms_it_by_the_mail_and_the_meeting_goes_on(
        self, browser: Browser
    ) -> None:
        tell("ann", (Part.ASKED, "mack"))
        tell("ann", (Part.CONFIRM, "mack"), wave="second")
        ann, both = attendee("ann").attendee_id, (Side(Answer.YES, NOW), Side(Answer.YES, NOW))
        meeting = meet("ann", "mack", Stage.CONFIRMING, closeness=Closeness.LIKELY, confirmer=ann, sides=both)
        assert stored(meeting).next_stage is None
        browser.press(browser.get(link(browser, "ann", meeting, Answer.YES)))
        assert stored(meeting).next_stage is Stage.TOLD


class TestTheEnd:
    def test_following_the_link_ends_nothing_and_its_button_ends_all(self, browser: Browser) -> None:
        stop = browser.links_of(attendee("ann").attendee_id).stop()
        before = browser.world.items()
        asked = browser.get(stop)
        assert browser.world.items() == before
        assert browser.press(asked).status == 200
        ann = storage.attendees.load(UPCOMING, attendee("ann").attendee_id)
        assert ann is not None
        assert ann.consent is not None
        assert (ann.consent.purposes, ann.consent.given_by) == (frozenset(), "person")

    @pytest.mark.parametrize(
        ("content_type", "body"),
        [
            ("application/x-www-form-urlencoded", b"List-Unsubscribe=One-Click"),
            (
                "multipart/form-data; boundary=b",
                b'--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n',
            ),
        ],
    )
    def test_one_click_of_a_mail_program_ends_the_messages_without_cookie_or_redirect(
        self, browser: Browser, content_type: str, body: bytes
    ) -> None:
        stop = browser.links_of(attendee("ann").attendee_id).stop()
        assert browser.post(stop, body, **{"content-type": content_type}).status == 200
        ann = storage.attendees.load(UPCOMING, attendee("ann").attendee_id)
        assert ann is not None
        assert not ann.may_be_named
        assert browser.post(stop, body, **{"content-type": content_type}).status == 200

    def test_one_click_is_for_the_end_of_messages_alone(self, browser: Browser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        meeting = meet("ann", "mack")
        one_click = b"List-Unsubscribe=One-Click"
        assert browser.post(link(browser, "ann", meeting, Answer.NEVER), one_click).status == 400
        page = browser.links_of(attendee("ann").attendee_id).page()
        assert browser.post(f"{page}/stop", one_click).status == 400
        assert stored(meeting) == meeting

    def test_a_link_to_stop_shows_nothing_of_the_page(self, browser: Browser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        meet("ann", "mack")
        stop = browser.links_of(attendee("ann").attendee_id).stop()
        for address in (stop, f"{stop}/data.json", f"{stop}/everybody"):
            assert "Mack" not in browser.get(address).body
        assert browser.get(f"{stop}/everybody").status == 404

    def test_a_form_without_its_hidden_field_does_nothing(self, browser: Browser) -> None:
        stop = browser.links_of(attendee("ann").attendee_id).stop()
        before = browser.world.items()
        assert browser.post(stop, b"").status == 400
        assert browser.post(stop, {"form": "guessed"}).status == 400
        assert browser.world.items() == before


class TestBadLinks:
    def test_every_link_that_is_good_for_nothing_gets_the_same_page(self, browser: Browser) -> None:
        page = browser.links_of(attendee("ann").attendee_id).page()
        unknown = browser.links_of("nobodynobodyaaaa").page()
        seen = [
            browser.get(address)
            for address in (
                page[:-1] + ("A" if page[-1] != "A" else "B"),
                page.replace("democon", "othercon"),
                unknown,
                f"{BASE}/e/democon/x",
                f"{BASE}/e",
                f"{page}/no-such-thing",
            )
        ]
        assert {each.status for each in seen} == {404}
        assert len({each.text for each in seen}) == 1
        assert "DemoCon" not in seen[0].text

    def test_an_expired_link_is_gone(self, browser: Browser) -> None:
        links = replace(browser.links_of(attendee("ann").attendee_id), expires=(NOW - timedelta(days=2)).date())
        assert browser.get(links.page()).status == 410

    def test_the_page_that_says_so_is_in_the_browser_s_language(self, browser: Browser) -> None:
        seen = browser.get(f"{BASE}/e/democon/x", **{"accept-language": "de-AT,de;q=0.9,en;q=0.8"})
        assert "Dieser Link führt nirgendwohin" in seen.text
