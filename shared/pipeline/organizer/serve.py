"""The organizer's pages, below "/o": the way in, and one route for each thing that can be seen or done.

A GET shows and never acts. Whoever is not signed in sees one and the same page, whether or not there is such an event.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from shared.introductions.words_language import words_for
from shared.links import NEW_EVENT
from shared.links.organizer import SIGN_IN
from shared.pages import Reply, Request, page
from shared.pipeline.organizer import session
from shared.pipeline.organizer.visit import WORDS, OrganizerTools, OrganizerVisit
from shared.storage import Conflict, events
from shared.when_needed import Later

create = Later("shared.pipeline.organizer.create")
edit = Later("shared.pipeline.organizer.edit")
network = Later("shared.pipeline.organizer.network")
overview = Later("shared.pipeline.organizer.overview")
people = Later("shared.pipeline.organizer.people")
platforms = Later("shared.pipeline.organizer.platforms")
problems = Later("shared.pipeline.organizer.problems")
settings = Later("shared.pipeline.organizer.settings")
slots = Later("shared.pipeline.organizer.slots")
waves = Later("shared.pipeline.organizer.waves")

Route = Callable[[OrganizerVisit], Reply | None]
STALE: Final = (
    "The page was older than what it shows, or something changed at the same moment. Look again, and try again."
)


def serve_organizer(
    request: Request, *, tools: OrganizerTools, now: datetime, failed: Callable[[Exception], None] = lambda _: None
) -> Reply:
    """Answer a request; whatever goes wrong is an answer too.

    :param failed: told of what must not have happened
    """
    try:
        return _served(request, tools, now)
    except Conflict as error:
        return _say(request, "That was not done", f"{str(error)[:1].upper()}{str(error)[1:]}.", status=409)
    except Exception as error:
        failed(error)
        return _say(request, "Something went wrong", "It was noted. Try again in a moment.", status=500)


def _served(request: Request, tools: OrganizerTools, now: datetime) -> Reply:
    if len(request.parts) < 2 or request.parts[0] != "o":
        return _nothing_here(request)
    event_id, rest = request.parts[1], request.parts[2:]
    # The one that signs now: a session ends when the keys change.
    key = tools.secrets.link_keys()[0]
    if len(rest) == 2 and rest[0] == SIGN_IN:
        return _sign_in(request, event_id, rest[1], key, now)
    token = session.session_of(request, event_id, key=key, now=now)
    if token is not None and event_id == NEW_EVENT:
        return create.answer(create.CreatorVisit(request, token, key, tools, now), rest) or _nothing_here(request)
    event = events.load(event_id) if token is not None else None
    if token is None or event is None:
        return _not_signed_in(request)
    visit = OrganizerVisit(request, token, event, key, tools, now)
    route = _route(request.method, rest)
    if route is None:
        return visit.notice("There is no such page", "The navigation above shows all there are.", status=404)
    if request.method == "POST" and not visit.form_is_ours:
        return visit.notice("That was not done", STALE, status=400)
    return route(visit) or visit.notice("That is gone", "It may have been done or deleted meanwhile.", status=404)


def _route(method: str, rest: tuple[str, ...]) -> Route | None:
    """The route of a path: as it stands, or with "*" for its second part."""
    return ROUTES.get((method, "/".join(rest))) or ROUTES.get((method, "/".join((*rest[:1], "*", *rest[2:]))))


def _sign_in(request: Request, event_id: str, token: str, key: bytes, now: datetime) -> Reply:
    if not session.is_sign_in(token, event_id, key=key, now=now):
        return _not_signed_in(request)
    event = events.load(event_id) if event_id != NEW_EVENT else None
    if event is None and event_id != NEW_EVENT:
        return _not_signed_in(request)
    if request.method == "POST" and session.form_is_of(request, token, key):
        return session.begun(request, event_id, create.home_of(request, event_id), key=key, now=now)
    what = (
        "You see who registered, how far the introductions have come and what went wrong, and decide what is sent."
        if event
        else "You say what it is called, where and when it is, and when people are told of each other."
    )
    return page(
        "ask.html",
        request,
        words_for(WORDS),
        over=event.name if event else "",
        heading="Organize this event" if event else "Make an event",
        texts=[what, "This browser stays signed in for 12 hours. Sign out where it is not yours."],
        button="Sign in",
        action="",
        form=session.sign_in_form(token, key),
        danger=False,
        onward="",
    )


def _sign_out(visit: OrganizerVisit) -> Reply:
    return session.ended(visit.request, visit.event.event_id, visit.home)


def _not_signed_in(request: Request) -> Reply:
    return _say(
        request,
        "You are not signed in",
        "These pages are for the organizers of an event. Sessions last for 12 hours, links for a day.",
        "Whoever runs Icebreaker for you makes a new link with `icebreaker event link`.",
        status=403,
    )


def _nothing_here(request: Request) -> Reply:
    return _say(request, "There is no such page", "Is the address complete?", status=404)


def _say(request: Request, heading: str, *texts: str, status: int) -> Reply:
    words = words_for(WORDS)
    return page("notice.html", request, words, status=status, over="", heading=heading, texts=texts, onward="")


ROUTES: Final[Mapping[tuple[str, str], Route]] = {
    ("GET", ""): overview.show,
    ("POST", "pause"): overview.post_pause,
    ("POST", "resume"): overview.post_resume,
    ("POST", "sign-out"): _sign_out,
    ("GET", "waves"): waves.show,
    ("GET", "waves/*/preview"): waves.show_preview,
    ("GET", "waves/*/send"): waves.ask_send,
    ("POST", "waves/*/send"): waves.post_send,
    ("POST", "waves/*/hold"): waves.post_hold,
    ("POST", "waves/*/release"): waves.post_release,
    ("GET", "network"): network.show,
    ("GET", "attendees"): people.show,
    ("POST", "attendees"): people.search,
    ("GET", "attendees/without"): people.show_without,
    ("GET", "attendees/*"): people.show_one,
    ("GET", "attendees/*/withdraw"): people.ask_withdraw,
    ("POST", "attendees/*/withdraw"): people.post_withdraw,
    ("GET", "attendees/*/erase"): people.ask_erase,
    ("POST", "attendees/*/erase"): people.post_erase,
    ("GET", "event"): settings.show,
    ("GET", "event/edit"): edit.show,
    ("POST", "event/edit"): edit.post,
    ("GET", "event/slots"): slots.show,
    ("POST", "event/slots"): slots.post,
    ("GET", "platforms/*"): platforms.show,
    ("POST", "platforms/*/new-secret"): platforms.post_new_secret,
    ("POST", "platforms/*/secret"): platforms.post_secret,
    ("POST", "platforms/*/token"): platforms.post_token,
    ("POST", "platforms/*/options"): platforms.post_options,
    ("POST", "platforms/*/test"): platforms.post_test,
    ("GET", "problems"): problems.show,
    ("GET", "rejects"): problems.rejects,
    ("POST", "claim"): problems.post_claim,
    ("POST", "parked/went-out"): problems.post_went_out,
    ("POST", "parked/again"): problems.post_again,
    ("POST", "dead-letters/*"): problems.post_retry,
}
