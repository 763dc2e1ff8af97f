"""What an edit changes of an event, for whoever is about to save it, and how two who edit at once are told apart."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.events.event import Event, Wave
from shared.events.stored import settings_of

LABELS: Final[Mapping[str, str]] = {
    "name": "Name",
    "starts_at": "Begins",
    "ends_at": "Ends",
    "time_zone": "Time zone",
    "place": "Place",
    "organizer": "Organizer",
    "contact": "Contact address",
    "url": "Web page",
    "locale": "Language",
    "meeting_point": "Say hello at",
    "people_per_mail": "People in a mail",
    "new_mentions": "Times somebody is named as new",
    "walking_minutes": "Minutes between two places",
    "follow_up": "Ask whether they met",
    "text_message_budget": "Budget for text messages, US dollars",
    "text_message_price": "Price of a text message, US dollars",
    "retention_days": "Days until everything is deleted",
}
# A change of these moves what runs by itself, so it is shown before it is saved.
OF_TIME: Final = frozenset({"starts_at", "ends_at", "time_zone", "retention_days", "follow_up"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is another in the second event; a text is empty where there was or will be nothing."""

    label: str
    before: str
    after: str
    of_time: bool = False
    wave: str = ""  # the wave that is moved or goes


def differences(before: Event, after: Event) -> tuple[Difference, ...]:
    """Everything that differs, in the order of the form."""
    return tuple(_differences(before, after))


def version_of(event: Event) -> str:
    """What two readings of an event have in common as long as nobody changed its settings."""
    settings = json.dumps(settings_of(event), sort_keys=True)
    return hashlib.blake2b(settings.encode("utf-8", "surrogatepass"), digest_size=12).hexdigest()


def _differences(before: Event, after: Event) -> Iterator[Difference]:
    for name, label in LABELS.items():
        old, new = getattr(before, name), getattr(after, name)
        if (old, _clock(old)) != (new, _clock(new)):
            yield Difference(label, _said(old), _said(new), name in OF_TIME)
    yield from _of_waves(before, after)
    if before.slots != after.slots:
        yield Difference("Times to meet", _said_of_slots(before), _said_of_slots(after), of_time=True)
    for question in dict.fromkeys([*before.questions, *after.questions]):
        old, new = before.questions.get(question, ""), after.questions.get(question, "")
        if old != new:
            yield Difference(f"Question “{question}”", old, new)
    for platform in dict.fromkeys([*before.platforms, *after.platforms]):
        old, new = (_options(event.platforms.get(platform, {})) for event in (before, after))
        if old != new:
            yield Difference(f"What {platform} is told", old, new)


def _of_waves(before: Event, after: Event) -> Iterator[Difference]:
    old, new = ({wave.name: wave for wave in event.waves} for event in (before, after))
    for name in dict.fromkeys([*old, *new]):
        if old.get(name) != new.get(name):
            yield Difference(f"Wave “{name}”", _at(old.get(name), before), _at(new.get(name), after), True, name)


def _at(wave: Wave | None, event: Event) -> str:
    return _said(wave.at.astimezone(event.starts_at.tzinfo)) if wave else ""


def _said_of_slots(event: Event) -> str:
    if not event.slots:
        return ""
    first, last = (pick(slot.starts_at for slot in event.slots) for pick in (min, max))
    return f"{len(event.slots)}, the first {_said(first)}, the last {_said(last)}"


def _options(options: Mapping[str, str]) -> str:
    return ", ".join(f"{name}: {value}" for name, value in options.items())


def _clock(value: object) -> object:
    """What a clock shows: two moments are equal also where their clocks differ."""
    return value.replace(tzinfo=None) if isinstance(value, datetime) else None


def _said(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return f"{value:%a %-d %b %Y, %H:%M}"
    return str(value)
