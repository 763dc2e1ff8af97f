"""An event's slots are replaced by those of a file, unless two people have agreed to meet in one that would be gone."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.cli import app as commands
from infra.cli.deployment import Deployment
from shared import storage
from shared.events import BadEvent
from shared.introductions import Answer, Closeness, Meeting, Side, Stage
from shared.pipeline.manage_event import SlotsInUse, replace_slots
from shared.slots import BadSlots, Slot
from tests.handlers.conftest import EVENT, START, World

COFFEE = Slot("coffee", START + timedelta(hours=1), START + timedelta(hours=1, minutes=15), "coffee bar", 12)
GARDEN = Slot("garden", START + timedelta(hours=2), START + timedelta(hours=2, minutes=15), "garden", 4)
TOML = """
[[slot]]
at = 2126-06-01T10:00
minutes = 15
place = "coffee bar [level 2]"
capacity = 12
"""
CALENDAR = """BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Example//EN
BEGIN:VEVENT
UID:1@example.org
DTSTAMP:21260501T000000Z
DTSTART:21260601T110000Z
DTEND:21260601T111500Z
LOCATION:garden
END:VEVENT
END:VCALENDAR
"""


def stored_slots() -> tuple[Slot, ...]:
    event = storage.events.load(EVENT.event_id)
    assert event is not None
    return event.slots


def icebreaker(*arguments: str) -> Result:
    return CliRunner().invoke(commands.app, ["event", *arguments], env={"COLUMNS": "200"})


@pytest.fixture(autouse=True)
def deployment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Deployment("icebreaker", {"ApiUrl": "https://api.example"}, world.secrets)
    monkeypatch.setattr("infra.cli.deployment.find_deployment", lambda _: found)


def agreed_in(slot: Slot, *answers: Answer) -> Meeting:
    one, other = (Side(answer, START) for answer in answers)
    return Meeting(
        EVENT.event_id, "a", "b", Closeness.KNOWN, 1.0, Stage.TOLD, "first", START, (one, other), slot_id=slot.slot_id
    )


def test_a_toml_file_replaces_the_slots_and_show_lists_them(tmp_path: Path) -> None:
    (tmp_path / "slots.toml").write_text(TOML)
    assert icebreaker("slots", "democon", str(tmp_path / "slots.toml")).exit_code == 0
    assert [(slot.starts_at, slot.capacity) for slot in stored_slots()] == [(START + timedelta(hours=1), 12)]
    shown = icebreaker("show", "democon").output
    assert "coffee bar [level 2]" in shown
    assert "2126-06-01 10:00" in shown


def test_a_calendar_replaces_them_with_the_capacity_that_is_given(tmp_path: Path) -> None:
    (tmp_path / "slots.ICS").write_text(CALENDAR)
    assert icebreaker("slots", "democon", str(tmp_path / "slots.ICS"), "--capacity", "7").exit_code == 0
    assert [(slot.place, slot.capacity) for slot in stored_slots()] == [("garden", 7)]


@pytest.mark.parametrize(
    ("name", "content", "more", "error"),
    [
        ("slots.ics", CALENDAR, (), BadSlots),  # how many fit is nowhere said
        ("slots.toml", TOML.replace("[[slot]]", "[[slots]]"), (), BadSlots),
        ("slots.toml", TOML.replace("2126", "2127"), (), BadEvent),
        ("slots.toml", TOML, ("--capacity", "7"), SystemExit),
        ("slots.csv", "at", (), SystemExit),
    ],
)
def test_a_file_that_cannot_be_used_changes_nothing(
    tmp_path: Path, name: str, content: str, more: tuple[str, ...], error: type[BaseException]
) -> None:
    replace_slots(EVENT, [COFFEE])
    (tmp_path / name).write_text(content)
    result = icebreaker("slots", "democon", str(tmp_path / name), *more)
    assert isinstance(result.exception, error)
    assert stored_slots() == (COFFEE,)


def test_a_slot_in_which_two_have_agreed_to_meet_does_not_vanish_and_stays_where_it_is() -> None:
    event = replace_slots(EVENT, [COFFEE, GARDEN])
    assert storage.meetings.save(event, agreed_in(COFFEE, Answer.YES, Answer.YES))
    for others in ([GARDEN], [replace(COFFEE, place="foyer"), GARDEN], [replace(COFFEE, ends_at=GARDEN.starts_at)]):
        with pytest.raises(SlotsInUse, match=r"would be gone or change: 2126-06-01 10:00, coffee bar\. Keep"):
            replace_slots(event, others)
    assert stored_slots() == (COFFEE, GARDEN)
    assert replace_slots(event, [replace(COFFEE, capacity=3)]).slots == stored_slots()


def test_a_slot_that_nobody_confirmed_may_go() -> None:
    event = replace_slots(EVENT, [COFFEE])
    assert storage.meetings.save(event, agreed_in(COFFEE, Answer.YES, Answer.NOT_NOW))
    assert replace_slots(event, [GARDEN]).slots == stored_slots() == (GARDEN,)


def test_everything_else_of_the_event_stays_as_it_is() -> None:
    replace_slots(EVENT, [GARDEN, COFFEE])
    assert storage.events.load(EVENT.event_id) == replace(EVENT, slots=(COFFEE, GARDEN))


def test_an_event_that_was_deleted_meanwhile_is_not_made_anew() -> None:
    storage.events.delete(EVENT)
    with pytest.raises(storage.Conflict, match="there is no event 'democon' any more"):
        replace_slots(EVENT, [COFFEE])
    assert storage.events.load(EVENT.event_id) is None
