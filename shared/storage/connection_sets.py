"""Connection sets: one item each, in a few partitions per event, so that matching reads an event in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import numpy as np

from shared.events import Event
from shared.matching import ConnectionSet
from shared.storage._table import (
    ConnectionSetItem,
    expiry,
    key_version_of,
    of_no_newer_key,
    of_older_key,
    partition,
    query_shards,
    shard_of,
    written,
)

# At most 240 KB, and 120 KB of names in the first item: an item may hold 400 KB.
ENTRIES_PER_ITEM = 24_000

_HEAD = ["pk", "sk", "kind", "key_version"]


@dataclass(frozen=True, slots=True)
class KeptSet:
    """A set as it is kept."""

    connection_set: ConnectionSet
    digest: str
    uploaded_at: datetime
    expires_at: int  # seconds since 1970
    key_version: int  # of the hashing key under which it was made

    @property
    def source(self) -> str:
        """The list that the set was made from, as "linkedin-connections"."""
        return self.connection_set.source


def save(event: Event, connection_set: ConnectionSet, *, uploaded_at: datetime) -> bool:
    """Keep a set in place of the older one of the same attendee and source; False where nothing changed.

    Nothing changes where the content is the same or what is kept was uploaded later, or was made under a newer key
    than the event has as ``event``; one of an older key is replaced in any case. A set of several parts is
    visible when its first part is written, which happens last: readers go by the first part's digest.
    """
    pk, _ = _key(event, connection_set.attendee_id, "", 0)
    kept = KeptSet(connection_set, connection_set.digest, uploaded_at, expiry(event), event.key_version)
    newer_content = (ConnectionSetItem.uploaded_at < _utc(uploaded_at)) & (ConnectionSetItem.digest != kept.digest)
    replaces = of_older_key(ConnectionSetItem.key_version, event.key_version) | (
        of_no_newer_key(ConnectionSetItem.key_version, event.key_version) & newer_content
    )
    return write(pk, connection_set.attendee_id, kept, replaces)


def write(pk: str, owner: str, kept: KeptSet, replaces: Any | None) -> bool:
    """Write a set's items, the first one last, where there is none yet or the one there meets the condition."""
    none_yet = ConnectionSetItem.pk.does_not_exist()
    parts = kept.connection_set.split(ENTRIES_PER_ITEM)
    items = [
        ConnectionSetItem(
            pk=pk,
            sk=f"{owner}#{kept.source}#{number:03}",
            packed=part.to_bytes(),
            digest=kept.digest,
            uploaded_at=_utc(kept.uploaded_at),
            parts=len(parts),
            key_version=kept.key_version if kept.key_version > 1 else None,
            expires_at=kept.expires_at,
        )
        for number, part in enumerate(parts)
    ]
    for item in reversed(items[1:]):
        item.save()
    return written(items[0].save, condition=none_yet if replaces is None else none_yet | replaces)


def current_digest(event: Event, attendee_id: str, source: str) -> str | None:
    """The digest of the set kept for this attendee and source under the event's key."""
    current = current_state(event, attendee_id, source)
    return current and current[0]


def current_state(event: Event, attendee_id: str, source: str) -> tuple[str, datetime] | None:
    """The same, and when it was uploaded."""
    pk, sk = _key(event, attendee_id, source, 0)
    wanted = [*_HEAD, "digest", "uploaded_at"]
    for item in ConnectionSetItem.query(pk, ConnectionSetItem.sk == sk, consistent_read=True, attributes_to_get=wanted):
        if key_version_of(item) == event.key_version:
            return item.digest, datetime.fromisoformat(item.uploaded_at)
    return None


def load_all(event: Event) -> Iterator[tuple[ConnectionSet, str]]:
    """Every set of the event with its digest; as of about a second ago, at half the price of now.

    What was made under another key than the event's is left out, here and in :func:`load_of`: it joins nothing.
    """
    for kept in assembled(query_shards(ConnectionSetItem, event, "SET", consistent=False), event.key_version):
        yield kept.connection_set, kept.digest


