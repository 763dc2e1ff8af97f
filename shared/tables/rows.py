"""Read delimited text: its encoding and delimiter found out, its rows streamed with their line numbers."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import BinaryIO, Final

SAMPLE_BYTES: Final = 64 * 1024
MAX_HEADER_ROW: Final = 30  # rows before which the header must come
MAX_CELL_CHARACTERS: Final = 100_000
_BYTES_AT_ONCE: Final = 64 * 1024
_DELIMITERS: Final = (",", ";", "\t")
_BOMS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class UnreadableTable(ValueError):
    """The file is no table that can be read; the sentence says what was looked for and what was seen."""


@dataclass(frozen=True, slots=True)
class Row:
    """One row as written."""

    line: int  # where it begins, from 1
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table whose header was found; ``rows`` can be gone through once."""

    header: tuple[str, ...]
    rows: Iterator[Row]


def open_table(stream: BinaryIO, is_header: Callable[[Sequence[str]], bool]) -> TextTable:
    """Find the header row and give the rows after it, one at a time: memory does not grow with the file.

    Byte order marks, UTF-8, UTF-16 and Windows-1252 are told apart; so are comma, semicolon and tab, and a first
    line "sep=;" is obeyed. What comes before the header (LinkedIn's notes) is passed over.

    :param is_header: whether a row is the header
    :raises UnreadableTable: where no header is found, naming what was seen; also while iterating, where a cell
        is longer than any table has
    """
    lines = decoded_lines(stream)
    first = list(_take(lines, 200))
    seen: tuple[str, ...] = ()
    for delimiter in _delimiters(first):
        for row in _rows(iter(first), delimiter, skip_sep=True):
            if row.line > MAX_HEADER_ROW:
                break
            if is_header(row.cells):
                every_row = _rows(chain(first, lines), delimiter, skip_sep=True)
                after = (later for later in every_row if later.line > row.line and any(later.cells))
                return TextTable(tuple(cell.strip() for cell in row.cells), after)
            seen = seen or tuple(cell for cell in row.cells if cell)
    shown = ", ".join(f'"{cell[:40]}"' for cell in seen[:8]) or "nothing"
    raise UnreadableTable(f"no header row was recognized; the first row holds {shown}")


def decoded_lines(stream: BinaryIO) -> Iterator[str]:
    """The text's lines with their ends, as they are read; undecodable bytes become "\ufffd"."""
    sample = stream.read(SAMPLE_BYTES)
    encoding, mark = _encoding(sample)
    decoder = codecs.getincrementaldecoder(encoding)(errors="replace")
    pending = ""
    for piece in chain([sample[mark:]], iter(lambda: stream.read(_BYTES_AT_ONCE), b"")):
        # A NUL is in no table; csv would stop at it.
        pending += decoder.decode(piece).replace("\0", "")
        if len(pending) > 4 * MAX_CELL_CHARACTERS and "\n" not in pending and "\r" not in pending:
            raise UnreadableTable("a line is longer than any table has; is this a text file?")
        complete = pending.splitlines(keepends=True) if "\n" in pending or "\r" in pending else []
        # The last one may go on in the next piece, and "\r" may be half of "\r\n".
        pending = complete.pop() if complete else pending
        yield from complete
    pending += decoder.decode(b"", final=True)
    yield from io.StringIO(pending, newline="")


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


def _delimiters(lines: Sequence[str]) -> list[str]:
    """All delimiters, the likeliest first: the one that a "sep=" line names, or that the lines hold most often."""
    text = "".join(lines[:MAX_HEADER_ROW])
    by_count = sorted(_DELIMITERS, key=lambda delimiter: -text.count(delimiter))
    named = lines[0].strip().lower() if lines else ""
    if named.startswith("sep=") and len(named) == 5:
        by_count.insert(0, named[4])
    return list(dict.fromkeys(by_count))


def _rows(lines: Iterable[str], delimiter: str, *, skip_sep: bool) -> Iterator[Row]:
    reader = csv.reader(lines, delimiter=delimiter)
    csv.field_size_limit(MAX_CELL_CHARACTERS)
    begins = 1
    while True:
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise UnreadableTable(f"line {begins}: {error}") from error
        if not (skip_sep and begins == 1 and cells and cells[0].lower().startswith("sep=")):
            yield Row(begins, tuple(cells))
        begins = reader.line_num + 1


def _take(lines: Iterator[str], count: int) -> Iterator[str]:
    for _, line in zip(range(count), lines, strict=False):
        yield line
