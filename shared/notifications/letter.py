"""Everything that a message says, before it takes the form of an e-mail or a text message."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.events import Event


class Kind(StrEnum):
    """What a message is for; also the name of its templates."""

    INTRODUCTION = "introduction"
    RETRACTION = "retraction"  # nothing but: somebody of whom we told is not to be counted on any more
    FOLLOW_UP = "follow_up"  # the morning after: did you meet?


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
    known: bool = True  # to the reader; False: only the other lists them, or they share acquaintances
    # Each https. Which of them a card offers follows from the part of the letter in which the person stands.
    yes_url: str = ""  # told: "I would like to meet"; to be confirmed: "yes, that is who I know"
    not_now_url: str = ""  # told: "not now"
    no_url: str = ""  # "I don’t know this person"
    met_url: str = ""  # afterwards: "we met"
    missed_url: str = ""  # afterwards: "we did not"


@dataclass(frozen=True, slots=True)
class Question:
    """Somebody to whom the reader may be introduced if both like; never named."""

    about: str  # a clause: "somebody you follow on Mastodon"
    yes_url: str = ""  # https, as below
    not_now_url: str = ""


@dataclass(frozen=True, slots=True)
class Letter:
    """One message, ready to be put into words: any of its parts together, at least one."""

    event: Event
    to_name: str
    people: tuple[Person, ...]  # of whom it tells
    first: bool  # the first message this person gets: it says where the data comes from and how to end it
    reference: str  # names this message in Message-ID, another for each; no personal data
    locale: str | None = None  # the reader's, BCP 47; without one, the event's
    kind: Kind = Kind.INTRODUCTION
    unsubscribe_url: str = ""  # https; a POST to it ends the messages at once (RFC 8058)
    page_url: str = ""  # https; the reader's own page, short enough for a text message
    confirm: tuple[Person, ...] = ()  # is this who you know? Each of them is told nothing before
    questions: tuple[Question, ...] = ()  # would you like to be introduced?
    agreed: tuple[Person, ...] = ()  # you both would like to meet; with time and place where they have a slot
    gone: tuple[str, ...] = ()  # names not to be counted on any more; "": one who must not be named any more
    follow_up: tuple[Person, ...] = ()  # did you meet?
    last: bool = False  # after this one there is silence, and it says so
    agreed_by: str = "registration"  # by which way they agreed: that, "list" or "person" (see shared.attendees.consent)

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
