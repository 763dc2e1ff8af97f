"""Invitations go with a mail as mail programs want them, say what they should, and disclose no address."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from shared.notifications import Letter, Person, compose_email
from shared.notifications.invitations import Companion, Reader, invitation_for
from shared.slots import CalendarPart, Slot, cancel, request, uid_for
from tests import democon
from tests.democon import START

EVENT = democon.EVENT
SLOT = Slot("coffee", START + timedelta(hours=1), START + timedelta(hours=1, minutes=15), "coffee bar", 12)
ANN = Reader("ann-id", "Ann O'Neil", "ann@example.org")
MACK = Companion("mack-id", "Mack Miller", "Acme")
LETTER = Letter(EVENT, ANN.name, (Person("Mack Miller", "Acme", "How."),), True, "democon.w.abc")
LOCALES = ["en", "de", "de-formal", "fr", "es"]


def part(number: int = 0, *, name: str = "Mack Miller", company: str = "Acme") -> CalendarPart:
    other = Companion(f"other-{number}", name, company)
    return request(invitation_for(EVENT, SLOT, to=ANN, other=other, sequence=number), stamp=START)


def mail(*calendar: CalendarPart, letter: Letter = LETTER) -> EmailMessage:
    composed = compose_email(
        letter,
        to=ANN.address,
        sender="hello@icebreaker.example",
        sender_name="Icebreaker",
        now=START,
        calendar=calendar,
    )
    return message_from_bytes(composed.as_bytes(), policy=default)


def types(message: EmailMessage) -> list[str]:
    return [each.get_content_type() for each in message.walk()]


def inline(message: EmailMessage) -> EmailMessage:
    (found,) = [each for each in message.walk() if each.get_content_type() == "text/calendar"]
    return found


def event_in(content: bytes) -> Any:
    calendar = Calendar.from_ical(content)
    (event,) = calendar.walk("VEVENT")
    assert not calendar.errors
    assert not event.errors
    return event


def test_the_first_invitation_is_the_last_alternative_and_each_is_a_file() -> None:
    message = mail(part(0), part(1), part(2))
    assert types(message) == [
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar",
        "application/ics", "application/ics", "application/ics",
    ]  # fmt: skip
    assert [file.get_filename() for file in message.iter_attachments()] == [f"invite-{n}.ics" for n in (1, 2, 3)]
    shown = inline(message)
    assert shown["Content-Type"].params == {"charset": "utf-8", "method": "REQUEST", "name": "invite.ics"}
    assert shown["Content-Transfer-Encoding"] == "base64"
    assert shown["Content-Disposition"] is None  # Outlook takes an attachment for no invitation
    assert shown.get_payload(decode=True) == part(0).content


def test_what_is_mailed_is_read_back_as_the_same_meeting() -> None:
    parts = (part(0), cancel(invitation_for(EVENT, SLOT, to=ANN, other=MACK, sequence=3), stamp=START))
    files = [file.get_payload(decode=True) for file in mail(*parts).iter_attachments()]
    assert files == [each.content for each in parts]
    event = event_in(files[1])
    assert (str(event["UID"]), event["SEQUENCE"]) == (uid_for("democon", "ann-id", "mack-id", "ann-id"), 3)
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (SLOT.starts_at, SLOT.ends_at)
    assert [Calendar.from_ical(file)["METHOD"] for file in files] == ["REQUEST", "CANCEL"]


def test_a_cancellation_that_goes_first_says_so_in_its_type() -> None:
    message = mail(cancel(invitation_for(EVENT, SLOT, to=ANN, other=MACK, sequence=1), stamp=START))
    assert inline(message)["Content-Type"].params["method"] == "CANCEL"


def test_headers_of_the_mail_are_the_same_with_and_without_a_calendar() -> None:
    with_calendar, without = mail(part()), mail()
    changing = {"Content-Type"}
    assert {key: value for key, value in with_calendar.items() if key not in changing} == {
        key: value for key, value in without.items() if key not in changing
    }


def test_a_mail_without_a_calendar_is_what_it_was() -> None:
    composed = compose_email(
        LETTER, to=ANN.address, sender="hello@icebreaker.example", sender_name="Icebreaker", now=START
    )
    assert types(composed) == ["multipart/alternative", "text/plain", "text/html"]
    assert list(composed.keys()) == [
        "From", "To", "Reply-To", "Subject", "Date", "Message-ID", "In-Reply-To", "References", "Auto-Submitted",
        "X-Icebreaker-Trace", "List-Unsubscribe", "MIME-Version", "Content-Type", "Content-Language",
    ]  # fmt: skip
    assert b"calendar" not in composed.as_bytes().lower()


def test_two_who_meet_get_each_an_event_of_their_own_without_the_others_address() -> None:
    mack = Reader("mack-id", "Mack Miller", "mack@miller.example")
    ann = Companion("ann-id", "Ann O'Neil")
    for to, other, hidden in ((ANN, MACK, mack.address), (mack, ann, ANN.address)):
        event = event_in(request(invitation_for(EVENT, SLOT, to=to, other=other, sequence=0), stamp=START).content)
        assert event["SUMMARY"] == f"Hello: {other.name}"
        assert event["ATTENDEE"] == f"mailto:{to.address}"
        assert event["ORGANIZER"] == f"mailto:{EVENT.contact}"
        assert hidden not in event.to_ical().decode().replace("\r\n ", "")
    both = {invitation_for(EVENT, SLOT, to=t, other=o, sequence=0).uid for t, o in ((ANN, MACK), (mack, ann))}
    assert len(both) == 2


@pytest.mark.parametrize("locale", LOCALES)
def test_it_is_written_in_the_readers_language(locale: str) -> None:
    invitation = invitation_for(EVENT, SLOT, to=replace(ANN, locale=locale), other=MACK, sequence=0)
    assert invitation.summary.endswith(": Mack Miller")
    lines = invitation.description.split("\n")
    assert lines[1] == "Mack Miller, Acme"
    assert "DemoCon" in lines[0]
    assert EVENT.contact in lines[-1]
    assert len({invitation_for(EVENT, SLOT, to=replace(ANN, locale=each), other=MACK, sequence=0).description
                for each in LOCALES}) == len(LOCALES)  # fmt: skip


def test_without_a_language_it_is_written_in_the_events() -> None:
    berlin = replace(EVENT, locale="de")
    assert invitation_for(berlin, SLOT, to=ANN, other=MACK, sequence=0).summary == "Hallo: Mack Miller"


def test_somebody_without_a_readable_name_gets_a_kind_word() -> None:
    assert invitation_for(EVENT, SLOT, to=ANN, other=Companion("x", "\u202e"), sequence=0).summary == (
        "Hello: somebody you know"
    )


def test_no_answer_is_asked_for() -> None:
    assert event_in(part().content)["ATTENDEE"].params["RSVP"] == "FALSE"


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@given(names, names, names)
def test_no_name_becomes_a_header_or_a_line_of_the_calendar(to: str, name: str, company: str) -> None:
    reader = replace(ANN, name=to + "\r\nATTENDEE:mailto:x@example.org")
    other = Companion("x", name + "\r\nBcc: x@example.org\nEND:VEVENT", company + "\nBEGIN:VALARM")
    made = request(invitation_for(EVENT, SLOT, to=reader, other=other, sequence=0), stamp=START)
    message = mail(made, made)
    assert message["Bcc"] is None
    assert {each.get_content_type() for each in message.walk()} == {
        "multipart/mixed", "multipart/alternative", "text/plain", "text/html", "text/calendar", "application/ics",
    }  # fmt: skip
    lines = re.sub(rb"\r\n ", b"", made.content).split(b"\r\n")
    assert sum(line.startswith((b"ATTENDEE", b"BEGIN:", b"END:")) for line in lines) == 5
    event_in(made.content)


@pytest.mark.parametrize("locale", LOCALES)
def test_with_five_invitations_it_stays_under_100_kilobytes(locale: str) -> None:
    people = (Person("Ż" * 200, "字" * 200, "How they know each other. " * 4),) * 5
    message = mail(
        *(part(number, name="Ż" * 200, company="字" * 200) for number in range(5)),
        letter=replace(LETTER, people=people, locale=locale),
    )
    assert len(message.as_bytes()) < 100_000
