"""Lists in which people are only looked up: without addresses, without a header, as copied from a page."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.attendee_lists import read_people
from shared.registrations import Registration
from shared.tables import Reject, UnreadableTable
from tests.unit.attendee_lists.lists import AS_OF


def people(text: str | bytes) -> list[tuple[int, Registration | Reject]]:
    content = text.encode() if isinstance(text, str) else text
    return list(read_people(io.BytesIO(content), as_of=AS_OF).people)


def names(text: str) -> list[tuple[int, str, str]]:
    return [(line, row.name, row.company) for line, row in people(text) if isinstance(row, Registration)]


@pytest.mark.parametrize(
    ("line", "name", "company"),
    [
        ("Ada Kowalska", "Ada Kowalska", ""),
        ("Ada Kowalska, Seine Data", "Ada Kowalska", "Seine Data"),
        ("• Ada Kowalska – CTO, Seine Data", "Ada Kowalska", "CTO | Seine Data"),
        ("12. Ada Kowalska (Seine Data)", "Ada Kowalska", "Seine Data"),
        ("Ada Kowalska\tSeine Data", "Ada Kowalska", "Seine Data"),
        ("Ada Kowalska at Seine Data", "Ada Kowalska", "Seine Data"),
        ("O'Neil, Ann", "O'Neil, Ann", ""),
        ("Jean-Luc Martin | Seine Data", "Jean-Luc Martin", "Seine Data"),
        ("王小明, Seine Data", "王小明", "Seine Data"),
    ],
)
def test_a_line_is_a_name_and_what_follows_it(line: str, name: str, company: str) -> None:
    assert names(f"{line}\nBen Okafor\n")[0] == (1, name, company)


def test_addresses_on_a_line_are_the_persons() -> None:
    [(_, ada), *_] = people("Ada Kowalska <ada@example.org>, https://github.com/ada-kowalska\nBen Okafor\n")
    assert isinstance(ada, Registration)
    assert (ada.name, ada.email) == ("Ada Kowalska", "ada@example.org")
    assert [(each.network, each.handle) for each in ada.identities] == [("github", "ada-kowalska")]


def test_where_blank_lines_stand_between_people_the_name_comes_first() -> None:
    assert names("Ada Kowalska\nCTO\nSeine Data\n\nBen Okafor\nHarbour Systems\n\nEmi Tanaka\n") == [
        (1, "Ada Kowalska", "CTO | Seine Data"),
        (5, "Ben Okafor", "Harbour Systems"),
        (8, "Emi Tanaka", ""),
    ]


def test_a_heading_is_handed_back_with_its_line() -> None:
    assert people("Speakers\nAda Kowalska\nBen Okafor\n")[0] == (1, Reject(1, '"Speakers" is no name of two words'))


def test_a_table_needs_no_address() -> None:
    assert names("Name;Company\nAda Kowalska;Seine Data\n") == [(2, "Ada Kowalska", "Seine Data")]


def test_a_broken_address_is_said_with_its_column_and_the_name_still_counts() -> None:
    [(line, ada)] = people("Name,E-mail\nAda Kowalska,nowhere\n")
    assert isinstance(ada, Registration)
    assert (line, ada.name, ada.email) == (2, "Ada Kowalska", None)
    assert ada.notes == ('E-mail: "nowhere" is no e-mail address',)


def test_a_row_without_anybody_is_handed_back() -> None:
    [(_, row), _] = people("Name,E-mail,Company\n,,Seine Data\nAda Kowalska,,\n")
    assert row == Reject(2, "the row has no name and no e-mail address", ("", "", "Seine Data"))


@pytest.mark.parametrize("content", ['{"speakers": 3}', "[1, 2]", "%PDF-1.7", "<html><p>Ada Kowalska"])
def test_what_is_no_list_of_lines_is_refused(content: str) -> None:
    with pytest.raises(UnreadableTable):
        people(content)


@given(st.one_of(st.binary(max_size=400), st.text(max_size=400).map(str.encode)))
def test_any_bytes_are_people_or_refused(content: bytes) -> None:
    try:
        found = people(content)
    except UnreadableTable:
        return
    assert all(isinstance(row, (Registration, Reject)) and line > 0 for line, row in found)
