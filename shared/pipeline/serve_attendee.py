"""The attendee's links: their page, one answer, the end of the messages.

A GET never acts, because mail scanners follow links: it shows a button. What the link does not allow, and what was not
told to its owner, looks like a link that does not work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from shared.introductions import Answer, MeetingState, Outcome
from shared.introductions.words_language import Words
from shared.links import BadLink, LinkPurpose, Links, Reason, read_link
from shared.pages import Reply, Request, page, preferred_words
from shared.pages.people import TURNED_DOWN, Person, Standing, card
from shared.pipeline.answer import answer
from shared.pipeline.attendee_people import Known, described, known_to, people_for
from shared.pipeline.decide import stop
from shared.pipeline.visit import Tools, Visit
from shared.storage import attendees
from shared.when_needed import Later

connections = Later("shared.pipeline.attendee_connections")
data = Later("shared.pipeline.attendee_data")


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
        words = visit.words
        return visit.notice(words.say("page.stale.title"), words.say("page.stale.text"), status=400)
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
        over="",
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
    return visit.framed(
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


def _calendar(visit: Visit) -> Reply | None:
    """The meeting that the path names, for a calendar; the same that the mail brought."""
    known, slot = _known(visit, Standing.AGREED), None
    if known is not None:
        slot = next((slot for slot in visit.event.slots if slot.slot_id == known.meeting.slot_id), None)
    if known is None or slot is None:
        return None
    # Not needed by any other page.
    from shared.notifications.invitations import Companion, Reader, invitation_for
    from shared.slots import request

    reader, other = visit.attendee, known.attendee
    invitation = invitation_for(
        visit.event,
        slot,
        to=Reader(reader.attendee_id, reader.name, reader.email, reader.locale),
        other=Companion(other.attendee_id, other.name, other.company),
        sequence=known.meeting.sequence,
    )
    calendar = request(invitation, stamp=visit.now).content.decode()
    return Reply.file(calendar, "text/calendar; charset=utf-8; method=REQUEST", "meeting.ics")


def _card(visit: Visit) -> Reply | None:
    """The card of somebody whom the reader met, as both say: what introductions say of them, and no more."""
    known = _known(visit, Standing.MET)
    if known is None:
        return None
    person = described(visit.event, visit.attendee, known, visit.words, {})
    return Reply.file(card(person, visit.event), "text/vcard; charset=utf-8", "card.vcf")


def _known(visit: Visit, wanted: Standing) -> Known | None:
    """The person that the path names, if they stand so for the reader."""
    reference = visit.rest[1] if len(visit.rest) == 2 else ""
    known, _, _ = known_to(visit.event, visit.attendee, now=visit.now, only=reference or "-", everybody=True)
    return known[0] if known and known[0].standing is wanted else None


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
    texts.append(visit.words.say("page.ask.tap"))
    return visit.ask(heading, texts, button, action=visit.home, onward=_page_of_link(visit))


def _post_link_answer(visit: Visit) -> Reply | None:
    """The answer that a mail's link is for; then the page."""
    return _answered(visit, visit.link.reference or "", visit.link.answer, _page_of_link(visit))


def _page_of_link(visit: Visit) -> str:
    """The page of whoever holds a link for one answer: answered or not, they may go on to it."""
    link = visit.link
    return Links(visit.request.root, visit.keys, visit.event.event_id, link.attendee_id, link.expires).page()


def _answered(visit: Visit, reference: str, said: Answer | Outcome | None, onward: str) -> Reply | None:
    meeting = said and answer(visit.event, visit.attendee.attendee_id, reference, said, now=visit.now)
    if not meeting:
        return None
    # After the last wave of the event nobody would hear otherwise that both said yes.
    if meeting.next_stage is not None or meeting.state is MeetingState.AGREED:
        visit.tools.call_wave(visit.event)
    # What was said before the end is noted on the morning after, for everybody.
    if visit.now >= visit.event.ends_at:
        from shared.pipeline.remember import remember_meetings

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
        return say("introduce"), about, say("introduce_button")
    key = "confirm" if person.to_confirm else "yes"
    return say(key, name=person.name), about, say(f"{key}_button")


# ---- The end ----------------------------------------------------------------------------------------------------


def _ask_stop(visit: Visit) -> Reply:
    words = visit.words
    return visit.ask(
        words.say("page.stop.title"),
        [words.say("page.stop.text", event=visit.event.name)],
        words.say("page.stop.button"),
        action=visit.below("stop") if visit.has_page else visit.home,
    )


def _post_stop(visit: Visit) -> Reply:
    """Answered where it was asked, without going on elsewhere: mail programs follow no redirect (RFC 8058)."""
    stop(visit.event, visit.attendee.attendee_id, hashing_key=visit.hashing_key, now=visit.now)
    words = visit.words
    return visit.notice(words.say("page.stop.done"), words.say("page.stop.done_text", event=visit.event.name))


Route = Callable[[Visit], Reply | None]

# What a link of each purpose can be used for; a path that ends in "/" takes anything behind it.
_BY_PURPOSE: Final[Mapping[LinkPurpose, Mapping[tuple[str, str], Route]]] = {
    LinkPurpose.PAGE: {
        ("GET", ""): _people,
        ("GET", "everybody"): _all_people,
        ("POST", "answer"): _post_answer,
        ("GET", "stop"): _ask_stop,
        ("POST", "stop"): _post_stop,
        ("GET", "calendar/"): _calendar,
        ("GET", "card/"): _card,
        ("GET", "data"): data.show,
        ("POST", "agree"): data.post_agree,
        ("POST", "language"): data.post_language,
        ("POST", "prove"): data.post_prove,
        ("GET", "data.json"): data.download,
        ("GET", "erase"): data.ask_erase,
        ("POST", "erase"): data.post_erase,
        ("GET", "connections"): connections.show,
        ("GET", "upload.json"): connections.progress,
        ("POST", "fetch"): connections.post_fetch,
    },
    LinkPurpose.ANSWER: {("GET", ""): _ask_answer, ("POST", ""): _post_link_answer},
    LinkPurpose.STOP: {("GET", ""): _ask_stop, ("POST", ""): _post_stop},
}
