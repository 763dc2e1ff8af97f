"""Read an Excel workbook (.xlsx, .xlsm) as a table: the first sheet with a recognizable header, row by row.

Source: ECMA-376 (Office Open XML), parts 1 and 2. Cells are read by openpyxl in its read-only mode, which holds one
row at a time, and all texts of the workbook (its shared strings); it passes over hyperlinks, so those are read here.

Limits: a file of 128 MiB whose parts unpack to 1 GiB, of which 128 MiB texts; 1,048,576 rows, Excel's own limit;
2,000 columns; 100,000 links. What is larger can be saved as CSV, which has no limit.
"""

from __future__ import annotations

import posixpath
import re
import tempfile
import zipfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import islice
from typing import IO, Any, BinaryIO, Final
from xml.parsers import expat

from shared.tables.table import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    MAX_HEADER_ROW,
    NO_LINKS,
    IsHeader,
    Row,
    TextTable,
    UnreadableTable,
    no_header,
)

MAX_FILE_BYTES: Final = 128 * 1024 * 1024
MAX_UNPACKED_BYTES: Final = 1024 * 1024 * 1024
MAX_TEXT_BYTES: Final = 128 * 1024 * 1024
MAX_RATIO: Final = 150  # of a part above 1 MiB, unpacked to packed; sheets come to about 20
MAX_PARTS: Final = 5_000
MAX_ROWS: Final = 1_048_576
MAX_TEXTS: Final = 3_000_000
MAX_LINKS: Final = 100_000
# openpyxl holds these parts as a whole, and of a sheet a whole row, at many times their size.
MAX_HELD_BYTES: Final = 4 * 1024 * 1024
MAX_ROW_BYTES: Final = 16 * 1024 * 1024
_IN_MEMORY: Final = 8 * 1024 * 1024
_AT_ONCE: Final = 256 * 1024
_OVERLAP: Final = 64  # so that no name is missed that two pieces share
_MAX_LINKED_RANGE: Final = 1_000  # cells with one link
_EXACT_DIGITS: Final = 15  # that a spreadsheet keeps of a number
_STRINGS: Final = "xl/sharedstrings.xml"
_HELD: Final = ("[content_types].xml", "xl/workbook.xml", "xl/styles.xml", "xl/theme/", "docprops/")
_ROW: Final = re.compile(rb"<(?:\w{1,20}:)?row\b")
_TEXT: Final = re.compile(rb"<(?:\w{1,20}:)?si\b")
_STRICT: Final = b"http://purl.oclc.org/ooxml/"
_CELL: Final = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_LINK_FORMULA: Final = re.compile(r'\s*HYPERLINK\(\s*"([^"]{1,2000})"', re.IGNORECASE)
_PADDED: Final = re.compile(r"0{2,20}")
_WITH_PLUS: Final = re.compile(r'(?:"\+"|\\?\+)[#0]+')
_AS_CSV: Final = "; open it in a spreadsheet program and save the sheet as CSV"


def open_workbook(stream: BinaryIO, is_header: IsHeader) -> TextTable:
    """Find the first sheet with a header, and give the rows after it.

    :raises UnreadableTable: where there is none, or the file is damaged, protected, or made to do harm; also while
        iterating, where a sheet turns out to be damaged
    """
    file = _kept(stream)
    try:
        with zipfile.ZipFile(file) as package:
            links = _inspected(package)
        return _first_table(file, links, is_header)
    except UnreadableTable:
        file.close()
        raise
    except Exception as error:  # whatever a damaged file makes of the readers; none of them names all it raises
        file.close()
        raise _damaged(error) from error


def _damaged(error: Exception, where: str = "") -> UnreadableTable:
    return UnreadableTable(f"the workbook is damaged{where} ({type(error).__name__}){_AS_CSV}")


def _kept(stream: BinaryIO) -> IO[bytes]:
    """A workbook's directory is at its end: a stream from the network is kept on disk."""
    file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed when its last row is read
    size = 0
    while piece := stream.read(_AT_ONCE):
        size += len(piece)
        if size > MAX_FILE_BYTES:
            file.close()
            raise UnreadableTable(f"the workbook has more than {MAX_FILE_BYTES >> 20} MiB{_AS_CSV}")
        file.write(piece)
    file.seek(0)
    return file


