"""What holds for every event, however it was made, and for the way it is stored."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import BadEvent, Event, Wave, event_from_dict, event_from_toml, event_to_dict
from shared.slots import MOST_SLOTS, Slot

EXAMPLE = event_from_toml((Path(__file__).parents[2] / "fixtures" / "events" / "pycon.toml").read_text())
SLOT = EXAMPLE.slots[0]
odd_values = st.none() | st.integers() | st.text() | st.lists(st.text())
LETTERS = st.characters(categories=("L", "N", "P", "S"))


@st.composite
def events(draw: st.DrawFn) -> Event:
    zone = draw(st.sampled_from(["UTC", "Europe/Berlin", "America/St_Johns", "Pacific/Chatham", "Asia/Kathmandu"]))
    start = EXAMPLE.starts_at.astimezone(UTC) + draw(st.timedeltas(timedelta(-9000), timedelta(60_000)))
    end = start + draw(st.timedeltas(timedelta(seconds=1), timedelta(days=30)))
    offsets = draw(st.lists(st.timedeltas(timedelta(0), timedelta(days=90)), min_size=1, max_size=4, unique=True))
    moments = sorted(start - offset for offset in offsets)
    return Event(
        event_id=draw(st.from_regex(r"\A[a-z0-9][a-z0-9-]{1,62}\Z")),
        name=draw(st.text(LETTERS, min_size=1, max_size=120)),
        starts_at=start.astimezone(ZoneInfo(zone)),
        ends_at=end.astimezone(ZoneInfo(zone)),
        time_zone=zone,
        place=draw(st.text(LETTERS, min_size=1, max_size=200)),
        organizer=draw(st.text(LETTERS, min_size=1, max_size=120)),
        contact="hello@example.org",
        url=draw(st.sampled_from(["", "https://example.org/a?b=c"])),
        locale=draw(st.sampled_from(["en", "pt-BR", "zh-Hant-TW"])),
        waves=tuple(Wave(f"wave-{number}", moment) for number, moment in enumerate(moments)),
        people_per_mail=draw(st.integers(1, 5)),
        meeting_point=draw(st.text(LETTERS, max_size=200)),
        shards=draw(st.integers(1, 64)),
        questions=draw(st.dictionaries(st.text(LETTERS), st.sampled_from(["handles", "agreed:introduce", "ignore"]))),
        retention_days=draw(st.integers(1, 365)),
        slots=tuple(
            Slot(f"slot-{number}", end - timedelta(minutes=1), end, place, number + 1, rank=number)
            for number, place in enumerate(draw(st.lists(st.text(LETTERS, min_size=1, max_size=200), max_size=3)))
        ),
        walking_minutes=draw(st.integers(0, 60)),
        new_mentions=draw(st.integers(0, 50)),
        follow_up=draw(st.booleans()),
        text_message_budget=draw(st.floats(0, 10_000)),
        text_message_price=draw(st.floats(0.001, 2)),
        key_version=draw(st.integers(1, 99)),
        id_key_version=draw(st.integers(1, 99)),
        rehashing=draw(st.booleans()),
    )


@given(events())
def test_an_event_comes_back_from_storage_as_it_went_in(event: Event) -> None:
    stored = json.loads(json.dumps(event_to_dict(event)))
    again = event_from_dict(stored)

    assert again == event
    assert again.starts_at.timestamp() == event.starts_at.timestamp()
    assert (again.starts_at.fold, again.starts_at.tzname()) == (event.starts_at.fold, event.starts_at.tzname())


@given(events())
def test_everything_about_an_event_expires_after_its_end(event: Event) -> None:
    assert event.expires_at > event.ends_at
    assert event.expires_at.replace(tzinfo=None) - event.ends_at.replace(tzinfo=None) == timedelta(event.retention_days)


def test_numbers_may_come_back_from_storage_as_decimals_and_with_company() -> None:
    stored = event_to_dict(EXAMPLE) | {
        "shards": Decimal(3),
        "people_per_mail": Decimal(5),
        "text_message_price": Decimal("0.08"),
        "written_by": "a later version",
    }
    again = event_from_dict(stored)
    assert again == EXAMPLE
    assert type(again.shards) is int


@given(st.dictionaries(st.sampled_from(sorted(event_to_dict(EXAMPLE))), odd_values, min_size=1))
def test_whatever_was_stored_is_an_event_or_a_bad_event(changes: dict[str, Any]) -> None:
    try:
        event = event_from_dict(event_to_dict(EXAMPLE) | changes)
    except BadEvent as error:
        told = error.problems
    else:
        told = (event.event_id,)
    assert all(told)


@pytest.mark.parametrize("missing", ["event_id", "time_zone", "starts_at", "contact"])
def test_a_stored_event_without_what_it_needs_is_a_bad_event(missing: str) -> None:
    stored = event_to_dict(EXAMPLE)
    del stored[missing]
    with pytest.raises(BadEvent, match=missing):
        event_from_dict(stored)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"starts_at": EXAMPLE.starts_at.replace(tzinfo=None)}, "event.starts: has no time zone"),
        ({"starts_at": EXAMPLE.starts_at.astimezone(UTC)}, "event.starts, event.ends: must be in Europe/Lisbon"),
        ({"people_per_mail": 6}, "event.people_per_mail: 6 must be 1 to 5"),
        ({"shards": 0}, "event.shards: 0 must be 1 to 64"),
        ({"waves": ()}, "event.waves: 0 waves"),
        ({"waves": EXAMPLE.waves[::-1]}, "event.waves: must be in order of time"),
        ({"name": "Conf\u202e"}, "event.name: must be one line"),
        ({"walking_minutes": 61}, "event.walking_minutes: 61 must be 0 to 60"),
        ({"new_mentions": -1}, "event.new_mentions: -1 must be 0 to 50"),
        ({"text_message_budget": 20_000.0}, "event.text_message_budget: 20,000.0 must be 0.0 to 10,000.0"),
        ({"text_message_price": float("nan")}, "event.text_message_price: nan must be 0.001 to 2.0"),
        ({"slots": (SLOT, SLOT)}, "slot: two of the slots have the same id"),
        (
            {"slots": tuple(replace(SLOT, slot_id=f"slot-{number}") for number in range(MOST_SLOTS + 1))},
            "slot: 1001 slots are more than the 1000 allowed",
        ),
        (
            {"slots": tuple(replace(SLOT, slot_id=f"slot-{number}", place="ü" * 200) for number in range(200))},
            "slot: the names of the places are too long",
        ),
    ],
)
def test_an_event_that_cannot_be_is_never_made(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadEvent) as caught:
        replace(EXAMPLE, **changes)
    assert caught.value.problems[0].startswith(problem)


def test_an_event_can_be_a_key_although_its_questions_are_a_mapping() -> None:
    assert len({EXAMPLE, event_from_dict(event_to_dict(EXAMPLE))}) == 1


@pytest.mark.parametrize(
    ("ends", "asked"),
    [
        ("2026-10-24T17:30", datetime(2026, 10, 25, 9, tzinfo=UTC)),  # the clocks went back that night
        ("2026-10-24T00:00", datetime(2026, 10, 24, 8, tzinfo=UTC)),  # at midnight the day before ends
        ("2026-10-24T02:00", datetime(2026, 10, 25, 9, tzinfo=UTC)),
    ],
)
def test_people_are_asked_at_ten_on_the_morning_after_the_last_day(ends: str, asked: datetime) -> None:
    zone = ZoneInfo("Europe/Berlin")
    event = replace(
        EXAMPLE,
        time_zone="Europe/Berlin",
        starts_at=EXAMPLE.starts_at.astimezone(zone),
        ends_at=datetime.fromisoformat(ends).replace(tzinfo=zone),
    )
    assert (event.follow_up_at, event.follow_up_at.tzinfo) == (asked, UTC)


def test_the_last_wave_is_the_latest() -> None:
    assert EXAMPLE.last_wave_at == max(wave.at for wave in EXAMPLE.waves)


@pytest.mark.parametrize(
    ("starts", "ends", "lies_within"),
    [
        (-timedelta(days=1), timedelta(minutes=15), True),
        (-timedelta(days=1, minutes=1), timedelta(minutes=15), False),
    ],
)
def test_a_slot_lies_between_the_day_before_and_the_end(starts: timedelta, ends: timedelta, lies_within: bool) -> None:
    begin = EXAMPLE.starts_at.astimezone(UTC) + starts
    slot = replace(SLOT, starts_at=begin, ends_at=begin + ends)
    if lies_within:
        assert replace(EXAMPLE, slots=(slot,)).slots == (slot,)
    else:
        with pytest.raises(BadEvent, match="must lie between a day before the start of the event and its end"):
            replace(EXAMPLE, slots=(slot,))


def test_no_slot_outlasts_the_event() -> None:
    last = replace(SLOT, starts_at=EXAMPLE.ends_at - timedelta(minutes=15), ends_at=EXAMPLE.ends_at)
    assert replace(EXAMPLE, slots=(last,)).slots == (last,)
    with pytest.raises(BadEvent, match="must lie between"):
        replace(EXAMPLE, slots=(replace(last, ends_at=EXAMPLE.ends_at + timedelta(minutes=1)),))


@pytest.mark.parametrize("name", ["follow-up", "at-once", "at-once-2"])
def test_names_of_what_is_sent_beside_the_waves_are_taken(name: str) -> None:
    with pytest.raises(BadEvent, match="the name is taken by what is sent beside the waves"):
        replace(EXAMPLE, waves=(replace(EXAMPLE.waves[0], name=name),))


def test_an_event_stored_before_there_were_slots_is_still_read() -> None:
    stored = event_to_dict(EXAMPLE)
    for later in ("slots", "walking_minutes", "new_mentions", "follow_up", "text_message_budget", "text_message_price"):
        del stored[later]
    event = event_from_dict(stored)
    assert (event.slots, event.walking_minutes, event.new_mentions, event.follow_up) == ((), 5, 5, True)
    assert (event.text_message_budget, event.text_message_price) == (20.0, 0.08)


def test_an_event_stored_before_keys_had_versions_has_the_first() -> None:
    stored = event_to_dict(replace(EXAMPLE, key_version=2, id_key_version=2, rehashing=True))
    for later in ("key_version", "id_key_version", "rehashing"):
        del stored[later]
    event = event_from_dict(stored)
    assert (event.key_version, event.id_key_version, event.rehashing) == (1, 1, False)


def test_as_many_slots_as_there_can_be_fit_into_one_item() -> None:
    slots = tuple(replace(SLOT, slot_id=f"s-{number:061}", place="é" * 24) for number in range(MOST_SLOTS))
    assert len(json.dumps(event_to_dict(replace(EXAMPLE, slots=slots)))) < 400 * 1024 - 10_000


def test_registering_loads_neither_the_organizers_reader_nor_the_calendar() -> None:
    heavy = {"icalendar", "numpy", "tomllib", "shared.slots.assignment", "shared.slots.invitation"}
    probe = f"import shared.events, sys; print(sorted({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", probe], check=True, capture_output=True, text=True).stdout == "[]\n"
