"""Rows that could not be used, and the file that hands them back."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Reject:
    """One row or entry that could not be used, and why, in a sentence for whoever can fix it."""

    line: int  # of the file as an editor counts, from 1; the first line of a row that spans several
    reason: str  # e.g. '"linkedn.com/in/ann" is no profile address (did you mean linkedin.com?)'
    cells: tuple[str, ...] = ()  # the row as read; empty where keeping it would keep a third person's data
