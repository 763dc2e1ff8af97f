"""An organizer's form becomes an Event and back, by the rules and the words of the TOML file's reader.

A field that comes back as it was shown keeps what is stored, to the second and in whichever hour of a night in which
the clocks go back; a form that nobody touched changes nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.events.event import DOLLARS, MOST_WAVES, WHOLE, BadEvent, Event, Wave, zone_named
from shared.events.toml import event_from_tables, wave_name
from shared.slots import BadSlots, Slot

Fields = Mapping[str, str]

TEXTS: Final = ("name", "time_zone", "place", "organizer", "contact", "url", "locale", "meeting_point")
ON: Final = "yes"  # what a box says that is ticked
ROWS_OF_QUESTIONS: Final = 3  # empty ones, to write into
# A wave that begins within this time can no longer be held up.
ABOUT_TO_RUN: Final = timedelta(minutes=1)
WHOLE_NUMBER: Final = re.compile(r"[0-9]{1,9}")
DECIMAL: Final = re.compile(r"[0-9]{1,9}([.,][0-9]{0,9})?")
OF_EVENT: Final = re.compile(r"event\.(\w+)(?:, event\.\w+)?: ", re.ASCII)
PLACES: Final = (("wave", "waves"), ("questions", "questions"), ("question ", "questions"))


def fields_of(event: Event, *, now: datetime) -> dict[str, str]:
    """What the form's fields say of an event."""
    fields = {key: getattr(event, key) for key in TEXTS}
    fields |= {"starts": shown(event.starts_at), "ends": shown(event.ends_at)}
    fields |= {key: str(getattr(event, key)) for key in WHOLE}
    fields |= {key: _dollars(getattr(event, key)) for key in DOLLARS}
    fields |= {"follow_up": ON} if event.follow_up else {}
    for row, wave in enumerate(waves_to_come(event, now)):
        fields |= {f"wave-{row}-name": wave.name, f"wave-{row}-at": _shown_in(wave.at, event)}
    for row, (question, meaning) in enumerate(event.questions.items()):
        fields |= {f"question-{row}-text": question, f"question-{row}-meaning": meaning}
    return fields


def event_of_fields(fields: Fields, before: Event, *, now: datetime) -> Event:
    """The event that somebody wants in the place of ``before``.

    Waves that ran stay as they were, and so does what the form does not show. With "along", what lies at a day of the
    event moves with its first day: waves to come that were left as they stood, and the times to meet.

    :raises BadEvent: with every problem at once
    """
    problems: list[str] = []
    as_shown = fields_of(before, now=now)
    zone = zone_named(fields.get("time_zone", "").strip())
    days = _days_moved(fields, before) if fields.get("along") == ON else None
    ran = [wave for wave in before.waves if wave.at <= now + ABOUT_TO_RUN]
    waves: list[dict[str, Any]] = [{"name": wave.name, "at": wave.at} for wave in ran]
    waves += [_wave(row, fields, as_shown, before, days or timedelta()) for row in _rows_of_waves(fields)]
    table: dict[str, Any] = {key: fields.get(key, "") for key in TEXTS}
    table |= {
        "id": before.event_id,
        "starts": _kept("starts", fields, as_shown, before.starts_at, before),
        "ends": _kept("ends", fields, as_shown, before.ends_at, before),
        "follow_up": fields.get("follow_up") == ON,
        **_numbers(fields, as_shown, before),
    }
    problems += [
        f'wave "{wave["name"][:80]}": {str(wave["at"]).replace("T", " ")} is past; choose a later time, '
        "or send the wave at once from the page Waves"
        for wave in waves
        if zone is not None and _is_past(wave["at"], zone, now)
    ]
    if not waves:
        problems.append("event.waves: without a wave nobody is ever introduced; keep one at least")
    content = {
        "event": table,
        "wave": waves,
        "questions": _questions(fields, problems),
        "platforms": before.platforms,
    }
    try:
        event = event_from_tables(content)
    except BadEvent as error:
        raise BadEvent([*problems, *error.problems]) from None
    slots = before.slots if days is None or zone is None else _moved(before, days, zone)
    return _checked(problems, event, before, slots)


def new_event_of_fields(fields: Fields) -> Event:
    """The event that somebody wants to make; what the form does not ask is as it is where a file leaves it out.

    :raises BadEvent: with every problem at once
    """
    days = [word for word in re.split(r"[\s,;]+", fields.get("waves", "")) if word]
    table: dict[str, Any] = {key: fields.get(key, "") for key in ("id", *TEXTS)}
    table |= {
        "starts": fields.get("starts", ""),
        "ends": fields.get("ends", ""),
        "expected_attendees": _whole(fields.get("expected_attendees", "")),
        "wave_time": fields.get("wave_time", ""),
    }
    table |= {"waves": [_whole(word) for word in days]} if days else {}
    return event_from_tables({"event": table})


def waves_to_come(event: Event, now: datetime) -> list[Wave]:
    """Those that can still be moved."""
    return [wave for wave in event.waves if wave.at > now + ABOUT_TO_RUN]


def place_of(problem: str) -> str:
    """Which field or part of the form a problem is about: "starts", "waves"; empty where it is none."""
    found = OF_EVENT.match(problem)
    if found:
        return found[1]
    return next((place for beginning, place in PLACES if problem.startswith(beginning)), "")


def shown(moment: datetime) -> str:
    """A moment on its own clock, as a browser's field for date and time wants it."""
    return moment.replace(tzinfo=None).isoformat(timespec="milliseconds").removesuffix(":00.000").removesuffix(".000")


