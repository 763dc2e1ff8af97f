"""YouTube's ``subscriptions.csv``, out of Google Takeout: channels by their id.

Source: Takeout files as public readers quote them ("Channel Id,Channel Url,Channel Title"; German "Kanal-ID,Kanal-URL,
Kanaltitel" in invidious' tests): the header is in the account's language, so the column is known by the addresses in
it. A channel's id is not its @handle, and a subscription to a large one is no acquaintance; it counts as following.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO, Final

from shared.connections.connection import Connection, Relation
from shared.connections.entries import identity_on, text_of
from shared.connections.export import Export, ExportFile, Rows
from shared.tables import Reject, Row, UnreadableTable, open_table

SOURCE: Final = "youtube-subscriptions"
_CHANNEL: Final = re.compile(r"https?://(?:www\.)?youtube\.com/channel/(UC[\w-]{22})/?", re.ASCII)
_ROWS_LOOKED_AT: Final = 5


def recognizes(file: ExportFile) -> bool:
    """Whether the first rows hold a channel's id and, beside it, its address."""
    try:
        return any(_channel(row) for row in islice(_every_row(io.BytesIO(file.head)), _ROWS_LOOKED_AT))
    except UnreadableTable:
        return False


def exports(file: ExportFile) -> Iterator[Export]:
    """Every subscription with the channel's title; Takeout gives no days."""
    yield Export(SOURCE, _rows(file.stream))


def _rows(stream: BinaryIO) -> Rows:
    for number, row in enumerate(_every_row(stream)):
        channel = _channel(row)
        identity = identity_on("youtube", f"https://www.youtube.com/channel/{channel}") if channel else None
        if identity is not None:
            yield Connection((identity,), Relation.FOLLOWS, name=_title(row, channel), line=row.line)
        elif number:
            yield Reject(row.line, "the row has no address of a channel")


def _channel(row: Row) -> str:
    match = next((match for cell in row.cells if (match := _CHANNEL.fullmatch(cell.strip()))), None)
    return match[1] if match and match[1] in (cell.strip() for cell in row.cells) else ""


def _title(row: Row, channel: str) -> str:
    rest: Sequence[str] = [cell for cell in row.cells if channel not in cell]
    return text_of(rest[0]) if rest else ""


def _every_row(stream: BinaryIO) -> Iterator[Row]:
    table = open_table(stream, any)
    return chain([Row(1, table.header)], table.rows)
