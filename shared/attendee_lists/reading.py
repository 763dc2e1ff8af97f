"""Read an attendee list: each row a Registration, or a Reject that says why not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, Final

from shared import identities
from shared.attendee_lists.columns import PURPOSE_WORDS, Column, is_header, plain, understand
from shared.identities import Identity
from shared.registrations import Purpose, Registration, Status
from shared.tables import Reject, Row, open_table

LIST_PLATFORM: Final = "list"

_YES: Final = frozenset("yes y true 1 x ja j oui o si s sim tak agreed agree ok".split())
_NO: Final = frozenset("no n false 0 nein non nao nee nie".split()) | {""}
_CANCELLED: Final = frozenset(
    "cancelled canceled void voided refunded declined deleted storniert annule annulee cancelado annullato c".split()
) | {"not attending"}
_PENDING: Final = frozenset("pending invited waitlist waitlisted incomplete unpaid expired n e".split()) | {
    "pending approval",
    "on hold",
    "waiting list",
}
_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")


@dataclass(frozen=True, slots=True)
class AttendeeList:
    """A list whose header was understood; iterating reads it once."""

    header: tuple[str, ...]
    columns: tuple[Column, ...]
    unrecognized: tuple[str, ...]  # headers that mean nothing to us
    _rows: Iterator[Row]
    _as_of: datetime

    def __iter__(self) -> Iterator[Registration | Reject]:
        reader = _RowReader(self.columns, len(self.header), self._as_of)
        return map(reader.read, self._rows)


def read_attendee_list(stream: BinaryIO, *, as_of: datetime) -> AttendeeList:
    """Open an attendee list; its rows are read as they are asked for.

    :param as_of: when the list spoke, for rows that do not say when they changed
    :raises shared.tables.UnreadableTable: where no row is a header with a column for the e-mail address
    """
    table = open_table(stream, is_header)
    columns, unrecognized = understand(table.header)
    return AttendeeList(table.header, columns, unrecognized, table.rows, as_of)


class _RowReader:
    """Reads rows by columns that were understood once."""

    def __init__(self, columns: Sequence[Column], width: int, as_of: datetime) -> None:
        by_meaning: defaultdict[str, list[int]] = defaultdict(list)
        for column in columns:
            by_meaning[column.meaning].append(column.position)
        self._positions: Mapping[str, list[int]] = dict(by_meaning)
        self._networks = [
            (column.position, column.meaning.partition(":")[2], column.header)
            for column in columns
            if column.meaning.startswith("network:")
        ] + [(position, None, "") for position in by_meaning.get("handles", ())]
        self._purposes = [
            (column.position, Purpose(column.meaning.partition(":")[2]))
            for column in columns
            if column.meaning.startswith("agreed:")
        ]
        self._width = width
        self._as_of = as_of

    def read(self, row: Row) -> Registration | Reject:
        if any(cell.strip() for cell in row.cells[self._width :]):
            return self._reject(row, f"the row has {len(row.cells)} cells where the header has {self._width}")
        typed = self._cell(row, "email")
        if not typed:
            return self._reject(row, "the row has no e-mail address")
        address = identities.email(typed)
        if address is None:
            return self._reject(row, f'"{typed}" is no e-mail address')
        status = self._status(row)
        if isinstance(status, str) and not isinstance(status, Status):
            return self._reject(row, status)
        found, notes = self._identities(row)
        locale = self._cell(row, "locale")
        return Registration(
            platform=LIST_PLATFORM,
            reference=self._cell(row, "reference") or address.handle,
            status=status,
            changed_at=self._as_of,
            name=self._name(row),
            email=address.handle,
            phone=self._phone(row, notes),
            company=self._cell(row, "company"),
            identities=found,
            agreed=self._agreed(row, notes),
            locale=locale.replace("_", "-") if _LOCALE.fullmatch(locale) else None,
            notes=tuple(notes),
        )

    def _cell(self, row: Row, meaning: str) -> str:
        for position in self._positions.get(meaning, ()):
            if position < len(row.cells):
                text = " ".join(row.cells[position].split())
                if text:
                    return text
        return ""

    def _reject(self, row: Row, reason: str) -> Reject:
        return Reject(row.line, reason, row.cells)

    def _name(self, row: Row) -> str:
        parts = (self._cell(row, "first_name"), self._cell(row, "last_name"))
        return self._cell(row, "name") if not all(parts) else " ".join(parts)

    def _status(self, row: Row) -> Status | str:
        if plain(self._cell(row, "void")) in _YES | _CANCELLED:
            return Status.CANCELLED
        said = self._cell(row, "status")
        if plain(said) in _CANCELLED:
            return Status.CANCELLED
        if plain(said) in _PENDING:
            return f'the status "{said}" is no registration yet; the row counts once it is'
        return Status.REGISTERED

    def _identities(self, row: Row) -> tuple[tuple[Identity, ...], list[str]]:
        found: set[Identity] = set()
        notes: list[str] = []
        for position, network, header in self._networks:
            text = row.cells[position] if position < len(row.cells) else ""
            if text.strip():
                reading = identities.read(text, network)
                found.update(i for i in reading.identities if i.network not in ("email", "phone"))
                notes += [f"{header}: {problem}" if header else problem for problem in reading.problems]
        return tuple(sorted(found)), notes

    def _phone(self, row: Row, notes: list[str]) -> str | None:
        typed = self._cell(row, "phone")
        if not typed:
            return None
        number = identities.phone(typed)
        if number is None:
            notes.append(f'"{typed}" is no telephone number with its country code')
        return number.handle if number else None

    def _agreed(self, row: Row, notes: list[str]) -> frozenset[Purpose] | None:
        if "agreed" not in self._positions and not self._purposes:
            return None
        agreed = {purpose for at, purpose in self._purposes if at < len(row.cells) and plain(row.cells[at]) in _YES}
        said = self._cell(row, "agreed")
        if plain(said) in _YES:
            # A bare yes to a bare question is a yes to what the product is for, and to no more.
            return frozenset(agreed | {Purpose.INTRODUCE, Purpose.CONNECTIONS})
        if plain(said) not in _NO:
            for word in re.split(r"[,;|]", said):
                purpose = PURPOSE_WORDS.get(plain(word))
                if purpose is None:
                    notes.append(f'"{word.strip()}" is nothing that can be agreed to; it counts as no')
                else:
                    agreed.add(purpose)
        return frozenset(agreed)
