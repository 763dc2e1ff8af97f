"""The event as it is set up, and the ways to change it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.introductions.words_language import own_folder
from shared.pages import Reply
from shared.pipeline.organizer.edit import meanings
from shared.pipeline.organizer.platforms import connected
from shared.pipeline.organizer.visit import OrganizerVisit

DONE: Final[Mapping[str, str]] = {
    "made": "The event is made. Next: choose your ticketing platform below, so that registrations come in.",
    "saved": "Saved. It holds within a minute.",
    "same": "Nothing was changed.",
}


def show(visit: OrganizerVisit) -> Reply:
    return _page(visit, DONE.get(visit.request.query.get("done", ""), ""))


def _page(visit: OrganizerVisit, done: str) -> Reply:
    words = dict(meanings(visit.event))
    return visit.framed(
        "event.html",
        "event",
        done=done,
        slots=sorted(visit.event.slots, key=lambda slot: slot.starts_at.timestamp()),
        platforms=connected(visit),
        questions=[(question, words.get(meaning, meaning)) for question, meaning in visit.event.questions.items()],
        own_words=own_folder() is not None,
    )
