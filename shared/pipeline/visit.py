"""One request by a link that is good: whose it is, and the frame of what they are shown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from shared.attendees import Attendee
from shared.events import Event
from shared.introductions.words_language import Words, words_for
from shared.links import Link, LinkPurpose, address, form_token, is_form_token
from shared.pages import Reply, Request, page
from shared.pipeline.at_once import CallWave
from shared.pipeline.known_events import KnownEvents
from shared.services import Secrets, Uploads


@dataclass(frozen=True, slots=True)
class Tools:
    """What pages need of the deployment."""

    events: KnownEvents
    secrets: Secrets
    uploads: Uploads
    call_wave: CallWave


@dataclass(frozen=True)
class Visit:
    """One request, and what it is about."""

    request: Request
    token: str
    link: Link
    event: Event
    attendee: Attendee
    keys: Sequence[bytes]
    tools: Tools
    now: datetime

    @cached_property
    def words(self) -> Words:
        """The words in the attendee's language, or the event's."""
        return words_for(self.attendee.locale, self.event.locale)

    @cached_property
    def home(self) -> str:
        """The way to the page, from wherever below it this is."""
        return address(self.request.root, self.event.event_id, self.token)

    @property
    def form(self) -> str:
        """What every form on the page carries, which nobody else knows."""
        return form_token(self.token, self.keys)

    @property
    def form_is_ours(self) -> bool:
        """Whether what was posted comes from a form of the page."""
        return is_form_token(self.request.value("form"), self.token, self.keys)

    @property
    def hashing_key(self) -> bytes:
        """The key that the event's identities are hashed under."""
        return self.tools.secrets.hashing_key(self.event)

    @property
    def has_page(self) -> bool:
        """Whether the link is for the page, so that the page may be spoken of."""
        return self.link.purpose is LinkPurpose.PAGE

    @property
    def rest(self) -> tuple[str, ...]:
        """The path below the page."""
        return self.request.parts[3:]

    def below(self, rest: str) -> str:
        """An address below the page."""
        return f"{self.home}/{rest}"

    def framed(self, template: str, here: str, **values: Any) -> Reply:
        """One of the pages that an attendee goes about in.

        :param here: which of them: "people", "connections" or "data"
        """
        event, words = self.event, self.words
        last_day = (event.ends_at - timedelta(microseconds=1)).date()
        days = [words.day(day) for day in dict.fromkeys((event.starts_at.date(), last_day))]
        return page(
            template,
            self.request,
            words,
            event=event,
            attendee=self.attendee,
            home=self.home,
            form=self.form,
            here=here,
            days=days[0] if len(days) == 1 else words.say("mail.days", first=days[0], last=days[1]),
            deleted_on=self.deleted_on,
            **values,
        )

    def ask(
        self, heading: str, texts: Sequence[str], button: str, *, action: str, danger: bool = False, onward: str = ""
    ) -> Reply:
        """One question and one button.

        :param onward: where the page is, for a link that is not the page's own
        """
        onward = self.home if self.has_page else onward
        return page(
            "ask.html",
            self.request,
            self.words,
            over=self.event.name,
            heading=heading,
            texts=texts,
            button=button,
            action=action,
            form=self.form,
            danger=danger,
            onward=onward,
        )

    def notice(self, heading: str, *texts: str, status: int = 200, onward: bool = True) -> Reply:
        """One thing to say."""
        return page(
            "notice.html",
            self.request,
            self.words,
            status=status,
            over=self.event.name,
            heading=heading,
            texts=texts,
            onward=self.home if onward and self.has_page else "",
        )

    @property
    def deleted_on(self) -> str:
        """The day on which everything kept of the event is deleted, in words."""
        return self.words.day_of_year(self.event.expires_at.date())
