"""Workbooks are read by what they hold, and those made to do harm are refused."""

import io
import tracemalloc
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time
from typing import Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook  # type: ignore[import-untyped]

from shared.tables import UnreadableTable, open_any_table, workbook
from shared.tables.table import Row


def has_email(cells: Sequence[str]) -> bool:
    return "email" in cells


def written(rows: Sequence[Sequence[object]], **formats: str) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    for cell, number_format in formats.items():
        book.active[cell].number_format = number_format
    return saved(book)


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def rows_of(data: bytes) -> list[Row]:
    return list(open_any_table(io.BytesIO(data), has_email).rows)


def altered(data: bytes, part: str, old: bytes, new: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            content = source.read(name)
            target.writestr(name, content.replace(old, new) if name == part else content)
    return file.getvalue()


def archive(**parts: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return file.getvalue()


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (491701234567, "General", "491701234567"),
        (4.91701234567e11, "0.00E+00", "491701234567"),
        (442079460018, "+0", "+442079460018"),
        (42, "00000", "00042"),
        (23.5, "0.00", "23.5"),
        (True, "General", "true"),
        (date(2026, 5, 1), "yyyy-mm-dd", "2026-05-01"),
        (datetime(2026, 5, 1, 9, 30), "yyyy-mm-dd hh:mm", "2026-05-01 09:30:00"),  # noqa: DTZ001 - sheets have no zone
        (time(9, 30), "hh:mm", "09:30:00"),
        ("  as typed ", "General", "  as typed "),
    ],
)
def test_a_cell_is_read_as_it_is_meant(value: object, number_format: str, text: str) -> None:
    [row] = rows_of(written([["email", "x"], ["a@example.org", value]], B2=number_format))
    assert (row.line, row.cells[:2]) == (2, ("a@example.org", text))


def test_a_number_that_the_sheet_has_rounded_is_noted() -> None:
    [row] = rows_of(written([["email", "x"], ["a@example.org", 12345678901234567890]]))
    assert "more than 15 digits" in row.notes[0]


def test_an_error_in_a_cell_is_noted() -> None:
    data = written([["email", "x"], ["a@example.org", 7]])
    data = altered(data, SHEET, b'<c r="B2" t="n"><v>7</v></c>', b'<c r="B2" t="e"><v>#REF!</v></c>')
    [row] = rows_of(data)
    assert (row.cells[1], row.notes) == ("", ("a cell holds the error #REF!, and counts as blank",))


def test_rows_have_the_sheets_own_numbers_and_blank_ones_are_passed_over() -> None:
    rows = rows_of(written([["A list"], [], ["email"], ["a@example.org"], [], ["b@example.org"]]))
    assert [row.line for row in rows] == [4, 6]


def test_the_first_sheet_with_a_header_is_read_and_the_others_are_named() -> None:
    book = Workbook()
    book.active.append(["Read me"])
    book.create_sheet("People").append(["email"])
    book["People"].append(["a@example.org"])
    table = open_any_table(io.BytesIO(saved(book)), has_email)
    assert table.notes == ("the sheet “People” was read; left aside: “Sheet”",)
    assert [row.cells[0] for row in table.rows] == ["a@example.org"]


def test_a_sheet_that_says_it_is_smaller_than_it_is_is_read_whole() -> None:
    data = written([["email", "x"], ["a@example.org", "1"]])
    data = altered(data, SHEET, b'<dimension ref="A1:B2"', b'<dimension ref="A1"')
    assert rows_of(data)[0].cells[:2] == ("a@example.org", "1")


def test_links_are_given_with_their_cells() -> None:
    book = Workbook()
    book.active.append(["email", "li", "gh"])
    book.active.append(["a@example.org", "me", '=HYPERLINK("https://example.org/gh","me")'])
    book.active["B2"].hyperlink = "https://example.org/li"
    [row] = rows_of(saved(book))
    assert row.links == {1: "https://example.org/li", 2: "https://example.org/gh"}


def refusal(data: bytes) -> str:
    with pytest.raises(UnreadableTable) as caught:
        rows_of(data)
    return str(caught.value)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "old Excel workbook"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00" + bytes(600), "old Excel workbook"),
        (b"%PDF-1.7\n", "PDF"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b"<html><table><tr><td>email</td></tr></table>", "web page"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "web page or XML"),
        (archive(mimetype=b"application/vnd.oasis.opendocument.spreadsheet"), r"\.ods"),
        (archive(**{"readme.txt": b"hello"}), "zip archive without a workbook"),
        (archive(**{"xl/workbook.bin": b""}), r"\.xlsb"),
        (archive(**{"Index/Document.iwa": b""}), "Numbers"),
        (b"PK\x03\x04 and no more", "damaged"),
    ],
)
def test_what_cannot_be_read_is_named_with_what_to_do(data: bytes, says: str) -> None:
    with pytest.raises(UnreadableTable, match=says):
        rows_of(data)


def test_a_zip_bomb_is_refused() -> None:
    data = written([["email"], ["a@example.org"]])
    bomb = altered(data, SHEET, b"</sheetData>", b" " * 40_000_000 + b"</sheetData>")
    assert "zip bomb" in refusal(bomb)


