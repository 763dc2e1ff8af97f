"""Nobody's telephone rings at night, on whichever side of the clocks being turned."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import Event
from shared.notifications.day_hours import may_text, next_text_time
from tests.democon import EVENT

ZONES = sorted(available_timezones() - {"localtime", "Factory"})
# Half an hour of summer time; a day that never was; clocks turned at midnight; ordinary ones; none.
ODD_ZONES = ["Australia/Lord_Howe", "Pacific/Apia", "America/Havana", "Europe/Berlin", "America/New_York", "UTC"]


def in_zone(name: str) -> Event:
    zone = ZoneInfo(name)
    return replace(
        EVENT, time_zone=name, starts_at=EVENT.starts_at.astimezone(zone), ends_at=EVENT.ends_at.astimezone(zone)
    )


@pytest.mark.parametrize(
    ("clock", "may"), [("08:59", False), ("09:00", True), ("19:59", True), ("20:00", False), ("03:00", False)]
)
def test_the_day_is_from_nine_to_eight_on_the_clock_at_the_event(clock: str, may: bool) -> None:
    now = datetime.fromisoformat(f"2026-05-30T{clock}").replace(tzinfo=ZoneInfo("Asia/Tokyo"))
    assert may_text(in_zone("Asia/Tokyo"), now.astimezone(UTC)) is may


@pytest.mark.parametrize(
    ("evening", "morning"),
    [
        ("2026-03-28T20:00+01:00", "2026-03-29T09:00+02:00"),  # twelve hours
        ("2026-10-24T20:00+02:00", "2026-10-25T09:00+01:00"),  # fourteen
    ],
)
def test_after_the_night_in_which_clocks_are_turned_it_is_nine_on_the_new_clock(evening: str, morning: str) -> None:
    found = next_text_time(in_zone("Europe/Berlin"), datetime.fromisoformat(evening))
    assert found == datetime.fromisoformat(morning)


@given(
    st.sampled_from(ODD_ZONES) | st.sampled_from(ZONES),
    st.integers(0, 40 * 365 * 24 * 60).map(
        lambda minutes: datetime(2005, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    ),
)
def test_the_next_time_is_the_first_one_and_within_the_day(zone: str, now: datetime) -> None:
    event = in_zone(zone)
    found = next_text_time(event, now)
    assert found >= now
    assert may_text(event, found)
    assert found - now <= timedelta(hours=14)
    # Nothing in between would have done.
    before = now
    while before < found:
        assert not may_text(event, before)
        before += timedelta(minutes=10)
