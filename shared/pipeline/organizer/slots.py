"""The times and places at which pairs can meet, as rows to be changed; several are added at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from shared.events import BadEvent
from shared.events.changes import version_of
from shared.pages import Reply
from shared.pipeline.manage_event import SlotsInUse, replace_slots
from shared.pipeline.organizer.edit import in_places
from shared.pipeline.organizer.visit import OrganizerVisit
from shared.slots import BadSlots, Slot
from shared.slots.form import SEVERAL, row_of, rows_of_form, rows_of_several, slots_of_rows
from shared.storage import Conflict

EMPTY_ROWS: Final = 3
STALE: Final = (
    "Somebody else changed the event while you were writing. Nothing of yours is saved, and nothing of theirs is lost. "
    "Saving now would put these times in the place of theirs."
)
USUAL: Final = {"minutes": "15", "capacity": "10", "rank": "0"}


def show(visit: OrganizerVisit) -> Reply:
    return _form(visit, [row_of(slot) for slot in _in_order(visit)])


def post(visit: OrganizerVisit) -> Reply:
    typed = visit.request.values
    rows, zone = rows_of_form(typed), ZoneInfo(visit.event.time_zone)
    version, step = typed.get("version", ""), typed.get("step", "")
    try:
        if step == "several":
            rows += rows_of_several(typed, zone)
            return _form(visit, rows, version=version)
        if step == "rows":
            return _form(visit, rows, version=version, several=typed, empty=3 * EMPTY_ROWS)
        slots = slots_of_rows(rows, zone, visit.event.slots)
        if version != version_of(visit.event):
            return _form(visit, rows, several=typed, problems=[STALE], status=409)
        replace_slots(visit.event, slots)
    except (BadSlots, BadEvent) as error:
        return _form(visit, rows, version=version, several=typed, problems=error.problems, status=422)
    except SlotsInUse as error:
        return _form(visit, rows, version=version, several=typed, problems=[str(error)], status=409)
    except Conflict:
        return _form(visit, rows, several=typed, problems=[STALE], status=409)
    return Reply.to(f"{visit.below('event')}?done=saved")


def _form(
    visit: OrganizerVisit,
    rows: Sequence[Mapping[str, str]],
    *,
    version: str = "",
    several: Mapping[str, str] | None = None,
    problems: Iterable[str] = (),
    empty: int = EMPTY_ROWS,
    status: int = 200,
) -> Reply:
    return visit.framed(
        "slots.html",
        "event",
        status=status,
        rows=list(enumerate([*rows, *([USUAL] * empty)])),
        version=version or version_of(visit.event),
        problems=in_places(problems),
        several={name: (several or {}).get(f"several-{name}", USUAL.get(name, "")) for name in SEVERAL},
        first_day=f"{visit.event.starts_at:%Y-%m-%d}",
    )


def _in_order(visit: OrganizerVisit) -> list[Slot]:
    """By time, as people look for them; the event keeps them best first."""
    return sorted(visit.event.slots, key=lambda slot: (slot.starts_at.timestamp(), slot.place))
