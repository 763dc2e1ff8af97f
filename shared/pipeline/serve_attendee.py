"""The attendee's links: their page, one answer, the end of the messages.

A GET never acts, because mail scanners follow links: it shows a button. What the link does not allow, and what was not
told to its owner, looks like a link that does not work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, Final

from shared.attendees import Attendee
from shared.events import Event
from shared.introductions import Answer, Outcome
from shared.introductions.words_language import Words, words_for
from shared.links import BadLink, Link, LinkPurpose, Links, Reason, address, form_token, is_form_token, read_link
from shared.pages import Reply, Request, page, preferred_words
from shared.pages.people import TURNED_DOWN, Person, Standing
from shared.pipeline.answer import answer
from shared.pipeline.attendee_people import described, known_to, people_for
from shared.pipeline.decide import stop
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.remember import remember_meetings
from shared.services import Secrets
from shared.storage import attendees


@dataclass(frozen=True, slots=True)
class Tools:
    """What pages need of the deployment."""

    events: KnownEvents
    secrets: Secrets


@dataclass(frozen=True)
class Visit:
    """One request by a link that is good, and whose it is."""

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
        return words_for(self.attendee.locale, self.event.locale)

    @cached_property
    def home(self) -> str:
        """The way to the page, from wherever below it this is."""
        return address(self.request.root, self.event.event_id, self.token)

    @property
    def form(self) -> str:
        return form_token(self.token, self.keys)

    @property
    def form_is_ours(self) -> bool:
        return is_form_token(self.request.value("form"), self.token, self.keys)

    @property
    def hashing_key(self) -> bytes:
        return self.tools.secrets.hashing_key(self.event)

    def below(self, rest: str) -> str:
        return f"{self.home}/{rest}"


def serve_attendee(request: Request, *, tools: Tools, now: datetime) -> Reply:
    """Answer a request below "/e".

    :raises shared.storage.Conflict: where others kept changing the same thing
    """
    try:
        visit = _visit(request, tools, now)
    except BadLink as error:
        return bad_link(request, gone=error.reason is Reason.EXPIRED)
    if visit is None:
        return bad_link(request)
    rest = "/".join(request.parts[3:])
    by_path = _BY_PURPOSE[visit.link.purpose]
    route = by_path.get((request.method, rest)) or by_path.get((request.method, rest.partition("/")[0] + "/"))
    if route is None:
        return bad_link(request)
    if request.method == "POST" and not visit.form_is_ours and not _is_one_click(visit):
        return _say(visit, "stale", status=400, onward=visit.link.purpose is LinkPurpose.PAGE)
    return route(visit) or bad_link(request)


def bad_link(request: Request, *, gone: bool = False) -> Reply:
    """The one page for every link that is good for nothing: says whom to ask, and nothing else."""
    words = preferred_words(request)
    texts = [words.say("page.bad.text"), words.say("page.bad.whom")]
    return page(
        "notice.html",
        request,
        words,
        status=410 if gone else 404,
        heading=words.say("page.bad.title"),
        texts=texts,
        onward="",
    )


def _visit(request: Request, tools: Tools, now: datetime) -> Visit | None:
    """None where there is no such event or attendee any more; raises BadLink."""
    if len(request.parts) < 3:
        return None
    _, event_id, token, *_ = request.parts
    keys = tools.secrets.link_keys()
    link = read_link(token, event_id=event_id, keys=keys, now=now)
    event = tools.events.get(event_id)
    if event is None:
        return None
    attendee = attendees.load(event, link.attendee_id)
    if attendee is None or attendee.erased:
        return None
    return Visit(request, token, link, event, attendee, keys, tools, now)


def _is_one_click(visit: Visit) -> bool:
    return visit.link.purpose is LinkPurpose.STOP and visit.request.is_one_click


# ---- The page ---------------------------------------------------------------------------------------------------


def _people(visit: Visit) -> Reply:
    return _people_page(visit, everybody=False)


def _all_people(visit: Visit) -> Reply:
    return _people_page(visit, everybody=True)


def _people_page(visit: Visit, *, everybody: bool) -> Reply:
    shown = people_for(
        visit.event,
        visit.attendee,
        visit.words,
        now=visit.now,
        fresh=visit.request.query.get("about", ""),
        everybody=everybody,
    )
    turned_down = [each for each in shown.people if each.standing in TURNED_DOWN]
    open_to = [each for each in shown.people if each.standing not in TURNED_DOWN]
    return _page(
        visit,
        "people.html",
        "people",
        shown=shown,
        named=[each for each in open_to if each.named],
        asked=[each for each in open_to if not each.named],
        turned_down=turned_down,
        opened=any(each.reference == visit.request.query.get("about") for each in turned_down),
        afterwards=visit.now >= visit.event.ends_at,
        Standing=Standing,
    )


def _page(visit: Visit, template: str, here: str, **values: Any) -> Reply:
    event, words = visit.event, visit.words
    last_day = (event.ends_at - timedelta(microseconds=1)).date()
    days = [words.day(day) for day in dict.fromkeys((event.starts_at.date(), last_day))]
    return page(
        template,
        visit.request,
        words,
        event=event,
        attendee=visit.attendee,
        home=visit.home,
        form=visit.form,
        here=here,
        days=days[0] if len(days) == 1 else words.say("mail.days", first=days[0], last=days[1]),
        deleted_on=words.day_of_year(event.expires_at.date()),
        **values,
    )


# ---- Answers ----------------------------------------------------------------------------------------------------

SAYABLE: Final[Mapping[str, Answer | Outcome]] = {each.value: each for each in (*Answer, *Outcome)}


def _post_answer(visit: Visit) -> Reply | None:
    """An answer given on the page."""
    said = SAYABLE.get(visit.request.value("answer"))
    return _answered(visit, visit.request.value("about"), said, visit.home)


def _ask_answer(visit: Visit) -> Reply | None:
    """The button that a mail's link leads to; in the words that are right by now."""
    link = visit.link
    known, _, _ = known_to(visit.event, visit.attendee, now=visit.now, only=link.reference or "", everybody=True)
    if not known or link.answer is None:
        return None
    person = described(visit.event, visit.attendee, known[0], visit.words, {})
    heading, texts, button = _question(visit.words, person, link.answer)
    return page(
        "ask.html",
        visit.request,
        visit.words,
        heading=heading,
        texts=texts,
        button=button,
        action=visit.home,
        form=visit.form,
        fields=(),
        onward="",
    )


