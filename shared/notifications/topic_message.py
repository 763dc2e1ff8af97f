"""The messages on the topic ``introductions``: that there is something to tell, never what, nor of whom.

``topic_message.schema.json`` beside this describes them to others; shared.notifications.topic_schema writes it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, TypeAlias

from shared.events import Event
from shared.introductions import Introduction, Part

VERSION: Final = 1
ORGANIZER: Final = "organizer"  # the channel of what is for whoever holds the event


class MessageKind(StrEnum):
    """What a message is about; its ``kind``, in the body and among the attributes."""

    INTRODUCTION = "introduction"
    WAVE = "wave"


class Form(StrEnum):
    """What the value of a field looks like."""

    TEXT = "a non-empty text"
    COUNT = "a whole number, 0 or more"
    COUNTS = "an object of whole numbers, each 0 or more"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a message, as it is read and as the schema describes it."""

    form: Form
    meaning: str


_EVENT: Final = Field(Form.TEXT, "The event's id, as in `icebreaker event list`.")
FIELDS: Final[Mapping[MessageKind, Mapping[str, Field]]] = {
    MessageKind.INTRODUCTION: {
        "event_id": _EVENT,
        "attendee_id": Field(Form.TEXT, "Who is to be told: a keyed hash, which says nothing without the table."),
        "wave": Field(Form.TEXT, "The wave in which they are told; with event and attendee it names one introduction."),
        "channel": Field(Form.TEXT, 'How they are told: "email" or "text_message"; more may be added.'),
        "locale": Field(Form.TEXT, 'Their language, or the event\'s: a BCP 47 tag such as "en" or "de-formal".'),
    },
    MessageKind.WAVE: {
        "event_id": _EVENT,
        "event_name": Field(Form.TEXT, "What the event is called."),
        "wave": Field(Form.TEXT, "The wave that goes out."),
        "planned": Field(Form.COUNT, "How many attendees get an introduction in this wave."),
        "by_channel": Field(Form.COUNTS, "How many of them by which channel."),
        "hearing": Field(Form.COUNT, "How many attendees hear of an acquaintance by name."),
        "told": Field(Form.COUNT, "Of how many acquaintances they hear, all together."),
        "asked": Field(Form.COUNT, "How many attendees are asked whether they would like to be introduced."),
        "agreed": Field(Form.COUNT, "How many attendees hear that they and somebody else would both like to meet."),
        "gone": Field(Form.COUNT, "How many attendees hear that somebody is not to be counted on any more."),
    },
}


class UnreadableMessage(ValueError):
    """The message is not one of ours; the sentence says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class TopicMessage:
    """One introduction that is ready to be sent.

    It names nobody: what is said, and whether it may still be said, is read at the moment of sending. A queue
    that is read by the wrong one, or days later, discloses nothing.
    """

    event_id: str
    attendee_id: str
    wave: str
    channel: str
    locale: str

    @property
    def attributes(self) -> dict[str, str]:
        """The message attributes, for subscribers to filter on."""
        return {
            "event": self.event_id,
            "kind": MessageKind.INTRODUCTION.value,
            "channel": self.channel,
            "locale": self.locale,
        }

    def to_json(self) -> str:
        """The message's body, as the schema describes it."""
        return _written(MessageKind.INTRODUCTION, self)

    @classmethod
    def from_json(cls, text: str) -> TopicMessage:
        """The inverse of :meth:`to_json`.

        :raises UnreadableMessage: naming the field
        """
        return cls(**_read(MessageKind.INTRODUCTION, text))


@dataclass(frozen=True, slots=True)
class WaveMessage:
    """One wave that goes out, in numbers, for whoever holds the event; FIELDS says what each number counts."""

    event_id: str
    event_name: str
    wave: str
    planned: int
    by_channel: Mapping[str, int] = field(hash=False)
    hearing: int
    told: int
    asked: int
    agreed: int
    gone: int

    @classmethod
    def of(cls, event: Event, wave: str, introductions: Iterable[Introduction]) -> WaveMessage:
        """Count a wave: all its introductions, those of an interrupted attempt included."""
        planned = tuple(introductions)
        return cls(
            event_id=event.event_id,
            event_name=event.name,
            wave=wave,
            planned=len(planned),
            by_channel=dict(sorted(Counter(each.channel.value for each in planned).items())),
            hearing=sum(bool(each.people) for each in planned),
            told=sum(len(each.people) for each in planned),
            asked=sum(bool(each.of(Part.ASKED)) for each in planned),
            agreed=sum(bool(each.of(Part.AGREED)) for each in planned),
            gone=sum(bool(each.of(Part.GONE)) for each in planned),
        )

    @property
    def attributes(self) -> dict[str, str]:
        """The message attributes, for subscribers to filter on."""
        return {"event": self.event_id, "kind": MessageKind.WAVE.value, "channel": ORGANIZER}

    def to_json(self) -> str:
        """The message's body, as the schema describes it."""
        return _written(MessageKind.WAVE, self)

    @classmethod
    def from_json(cls, text: str) -> WaveMessage:
        """The inverse of :meth:`to_json`.

        :raises UnreadableMessage: naming the field
        """
        return cls(**_read(MessageKind.WAVE, text))


AnyMessage: TypeAlias = TopicMessage | WaveMessage


def _written(kind: MessageKind, message: AnyMessage) -> str:
    fields = {name: getattr(message, name) for name in FIELDS[kind]}
    return json.dumps({"version": VERSION, "kind": kind.value, **fields})


def _read(kind: MessageKind, text: str) -> dict[str, Any]:
    """The fields of a message of this kind; others beside them are passed over, so that fields can be added."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableMessage(f"not JSON: {error}") from error
    if not isinstance(content, dict):
        raise UnreadableMessage("not a JSON object")
    if not _is_count(content.get("version")) or content["version"] != VERSION:
        raise UnreadableMessage(f"version must be {VERSION}")
    if content.get("kind") != kind.value:
        raise UnreadableMessage(f'kind must be "{kind}"')
    for name, each in FIELDS[kind].items():
        if not _fits(each.form, content.get(name)):
            raise UnreadableMessage(f"{name} must be {each.form}")
    return {name: _value(each.form, content[name]) for name, each in FIELDS[kind].items()}


def _value(form: Form, value: Any) -> Any:
    if form is Form.COUNTS:
        return {name: int(count) for name, count in value.items()}
    return int(value) if form is Form.COUNT else value


def _fits(form: Form, value: Any) -> bool:
    if form is Form.TEXT:
        return isinstance(value, str) and bool(value)
    if form is Form.COUNT:
        return _is_count(value)
    return isinstance(value, dict) and all(map(_is_count, value.values()))


def _is_count(value: Any) -> bool:
    # JSON knows no difference between 1 and 1.0, and Python none between 1 and true.
    whole = isinstance(value, int) or (isinstance(value, float) and value.is_integer())
    return whole and not isinstance(value, bool) and value >= 0
