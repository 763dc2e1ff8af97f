"""Google Contacts' "Google CSV", in its form of today and the one before 2024.

Source: headers as public importers quote them: "First Name,Middle Name,Last Name,…,E-mail 1 - Label,
E-mail 1 - Value,…" today, "Name,Given Name,…,Group Membership,E-mail 1 - Type,E-mail 1 - Value,…" before; several
values in one cell are joined by " ::: ". That the header is English whatever the account's language is not verified.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from shared.connections import contacts
from shared.connections.connection import Connection
from shared.connections.entries import text_of
from shared.connections.export import Export, ExportFile, Rows
from shared.identities import Identity
from shared.tables import Reject, Row, open_table

SOURCE: Final = "google-contacts"
_SEVERAL: Final = " ::: "
_NUMBERED: Final = re.compile(r"(e-mail|phone|website) (\d{1,2}) - value")
_GIVEN: Final = ("first name", "given name")
_FAMILY: Final = ("last name", "family name")
_COMPANY: Final = ("organization name", "organization 1 - name")


def recognizes(file: ExportFile) -> bool:
    """Whether the header has numbered columns for values, as Google writes them."""
    return file.has_table(_is_header)


def exports(file: ExportFile) -> Iterator[Export]:
    """Everybody in the address book."""
    yield Export(SOURCE, _rows(file.stream))


def _rows(stream: BinaryIO) -> Rows:
    table = open_table(stream, _is_header)
    names = [cell.strip().lower() for cell in table.header]
    for row in table.rows:
        yield _connection(row, names)


def _connection(row: Row, names: list[str]) -> Connection | Reject:
    cells = dict(zip(names, row.cells, strict=False))
    given, family, company = (_first(cells, of) for of in (_GIVEN, _FAMILY, _COMPANY))
    name = text_of(cells.get("name", "")) or f"{given} {family}".strip() or text_of(cells.get("file as", ""))
    return contacts.contact(list(_identities(cells)), name=name, company=company, line=row.line)


def _identities(cells: dict[str, str]) -> Iterator[Identity | None]:
    for column, cell in cells.items():
        match = _NUMBERED.fullmatch(column)
        for text in cell.split(_SEVERAL) if match and cell else ():
            yield _value(match[1] if match else "", text, cells.get(f"website {match[2] if match else ''} - label", ""))


def _value(kind: str, text: str, label: str) -> Identity | None:
    if kind == "e-mail":
        return contacts.email(text)
    return contacts.phone(text) if kind == "phone" else contacts.page(text_of(text), label)


def _first(cells: dict[str, str], columns: Sequence[str]) -> str:
    return next((text for column in columns if (text := text_of(cells.get(column, "")))), "")


def _is_header(cells: Sequence[str]) -> bool:
    return any(_NUMBERED.fullmatch(cell.strip().lower()) for cell in cells)
