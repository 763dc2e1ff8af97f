"""Open a table of whichever format: recognized by its first bytes, never by its name."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, BinaryIO, Final, cast

from shared.tables.json_rows import is_json_lines, open_json, open_json_lines
from shared.tables.rows import SAMPLE_BYTES, decoded_pieces, first_bytes, open_table
from shared.tables.table import IsHeader, TextTable, UnreadableTable
from shared.tables.workbook import open_workbook

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

# What begins so cannot be read, and what to do instead.
_UNREADABLE: Final = (
    (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1",
        "this is an old Excel workbook (.xls) or one protected by a password; save it as .xlsx without a password, "
        "or as CSV",
    ),
    (b"\x09\x08", "this is an old Excel workbook (.xls); save it as .xlsx or as CSV"),
    (b"\x09\x04", "this is an old Excel workbook (.xls); save it as .xlsx or as CSV"),
    (b"%PDF-", "this is a PDF; export the list as CSV or .xlsx instead"),
    (b"\x1f\x8b", "this is compressed with gzip; unpack it and give the list itself"),
    (b"7z\xbc\xaf\x27\x1c", "this is a 7z archive; unpack it and give the list itself"),
    (b"Rar!", "this is a RAR archive; unpack it and give the list itself"),
)
_MARKUP: Final = ("<!doctype html", "<html", "<table", "<meta", "<head", "<?xml")
_MARKUP_ADVICE: Final = (
    "this is a web page or XML, though it may be called .xls; open it in a spreadsheet program and save it as .xlsx "
    "or as CSV"
)


def open_any_table(stream: BinaryIO, is_header: IsHeader) -> TextTable:
    """Open delimited text, an Excel workbook (.xlsx), a JSON array (also within an object) or JSON Lines.

    :param stream: read once from where it stands; it need not be seekable
    :param is_header: whether a row's cells, or the fields of JSON objects, are the header
    :raises UnreadableTable: where it is none of these, or none has a header; also while iterating
    """
    head = first_bytes(stream)
    rewound = cast(BinaryIO, io.BufferedReader(_Rewound(head, stream), SAMPLE_BYTES))
    for signature, advice in _UNREADABLE:
        if head.startswith(signature):
            raise UnreadableTable(advice)
    if head.startswith(b"PK\x03\x04") or head.startswith(b"PK\x05\x06"):
        return open_workbook(rewound, is_header)
    text = "".join(decoded_pieces(io.BytesIO(head))).lstrip("\ufeff \t\r\n")
    if text[:20].lower().startswith(_MARKUP):
        raise UnreadableTable(_MARKUP_ADVICE)
    if text[:1] == "{" and is_json_lines(text, is_header):
        return open_json_lines(rewound, is_header)
    if text[:1] == "{" or (text[:1] == "[" and text[1:].lstrip()[:1] in ("{", "]", "")):
        return open_json(rewound, is_header)
    return open_table(rewound, is_header)


class _Rewound(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest
        self._left = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        view = memoryview(buffer)
        data = self._head.read(len(view)) or self._left or self._rest.read(len(view))
        self._left = data[len(view) :]
        taken = data[: len(view)]
        view[: len(taken)] = taken
        return len(taken)