SheetLinks = Mapping[int, Mapping[int, str]]  # row → position → address


@dataclass
class _Found:
    """What one sheet says about links while its XML goes by."""

    of_cells: list[tuple[str, str]] = field(default_factory=list)  # cells, id of the relationship
    of_formulas: list[tuple[str, str]] = field(default_factory=list)  # cell, address


def _inspected(package: zipfile.ZipFile) -> dict[str, SheetLinks]:
    """Refuse what is no workbook or made to do harm; give the links of each sheet, by the name of its part."""
    parts = package.infolist()
    names = {part.filename for part in parts}
    if "[Content_Types].xml" not in names or "xl/workbook.xml" not in names:
        raise _other_archive(package, names)
    if len(parts) > MAX_PARTS or len(names) < len(parts):
        raise UnreadableTable(f"the workbook has too many parts, or two of one name{_AS_CSV}")
    for part in parts:
        _check_size(part)
    if sum(part.file_size for part in parts) > MAX_UNPACKED_BYTES:
        raise UnreadableTable(f"the workbook unpacks to more than {MAX_UNPACKED_BYTES >> 30} GiB{_AS_CSV}")
    found = {part.filename: _scan(package, part) for part in parts if _is_xml(part.filename)}
    return {name: _links(package, name, sheet, names) for name, sheet in found.items() if _is_sheet(name)}


def _is_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels", ".vml"))


def _is_sheet(name: str) -> bool:
    return name.startswith("xl/worksheets/") and name.endswith(".xml")


def _other_archive(package: zipfile.ZipFile, names: set[str]) -> UnreadableTable:
    if "xl/workbook.bin" in names:
        return UnreadableTable("this is a binary Excel workbook (.xlsb); save it as .xlsx or as CSV")
    if "mimetype" in names and "opendocument" in package.open("mimetype").read(200).decode("ascii", "replace"):
        return UnreadableTable("this is an OpenDocument file (.ods); save it as .xlsx or as CSV")
    if any(name.startswith("Index/") or name == "Index.zip" for name in names):
        return UnreadableTable("this is an Apple Numbers document; export it as Excel (.xlsx) or CSV")
    return UnreadableTable("this is a zip archive without a workbook; unpack it and give the list itself")


def _check_size(part: zipfile.ZipInfo) -> None:
    if part.flag_bits & 1:
        raise UnreadableTable("the workbook is protected by a password; save it without one")
    if part.file_size > 1 << 20 and part.file_size > MAX_RATIO * max(part.compress_size, 1):
        raise UnreadableTable("a part of the workbook unpacks to more than a sheet can; it is refused as a zip bomb")
    name = part.filename.lower()
    if name == _STRINGS and part.file_size > MAX_TEXT_BYTES:
        raise UnreadableTable(f"the workbook holds more than {MAX_TEXT_BYTES >> 20} MiB of text{_AS_CSV}")
    if (name.startswith(_HELD) or name.endswith(".rels")) and part.file_size > MAX_HELD_BYTES:
        raise UnreadableTable(f"the workbook's formats or links are larger than {MAX_HELD_BYTES >> 20} MiB{_AS_CSV}")


