"""Rows of any file of rows (delimited text, XLSX, JSON); rows that cannot be used become a rejects file."""

from shared.tables.opening import open_any_table
from shared.tables.rejects import REJECTS_COLUMNS, Reject, as_typed, write_rejects
from shared.tables.rows import decoded_lines, open_table
from shared.tables.table import NoHeader, Row, TextTable, UnreadableTable, looked_at

__all__ = [
    "REJECTS_COLUMNS",
    "NoHeader",
    "Reject",
    "Row",
    "TextTable",
    "UnreadableTable",
    "as_typed",
    "decoded_lines",
    "looked_at",
    "open_any_table",
    "open_table",
    "write_rejects",
]
