"""When an event was last matched as a whole, so that a night that was cut short does not begin anew."""

from __future__ import annotations

from datetime import UTC, datetime

from pynamodb.exceptions import DoesNotExist

from shared.events import Event
from shared.storage._table import PassItem, expiry, partition

_LAST = "last"


def note_finished(event: Event, at: datetime) -> None:
    """Keep when the event's last whole pass ended."""
    PassItem(
        pk=partition(event.event_id, "PASS"),
        sk=_LAST,
        finished_at=at.astimezone(UTC).isoformat(),
        expires_at=expiry(event),
    ).save()


def last_finished(event: Event) -> datetime | None:
    """When the event's last whole pass ended; None where there was none yet."""
    try:
        item = PassItem.get(partition(event.event_id, "PASS"), _LAST, consistent_read=True)
    except DoesNotExist:
        return None
    return datetime.fromisoformat(item.finished_at)
