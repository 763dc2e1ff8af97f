"""One attendee, from the mail's link to "we met", in a real browser on the local stack."""

from __future__ import annotations

import json
import time
from dataclasses import replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

from infra.rehearsal.readers import buttons, press
from shared import storage
from shared.events import FOLLOW_UP
from shared.introductions import Answer, Outcome
from tests.browser.conftest import Party
from tests.browser.reader import Reader, reading

if TYPE_CHECKING:
    from playwright.sync_api import Browser

MASTODON = "Account address,Show boosts,Notify on new posts,Languages\n"


def follows(folder: Path, *accounts: str, name: str = "following_accounts.csv") -> Path:
    file = folder / name
    file.write_text(MASTODON + "".join(f"{account},true,false,\n" for account in accounts))
    return file


def drop(reader: Reader, file: Path) -> None:
    """Let a file fall onto the form, as from the desktop."""
    held = reader.page.evaluate_handle(
        """([name, text]) => {
            const held = new DataTransfer();
            held.items.add(new File([text], name, { type: "text/csv" }));
            return held;
        }""",
        [file.name, file.read_text()],
    )
    for event in ("dragover", "drop"):
        reader.page.dispatch_event("#upload", event, {"dataTransfer": held})


def yes_of(party: Party, name: str, *, wave: int = 0) -> None:
    """Somebody else says yes to everybody whom their mail speaks of, without a browser."""
    mail = party.next_mail_to(name, after=wave)
    assert {press(each.url) for each in buttons(mail) if each.answer is Answer.YES} == {200}


def test_the_story_of_one_attendee_from_the_mails_link_to_we_met(
    browser: Browser, parties: dict[str, Party], tmp_path: Path
) -> None:
    party = parties["story"]
    with reading(browser) as ann:
        _answers(ann, party.next_mail_to("ann", after=0))
        yes_of(party, "mack")
        _brings(ann, tmp_path)
        _decides(ann)
        _meets(ann, party)
        _goes(ann)


def _answers(ann: Reader, first: EmailMessage) -> None:
    link = ann.opens(first, "I’d like to meet – Mack")
    ann.goes_to(link)
    ann.sees("Would you like to meet Mack?")
    ann.checks("the question behind a mail's link")
    ann.goes_to(ann.opens(first, "Your page: who you know, your answers, your data"))
    assert ann.card("Mack").get_by_role("button", name="I would like to meet").count() == 1  # to look is no answer
    ann.checks("the page, before any answer")

    ann.goes_to(link)
    ann.presses("I would like to meet")
    ann.sees("You would like to meet. If they would too, you will both hear of it.")
    ann.checks("the page, after the answer")
    asked = ann.page.locator(".card.asked")
    asked.get_by_role("button", name="Not now").click()
    ann.sees("You said: not now. They are not told.")
    ann.checks("the page, with somebody turned down")


def _brings(ann: Reader, folder: Path) -> None:
    ann.turns_to("Connections")
    ann.sees("Where to get the file")
    ann.checks("connections, before anything was brought")
    ann.page.locator("summary").first.click()
    ann.checks("connections, with one explanation open")
    drop(ann, follows(folder, "somebody@fosstodon.org", "no account at all", "other@fosstodon.org"))
    ann.page.wait_for_url("**/connections?key=**")
    ann.sees("2 connections were read.")
    ann.sees("One row could not be read.")
    ann.checks("connections, after a file was dropped")
    assert "no account at all" in ann.keeps("See those rows, and why (CSV)")
    ann.page.set_input_files("#choose", follows(folder, "third@fosstodon.org", name="my.rejects.csv"))
    ann.presses("Send this file")
    ann.page.wait_for_url("**my.rejects.csv")
    ann.sees("One connection was read.")
    nonsense = folder / "nonsense.txt"
    nonsense.write_bytes(b"\x00\x01 nothing of the kind")
    ann.page.set_input_files("#choose", nonsense)
    ann.presses("Send this file")
    ann.sees("Below is where to get the right file")
    ann.checks("connections, after a file that is none")


def _decides(ann: Reader) -> None:
    ann.turns_to("Your data")
    ann.sees("What you agree to")
    ann.checks("data")
    introduce = ann.page.get_by_role("switch", name="Introduce me")
    for wanted in (False, True):
        introduce.set_checked(wanted)
        ann.page.locator("form[action$='/agree']").get_by_role("button", name="Save").click()
        ann.sees("That is saved, and holds from now on.")
        assert introduce.is_checked() is wanted
        if not wanted:
            ann.checks("data, with nothing agreed")
            ann.turns_to("People")
            ann.sees("You have not agreed to be introduced")
            ann.checks("the page of somebody who did not agree")
            ann.turns_to("Your data")
    ann.page.get_by_label("Mails and this page in").select_option("de")
    ann.page.locator("form[action$='/language']").get_by_role("button").click()
    ann.sees("Deine Sprache")
    ann.checks("data, in German")
    ann.page.locator("select").select_option("en")
    ann.page.locator("form[action$='/language']").get_by_role("button").click()
    ann.sees("Your language")
    kept = json.loads(ann.keeps("Download my data"))
    assert kept["name"] == "Ann"
    assert kept["connections_as_keyed_hashes"]


