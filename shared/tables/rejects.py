"""Rows that could not be used, and the file that hands them back."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from typing import BinaryIO


@dataclass(frozen=True, slots=True)
class Reject:
    """One row or entry that could not be used, and why, in a sentence for whoever can fix it."""

    line: int  # of the file as an editor counts, from 1; the first line of a row that spans several
    reason: str  # e.g. '"linkedn.com/in/ann" is no profile address (did you mean linkedin.com?)'
    cells: tuple[str, ...] = ()  # the row as read; empty where keeping it would keep a third person's data


def write_rejects(rejects: Iterable[Reject], header: Iterable[str], file: BinaryIO) -> None:
    """Write rejects as CSV: line, reason, then the row's own columns; UTF-8 with a mark that Excel understands.

    A cell that a spreadsheet would run as a formula gets an apostrophe before it (OWASP, CSV injection).
    """
    text = io.TextIOWrapper(file, "utf-8-sig", newline="", write_through=True)
    try:
        writer = csv.writer(text)
        writer.writerow(["line", "reason", *map(_harmless, header)])
        for reject in rejects:
            writer.writerow([reject.line, _harmless(reject.reason), *map(_harmless, reject.cells)])
    finally:
        text.detach()


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.lstrip(" ")[:1] in ("=", "+", "-", "@", "\t", "\r", "\n") and cell else cell
