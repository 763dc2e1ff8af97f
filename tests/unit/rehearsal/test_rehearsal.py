"""What a rehearsal does to an event's dates and to a list, and what it leaves to look at."""

import ast
import csv
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.deploy import ASK_OTHERS
from infra.rehearsal.clock import LEAST_AHEAD, still_to_come
from infra.rehearsal.mailbox import in_rounds, write_index, write_mails
from infra.rehearsal.rehearsal import MARK, NotRehearsed, _make_room, everybody_agrees
from shared.events import Event, event_from_toml
from tests.template import written

NOW = datetime(2026, 5, 20, 12, tzinfo=UTC)


def event_on(day: str, waves: str = "waves = [14, 3, 1]") -> Event:
    return event_from_toml(
        f"""
[event]
id = "try-it"
name = "Try it"
starts = {day}T09:00
ends = {day}T18:00
time_zone = "Europe/Paris"
place = "Brussels"
organizer = "The Try It Society"
contact = "hello@try-it.example"
{waves}

[[slot]]
at = {day}T10:30
minutes = 15
place = "the coffee bar"
capacity = 4
"""
    )


def test_an_event_to_come_keeps_its_dates_and_waves() -> None:
    event = event_on("2031-06-02")
    assert still_to_come(event, now=NOW) == (event, 0)


def test_a_past_event_comes_on_the_same_day_of_the_week_at_the_same_hour() -> None:
    past = event_on("2024-01-15")
    moved, weeks = still_to_come(past, now=NOW)
    assert weeks == 123
    assert moved.starts_at - timedelta(weeks=weeks) == past.starts_at
    # In January the clock of Paris shows another hour of UTC than in May.
    assert (moved.starts_at.weekday(), moved.starts_at.hour) == (0, 9)
    assert [slot.starts_at.strftime("%H:%M") for slot in moved.slots] == ["10:30"]
    assert [wave.name for wave in moved.waves] == [wave.name for wave in past.waves]


def test_waves_that_are_past_come_before_the_event() -> None:
    soon = event_on("2026-05-24")
    moved, weeks = still_to_come(soon, now=NOW)
    assert (weeks, moved.starts_at) == (0, soon.starts_at)
    assert all(NOW < wave.at < moved.starts_at for wave in moved.waves)


@given(st.dates(date(2001, 1, 1), date(2150, 1, 1)), st.sampled_from(("", "waves = [3]")))
def test_whatever_the_dates_everything_is_still_to_come(day: date, waves: str) -> None:
    moved, weeks = still_to_come(event_on(str(day), waves), now=NOW)
    assert moved.starts_at >= NOW + LEAST_AHEAD - timedelta(hours=1)
    assert moved.waves[0].at > NOW
    assert weeks >= 0


def test_everybody_agrees_where_that_is_assumed(tmp_path: Path) -> None:
    source = tmp_path / "list.csv"
    source.write_text("Name;E-mail;Agreed\nAda;a@x.example;no\nBen;b@x.example\n")
    (tmp_path / "copy").mkdir()
    with everybody_agrees(source, tmp_path / "copy").open(newline="") as file:
        rows = list(csv.reader(file))
    assert rows == [
        ["Name", "E-mail", "", "Agreed"],
        ["Ada", "a@x.example", "", "introduce, connections"],
        ["Ben", "b@x.example", "", "introduce, connections"],
    ]


def test_nobodys_folder_is_replaced_but_a_rehearsals_own(tmp_path: Path) -> None:
    out = tmp_path / "out"
    _make_room(out)
    (out / "index.html").touch()
    _make_room(out)
    assert [path.name for path in out.iterdir()] == [MARK]
    (tmp_path / "mine.txt").touch()
    with pytest.raises(NotRehearsed, match="has something else in it"):
        _make_room(tmp_path)


def test_mails_lie_beside_the_page_that_lists_them(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["To"], mail["Subject"] = "Ada <ada@x.example>", "<b>Hello</b>"
    mail.set_content("in words")
    mail.add_alternative("<p>as a page", subtype="html")
    kept = write_mails([mail, mail], tmp_path / "mails")
    rounds = list(in_rounds(kept, [("first", 1), ("nothing new", 1), ("second", 2)]))
    write_index(tmp_path / "index.html", title="Try it", rounds=rounds, texts=[{"PhoneNumber": "+1", "Message": "Hi"}])
    html = (tmp_path / "index.html").read_text()
    assert "&lt;b&gt;Hello&lt;/b&gt;" in html
    assert "nothing new" not in html
    assert all(f"mails/{each.name}.{kind}" in html for each in kept for kind in ("html", "txt", "eml"))
    assert (tmp_path / "mails" / "001-ada.txt").read_text() == "in words\n"


def test_every_function_that_asks_others_by_itself_is_off_in_a_rehearsal() -> None:
    resources = written()["Resources"]
    asking = {
        name
        for name, resource in resources.items()
        if "CodeUri" in resource.get("Properties", {}) and _asks(Path(resource["Properties"]["CodeUri"]) / "handler.py")
    }
    # What posts to a chat is not there unless somebody deploys it, and then has an address or does nothing.
    assert asking - {"PostToSlackFunction"} == set(ASK_OTHERS)


def _asks(handler: Path) -> bool:
    tree = ast.parse(handler.read_text())
    return any(isinstance(node, ast.ImportFrom) and node.module == "shared.services.web" for node in ast.walk(tree))