def test_what_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_UNPACKED_BYTES", 1000)
    assert "unpacks to more" in refusal(written([["email"], ["a@example.org"]]))
    monkeypatch.setattr(workbook, "MAX_FILE_BYTES", 1000)
    assert "has more than" in refusal(written([["email"], ["a@example.org"]]))


def as_excel_writes_it(xml_rows: str, texts: Sequence[str]) -> bytes:
    """A workbook with shared strings, which openpyxl reads and does not write."""
    main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    parts = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/worksheets/sheet1.xml" ContentType="{types}.worksheet+xml"/>'
        f'<Override PartName="/xl/sharedStrings.xml" ContentType="{types}.sharedStrings+xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook {main} xmlns:r="{office}"><sheets>'
        '<sheet name="People" sheetId="1" r:id="r1"/></sheets></workbook>',
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="r1" Type="{office}/worksheet" Target="worksheets/sheet1.xml"/></Relationships>',
        "xl/sharedStrings.xml": f"<sst {main}>" + "".join(f"<si><t>{text}</t></si>" for text in texts) + "</sst>",
        SHEET: f"<worksheet {main}><sheetData>{xml_rows}</sheetData></worksheet>",
    }
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archived:
        for name, xml in parts.items():
            archived.writestr(zipfile.ZipInfo(name), xml, zipfile.ZIP_DEFLATED)
    return file.getvalue()


EXCELS: Final = as_excel_writes_it(
    '<row r="1"><c r="A1" t="s"><v>0</v></c></row><row r="3"><c r="A3" t="s"><v>1</v></c></row>',
    ["email", "a@example.org"],
)


def test_shared_strings_are_read() -> None:
    assert [(row.line, row.cells[0]) for row in rows_of(EXCELS)] == [(3, "a@example.org")]


def test_the_strict_form_is_named() -> None:
    old = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    new = b"http://purl.oclc.org/ooxml/spreadsheetml/main"
    assert "Strict" in refusal(altered(EXCELS, "xl/workbook.xml", old, new))


def test_a_large_workbook_is_not_held_in_memory() -> None:
    cells = '<c t="inlineStr"><is><t>p{0}@example.org</t></is></c><c><v>{0}</v></c>'
    many = "".join(f"<row>{cells.format(n)}</row>" for n in range(8_000))
    data = as_excel_writes_it('<row r="1"><c r="A1" t="s"><v>0</v></c></row>' + many, ["email"])
    del many
    tracemalloc.start()
    try:
        count = sum(1 for _ in open_any_table(io.BytesIO(data), has_email).rows)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert count == 8_000
    assert peak < 3_000_000


@pytest.mark.parametrize(
    ("limit", "says"),
    [("MAX_ROWS", "more than 1 rows"), ("MAX_TEXTS", "more than 1 texts"), ("MAX_HELD_BYTES", "formats or links")],
)
def test_what_would_fill_the_readers_memory_is_refused(monkeypatch: pytest.MonkeyPatch, limit: str, says: str) -> None:
    monkeypatch.setattr(workbook, limit, 1)
    assert says in refusal(EXCELS)


def test_a_row_of_endless_cells_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "MAX_ROW_BYTES", 300_000)
    assert "row of the workbook" in refusal(
        altered(EXCELS, SHEET, b"</row></sheet", b"<c/>" * 200_000 + b"</row></sheet")
    )


@pytest.mark.parametrize("part", [SHEET, "xl/workbook.xml", "xl/sharedStrings.xml", "[Content_Types].xml"])
def test_entities_are_refused(part: str) -> None:
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b SYSTEM "file:///etc/hostname">]>'
    with zipfile.ZipFile(io.BytesIO(EXCELS)) as package:
        content = package.read(part)
    assert "document type" in refusal(altered(EXCELS, part, content, doctype + content))


def test_cells_far_to_the_right_and_rows_far_below_cost_nothing() -> None:
    data = written([["email"], ["a@example.org"]])
    right = b'<row r="99999"><c r="ZZZ99999" t="n"><v>1</v></c></row>'
    below = b'<row r="99999999999"><c><v>1</v></c></row>'
    rows = rows_of(altered(data, SHEET, b"</sheetData>", right + below + b"</sheetData>"))
    assert [row.line for row in rows] == [2]


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_damaged_workbook_gives_rows_or_the_one_error(data: st.DataObject) -> None:
    content = bytearray(EXCELS)
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    try:
        rows_of(bytes(content))
    except UnreadableTable as error:
        assert str(error)


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.sampled_from('<>/="rcv t1A&;:x '), max_size=120))
def test_a_sheet_of_any_xml_gives_rows_or_the_one_error(xml: str) -> None:
    data = written([["email", "x"], ["a@example.org", "1"]])
    try:
        rows_of(altered(data, SHEET, b"</sheetData>", xml.encode() + b"</sheetData>"))
    except UnreadableTable as error:
        assert str(error)


CELLS = st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=20), min_size=2, max_size=4)


@settings(max_examples=60, deadline=None)
@given(st.lists(CELLS, max_size=4))
def test_any_texts_survive_the_writing_and_reading(rows: list[list[str]]) -> None:
    texts = [["t" + cell for cell in row] for row in rows]  # a cell's own beginning could make it a formula
    found = rows_of(written([["email", "a", "b", "c"], *texts]))
    assert [list(row.cells[: len(text)]) for row, text in zip(found, texts, strict=True)] == texts