def _shown_in(moment: datetime, event: Event) -> str:
    return shown(moment.astimezone(event.starts_at.tzinfo))


def _kept(name: str, fields: Fields, as_shown: Fields, stored: datetime, before: Event) -> str | datetime:
    """What a field says, and where nobody touched it, what is stored."""
    said = fields.get(name, "").strip()
    untouched = said == as_shown.get(name) and fields.get("time_zone", "").strip() == before.time_zone
    return stored if untouched else said


def _rows_of_waves(fields: Fields) -> Iterator[int]:
    yield from (row for row in range(MOST_WAVES) if fields.get(f"wave-{row}-name") or fields.get(f"wave-{row}-at"))


def _wave(row: int, fields: Fields, as_shown: Fields, before: Event, days: timedelta) -> dict[str, Any]:
    name, at = fields.get(f"wave-{row}-name", "").strip(), fields.get(f"wave-{row}-at", "").strip()
    shown_name = as_shown.get(f"wave-{row}-name", "")
    stored = next((wave.at for wave in before.waves if wave.name == shown_name), before.starts_at)
    kept = _kept(f"wave-{row}-at", fields, as_shown, stored, before)
    if days and at == as_shown.get(f"wave-{row}-at"):
        kept = shown(datetime.fromisoformat(at) + days)
    return {"name": name or _name_of(at, fields), "at": kept}


def _is_past(typed: str | datetime, zone: ZoneInfo, now: datetime) -> bool:
    """Whether a time that somebody typed is past; what is stored is not asked, and what is no time is said later."""
    try:
        moment = datetime.fromisoformat(typed) if isinstance(typed, str) else None
        return moment is not None and moment.replace(tzinfo=zone) <= now + ABOUT_TO_RUN
    except (ValueError, OverflowError):
        return False


def _name_of(at: str, fields: Fields) -> str:
    """What a wave without a name is called: by how many days it is before the start."""
    try:
        days = (datetime.fromisoformat(fields.get("starts", "")).date() - datetime.fromisoformat(at).date()).days
    except ValueError:
        return "wave"
    return wave_name(days) if days >= 0 else f"day-{1 - days}"


def _days_moved(fields: Fields, before: Event) -> timedelta:
    """By how many days the first day moves."""
    try:
        return datetime.fromisoformat(fields.get("starts", "")).date() - before.starts_at.date()
    except ValueError:
        return timedelta()


def _moved(before: Event, days: timedelta, zone: ZoneInfo) -> tuple[Slot, ...]:
    """The times to meet by the same clocks, so many days later."""
    if not days and zone.key == before.time_zone:
        return before.slots
    return tuple(
        replace(slot, starts_at=starts_at, ends_at=(starts_at.astimezone(UTC) + length).astimezone(zone))
        for slot in before.slots
        for length in [slot.ends_at.astimezone(UTC) - slot.starts_at.astimezone(UTC)]
        for starts_at in [(slot.starts_at.replace(tzinfo=None) + days).replace(tzinfo=zone)]
    )


def _checked(problems: list[str], event: Event, before: Event, slots: tuple[Slot, ...]) -> Event:
    try:
        return _without(problems, replace(
            event, slots=slots, shards=before.shards, key_version=before.key_version,
            id_key_version=before.id_key_version, rehashing=before.rehashing,
        ))  # fmt: skip
    except BadSlots as error:
        raise BadEvent([*problems, *(f"slot: {each}" for each in error.problems)]) from None
    except BadEvent as error:
        raise BadEvent(dict.fromkeys([*problems, *error.problems])) from None


def _without(problems: list[str], event: Event) -> Event:
    if problems:
        raise BadEvent(problems)
    return event


def _numbers(fields: Fields, as_shown: Fields, before: Event) -> dict[str, Any]:
    numbers: dict[str, Any] = {key: _whole(fields.get(key, "")) for key in WHOLE}
    for key in DOLLARS:
        said = fields.get(key, "").strip()
        if said == as_shown[key]:
            numbers[key] = getattr(before, key)
        else:
            numbers[key] = float(said.replace(",", ".")) if DECIMAL.fullmatch(said) else said
    return numbers


def _whole(said: str) -> int | str:
    """A whole number; what is none is left to the reader, who says so."""
    said = said.strip()
    return int(said) if WHOLE_NUMBER.fullmatch(said) else said


def _dollars(amount: float) -> str:
    return f"{amount:.2f}".removesuffix(".00")


def rows_of_questions(fields: Fields) -> int:
    """How many rows of questions the form has."""
    rows = [int(found[1]) for name in fields if (found := re.fullmatch(r"question-([0-9]{1,3})-text", name, re.ASCII))]
    return max(rows, default=-1) + 1


def _questions(fields: Fields, problems: list[str]) -> dict[str, str]:
    read: dict[str, str] = {}
    for row in range(rows_of_questions(fields)):
        # As it was written: it is compared with what the platform sends, which forgives more than we would.
        question, meaning = fields.get(f"question-{row}-text", ""), fields.get(f"question-{row}-meaning", "")
        if not question.strip():
            if meaning:
                problems.append(
                    f"question {row + 1}: write the question as it stands on the form, or take its meaning away"
                )
            continue
        if question in read:
            problems.append(f"question {row + 1}: is there already, further up")
        if not meaning:
            problems.append(f"question {row + 1}: choose what it asks")
            continue
        read[question] = meaning
    return read
