"""Rows that could not be used, and the file that hands them back."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO, Final

REJECTS_COLUMNS: Final = ("line", "reason")  # before the row's own

# What a spreadsheet takes for the beginning of a formula (OWASP, "CSV Injection": = + - @, tab, carriage return, and
# their full-width forms, which NFKC makes plain). Calc and Excel pass over spaces before it; other programs may pass
# over what cannot be seen.
_STARTS_A_FORMULA: Final = frozenset("=+-@")


@dataclass(frozen=True, slots=True)
class Reject:
    """One row or entry that could not be used, and why, in a sentence for whoever can fix it."""

    line: int  # as an editor or a spreadsheet counts, from 1; the first line of a row that spans several
    reason: str  # e.g. '"linkedn.com/in/ann" is no profile address (did you mean linkedin.com?)'
    cells: tuple[str, ...] = ()  # the row as read; empty where keeping it would keep a third person's data


def write_rejects(rejects: Iterable[Reject], header: Iterable[str], file: BinaryIO) -> None:
    """Write rejects as CSV: line, reason, then the row's own columns; UTF-8 with a mark that Excel understands.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it, and so does one that begins with
    apostrophes before such a text: :func:`as_typed` gives back exactly what was written.
    """
    text = io.TextIOWrapper(file, "utf-8-sig", errors="replace", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow([*REJECTS_COLUMNS, *map(harmless, header)])
        for reject in rejects:
            writer.writerow([reject.line, harmless(reject.reason), *map(harmless, reject.cells)])
    finally:
        text.detach()


def harmless(cell: str) -> str:
    """The cell as a spreadsheet shows it without running it."""
    return f"'{cell}" if _could_run(cell.lstrip("'")) else cell


def as_typed(cell: str) -> str:
    """What :func:`harmless` was given."""
    return cell[1:] if cell[:1] == "'" and _could_run(cell.lstrip("'")) else cell


def _could_run(cell: str) -> bool:
    if cell[:1].isspace() and cell[0] not in " \u00a0":
        return True  # a tab or a line end is dropped, and what follows may run
    for character in cell:
        unseen = character.isspace() or unicodedata.category(character) == "Cf"
        if not unseen:
            return unicodedata.normalize("NFKC", character)[:1] in _STARTS_A_FORMULA
    return False