def load_of(event: Event, attendee_id: str) -> Iterator[tuple[ConnectionSet, str]]:
    """The attendee's sets as they are now, each with its digest."""
    for kept in load_kept(event, attendee_id):
        yield kept.connection_set, kept.digest


def load_kept(event: Event, attendee_id: str) -> Iterator[KeptSet]:
    """The same with when each was uploaded."""
    pk, _ = _key(event, attendee_id, "", 0)
    yield from assembled(
        ConnectionSetItem.query(pk, ConnectionSetItem.sk.startswith(f"{attendee_id}#"), consistent_read=True),
        event.key_version,
    )


def delete_of(event: Event, attendee_id: str, sources: Collection[str] | None = None) -> None:
    """Forget every set of the attendee, or those of some sources."""
    pk, _ = _key(event, attendee_id, "", 0)
    with ConnectionSetItem.batch_write() as batch:
        for item in ConnectionSetItem.query(
            pk,
            ConnectionSetItem.sk.startswith(f"{attendee_id}#"),
            consistent_read=True,
            attributes_to_get=["pk", "sk", "kind"],
        ):
            if sources is None or item.sk.split("#")[1] in sources:
                batch.delete(item)


def digests_of_older_keys(event: Event) -> dict[str, set[tuple[str, str]]]:
    """By attendee, (source, digest) of every item of a set that was made under an older key than the event's."""
    found: defaultdict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in query_shards(ConnectionSetItem, event, "SET", consistent=True, attributes=["digest", "key_version"]):
        if key_version_of(item) < event.key_version:
            attendee_id, source, _ = item.sk.split("#")
            found[attendee_id].add((source, item.digest))
    return dict(found)


def delete_of_older_keys(event: Event, attendee_id: str) -> None:
    """Forget the attendee's sets that were made under an older key; what replaces one at this moment stays."""
    pk, _ = _key(event, attendee_id, "", 0)
    for item in ConnectionSetItem.query(
        pk, ConnectionSetItem.sk.startswith(f"{attendee_id}#"), consistent_read=True, attributes_to_get=_HEAD
    ):
        if key_version_of(item) < event.key_version:
            written(item.delete, condition=of_older_key(ConnectionSetItem.key_version, event.key_version))


def assembled(items: Iterable[ConnectionSetItem], key_version: int | None = None) -> Iterator[KeptSet]:
    """The sets that these items are, those made under one version of the key or all."""
    # Parts of a replaced, longer set may still lie about: only those of the first part's content belong to it.
    pending: defaultdict[tuple[str, str], dict[int, ConnectionSetItem]] = defaultdict(dict)
    for item in items:
        if key_version is not None and key_version_of(item) != key_version:
            continue
        attendee_id, source, number = item.sk.split("#")
        if int(number) == 0 and int(item.parts) == 1:
            yield _kept(ConnectionSet.from_bytes(attendee_id, source, item.packed), item)
        else:
            pending[attendee_id, source][int(number)] = item
    for (attendee_id, source), by_number in pending.items():
        first = by_number.get(0)
        if first is None:
            continue
        parts = [
            ConnectionSet.from_bytes(attendee_id, source, item.packed)
            for number, item in sorted(by_number.items())
            if item.digest == first.digest and number < int(first.parts)
        ]
        if len(parts) == int(first.parts):
            yield _kept(_joined(parts), first)


def _joined(parts: list[ConnectionSet]) -> ConnectionSet:
    return ConnectionSet(
        parts[0].attendee_id,
        parts[0].source,
        np.concatenate([part.hashes for part in parts]),
        np.concatenate([part.relations for part in parts]),
        np.concatenate([part.days for part in parts]),
        parts[0].names,
        parts[0].name_bits,
        parts[0].name_relation,
    )


def _kept(connection_set: ConnectionSet, first: ConnectionSetItem) -> KeptSet:
    uploaded_at = datetime.fromisoformat(first.uploaded_at)
    return KeptSet(connection_set, first.digest, uploaded_at, int(first.expires_at or 0), key_version_of(first))


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _key(event: Event, attendee_id: str, source: str, number: int) -> tuple[str, str]:
    shard = shard_of(attendee_id, event.shards)
    return partition(event.event_id, "SET", shard), f"{attendee_id}#{source}#{number:03}"
