"""Read an attendee list: each row a Registration, or a Reject that says why not."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import BinaryIO, Final, NamedTuple

from shared import identities
from shared.attendee_lists.columns import PURPOSE_WORDS, Column, Understanding, is_header, names_people, understand
from shared.attendee_lists.statuses import CANCELLED, NOT_YET, REGISTERED
from shared.attendee_lists.words import plain
from shared.identities import Identity
from shared.registrations import PlatformSettings, Purpose, Registration, Status
from shared.registrations.answers import NO, YES, Answer, in_order
from shared.registrations.answers import understand as understand_answers
from shared.registrations.texts import one_line
from shared.tables import (
    REJECTS_COLUMNS,
    Reject,
    Row,
    TextTable,
    UnreadableTable,
    as_typed,
    looked_at,
    open_any_table,
)

LIST_PLATFORM: Final = "list"
ROWS_LOOKED_AT: Final = 200  # before the first is read, to see what the columns hold
LONGEST_TEXT: Final = 200
_SHOWN: Final = 80

_LOCALE: Final = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*")
_NOT_YET: Final = "not yet"


@dataclass(frozen=True, slots=True)
class AttendeeList:
    """A list whose header was understood; iterating reads it once."""

    header: tuple[str, ...]
    columns: tuple[Column, ...]
    unrecognized: tuple[str, ...]  # headers that mean nothing to us
    _rows: Iterator[Row]
    _as_of: datetime
    notes: tuple[str, ...] = ()  # sentences about the list as a whole: what it was taken for, what is left aside
    export: str = ""  # the platform's own export that this is, in words
    kind: str = ""  # the file's format, in words
    _statuses: Mapping[str, str] | None = None
    _names_are_enough: bool = False

    def __iter__(self) -> Iterator[Registration | Reject]:
        return map(self._reader().read, self._rows)

    def numbered(self) -> Iterator[tuple[int, Registration | Reject]]:
        """The same, each with the line on which it begins, as :class:`shared.tables.Row` counts."""
        reader = self._reader()
        return ((row.line, reader.read(row)) for row in self._rows)

    def _reader(self) -> _RowReader:
        return _RowReader(
            self.columns, len(self.header), self._as_of, self._statuses or {}, names_are_enough=self._names_are_enough
        )


def read_attendee_list(stream: BinaryIO, *, as_of: datetime, names_are_enough: bool = False) -> AttendeeList:
    """Open an attendee list: CSV, TSV, XLSX, JSON or JSON Lines. Its rows are read as they are asked for.

    :param stream: read once from where it stands; it need not be seekable
    :param as_of: when the list spoke, for rows that do not say when they changed
    :param names_are_enough: for whoever looks people up and writes to nobody: a list, and a row of it, need no e-mail
        address
    :raises shared.tables.UnreadableTable: where no row is a header with a column for the e-mail address, or for the
        name where that is enough; also while iterating, where the file turns out to be damaged
    """
    table = _as_typed(open_any_table(stream, names_people if names_are_enough else is_header))
    first, rows = looked_at(table.rows, ROWS_LOOKED_AT)
    known = understand(table.header, first)
    if not names_are_enough:
        _check_usable(known)
    return AttendeeList(
        header=table.header,
        columns=known.columns,
        unrecognized=known.unrecognized,
        _rows=rows,
        _as_of=as_of,
        notes=table.notes + known.notes,
        export=known.export.name if known.export else "",
        kind=table.kind,
        _statuses=known.export.statuses if known.export else None,
        _names_are_enough=names_are_enough,
    )


def _as_typed(table: TextTable) -> TextTable:
    """A rejects file that was mended: without our own columns, and without what made its cells safe to open."""
    if table.header[: len(REJECTS_COLUMNS)] != REJECTS_COLUMNS:
        return table
    ours = len(REJECTS_COLUMNS)
    rows = (row._replace(cells=tuple(as_typed(cell) for cell in row.cells[ours:]), links={}) for row in table.rows)
    return replace(table, header=tuple(as_typed(cell) for cell in table.header[ours:]), rows=rows)


def _check_usable(known: Understanding) -> None:
    if any(column.meaning == "email" for column in known.columns):
        return
    if known.export is not None and known.export.advice:
        raise UnreadableTable(known.export.advice)
    raise UnreadableTable(
        "no column holds the attendees' e-mail addresses; name it “Attendee email”, or export the list with it"
    )


class _Positions(NamedTuple):
    """Where the columns of each meaning are, the one that counts first first."""

    email: tuple[int, ...]
    first_name: tuple[int, ...]
    last_name: tuple[int, ...]
    name: tuple[int, ...]
    phone: tuple[int, ...]
    company: tuple[int, ...]
    locale: tuple[int, ...]
    status: tuple[int, ...]
    void: tuple[int, ...]
    reference: tuple[int, ...]
    agreed: tuple[int, ...]


class _RowReader:
    """Reads rows by columns that were understood once."""

    def __init__(
        self,
        columns: Sequence[Column],
        width: int,
        as_of: datetime,
        statuses: Mapping[str, str],
        *,
        names_are_enough: bool,
    ) -> None:
        self._names_are_enough = names_are_enough
        by_meaning: defaultdict[str, list[int]] = defaultdict(list)
        for column in columns:
            by_meaning[column.meaning].append(column.position)
        positions = {name: tuple(at) for name, at in by_meaning.items()}
        self._at = _Positions(*(positions.get(meaning, ()) for meaning in _Positions._fields))
        self._headers = {column.position: column.header for column in columns}
        self._handles = [
            (column.position, column.meaning.partition(":")[2] or None)
            for column in columns
            if column.meaning.startswith("network:") or column.meaning == "handles"
        ]
        self._purposes = [
            (column.position, column.meaning) for column in columns if column.meaning.startswith("agreed:")
        ]
        self._asks = bool(self._purposes) or "agreed" in by_meaning
        self._order = sorted(by_meaning.get("order", ()))
        self._width = width
        self._as_of = as_of
        # A list says the same few things again and again.
        self._status = lru_cache(maxsize=1024)(_status_reader(statuses))
        self._agreement = lru_cache(maxsize=4096)(self._read_agreement)

    def read(self, row: Row) -> Registration | Reject:
        cells = row.cells
        if len(cells) != self._width:
            problem = self._misshapen(row)
            if problem:
                return Reject(row.line, problem, cells)
            cells = (cells + ("",) * self._width)[: self._width]
        notes = list(row.notes)
        typed = self._address(row, cells, notes)
        address = typed if isinstance(typed, Identity) else None
        if isinstance(typed, str):
            refused = self._without_address(cells, typed, notes)
            if refused:
                return Reject(row.line, refused, row.cells)
        status, problem = self._status(_one(cells, self._at.void), _one(cells, self._at.status))
        if status is None:
            return Reject(row.line, problem, row.cells)
        if problem:
            notes.append(problem)
        return Registration(
            platform=LIST_PLATFORM,
            reference=self._reference(cells) or (address.handle if address else ""),
            status=status,
            changed_at=self._as_of,
            name=self._name(cells, notes),
            email=address.handle if address else None,
            phone=self._phone(cells, notes),
            company=self._text(cells, self._at.company, notes),
            identities=self._identities(row, cells, notes) if self._handles else (),
            agreed=self._agreed(cells, notes) if self._asks else None,
            locale=self._locale(cells, notes),
            notes=tuple(dict.fromkeys(notes)) if notes else (),
        )

    def _misshapen(self, row: Row) -> str:
        """Why a row of another width than the header's cannot be used; empty where only blank cells make it so."""
        if not row.cells:
            return row.notes[0] if row.notes else "the row is empty"
        if any(cell.strip() for cell in row.cells[self._width :]):
            return f"the row has {len(row.cells)} cells where the header has {self._width}"
        return ""

    def _text(self, cells: Sequence[str], positions: tuple[int, ...], notes: list[str]) -> str:
        """The first filled of some cells on one line, cut where it is longer than such a text is."""
        for position in positions:
            text = cells[position].strip()
            if text:
                if len(positions) > 1:
                    self._note_others(cells, positions, position, text, notes)
                plain_text = len(text) <= LONGEST_TEXT and "  " not in text and text.isprintable()
                return text if plain_text else self._tidy(" ".join(text.split()), position, notes)
        return ""

    def _note_others(
        self, cells: Sequence[str], positions: Sequence[int], counts: int, text: str, notes: list[str]
    ) -> None:
        for position in positions:
            other = cells[position].strip()
            if position != counts and other and other.casefold() != text.casefold():
                notes.append(f"“{self._headers[counts]}” counts; “{self._headers[position]}” says something else")

    def _tidy(self, text: str, position: int, notes: list[str]) -> str:
        tidy = one_line(text, LONGEST_TEXT)
        if len(text) > LONGEST_TEXT:
            notes.append(f"“{self._headers[position]}” is longer than {LONGEST_TEXT} characters, and is cut")
        return tidy

    def _address(self, row: Row, cells: Sequence[str], notes: list[str]) -> Identity | str:
        typed = self._text(cells, self._at.email, notes)
        address = identities.email(typed) if typed else None
        if address is not None:
            return address
        for position in self._at.email if row.links else ():
            linked = identities.email(row.links.get(position, ""))
            if linked is not None:
                return linked
        return f'"{typed[:_SHOWN]}" is no e-mail address' if typed else "the row has no e-mail address"

    def _without_address(self, cells: Sequence[str], problem: str, notes: list[str]) -> str:
        """Why a row without a usable address cannot be used; empty where its name is enough."""
        header = next((self._headers[at] for at in self._at.email if cells[at].strip()), "")
        if not self._names_are_enough:
            return f"{header or self._headers[self._at.email[0]]}: {problem}"
        if not self._name(cells, []):
            return f"{header}: {problem}" if header else "the row has no name and no e-mail address"
        if header:
            # That there is none is nothing wrong.
            notes.append(f"{header}: {problem}")
        return ""

    def _reference(self, cells: Sequence[str]) -> str:
        # An order has several positions, and each order a first one: neither alone names a ticket.
        if len(self._order) > 1:
            parts = [cells[position].strip() for position in self._order]
            if all(parts):
                return one_line("-".join(parts))
        said = _one(cells, self._at.reference)
        return said if said.isalnum() and len(said) <= LONGEST_TEXT else one_line(said)

    def _name(self, cells: Sequence[str], notes: list[str]) -> str:
        first, last = self._text(cells, self._at.first_name, notes), self._text(cells, self._at.last_name, notes)
        if first and last:
            return f"{first} {last}"
        return self._text(cells, self._at.name, notes) or first or last

    def _locale(self, cells: Sequence[str], notes: list[str]) -> str | None:
        said = _one(cells, self._at.locale)
        if not said:
            return None
        if _LOCALE.fullmatch(said) and len(said) <= 35:
            return said.replace("_", "-")
        notes.append(f'the language "{said[:_SHOWN]}" is no language tag like "en" or "pt-BR"')
        return None

    def _identities(self, row: Row, cells: Sequence[str], notes: list[str]) -> tuple[Identity, ...]:
        found: list[Identity] = []
        for position, network in self._handles:
            text = cells[position]
            linked = row.links.get(position, "") if row.links else ""
            if linked:
                text = _with_link(text, linked, network)
            if text and not text.isspace():
                reading = identities.read(text, network)
                found += reading.identities
                if reading.problems:
                    header = self._headers[position] or "handle"
                    notes += [f"{header}: {problem}" for problem in reading.problems]
        return in_order(found) if found else ()

    def _phone(self, cells: Sequence[str], notes: list[str]) -> str | None:
        typed = self._text(cells, self._at.phone, notes)
        if not typed:
            return None
        number = identities.phone(typed)
        if number is None:
            notes.append(f'"{typed[:_SHOWN]}" is no telephone number with its country code')
        return number.handle if number else None

    def _agreed(self, cells: Sequence[str], notes: list[str]) -> frozenset[Purpose]:
        said = (_one(cells, self._at.agreed), *[cells[position] for position, _ in self._purposes])
        agreed, remarks = self._agreement(said)
        notes += remarks
        return agreed

    def _read_agreement(self, said: tuple[str, ...]) -> tuple[frozenset[Purpose], tuple[str, ...]]:
        agreed, notes = _agreed_in_general(said[0])
        for (position, meaning), text in zip(self._purposes, said[1:], strict=True):
            question = self._headers[position]
            answer = Answer((question,), (text,))
            understood = understand_answers([answer], PlatformSettings({question: meaning}))
            agreed |= understood.agreed or frozenset()
            notes += understood.notes
        return frozenset(agreed), tuple(notes)


