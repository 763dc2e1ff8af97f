"""An invented event, put into the table as registrations and imports would have put it there."""

from __future__ import annotations

import hashlib
import struct
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

from shared.events import Event, shards_for
from shared.storage._table import ConnectionSetItem, DirectoryItem, Item, expiry, partition, shard_of
from tests import democon
from tests.benchmarks.join.event import Size, directory_of, read, write

CONNECTIONS: Final = 1500
UPLOADED_AT: Final = "2026-05-01T09:00:00.000000+00:00"


def event_of(attendees: int) -> Event:
    """The event; its settings are not in the table, since a pass is handed them."""
    return replace(democon.EVENT, event_id=f"fair-{attendees}", shards=shards_for(attendees))


def load(attendees: int) -> int:
    """Fill the table to which storage is connected; how many bytes the sets have."""
    event = event_of(attendees)
    size = 0
    with tempfile.TemporaryDirectory() as folder, Item.batch_write() as batch:
        for item in _items(event, attendees, Path(folder) / "sets"):
            batch.save(item)
            size += len(item.packed) if isinstance(item, ConnectionSetItem) else 0
    return size


def _items(event: Event, attendees: int, path: Path) -> Iterator[Item]:
    write(Size(attendees, CONNECTIONS), path)
    for entry, stored in zip(directory_of(attendees), read(path), strict=True):
        shard = shard_of(entry.attendee_id, event.shards)
        digest = hashlib.blake2b(stored.packed, digest_size=8).hexdigest()
        yield DirectoryItem(
            partition(event.event_id, "DIRECTORY", shard),
            entry.attendee_id,
            revision=1,
            hashes=struct.pack(f"<{len(entry.findable)}Q", *(hashed for hashed, _ in entry.findable)),
            networks=",".join(network for _, network in entry.findable),
            registered=1,
            agreed=1,
            uses_connections=1,
            sets=f"{stored.source}={digest}",
            expires_at=expiry(event),
        )
        yield ConnectionSetItem(
            partition(event.event_id, "SET", shard),
            f"{entry.attendee_id}#{stored.source}#000",
            packed=stored.packed,
            digest=digest,
            uploaded_at=UPLOADED_AT,
            parts=1,
            expires_at=expiry(event),
        )
