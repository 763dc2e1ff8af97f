"""The shapes: an Export, the file it is read from, and the one error that reading raises."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, BinaryIO, Final, cast

from shared.connections.connection import Connection
from shared.identities import Identity
from shared.tables import Reject, UnreadableTable, open_table

# What tells formats apart stands in the first bytes of every one that is not JSON; pages begin with their styles.
SNIFFED_BYTES: Final = 256 * 1024
MAX_JSON_BYTES: Final = 32 * 1024 * 1024  # JSON is read as a whole; the longest entries take 1,200 bytes a person
# Brackets, braces and commas. What is read takes up to 250 bytes of memory for each, and a list ten for each person.
MAX_JSON_MARKS: Final = 2_000_000
_MOST_JSON_VALUES: Final = 10_000  # pages saved one after another in one file

Rows = Iterator[Connection | Reject]

_WHITE: Final = re.compile(r"\s*")


class UnknownExport(ValueError):
    """The file is no export that is known here, or one that is not read; the sentence says what to do."""


@dataclass(frozen=True, slots=True)
class Export:
    """One list of an upload; iterating reads it once, and must come before the next list is asked for."""

    source: str  # network and list, for example "linkedin-connections"; a newer export of it replaces the older
    rows: Rows
    # Under which identities the network knows whom the list belongs to, where the upload says so: a numeric id
    # beside the handle it is an alias of. It is the upload's word, to be believed as far as one handle is known.
    owner: tuple[Identity, ...] = field(default=())

    def __iter__(self) -> Rows:
        return self.rows


class ExportFile:
    """One file of an upload: what it is called, its first bytes, and all of it once."""

    def __init__(self, name: str, stream: BinaryIO) -> None:
        self.name = name  # without folders, in lower case; consulted only where two lists have the same form
        self.head = _first_bytes(stream)
        self._stream = stream

    @property
    def stream(self) -> BinaryIO:
        """The whole file from its beginning; it can be gone through once."""
        return cast(BinaryIO, _Rewound(self.head, self._stream))

    def has_table(self, is_header: Callable[[Sequence[str]], bool]) -> bool:
        """Whether the first bytes hold a table whose header is the one looked for."""
        try:
            open_table(io.BytesIO(self.head), is_header)
        except UnreadableTable:
            return False
        return True

    @property
    def looks_like_json(self) -> bool:
        """Whether the file begins like a JSON array or object."""
        return self.head.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] in (b"[", b"{")

    @cached_property
    def values(self) -> tuple[Any, ...]:
        """The JSON values that the file holds one after another; nothing where it is no JSON.

        :raises UnknownExport: where it is JSON that breaks off, or larger than MAX_JSON_BYTES
        """
        return tuple(json_values(whole_text(self.stream, MAX_JSON_BYTES, "JSON"))) if self.looks_like_json else ()

    @cached_property
    def text_head(self) -> str:
        """The first bytes as text, for those who look for words in it."""
        return self.head.decode("utf-8-sig", "replace")


def whole(stream: BinaryIO, limit: int, kind: str) -> bytes:
    """All bytes of a stream.

    :raises UnknownExport: where there are more than ``limit``
    """
    pieces: list[bytes] = []
    left = limit + 1
    while left > 0 and (piece := stream.read(left)):
        pieces.append(piece)
        left -= len(piece)
    if left <= 0:
        raise UnknownExport(f"more than {limit:,} bytes of {kind}; ask the network for the list of connections alone")
    return b"".join(pieces)


def whole_text(stream: BinaryIO, limit: int, kind: str) -> str:
    """All of a stream as text.

    :raises UnknownExport: where it is longer than ``limit`` bytes, or no UTF-8
    """
    try:
        return whole(stream, limit, kind).decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnknownExport(f"the {kind} is not UTF-8: byte {error.start:,} is none") from error


def json_values(text: str) -> Iterator[Any]:
    """The JSON values that stand one after another in a text.

    :raises UnknownExport: where it breaks off, is nested beyond sense or holds more than MAX_JSON_MARKS
    """
    if sum(map(text.count, "[{,")) > MAX_JSON_MARKS:
        raise UnknownExport("the JSON holds more than any list of people; ask the network for the list alone")
    decoder = json.JSONDecoder(parse_int=_number)
    position = _skip(text, 0)
    for _ in range(_MOST_JSON_VALUES):
        if position >= len(text):
            return
        try:
            value, position = decoder.raw_decode(text, position)
        except ValueError as error:
            where = f"line {error.lineno}" if isinstance(error, json.JSONDecodeError) else "somewhere"
            raise UnknownExport(f"the JSON breaks off or is damaged in {where}; download it once more") from error
        except RecursionError as error:
            raise UnknownExport("the JSON is nested deeper than any export") from error
        yield value
        position = _skip(text, position)
    raise UnknownExport(f"more than {_MOST_JSON_VALUES:,} JSON values one after another")


def _number(digits: str) -> int | str:
    # Python refuses to read numbers of thousands of digits; as text they are merely nobody's.
    return int(digits) if len(digits) <= 40 else digits


def _skip(text: str, position: int) -> int:
    match = _WHITE.match(text, position)
    return match.end() if match else position


def _first_bytes(stream: BinaryIO) -> bytes:
    head = b""
    while len(head) < SNIFFED_BYTES and (piece := stream.read(SNIFFED_BYTES - len(head))):
        head += piece
    return head


class _Rewound(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size is None or size < 0:
            # What is unpacked or fetched comes in pieces, whatever is asked for.
            return self._head.read() + b"".join(iter(lambda: self._rest.read(SNIFFED_BYTES), b""))
        return self._head.read(size) or self._rest.read(size)