def _post_link_answer(visit: Visit) -> Reply | None:
    """The answer that a mail's link is for; then the page."""
    link = visit.link
    links = Links(visit.request.root, visit.keys, visit.event.event_id, link.attendee_id, link.expires)
    return _answered(visit, link.reference or "", link.answer, links.page())


def _answered(visit: Visit, reference: str, said: Answer | Outcome | None, onward: str) -> Reply | None:
    meeting = said and answer(visit.event, visit.attendee.attendee_id, reference, said, now=visit.now)
    if not meeting:
        return None
    # What was said before the end is noted on the morning after, for everybody.
    if visit.now >= visit.event.ends_at:
        remember_meetings(visit.event, [meeting], hashing_key=visit.hashing_key, now=visit.now)
    return Reply.to(f"{onward}?about={reference}#about-{reference}")


def _question(words: Words, person: Person, said: Answer | Outcome) -> tuple[str, list[str], str]:
    """What is asked before an answer of a mail's link is given: heading, texts, and the button's words."""

    def say(key: str, **values: Any) -> str:
        return words.say(f"page.ask.{key}", **values)

    who = ", ".join(filter(None, (person.name, person.company))) if person.named else ""
    about = (
        [*([who] if person.company else []), person.how] if person.named else [say("introduce_about", about=person.how)]
    )
    if said in (Outcome.MET, Outcome.MISSED):
        heading = say("met", name=person.name)
        return heading, [], say(f"{said}_button")
    if said is Answer.NOT_NOW:
        return say("not_now"), [*about, say("quiet"), say("later")], say("not_now_button")
    if said is Answer.NEVER:
        heading = say("never_named", name=person.name) if person.named else say("never")
        return heading, [*about, say("quiet"), say("later")], say("never_button")
    if not person.named:
        return say("introduce"), [*about, say("quiet")], say("introduce_button")
    key = "confirm" if person.standing is Standing.CONFIRM else "yes"
    return say(key, name=person.name), [*about, say("quiet")], say(f"{key}_button")


# ---- The end ----------------------------------------------------------------------------------------------------


def _ask_stop(visit: Visit) -> Reply:
    words = visit.words
    return page(
        "ask.html",
        visit.request,
        words,
        heading=words.say("page.stop.title"),
        texts=[words.say("page.stop.text", event=visit.event.name)],
        button=words.say("page.stop.button"),
        action=visit.below("stop") if visit.link.purpose is LinkPurpose.PAGE else visit.home,
        form=visit.form,
        fields=(),
        onward=visit.home if visit.link.purpose is LinkPurpose.PAGE else "",
    )


def _post_stop(visit: Visit) -> Reply:
    """Answered where it was asked, without going on elsewhere: mail programs follow no redirect (RFC 8058)."""
    stop(visit.event, visit.attendee.attendee_id, hashing_key=visit.hashing_key, now=visit.now)
    words = visit.words
    return page(
        "notice.html",
        visit.request,
        words,
        heading=words.say("page.stop.done"),
        texts=[words.say("page.stop.done_text", event=visit.event.name)],
        onward=visit.home if visit.link.purpose is LinkPurpose.PAGE else "",
    )


def _say(visit: Visit, what: str, *, status: int = 200, onward: bool = True) -> Reply:
    """A page that says one thing: the title and text of this name."""
    words = visit.words
    return page(
        "notice.html",
        visit.request,
        words,
        status=status,
        heading=words.say(f"page.{what}.title"),
        texts=[words.say(f"page.{what}.text")],
        onward=visit.home if onward else "",
    )


Route = Callable[[Visit], Reply | None]

# What a link of each purpose can be used for; a path that ends in "/" takes anything behind it.
_BY_PURPOSE: Final[Mapping[LinkPurpose, Mapping[tuple[str, str], Route]]] = {
    LinkPurpose.PAGE: {
        ("GET", ""): _people,
        ("GET", "everybody"): _all_people,
        ("POST", "answer"): _post_answer,
        ("GET", "stop"): _ask_stop,
        ("POST", "stop"): _post_stop,
    },
    LinkPurpose.ANSWER: {("GET", ""): _ask_answer, ("POST", ""): _post_link_answer},
    LinkPurpose.STOP: {("GET", ""): _ask_stop, ("POST", ""): _post_stop},
}