def _one(cells: Sequence[str], positions: tuple[int, ...]) -> str:
    """The first filled of some cells."""
    for position in positions:
        text = cells[position].strip()
        if text:
            return text
    return ""


def _agreed_in_general(said: str) -> tuple[set[Purpose], list[str]]:
    words = plain(said)
    if words in YES or words in ("agreed", "agree"):
        # A bare yes to a bare question is a yes to what the product is for, and to no more.
        return {Purpose.INTRODUCE, Purpose.CONNECTIONS}, []
    if not words or words in NO:
        return set(), []
    agreed: set[Purpose] = set()
    notes: list[str] = []
    for word in re.split(r"[,;|]", said):
        purpose = PURPOSE_WORDS.get(plain(word))
        if purpose is None:
            notes.append(f'"{word.strip()[:_SHOWN]}" is nothing that can be agreed to; it counts as no')
        else:
            agreed.add(purpose)
    return agreed, notes


def _with_link(text: str, linked: str, network: str | None) -> str:
    """What a cell says that shows ``text`` and leads to ``linked``.

    The address where it is a profile of the column's network; both where the column is of no certain network.
    """
    if linked.strip() == text.strip():
        return text
    if network is None:
        return f"{text}, {linked}" if text.strip() else linked
    found = identities.read(linked, network).identities
    return linked if any(identity.network == network for identity in found) else text or linked


def _status_reader(special: Mapping[str, str]) -> Callable[[str, str], tuple[Status | None, str]]:
    """Reads the cells "void" and "status": whether the ticket admits, and a sentence about that if there is one."""

    def read(void: str, said: str) -> tuple[Status | None, str]:
        words = plain(said)
        if plain(void) in YES or plain(void) in CANCELLED:
            return Status.CANCELLED, ""
        known = special.get(words)
        if known == "cancelled" or (known is None and words in CANCELLED):
            return Status.CANCELLED, ""
        if known == _NOT_YET or (known is None and words in NOT_YET):
            return None, f'the status "{said[:_SHOWN]}" is no registration yet; the row counts once it is'
        if words and known is None and words not in REGISTERED:
            return Status.REGISTERED, f'the status "{said[:_SHOWN]}" is not known, and counts as registered'
        return Status.REGISTERED, ""

    return read
