"""An event is changed on its pages: what moves is shown first, nothing of anybody is overwritten, schedules fit."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import boto3
import pytest

from shared import storage
from shared.events import FOLLOW_UP, Event, Wave
from shared.events.changes import version_of
from shared.events.form import fields_of, shown
from shared.introductions import Answer, Side
from shared.pipeline import manage_event
from shared.pipeline.manage_event import change_event
from shared.services import Scheduling
from shared.services.schedules import create_schedules
from shared.slots import Slot
from shared.slots.form import row_of
from tests.handlers.conftest import CONTEXT, ENVIRONMENT, World
from tests.handlers.organizers import HOME, OrganizerBrowser
from tests.handlers.pages import NOW, UPCOMING, Seen, attendee, keep, meet

SCHEDULING = Scheduling.from_environment(ENVIRONMENT)
START = UPCOMING.starts_at
BAR = Slot("bar", START + timedelta(hours=1), START + timedelta(hours=1, minutes=15), "coffee bar", 4)


@pytest.fixture
def browser(world: World) -> OrganizerBrowser:
    boto3.client("scheduler").create_schedule_group(Name="waves")
    storage.events.update(replace(UPCOMING, slots=(BAR,)))
    create_schedules(stored(), scheduling=SCHEDULING, now=NOW)
    signed_in = OrganizerBrowser(world)
    signed_in.sign_in()
    return signed_in


def stored() -> Event:
    event = storage.events.load(UPCOMING.event_id)
    assert event is not None
    return event


def fields(**typed: str) -> dict[str, str]:
    """The form as it is shown, with what somebody types into it."""
    event = stored()
    return (
        fields_of(event, now=NOW)
        | {"version": version_of(event)}
        | {n.replace("_of_", "-"): t for n, t in typed.items()}
    )


def save(browser: OrganizerBrowser, typed: dict[str, str], step: str = "save") -> Seen:
    return browser.press("event/edit", **typed, step=step)


def schedules() -> dict[str, str]:
    client = boto3.client("scheduler")
    found = client.list_schedules(GroupName="waves")["Schedules"]
    return {
        each["Name"].partition(".")[2]: client.get_schedule(Name=each["Name"], GroupName="waves")["ScheduleExpression"]
        for each in found
    }


def local(moment: datetime) -> str:
    return shown(moment.astimezone(ZoneInfo(UPCOMING.time_zone)).replace(second=0, microsecond=0))


def at(moment: datetime) -> str:
    return f"at({moment.astimezone(ZoneInfo('UTC')).replace(second=0, microsecond=0):%Y-%m-%dT%H:%M:%S})"


def test_the_form_shows_what_is_set_and_changes_nothing_untouched(browser: OrganizerBrowser) -> None:
    before, scheduled = browser.world.items(), schedules()
    page = browser.get(f"{HOME}/event/edit")
    assert page.status == 200
    assert f'value="{UPCOMING.name}"' in page.body
    assert "Nothing was changed" in save(browser, fields(), "look").text
    assert (browser.world.items(), schedules()) == (before, scheduled)


def test_a_new_name_is_saved_at_once(browser: OrganizerBrowser) -> None:
    assert "Saved" in save(browser, fields(name="Other"), "look").text
    assert stored().name == "Other"


def test_a_wave_that_moves_is_shown_before_it_is_saved(browser: OrganizerBrowser) -> None:
    later, before = NOW + timedelta(days=3), stored()
    typed = fields() | {"wave-0-at": local(later)}
    look = save(browser, typed, "look")
    assert "Wave “second” nothing was sent yet" in look.text
    assert stored() == before
    assert "Saved" in save(browser, typed).text
    assert stored().waves[-1] == Wave("second", stored().waves[-1].at)
    assert schedules()["second"] == at(later)


def test_waves_are_added_and_taken_out_with_their_schedules(browser: OrganizerBrowser) -> None:
    new = NOW + timedelta(days=2)
    typed = fields() | {"wave-0-name": "third", "wave-0-at": local(new), "wave-1-name": "", "wave-1-at": ""}
    assert "is taken out" in save(browser, typed, "look").text
    save(browser, typed)
    assert [wave.name for wave in stored().waves] == ["first", "third"]
    assert set(schedules()) == {"third", FOLLOW_UP}


def test_a_wave_that_is_held_back_stays_so_when_it_moves(browser: OrganizerBrowser) -> None:
    browser.press("waves/second/hold")
    save(browser, fields() | {"wave-0-at": local(NOW + timedelta(days=3))})
    assert set(schedules()) == {FOLLOW_UP}


def test_an_error_names_the_field_and_keeps_what_was_typed(browser: OrganizerBrowser) -> None:
    before = browser.world.items()
    seen = save(browser, fields(name="", place="The <Quay>", people_per_mail="9"))
    assert seen.status == 422
    assert "Name: must not be empty" in seen.text
    assert 'href="#people_per_mail"' in seen.body
    assert "The &lt;Quay&gt;" in seen.body
    assert browser.world.items() == before


def test_of_two_who_edit_at_once_the_second_is_told_and_nothing_is_overwritten(browser: OrganizerBrowser) -> None:
    mine = fields(name="Mine")
    save(browser, fields(place="Theirs"))
    seen = save(browser, mine)
    assert seen.status == 409
    assert "Somebody else changed the event" in seen.text
    assert "Place: now “Theirs”" in seen.text
    assert (stored().name, stored().place) == (UPCOMING.name, "Theirs")
    # Having seen it, they may.
    save(browser, mine | {"version": seen.field("version"), "place": "Theirs"})
    assert (stored().name, stored().place) == ("Mine", "Theirs")


def test_whoever_writes_between_reading_and_saving_is_not_overwritten(browser: OrganizerBrowser) -> None:
    before = stored()
    storage.events.update(replace(before, place="Theirs"))
    with pytest.raises(storage.Conflict, match="changed by somebody else"):
        change_event(before, replace(before, name="Mine"), scheduling=SCHEDULING, now=NOW)
    assert stored().place == "Theirs"


@pytest.mark.parametrize("step", ["add_schedules", "schedule_new_end", "events.update", "fit_schedules"])
def test_cut_short_it_is_finished_by_the_same_form_again(
    browser: OrganizerBrowser, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    typed = fields(ends=local(UPCOMING.ends_at + timedelta(days=2))) | {
        "wave-0-at": local(NOW + timedelta(days=3)),
        "wave-1-name": "third",
        "wave-1-at": local(NOW + timedelta(days=2)),
    }

    def fail(*_: Any, **__: Any) -> None:
        raise TimeoutError

    with monkeypatch.context() as patch:
        target, name = (manage_event.events, "update") if "." in step else (manage_event, step)
        patch.setattr(target, name, fail)
        assert save(browser, typed).status == 500
    save(browser, typed)
    assert [wave.name for wave in stored().waves] == ["first", "third", "second"]
    found = schedules()
    assert found["second"] == at(NOW + timedelta(days=3))
    assert found["third"] == at(NOW + timedelta(days=2))
    assert set(found) == {"second", "third", FOLLOW_UP, "at-once-new-end"}
    assert found[FOLLOW_UP] == f"at({stored().follow_up_at:%Y-%m-%dT%H:%M:%S})"


def test_a_schedule_of_a_wave_that_was_taken_out_does_nothing(browser: OrganizerBrowser) -> None:
    before = browser.world.items()
    plan = browser.world.handler("plan_introductions").handler
    assert plan({"event_id": "democon", "wave": "gone"}, CONTEXT) == {}
    assert browser.world.items() == before


def test_what_is_kept_lasts_until_the_new_end(browser: OrganizerBrowser) -> None:
    keep(attendee("ann"))
    save(browser, fields(ends=local(UPCOMING.ends_at + timedelta(days=20))))
    plan = browser.world.handler("plan_introductions").handler
    assert plan({"event_id": "democon", "wave": "at-once-new-end"}, CONTEXT)["kept"] > 0
    ends = str(int(stored().expires_at.timestamp()))
    of_event = [item for item in browser.world.items() if "expires_at" in item and "democon" in str(item["pk"]["S"])]
    assert of_event
    assert {item["expires_at"]["N"] for item in of_event} == {ends}
    assert plan({"event_id": "democon", "wave": "at-once-new-end"}, CONTEXT) == {"kept": 0}


def test_the_question_mapping_is_written_line_by_line(browser: OrganizerBrowser) -> None:
    rows = save(browser, fields() | {"question-0-text": "Where are you?", "question-0-meaning": "handles"}, "rows")
    assert 'value="Where are you?"' in rows.body
    assert "question-3-text" in rows.body
    save(browser, fields() | {"question-0-text": "Where are you?", "question-0-meaning": "handles"})
    assert stored().questions == {"Where are you?": "handles"}


def test_a_form_of_another_page_or_nobody_does_nothing(browser: OrganizerBrowser) -> None:
    before = browser.world.items()
    for path in ("event/edit", "event/slots", "platforms/luma/secret", "platforms/pretix/token"):
        assert browser.post(f"{HOME}/{path}", fields(name="Mine") | {"form": "made up"}).status == 400
    assert browser.world.items() == before


class TestTimesToMeet:
    def rows(self, *rows: dict[str, str]) -> dict[str, str]:
        typed = {f"slot-{n}-{name}": text for n, row in enumerate(rows) for name, text in row.items()}
        return typed | {"version": version_of(stored())}

    def test_rows_are_changed_added_and_taken_out(self, browser: OrganizerBrowser) -> None:
        assert 'value="coffee bar"' in browser.get(f"{HOME}/event/slots").body
        another = row_of(BAR) | {"id": "", "place": "garden", "capacity": "2"}
        browser.press("event/slots", step="save", **self.rows(row_of(BAR) | {"capacity": "9"}, another))
        assert {(slot.place, slot.capacity) for slot in stored().slots} == {("coffee bar", 9), ("garden", 2)}
        browser.press("event/slots", step="save", **self.rows(row_of(BAR) | {"out": "yes"}, another))
        assert [slot.place for slot in stored().slots] == ["garden"]

    def test_several_are_added_as_rows_and_nothing_is_saved_yet(self, browser: OrganizerBrowser) -> None:
        before = stored()
        several = {
            "days": f"{START:%Y-%m-%d}",
            "times": "20:00, 20:30",
            "minutes": "15",
            "place": "quay",
            "capacity": "3",
        }
        seen = browser.press(
            "event/slots", step="several", **self.rows(row_of(BAR)), **{f"several-{n}": t for n, t in several.items()}
        )
        assert seen.body.count('value="quay"') == 2
        assert stored() == before
        assert "More rows" in browser.press("event/slots", step="rows", **self.rows(row_of(BAR))).text

    def test_an_error_names_the_row_and_keeps_what_was_typed(self, browser: OrganizerBrowser) -> None:
        seen = browser.press("event/slots", step="save", **self.rows(row_of(BAR) | {"place": "quay", "minutes": "x"}))
        assert seen.status == 422
        assert "Slot 1: minutes: must be a whole number" in seen.text
        assert 'value="quay"' in seen.body
        assert stored().slots == (BAR,)

    def test_a_time_at_which_two_have_agreed_to_meet_stays(self, browser: OrganizerBrowser) -> None:
        for name in ("ann", "mack"):
            keep(attendee(name))
        meet("ann", "mack", sides=(Side(Answer.YES, NOW), Side(Answer.YES, NOW)), slot_id="bar")
        seen = browser.press("event/slots", step="save", **self.rows(row_of(BAR) | {"place": "quay"}))
        assert seen.status == 409
        assert "People have agreed to meet" in seen.text
        assert stored().slots == (BAR,)

    def test_of_two_who_edit_at_once_the_second_is_told(self, browser: OrganizerBrowser) -> None:
        mine = self.rows(row_of(BAR) | {"capacity": "9"})
        save(browser, fields(place="Theirs"))
        assert browser.press("event/slots", step="save", **mine).status == 409
        assert stored().slots == (BAR,)

    def test_a_thousand_rows_are_one_form(self, browser: OrganizerBrowser) -> None:
        rows = [row_of(BAR) | {"id": "", "place": f"table {n}"} for n in range(1000)]
        browser.press("event/slots", step="save", **self.rows(*rows))
        assert len(stored().slots) == 1000
