"""An introduction: what one attendee is told in one wave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from shared.introductions.states import State


class Channel(StrEnum):
    """By which way an attendee is told."""

    EMAIL = "email"
    TEXT_MESSAGE = "text_message"


class Part(StrEnum):
    """Why a person stands in an introduction."""

    TOLD = "told"  # named: you know each other, and both may be told
    CONFIRM = "confirm"  # named: is this who you know? The other is told nothing before
    ASKED = "asked"  # not named: would you like to be introduced?
    AGREED = "agreed"  # named: you both would like to meet; with time and place where they have a slot
    GONE = "gone"  # was named before and is not to be counted on any more
    FOLLOW_UP = "follow_up"  # named: did you meet?


NAMED_PARTS = frozenset({Part.TOLD, Part.CONFIRM, Part.AGREED, Part.FOLLOW_UP})


@dataclass(frozen=True, slots=True)
class Mention:
    """One person within an introduction."""

    part: Part
    person: str  # attendee id
    note: str = ""  # where both would like to meet: the slot and its sequence, or that they agreed (see noted)


@dataclass(frozen=True, slots=True)
class Introduction:
    """Whom one attendee is told about in one wave; there is at most one for each attendee and wave."""

    event_id: str
    attendee_id: str
    wave: str
    channel: Channel
    mentions: tuple[Mention, ...]  # the best first within each part
    state: State
    state_changed_at: datetime  # of what went out, or may have: when it was claimed
    held: tuple[tuple[str, str], ...] = ()  # (attendee id, network) of handles that two claim: nothing rests on them
    last: bool = False  # nobody answered the ones before: after this one there is silence, and it says so
    said: tuple[Mention, ...] = ()  # of the mentions, those that went out; known once it is being sent
    provider_id: str | None = None  # the mail's or text message's id at SES or SNS
    detail: str | None = None  # why it failed, for the organizer; no personal data

    def of(self, *parts: Part) -> tuple[str, ...]:
        """The people in these parts."""
        return tuple(mention.person for mention in self.mentions if mention.part in parts)

    @property
    def people(self) -> tuple[str, ...]:
        """Whom it tells about by name, for the first time."""
        return self.of(Part.TOLD, Part.CONFIRM)

    def told(self, *parts: Part) -> tuple[str, ...]:
        """The people in these parts of what went out."""
        return tuple(mention.person for mention in self.said if mention.part in parts)
