"""The [[slot]] tables of an organizer's TOML file become Slots, or the list of everything that is wrong with them."""

from __future__ import annotations

import difflib
import itertools
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.slots.slot import LONGEST, MOST_SLOTS, BadSlots, Slot, in_zone, slot_id_for

KEYS: Final = ("at", "days", "times", "minutes", "place", "capacity", "rank", "id")
MOST_RANK: Final = 100
MOST_MINUTES: Final = LONGEST // timedelta(minutes=1)
EXAMPLE: Final = "2026-06-02T10:30"

# TOML 1.1 lets times go without seconds, Python's reader (TOML 1.0) does not. Texts and comments are left alone.
TIMES = re.compile(
    r'"""(?:[^\\]|\\.)*?"""'
    r"|'''.*?'''"
    r'|"(?:[^"\\\n]|\\.)*"'
    r"|'[^'\n]*'"
    r"|#[^\n]*"
    r"|(?<![\w:.+-])(?P<time>(?:\d{4}-\d\d-\d\d[Tt ])?\d\d:\d\d)(?![:\d])",
    re.DOTALL,
)
HEADER = re.compile(r"^[ \t]*\[\[[ \t]*slot[ \t]*\]\]", re.MULTILINE)


def with_seconds(text: str) -> str:
    """TOML 1.1's times without seconds as TOML 1.0 wants them; everything else as it was."""
    return TIMES.sub(lambda found: found[0] + ":00" if found["time"] else found[0], text)


def slots_from_toml(text: str, zone: ZoneInfo, *, called: str = "the file") -> tuple[Slot, ...]:
    """The slots of a TOML file, best first; other tables in it are passed over.

    Times without an offset are local times in ``zone``. Raises BadSlots with all problems at once.

    :param called: what the messages call the file
    """
    try:
        content = tomllib.loads(with_seconds(text))
    except tomllib.TOMLDecodeError as error:
        raise BadSlots([f"{called} is no TOML: {error}"]) from None
    except RecursionError:
        raise BadSlots([f"{called} is no TOML that anybody wrote by hand: it is nested too deeply"]) from None
    return slots_from_tables(content.get("slot", []), zone, heading_lines(text))


def heading_lines(text: str) -> list[int]:
    """The lines of a TOML file on which [[slot]] stands, from 1."""
    return [text.count("\n", 0, found.start()) + 1 for found in HEADER.finditer(text)]


def slots_from_tables(tables: object, zone: ZoneInfo, lines: Sequence[int] = ()) -> tuple[Slot, ...]:
    """The slots of the tables that a TOML file has under "slot", best first.

    ``lines`` are those of the tables' headings, for the messages, where they are known. Raises BadSlots.
    """
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadSlots(["slot: must be written as [[slot]] with at, minutes, place and capacity"])
    known = list(lines) if len(lines) == len(tables) else [0] * len(tables)
    problems: list[str] = []
    read: list[tuple[str, Slot]] = []
    for number, (table, line) in enumerate(zip(tables, known, strict=True), 1):
        name = f"slot {number}" + (f" (line {line})" if line else "")
        try:
            read += [(name, slot) for slot in _Table(table, zone).slots()]
        except BadSlots as error:
            problems += [f"{name}: {problem}" for problem in error.problems]
    return in_order(read, problems)


def in_order(read: Iterable[tuple[str, Slot]], problems: Sequence[str]) -> tuple[Slot, ...]:
    """The slots, best first; each comes with what to call it in a message.

    :raises BadSlots: with all problems, where there are some or a slot is there twice
    """
    found = list(problems)
    names: dict[str, str] = {}
    slots = []
    for name, slot in read:
        if slot.slot_id in names:
            found.append(
                f"{name}: {slot.starts_at:%Y-%m-%d %H:%M}, {slot.place}: is there already, as {names[slot.slot_id]}"
            )
        names.setdefault(slot.slot_id, name)
        slots.append(slot)
    if len(slots) > MOST_SLOTS:
        found.append(f"slot: {len(slots)} slots are more than the {MOST_SLOTS} allowed")
    if found:
        raise BadSlots(found)
    return tuple(sorted(slots, key=lambda slot: slot.preference))


