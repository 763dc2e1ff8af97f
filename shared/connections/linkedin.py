"""LinkedIn's ``Connections.csv``, out of "Download my data".

Source: LinkedIn help, "Export connections from LinkedIn", and exports as their owners describe them: some lines of
notes come before the header or not, the column URL is missing in older ones, most addresses are blank, rows of
members who left are empty.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from functools import lru_cache
from typing import BinaryIO, Final

from shared import identities
from shared.connections.connection import Connection, Relation
from shared.connections.entries import text_of
from shared.connections.export import Export, ExportFile, Rows
from shared.identities import Identity, Unreadable
from shared.tables import Reject, Row, open_table

SOURCE: Final = "linkedin-connections"
_COLUMNS: Final = ("first name", "last name", "url", "email address", "company", "connected on")
_DATES: Final = ("%d %b %Y", "%d-%b-%y", "%m/%d/%Y", "%Y-%m-%d")


def recognizes(file: ExportFile) -> bool:
    """Whether the first bytes hold LinkedIn's header."""
    return file.has_table(_is_header)


def exports(file: ExportFile) -> Iterator[Export]:
    """The one list. LinkedIn connects both ways, so the relation is CONNECTED.

    A row without address and profile still gives a name: whoever matches may do something with it.
    """
    yield Export(SOURCE, _rows(file.stream))


def _rows(stream: BinaryIO) -> Rows:
    table = open_table(stream, _is_header)
    names = [cell.strip().lower() for cell in table.header]
    at: dict[str, int] = {name: names.index(name) for name in _COLUMNS if name in names}
    for row in table.rows:
        yield _connection(row, at)


def _connection(row: Row, at: dict[str, int]) -> Connection | Reject:
    def cell(name: str) -> str:
        position = at.get(name, len(row.cells))
        return text_of(row.cells[position]) if position < len(row.cells) else ""

    found: list[Identity] = []
    for column, network in (("URL", "linkedin"), ("Email Address", "email")):
        text = cell(column.lower())
        if not text:
            continue
        identity = identities.parse(text, network)
        if isinstance(identity, Unreadable):
            return Reject(row.line, f"{column}: {identity.reason}")
        found.append(identity)
    name = f"{cell('first name')} {cell('last name')}".strip()
    if not found and not name:
        return Reject(row.line, "the row has neither a profile, an address nor a name")
    return Connection(tuple(found), Relation.CONNECTED, _date(cell("connected on")), name, cell("company"), row.line)


def _is_header(cells: Sequence[str]) -> bool:
    return {"first name", "last name", "connected on"} <= {cell.strip().lower() for cell in cells}


# Many were connected on one day, and reading a date takes longer than reading a name.
@lru_cache(maxsize=8192)
def _date(text: str) -> date | None:
    for form in _DATES:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007
        except ValueError:
            continue
    return None
