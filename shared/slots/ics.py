"""The events of an organizer's .ics file become Slots, or the list of everything that is wrong with them.

Source: RFC 5545; the reading itself is the library icalendar's, imported only when a file is read (0.1 to 0.2 s). An
event says when and where; how many pairs fit is a line of its description, "capacity: 12", since calendars have no
field for it. Cancelled events are passed over. Of events that repeat each time must be an event of its own.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from shared.slots.slot import BadSlots, Slot, in_zone, slot_id_for
from shared.slots.toml import in_order

if TYPE_CHECKING:
    from icalendar import Component

MOST_BYTES: Final = 2_000_000
CAPACITY: Final = re.compile(r"^\s*capacity\s*[:=]\s*(\d{1,6})\s*$", re.IGNORECASE | re.MULTILINE)
BEGIN: Final = re.compile(rb"^BEGIN:VEVENT[ \t]*\r?$", re.IGNORECASE | re.MULTILINE)
REPEATING: Final = ("RRULE", "RDATE", "RECURRENCE-ID")


def slots_from_ics(content: bytes, zone: ZoneInfo, capacity: int | None = None) -> tuple[Slot, ...]:
    """The slots of a calendar file, best first, in ``zone``; times without a zone are local times there.

    ``capacity`` is that of events whose description does not say. Raises BadSlots with all problems at once.
    """
    from icalendar import Calendar

    if len(content) > MOST_BYTES:
        raise BadSlots([f"the file has {len(content):,} bytes, more than the {MOST_BYTES:,} allowed"])
    try:
        text = content.decode("utf-8-sig")
        calendars = Calendar.from_ical(text, multiple=True)
    except UnicodeDecodeError:
        raise BadSlots(["the file is no calendar: it is not in UTF-8"]) from None
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, RecursionError):
        raise BadSlots(["the file is no calendar (.ics): export it anew, or use [[slot]] tables"]) from None
    events = [event for calendar in calendars for event in calendar.walk("VEVENT")]
    lines = [content.count(b"\n", 0, found.start()) + 1 for found in BEGIN.finditer(content)]
    known = lines if len(lines) == len(events) else [0] * len(events)
    problems: list[str] = [] if events else ["the file has no events"]
    read: list[tuple[str, Slot]] = []
    for number, (event, line) in enumerate(zip(events, known, strict=True), 1):
        name = f"event {number}" + (f" (line {line})" if line else "")
        try:
            read += [(name, slot) for slot in _slots(event, zone, capacity)]
        except BadSlots as error:
            problems += [f"{name}: {problem}" for problem in error.problems]
    return in_order(read, problems)


def _slots(event: Component, zone: ZoneInfo, capacity: int | None) -> Iterator[Slot]:
    """The event's slot; none where it is cancelled. Raises BadSlots."""
    if str(event.get("STATUS", "")).upper() == "CANCELLED":
        return
    problems = [f"{key or 'line'}: cannot be read: {str(error)[:120]}" for key, error in event.errors]
    if any(key in event for key in REPEATING):
        problems.append("RRULE: the event repeats; write each time as an event of its own, or use days and times")
    place = str(event.get("LOCATION", "")).strip() or str(event.get("SUMMARY", "")).strip()
    stated = CAPACITY.search(str(event.get("DESCRIPTION", "")))
    pairs = int(stated[1]) if stated else capacity
    if pairs is None:
        problems.append('DESCRIPTION: needs a line that says how many pairs fit, as in "capacity: 12"')
    if problems:
        raise BadSlots(problems)
    starts_at = _moment(event, "DTSTART", zone)
    ends_at = _end(event, starts_at, zone)
    yield Slot(slot_id_for(starts_at, place), starts_at, ends_at, " ".join(place.split()), pairs or 0)


def _end(event: Component, starts_at: datetime, zone: ZoneInfo) -> datetime:
    if "DTEND" in event:
        return _moment(event, "DTEND", zone)
    length = getattr(event.get("DURATION"), "dt", None)
    if not isinstance(length, timedelta):
        raise BadSlots(["DTEND: is missing"])
    try:
        return (starts_at.astimezone(UTC) + length).astimezone(zone)
    except OverflowError:
        raise BadSlots(["DURATION: lies too far away"]) from None


def _moment(event: Component, key: str, zone: ZoneInfo) -> datetime:
    field: Any = event.get(key)
    moment = getattr(field, "dt", None)
    if not isinstance(moment, datetime):
        raise BadSlots([f"{key}: must be a date with a time" if field is not None else f"{key}: is missing"])
    named = field.params.get("TZID")
    if moment.tzinfo is None and named is not None:
        raise BadSlots([f'{key}: "{str(named)[:80]}" is no time zone we know: write the time in UTC']) from None
    try:
        if isinstance(moment.tzinfo, ZoneInfo):
            moment = in_zone(moment.replace(tzinfo=None), moment.tzinfo)
        return in_zone(moment, zone)
    except OverflowError:
        raise BadSlots([f"{key}: lies too far away"]) from None
    except ValueError as error:
        raise BadSlots([f"{key}: {error}"]) from None
