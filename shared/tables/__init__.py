"""Rows of any file of rows (delimited text, XLSX, JSON); rows that cannot be used become a rejects file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.tables.rejects import REJECTS_COLUMNS, Reject, as_typed, harmless, write_rejects
from shared.tables.rows import decoded_lines, open_table
from shared.tables.table import NoHeader, Row, TextTable, UnreadableTable, looked_at
from shared.when_needed import when_needed

if TYPE_CHECKING:
    from shared.tables.opening import open_any_table

__all__ = [
    "REJECTS_COLUMNS",
    "NoHeader",
    "Reject",
    "Row",
    "TextTable",
    "UnreadableTable",
    "as_typed",
    "decoded_lines",
    "harmless",
    "looked_at",
    "open_any_table",
    "open_table",
    "write_rejects",
]

# It knows every kind of table, workbooks too.
__getattr__ = when_needed(__name__, {"opening": ("open_any_table",)})
