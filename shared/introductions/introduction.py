"""An introduction: what one attendee is told in one wave, and the states it goes through."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Channel(StrEnum):
    """By which way an attendee is told."""

    EMAIL = "email"
    TEXT_MESSAGE = "text_message"


class State(StrEnum):
    """Where an introduction stands: planned → published → sending → sent | failed | parked, or → retracted."""

    PLANNED = "planned"  # decided, not yet on the topic
    PUBLISHED = "published"  # on the topic
    SENDING = "sending"  # claimed: the provider is about to be called, or was
    SENT = "sent"  # the provider took it
    FAILED = "failed"  # the provider refused it for good
    PARKED = "parked"  # nobody can know whether it went out; a person decides
    RETRACTED = "retracted"  # nothing was left to tell when it was about to be sent


UNSENT = frozenset({State.PLANNED, State.PUBLISHED})


@dataclass(frozen=True, slots=True)
class Introduction:
    """Whom one attendee is told about in one wave; there is at most one for each attendee and wave."""

    event_id: str
    attendee_id: str
    wave: str
    channel: Channel
    people: tuple[str, ...]  # attendee ids, the strongest tie first
    state: State
    state_changed_at: datetime
    held: tuple[tuple[str, str], ...] = ()  # (attendee id, network) of handles that two claim: nothing rests on them
    provider_id: str | None = None  # the mail's or text message's id at SES or SNS
    detail: str | None = None  # why it failed, for the organizer; no personal data
