"""Everything that a message says, before it takes the form of an e-mail or a text message."""

from __future__ import annotations

from dataclasses import dataclass

from shared.events import Event


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody the attendee is told about, in the words of that person's own registration."""

    name: str
    company: str
    how: str  # one or two sentences: how they know each other
    profile_url: str | None = None  # where to say hello online, on a network they share


@dataclass(frozen=True, slots=True)
class Letter:
    """One introduction, ready to be put into words."""

    event: Event
    to_name: str
    people: tuple[Person, ...]
    first: bool  # the first message this person gets: it says where the data comes from and how to end it
    reference: str  # names this introduction in Message-ID; no personal data

    @property
    def event_day(self) -> str:
        """For example "Friday 5 June"; the day in the event's own time zone."""
        start = self.event.starts_at
        return f"{start:%A} {start.day} {start:%B}"

    @property
    def retention_day(self) -> str:
        """The day after which everything kept for the event is gone."""
        end = self.event.expires_at
        return f"{end.day} {end:%B %Y}"
