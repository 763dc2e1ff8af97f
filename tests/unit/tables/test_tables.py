"""Any delimited text is read row by row, and rejected rows come back safe to open."""

import csv
import io
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.tables import Reject, UnreadableTable, open_table, write_rejects


def has_email(cells: Sequence[str]) -> bool:
    return "email" in cells


def rows_of(data: bytes) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.line, row.cells) for row in open_table(io.BytesIO(data), has_email).rows]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_encoding_and_delimiter_are_found_out(encoding: str, delimiter: str) -> None:
    text = f"name{delimiter}email\r\nJörg{delimiter}joerg@example.org\r\n"
    assert rows_of(text.encode(encoding)) == [(2, ("Jörg", "joerg@example.org"))]


def test_a_sep_line_is_obeyed_and_counts_as_a_line() -> None:
    assert rows_of(b"sep=;\nname;email\nAnn, the first;a@example.org\n") == [(3, ("Ann, the first", "a@example.org"))]


def test_line_numbers_are_those_of_an_editor_even_after_a_cell_of_several_lines() -> None:
    assert [line for line, _ in rows_of(b'email,note\na@example.org,"one\ntwo"\n\nb@example.org,x\n')] == [2, 5]


def test_what_stands_before_the_header_is_passed_over() -> None:
    assert rows_of(b'Notes:\n"some, words"\n\nname,email\nAnn,a@example.org\n') == [(5, ("Ann", "a@example.org"))]


def test_no_header_is_an_error_that_shows_what_was_seen() -> None:
    with pytest.raises(UnreadableTable, match='"nom", "courrier"'):
        open_table(io.BytesIO(b"nom,courrier\nx,y\n"), has_email)


def test_a_large_table_is_not_held_in_memory() -> None:
    class Endless(io.RawIOBase):
        """A file without an end: only who streams it gets anywhere."""

        begun = False

        def readable(self) -> bool:
            return True

        def read(self, size: int = -1) -> bytes:
            if not self.begun:
                self.begun = True
                return b"name,email\n"
            return b"Ann,a@example.org\n" * 100

    table = open_table(Endless(), has_email)  # type: ignore[arg-type]
    assert [next(table.rows).line for _ in range(5000)][-1] == 5001


@given(st.binary(max_size=400))
def test_any_bytes_give_rows_or_the_one_error(data: bytes) -> None:
    try:
        list(open_table(io.BytesIO(b"email,x\n" + data), has_email).rows)
        list(open_table(io.BytesIO(data), has_email).rows)
    except UnreadableTable as error:
        assert str(error)


@given(st.lists(st.lists(st.text(st.characters(exclude_characters="\0\r", exclude_categories=["Cs"])), min_size=1)))
def test_rejects_are_safe_in_a_spreadsheet_and_nothing_of_them_is_lost(rows: list[list[str]]) -> None:
    file = io.BytesIO()
    write_rejects([Reject(n, "a reason", tuple(cells)) for n, cells in enumerate(rows)], ("a", "b"), file)
    read_back = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
    assert read_back[0] == ["line", "reason", "a", "b"]
    for cells, (line, reason, *back) in zip(rows, read_back[1:], strict=True):
        assert (int(line) >= 0, reason) == (True, "a reason")
        assert [cell.removeprefix("'") for cell in back] == [cell.removeprefix("'") for cell in cells]
        assert not any(cell.lstrip(" ")[:1] in tuple("=+-@\t") and cell for cell in back)
