"""Another event, made by whoever was sent a link for that: a form behind a session of its own, and the event opens.

The session is good for making events and for no event that there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from shared.events import BadEvent, Event
from shared.events.event import SLUG
from shared.events.form import new_event_of_fields
from shared.introductions.words_language import languages, words_for
from shared.links import NEW_EVENT, ORGANIZER_PATH, form_token, is_form_token
from shared.pages import Reply, Request, page
from shared.pipeline.manage_event import create_event_with_keys
from shared.pipeline.organizer import session
from shared.pipeline.organizer.edit import by_place, in_places, zone_names
from shared.pipeline.organizer.visit import WORDS, OrganizerTools
from shared.storage import Conflict

USUAL: Final = {"locale": "en", "waves": "14, 3, 1", "wave_time": "09:00", "expected_attendees": "200"}
OF_THE_FORM: Final = frozenset({"form", "step"})


@dataclass(frozen=True)
class CreatorVisit:
    """One request of somebody who may make an event."""

    request: Request
    session: str  # the cookie's token
    key: bytes  # that signs links now
    tools: OrganizerTools
    now: datetime

    @property
    def home(self) -> str:
        return home_of(self.request, NEW_EVENT)

    @property
    def form_is_ours(self) -> bool:
        return is_form_token(self.request.value("form"), self.session, [self.key])


def answer(visit: CreatorVisit, rest: tuple[str, ...]) -> Reply | None:
    """The answer to a request below "/o/_new"; None where there is no such page."""
    if visit.request.method == "GET" and rest == ():
        return _form(visit, USUAL)
    if visit.request.method != "POST" or rest not in (("create",), ("sign-out",)):
        return None
    if rest == ("sign-out",):
        return (
            session.ended(visit.request, NEW_EVENT, visit.home)
            if visit.form_is_ours
            else _form(visit, USUAL, status=400)
        )
    return _post(visit)


def home_of(request: Request, event_id: str) -> str:
    """The way to an event's pages, from wherever this is."""
    return request.root + ORGANIZER_PATH.format(event_id=event_id).lstrip("/")


def _post(visit: CreatorVisit) -> Reply:
    typed = visit.request.values
    fields = {name: value for name, value in typed.items() if name not in OF_THE_FORM}
    if not visit.form_is_ours:
        return _form(visit, fields, problems=["The page was too old. Nothing is made yet; try again."], status=400)
    if typed.get("step") == "back":
        return _form(visit, fields)
    try:
        event = new_event_of_fields(fields)
    except BadEvent as error:
        return _form(visit, fields, problems=error.problems, status=422)
    problems = list(_too_late(event, visit.now))
    if problems:
        return _form(visit, fields, problems=problems, status=422)
    if typed.get("step") != "make":
        return _review(visit, fields, event)
    try:
        create_event_with_keys(event, secrets=visit.tools.secrets, scheduling=visit.tools.scheduling, now=visit.now)
    except Conflict:
        taken = f'event.id: there is an event "{event.event_id}" already; choose another'
        return _form(visit, fields, problems=[taken], status=409)
    onward = f"{home_of(visit.request, event.event_id)}/event?done=made"
    return session.begun(visit.request, event.event_id, onward, key=visit.key, now=visit.now)


def _too_late(event: Event, now: datetime) -> Iterable[str]:
    if event.ends_at <= now:
        yield "event.ends: is past"
    elif event.last_wave_at <= now:
        yield "event.waves: all of them are past; write fewer days before the start, as in 1, 0"


def _form(visit: CreatorVisit, fields: Mapping[str, str], *, problems: Iterable[str] = (), status: int = 200) -> Reply:
    placed = in_places(problems)
    return _framed(
        visit,
        "create.html",
        status=status,
        fields=fields,
        problems=placed,
        problems_at=by_place(placed),
        languages=languages(),
        zones=zone_names(),
        slug=SLUG.pattern,
    )


def _review(visit: CreatorVisit, fields: Mapping[str, str], event: Event) -> Reply:
    waves = [(wave.name, wave.at.astimezone(event.starts_at.tzinfo), wave.at <= visit.now) for wave in event.waves]
    return _framed(visit, "create-review.html", fields=fields, event=event, waves=waves)


def _framed(visit: CreatorVisit, template: str, *, status: int = 200, **values: object) -> Reply:
    form = form_token(visit.session, [visit.key])
    words = words_for(WORDS)
    return page(
        f"organizer/{template}", visit.request, words, status=status, home=visit.home, form=form, when=_when, **values
    )


def _when(moment: datetime) -> str:
    return f"{moment:%a %-d %b %Y, %H:%M}"
