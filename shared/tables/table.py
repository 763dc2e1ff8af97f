"""What any file of rows becomes, whichever format it was written in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from types import MappingProxyType
from typing import Final, NamedTuple, Never, TypeVar

MAX_HEADER_ROW: Final = 30  # rows before which the header must come
MAX_CELL_CHARACTERS: Final = 100_000
MAX_COLUMNS: Final = 2_000
NO_LINKS: Final[Mapping[int, str]] = MappingProxyType({})

T = TypeVar("T")
IsHeader = Callable[[Sequence[str]], bool]


class UnreadableTable(ValueError):
    """The file is no table that can be read; the sentence says what was looked for and what was seen."""


class NoHeader(UnreadableTable):
    """No row is a header, though the file may well be read in another way."""


class Row(NamedTuple):
    """One row as written."""

    line: int  # from 1: where it begins in a text, the row's number in a sheet, which entry of a JSON array it is
    cells: tuple[str, ...]
    links: Mapping[int, str] = NO_LINKS  # the address that a cell leads to when clicked, by its position
    notes: tuple[str, ...] = ()  # what of the row could not be taken over; without cells, why it cannot be read at all


@dataclass(frozen=True, slots=True)
class TextTable:
    """A table whose header was found; ``rows`` can be gone through once."""

    header: tuple[str, ...]
    rows: Iterator[Row]
    kind: str = "delimited text"  # the format, as people call it
    notes: tuple[str, ...] = ()  # what was left aside, e.g. a workbook's other sheets


def no_header(seen: Sequence[str]) -> NoHeader:
    """The error of a table without a header, showing the first cells that were seen."""
    shown = ", ".join(f'"{cell[:40]}"' for cell in [cell for cell in seen if cell][:8]) or "nothing"
    return NoHeader(f"no header row was recognized; the first row holds {shown}")


def looked_at(entries: Iterator[T], count: int) -> tuple[list[T], Iterator[T]]:
    """The first entries, and all of them. Where the file breaks off among the first, that shows only after them."""
    first: list[T] = []
    try:
        for entry in islice(entries, count):
            first.append(entry)  # noqa: PERF402 - what was read before an error is kept
    except UnreadableTable as error:
        return first, chain(first, _raising(error))
    return first, chain(first, entries)


def _raising(error: UnreadableTable) -> Iterator[Never]:
    raise error
    yield
