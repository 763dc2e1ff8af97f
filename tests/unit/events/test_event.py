"""What holds for every event, however it was made, and for the way it is stored."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import BadEvent, Event, Wave, event_from_dict, event_from_toml, event_to_dict

EXAMPLE = event_from_toml((Path(__file__).parents[2] / "fixtures" / "events" / "pycon.toml").read_text())
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
    ],
)
def test_an_event_that_cannot_be_is_never_made(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadEvent) as caught:
        replace(EXAMPLE, **changes)
    assert caught.value.problems[0].startswith(problem)


def test_an_event_can_be_a_key_although_its_questions_are_a_mapping() -> None:
    assert len({EXAMPLE, event_from_dict(event_to_dict(EXAMPLE))}) == 1
