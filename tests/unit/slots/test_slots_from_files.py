"""Slots as organizers write them, in TOML and as a calendar file, and what is said about mistakes."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.slots import (
    BadSlots,
    Slot,
    exclude_each_other,
    slot_from_dict,
    slot_to_dict,
    slots_from_ics,
    slots_from_tables,
    slots_from_toml,
)
from shared.slots import with_seconds as completed

BERLIN = ZoneInfo("Europe/Berlin")
COFFEE = """
[[slot]]
at = 2026-06-02T10:30  # first break, 10:30
minutes = 15
place = "coffee bar, level 2"
capacity = 12
"""
COMPACT = """
[[slot]]
days = [2026-06-02, 2026-06-03]
times = [10:30, "15:30"]
minutes = 20
place = "garden"
capacity = 4
rank = 1
"""
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VEVENT
UID:1@example.org
DTSTAMP:20260501T000000Z
DTSTART;TZID=Europe/Berlin:20260602T103000
DTEND;TZID=Europe/Berlin:20260602T104500
SUMMARY:Meet
LOCATION:coffee bar\\, level 2
DESCRIPTION:Come on time.\\nCapacity: 12
END:VEVENT
END:VCALENDAR
"""


def at(hour: int, minute: int, day: int = 2) -> datetime:
    return datetime(2026, 6, day, hour, minute, tzinfo=BERLIN)


def toml_problems(text: str) -> tuple[str, ...]:
    with pytest.raises(BadSlots) as caught:
        slots_from_toml(text, BERLIN)
    return caught.value.problems


def changed(old: str, new: str) -> bytes:
    assert old in CALENDAR
    return CALENDAR.replace(old, new).encode()


def ics_problems(content: bytes) -> tuple[str, ...]:
    with pytest.raises(BadSlots) as caught:
        slots_from_ics(content, BERLIN)
    return caught.value.problems


def test_a_table_becomes_a_slot_in_the_events_time_zone() -> None:
    (slot,) = slots_from_toml(COFFEE, BERLIN)

    assert (slot.starts_at, slot.ends_at) == (at(10, 30), at(10, 45))
    assert (slot.place, slot.capacity, slot.rank) == ("coffee bar, level 2", 12, 0)
    assert str(slot.starts_at.tzinfo) == "Europe/Berlin"


def test_days_and_times_make_a_slot_each_and_better_ranks_come_first() -> None:
    slots = slots_from_toml(COMPACT + COFFEE, BERLIN)

    assert [(slot.place[:6], slot.starts_at) for slot in slots] == [
        ("coffee", at(10, 30)),
        ("garden", at(10, 30)),
        ("garden", at(15, 30)),
        ("garden", at(10, 30, 3)),
        ("garden", at(15, 30, 3)),
    ]


def test_several_times_may_stand_in_one_list() -> None:
    text = COFFEE.replace("at = 2026-06-02T10:30", 'at = [2026-06-02T10:30, 2026-06-02 12:00Z, "2026-06-02T15:00"]')

    assert [slot.starts_at for slot in slots_from_toml(text, BERLIN)] == [at(10, 30), at(14, 0), at(15, 0)]


def test_a_slots_id_stays_when_its_length_or_capacity_changes_and_may_be_given() -> None:
    (one,) = slots_from_toml(COFFEE, BERLIN)
    (other,) = slots_from_toml(COFFEE.replace("= 15", "= 30").replace("= 12", "= 5"), BERLIN)
    (named,) = slots_from_toml(COFFEE + 'id = "first-break"\n', BERLIN)

    assert one.slot_id == other.slot_id == "20260602t0830z-d06dc8e4"
    assert named.slot_id == "first-break"


def test_a_slot_over_the_change_of_clocks_is_as_long_as_it_says() -> None:
    (slot,) = slots_from_toml(COFFEE.replace("06-02T10:30", "10-25T01:50").replace("= 15", "= 30"), BERLIN)

    assert slot.ends_at.astimezone(UTC) - slot.starts_at.astimezone(UTC) == timedelta(minutes=30)


