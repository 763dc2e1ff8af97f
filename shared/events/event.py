"""What an event is: who holds it, where and when, and when people are told about each other."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from shared.identities import email
from shared.registrations.settings import PlatformSettings, problem_of_meaning
from shared.slots import MOST_SLOTS, Slot

MOST_WAVES = 4  # so at most four mails a person and event
ATTENDEES_PER_SHARD = 500
MOST_SHARDS = 64
EARLIEST_YEAR, LATEST_YEAR = 2000, 2200  # a mistyped year, and room for every sum with dates
FOLLOW_UP_TIME = time(10)
SLOTS_BEFORE = timedelta(days=1)  # so that people can meet on the evening before
MOST_PLACE_BYTES = 150_000  # as stored, of all slots: with a thousand of them an event still fits into one item

WHOLE: Final = {
    "people_per_mail": (1, 5),
    "retention_days": (1, 365),
    "walking_minutes": (0, 60),
    "new_mentions": (0, 50),
}
DOLLARS: Final = {"text_message_budget": (0.0, 10_000.0), "text_message_price": (0.001, 2.0)}
# What is planned beside the waves is kept under names of these kinds.
FOLLOW_UP: Final = "follow-up"
AT_ONCE: Final = "at-once"
NEW_END: Final = f"{AT_ONCE}-new-end"  # no wave: everything that is kept takes on when it is to be deleted now

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{1,62}")
WEB_ADDRESS = re.compile(r"https?://[^\s<>\"]+")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")
# What would end a line or turn the direction of writing around has no place in the head of a mail.
UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


class BadEvent(ValueError):
    """An event that cannot be; ``problems`` are sentences, each beginning with the key it is about."""

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))


@dataclass(frozen=True, slots=True)
class Wave:
    """One planned moment at which attendees are told of each other; ``at`` is in UTC."""

    name: str  # "two-weeks-before"
    at: datetime


@dataclass(frozen=True, slots=True)
class Event:
    """One event, checked on construction: raises BadEvent with every problem at once.

    ``starts_at`` and ``ends_at`` are zone-aware, in ``time_zone``; ``waves`` are in order of time, and those already
    past are kept. ``questions`` says what the questions on the registration form mean (see PlatformSettings). ``slots``
    are the times and places at which pairs can meet, best first.
    """

    event_id: str
    name: str
    starts_at: datetime
    ends_at: datetime
    time_zone: str  # IANA, "Europe/Berlin"
    place: str
    organizer: str  # the name by which people know who holds it
    contact: str  # e-mail address at which somebody answers
    url: str = ""
    locale: str = "en"  # BCP 47
    waves: tuple[Wave, ...] = ()
    people_per_mail: int = 5
    meeting_point: str = ""  # where and when to say hello: "the coffee bar, first break"
    shards: int = 1  # parts in which the attendees' data lie, 500 attendees to each
    questions: Mapping[str, str] = field(default_factory=dict, hash=False)
    platforms: Mapping[str, Mapping[str, str]] = field(default_factory=dict, hash=False)  # what each needs to be told
    retention_days: int = 30  # after the end, until everything is gone
    key_version: int = 1  # of the hashing key, under which everything of the event is hashed
    id_key_version: int = 1  # of the one that the event was made with, from which its attendees keep their ids
    rehashing: bool = False  # a change of the hashing key was begun and has not ended
    slots: tuple[Slot, ...] = field(default=(), hash=False)
    walking_minutes: int = 5  # the least time between two slots of one person at different places
    new_mentions: int = 5  # to at most how many people one attendee is named as "new to you", over all waves
    follow_up: bool = True  # whether people are asked on the morning after whether they met
    text_message_budget: float = 20.0  # US dollars that the event's text messages may cost in all; 0: none are sent
    text_message_price: float = 0.08  # US dollars that one text message is counted as

    def __post_init__(self) -> None:
        problems = tuple(_problems(self))
        if problems:
            raise BadEvent(problems)

    def platform_settings(self, platform: str) -> PlatformSettings:
        """What those who read this platform's registrations are told."""
        return PlatformSettings(self.questions, self.platforms.get(platform, {}))

    @property
    def expires_at(self) -> datetime:
        """When everything about this event is deleted, in its time zone."""
        return self.ends_at + timedelta(days=self.retention_days)

    @property
    def follow_up_at(self) -> datetime:
        """When people are asked whether they met, in UTC: at ten on the morning after the last day.

        An event that ends at midnight ends the day before.
        """
        last_day = (self.ends_at - timedelta(microseconds=1)).date()
        morning = datetime.combine(last_day + timedelta(days=1), FOLLOW_UP_TIME, tzinfo=self.starts_at.tzinfo)
        return morning.astimezone(UTC)

    def is_too_late(self, wave: str, now: datetime) -> bool:
        """Whether what a wave says is of no use any more: introductions after the event, the morning after never."""
        return wave != FOLLOW_UP and now >= self.ends_at

    @property
    def last_wave_at(self) -> datetime:
        """When people are told of each other for the last time before the event, in UTC."""
        return self.waves[-1].at


