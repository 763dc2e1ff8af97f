"""A plain list that somebody wrote themselves: one person a line, by address, profile or handle of any network.

Source: none; it is what is tried when nothing else fits. A line is one person and may give several identities of
theirs; a bare name ("ann") fits forty networks and is handed back.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from itertools import islice
from typing import BinaryIO, Final

from shared import identities
from shared.connections.connection import Connection, Relation
from shared.connections.export import Export, ExportFile, Rows, whole
from shared.tables import Reject, UnreadableTable, decoded_lines

SOURCE: Final = "list-contacts"
_LINES_LOOKED_AT: Final = 200
_LONGEST_LINE: Final = 300
MAX_LIST_BYTES: Final = 4 * 1024 * 1024  # a hundred thousand addresses, more than anybody writes
# What programs write is one of their formats or none: in an archive's block.js there are addresses too.
_OF_PROGRAMS: Final = ("<", "window.", "BEGIN:")
_MOST_UNREADABLE: Final = 0.5  # of the lines looked at, the header among them


def recognizes(file: ExportFile) -> bool:
    """Whether most of the first lines read as identities."""
    if file.looks_like_json or file.text_head.lstrip().startswith(_OF_PROGRAMS):
        return False
    try:
        lines = [line.strip() for line in islice(decoded_lines(io.BytesIO(file.head)), _LINES_LOOKED_AT)]
    except UnreadableTable:
        return False
    written = [line for line in lines if line and not line.startswith("#")]
    readable = sum(_is_identity(line) for line in written)
    return readable > 0 and readable >= (1 - _MOST_UNREADABLE) * len(written)


def exports(file: ExportFile) -> Iterator[Export]:
    """Everybody on the list; lines that begin with "#" are remarks."""
    yield Export(SOURCE, _rows(io.BytesIO(whole(file.stream, MAX_LIST_BYTES, "a plain list"))))


def _rows(stream: BinaryIO) -> Rows:
    for number, line in enumerate(decoded_lines(stream), 1):
        text = line.strip()
        if text and not text.startswith("#"):
            yield _connection(number, text)


def _connection(number: int, text: str) -> Connection | Reject:
    if len(text) > _LONGEST_LINE:
        return Reject(number, f"the line is longer than {_LONGEST_LINE} characters; write one person a line")
    reading = identities.read(text)
    if not reading.identities:
        return Reject(number, "; ".join(reading.problems) or "nothing is written there")
    return Connection(reading.identities, Relation.CONTACT, line=number)


def _is_identity(line: str) -> bool:
    return "\ufffd" not in line and len(line) <= _LONGEST_LINE and bool(identities.read(line).identities)
