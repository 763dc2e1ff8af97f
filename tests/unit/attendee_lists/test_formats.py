"""Workbooks, JSON and JSON Lines as attendee lists: links, numbers, where a reject stands."""

import io
import json
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook  # type: ignore[import-untyped]

from shared.attendee_lists import read_attendee_list
from shared.attendee_lists.__main__ import main
from shared.registrations import Registration
from shared.tables import Reject, UnreadableTable, write_rejects
from tests.unit.attendee_lists.lists import AS_OF, FOLDER, attendees, shown

ENTRIES = [
    {"email": "a@example.org", "name": "Ada", "twitter": "@ada", "tickets": 1},
    {"email": "", "name": "Bea"},
    {"email": "c@example.org", "name": "Cy", "agreed": True},
]


def registrations(rows: list[list[object]], links: dict[str, str]) -> list[dict[str, object]]:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell, address in links.items():
        book.active[cell].hyperlink = address
    file = io.BytesIO()
    book.save(file)
    return [shown(row) for row in attendees(file.getvalue())]


def test_a_link_counts_instead_of_the_text_in_a_networks_column() -> None:
    rows = [["email", "LinkedIn", "Twitter"], ["a@example.org", "my profile", "@ada"]]
    links = {"B2": "https://www.linkedin.com/in/ada-demo", "C2": "https://example.org/elsewhere"}
    assert registrations(rows, links)[0]["identities"] == ["linkedin:ada-demo", "x:ada"]


def test_text_and_link_both_count_where_the_column_is_of_any_network() -> None:
    rows = [["email", "Social media"], ["a@example.org", "@ada@social.example"]]
    found = registrations(rows, {"B2": "https://github.com/ada-demo"})
    assert found[0]["identities"] == ["github:ada-demo", "mastodon:ada@social.example"]


def test_a_formula_that_links_counts_as_a_link() -> None:
    rows = [["email", "GitHub"], ["a@example.org", '=HYPERLINK("https://github.com/ada-demo","Ada")']]
    assert registrations(rows, {})[0]["identities"] == ["github:ada-demo"]


def test_the_address_behind_a_name_in_the_address_column_counts() -> None:
    rows = [["name", "email"], ["Ada", "Ada Lovelace"]]
    assert registrations(rows, {"B2": "mailto:ada@example.org"})[0]["email"] == "ada@example.org"


def test_numbers_are_read_without_decimals_and_a_telephone_number_needs_its_country() -> None:
    rows = [["email", "phone", "id"], ["a@example.org", 442079460018, 9001.0]]
    [row] = registrations(rows, {})
    assert row["reference"] == "9001"
    assert row["notes"] == ['"442079460018" is no telephone number with its country code']


def test_a_json_array_is_read_as_a_list_and_rejects_say_which_entry() -> None:
    table = attendees(json.dumps(ENTRIES))
    assert (table.kind, table.unrecognized) == ("JSON", ("tickets",))
    first, second, third = table
    assert isinstance(first, Registration)
    assert isinstance(third, Registration)
    assert [i.handle for i in first.identities] == ["ada"]
    assert isinstance(second, Reject)
    assert (second.line, second.reason) == (2, "email: the row has no e-mail address")


def test_an_array_within_an_object_is_found_past_others() -> None:
    text = json.dumps({"event": {"tags": ["a", "b"], "rooms": [{"id": 1}]}, "attendees": ENTRIES, "page": 1})
    assert len(list(attendees(text))) == 3


def test_json_lines_are_read_line_by_line_and_a_broken_line_is_rejected() -> None:
    lines = [json.dumps(ENTRIES[0]), "", '{"email": "b@exam', json.dumps(ENTRIES[2])]
    table = attendees("\n".join(lines))
    _, broken, last = table
    assert table.kind == "JSON Lines"
    assert isinstance(broken, Reject)
    assert (broken.line, broken.reason) == (3, "this entry is no JSON object")
    assert isinstance(last, Registration)


