"""Each platform's own export becomes what is written beside it, in whichever format and dialect it was saved."""

import csv
import io
import json
from pathlib import Path

import pytest

from shared.attendee_lists import read_attendee_list
from shared.attendee_lists.exports import EXPORTS, export_of
from shared.tables import UnreadableTable
from tests.unit.attendee_lists.lists import AS_OF, attendees, fixtures, opened, shown, workbook

PLATFORMS = {
    "Eventbrite", "Tito", "pretix", "eventyay", "open-event-server", "Luma", "Hi.Events", "alf.io", "Indico", "Meetup",
    "Ticket Tailor", "Humanitix", "Whova",
}  # fmt: skip


def expected(path: Path) -> dict[str, object]:
    text = path.with_name(path.name.split(".")[0] + ".json").read_text(encoding="utf-8")
    read: dict[str, object] = json.loads(text)
    return read


def names(path: Path) -> str:
    return path.name


@pytest.mark.parametrize("path", fixtures(), ids=names)
def test_an_export_becomes_what_is_written_beside_it(path: Path) -> None:
    wanted = expected(path)
    if "refused" in wanted:
        with pytest.raises(UnreadableTable) as refusal:
            read_attendee_list(opened(path), as_of=AS_OF)
        assert str(refusal.value) == wanted["refused"]
        return
    table = read_attendee_list(opened(path), as_of=AS_OF)
    assert {
        "export": table.export,
        "kind": table.kind,
        "unrecognized": list(table.unrecognized),
        "notes": list(table.notes),
        "rows": [shown(row) for row in table],
    } == wanted


def test_every_platform_has_its_exports_and_every_export_a_fixture() -> None:
    assert {platform for export in EXPORTS for platform in export.platforms} == PLATFORMS
    seen = {export.name for path in fixtures() if (export := export_of(header_of(path)))}
    missing = {export.name for export in EXPORTS} - seen
    assert missing == set(), f"no fixture for {missing}"
    for platform in PLATFORMS:
        slug = platform.lower().replace(".", "-").replace(" ", "-").replace("alf-io", "alfio")
        assert any(path.name.startswith(slug) for path in fixtures()), f"no fixture for {platform}"


def header_of(path: Path) -> list[str]:
    return next(iter(cells_of(path)))


def cells_of(path: Path) -> list[list[str]]:
    text = path.read_bytes().decode("utf-8-sig")
    delimiter = max(",;\t", key=text.splitlines()[0].count)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


@pytest.mark.parametrize("export", EXPORTS, ids=lambda export: export.name)
def test_an_entry_of_the_table_says_where_it_is_from_and_can_be_recognized(export: object) -> None:
    [entry] = [known for known in EXPORTS if known is export]
    assert entry.source
    assert entry.sure in ("code", "seen", "guess")
    assert export_of(entry.needs) is not None
    assert "email" in entry.meanings().values() or entry.advice


def test_guessed_headers_are_marked_and_the_organizer_is_told_to_check() -> None:
    guessed = {export.name for export in EXPORTS if export.sure == "guess"}
    assert guessed == {"Ticket Tailor", "Humanitix", "Whova"}
    table = attendees("First Name,Last Name,Email,Affiliation,Ticket Type\nAda,Lovelace,ada@example.org,,Full\n")
    assert any("have not been verified" in note for note in table.notes)


def saved(cells: list[list[str]], encoding: str, delimiter: str, first_line: str) -> bytes:
    text = io.StringIO(newline="")
    text.write(first_line)
    csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(cells)
    return text.getvalue().encode(encoding)


@pytest.mark.parametrize("path", fixtures(), ids=names)
@pytest.mark.parametrize(
    ("encoding", "delimiter", "first_line"),
    [("utf-8", ";", ""), ("utf-8-sig", "\t", ""), ("utf-16", "\t", ""), ("utf-8-sig", ";", "sep=;\r\n")],
)
def test_the_dialect_it_is_saved_in_changes_nothing(path: Path, encoding: str, delimiter: str, first_line: str) -> None:
    wanted = expected(path)
    if "refused" in wanted:
        return
    table = attendees(saved(cells_of(path), encoding, delimiter, first_line))
    assert [without_line(shown(row)) for row in table] == [without_line(row) for row in wanted["rows"]]  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", fixtures(), ids=names)
def test_a_workbook_gives_the_same_as_text(path: Path) -> None:
    wanted = expected(path)
    if "refused" in wanted:
        return
    table = read_attendee_list(workbook(cells_of(path)), as_of=AS_OF)
    assert [without_line(shown(row)) for row in table] == [without_line(row) for row in wanted["rows"]]  # type: ignore[attr-defined]


def without_line(row: dict[str, object]) -> dict[str, object]:
    return {name: value for name, value in row.items() if name != "line"}


def test_windows_1252_is_read_too() -> None:
    [path] = [path for path in fixtures() if path.name == "pretix-german.csv"]
    data = path.read_bytes().decode().encode("cp1252")
    assert [shown(row) for row in attendees(data)] == expected(path)["rows"]


def test_meetups_export_is_read_once_it_has_a_column_with_addresses() -> None:
    header = "Name,User ID,Title,Event Host,RSVP,Guests,RSVPed on,Joined Group on,URL of Member Profile,Email"
    table = attendees(
        f"{header}\nAda Lovelace,user 123,,No,Yes,0,,,https://www.meetup.com/members/123,ada@example.org\n"
    )
    [row] = [shown(row) for row in table]
    assert (row["email"], row["reference"], row["status"]) == ("ada@example.org", "user 123", "registered")


def test_the_second_company_of_pretix_is_the_invoices() -> None:
    header = "Order code,Position ID,Attendee name,Attendee email,Company,Company"
    [row] = [shown(row) for row in attendees(f"{header}\nABC23,1,Ada,ada@example.org,,Byron Ltd\n")]
    assert "company" not in row


def test_positions_of_one_order_are_tickets_of_their_own() -> None:
    header = "Order code,Position ID,Attendee name,Attendee email"
    rows = attendees(f"{header}\nABC23,1,Ada,ada@example.org\nABC23,2,Bea,bea@example.org\nDEF45,1,Cy,cy@example.org\n")
    assert [shown(row)["reference"] for row in rows] == ["ABC23-1", "ABC23-2", "DEF45-1"]
