"""The calendar's invitations: RFC 5545's rules for lines, and what the library icalendar reads back."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from shared.slots import CalendarPart, Invitation, Mailbox, cancel, request, uid_for

STAMP = datetime(2026, 5, 20, 8, 0, 1, tzinfo=UTC)
MEETING = Invitation(
    uid=uid_for("salon-1832", "ada", "mary", "ada"),
    sequence=0,
    starts_at=datetime(2026, 6, 2, 10, 30, tzinfo=ZoneInfo("Europe/Berlin")),
    ends_at=datetime(2026, 6, 2, 10, 45, tzinfo=ZoneInfo("Europe/Berlin")),
    place="coffee bar, level 2",
    summary="Meet Mary Somerville",
    description="You both know Charles.\nTalk about: the moons; engines",
    organizer=Mailbox("Salon 1832", "hello@salon.example"),
    attendee=Mailbox("Ada Lovelace", "ada@lovelace.example"),
)
# Any text but the controls that RFC 5545 forbids and what ends a line, which are dropped or become line ends.
TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), exclude_characters="\u2028\u2029"), max_size=150)
# No backslash: the library takes it for an escape in parameters too, where RFC 5545 has none.
NAMES = st.one_of(TEXTS, st.text("^\"'n;:, é", max_size=30)).filter(lambda name: "\\" not in name)
ANY = st.text(max_size=200)


def event_in(part: CalendarPart) -> Any:
    calendar = Calendar.from_ical(part.content)
    (event,) = calendar.walk("VEVENT")
    assert not calendar.errors
    assert not event.errors
    return event


def test_an_invitation_has_everything_that_a_request_must_have() -> None:
    part = request(MEETING, stamp=STAMP)
    calendar, event = Calendar.from_ical(part.content), event_in(part)

    assert {key: calendar[key] for key in ("VERSION", "METHOD")} == {"VERSION": "2.0", "METHOD": "REQUEST"}
    assert calendar["PRODID"]
    assert event["UID"] == MEETING.uid
    assert event["DTSTAMP"].dt == STAMP
    assert event["DTSTART"].dt == MEETING.starts_at
    assert event["DTEND"].dt == MEETING.ends_at
    assert event["SUMMARY"] == MEETING.summary
    assert event["DESCRIPTION"] == MEETING.description
    assert event["LOCATION"] == MEETING.place
    assert event["STATUS"] == "CONFIRMED"
    assert event["SEQUENCE"] == 0
    assert (event["ORGANIZER"], event["ORGANIZER"].params["CN"]) == ("mailto:hello@salon.example", "Salon 1832")
    assert event["ATTENDEE"].params["PARTSTAT"] == "NEEDS-ACTION"
    assert event["ATTENDEE"].params["RSVP"] == "TRUE"
    assert b"RSVP=FALSE" in request(replace(MEETING, asks_for_answer=False), stamp=STAMP).content.replace(b"\r\n ", b"")


def test_the_only_attendee_is_whose_calendar_it_is() -> None:
    part = request(MEETING, stamp=STAMP)

    assert event_in(part)["ATTENDEE"] == "mailto:ada@lovelace.example"
    assert part.content.count(b"mailto:") == 2


def test_a_change_keeps_the_uid_and_raises_the_sequence() -> None:
    later = replace(MEETING, sequence=1, starts_at=MEETING.starts_at + timedelta(minutes=5))
    before, after = event_in(request(MEETING, stamp=STAMP)), event_in(request(later, stamp=STAMP + timedelta(days=1)))

    assert before["UID"] == after["UID"]
    assert before["SEQUENCE"] < after["SEQUENCE"]
    assert after["DTSTART"].dt == later.starts_at


def test_a_cancellation_carries_the_same_uid() -> None:
    part = cancel(replace(MEETING, sequence=2), stamp=STAMP)
    event = event_in(part)

    assert Calendar.from_ical(part.content)["METHOD"] == "CANCEL"
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (MEETING.uid, 2, "CANCELLED")
    assert event["ORGANIZER"] == "mailto:hello@salon.example"
    assert event["ATTENDEE"] == "mailto:ada@lovelace.example"


def test_the_two_of_a_pair_have_different_uids_that_never_change_and_name_nobody() -> None:
    uids = {uid_for("salon-1832", *pair, person) for pair in (("ada", "mary"), ("mary", "ada")) for person in pair}

    assert len(uids) == 2
    assert uid_for("salon-1832", "ada", "mary", "ada") == "471ffd6e-fb68-529f-ac1e-4254435e4d1b"
    assert not any(name in uid for uid in uids for name in ("ada", "mary", "salon"))


@given(summary=TEXTS, description=TEXTS, place=TEXTS, name=NAMES)
def test_any_names_and_places_survive(summary: str, description: str, place: str, name: str) -> None:
    attendee = Mailbox(name, "a.b+c@example.org")
    meeting = replace(MEETING, summary=summary, description=description, place=place, attendee=attendee)
    event = event_in(request(meeting, stamp=STAMP))

    assert (event["SUMMARY"], event["DESCRIPTION"], event["LOCATION"]) == (summary, description, place)
    assert event["ATTENDEE"].params["CN"] == name
    assert event["ATTENDEE"] == "mailto:a.b+c@example.org"


@given(summary=ANY, description=ANY, place=ANY, name=ANY)
def test_whatever_is_written_lines_are_short_and_hold_no_control_characters(
    summary: str, description: str, place: str, name: str
) -> None:
    people = {"organizer": Mailbox(name, "o@example.org"), "attendee": Mailbox(name, "a@example.org")}
    meeting = replace(MEETING, summary=summary, description=description, place=place, **people)
    for part in (request(meeting, stamp=STAMP), cancel(meeting, stamp=STAMP)):
        lines = part.content.split(b"\r\n")

        assert lines[-1] == b""
        assert all(0 < len(line) <= 75 for line in lines[:-1])
        assert not any((octet < 32 and octet != 9) or octet == 127 for line in lines for octet in line)
        assert all(line.decode() for line in lines[:-1])
        assert sum(line.startswith(b"ATTENDEE") for line in lines) == 1
        assert sum(line.startswith(b"BEGIN:") for line in lines) == 2
        event_in(part)


@given(st.integers(0, 6_000_000_000), st.sampled_from(("Europe/Berlin", "Asia/Kathmandu", "America/St_Johns")))
def test_the_moment_is_the_same_in_every_zone(second: int, zone: str) -> None:
    moment = datetime.fromtimestamp(second, ZoneInfo(zone))
    meeting = replace(MEETING, starts_at=moment, ends_at=(moment.astimezone(UTC) + timedelta(minutes=15)))

    assert event_in(request(meeting, stamp=STAMP))["DTSTART"].dt.timestamp() == moment.timestamp()


@pytest.mark.parametrize("method", [request, cancel])
def test_the_part_goes_through_a_mail_unchanged_and_names_its_method(method: Any) -> None:
    part: CalendarPart = method(replace(MEETING, place="Café Größe"), stamp=STAMP)
    mail = EmailMessage(policy.SMTP)
    mail.set_content("text")
    mail.add_alternative("<p>html</p>", subtype="html")
    mail.add_alternative(part.content, maintype="text", subtype="calendar", cte="base64", params=part.parameters)
    *_, calendar = message_from_bytes(mail.as_bytes(), policy=policy.default).iter_parts()

    assert mail.get_content_type() == "multipart/alternative"
    assert calendar.get_content_type() == "text/calendar"
    assert calendar["Content-Type"].params == {"charset": "utf-8", "method": part.method, "name": "invite.ics"}
    assert calendar.get_payload(decode=True) == part.content


@pytest.mark.parametrize("address", ["", "ada", "ada@x@y", "ada lovelace@example.org", "a@b\r\nATTENDEE:x", "<a@b>"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="e-mail address"):
        Mailbox("Ada", address)


@pytest.mark.parametrize(
    "change",
    [
        {"ends_at": MEETING.starts_at},
        {"starts_at": MEETING.starts_at.replace(tzinfo=None)},
        {"sequence": -1},
    ],
)
def test_a_meeting_that_cannot_be_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"time zone|end after|sequence"):
        replace(MEETING, **change)
