"""The rows of an organizer's form become Slots and back, by the rules of the TOML file's reader.

A row that comes back as it was shown is the slot that is stored, to the second.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.slots.slot import MOST_SLOTS, Slot, slot_id_for
from shared.slots.toml import slots_from_tables

Row = Mapping[str, str]

FIELDS: Final = ("day", "time", "minutes", "place", "capacity", "rank", "id")
ASKED: Final = ("day", "time", "place")  # a row without any of these is an empty one
# What several rows are made of at once.
SEVERAL: Final = ("days", "times", "minutes", "place", "capacity", "rank")
MINUTE: Final = timedelta(minutes=1)


def row_of(slot: Slot) -> dict[str, str]:
    """What the fields of a row say of a slot."""
    length = slot.ends_at.astimezone(UTC) - slot.starts_at.astimezone(UTC)
    return {
        "day": f"{slot.starts_at:%Y-%m-%d}",
        "time": f"{slot.starts_at:%H:%M}",
        "minutes": str(length // MINUTE),
        "place": slot.place,
        "capacity": str(slot.capacity),
        "rank": str(slot.rank),
        "id": slot.slot_id,
    }


def rows_of_form(fields: Mapping[str, str]) -> list[dict[str, str]]:
    """The rows of a form that somebody wrote into and did not take out, from the fields "slot-0-day" and so on."""
    rows = []
    for number in range(MOST_SLOTS + 1):
        row = {name: fields.get(f"slot-{number}-{name}", "").strip() for name in FIELDS}
        if any(row[name] for name in ASKED) and not fields.get(f"slot-{number}-out"):
            rows.append(row)
    return rows


def slots_of_rows(rows: Iterable[Row], zone: ZoneInfo, before: Iterable[Slot]) -> tuple[Slot, ...]:
    """The slots of these rows, best first.

    :param before: the event's slots as they are
    :raises BadSlots: with every problem at once, each with the number of its row
    """
    rows, stored = list(rows), {slot.slot_id: slot for slot in before}
    kept = {number: stored[row["id"]] for number, row in enumerate(rows) if _untouched(row, stored)}
    tables = [_table_of_stored(kept[n]) if n in kept else _table(row, stored) for n, row in enumerate(rows)]
    read = slots_from_tables(tables, zone)
    again = {slot.slot_id: slot for slot in kept.values()}
    return tuple(sorted((again.get(slot.slot_id, slot) for slot in read), key=lambda slot: slot.preference))


def rows_of_several(fields: Mapping[str, str], zone: ZoneInfo) -> list[dict[str, str]]:
    """The rows for every one of some times on every one of some days.

    :raises BadSlots: with every problem at once
    """
    said = {name: fields.get(f"several-{name}", "").strip() for name in SEVERAL}
    table: dict[str, Any] = {
        "days": _words(said["days"]),
        "times": _words(said["times"]),
        "minutes": _whole(said["minutes"]),
        "place": said["place"],
        "capacity": _whole(said["capacity"]),
        "rank": _whole(said["rank"] or "0"),
    }
    return [{**row_of(slot), "id": ""} for slot in slots_from_tables([table], zone)]


def _untouched(row: Row, stored: Mapping[str, Slot]) -> bool:
    return row["id"] in stored and dict(row) == row_of(stored[row["id"]])


def _table(row: Row, stored: Mapping[str, Slot]) -> dict[str, Any]:
    table: dict[str, Any] = {
        "at": f"{row['day']}T{row['time']}",
        "minutes": _whole(row["minutes"]),
        "place": row["place"],
        "capacity": _whole(row["capacity"]),
        "rank": _whole(row["rank"] or "0"),
    }
    old = stored.get(row["id"])
    # An id that was made of time and place is made anew of what they are now.
    named = old is not None and old.slot_id != slot_id_for(old.starts_at, old.place)
    return table | ({"id": row["id"]} if named else {})


def _table_of_stored(slot: Slot) -> dict[str, Any]:
    row = row_of(slot)
    numbers = {name: int(row[name]) for name in ("capacity", "rank")}
    # Only so that another row of the same id is noticed; whoever reads it puts the stored one in its place.
    minutes = max(1, int(row["minutes"]))
    return {"at": slot.starts_at, "minutes": minutes, "place": slot.place, "id": slot.slot_id, **numbers}


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text) if word]


def _whole(said: str) -> int | str:
    return int(said) if re.fullmatch(r"[0-9]{1,9}", said) else said
