"""Everything that a message says, before it takes the form of an e-mail or a text message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.events import Event


class Kind(StrEnum):
    """What a message is for; also the name of its templates."""

    INTRODUCTION = "introduction"
    RETRACTION = "retraction"  # somebody of whom an introduction told is not to be counted on any more


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the attendee is told about, in the words of that person's own registration.

    What is not known stays empty, and is not mentioned.
    """

    name: str
    company: str
    how: str  # one or two sentences: how they know each other
    profile_url: str | None = None  # where to say hello online, on a network that their tie rests on
    profile_network: str = ""  # as it writes itself: "Mastodon"
    shared_networks: tuple[str, ...] = ()  # on which both are, beside those that `how` names; as they write themselves
    mutuals: tuple[str, ...] = ()  # names of attendees whom both know and who agreed to be named
    last_met: str = ""  # at which event, and when: "Paris 1831"
    both_new: bool = False  # at this event for the first time, both of them
    meet_at: datetime | None = None  # in the event's time zone
    meet_where: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, ready to be put into words."""

    event: Event
    to_name: str
    people: tuple[Person, ...]
    first: bool  # the first message this person gets: it says where the data comes from and how to end it
    reference: str  # names this message in Message-ID, another for each; no personal data
    locale: str | None = None  # the reader's, BCP 47; without one, the event's
    kind: Kind = Kind.INTRODUCTION
    unsubscribe_url: str = ""  # https; a POST to it ends the messages at once (RFC 8058)
    page_url: str = ""  # https; the reader's own page, short enough for a text message

    @property
    def first_day(self) -> date:
        """The event's first day, in its own time zone."""
        return self.event.starts_at.date()

    @property
    def last_day(self) -> date:
        """The event's last day; one that ends at midnight ends the day before."""
        return (self.event.ends_at - timedelta(microseconds=1)).date()

    @property
    def deleted_on(self) -> date:
        """The day on which everything kept for the event is deleted."""
        return self.event.expires_at.date()
