"""Mastodon's ``following_accounts.csv``, out of Preferences → Import and export → Data export.

Source: mastodon/mastodon, app/models/export.rb (header "Account address,Show boosts,Notify on new posts,Languages");
other fediverse software writes the same, some of it without a header.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO, Final

from shared import identities
from shared.connections.connection import Connection, Relation
from shared.identities import Unreadable
from shared.tables import Reject, Row, UnreadableTable, open_table

FOLLOWING: Final = "mastodon-following"
FOLLOWERS: Final = "mastodon-followers"


def sniff(head: bytes, filename: str) -> str | None:
    """Whether the first bytes hold a header with "Account address"; the followers' list is told by its name."""
    try:
        open_table(io.BytesIO(head), _is_header)
    except UnreadableTable:
        return None
    return FOLLOWERS if "follower" in filename.lower() else FOLLOWING


def read(stream: BinaryIO, source: str) -> Iterator[Connection | Reject]:
    """Every account on the list; the export has no dates and no names."""
    relation = Relation.FOLLOWED_BY if source == FOLLOWERS else Relation.FOLLOWS
    table = open_table(stream, _is_header)
    column = [cell.strip().lower() for cell in table.header].index("account address")
    for row in table.rows:
        yield _connection(row, column, relation)


def _connection(row: Row, column: int, relation: Relation) -> Connection | Reject:
    text = row.cells[column].strip() if column < len(row.cells) else ""
    identity = identities.parse(text, "mastodon")
    if isinstance(identity, Unreadable) or identity.network != "mastodon":
        return Reject(row.line, f'"{text}" is no account address such as ann@fosstodon.org')
    return Connection((identity,), relation, line=row.line)


def _is_header(cells: Sequence[str]) -> bool:
    return "account address" in {cell.strip().lower() for cell in cells}