def test_questions_with_their_answers_become_columns() -> None:
    entry = {
        "guest": {"email": "a@example.org", "name": "Ada"},
        "answers": [
            {"label": "GitHub username", "value": "ada-demo"},
            {"label": "May we introduce you to people you know?", "value": True},
        ],
    }
    [row] = attendees(json.dumps([entry]))
    assert isinstance(row, Registration)
    assert row.email == "a@example.org"
    assert [str(purpose) for purpose in row.agreed or ()] == ["introduce"]
    assert [i.network for i in row.identities] == ["github"]


def test_a_field_that_comes_late_is_noted_with_its_row() -> None:
    entries = [{"email": f"p{n}@example.org"} for n in range(250)] + [{"email": "z@example.org", "diet": "none"}]
    *_, last = attendees(json.dumps(entries))
    assert isinstance(last, Registration)
    assert '"diet"' in last.notes[0]


def test_rows_before_a_file_breaks_off_still_count() -> None:
    rows = iter(attendees('[{"email":"a@example.org"},{"email":"b@example.org"},{"email":'))
    assert isinstance(next(rows), Registration)
    assert isinstance(next(rows), Registration)
    with pytest.raises(UnreadableTable, match="breaks off"):
        next(rows)


def test_a_mended_rejects_file_is_read_as_it_was_typed() -> None:
    file = io.BytesIO()
    row = Reject(7, "no address", ("+44 20 7946 0018", "@ada", "", "=1"))
    write_rejects([row], ("phone", "twitter", "email", "name"), file)
    table = attendees(file.getvalue().replace(b",,", b",ada@example.org,"))
    assert (table.header, table.unrecognized) == (("phone", "twitter", "email", "name"), ())
    [registration] = table
    assert isinstance(registration, Registration)
    assert (registration.phone, registration.name) == ("+442079460018", "=1")
    assert [i.handle for i in registration.identities] == ["ada"]


def test_the_command_prints_rows_and_what_was_not_understood(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["attendee_lists", str(FOLDER / "eventbrite.csv")])
    assert main() == 0
    out, err = capsys.readouterr()
    assert [json.loads(line).get("reference") for line in out.splitlines()] == ["9001", "9002", None]
    assert 'column "T-shirt" was not understood' in err
    monkeypatch.setattr("sys.argv", ["attendee_lists", str(FOLDER / "meetup.csv")])
    assert main() == 1
    assert "no e-mail addresses" in capsys.readouterr().err


def test_a_stream_from_the_network_may_give_less_than_is_asked_for() -> None:
    class Dripping(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self._pieces: Iterator[bytes] = (data[at : at + 7] for at in range(0, len(data), 7))

        def read(self, size: int = -1) -> bytes:
            return next(self._pieces, b"")

    table = read_attendee_list(Dripping(b"email,name\r\n" + b"a@example.org,Ada\r\n" * 5000), as_of=AS_OF)  # type: ignore[arg-type]
    assert sum(isinstance(row, Registration) for row in table) == 5000


BEGINNINGS = [
    b"",
    b"email,name,x,agreed\n",
    b"PK\x03\x04",
    b'[{"email":"',
    b'{"a":[',
    b'{"email":"a@b.c"}\n',
    b"\xff\xfe",
    b"sep=;\n",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(BEGINNINGS), st.binary(max_size=300))
def test_any_bytes_give_rows_rejects_or_the_one_error(beginning: bytes, data: bytes) -> None:
    try:
        for row in attendees(beginning + data):
            assert isinstance(row, (Registration, Reject))
    except UnreadableTable as error:
        assert str(error)


NAMES = st.text(st.characters(exclude_characters="@"), max_size=8)
VALUES = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=6,
)


@settings(max_examples=50, deadline=None)
@given(st.lists(st.dictionaries(st.sampled_from(["email", "x", "a"]), VALUES), max_size=4))
def test_any_json_gives_a_row_for_each_entry(entries: list[dict[str, object]]) -> None:
    text = json.dumps([{"email": "first@example.org"}, *entries])
    assert len(list(attendees(text))) == len(entries) + 1
