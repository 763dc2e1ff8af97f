"""Read JSON as a table: an array of objects, an object with such an array inside, or JSON Lines; entry by entry.

Source: RFC 8259, jsonlines.org. Numbers stay as they are written, so that ids and telephone numbers lose nothing.
An object's own objects become columns "user.name"; a list of questions with their answers becomes a column each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import BinaryIO, Final

from shared.tables.rows import decoded_lines, decoded_pieces
from shared.tables.table import (
    MAX_CELL_CHARACTERS,
    MAX_COLUMNS,
    IsHeader,
    Row,
    TextTable,
    UnreadableTable,
    looked_at,
    no_header,
)

ENTRIES_TRIED: Final = 200  # whose fields together are the header
_MAX_ENTRY_CHARACTERS: Final = 2_000_000
_MAX_DEPTH: Final = 4
_SPACE: Final = " \t\r\n"
_QUESTION: Final = ("question", "label", "title", "name", "key")
_ANSWER: Final = ("answer", "value", "response", "text", "answers")
_LATE: Final = f"comes only after the first {ENTRIES_TRIED} entries and is left out"

_DECODER: Final = json.JSONDecoder(parse_int=str, parse_float=str, parse_constant=str, strict=False)


def open_json(stream: BinaryIO, is_header: IsHeader) -> TextTable:
    """Find the array whose objects have a header's fields.

    :raises UnreadableTable: where there is none; also while iterating, where the file breaks off
    """
    scanner = _Scanner(decoded_pieces(stream))
    seen: list[str] = []
    for entries in scanner.arrays():
        table = _table(entries, is_header, "JSON", seen)
        if table is not None:
            return table
    raise no_header(seen)


def open_json_lines(stream: BinaryIO, is_header: IsHeader) -> TextTable:
    """One object a line; a line that is none becomes a row without cells whose note says so.

    :raises UnreadableTable: where the first objects have not the fields of a header
    """
    seen: list[str] = []
    table = _table(_lines(stream), is_header, "JSON Lines", seen)
    if table is None:
        raise no_header(seen)
    return table


def is_json_lines(head: str, is_header: IsHeader) -> bool:
    """Whether a text that begins with "{" has a whole object in its first line, and is not one object with a list."""
    first, _, rest = head.lstrip().partition("\n")
    try:
        entry, end = _DECODER.raw_decode(first)
    except (ValueError, RecursionError):
        return False
    if first[end:].strip():
        return False
    return rest.lstrip()[:1] == "{" or is_header(tuple(_flat(entry)))


def _lines(stream: BinaryIO) -> Iterator[tuple[int, object]]:
    for number, line in enumerate(decoded_lines(stream), start=1):
        text = line.strip()
        if text:
            try:
                yield number, _DECODER.decode(text)
            except (ValueError, RecursionError):
                yield number, None


def _table(entries: Iterator[tuple[int, object]], is_header: IsHeader, kind: str, seen: list[str]) -> TextTable | None:
    """The table that entries make, or None where their fields are no header; ``seen`` takes what they are."""
    first, every = looked_at(entries, ENTRIES_TRIED)
    fields = dict.fromkeys(name for _, entry in first for name in _flat(entry))
    header = tuple(islice(fields, MAX_COLUMNS))
    if not is_header(header):
        seen += header[:20]
        return None
    return TextTable(header, _rows(every, header), kind)


def _rows(entries: Iterator[tuple[int, object]], header: Sequence[str]) -> Iterator[Row]:
    known = frozenset(header)
    for number, entry in entries:
        if not isinstance(entry, dict):
            yield Row(number, (), notes=("this entry is no JSON object",))
            continue
        cells = _flat(entry)
        late = [name for name in cells if name not in known]
        yield Row(
            number,
            tuple(cells.get(name, "") for name in header),
            notes=tuple(f'the field "{name[:80]}" {_LATE}' for name in late[:20]),
        )


def _flat(entry: object) -> dict[str, str]:
    cells: dict[str, str] = {}
    if isinstance(entry, dict):
        _flatten(entry, "", cells, 0)
    return cells


def _flatten(entry: Mapping[str, object], prefix: str, cells: dict[str, str], depth: int) -> None:
    for name, value in entry.items():
        key = _clean(f"{prefix}{name}".strip())
        if isinstance(value, dict) and depth < _MAX_DEPTH:
            _flatten(value, f"{key}.", cells, depth + 1)
        elif isinstance(value, list) and (answers := _answers(value)):
            cells.update((question, text) for question, text in answers.items() if question not in cells)
        else:
            cells[key] = _text(value)


def _answers(values: Sequence[object]) -> dict[str, str]:
    """Questions with their answers, where every entry of a list is such a pair; else nothing."""
    found: dict[str, str] = {}
    for value in values:
        question = _field(value, _QUESTION)
        if not isinstance(question, str) or not isinstance(value, dict) or not any(key in value for key in _ANSWER):
            return {}
        found[_clean(question)] = _text(_field(value, _ANSWER))
    return found


def _field(value: object, names: Sequence[str]) -> object:
    if not isinstance(value, dict):
        return None
    return next((value[name] for name in names if value.get(name) is not None), None)


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and all(isinstance(item, (str, bool)) for item in value):
        return ", ".join(_text(item) for item in value)[:MAX_CELL_CHARACTERS]
    if not isinstance(value, str):
        value = json.dumps(value, ensure_ascii=False)
    return _clean(value[:MAX_CELL_CHARACTERS])


def _clean(text: str) -> str:
    # A lone surrogate can stand in JSON, but in no file that is written in UTF-8.
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "")


class _Scanner:
    """Goes through a JSON text from one value to the next, holding no more of it than one entry."""

    def __init__(self, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self._text = ""
        self._at = 0
        self._entry = 0

    def arrays(self, depth: int = 0) -> Iterator[Iterator[tuple[int, object]]]:
        """The entries of each array of objects; whatever of one is not read is passed over."""
        opening = self._peek()
        if opening == "[":
            self._at += 1
            entries = self._entries()
            if self._peek() == "{":
                yield entries
            for _ in entries:
                pass
        elif opening == "{" and depth <= _MAX_DEPTH:
            self._at += 1
            while self._peek() == '"':
                self._value()
                self._expect(":")
                yield from self.arrays(depth + 1)
                if self._peek() == ",":
                    self._at += 1
            self._expect("}")
        elif opening:
            self._value()
        elif depth:
            raise self._broken_off()

    def _entries(self) -> Iterator[tuple[int, object]]:
        """The values of an array, numbered from 1."""
        self._entry = 0
        while self._peek() != "]":
            self._entry += 1
            yield self._entry, self._value()
            if self._peek() == ",":
                self._at += 1
            elif self._peek() != "]":
                raise self._broken_off()
        self._at += 1

    def _peek(self) -> str:
        while True:
            while self._at < len(self._text) and self._text[self._at] in _SPACE:
                self._at += 1
            if self._at < len(self._text):
                return self._text[self._at]
            if not self._more():
                return ""

    def _expect(self, character: str) -> None:
        if self._peek() != character:
            raise self._broken_off()
        self._at += 1

    def _value(self) -> object:
        self._peek()
        wanted = 1
        while True:
            try:
                value, end = _DECODER.raw_decode(self._text, self._at)
                length, complete = end - self._at, end < len(self._text)
                # Where the text ends with the value, "12" may be the beginning of "123".
                if complete or not self._more():
                    self._at += length  # `_more` has moved the text's beginning to where the value begins
                    return value
            except RecursionError:
                raise UnreadableTable(f"the JSON is nested too deep{self._where()}") from None
            except ValueError as error:
                # Perhaps only because the rest has not been read. Twice as much each time keeps the work linear.
                too_long = len(self._text) - self._at > _MAX_ENTRY_CHARACTERS
                if too_long or not self._more(wanted):
                    raise self._broken_off() from error
                wanted *= 2

    def _more(self, pieces: int = 1) -> bool:
        """Read on; what has been gone through is forgotten."""
        further = "".join(islice((piece for piece in self._pieces if piece), pieces))
        self._text = self._text[self._at :] + further
        self._at = 0
        return bool(further)

    def _broken_off(self) -> UnreadableTable:
        return UnreadableTable(f"the JSON breaks off or has a mistake{self._where()}; export it again")

    def _where(self) -> str:
        return f" at entry {self._entry}" if self._entry else ""
