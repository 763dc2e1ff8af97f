"""Delimited text of unknown encoding and dialect becomes rows; rows that cannot be used become a rejects file."""

from shared.tables.rejects import Reject, write_rejects
from shared.tables.rows import Row, TextTable, UnreadableTable, decoded_lines, open_table

__all__ = ["Reject", "Row", "TextTable", "UnreadableTable", "decoded_lines", "open_table", "write_rejects"]