PASSED_OVER = "2026-03-29 02:30 does not exist in Europe/Berlin: the clocks go forward"
TWICE = (
    "2026-10-25 02:30 comes twice in Europe/Berlin: the clocks go back; "
    "write which one, 2026-10-25T02:30+02:00 or 2026-10-25T02:30+01:00"
)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("at = 2026-06-02T10:30", "",
         "needs either at = 2026-06-02T10:30 (or a list of such), or days and times together"),
        ("2026-06-02T10:30", "2026-06-02", "at: must be a date with a time, as in 2026-06-02T10:30"),
        ("2026-06-02T10:30", '"Tuesday"', "at: must be a date with a time, as in 2026-06-02T10:30"),
        ("2026-06-02T10:30", "2026-03-29T02:30", f"at: {PASSED_OVER}"),
        ("2026-06-02T10:30", "2026-10-25T02:30", f"at: {TWICE}"),
        ("2026-06-02T10:30", "1026-06-02T10:30", "at: must be in the years 2000 to 2200"),
        ("minutes = 15", "minutes = 0", "minutes: 0 must be at least 1, at most 720"),
        ("minutes = 15", "", "minutes: is missing"),
        ("capacity = 12", "capacity = 12.5", "capacity: must be a whole number"),
        ("capacity = 12", "capacity = 99999", "capacity: 99999 must be 1 to 10000"),
        ("capacity", "capactiy", 'capactiy: is not a key that is known (did you mean "capacity"?)'),
        ('"coffee bar, level 2"', '" "', "place: must be a text in quotation marks"),
        ('"coffee bar, level 2"', '"a\\nb"', "place: must be one line without control characters"),
        ("minutes = 15", 'minutes = 15\nid = "Bar!"',
         'id: "Bar!" must be 2 to 63 of a-z, 0-9 and "-", and not begin with "-"'),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_table_and_line(old: str, new: str, problem: str) -> None:
    assert f"slot 2 (line 9): {problem}" in toml_problems("\n" + COMPACT.strip() + COFFEE.replace(old, new))


def test_both_of_the_times_that_come_twice_can_be_written() -> None:
    for offset, hour in (("+02:00", 0), ("+01:00", 1)):
        (slot,) = slots_from_toml(COFFEE.replace("2026-06-02T10:30", f"2026-10-25T02:30{offset}"), BERLIN)
        assert slot.starts_at.astimezone(UTC) == datetime(2026, 10, 25, hour, 30, tzinfo=UTC)


def test_all_mistakes_are_named_at_once() -> None:
    found = toml_problems("[[slot]]\n[[slot]]\nat = 5\nplace = 5\nminutes = true\ncapacity = -1\n")

    assert [problem.split(":")[0] for problem in found].count("slot 1 (line 1)") == 4
    assert [problem.split(":")[0] for problem in found].count("slot 2 (line 2)") == 4


def test_the_same_time_and_place_twice_is_a_mistake() -> None:
    assert toml_problems(COFFEE + COFFEE) == (
        "slot 2 (line 8): 2026-06-02 10:30, coffee bar, level 2: is there already, as slot 1 (line 2)",
    )


@pytest.mark.parametrize("tables", [{"at": 1}, [1], "x", 5])
def test_what_is_no_list_of_tables_is_refused(tables: object) -> None:
    with pytest.raises(BadSlots, match=r"\[\[slot\]\]"):
        slots_from_tables(tables, BERLIN)


@given(st.text("at=[] \n\"'#:-0123456789TZ+slot", max_size=80))
def test_whatever_the_file_says_it_is_read_or_refused(text: str) -> None:
    for content in (text, "[[slot]]\n" + text):
        try:
            slots_from_toml(content, BERLIN)
        except BadSlots as error:
            assert error.problems


def test_times_in_texts_and_comments_are_left_alone() -> None:
    text = 'a = \'10:30\' # 10:30\nb = """\n10:30"""\nc = 2026-06-02T10:30:00+02:00\nd = 10:30'

    assert completed(text) == text + ":00"


def test_a_stored_slot_comes_back_as_it_was() -> None:
    for slot in slots_from_toml(COMPACT + COFFEE, BERLIN):
        stored = json.loads(json.dumps(slot_to_dict(slot)))
        assert slot_from_dict({**stored, "capacity": Decimal(slot.capacity)}, BERLIN) == slot


@pytest.mark.parametrize("stored", [{}, {"slot_id": 1}, {"starts_at": None}, {"starts_at": "x"}, {"capacity": "many"}])
def test_a_stored_slot_that_cannot_be_read_is_refused(stored: dict[str, object]) -> None:
    (slot,) = slots_from_toml(COFFEE, BERLIN)
    with pytest.raises(BadSlots):
        slot_from_dict({**slot_to_dict(slot), **stored} if stored else {}, BERLIN)


