"""Connection sets: one item each, in a few partitions per event, so that matching reads an event in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime

import numpy as np
from pynamodb.exceptions import DeleteError, PutError

from shared.events import Event
from shared.matching import ConnectionSet
from shared.storage._table import (
    ConnectionSetItem,
    expiry,
    key_version_of,
    lost_a_race,
    of_no_newer_key,
    of_older_key,
    partition,
    query_shards,
    shard_of,
)

# At most 240 KB, and 120 KB of names in the first item: an item may hold 400 KB.
ENTRIES_PER_ITEM = 24_000

_HEAD = ["pk", "sk", "kind", "key_version"]


def save(event: Event, connection_set: ConnectionSet, *, uploaded_at: datetime) -> bool:
    """Keep a set in place of the older one of the same attendee and source; False where nothing changed.

    Nothing changes where the content is the same or what is kept was uploaded later, or was made under a newer key
    than the event has as ``event``; one of an older key is replaced in any case. A set of several parts is
    visible when its first part is written, which happens last: readers go by the first part's digest.
    """
    parts = connection_set.split(ENTRIES_PER_ITEM)
    digest = connection_set.digest
    for number, part in reversed(list(enumerate(parts))[1:]):
        _item(event, part, number, digest, uploaded_at, len(parts)).save()
    first = _item(event, parts[0], 0, digest, uploaded_at, len(parts))
    try:
        first.save(
            condition=ConnectionSetItem.pk.does_not_exist()
            | of_older_key(ConnectionSetItem.key_version, event.key_version)
            | (
                of_no_newer_key(ConnectionSetItem.key_version, event.key_version)
                & (ConnectionSetItem.uploaded_at < first.uploaded_at)
                & (ConnectionSetItem.digest != digest)
            )
        )
    except PutError as error:
        if lost_a_race(error):
            return False
        raise
    return True


def current_digest(event: Event, attendee_id: str, source: str) -> str | None:
    """The digest of the set kept for this attendee and source under the event's key."""
    pk, sk = _key(event, attendee_id, source, 0)
    for item in ConnectionSetItem.query(
        pk, ConnectionSetItem.sk == sk, consistent_read=True, attributes_to_get=[*_HEAD, "digest"]
    ):
        return item.digest if key_version_of(item) == event.key_version else None
    return None


def load_all(event: Event) -> Iterator[tuple[ConnectionSet, str]]:
    """Every set of the event with its digest; as of about a second ago, at half the price of now.

    What was made under another key than the event's is left out, here and in :func:`load_of`: it joins nothing.
    """
    yield from _assembled(event, query_shards(ConnectionSetItem, event, "SET", consistent=False))


def load_of(event: Event, attendee_id: str) -> Iterator[tuple[ConnectionSet, str]]:
    """The attendee's sets as they are now, each with its digest."""
    pk, _ = _key(event, attendee_id, "", 0)
    yield from _assembled(
        event, ConnectionSetItem.query(pk, ConnectionSetItem.sk.startswith(f"{attendee_id}#"), consistent_read=True)
    )


def delete_of(event: Event, attendee_id: str) -> None:
    """Forget every set of the attendee."""
    pk, _ = _key(event, attendee_id, "", 0)
    with ConnectionSetItem.batch_write() as batch:
        for item in ConnectionSetItem.query(
            pk, ConnectionSetItem.sk.startswith(f"{attendee_id}#"), attributes_to_get=["pk", "sk", "kind"]
        ):
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
            try:
                item.delete(condition=of_older_key(ConnectionSetItem.key_version, event.key_version))
            except DeleteError as error:
                if not lost_a_race(error):
                    raise


def _assembled(event: Event, items: Iterable[ConnectionSetItem]) -> Iterator[tuple[ConnectionSet, str]]:
    # Parts of a replaced, longer set may still lie about: only those of the first part's content belong to it.
    pending: defaultdict[tuple[str, str], dict[int, ConnectionSetItem]] = defaultdict(dict)
    for item in items:
        if key_version_of(item) != event.key_version:
            continue
        attendee_id, source, number = item.sk.split("#")
        if int(number) == 0 and int(item.parts) == 1:
            yield ConnectionSet.from_bytes(attendee_id, source, item.packed), item.digest
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
            yield _joined(parts), first.digest


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


def _item(
    event: Event, part: ConnectionSet, number: int, digest: str, uploaded_at: datetime, parts: int
) -> ConnectionSetItem:
    pk, sk = _key(event, part.attendee_id, part.source, number)
    return ConnectionSetItem(
        pk=pk,
        sk=sk,
        packed=part.to_bytes(),
        digest=digest,
        uploaded_at=uploaded_at.astimezone(UTC).isoformat(timespec="microseconds"),
        parts=parts,
        key_version=event.key_version if event.key_version > 1 else None,
        expires_at=expiry(event),
    )


def _key(event: Event, attendee_id: str, source: str, number: int) -> tuple[str, str]:
    shard = shard_of(attendee_id, event.shards)
    return partition(event.event_id, "SET", shard), f"{attendee_id}#{source}#{number:03}"
