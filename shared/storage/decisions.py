"""What a large wave has decided and not stored yet: the new meetings, packed, for as long as the wave takes."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from shared.events import Event
from shared.introductions import Meeting
from shared.storage._table import DecidedItem, expiry, partition
from shared.storage.meetings import from_facts, to_facts

# Packed, a meeting takes 50 to 100 bytes; an item may hold 400 KB.
MEETINGS_A_PART: Final = 2_500
# A wave deletes them at its end. One that fails leaves them: it can be gone on with for so long.
KEPT: Final = timedelta(days=2)


def save(event: Event, decided: Iterable[Meeting], *, now: datetime) -> int:
    """Keep what was decided in place of what was before; how many parts that makes."""
    several = list(decided)
    starts = range(0, len(several), MEETINGS_A_PART)
    for number, start in enumerate(starts):
        rows = [[meeting.a, meeting.b, to_facts(meeting)] for meeting in several[start : start + MEETINGS_A_PART]]
        DecidedItem(
            partition(event.event_id, "DECIDED"),
            f"{number:03}",
            packed=zlib.compress(json.dumps(rows, separators=(",", ":")).encode()),
            expires_at=min(expiry(event), int((now + KEPT).timestamp())),
        ).save()
    return len(starts)


def load(event: Event, part: int) -> list[Meeting]:
    """One part, as meetings that are not stored yet.

    :raises LookupError: where it is gone; the wave must be run anew
    """
    key = partition(event.event_id, "DECIDED")
    for item in DecidedItem.query(key, DecidedItem.sk == f"{part:03}", consistent_read=True):
        rows = json.loads(zlib.decompress(item.packed))
        return [from_facts(event, (a, b), facts, version=0) for a, b, facts in rows]
    raise LookupError(f"what was decided for {event.event_id!r} is not kept any more: run the wave again")


def delete(event: Event) -> None:
    """Forget what was decided, once it is carried out."""
    key = partition(event.event_id, "DECIDED")
    with DecidedItem.batch_write() as batch:
        for item in DecidedItem.query(key, consistent_read=True, attributes_to_get=["pk", "sk", "kind"]):
            batch.delete(item)
