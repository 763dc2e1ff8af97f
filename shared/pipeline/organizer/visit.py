"""One request of an organizer who is signed in: at which event, and the frame of what they are shown."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Final
from zoneinfo import ZoneInfo

from shared.events import Event
from shared.introductions.words_language import Words, words_for
from shared.links import ORGANIZER_PATH, form_token, is_form_token
from shared.notifications import TopicMessage
from shared.pages import Reply, Request, page
from shared.services import DeadLetters, Scheduling, Secrets, Uploads

# What stands in the navigation: the path below the event, and what it is called.
PAGES: Final = (
    ("", "Overview"),
    ("waves", "Waves"),
    ("network", "Network"),
    ("attendees", "Attendees"),
    ("problems", "Problems"),
    ("event", "Event"),
)
WORDS: Final = "en"  # the organizer's pages are in English


@dataclass(frozen=True, slots=True)
class OrganizerTools:
    """What the organizer's pages need of the deployment."""

    secrets: Secrets
    uploads: Uploads
    scheduling: Scheduling
    publish: Callable[[Sequence[TopicMessage]], set[int]]
    dead_letters: tuple[DeadLetters, ...]


@dataclass(frozen=True)
class OrganizerVisit:
    """One request, and what it is about."""

    request: Request
    session: str  # the cookie's token
    event: Event
    key: bytes  # that signs links now
    tools: OrganizerTools
    now: datetime

    @cached_property
    def words(self) -> Words:
        return words_for(WORDS)

    @cached_property
    def home(self) -> str:
        """The way to the overview, from wherever below it this is."""
        return self.request.root + ORGANIZER_PATH.format(event_id=self.event.event_id).lstrip("/")

    @property
    def form(self) -> str:
        return form_token(self.session, [self.key])

    @property
    def form_is_ours(self) -> bool:
        return is_form_token(self.request.value("form"), self.session, [self.key])

    @property
    def rest(self) -> tuple[str, ...]:
        """The path below the event."""
        return self.request.parts[2:]

    def below(self, rest: str) -> str:
        return f"{self.home}/{rest}" if rest else self.home

    def when(self, moment: datetime) -> str:
        """A moment as the event's clocks show it."""
        local = moment.astimezone(ZoneInfo(self.event.time_zone))
        return f"{local:%a %-d %b %Y, %H:%M}"

    def framed(self, template: str, here: str, *, status: int = 200, done: str = "", **values: Any) -> Reply:
        """One of the pages.

        :param template: a file of ``templates/organizer``
        :param here: the path by which the navigation knows it
        :param done: what was just done
        """
        return page(
            f"organizer/{template}",
            self.request,
            self.words,
            status=status,
            event=self.event,
            home=self.home,
            form=self.form,
            here=here,
            pages=PAGES,
            when=self.when,
            done=done,
            **values,
        )

    def ask(self, heading: str, texts: Sequence[str], button: str, *, back: str, danger: bool = False) -> Reply:
        """One question and one button, which acts by a POST to this same address.

        :param back: the path below the event to which a "no" leads
        """
        values: dict[str, Any] = {"heading": heading, "texts": texts, "button": button, "danger": danger}
        return self.framed("ask.html", back.partition("/")[0], back=self.below(back), **values)

    def notice(self, heading: str, *texts: str, back: str = "", status: int = 200) -> Reply:
        """One thing to say."""
        return self.framed(
            "notice.html", back.partition("/")[0], status=status, heading=heading, texts=texts, back=self.below(back)
        )
