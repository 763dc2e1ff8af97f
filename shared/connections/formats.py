"""The table of export formats, and how a file finds its own: by what it holds, not by what it is called."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from shared.connections import github, linkedin, mastodon
from shared.connections.connection import Connection
from shared.tables import Reject, UnreadableTable

# What decides is in the first bytes of every format here.
SNIFFED_BYTES: Final = 64 * 1024

Rows = Iterator[Connection | Reject]


class UnknownExport(ValueError):
    """The file is no export that is known here; the sentence says which are."""


@dataclass(frozen=True, slots=True)
class Format:
    """One format: ``sniff`` says from the first bytes and the file's name which source it is, or None."""

    name: str  # as people call it
    sniff: Callable[[bytes, str], str | None]
    read: Callable[[BinaryIO, str], Rows]


@dataclass(frozen=True, slots=True)
class Export:
    """One export, recognized; iterating reads it once."""

    source: str  # network and list, for example "linkedin-connections"; a newer export of it replaces the older
    _rows: Rows

    def __iter__(self) -> Rows:
        return self._rows


FORMATS: Final = (
    Format("LinkedIn Connections.csv", linkedin.sniff, linkedin.read),
    Format("Mastodon following_accounts.csv", mastodon.sniff, mastodon.read),
    Format("GitHub following or followers (JSON)", github.sniff, github.read),
)


def open_export(stream: BinaryIO, *, filename: str = "") -> Export:
    """Recognize an export.

    :param filename: consulted only where two lists have the same form
    :raises UnknownExport: where it is none that is known; also while iterating, where the file breaks off
    """
    head = stream.read(SNIFFED_BYTES)
    for known in FORMATS:
        source = known.sniff(head, filename)
        if source is not None:
            return Export(source, _guarded(known, source, cast(BinaryIO, _Rewound(head, stream))))
    names = ", ".join(known.name for known in FORMATS)
    raise UnknownExport(f"this is no export that can be read; those are: {names}")


def _guarded(known: Format, source: str, stream: BinaryIO) -> Rows:
    try:
        yield from known.read(stream, source)
    except (UnreadableTable, ValueError, RecursionError) as error:
        raise UnknownExport(f"the file began as {known.name} but cannot be read: {error}") from error


class _Rewound(io.RawIOBase):
    """A stream whose first bytes were read already."""

    def __init__(self, head: bytes, rest: BinaryIO) -> None:
        self._head = io.BytesIO(head)
        self._rest = rest

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size is None or size < 0:
            return self._head.read() + self._rest.read()
        return self._head.read(size) or self._rest.read(size)