def _scan(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> _Found:
    """Go through a part's XML once, or twice where formulas may link."""
    found = _Found()
    if _parse(package, part, found, eager=False):
        found = _Found()
        _parse(package, part, found, eager=True)
    return found


def _parse(package: zipfile.ZipFile, part: zipfile.ZipInfo, found: _Found, *, eager: bool) -> bool:
    """Whether formulas that link were seen, which only an ``eager`` parser understands."""
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _refuse_doctype
    sheet = _is_sheet(part.filename)
    bounds = _Bounds(part.filename)
    if eager:
        _Listener(parser, found)
    seen = b""
    formulas = False
    with package.open(part) as file:
        while piece := file.read(_AT_ONCE):
            bounds.check(seen[-_OVERLAP:], piece)
            seen = seen[-_OVERLAP:] + piece
            # Calling back for every element is slow. Links stand after all cells, and few sheets have them.
            if sheet and not eager and parser.StartElementHandler is None and b"hyperlink" in seen:
                _Listener(parser, found)
            formulas = formulas or (sheet and b"HYPERLINK(" in seen.upper() and b"<f" in seen)
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    return formulas and not eager


class _Bounds:
    """Counts what a part of a workbook makes its reader hold."""

    def __init__(self, name: str) -> None:
        self._workbook = name == "xl/workbook.xml"
        self._rows = _is_sheet(name)
        self._texts = name.lower() == _STRINGS
        self._count = 0
        self._since = 0

    def check(self, before: bytes, piece: bytes) -> None:
        """:raises UnreadableTable: where a sheet has more rows, or a row or the texts are larger, than can be"""
        both = before + piece
        if self._workbook and _STRICT in both:
            raise UnreadableTable(f"this is a workbook in the “Strict” form{_AS_CSV}, or as plain .xlsx")
        if not self._rows and not self._texts:
            return
        pattern, most = (_ROW, MAX_ROWS) if self._rows else (_TEXT, MAX_TEXTS)
        found = [match.end() for match in pattern.finditer(both) if match.end() > len(before)]
        self._count += len(found)
        self._since = len(both) - found[-1] if found else self._since + len(piece)
        if self._count > most:
            raise UnreadableTable(f"the workbook has more than {most:,} {'rows' if self._rows else 'texts'}{_AS_CSV}")
        if self._since > MAX_ROW_BYTES:
            raise UnreadableTable(f"a row of the workbook is larger than any row is{_AS_CSV}")


def _refuse_doctype(*_: object) -> None:
    raise UnreadableTable("the workbook's XML declares a document type, by which entities are made; it is refused")


class _Listener:
    """Hears from an XML parser which cells link where."""

    def __init__(self, parser: expat.XMLParserType, found: _Found) -> None:
        self._found = found
        self._cell = ""
        self._formula: list[str] | None = None
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._text

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        if local == "c":
            self._cell = attributes.get("r", "")
        elif local == "f":
            self._formula = []
        elif local == "hyperlink" and len(self._found.of_cells) < MAX_LINKS:
            target = next((value for key, value in attributes.items() if key.endswith(" id")), "")
            if target:
                self._found.of_cells.append((attributes.get("ref", ""), target))

    def _text(self, text: str) -> None:
        if self._formula is not None:
            self._formula.append(text)

    def _end(self, name: str) -> None:
        if self._formula is not None and name.endswith(" f"):
            link = _LINK_FORMULA.match("".join(self._formula))
            if link is not None and len(self._found.of_formulas) < MAX_LINKS:
                self._found.of_formulas.append((self._cell, link[1]))
            self._formula = None


def _links(package: zipfile.ZipFile, name: str, found: _Found, names: set[str]) -> SheetLinks:
    links: defaultdict[int, dict[int, str]] = defaultdict(dict)
    targets = _targets(package, name, names) if found.of_cells else {}
    room = MAX_LINKS
    of_cells = [(cells, targets[target]) for cells, target in found.of_cells if target in targets]
    for cells, address in of_cells + found.of_formulas:
        for row, position in islice(_cells_of(cells), room):
            links[row][position] = address
            room -= 1
    return links


def _targets(package: zipfile.ZipFile, name: str, names: set[str]) -> dict[str, str]:
    """Address by relationship id, as the part beside a sheet says."""
    beside = posixpath.join(posixpath.dirname(name), "_rels", posixpath.basename(name) + ".rels")
    targets: dict[str, str] = {}
    if beside not in names:
        return targets

    def start(_: str, attributes: dict[str, str]) -> None:
        if attributes.get("TargetMode") == "External":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler = start
    with package.open(beside) as file:
        while piece := file.read(_AT_ONCE):
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    return targets


def _cells_of(reference: str) -> Iterator[tuple[int, int]]:
    """Row (from 1) and position (from 0) of each cell of "B2" or "B2:B9"."""
    first, _, last = reference.partition(":")
    begin, end = _CELL.fullmatch(first), _CELL.fullmatch(last or first)
    if begin is None or end is None:
        return
    every = (
        (row, position)
        for row in range(int(begin[2]), int(end[2]) + 1)
        for position in range(_position(begin[1]), _position(end[1]) + 1)
    )
    yield from islice(every, _MAX_LINKED_RANGE)


def _position(letters: str) -> int:
    position = 0
    for letter in letters:
        position = position * 26 + ord(letter) - ord("A") + 1
    return position - 1


def _first_table(file: IO[bytes], links: Mapping[str, SheetLinks], is_header: IsHeader) -> TextTable:
    # Only who reads a workbook pays for loading its reader.
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    workbook = load_workbook(file, read_only=True, data_only=True, keep_links=False)
    seen: list[str] = []
    sheets = sorted(workbook.worksheets, key=lambda sheet: sheet.sheet_state != "visible")
    for sheet in sheets:
        sheet.reset_dimensions()  # a sheet may say that it is smaller than it is
        for number, cells in _texts(sheet, MAX_COLUMNS, MAX_HEADER_ROW):
            header = _without_blank_end(tuple(cell.text.strip() for cell in cells))
            if header and is_header(header):
                rows = _rows(file, sheet, number, len(header), links.get(_part_of(sheet), {}))
                return TextTable(header, rows, "XLSX", _left_aside(sheet, sheets))
            seen += header if len(seen) < 8 else ()
    raise no_header(seen)


def _part_of(sheet: Any) -> str:
    return str(sheet._worksheet_path).lstrip("/")  # the only place where openpyxl keeps it


def _left_aside(sheet: Any, sheets: Sequence[Any]) -> tuple[str, ...]:
    others = ", ".join(f"“{other.title}”" for other in sheets if other is not sheet)
    return (f"the sheet “{sheet.title}” was read; left aside: {others}",) if others else ()


def _without_blank_end(cells: tuple[str, ...]) -> tuple[str, ...]:
    filled = max((position + 1 for position, cell in enumerate(cells) if cell), default=0)
    return cells[:filled]


def _rows(file: IO[bytes], sheet: Any, header_row: int, width: int, links: SheetLinks) -> Iterator[Row]:
    number = header_row
    try:
        # One column more than the header has, to see what stands beyond it.
        for number, cells in _texts(sheet, width + 1, MAX_ROWS):
            texts = tuple(cell.text for cell in cells)
            if number > header_row and any(texts):
                notes = tuple(cell.note for cell in cells if cell.note)
                yield Row(number, texts, links.get(number, NO_LINKS), notes)
    except Exception as error:  # as in `open_workbook`
        raise _damaged(error, f" after row {number} of the sheet “{sheet.title}”") from error
    finally:
        file.close()


@dataclass(frozen=True, slots=True)
class _Text:
    text: str
    note: str = ""


_EMPTY: Final = _Text("")


def _texts(sheet: Any, columns: int, rows: int) -> Iterator[tuple[int, list[_Text]]]:
    """The rows up to one, from 1, each with its cells up to a column."""
    for number, cells in enumerate(islice(sheet.iter_rows(max_row=rows, max_col=columns), rows), start=1):
        yield number, [_EMPTY if cell.value is None else _text(cell) for cell in cells]


def _text(cell: Any) -> _Text:
    value = cell.value
    if cell.data_type == "e":
        return _Text("", f"a cell holds the error {str(value)[:20]}, and counts as blank")
    if isinstance(value, str):
        return _Text(value[:MAX_CELL_CHARACTERS].replace("\0", ""))
    if isinstance(value, bool):
        return _Text("true" if value else "false")
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e20:
        value = int(value)
    if isinstance(value, int):
        return _number(str(value), str(cell.number_format))
    if isinstance(value, (date, time, timedelta)):
        return _Text(_moment(value))
    return _Text(str(value))


def _number(digits: str, number_format: str) -> _Text:
    """A whole number as it is shown where that matters: leading zeros, the plus of a telephone number."""
    if _PADDED.fullmatch(number_format):
        digits = digits.zfill(len(number_format))
    elif _WITH_PLUS.fullmatch(number_format):
        digits = f"+{digits}"
    if len(digits) > _EXACT_DIGITS:
        return _Text(
            digits, f"the number {digits} has more than {_EXACT_DIGITS} digits, of which spreadsheets lose some"
        )
    return _Text(digits)


def _moment(value: date | time | timedelta) -> str:
    if isinstance(value, datetime) and value.time() == time():
        return value.date().isoformat()
    return value.isoformat(" ") if isinstance(value, datetime) else str(value)
