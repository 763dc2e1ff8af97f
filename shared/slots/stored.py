"""A slot as plain JSON values, for storage, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.slots.slot import BadSlots, Slot


def slot_to_dict(slot: Slot) -> dict[str, Any]:
    """Texts and whole numbers only; times in ISO 8601, in UTC."""
    return {
        "slot_id": slot.slot_id,
        "starts_at": slot.starts_at.astimezone(UTC).isoformat(),
        "ends_at": slot.ends_at.astimezone(UTC).isoformat(),
        "place": slot.place,
        "capacity": slot.capacity,
        "rank": slot.rank,
    }


def slot_from_dict(stored: Mapping[str, Any], zone: ZoneInfo) -> Slot:
    """The slot ``slot_to_dict`` was given, its times in ``zone``. Raises BadSlots."""
    try:
        return Slot(
            slot_id=stored["slot_id"],
            starts_at=datetime.fromisoformat(stored["starts_at"]).astimezone(zone),
            ends_at=datetime.fromisoformat(stored["ends_at"]).astimezone(zone),
            place=stored["place"],
            capacity=int(stored["capacity"]),  # DynamoDB gives Decimals back
            rank=int(stored.get("rank", 0)),
        )
    except BadSlots:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadSlots([f"the stored slot cannot be read: {error!r}"]) from None
