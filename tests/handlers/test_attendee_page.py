"""The attendee's page: what it shows, what it changes, and what none of its answers ever is."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from html import unescape
from typing import Any

import boto3
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.meter import metered
from infra.meter.sample import storage_client
from shared import storage
from shared.attendees import Consent, Said
from shared.attendees.attendee import MOST_LOOKS_A_DAY
from shared.attendees.consent import CONSENT_VERSION
from shared.connections import Relation
from shared.identities import Identity
from shared.introductions import Answer, Outcome, Part, Side
from shared.matching import Evidence, Listing
from shared.pages import HEADERS
from shared.registrations import Purpose
from shared.slots import Slot
from shared.storage.matches import ListingUpdate
from tests.handlers.conftest import World
from tests.handlers.pages import BASE, NOW, UPCOMING, Browser, Seen, attendee, keep, meet, stored, tell
from tests.handlers.test_prove_handles import internet
from tests.unit.proofs.answers import github

ANN = attendee("ann").attendee_id
SLOT = Slot("tue-1", UPCOMING.starts_at + timedelta(hours=1), UPCOMING.starts_at + timedelta(hours=2), "Coffee bar", 4)
MET = Side(Answer.YES, NOW, Outcome.MET, NOW)


@pytest.fixture
def browser(world: World) -> Browser:
    storage.events.update(replace(UPCOMING, slots=(SLOT,)))
    for name in ("ann", "mack", "zoe"):
        keep(attendee(name))
    return Browser(world)


def switches(browser: Browser) -> list[str]:
    """What the page says of each switch: when and how it was said."""
    body = page_of(browser, rest="/data").body
    return [unescape(text) for text in re.findall(r'<p id="said-[a-z_]+">([^<]*)</p>', body)]


def begun() -> None:
    """The event as it is while it takes place."""
    storage.events.update(
        replace(
            UPCOMING, starts_at=NOW - timedelta(hours=3), ends_at=NOW + timedelta(hours=9), waves=UPCOMING.waves[:1]
        )
    )


def page_of(browser: Browser, name: str = "ann", rest: str = "") -> Seen:
    return browser.get(browser.links_of(attendee(name).attendee_id).page() + rest)


def ann_now() -> Any:
    return storage.attendees.load(UPCOMING, ANN)


class TestPeople:
    def test_who_is_told_of_is_shown_with_company_and_initials(self, browser: Browser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        meet("ann", "mack")
        seen = page_of(browser)
        assert "Mack Works" in seen.text
        assert '<div class="initials" aria-hidden="true">M</div>' in seen.body

    def test_it_says_how_they_know_each_other_in_the_words_of_the_mails(self, browser: Browser) -> None:
        since = date(2023, 4, 1)
        follows = (Evidence("mastodon", Relation.FOLLOWS, since, "mastodon-following"),)
        mack = attendee("mack").attendee_id
        both_ways = (Listing(ANN, mack, follows), Listing(mack, ANN, follows))
        storage.matches.save(UPCOMING, [ListingUpdate(each, 1, 1) for each in both_ways])
        keep(attendee("mack", identities=(Identity("mastodon", "mack@example.social"),)))
        tell("ann", (Part.TOLD, "mack"))
        meet("ann", "mack")
        seen = page_of(browser)
        assert "You have followed each other on Mastodon since 2023." in seen.text
        assert 'href="https://example.social/@mack"' in seen.body

    def test_a_slot_can_be_put_into_a_calendar(self, browser: Browser) -> None:
        tell("ann", (Part.AGREED, "mack"))
        yes = Side(Answer.YES, NOW)
        meeting = meet("ann", "mack", sides=(yes, yes), slot_id=SLOT.slot_id)
        assert "Coffee bar" in page_of(browser).text
        calendar = page_of(browser, rest=f"/calendar/{meeting.reference}")
        assert calendar.headers["Content-Type"].startswith("text/calendar")
        assert "SUMMARY:Hello: Mack" in calendar.body
        assert "mack@example.org" not in calendar.body

    def test_both_who_met_keep_each_other_s_card_and_nobody_else_does(self, browser: Browser) -> None:
        begun()
        tell("ann", (Part.TOLD, "mack"), (Part.TOLD, "zoe"))
        mack = meet("ann", "mack", sides=(MET, Side()))
        zoe = meet("ann", "zoe", sides=(MET, MET))
        assert "Once they say so too" in page_of(browser).text
        assert page_of(browser, rest=f"/card/{mack.reference}").status == 404
        card = page_of(browser, rest=f"/card/{zoe.reference}")
        assert card.headers["Content-Type"].startswith("text/vcard")
        assert "FN:Zoe\r\n" in card.body
        assert "@" not in card.body

    def test_it_asks_whether_they_met_from_the_event_s_beginning(self, browser: Browser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        meeting = meet("ann", "mack")
        assert "Did you meet Mack?" not in page_of(browser).text
        begun()
        page = page_of(browser)
        assert "Did you meet Mack?" in page.text
        browser.press(page, "/answer", about=meeting.reference, answer="met")
        assert stored(meeting).side(ANN).outcome is Outcome.MET

    def test_who_cancelled_sees_nobody_new_and_is_told_why(self, browser: Browser) -> None:
        keep(attendee("ann", tickets=()))
        assert "Your ticket is not valid any more" in page_of(browser).text

    @pytest.mark.parametrize("who", ["ann", "mack"])
    @pytest.mark.parametrize("gone", [{"agreed": frozenset()}, {"tickets": ()}])
    def test_once_one_of_two_withdrew_or_cancelled_neither_page_says_that_they_will_meet(
        self, browser: Browser, who: str, gone: dict[str, Any]
    ) -> None:
        yes = Side(Answer.YES, NOW)
        meet("ann", "mack", sides=(yes, yes), slot_id=SLOT.slot_id)
        for reader, other in (("ann", "mack"), ("mack", "ann")):
            tell(reader, (Part.AGREED, other))
            assert "You both would like to meet." in page_of(browser, reader).text
        keep(attendee(who, **gone))
        for reader in ("ann", "mack"):
            seen = page_of(browser, reader).text
            assert "You both would like to meet." not in seen
            assert "Coffee bar" not in seen

    def test_names_are_text_whatever_they_are(self, browser: Browser) -> None:
        keep(attendee("mack", name='<script>alert("x")</script>', company="a & b"))
        tell("ann", (Part.TOLD, "mack"))
        meet("ann", "mack")
        body = page_of(browser).body
        assert "<script" not in body
        assert "a &amp; b" in body


class TestAgreement:
    def test_switches_hold_at_once_and_are_the_person_s_own_word(self, browser: Browser) -> None:
        page = page_of(browser, rest="/data")
        seen = browser.post(
            f"{page.address.removesuffix('/data')}/agree",
            {"form": browser.form_of(page), "purpose": ["introduce", "connections"]},
        )
        assert seen.status == 303
        assert "That is saved" in browser.follow(seen).text
        assert ann_now().consent.purposes == {Purpose.INTRODUCE, Purpose.CONNECTIONS} | {Purpose.TEXT_MESSAGES}
        assert ann_now().consent.given_by == "person"

    def test_each_switch_says_when_and_how_it_was_said(self, browser: Browser) -> None:
        day = r"on \d+\s\w+ \d{4}"
        consent = Consent().told(frozenset({Purpose.INTRODUCE, Purpose.REMEMBER}), Said(NOW, "registration"))
        keep(attendee("ann", consent=consent.decided({Purpose.REMEMBER: False, Purpose.FETCH: True}, NOW)))
        said = [re.sub(day, "on DAY", text) for text in switches(browser)]
        assert said == [
            "As you said when you registered, on DAY.",
            "Not agreed to when you registered, on DAY.",
            "As you said yourself, on DAY.",
            "As you said yourself, on DAY.",
            "Not agreed to when you registered, on DAY.",
        ]
        keep(attendee("ann", consent=None))
        assert set(switches(browser)) == {"You were not asked yet, and that counts as a no."}
        of_list = Consent().told(frozenset({Purpose.INTRODUCE}), Said(NOW, "list"), basis="<b>asked at the door</b>.")
        keep(attendee("ann", consent=of_list))
        assert re.search(r"organizer’s list says, of [^:]*: <b>asked at the door</b>\.$", switches(browser)[0])
        assert "<b>asked" not in page_of(browser, rest="/data").body

    def test_a_switch_that_cannot_be_turned_says_why(self, browser: Browser) -> None:
        assert "You registered no phone number." in page_of(browser, rest="/data").text
        keep(replace(ann_now(), phone="+33123456789"))
        assert "You registered no phone number." not in page_of(browser, rest="/data").text
        storage.events.update(replace(UPCOMING, text_message_budget=0))
        assert "This event sends no text messages." in page_of(browser, rest="/data").text

    def test_what_a_form_answered_while_the_page_was_open_is_not_taken_for_their_own_word(
        self, browser: Browser
    ) -> None:
        page = page_of(browser, rest="/data")
        everything = ["introduce", "connections", "fetch_connections", "remember", "text_messages"]
        keep(attendee("ann", consent=Consent().told(frozenset({Purpose.INTRODUCE}), Said(NOW, "registration"))))
        left_on = [each for each in everything if each != "remember"]
        browser.press(page_of(browser), "/agree", stood=page.field("stood"), purpose=left_on)
        assert ann_now().consent.purposes == {Purpose.INTRODUCE}
        assert set(ann_now().consent.refused) == {Purpose.REMEMBER}

    def test_a_switch_that_nobody_turned_stays_with_the_form(self, browser: Browser) -> None:
        keep(attendee("ann", consent=Consent().told(frozenset(), Said(NOW, "registration"))))
        page = page_of(browser, rest="/data")
        browser.press(page_of(browser), "/agree", stood=page.field("stood"), purpose=["fetch_connections"])
        assert ann_now().consent.purposes == {Purpose.FETCH}
        assert ann_now().consent.refused == {}

    def test_whoever_ends_the_use_of_their_connections_has_them_forgotten(self, browser: Browser) -> None:
        browser.world.upload("Connections.csv", b"First Name,Last Name,URL\nMack,X,https://linkedin.com/in/mack\n",
                             owner="ann@example.org")  # fmt: skip
        page = page_of(browser, rest="/data")
        storage.attendees.note_set(UPCOMING, ANN, "linkedin-connections", "abc")
        browser.press(page_of(browser), "/agree", purpose="introduce")
        assert page.status == 200
        assert storage.attendees.directory_entries(UPCOMING, [ANN])[ANN].set_digests == {}

    @pytest.mark.parametrize(
        ("language", "hello"), [("de", "Hallo Ann"), ("de-formal", "Guten Tag Ann"), ("fr", "Bonjour"), ("es", "Hola")]
    )
    def test_the_language_is_the_reader_s_own_choice(self, browser: Browser, language: str, hello: str) -> None:
        browser.press(page_of(browser), "/language", language=language)
        assert hello in page_of(browser).text
        for rest in ("/data", "/connections", "/stop", "/erase"):
            assert page_of(browser, rest=rest).status == 200
        assert page_of(browser).body.count(f'<html lang="{language[:2]}">') == 1

    def test_a_claimed_profile_comes_with_the_code_that_proves_it(self, browser: Browser) -> None:
        assert re.search(r"icebreaker-[a-z2-7]{10}", page_of(browser, rest="/data").text)

    def test_a_profile_that_shows_the_code_is_proven_by_one_press(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        code = re.search(r"icebreaker-[a-z2-7]{10}", page_of(browser, rest="/data").text)
        assert code
        with internet({"api.github.com/users/ann": github(bio=f"Hello. {code[0]}")}) as (_, web):
            monkeypatch.setattr("shared.services.web.Web", lambda **_: web)
            seen = browser.press(page_of(browser), "/prove")
        assert "Shown to be yours." in seen.text
        assert "We looked" in seen.text
        assert [each.kind for each in ann_now().proven] == ["code"]

    def test_nobody_has_their_profiles_looked_at_without_end(
        self, browser: Browser, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        with internet({"api.github.com/users/ann": github(bio="nothing")}) as (served, web):
            monkeypatch.setattr("shared.services.web.Web", lambda **_: web)
            for _ in range(MOST_LOOKS_A_DAY):
                assert "We looked" in browser.press(page_of(browser), "/prove").text
            asked = len(served.asked)
            assert "enough looking for a day" in browser.press(page_of(browser), "/prove").text
            keep(replace(ann_now(), company="A correction by the form brings no further looks"))
            browser.press(page_of(browser), "/prove")
            assert len(served.asked) == asked
            keep(replace(ann_now(), looks=tuple(at - timedelta(days=1) for at in ann_now().looks)))
            assert "We looked" in browser.press(page_of(browser), "/prove").text


class TestData:
    def test_everything_kept_can_be_downloaded_and_nobody_else_is_in_it(self, browser: Browser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        meet("ann", "mack", sides=(Side(Answer.YES, NOW), Side(Answer.NEVER, NOW)))
        seen = page_of(browser, rest="/data.json")
        kept = json.loads(seen.body)
        assert kept["email"] == "ann@example.org"
        assert kept["said_to_each_purpose"]["introduce"] == {
            "agreed": True,
            "on": NOW.isoformat(),
            "by": "registration",
            "version_of_the_words": CONSENT_VERSION,
            "basis": "asked on the registration form",
        }
        assert [each["answer"] for each in kept["answers"]] == ["yes"]
        assert "mack" not in seen.body.lower()

    def test_erasing_takes_a_second_step_and_leaves_nothing(self, browser: Browser) -> None:
        tell("ann", (Part.TOLD, "mack"))
        meet("ann", "mack")
        storage.imports.save(
            UPCOMING, storage.imports.ImportReport(f"uploads/democon/connections/{ANN}/1/x.csv", "connections", "done")
        )
        for folder in ("uploads", "rejects"):
            boto3.client("s3").put_object(
                Bucket="uploads", Key=f"{folder}/democon/connections/{ANN}/1/x.csv", Body=b"x"
            )
        consent = Consent().told(frozenset({Purpose.INTRODUCE}), Said(NOW, "list"), basis="asked at the door")
        keep(attendee("ann", consent=consent))
        before = browser.world.items()
        assert "asked at the door" in str(before)
        asked = page_of(browser, rest="/erase")
        assert "It cannot be undone" in asked.text
        assert browser.world.items() == before
        gone = browser.post(asked.address, {"form": browser.form_of(asked)})
        assert gone.status == 200
        assert "Everything about you is erased" in gone.text
        left = [item for item in browser.world.items() if ANN in json.dumps(item, default=str)]
        kinds = sorted(item["kind"]["S"] for item in left)
        assert kinds == ["attendee", "directory"]
        assert "ann@" not in json.dumps(left, default=str)
        assert boto3.client("s3").list_objects_v2(Bucket="uploads").get("KeyCount") == 0
        assert page_of(browser).status == 404


class TestConnections:
    def test_a_file_goes_straight_to_the_bucket_bound_in_size_type_and_owner(self, browser: Browser) -> None:
        seen = page_of(browser, rest="/connections")
        import base64

        policy = json.loads(base64.b64decode(seen.field("policy")))["conditions"]
        assert {"x-amz-meta-attendee": ANN} in policy
        assert {"Content-Type": "application/octet-stream"} in policy
        assert ["content-length-range", 1, 100 * 1024 * 1024] in policy
        assert ["starts-with", "$key", seen.field("key").removesuffix("${filename}")] in policy
        assert seen.field("key").startswith(f"uploads/democon/connections/{ANN}/")
        assert "https://uploads.s3." in seen.headers["Content-Security-Policy"].partition("form-action")[2]
        assert "Icebreaker-Uploads-To" not in seen.headers

    def test_an_upload_by_the_page_is_imported_for_its_owner_and_reported(self, browser: Browser) -> None:
        key = f"uploads/democon/connections/{ANN}/1/Connections.csv"
        body = b"First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"
        body += b"Mack,X,https://www.linkedin.com/in/mack,,,,12 Mar 2024\n"
        boto3.client("s3").put_object(Bucket="uploads", Key=key, Body=body, Metadata={"attendee": ANN})
        waiting = json.loads(page_of(browser, rest=f"/upload.json?key={key}").body)
        assert waiting["state"] == "running"
        browser.world.import_upload(key)
        done = json.loads(page_of(browser, rest=f"/upload.json?key={key}").body)
        assert done["state"] == "done"
        assert done["text"].startswith("One connection was read")
        assert "One connection was read" in page_of(browser, rest=f"/connections?key={key}").text
        assert storage.attendees.directory_entries(UPCOMING, [ANN])[ANN].set_digests.keys() == {"linkedin-connections"}

    def test_rows_that_could_not_be_read_can_be_fetched(self, browser: Browser) -> None:
        key = f"uploads/democon/connections/{ANN}/1/x.csv"
        rejects = f"rejects/democon/connections/{ANN}/1/x.csv.csv"
        storage.imports.save(
            UPCOMING, storage.imports.ImportReport(key, "connections", "done", read=1, rejected=1, rejects=rejects)
        )
        assert rejects in unescape(page_of(browser, rest=f"/connections?key={key}").body)

    def test_nobody_sees_what_became_of_another_s_upload(self, browser: Browser) -> None:
        mack = attendee("mack").attendee_id
        assert page_of(browser, rest=f"/upload.json?key=uploads/democon/connections/{mack}/1/x").status == 404

    def test_public_lists_are_looked_up_by_one_tap(self, browser: Browser) -> None:
        keep(attendee("ann", agreed=frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS})))
        assert "Look up my public lists" in page_of(browser, rest="/connections").text
        seen = browser.press(page_of(browser), "/fetch")
        assert ann_now().agreed(Purpose.FETCH)
        assert "GitHub, whom you follow: comes soon" in seen.text

    def test_without_agreement_there_is_nothing_to_send(self, browser: Browser) -> None:
        keep(attendee("ann", agreed=frozenset({Purpose.INTRODUCE})))
        seen = page_of(browser, rest="/connections")
        assert "You have not agreed that your connections are used" in seen.text
        assert "policy" not in seen.body


class TestBudgets:
    def test_a_page_of_fourteen_people_takes_at_most_20_read_units_and_100_kb(self, browser: Browser) -> None:
        names = [f"p{chr(97 + n)}" for n in range(18)]
        for name in names:
            keep(attendee(name))
        for wave, part in (("first", names[:6]), ("second", names[6:12]), ("third", names[12:])):
            tell("ann", *((Part.TOLD, name) for name in part), wave=wave)
        for name in names:
            meet("ann", name)
        address = browser.links_of(ANN).page()
        with metered(storage_client()) as meter:
            seen = browser.get(address)
        assert seen.status == 200
        assert seen.body.count('<li class="card') == 14
        assert "Show 4 earlier introductions" in seen.text
        assert meter.read_units <= 20
        assert meter.write_units == 0
        style = browser.get(re.search(r'href="\.\./\.\./(static/page[^"]+)"', seen.body)[1].join((f"{BASE}/", "")))  # type: ignore[index]
        assert len(seen.body.encode()) + len(style.body.encode()) < 100_000
        everybody = browser.get(f"{address}/everybody")
        assert everybody.body.count('<li class="card') == 18

    def test_a_cold_start_waits_neither_for_numpy_nor_for_pydantic(self, world: World) -> None:
        code = (
            "import functions.serve_pages.handler, sys; print([m for m in ('numpy', 'pydantic') if m in sys.modules])"
        )
        run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
        assert run.stdout.strip() == "[]"


ROUTES = [
    "", "/everybody", "/data", "/connections", "/data.json", "/erase", "/stop", "/calendar/x", "/card/x",
    "/upload.json", "/agree", "/language", "/prove", "/fetch", "/answer", "/no-such",
]  # fmt: skip


class TestEveryAnswer:
    @pytest.mark.parametrize("rest", ROUTES)
    @pytest.mark.parametrize("method", ["GET", "POST"])
    def test_has_the_headers_that_keep_a_link_secret(self, browser: Browser, method: str, rest: str) -> None:
        address = browser.links_of(ANN).page() + rest
        seen = browser.get(address) if method == "GET" else browser.post(address, b"")
        assert seen.status in (200, 400, 404)
        for name, value in HEADERS.items():
            assert seen.headers[name] == value
        policy = seen.headers["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert not re.search(r"<script(?! src=)|<style|\son\w+=|style=", seen.body)

    def test_files_may_be_kept_and_have_the_others(self, browser: Browser) -> None:
        body = page_of(browser, rest="/connections").body
        for name in re.findall(r'"(?:\.\./)+(static/[^"]+)"', body):
            seen = browser.get(f"{BASE}/{name}")
            assert seen.status == 200
            assert "immutable" in seen.headers["Cache-Control"]
            assert seen.headers["X-Content-Type-Options"] == "nosniff"
        assert browser.get(f"{BASE}/static/..%2fpage.css").status == 404

    @settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
    @given(
        method=st.sampled_from(["GET", "POST"]),
        rest=st.one_of(st.sampled_from(ROUTES), st.text(max_size=40).map(lambda text: f"/{text}")),
        event_id=st.one_of(st.just("democon"), st.text(max_size=30)),
        token=st.one_of(st.none(), st.text(max_size=60)),
        query=st.dictionaries(st.sampled_from(["key", "about", "done", "x"]), st.text(max_size=30), max_size=3),
        body=st.one_of(
            st.binary(max_size=200),
            st.dictionaries(
                st.sampled_from(["form", "about", "answer", "purpose", "language", "List-Unsubscribe"]),
                st.one_of(st.text(max_size=20), st.just("FORM")),
            ),
        ),
        accept=st.text(max_size=40),
    )
    def test_is_never_an_error_of_ours_whatever_is_asked(
        self, browser: Browser, method: str, rest: str, event_id: str, token: str | None, query: dict[str, str],
        body: Any, accept: str,
    ) -> None:  # fmt: skip
        page = browser.links_of(ANN).page()
        if isinstance(body, dict) and body.get("form") == "FORM":
            body = body | {"form": browser.form_of(Seen(200, {}, "", page))}
        if rest == "/prove" and method == "POST":
            return  # it speaks to the outside
        path = f"/e/{event_id}/{page.rpartition('/')[2] if token is None else token}{rest}"
        seen = browser.ask(method, path, body, {"accept-language": accept}, query)
        assert seen.status in (200, 303, 400, 404, 410)
        assert seen.headers["Content-Security-Policy"]


@pytest.fixture(autouse=True)
def quiet(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Nothing that names a person, and no link, is ever logged."""
    yield
    logged = " ".join(str(record.__dict__) for record in caplog.records if record.name == "icebreaker")
    assert "example.org" not in logged
    assert not re.search(r"/e/democon/[\w-]{20}", logged)


def test_meetings_stand_on_the_page_in_the_order_in_which_they_take_place(browser: Browser) -> None:
    later = Slot("tue-2", SLOT.starts_at + timedelta(hours=3), SLOT.ends_at + timedelta(hours=3), "Coffee bar", 4)
    storage.events.update(replace(UPCOMING, slots=(SLOT, later)))
    yes = Side(Answer.YES, NOW)
    for name, slot in (("zoe", SLOT.slot_id), ("mack", later.slot_id), ("bea", None)):
        keep(attendee(name))
        meet("ann", name, sides=(yes, yes), slot_id=slot)
    tell("ann", *((Part.TOLD, name) for name in ("zoe", "mack", "bea")))
    names = re.findall(r"<h3>(\w+)</h3>", page_of(browser).body)
    assert names == ["Zoe", "Mack", "Bea"]
