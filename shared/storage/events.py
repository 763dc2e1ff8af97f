"""Events and their settings."""

from __future__ import annotations

from pynamodb.exceptions import DeleteError, DoesNotExist, PutError

from shared.events import Event, event_from_dict, event_to_dict
from shared.storage._table import Conflict, EventItem, Item, expiry, in_parallel, lost_a_race, partition

_ALL_EVENTS = "EVENTS"
_SHARDED_KINDS = ("ATTENDEE", "DIRECTORY", "INTRODUCTION", "MATCH", "MEETING", "SET", "TICKET")


def create(event: Event) -> None:
    """Keep a new event.

    :raises Conflict: where an event of this id exists
    """
    try:
        _item(event).save(condition=EventItem.pk.does_not_exist())
    except PutError as error:
        if lost_a_race(error):
            raise Conflict(f"there is an event {event.event_id!r} already") from error
        raise


def update(event: Event) -> None:
    """Keep the changed settings of an event.

    :raises Conflict: where there is no event of this id (any more)
    """
    try:
        _item(event).save(condition=EventItem.pk.exists())
    except PutError as error:
        if lost_a_race(error):
            raise Conflict(f"there is no event {event.event_id!r} any more") from error
        raise


def load(event_id: str) -> Event | None:
    try:
        return event_from_dict(EventItem.get(_ALL_EVENTS, event_id, consistent_read=True).settings)
    except DoesNotExist:
        return None


def load_all() -> list[Event]:
    return [event_from_dict(item.settings) for item in EventItem.query(_ALL_EVENTS)]


def delete(event: Event) -> int:
    """Remove the event and everything that was kept for it; how many items there were.

    The event itself goes last, so that a deletion that was cut short can be repeated.
    """
    partitions = [
        partition(event.event_id, kind, shard) for kind in _SHARDED_KINDS for shard in range(event.shards)
    ] + [partition(event.event_id, kind) for kind in ("HEALTH", "IMPORT")]
    deleted = sum(in_parallel(_empty, partitions))
    try:
        EventItem(pk=_ALL_EVENTS, sk=event.event_id).delete()
    except DeleteError as error:
        raise RuntimeError(f"the event {event.event_id!r} could not be deleted; try again") from error
    return deleted + 1


def _empty(pk: str) -> int:
    count = 0
    with Item.batch_write() as batch:
        for item in Item.query(pk, attributes_to_get=["pk", "sk", "kind"]):
            batch.delete(item)
            count += 1
    return count


def _item(event: Event) -> EventItem:
    return EventItem(pk=_ALL_EVENTS, sk=event.event_id, settings=event_to_dict(event), expires_at=expiry(event))
