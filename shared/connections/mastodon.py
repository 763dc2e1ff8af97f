"""Mastodon's ``following_accounts.csv`` and ``followers.csv``, out of Preferences → Import and export → Data export.

Source: mastodon/mastodon, app/models/export.rb (header "Account address,Show boosts,Notify on new posts,Languages");
other fediverse software (Hollo, Vernissage, Takahe, GoToSocial) writes the same, some of it without a header or with
an "@" before the account, and older Mastodon wrote no header.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from itertools import chain, islice
from typing import BinaryIO, Final

from shared.connections.connection import Connection, Relation
from shared.connections.entries import identity_on
from shared.connections.export import Export, ExportFile, Rows
from shared.tables import Reject, Row, UnreadableTable, open_table

FOLLOWING: Final = "mastodon-following"
FOLLOWERS: Final = "mastodon-followers"
_ROWS_LOOKED_AT: Final = 20
_SWITCHES: Final = {"true", "false"}


def recognizes(file: ExportFile) -> bool:
    """Whether there is a header with "Account address", or rows like those below one.

    A list of nothing but user@host may be one of e-mail addresses too; there the file's name must say "follow".
    """
    stream = io.BytesIO(file.head)
    try:
        table = open_table(stream, _is_header)
    except UnreadableTable:
        return _has_rows_without_header(file)
    return bool(table.header)


def exports(file: ExportFile) -> Iterator[Export]:
    """The one list; the followers' is told by the file's name. The export has no dates and no names."""
    followers = "follower" in file.name and b"show boosts" not in file.head[:400].lower()
    relation = Relation.FOLLOWED_BY if followers else Relation.FOLLOWS
    yield Export(FOLLOWERS if followers else FOLLOWING, _rows(file, relation))


def _rows(file: ExportFile, relation: Relation) -> Rows:
    has_header = not _has_rows_without_header(file)
    column, table_rows = _with_header(file.stream) if has_header else (0, _every_row(file.stream))
    for row in table_rows:
        yield _connection(row, column, relation)


def _with_header(stream: BinaryIO) -> tuple[int, Iterator[Row]]:
    table = open_table(stream, _is_header)
    return [cell.strip().lower() for cell in table.header].index("account address"), table.rows


def _every_row(stream: BinaryIO) -> Iterator[Row]:
    table = open_table(stream, any)
    return chain([Row(1, table.header)], table.rows)


def _has_rows_without_header(file: ExportFile) -> bool:
    try:
        first = list(islice(_every_row(io.BytesIO(file.head)), _ROWS_LOOKED_AT))
    except UnreadableTable:
        return False
    # A head that breaks off within a row still shows the rows before.
    if len(first) == _ROWS_LOOKED_AT:
        first.pop()
    followed = all(len(row.cells) > 1 and row.cells[1].strip().lower() in _SWITCHES for row in first)
    listed = all(len(row.cells) == 1 for row in first) and "follow" in file.name
    return bool(first) and (followed or listed) and identity_on("mastodon", first[0].cells[0].strip()) is not None


def _connection(row: Row, column: int, relation: Relation) -> Connection | Reject:
    text = row.cells[column].strip() if column < len(row.cells) else ""
    identity = identity_on("mastodon", text)
    if identity is None:
        return Reject(row.line, f'"{text[:80]}" is no account address such as ann@fosstodon.org')
    return Connection((identity,), relation, line=row.line)


def _is_header(cells: Sequence[str]) -> bool:
    return "account address" in {cell.strip().lower() for cell in cells}
