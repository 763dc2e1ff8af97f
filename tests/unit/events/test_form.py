"""An organizer's form: what comes back untouched changes nothing, and every error names its field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from shared.events import BadEvent, Event, Wave, event_from_toml
from shared.events.changes import differences, version_of
from shared.events.form import event_of_fields, fields_of, new_event_of_fields, place_of
from shared.slots import Slot
from tests.unit.events.test_event import EXAMPLE, events

LONG_BEFORE = EXAMPLE.starts_at - timedelta(days=60)
ODD = st.text(max_size=30)


@given(events(), st.timedeltas(timedelta(-100), timedelta(100)))
def test_a_form_that_nobody_touched_changes_nothing(event: Event, ago: timedelta) -> None:
    assume(all(question.strip() for question in event.questions))
    now = event.starts_at + ago

    again = event_of_fields(fields_of(event, now=now), event, now=now)

    assert again == event
    assert again.questions == event.questions
    assert again.slots == event.slots
    assert (again.text_message_budget, again.starts_at.timestamp()) == (
        event.text_message_budget,
        event.starts_at.timestamp(),
    )
    assert not differences(event, again)
    assert version_of(again) == version_of(event)


@given(st.dictionaries(st.sampled_from([*sorted(fields_of(EXAMPLE, now=LONG_BEFORE)), "wave-3-at", "along"]), ODD))
def test_whatever_is_typed_is_an_event_or_its_problems(typed: dict[str, str]) -> None:
    try:
        event_of_fields(fields_of(EXAMPLE, now=LONG_BEFORE) | typed, EXAMPLE, now=LONG_BEFORE)
    except BadEvent as error:
        assert error.problems


@given(st.dictionaries(st.sampled_from(["id", "name", "starts", "ends", "time_zone", "waves", "wave_time"]), ODD))
def test_whatever_is_typed_for_a_new_event_is_an_event_or_its_problems(typed: dict[str, str]) -> None:
    try:
        new_event_of_fields(NEW | typed)
    except BadEvent as error:
        assert error.problems


NEW = {
    "id": "newcon",
    "name": "NewCon",
    "starts": "2026-06-01T09:00",
    "ends": "2026-06-03T17:30",
    "time_zone": "Europe/Lisbon",
    "place": "Harbour Hall",
    "organizer": "The Society",
    "contact": "hello@newcon.example",
    "locale": "en",
    "waves": "14, 3, 1",
    "wave_time": "09:00",
    "expected_attendees": "1200",
}


def test_a_new_event_is_as_a_file_would_make_it() -> None:
    assert new_event_of_fields(NEW) == event_from_toml("""
        [event]
        id = "newcon"
        name = "NewCon"
        starts = 2026-06-01T09:00
        ends = 2026-06-03T17:30
        time_zone = "Europe/Lisbon"
        place = "Harbour Hall"
        organizer = "The Society"
        contact = "hello@newcon.example"
        expected_attendees = 1200
    """)


@pytest.mark.parametrize(
    ("field", "typed", "place", "says"),
    [
        ("name", " ", "name", "must not be empty"),
        ("starts", "tomorrow", "starts", "must be a date with a time"),
        ("ends", "2026-05-01T10:00", "ends", "must be later than"),
        ("time_zone", "Europe/Lisbom", "time_zone", "did you mean"),
        ("contact", "nobody", "contact", "no e-mail address"),
        ("people_per_mail", "six", "people_per_mail", "must be a whole number from 1 to 5"),
        ("people_per_mail", "", "people_per_mail", "must be a whole number from 1 to 5"),
        ("text_message_budget", "much", "text_message_budget", "must be US dollars"),
        ("wave-0-name", "Erste Welle", "waves", "the name must be"),
        ("wave-0-at", "", "waves", "must be a date with a time"),
        ("question-0-meaning", "", "questions", "choose what it asks"),
        ("question-0-text", "", "questions", "write the question"),
    ],
)
def test_an_error_names_its_field(field: str, typed: str, place: str, says: str) -> None:
    with pytest.raises(BadEvent) as caught:
        event_of_fields(fields_of(EXAMPLE, now=LONG_BEFORE) | {field: typed}, EXAMPLE, now=LONG_BEFORE)
    assert [place_of(problem) for problem in caught.value.problems if says in problem] == [place]


def test_a_wave_that_ran_stays_as_it_was_whatever_the_form_says() -> None:
    first, *_ = EXAMPLE.waves
    now = first.at + timedelta(hours=1)
    fields = fields_of(EXAMPLE, now=now)
    assert first.name not in fields.values()
    assert event_of_fields(fields | {"wave-0-at": "2026-05-30T09:00"}, EXAMPLE, now=now).waves[0] == first


def test_a_wave_cannot_be_moved_into_the_past() -> None:
    now = EXAMPLE.waves[0].at - timedelta(days=1)
    moved = f"{(now - timedelta(days=1)).astimezone(EXAMPLE.starts_at.tzinfo):%Y-%m-%dT%H:%M}"
    with pytest.raises(BadEvent, match="is past; choose a later time"):
        event_of_fields(fields_of(EXAMPLE, now=now) | {"wave-0-at": moved}, EXAMPLE, now=now)


def test_without_any_wave_nobody_would_be_introduced() -> None:
    fields = {name: text for name, text in fields_of(EXAMPLE, now=LONG_BEFORE).items() if not name.startswith("wave-")}
    with pytest.raises(BadEvent, match="keep one at least"):
        event_of_fields(fields, EXAMPLE, now=LONG_BEFORE)


def test_a_wave_without_a_name_is_called_by_its_day() -> None:
    fields = fields_of(EXAMPLE, now=LONG_BEFORE) | {"wave-0-name": "", "wave-0-at": "2026-05-27T08:00"}
    assert event_of_fields(fields, EXAMPLE, now=LONG_BEFORE).waves[0].name == "five-days-before"


def test_waves_and_times_to_meet_move_along_with_the_first_day_by_the_same_clocks() -> None:
    zone = ZoneInfo("Europe/Berlin")
    begins = datetime(2026, 10, 24, 9, tzinfo=zone)  # the night after, the clocks go back
    event = replace(
        EXAMPLE,
        starts_at=begins,
        ends_at=begins + timedelta(days=1),
        time_zone="Europe/Berlin",
        waves=(Wave("day-before", (begins - timedelta(days=1)).astimezone(UTC)),),
        slots=(Slot("noon", begins + timedelta(hours=3), begins + timedelta(hours=3, minutes=15), "bar", 4),),
    )
    now = begins - timedelta(days=30)
    typed = {"starts": "2026-10-26T10:00", "ends": "2026-10-27T09:00", "along": "yes"}

    moved = event_of_fields(fields_of(event, now=now) | typed, event, now=now)

    assert moved.waves == (Wave("day-before", datetime(2026, 10, 25, 9, tzinfo=zone).astimezone(UTC)),)
    assert moved.slots[0].starts_at == datetime(2026, 10, 26, 12, tzinfo=zone)
    assert moved.slots[0].ends_at == datetime(2026, 10, 26, 12, 15, tzinfo=zone)
    assert moved.slots[0].slot_id == "noon"


def test_what_differs_is_said_in_words() -> None:
    fields = fields_of(EXAMPLE, now=LONG_BEFORE) | {"name": "Other", "wave-0-at": "2026-05-10T09:00"}
    said = {each.label: each for each in differences(EXAMPLE, event_of_fields(fields, EXAMPLE, now=LONG_BEFORE))}
    assert set(said) == {"Name", "Wave “two-weeks-before”"}
    wave = said["Wave “two-weeks-before”"]
    assert (wave.before, wave.after, wave.of_time) == ("Mon 18 May 2026, 09:00", "Sun 10 May 2026, 09:00", True)
