"""The fixtures, and a row as its expectation beside the fixture writes it."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from openpyxl import Workbook  # type: ignore[import-untyped]

from shared.attendee_lists import AttendeeList, read_attendee_list
from shared.registrations import Registration
from shared.tables import Reject

AS_OF = datetime(2026, 5, 1, tzinfo=UTC)
FOLDER = Path(__file__).parents[2] / "fixtures" / "attendee_lists"
SHEET = ".sheet.csv"  # written as CSV for people to read; the platform exports .xlsx


def fixtures() -> list[Path]:
    """Every list among the fixtures."""
    return sorted(path for path in FOLDER.iterdir() if path.suffix != ".json")


def opened(path: Path) -> BinaryIO:
    """A fixture as the platform would give it."""
    if not path.name.endswith(SHEET):
        return io.BytesIO(path.read_bytes())
    with path.open(encoding="utf-8", newline="") as file:
        return workbook(list(csv.reader(file)))


def workbook(rows: list[list[str]]) -> BinaryIO:
    """A workbook of texts."""
    book = Workbook()
    for row in rows:
        book.active.append([cell or None for cell in row])
    file = io.BytesIO()
    book.save(file)
    file.seek(0)
    return file


def attendees(data: bytes | str) -> AttendeeList:
    return read_attendee_list(io.BytesIO(data.encode() if isinstance(data, str) else data), as_of=AS_OF)


def shown(row: Registration | Reject) -> dict[str, object]:
    """A row without what is left at its default."""
    if isinstance(row, Reject):
        return {"line": row.line, "rejected": row.reason}
    fields: dict[str, object] = {
        "reference": row.reference,
        "status": str(row.status),
        "name": row.name,
        "email": row.email,
        "phone": row.phone,
        "company": row.company,
        "identities": [f"{identity.network}:{identity.handle}" for identity in row.identities],
        "agreed": None if row.agreed is None else sorted(row.agreed),
        "locale": row.locale,
        "notes": list(row.notes),
    }
    return {name: value for name, value in fields.items() if value not in (None, "", []) or name == "agreed"}