def test_slots_exclude_each_other_where_they_overlap_or_the_way_is_too_long() -> None:
    def slot(minute: int, place: str) -> Slot:
        return Slot("ab", at(10, minute), at(10, minute) + timedelta(minutes=15), place, 1)

    walk = timedelta(minutes=5)
    assert exclude_each_other(slot(0, "bar"), slot(14, "garden"))
    assert not exclude_each_other(slot(0, "bar"), slot(15, "garden"))
    assert exclude_each_other(slot(0, "bar"), slot(15, "garden"), walk)
    assert exclude_each_other(slot(15, "garden"), slot(0, "bar"), walk)
    assert not exclude_each_other(slot(0, "bar"), slot(20, "garden"), walk)
    assert not exclude_each_other(slot(0, "bar"), slot(15, "bar"), walk)


def test_a_calendar_file_says_the_same_as_the_table() -> None:
    assert slots_from_ics(CALENDAR.encode(), BERLIN) == slots_from_toml(COFFEE, BERLIN)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("DTSTART;TZID=Europe/Berlin:20260602T103000", "DTSTART:20260602T083000Z"),
        ("DTSTART;TZID=Europe/Berlin:20260602T103000", "DTSTART:20260602T103000"),
        ("DTSTART;TZID=Europe/Berlin:20260602T103000", "DTSTART;TZID=America/New_York:20260602T043000"),
        ("DTEND;TZID=Europe/Berlin:20260602T104500", "DURATION:PT15M"),
        ("SUMMARY:Meet\nLOCATION:", "SUMMARY:"),
        ("\n", "\r\n"),
        ("BEGIN:VCALENDAR", "\ufeffBEGIN:VCALENDAR"),
        ("DESCRIPTION:Come on time.\\nCapacity: 12", "DESCRIPTION:capacity = 1\n 2"),
        ("END:VCALENDAR", "BEGIN:VEVENT\nUID:2\nSTATUS:CANCELLED\nEND:VEVENT\nEND:VCALENDAR"),
    ],
)
def test_a_calendar_may_say_it_in_other_ways(old: str, new: str) -> None:
    assert slots_from_ics(changed(old, new), BERLIN) == slots_from_toml(COFFEE, BERLIN)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("DTSTART;TZID=Europe/Berlin:20260602T103000", "DTSTART;VALUE=DATE:20260602",
         "DTSTART: must be a date with a time"),
        ("DTSTART;TZID=Europe/Berlin:20260602T103000\n", "", "DTSTART: is missing"),
        ("DTEND;TZID=Europe/Berlin:20260602T104500\n", "", "DTEND: is missing"),
        ("TZID=Europe/Berlin:20260602T103000", "TZID=Nowhere/Else:20260602T103000",
         'DTSTART: "Nowhere/Else" is no time zone we know: write the time in UTC'),
        ("20260602T1030", "20260329T0230", f"DTSTART: {PASSED_OVER}"),
        ("20260602T1030", "20261025T0230", f"DTSTART: {TWICE}"),
        ("20260602T104500", "20260602T102500", "minutes: -5 must be 1 to 720"),
        ("Capacity: 12", "", 'DESCRIPTION: needs a line that says how many pairs fit, as in "capacity: 12"'),
        ("SUMMARY:Meet", "RRULE:FREQ=DAILY;COUNT=3",
         "RRULE: the event repeats; write each time as an event of its own, or use days and times"),
    ],
)  # fmt: skip
def test_a_mistake_in_a_calendar_is_named_with_its_event_and_line(old: str, new: str, problem: str) -> None:
    assert f"event 1 (line 4): {problem}" in ics_problems(changed(old, new))


@pytest.mark.parametrize(
    "content", [b"", b"hello", b"\xff\xfe", b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n", b"x" * 2_000_001]
)
def test_what_is_no_calendar_is_refused(content: bytes) -> None:
    assert len(ics_problems(content)) == 1


def test_the_organizer_can_say_one_capacity_for_all() -> None:
    assert slots_from_ics(changed("Capacity: 12", ""), BERLIN, capacity=7)[0].capacity == 7


@given(st.lists(st.sampled_from([*CALENDAR.splitlines(), "DTSTART:x", "DTEND:2026", "DURATION:P9999999D", ":", "A;B"])))
def test_whatever_the_calendar_says_it_is_read_or_refused(lines: list[str]) -> None:
    for content in (lines, [*CALENDAR.splitlines()[:4], *lines, "END:VEVENT", "END:VCALENDAR"]):
        try:
            slots_from_ics("\r\n".join(content).encode(), BERLIN)
        except BadSlots as error:
            assert error.problems


def test_the_calendar_library_is_not_loaded_until_a_calendar_is_read() -> None:
    command = "import shared.slots, sys; sys.exit('icalendar' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", command], check=False).returncode == 0