def _meets(ann: Reader, party: Party) -> None:
    ann.turns_to("People")
    mack = ann.card("Mack")
    deadline = time.monotonic() + 60
    while mack.locator(".slot").count() == 0 and time.monotonic() < deadline:
        time.sleep(1)
        ann.page.reload()
    ann.sees("You both would like to meet.")
    ann.checks("the page, with a time and a place")
    assert "BEGIN:VEVENT" in ann.keeps("Put it into my calendar", on=mack)

    before = len(party.mails_to("ann"))
    _is_over(party)
    party.send(FOLLOW_UP)
    mail = party.next_mail_to("ann", after=before)
    ann.goes_to(ann.opens(mail, "Yes, we met – Mack"))
    ann.sees("Did you meet Mack?")
    ann.checks("did you meet")
    ann.presses("We met")
    ann.sees("You said that you met.")
    ann.checks("the page, after one of them said so")
    theirs = party.next_mail_to("mack", after=len(party.mails_to("mack")) - 1)
    assert {press(each.url) for each in buttons(theirs) if each.answer is Outcome.MET} == {200}
    ann.page.reload()
    ann.sees("You met.")
    ann.checks("the page, after both said so")
    card = ann.keeps("Keep their card (vCard)", on=ann.card("Mack"))
    assert "FN:Mack" in card
    assert "ORG:Demo Works" in card


def _is_over(party: Party) -> None:
    """The event ends this moment; the functions hear of it in two seconds."""
    event = party.event
    ends = datetime.now(event.ends_at.tzinfo).replace(microsecond=0) + timedelta(seconds=1)
    begun = ends - (event.ends_at - event.starts_at)
    storage.events.update(replace(event, starts_at=begun, ends_at=ends, slots=()))
    time.sleep(3)


def _goes(ann: Reader) -> None:
    page = ann.page.url.partition("?")[0]
    ann.turns_to("Your data")
    ann.page.get_by_role("link", name="Erase me").click()
    ann.sees("Erase everything about you?")
    ann.checks("before everything is erased")
    ann.presses("Erase everything")
    ann.sees("Everything about you is erased")
    ann.checks("after everything was erased")
    ann.goes_to(page, status=404)
    ann.sees("This link does not work")
    ann.checks("a link that does not work")


def test_by_the_keyboard_alone_one_answers_and_brings_and_decides(
    browser: Browser, parties: dict[str, Party], tmp_path: Path
) -> None:
    mail = parties["keys"].next_mail_to("kim", after=0)
    with reading(browser) as kim:
        page, keyboard = kim.page, kim.page.keyboard
        kim.goes_to(kim.opens(mail, "I’d like to meet – Mack"))
        kim.tabs_to(page.get_by_role("button", name="I would like to meet"))
        keyboard.press("Enter")
        kim.sees("You would like to meet.")
        page.reload()  # to begin at the top again
        kim.tabs_to(page.get_by_role("link", name="Skip to the content"))
        assert page.get_by_role("link", name="Skip to the content").bounding_box()["x"] >= 0  # type: ignore[index]
        keyboard.press("Enter")
        kim.tabs_to(page.locator(".card.asked").get_by_role("button", name="Yes, introduce us"))
        keyboard.press("Enter")
        kim.sees("You said yes.")
        kim.tabs_to(page.get_by_role("link", name="Bring your connections"))
        keyboard.press("Enter")
        kim.sees("Where to get the file")
        kim.tabs_to(page.locator("#choose"))
        page.set_input_files("#choose", follows(tmp_path, "somebody@fosstodon.org"))  # the system's own window
        kim.tabs_to(page.get_by_role("button", name="Send this file"))
        keyboard.press("Enter")
        kim.sees("One connection was read.")
        kim.tabs_to(page.get_by_role("link", name="Your data"))
        keyboard.press("Enter")
        kim.tabs_to(page.get_by_role("switch", name="Use the connections I bring"))
        keyboard.press("Space")
        kim.tabs_to(page.locator("form[action$='/agree'] button"))
        keyboard.press("Enter")
        kim.sees("That is saved")
        assert not page.get_by_role("switch", name="Use the connections I bring").is_checked()
        kim.checks("data, by the keyboard")


def test_without_javascript_one_answers_and_brings_and_decides(
    browser: Browser, parties: dict[str, Party], tmp_path: Path
) -> None:
    mail = parties["keys"].next_mail_to("joe", after=0)
    with reading(browser, scripts=False) as joe:
        joe.goes_to(joe.opens(mail, "I’d like to meet – Mack"))
        joe.presses("I would like to meet")
        joe.sees("You would like to meet.")
        joe.turns_to("Connections")
        joe.page.set_input_files("#choose", follows(tmp_path, "somebody@fosstodon.org", "other@fosstodon.org"))
        joe.presses("Send this file")
        joe.page.wait_for_url("**/connections?**key=**")
        deadline = time.monotonic() + 30
        while joe.page.get_by_text("2 connections were read.").count() == 0 and time.monotonic() < deadline:
            time.sleep(0.5)
            joe.page.get_by_role("link", name="Look again").click()
        joe.sees("2 connections were read.")
        joe.turns_to("Your data")
        joe.page.get_by_role("switch", name="Introduce me").uncheck()
        joe.page.locator("form[action$='/agree'] button").click()
        joe.sees("That is saved")
        assert not joe.page.get_by_role("switch", name="Introduce me").is_checked()
        joe.checks("data, without scripts")
