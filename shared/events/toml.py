"""An organizer's TOML file becomes an Event, or the list of everything that is wrong with it."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo, available_timezones

from shared.events.event import DOLLARS, BadEvent, Event, Wave, number_of_waves, shards_for, zone_named
from shared.events.event import WHOLE as WHOLE_OF_EVENT
from shared.registrations import problems_of_options
from shared.slots import BadSlots, Slot, heading_lines, slots_from_tables, with_seconds

DEFAULT_WAVES = (14, 3, 1)  # days before the start
MOST_DAYS_BEFORE = 60
MOST_ATTENDEES = 1_000_000

TEXTS = ("id", "name", "time_zone", "place", "organizer", "contact", "url", "locale", "meeting_point")
NEEDED = ("id", "name", "starts", "ends", "time_zone", "place", "organizer", "contact")
WHOLE = {"expected_attendees": (1, MOST_ATTENDEES), **WHOLE_OF_EVENT}
KEYS = (*TEXTS, "starts", "ends", "waves", "wave_time", "follow_up", *WHOLE, *DOLLARS)
TABLES = ("event", "wave", "slot", "questions", "platforms")

COUNTED = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")


def event_from_toml(text: str, *, called: str = "the file") -> Event:
    """The event in ``text``; tests/fixtures/events/pycon.toml shows every key.

    Times without an offset are local times in the event's time zone. Raises BadEvent with all problems at once.

    :param called: what the messages call the file
    """
    try:
        content = tomllib.loads(with_seconds(text))
    except tomllib.TOMLDecodeError as error:
        raise BadEvent([f"{called} is no TOML: {error}"]) from None
    except RecursionError:
        raise BadEvent([f"{called} is no TOML that anybody wrote by hand: it is nested too deeply"]) from None
    return event_from_tables(content, heading_lines(text))


def event_from_tables(content: Mapping[str, Any], slot_lines: Sequence[int] = ()) -> Event:
    """The event in what a TOML reader, or somebody's form, makes these tables of. Raises BadEvent.

    :param slot_lines: those of the headings of slots, for the messages, where they are known
    """
    return _Reader(content, slot_lines).event()


def wave_name(days: int) -> str:
    """What the wave so many days before the start is called: "two-weeks-before", "one-day-before", "on-the-day"."""
    if days == 0:
        return "on-the-day"
    number, unit = (days // 7, "week") if days % 7 == 0 else (days, "day")
    count = COUNTED[number] if number < len(COUNTED) else str(number)
    return f"{count}-{unit}{'' if number == 1 else 's'}-before"


class _Reader:
    """Reads one file and gathers what is wrong with it on the way, so that one look shows everything."""

    def __init__(self, content: Mapping[str, Any], slot_lines: Sequence[int]) -> None:
        self.problems: list[str] = []
        self.content = content
        self.slot_lines = slot_lines
        table = content.get("event", {})
        self.table: Mapping[str, Any] = table if isinstance(table, dict) else {}
        self._report_unknown("", content, TABLES)
        if self.table:
            self._report_unknown("event.", self.table, KEYS)
            self.problems += [f"event.{key}: is missing" for key in NEEDED if key not in self.table]
        else:
            self.problems.append("[event]: is missing")

    def event(self) -> Event:
        texts = {key: self._text(key) for key in TEXTS}
        numbers = self._numbers()
        expected_attendees = numbers.pop("expected_attendees", 1)
        zone = self._zone(texts["time_zone"])
        starts_at = self._moment("event.starts", self.table.get("starts"), zone)
        ends_at = self._moment("event.ends", self.table.get("ends"), zone)
        waves = self._waves(zone, starts_at)
        slots = self._slots(zone)
        questions = self._questions()
        platforms = self._platforms()
        # With a stand-in for what could not be read, the event's own rules are asked as well, about all the rest.
        unread = datetime(2000, 1, 1, 12, tzinfo=zone)
        begin = starts_at or (ends_at - timedelta(hours=1) if ends_at else unread)
        end = ends_at or begin + timedelta(hours=1)
        try:
            event = Event(
                event_id=_or_stand_in(texts["id"]),
                name=_or_stand_in(texts["name"]),
                starts_at=begin,
                ends_at=end,
                time_zone=zone.key,
                place=_or_stand_in(texts["place"]),
                organizer=_or_stand_in(texts["organizer"]),
                contact=_or_stand_in(texts["contact"], "unread@example.org"),
                url=texts["url"] or "",
                locale=texts["locale"] or "en",
                waves=waves or (Wave("unread", (end - timedelta(hours=1)).astimezone(UTC)),),
                meeting_point=texts["meeting_point"] or "",
                shards=shards_for(expected_attendees),
                questions=questions,
                platforms=platforms,
                slots=slots if starts_at and ends_at else (),  # against stand-ins they would all be wrong
                follow_up=self._follow_up(),
                **numbers,
            )
        except BadEvent as error:
            both = bool(self.content.get("wave")) and bool(self.table.get("waves"))
            alone = number_of_waves(len(waves))
            together = number_of_waves(len(waves), " together with [[wave]]")
            self.problems += [together if both and each == alone else each for each in error.problems]
        if self.problems:
            raise BadEvent(self.problems)
        return event

    def _report_unknown(self, path: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        for key in table:
            if key not in known:
                close = difflib.get_close_matches(key, known, n=1)
                hint = f' (did you mean "{close[0]}"?)' if close else ""
                misplaced = not path and key in KEYS
                wrong = "belongs into the table [event]" if misplaced else f"is not a key that is known{hint}"
                self.problems.append(f"{path}{key[:80]}: {wrong}")

    def _text(self, key: str) -> str | None:
        value = self.table.get(key)
        if value is None or isinstance(value, str):
            return value.strip() if value else value
        self.problems.append(f"event.{key}: must be a text in quotation marks")
        return None

    def _numbers(self) -> dict[str, Any]:
        """Every number that is stated and can be."""
        numbers: dict[str, Any] = {}
        for key, (least, most) in WHOLE.items():
            value = self.table.get(key)
            if _is_whole(value) and least <= value <= most:
                numbers[key] = value
            elif value is not None:
                self.problems.append(f"event.{key}: must be a whole number from {least} to {most}")
        for key, (lowest, highest) in DOLLARS.items():
            value = self.table.get(key)
            if (_is_whole(value) or isinstance(value, float)) and lowest <= value <= highest:
                numbers[key] = float(value)
            elif value is not None:
                self.problems.append(f"event.{key}: must be US dollars, from {lowest:g} to {highest:,g}")
        return numbers

    def _follow_up(self) -> bool:
        value = self.table.get("follow_up", True)
        if not isinstance(value, bool):
            self.problems.append("event.follow_up: must be true or false, without quotation marks")
        return bool(value)

    def _slots(self, zone: ZoneInfo) -> tuple[Slot, ...]:
        try:
            return slots_from_tables(self.content.get("slot", []), zone, self.slot_lines)
        except BadSlots as error:
            self.problems += error.problems
            return ()

    def _zone(self, name: str | None) -> ZoneInfo:
        zone = zone_named(name) if name else None
        if zone is None and name is not None:
            close = difflib.get_close_matches(name, available_timezones(), n=1)
            hint = f' (did you mean "{close[0]}"?)' if close else ', as in "Europe/Berlin"'
            self.problems.append(f'event.time_zone: "{name[:80]}" is no IANA time zone{hint}')
        return zone or ZoneInfo("UTC")

    def _moment(self, key: str, value: object, zone: ZoneInfo) -> datetime | None:
        """A date with a time, written as TOML or as text, in ``zone``."""
        if value is None:
            return None
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            moment = None
        if not isinstance(moment, datetime) or (isinstance(value, str) and len(value.strip()) <= len("2026-06-01")):
            self.problems.append(f"{key}: must be a date with a time, as in 2026-06-01T09:00")
            return None
        try:
            if moment.tzinfo is not None:
                return moment.astimezone(zone)
            local = moment.replace(tzinfo=zone)
            exists = local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == moment.replace(fold=0)
        except OverflowError:
            self.problems.append(f"{key}: lies too far away")
            return None
        if not exists:
            self.problems.append(f"{key}: {moment:%Y-%m-%d %H:%M} does not exist in {zone.key}: the clocks go forward")
            return None
        return local

    def _waves(self, zone: ZoneInfo, starts_at: datetime | None) -> tuple[Wave, ...]:
        stated = self.content.get("wave", [])
        if not isinstance(stated, list) or not all(isinstance(entry, dict) for entry in stated):
            self.problems.append("wave: must be written as [[wave]] with name and at")
            stated = []
        days = self._days_before(DEFAULT_WAVES if not stated else ())
        waves = [wave for entry in stated if (wave := self._stated_wave(entry, zone)) is not None]
        at_time = self._wave_time()
        if starts_at is not None:
            waves += [wave for before in days if (wave := self._wave_before(starts_at, before, at_time, zone))]
        return tuple(sorted(waves, key=lambda wave: wave.at))

    def _days_before(self, default: tuple[int, ...]) -> tuple[int, ...]:
        value = self.table.get("waves", list(default))
        if not isinstance(value, list) or not all(_is_whole(day) and 0 <= day <= MOST_DAYS_BEFORE for day in value):
            self.problems.append(
                f"event.waves: must be whole days before the start, 0 to {MOST_DAYS_BEFORE}: [14, 3, 1]"
            )
            return ()
        if not value and not self.content.get("wave"):
            self.problems.append(
                "event.waves: without a wave nobody is ever introduced; leave the key out for 14, 3, 1"
            )
        return tuple(value)

    def _wave_time(self) -> time:
        value = self.table.get("wave_time", time(9))
        try:
            moment = time.fromisoformat(value) if isinstance(value, str) else value
        except ValueError:
            moment = None
        if isinstance(moment, time) and moment.tzinfo is None:
            return moment
        self.problems.append('event.wave_time: must be a time of day, as in "09:00"')
        return time(9)

    def _wave_before(self, starts_at: datetime, days: int, at_time: time, zone: ZoneInfo) -> Wave | None:
        try:
            local = datetime.combine(starts_at.date() - timedelta(days=days), at_time, tzinfo=zone)
            return Wave(wave_name(days), local.astimezone(UTC))
        except OverflowError:
            self.problems.append(f"event.waves: {days} days before event.starts is too far away")
            return None

    def _stated_wave(self, entry: Mapping[str, Any], zone: ZoneInfo) -> Wave | None:
        name = entry.get("name")
        self._report_unknown("wave.", entry, ("name", "at"))
        if not isinstance(name, str) or "at" not in entry:
            self.problems.append("wave: needs a name (a text) and at (a date with a time)")
            return None
        at = self._moment(f'wave "{name[:80]}"', entry["at"], zone)
        return Wave(name, at.astimezone(UTC)) if at is not None else None

    def _questions(self) -> dict[str, str]:
        table = self.content.get("questions", {})
        if not isinstance(table, dict) or not all(isinstance(meaning, str) for meaning in table.values()):
            self.problems.append('questions: each line must be "Question" = "meaning"')
            return {}
        return table

    def _platforms(self) -> dict[str, dict[str, str]]:
        tables = self.content.get("platforms", {})
        read: dict[str, dict[str, str]] = {}
        for name, options in tables.items() if isinstance(tables, dict) else ():
            if not isinstance(options, dict) or not all(isinstance(value, str | int) for value in options.values()):
                self.problems.append(f'platforms.{name[:80]}: must be a table, each line key = "text"')
                continue
            read[name] = {key: str(value) for key, value in options.items()}
            self.problems += [f"platforms.{name[:80]}.{problem}" for problem in problems_of_options(name, read[name])]
        return read


def _or_stand_in(text: str | None, stand_in: str = "unread") -> str:
    return stand_in if text is None else text


def _is_whole(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and not isinstance(value, bool)
