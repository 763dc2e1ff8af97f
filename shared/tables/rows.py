"""Read delimited text: its encoding and delimiter found out, its rows streamed with their line numbers."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import BinaryIO, Final

from shared.tables.table import (
    MAX_CELL_CHARACTERS,
    MAX_HEADER_ROW,
    IsHeader,
    Row,
    TextTable,
    UnreadableTable,
    no_header,
)

SAMPLE_BYTES: Final = 64 * 1024
_BYTES_AT_ONCE: Final = 64 * 1024
_LINES_TRIED: Final = 200
_CHARACTERS_TRIED: Final = 1_000_000
_DELIMITERS: Final = (",", ";", "\t")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


def open_table(stream: BinaryIO, is_header: IsHeader) -> TextTable:
    """Find the header row and give the rows after it, one at a time: memory does not grow with the file.

    Byte order marks, UTF-8, UTF-16 and Windows-1252 are told apart; so are comma, semicolon and tab, and a first
    line "sep=;" is obeyed. What comes before the header (LinkedIn's notes) is passed over.

    :param is_header: whether a row is the header
    :raises UnreadableTable: where no header is found, naming what was seen; also while iterating, where a cell
        is longer than any table has
    """
    lines = decoded_lines(stream)
    first = _first(lines)
    seen: tuple[str, ...] = ()
    for delimiter in _delimiters(first):
        for row in _tried(first, delimiter):
            if is_header(row.cells):
                every_row = _rows(chain(first, lines), delimiter)
                for passed in every_row:
                    if passed.line == row.line:
                        break
                return TextTable(tuple(cell.strip() for cell in row.cells), every_row)
            seen = seen or tuple(cell for cell in row.cells if cell)
    raise no_header(seen)


def decoded_lines(stream: BinaryIO) -> Iterator[str]:
    """The text's lines with their ends, as they are read; undecodable bytes become "\ufffd"."""
    return chain.from_iterable(_lines_of_each_piece(stream))


def _lines_of_each_piece(stream: BinaryIO) -> Iterator[Iterable[str]]:
    pending = ""
    for piece in decoded_pieces(stream):
        pending += piece
        # Not str.splitlines: to it, characters that may stand within a cell end a line too.
        complete = list(io.StringIO(pending, newline=""))
        # The last one may go on in the next piece, and "\r" may be half of "\r\n".
        pending = complete.pop() if complete else ""
        if len(pending) > 4 * MAX_CELL_CHARACTERS:
            raise UnreadableTable("a line is longer than any table has; is this a text file?")
        yield complete
    yield io.StringIO(pending, newline="")


def decoded_pieces(stream: BinaryIO) -> Iterator[str]:
    """The text piece by piece, its encoding found out from the first 64 KiB."""
    sample = first_bytes(stream)
    encoding, mark = _encoding(sample)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    for piece in chain([sample[mark:]], iter(lambda: stream.read(_BYTES_AT_ONCE), b"")):
        yield decoder.decode(piece).replace("\0", "")  # a NUL is in no table
    yield decoder.decode(b"", final=True)


def first_bytes(stream: BinaryIO) -> bytes:
    """The first 64 KiB, or all there is."""
    # A stream from the network gives what has arrived, which may be less than was asked for.
    pieces = []
    missing = SAMPLE_BYTES
    while missing > 0 and (piece := stream.read(missing)):
        pieces.append(piece)
        missing -= len(piece)
    return b"".join(pieces)


def _encoding(sample: bytes) -> tuple[str, int]:
    for mark, encoding in _BOMS:
        if sample.startswith(mark):
            return encoding, len(mark)
    if sample and sample[:200].count(0) * 3 > len(sample[:200]):
        return ("utf-16-le" if sample[1:2] == b"\0" else "utf-16-be"), 0
    try:
        codecs.getincrementaldecoder("utf-8")().decode(sample)
    except UnicodeDecodeError:
        # Every byte means something in it, and Excel in western Europe writes nothing else.
        return "cp1252", 0
    return "utf-8", 0


def _first(lines: Iterator[str]) -> list[str]:
    """Enough lines to find the header in."""
    taken: list[str] = []
    characters = 0
    for line in lines:
        taken.append(line)
        characters += len(line)
        if len(taken) == _LINES_TRIED or characters > _CHARACTERS_TRIED:
            break
    return taken


def _delimiters(lines: Sequence[str]) -> list[str]:
    """All delimiters, the likeliest first: the one that a "sep=" line names, or that the lines hold most often."""
    text = "".join(lines[:MAX_HEADER_ROW])
    by_count = sorted(_DELIMITERS, key=lambda delimiter: -text.count(delimiter))
    named = _separator_line(lines[0]) if lines else ""
    return list(dict.fromkeys([named, *by_count] if named else by_count))


def _separator_line(line: str) -> str:
    """The delimiter that a line "sep=;" names, which Excel writes as "sep=\t" too; empty where it is no such line."""
    text = line.strip("\r\n").strip('"')
    return text[4] if text[:4].lower() == "sep=" and len(text) == 5 and text[4] not in "\"'\r\n" else ""


def _tried(lines: Sequence[str], delimiter: str) -> Iterator[Row]:
    """The rows among which the header may be, as far as this delimiter makes any of them."""
    try:
        for row in _rows(iter(lines), delimiter):
            if row.line > MAX_HEADER_ROW:
                return
            yield row
    except UnreadableTable:
        return  # another delimiter may do


def _rows(lines: Iterable[str], delimiter: str) -> Iterator[Row]:
    """Every row that is not blank."""
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    lines = iter(lines)
    first = next(lines, "")
    passed = 1 if _separator_line(first) else 0
    reader = csv.reader(lines if passed else chain([first], lines), delimiter=delimiter)
    begins = passed + 1
    try:
        for cells in reader:
            if any(cells):
                yield Row(begins, tuple(cells))
            begins = passed + reader.line_num + 1
    except csv.Error as error:
        raise UnreadableTable(
            f"line {begins}: {error}; is a quotation mark opened there that is never closed?"
        ) from error