class _Table:
    """Reads one table and gathers what is wrong with it on the way."""

    def __init__(self, table: Mapping[str, Any], zone: ZoneInfo) -> None:
        self.table = table
        self.zone = zone
        self.problems: list[str] = []

    def slots(self) -> list[Slot]:
        self._report_unknown()
        minutes = self._whole("minutes", 1, MOST_MINUTES)
        capacity = self._whole("capacity", 1, None)
        rank = self._whole("rank", 0, MOST_RANK, default=0)
        place = self._text("place")
        moments = [moment for stated in self._stated() if (moment := self._moment(stated)) is not None]
        given = self._text("id") if "id" in self.table else ""
        if given and len(moments) > 1:
            self.problems.append("id: several times in one table cannot have one id; leave it out")
        made = [] if self.problems else list(self._made(moments, minutes, place, capacity, rank, given))
        if self.problems:
            raise BadSlots(dict.fromkeys(self.problems))
        return made

    def _made(
        self, moments: Iterable[datetime], minutes: int, place: str, capacity: int, rank: int, given: str
    ) -> Iterator[Slot]:
        for starts_at in moments:
            try:
                # In UTC, so that a slot over the change of the clocks is as long as it says.
                ends_at = (starts_at.astimezone(UTC) + timedelta(minutes=minutes)).astimezone(self.zone)
                yield Slot(given or slot_id_for(starts_at, place), starts_at, ends_at, place, capacity, rank)
            except BadSlots as error:
                self.problems += error.problems
            except OverflowError:
                self.problems.append("at: lies too far away")

    def _report_unknown(self) -> None:
        for key in self.table:
            if key not in KEYS:
                close = difflib.get_close_matches(key, KEYS, n=1)
                hint = f' (did you mean "{close[0]}"?)' if close else ""
                self.problems.append(f"{key[:80]}: is not a key that is known{hint}")

    def _whole(self, key: str, least: int, most: int | None, default: int | None = None) -> int:
        value = self.table.get(key, default)
        if value is None:
            self.problems.append(f"{key}: is missing")
        elif not isinstance(value, int) or isinstance(value, bool):
            self.problems.append(f"{key}: must be a whole number")
        elif value < least or (most is not None and value > most):
            self.problems.append(f"{key}: {value} must be at least {least}" + (f", at most {most}" if most else ""))
        else:
            return value
        return least

    def _text(self, key: str) -> str:
        value = self.table.get(key)
        if isinstance(value, str) and value.strip():
            return value.strip()
        self.problems.append(f"{key}: is missing" if value is None else f"{key}: must be a text in quotation marks")
        return ""

    def _stated(self) -> list[object]:
        """The times as they stand in the table: "at", or every one of "times" on every one of "days"."""
        at, days, times = (self._list(key) for key in ("at", "days", "times"))
        if bool(at) == bool(days or times) or bool(days) != bool(times):
            self.problems.append(f"needs either at = {EXAMPLE} (or a list of such), or days and times together")
            return []
        if at:
            return at
        read_days, read_times = [self._day(day) for day in days], [self._time(moment) for moment in times]
        if len(days) * len(times) > MOST_SLOTS:
            self.problems.append(f"days, times: are more than {MOST_SLOTS} slots")
            return []
        return [
            datetime.combine(day, moment)
            for day, moment in itertools.product(read_days, read_times)
            if day is not None and moment is not None
        ]

    def _list(self, key: str) -> list[object]:
        value = self.table.get(key)
        if value is None:
            return []
        return value if isinstance(value, list) else [value]

    def _day(self, value: object) -> date | None:
        day = _parsed(date, value)
        if isinstance(day, date) and not isinstance(day, datetime):
            return day
        self.problems.append("days: each must be a date, as in 2026-06-02")
        return None

    def _time(self, value: object) -> time | None:
        moment = _parsed(time, value)
        if isinstance(moment, time) and moment.tzinfo is None:
            return moment
        self.problems.append("times: each must be a time of day, as in 10:30")
        return None

    def _moment(self, value: object) -> datetime | None:
        moment = _parsed(datetime, value)
        if not isinstance(moment, datetime) or (isinstance(value, str) and len(value.strip()) <= len("2026-06-02")):
            self.problems.append(f"at: must be a date with a time, as in {EXAMPLE}")
            return None
        try:
            return in_zone(moment, self.zone)
        except OverflowError:
            self.problems.append("at: lies too far away")
        except ValueError as error:
            self.problems.append(f"at: {error}")
        return None


def _parsed(kind: type[date] | type[time] | type[datetime], value: object) -> object:
    """A text as date or time, None where it is none; what the TOML reader made of it already as it is."""
    if not isinstance(value, str):
        return value
    try:
        return kind.fromisoformat(value.strip())
    except ValueError:
        return None