def shards_for(expected_attendees: int) -> int:
    """Into how many parts the data of so many attendees are divided: one for each 500 begun, 1 to 64."""
    return max(1, min(MOST_SHARDS, -(-expected_attendees // ATTENDEES_PER_SHARD)))


def zone_named(name: str) -> ZoneInfo | None:
    """The time zone of this IANA name; None where there is none."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # unknown; no name at all ("../x"); a folder ("America")
        return None


def _problems(event: Event) -> Iterator[str]:
    if not SLUG.fullmatch(event.event_id):
        yield (
            f'event.id: "{event.event_id[:80]}" must be 2 to 63 of a-z, 0-9 and "-", and not begin with "-": '
            "it stands in addresses"
        )
    for key, text, longest in (
        ("name", event.name, 120),
        ("place", event.place, 200),
        ("organizer", event.organizer, 120),
    ):
        yield from _of_text(key, text, longest, needed=True)
    yield from _of_text("meeting_point", event.meeting_point, 200, needed=False)
    if email(event.contact) is None:
        yield f'event.contact: "{event.contact[:80]}" is no e-mail address'
    if event.url and (len(event.url) > 500 or not WEB_ADDRESS.fullmatch(event.url)):
        yield f'event.url: "{event.url[:80]}" must begin with https:// or http:// and have no spaces'
    if not LANGUAGE.fullmatch(event.locale):
        yield f'event.locale: "{event.locale[:80]}" is no language tag, as in "en" or "pt-BR"'
    yield from _of_numbers(event)
    yield from _of_questions(event.questions)
    yield from _of_times(event)


def _of_numbers(event: Event) -> Iterator[str]:
    for key, (least, most) in {**WHOLE, "shards": (1, MOST_SHARDS), **DOLLARS}.items():
        number = getattr(event, key)
        if not least <= number <= most:
            yield f"event.{key}: {number:,} must be {least:,} to {most:,}"


def _of_text(key: str, text: str, longest: int, *, needed: bool) -> Iterator[str]:
    if needed and not text.strip():
        yield f"event.{key}: must not be empty"
    if len(text) > longest:
        yield f"event.{key}: has {len(text)} characters, more than the {longest} allowed"
    if UNPRINTABLE.search(text):
        yield f"event.{key}: must be one line without control characters"


def _of_questions(questions: Mapping[str, str]) -> Iterator[str]:
    for question, meaning in questions.items():
        problem = problem_of_meaning(meaning)
        if problem:
            yield f'questions."{question[:80]}": {problem}'


def _of_times(event: Event) -> Iterator[str]:
    zone = zone_named(event.time_zone)
    if zone is None:
        yield f'event.time_zone: "{event.time_zone[:80]}" is no IANA time zone, as in "Europe/Berlin"'
    waves = ((f'wave "{wave.name[:80]}"', wave.at) for wave in event.waves)
    named = (("event.starts", event.starts_at), ("event.ends", event.ends_at), *waves)
    unaware = [name for name, moment in named if moment.utcoffset() is None]
    yield from (f"{name}: has no time zone" for name in unaware)
    if unaware:
        return
    if zone is not None and {str(event.starts_at.tzinfo), str(event.ends_at.tzinfo)} != {event.time_zone}:
        yield f"event.starts, event.ends: must be in {event.time_zone}"
    distant = [name for name, moment in named if not EARLIEST_YEAR <= moment.year <= LATEST_YEAR]
    if distant:
        yield from (f"{name}: must be in the years {EARLIEST_YEAR} to {LATEST_YEAR}" for name in distant)
        return
    if event.ends_at.timestamp() <= event.starts_at.timestamp():
        yield f"event.ends: {event.ends_at:%Y-%m-%d %H:%M} must be later than event.starts"
    yield from _of_waves(event)
    yield from _of_slots(event)


def number_of_waves(count: int, counted: str = "") -> str:
    """The problem of too few or too many.

    :param counted: what the number is of, where that is more than what stands there
    """
    return f"event.waves: {count} waves{counted}, where there must be 1 to {MOST_WAVES}"


def _of_waves(event: Event) -> Iterator[str]:
    if not 1 <= len(event.waves) <= MOST_WAVES:
        yield number_of_waves(len(event.waves))
    names = [wave.name for wave in event.waves]
    for wave in event.waves:
        if not SLUG.fullmatch(wave.name):
            yield f'wave "{wave.name[:80]}": the name must be 2 to 63 of a-z, 0-9 and "-", and not begin with "-"'
        if wave.name == FOLLOW_UP or wave.name.startswith(AT_ONCE):
            yield f'wave "{wave.name[:80]}": the name is taken by what is sent beside the waves; choose another'
        if wave.at.timestamp() >= event.ends_at.timestamp():
            yield f'wave "{wave.name[:80]}": {wave.at:%Y-%m-%d %H:%M %Z} is not before the end of the event'
    yield from (
        f'wave "{name[:80]}": there are two of this name' for name in sorted(set(names)) if names.count(name) > 1
    )
    moments = [wave.at.timestamp() for wave in event.waves]
    if len(set(moments)) < len(moments):
        yield "event.waves: two waves are at the same moment"
    elif moments != sorted(moments):
        yield "event.waves: must be in order of time"


def _of_slots(event: Event) -> Iterator[str]:
    if len(event.slots) > MOST_SLOTS:
        yield f"slot: {len(event.slots)} slots are more than the {MOST_SLOTS} allowed"
    if sum(len(json.dumps(slot.place)) for slot in event.slots) > MOST_PLACE_BYTES:
        yield "slot: the names of the places are too long to be kept with so many slots; write shorter ones"
    if len({slot.slot_id for slot in event.slots}) < len(event.slots):
        yield "slot: two of the slots have the same id"
    opens, closes = (event.starts_at.astimezone(UTC) - SLOTS_BEFORE), event.ends_at.astimezone(UTC)
    for slot in event.slots:
        if slot.starts_at.astimezone(UTC) < opens or slot.ends_at.astimezone(UTC) > closes:
            yield (
                f"slot: {slot.starts_at:%Y-%m-%d %H:%M}, {slot.place}: "
                "must lie between a day before the start of the event and its end"
            )
