"""Events and their settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from pynamodb.exceptions import DeleteError, DoesNotExist

from shared.events import Event, event_from_dict, event_to_dict, settings_of
from shared.storage._table import ALL_EVENTS, Conflict, EventItem, Item, expiry, in_parallel, partition, written
from shared.storage.migrations import newest, version_of

_SHARDED_KINDS = ("ATTENDEE", "DIRECTORY", "INTRODUCTION", "MATCH", "MEETING", "SET", "TICKET")


def create(event: Event) -> None:
    """Keep a new event.

    :raises Conflict: where an event of this id exists
    """
    if not written(_item(event).save, condition=EventItem.pk.does_not_exist()):
        raise Conflict(f"there is an event {event.event_id!r} already")


def update(event: Event, *, since: Event | None = None) -> None:
    """Keep the changed settings of an event; under which key it is hashed only :func:`change_key` changes.

    :param since: the event as it was read before it was changed; who else changed it meanwhile is not overwritten
    :raises Conflict: where there is no event of this id (any more), or its settings were changed by somebody else
    """

    def change(stored: Event) -> Event:
        if since is not None and settings_of(stored) != settings_of(since):
            raise Conflict(f"the settings of {event.event_id!r} were changed by somebody else meanwhile")
        return replace(
            event, key_version=stored.key_version, id_key_version=stored.id_key_version, rehashing=stored.rehashing
        )

    _rewrite(event.event_id, change)


def keep_until_its_end(event: Event) -> int:
    """Let everything that is kept for an event last until it is to be deleted now; of how many items that was changed.

    Cut short, it is finished by repeating it.
    """
    return sum(in_parallel(partial(_keep_until, expiry(event)), _partitions(event)))


def _keep_until(expires_at: int, pk: str) -> int:
    count = 0
    for item in Item.query(pk, attributes_to_get=["pk", "sk", "kind", "expires_at"]):
        if item.expires_at == expires_at:
            continue
        # Only where it is still there: what somebody erased meanwhile must not come back as an empty shell.
        count += written(item.update, actions=[Item.expires_at.set(expires_at)], condition=Item.pk.exists())
    return count


def load(event_id: str) -> Event | None:
    """One event.

    :raises NewerData: its data were written by a newer release
    """
    try:
        return _event(EventItem.get(ALL_EVENTS, event_id, consistent_read=True))
    except DoesNotExist:
        return None


def load_all() -> list[Event]:
    """Every event that is kept."""
    return [_event(item) for item in EventItem.query(ALL_EVENTS)]


def change_key(event: Event, *, key_version: int, rehashing: bool) -> Event:
    """Keep under which key the event's hashes are made from now on, and whether older ones are still to be replaced.

    :raises Conflict: where the event's key is not that of ``event`` any more, or its settings are being changed
    """

    def change(stored: Event) -> Event:
        if (stored.key_version, stored.rehashing) != (event.key_version, event.rehashing):
            raise Conflict(f"the hashing key of {event.event_id!r} is being changed by somebody else")
        return replace(stored, key_version=key_version, rehashing=rehashing)

    return _rewrite(event.event_id, change)


def delete(event: Event) -> int:
    """Remove the event and everything that was kept for it; how many items there were.

    The event itself goes last, so that a deletion that was cut short can be repeated.

    :raises RuntimeError: where the event itself could not be deleted
    """
    deleted = sum(in_parallel(_empty, _partitions(event)))
    try:
        EventItem(pk=ALL_EVENTS, sk=event.event_id).delete()
    except DeleteError as error:
        raise RuntimeError(f"the event {event.event_id!r} could not be deleted; try again") from error
    return deleted + 1


def _partitions(event: Event) -> list[str]:
    """Where everything lies that is kept for an event."""
    sharded = [partition(event.event_id, kind, shard) for kind in _SHARDED_KINDS for shard in range(event.shards)]
    return sharded + [
        partition(event.event_id, kind) for kind in ("DECIDED", "HEALTH", "IMPORT", "LEASE", "PASS", "PROGRESS")
    ]


def _rewrite(event_id: str, change: Callable[[Event], Event]) -> Event:
    try:
        item = EventItem.get(ALL_EVENTS, event_id, consistent_read=True)
    except DoesNotExist:
        raise Conflict(f"there is no event {event_id!r} any more") from None
    changed = change(event_from_dict(item.settings))
    if not written(
        item.update,
        actions=[EventItem.settings.set(event_to_dict(changed)), EventItem.expires_at.set(expiry(changed))],
        condition=EventItem.settings == item.settings,
    ):
        raise Conflict(f"the settings of {event_id!r} are being changed by somebody else; try again")
    return changed


def _empty(pk: str) -> int:
    count = 0
    with Item.batch_write() as batch:
        for item in Item.query(pk, consistent_read=True, attributes_to_get=["pk", "sk", "kind"]):
            batch.delete(item)
            count += 1
    return count


def _event(item: EventItem) -> Event:
    version_of(item)
    return event_from_dict(item.settings)


def _item(event: Event) -> EventItem:
    return EventItem(
        pk=ALL_EVENTS,
        sk=event.event_id,
        settings=event_to_dict(event),
        schema_version=newest(),
        expires_at=expiry(event),
    )
