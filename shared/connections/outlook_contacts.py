"""Outlook's contacts as CSV, of Outlook for Windows, outlook.com, and programs that write the same columns.

Source: support.microsoft.com "Create or edit .csv files to import into Outlook" for the English columns; the German
(web.de's Outlook 2003 export, vCard converters), French, Spanish and Dutch ones as public importers quote them.
Thunderbird and Yahoo write English columns of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import BinaryIO, Final

from shared.connections import contacts
from shared.connections.connection import Connection
from shared.connections.entries import text_of
from shared.connections.export import Export, ExportFile, Rows
from shared.tables import Reject, Row, open_table

SOURCE: Final = "outlook-contacts"
_ROLES: Final[Mapping[str, tuple[str, ...]]] = {
    "name": ("display name", "full name", "name"),
    "given": ("first name", "given name", "vorname", "prénom", "nombre", "voornaam"),
    "family": ("last name", "surname", "family name", "nachname", "nom", "apellidos", "achternaam"),
    "company": ("company", "company name", "organization", "firma", "société", "organización", "compañía", "bedrijf"),
    "email": (
        *("e-mail address", "e-mail 2 address", "e-mail 3 address", "email address", "email address 2", "email 2"),
        *("email address 3", "email 3", "primary email", "secondary email", "e-mail", "email", "alternate email 1"),
        *("e-mail-adresse", "e-mail 2: adresse", "e-mail 3: adresse", "e-mail 2 adresse", "e-mail 3 adresse"),
        *(
            "adresse de messagerie",
            "adresse de messagerie 2",
            "adresse de messagerie 3",
            "e-mailadres",
            "e-mailadres 2",
        ),
        *("dirección de correo electrónico", "dirección de correo electrónico 2", "e-mailadres 3"),
        "dirección del correo electrónico 3",
    ),
    "phone": (
        *("mobile phone", "home phone", "home phone 2", "business phone", "business phone 2", "primary phone"),
        *("other phone", "company main phone", "mobile number", "work phone", "car phone", "mobile", "home"),
        *("mobiltelefon", "mobiltelefon 2", "telefon privat", "telefon privat 2", "telefon (privat)", "haupttelefon"),
        *("telefon geschäftlich", "telefon geschäftlich 2", "weiteres telefon", "telefon firma", "autotelefon"),
        *("teléfono móvil", "teléfono del trabajo", "mobiele telefoon", "telefoon op werk", "telefoon thuis"),
        *("tél. mobile", "téléphone (domicile)", "téléphone (bureau)", "tél. domicile", "tél. bureau"),
    ),
    "page": (
        *(
            "web page",
            "personal web page",
            "business web page",
            "webseite",
            "page web",
            "página web",
            "webpagina",
            "web page 1",
            "web page 2",
        ),
        "website",
    ),
}
_ROLE_OF: Final = {column: role for role, columns in _ROLES.items() for column in columns}


def recognizes(file: ExportFile) -> bool:
    """Whether the header has a first and a last name and an address, under names that Outlook has for them."""
    return file.has_table(_is_header)


def exports(file: ExportFile) -> Iterator[Export]:
    """Everybody in the address book."""
    yield Export(SOURCE, _rows(file.stream))


def _rows(stream: BinaryIO) -> Rows:
    table = open_table(stream, _is_header)
    roles = [_ROLE_OF.get(cell.strip().lower(), "") for cell in table.header]
    for row in table.rows:
        yield _connection(row, roles)


def _connection(row: Row, roles: list[str]) -> Connection | Reject:
    by_role: defaultdict[str, list[str]] = defaultdict(list)
    for role, cell in zip(roles, row.cells, strict=False):
        if role and (text := text_of(cell)):
            by_role[role].append(text)
    name = " ".join(text for role in ("given", "family") for text in by_role[role][:1]) or "".join(by_role["name"][:1])
    found = [
        *map(contacts.email, by_role["email"]),
        *map(contacts.phone, by_role["phone"]),
        *map(contacts.page, by_role["page"]),
    ]
    return contacts.contact(found, name=name, company="".join(by_role["company"][:1]), line=row.line)


def _is_header(cells: Sequence[str]) -> bool:
    names = {cell.strip().lower() for cell in cells}
    roles = {_ROLE_OF.get(name) for name in names}
    # With "connected on" it is LinkedIn's.
    return {"given", "family", "email"} <= roles and "connected on" not in names
