"""Any delimited text is read row by row, and rejected rows come back safe to open."""

import csv
import io
import tracemalloc
import unicodedata
from collections.abc import Iterator, Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.tables import Reject, UnreadableTable, as_typed, open_any_table, open_table, write_rejects


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


ANY_CELL = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])) | st.builds(
    "".join,
    st.lists(st.sampled_from([*"=+-@\t\r\n \u00a0'＝＋－＠|,;\"", "cmd", "\u2028", "\x85", "\u200b", "1"]), max_size=5),
)
ANY_ROWS = st.lists(st.lists(ANY_CELL, min_size=1, max_size=4), max_size=6)


@given(ANY_ROWS)
def test_rejects_are_safe_in_a_spreadsheet_and_reading_them_back_gives_the_same(rows: list[list[str]]) -> None:
    file = io.BytesIO()
    write_rejects([Reject(n, "a reason", tuple(cells)) for n, cells in enumerate(rows)], ("a", "=b"), file)
    read_back = list(csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline="")))
    assert read_back[0] == ["line", "reason", "a", "'=b"]
    for cells, (line, reason, *back) in zip(rows, read_back[1:], strict=True):
        assert (int(line) >= 0, reason) == (True, "a reason")
        assert [as_typed(cell) for cell in back] == cells
        assert not any(runs(cell) for cell in back)


def runs(cell: str) -> bool:
    """Whether a spreadsheet could take a cell for a formula, whatever it drops before it or makes plain."""
    return unicodedata.normalize("NFKC", cell).strip()[:1] in tuple("=+-@") or cell[:1] in tuple("\t\r\n")


@pytest.mark.parametrize(
    "cell",
    [
        "=1+1",
        "+1",
        "-1",
        "@SUM(A1)",
        "\t=1",
        "\r=1",
        "\n=1",
        " =1",
        "\u00a0=1",
        "＝1",
        "－1",
        "＋1",
        "＠x",
        "﹢1",
        "\u200b=1",
    ],
)
def test_what_a_spreadsheet_would_run_gets_an_apostrophe(cell: str) -> None:
    file = io.BytesIO()
    write_rejects([Reject(2, cell, (cell,))], ("email",), file)
    [_, row] = csv.reader(io.StringIO(file.getvalue().decode("utf-8-sig"), newline=""))
    assert row == ["2", f"'{cell}", f"'{cell}"]


def test_a_rejects_file_can_be_given_again_once_it_is_mended() -> None:
    file = io.BytesIO()
    write_rejects([Reject(7, "a reason", ("Ann", "a@example.org"))], ("name", "email"), file)
    file.seek(0)
    table = open_table(file, has_email)
    assert (table.header, [row.cells for row in table.rows]) == (
        ("line", "reason", "name", "email"),
        [("7", "a reason", "Ann", "a@example.org")],
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("quoting", [csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC])
@settings(max_examples=25)
@given(rows=ANY_ROWS)
def test_any_cells_survive_every_dialect(encoding: str, delimiter: str, quoting: int, rows: list[list[str]]) -> None:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=quoting)  # type: ignore[arg-type]
    # Enough of a header that the delimiter is the one that is there most often.
    writer.writerows([["email", *"abcdefgh"], *rows])
    found = [list(cells) for _, cells in rows_of(text.getvalue().encode(encoding))]
    assert found == [row for row in rows if any(row)]


def test_a_separator_line_is_obeyed_with_a_tab_too_and_quoted() -> None:
    assert rows_of(b'"sep=\t"\r\nname\temail\r\na,b\tc\r\n')[0] == (3, ("a,b", "c"))
    assert rows_of(b"sep=|\nname|email\na,b|c\n")[0] == (3, ("a,b", "c"))


def test_a_line_separator_within_a_cell_does_not_end_the_row() -> None:
    assert rows_of("name,email\na\u2028b\x85c,d\ne,f\n".encode()) == [(2, ("a\u2028b\x85c", "d")), (3, ("e", "f"))]


def test_two_hundred_thousand_rows_are_read_in_bounded_memory() -> None:
    def pieces() -> Iterator[bytes]:
        yield b"name,email,note\n"
        for start in range(0, 200_000, 500):
            rows = (f'"Ann, {n}",p{n}@example.org,"two\nlines"\n' for n in range(start, start + 500))
            yield "".join(rows).encode()

    class Stream(io.RawIOBase):
        source = pieces()

        def read(self, size: int = -1) -> bytes:
            return next(self.source, b"")

    tracemalloc.start()
    try:
        assert sum(1 for _ in open_any_table(Stream(), has_email).rows) == 200_000  # type: ignore[arg-type]
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000
