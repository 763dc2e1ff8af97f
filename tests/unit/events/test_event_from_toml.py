"""The organizer's file: what it becomes, and what is said about mistakes in it."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import BadEvent, Event, Wave, event_from_toml
from shared.events.toml import KEYS, wave_name
from shared.slots import with_seconds

EXAMPLE = (Path(__file__).parents[2] / "fixtures" / "events" / "pycon.toml").read_text()
SHORT = """
[event]
id = "tweetup"
name = "Tweetup"
starts = 2026-04-01T18:00
ends = 2026-04-01T21:00
time_zone = "Europe/Berlin"
place = "Café Beispiel"
organizer = "Gwen"
contact = "gwen@example.org"
"""

BAR = "[[slot]]\nat = 2026-04-01T18:30\nminutes = 15\nplace = 'bar'\ncapacity = 4"


def read(changes: str = "", *, without: str = "", text: str = SHORT) -> Event:
    """SHORT with ``changes`` instead of the lines of the same keys, and without the line of key ``without``."""
    of_event = re.split(r"^\[", changes, maxsplit=1, flags=re.MULTILINE)[0]
    keys = {line.split("=")[0].strip() for line in of_event.splitlines()} | {without}
    kept = [line for line in text.splitlines() if line.split("=")[0].strip() not in keys or "=" not in line]
    return event_from_toml("\n".join(kept) + "\n" + changes)


def problems(changes: str = "", *, without: str = "", text: str = SHORT) -> tuple[str, ...]:
    with pytest.raises(BadEvent) as caught:
        read(changes, without=without, text=text)
    return caught.value.problems


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc]


def test_the_documented_example_is_read_with_everything_it_says() -> None:
    event = event_from_toml(EXAMPLE)

    assert event.event_id == "pycon-atlantis-2026"
    assert event.starts_at == datetime(2026, 6, 1, 9, tzinfo=ZoneInfo("Europe/Lisbon"))
    assert event.shards == 3
    assert event.waves == (
        Wave("two-weeks-before", utc(2026, 5, 18, 8)),
        Wave("three-days-before", utc(2026, 5, 29, 8)),
        Wave("one-day-before", utc(2026, 5, 31, 8)),
        Wave("first-evening", utc(2026, 6, 1, 17, 15)),
    )
    assert [(f"{slot.starts_at:%d %H:%M}", slot.place, slot.capacity) for slot in event.slots] == [
        ("02 10:30", "coffee bar, level 2", 12),
        ("02 15:30", "coffee bar, level 2", 12),
        ("03 10:30", "coffee bar, level 2", 12),
        ("03 15:30", "coffee bar, level 2", 12),
        ("01 18:30", "the quay", 20),
    ]
    assert event.slots[-1].slot_id == "first-evening"
    assert event.questions["T-shirt size"] == "ignore"
    assert event.expires_at == datetime(2026, 7, 3, 17, 30, tzinfo=ZoneInfo("Europe/Lisbon"))


def test_the_documented_example_shows_every_key() -> None:
    assert set(KEYS) == set(tomllib.loads(with_seconds(EXAMPLE))["event"])


def test_what_the_example_says_of_keys_left_out_is_true() -> None:
    event = read()
    assert (event.walking_minutes, event.new_mentions, event.follow_up, event.slots) == (5, 5, True, ())
    assert (event.text_message_budget, event.text_message_price) == (20, 0.08)
    assert (event.url, event.locale, event.people_per_mail) == ("", "en", 5)
    assert (event.meeting_point, event.retention_days, event.shards) == ("", 30, 1)
    assert [wave.name for wave in event.waves] == ["two-weeks-before", "three-days-before", "one-day-before"]


def test_a_wave_comes_at_the_same_local_time_on_both_sides_of_a_clock_change() -> None:
    assert [wave.at for wave in read().waves] == [
        utc(2026, 3, 18, 8),  # 09:00 in winter
        utc(2026, 3, 29, 7),  # 09:00 on the day the clocks went forward
        utc(2026, 3, 31, 7),
    ]


@given(day=st.dates(date(2024, 1, 1), date(2030, 12, 31)), before=st.integers(0, 60))
def test_every_wave_is_at_nine_in_the_events_zone(day: date, before: int) -> None:
    event = read(f"starts = {day}T10:00\nends = {day}T20:00\nwaves = [{before}]\ntime_zone = 'America/New_York'")
    local = event.waves[0].at.astimezone(ZoneInfo("America/New_York"))
    assert (local.hour, local.minute) == (9, 0)
    assert event.starts_at.date() - local.date() == timedelta(days=before)


def test_waves_of_ones_own_replace_the_usual_ones_unless_both_are_stated() -> None:
    own = "\n[[wave]]\nname = 'now'\nat = 2026-03-01T12:00:00Z\n"
    assert [wave.name for wave in read(own).waves] == ["now"]
    assert [wave.name for wave in read("waves = [1]\n" + own).waves] == ["now", "one-day-before"]


def test_a_wave_without_an_offset_is_in_the_events_zone() -> None:
    (wave,) = read("[[wave]]\nname = 'now'\nat = 2026-03-01T12:00\n").waves
    assert wave.at == utc(2026, 3, 1, 11)


@pytest.mark.parametrize(
    "written",
    ["2026-04-01T18:00", "2026-04-01 18:00", "2026-04-01T18:00:00", '"2026-04-01 18:00"', "2026-04-01T16:00Z"],
)
def test_a_time_may_be_written_as_people_write_it(written: str) -> None:
    assert read(f"starts = {written}").starts_at == datetime(2026, 4, 1, 18, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(("written", "hour"), [("'17:30'", 15), ("17:30", 15), ("06:30:00", 4)])
def test_the_time_of_waves_can_be_chosen(written: str, hour: int) -> None:
    assert read(f"wave_time = {written}\nwaves = [1]").waves[0].at == utc(2026, 3, 31, hour, 30)


@pytest.mark.parametrize(
    ("attendees", "shards"), [(1, 1), (500, 1), (501, 2), (10_000, 20), (32_000, 64), (100_000, 64)]
)
def test_an_event_is_divided_by_five_hundred_attendees(attendees: int, shards: int) -> None:
    assert read(f"expected_attendees = {attendees}").shards == shards


@pytest.mark.parametrize(
    ("days", "name"),
    [
        (0, "on-the-day"),
        (1, "one-day-before"),
        (7, "one-week-before"),
        (14, "two-weeks-before"),
        (20, "20-days-before"),
    ],
)
def test_a_wave_is_named_as_people_say_it(days: int, name: str) -> None:
    assert wave_name(days) == name


@pytest.mark.parametrize("key", ["id", "name", "starts", "ends", "time_zone", "place", "organizer", "contact"])
def test_a_missing_key_is_named(key: str) -> None:
    assert problems(without=key) == (f"event.{key}: is missing",)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ("id = 'Tweet Up'", 'event.id: "Tweet Up" must be 2 to 63 of a-z'),
        ("id = ''", 'event.id: "" must be'),
        ("name = 'two\\nlines'".replace("'", '"'), "event.name: must be one line"),
        ("name = ''", "event.name: must not be empty"),
        ("name = 7", "event.name: must be a text"),
        ("time_zone = 'Europe/Berln'", 'event.time_zone: "Europe/Berln" is no IANA time zone (did you mean "Europe/B'),
        ("time_zone = '../../etc/passwd'", 'event.time_zone: "../../etc/passwd" is no IANA time zone'),
        ("time_zone = 'America'", 'event.time_zone: "America" is no IANA time zone'),
        ("starts = 2026-04-01", "event.starts: must be a date with a time"),
        ("starts = 'soon'", "event.starts: must be a date with a time"),
        ("starts = 2026-03-29T02:30", "event.starts: 2026-03-29 02:30 does not exist in Europe/Berlin"),
        ("starts = 2026-04-02T18:00", "event.ends: 2026-04-01 21:00 must be later than event.starts"),
        ("starts = 0226-04-01T18:00", "event.starts: must be in the years 2000 to 2200"),
        ("ends = 9999-12-31T23:00", "event.ends: must be in the years 2000 to 2200"),
        ("contact = 'gwen'", 'event.contact: "gwen" is no e-mail address'),
        ("url = 'javascript:alert(1)'", 'event.url: "javascript:alert(1)" must begin with https://'),
        ("locale = 'English'", 'event.locale: "English" is no language tag'),
        ("people_per_mail = 6", "event.people_per_mail: must be a whole number from 1 to 5"),
        ("people_per_mail = true", "event.people_per_mail: must be a whole number from 1 to 5"),
        ("retention_days = 0", "event.retention_days: must be a whole number from 1 to 365"),
        ("waves = [14, 7, 3, 2, 1]", "event.waves: 5 waves, where there must be 1 to 4"),
        ("waves = []", "event.waves: without a wave nobody is ever introduced"),
        ("waves = [-1]", "event.waves: must be whole days before the start"),
        ("waves = [3, 3]", 'wave "three-days-before": there are two of this name'),
        ("waves = [0]\nwave_time = '23:00'", 'wave "on-the-day": 2026-04-01 21:00 UTC is not before the end'),
        ("wave_time = 'morning'", "event.wave_time: must be a time of day"),
        ("wavs = [1]", 'event.wavs: is not a key that is known (did you mean "waves"?)'),
        ("[[wave]]\nname = 'later'\nat = 2026-05-01T12:00", 'wave "later": 2026-05-01 10:00 UTC is not before the end'),
        ("[[wave]]\nname = 'No Slug'\nat = 2026-03-01T12:00", 'wave "No Slug": the name must be'),
        ("[[wave]]\nname = 'timeless'", "wave: needs a name (a text) and at"),
        ("[wave]\nname = 'single'", "wave: must be written as [[wave]]"),
        ("[questions]\n'Fediverse' = 'pigeon post'", 'questions."Fediverse": "pigeon post" is neither'),
        ("[questions]\n'Fediverse' = 1", 'questions: each line must be "Question" = "meaning"'),
        ("walking_minutes = 90", "event.walking_minutes: must be a whole number from 0 to 60"),
        ("new_mentions = 2.5", "event.new_mentions: must be a whole number from 0 to 50"),
        ("new_mention = 2", 'event.new_mention: is not a key that is known (did you mean "new_mentions"?)'),
        ("key_version = 2", "event.key_version: is not a key that is known"),
        ("follow_up = 'yes'", "event.follow_up: must be true or false"),
        ("followup = false", 'event.followup: is not a key that is known (did you mean "follow_up"?)'),
        ("text_message_budget = -1", "event.text_message_budget: must be US dollars, from 0 to 10,000"),
        ("text_message_budget = true", "event.text_message_budget: must be US dollars"),
        ("text_message_price = nan", "event.text_message_price: must be US dollars, from 0.001 to 2"),
        ("[[wave]]\nname = 'follow-up'\nat = 2026-03-01T12:00", 'wave "follow-up": the name is taken'),
        ("[slot]\nat = 2026-04-01T18:30", "slot: must be written as [[slot]]"),
        ("[[slots]]\nat = 2026-04-01T18:30", 'slots: is not a key that is known (did you mean "slot"?)'),
        (f"{BAR}\nplce = 'x'", 'slot 1 (line 11): plce: is not a key that is known (did you mean "place"?)'),
        (BAR.replace("15", "0"), "slot 1 (line 11): minutes: 0 must be at least 1"),
        (BAR.replace("-01T", "-02T"), "slot: 2026-04-02 18:30, bar: must lie between a day before the start"),
        ("[[[", "the file is no TOML"),
        (
            "waves = [14, 7, 3, 2]\n[[wave]]\nname = 'early'\nat = 2026-03-01T12:00",
            "event.waves: 5 waves together with [[wave]], where there must be 1 to 4",
        ),
    ],
)  # fmt: skip
def test_each_mistake_is_named_with_its_key(changes: str, problem: str) -> None:
    assert problems(changes)[0].startswith(problem)


def test_all_mistakes_are_told_at_once() -> None:
    told = problems(
        "id = 'A B'\nname = 5\ncontact = 'x'\nurl = 'ftp://x'\nwaves = 3\npeople_per_mail = 9", without="place"
    )
    assert sorted(problem.split(":")[0] for problem in told) == [
        "event.contact", "event.id", "event.name", "event.people_per_mail", "event.place", "event.url", "event.waves",
    ]  # fmt: skip


def test_a_slots_mistakes_are_told_with_all_the_others() -> None:
    told = problems(f"people_per_mail = 9\n{BAR.replace('15', '0')}\n{BAR}", without="starts")
    assert [problem.split(":")[0] for problem in told] == [
        "event.starts", "event.people_per_mail", "slot 1 (line 11)",
    ]  # fmt: skip


@pytest.mark.parametrize(("key", "value"), [("walking_minutes", 0), ("new_mentions", 0), ("text_message_budget", 0)])
def test_none_at_all_is_a_number_too(key: str, value: int) -> None:
    assert getattr(read(f"{key} = {value}"), key) == value


def test_a_key_above_its_table_is_told_where_it_belongs() -> None:
    told = problems(text="id = 'a-b'\n[event]\nname = 'A'")
    assert told[0] == "id: belongs into the table [event]"


def test_a_file_that_is_none_is_called_by_its_name() -> None:
    with pytest.raises(BadEvent, match=r"my-event\.toml is no TOML: "):
        event_from_toml("[[[", called="my-event.toml")


def test_a_file_without_an_event_says_so() -> None:
    assert problems(text="") == ("[event]: is missing",)


@given(text=st.text())
def test_any_text_is_an_event_or_a_list_of_problems(text: str) -> None:
    with pytest.raises(BadEvent) as caught:
        event_from_toml(text)
    assert caught.value.problems


toml_values = st.one_of(
    st.integers().map(str),
    st.sampled_from(
        ["true", "[]", "{}", "[1, 'a']", "nan", "2026-04-01", "12:30:00", "0001-01-01T00:00:00+14:00", "''"]
    ),
    st.datetimes().map(lambda moment: moment.isoformat(timespec="seconds")),
    st.from_regex(r"\A\"[a-zA-Z0-9/@. -]{0,20}\"\Z"),
)


@given(st.dictionaries(st.sampled_from(KEYS), toml_values, min_size=1, max_size=4))
def test_any_value_of_any_key_is_taken_or_named(values: dict[str, str]) -> None:
    try:
        event = read("\n".join(f"{key} = {value}" for key, value in values.items()))
    except BadEvent as error:
        told = error.problems
    else:
        told = (event.name,)
    assert all(told)
