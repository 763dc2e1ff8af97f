"""What wants a hand: rows that could not be read, handles that two claim, mails that came back or may have got lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from shared.attendees import Attendee
from shared.introductions import Introduction, State
from shared.introductions.words import network_name
from shared.pages import Reply
from shared.pipeline.explain import held_handles
from shared.pipeline.organizer.visit import OrganizerVisit
from shared.pipeline.organizer.waves import STATE_WORDS
from shared.pipeline.redrive import redrive
from shared.services.dead_letters import MOST_ROUNDS
from shared.storage import Conflict, attendees, imports, introductions

WANTING: Final = (State.PARKED, State.BOUNCED, State.FAILED)
MOST_SHOWN: Final = 100
QUEUES: Final[Mapping[str, str]] = {
    "emails": "mails that could not be sent",
    "texts": "text messages that could not be sent",
    "lists": "follow lists that could not be looked up",
    "registrations": "registrations that their platform did not hand over",
    "imports": "uploads that could not be read",
    "matching": "changes after which people could not be matched",
    "waves": "waves that did not finish",
    "receipts": "notes of what became of a mail",
    "slack": "lines for your chat",
}
DONE: Final[Mapping[str, str]] = {
    "claims": "Done: the others claim that handle no more, until they register it again.",
    "went_out": "Noted: it went out.",
    "again": "It is on its way again.",
    "retried": "What was this event's is tried again.",
}


def show(visit: OrganizerVisit) -> Reply:
    event = visit.event
    reports = imports.load_all(event)
    lists = [each for each in reports if each.kind == "attendees"]
    # What somebody brought of their own is theirs: counted, and never shown.
    brought = Counter(each.state for each in reports if each.kind != "attendees")
    wanting = [each for each in introductions.load_all(event) if each.state in WANTING]
    wanting.sort(key=lambda each: (WANTING.index(each.state), each.state_changed_at, each.attendee_id))
    people = attendees.load_many(event, {each.attendee_id for each in wanting[:MOST_SHOWN]})
    return visit.framed(
        "problems.html",
        "problems",
        done=DONE.get(visit.request.query.get("done", ""), ""),
        lists=lists,
        brought=brought,
        held=_held(visit),
        network_name=network_name,
        wanting=[(each, people[each.attendee_id]) for each in wanting[:MOST_SHOWN] if each.attendee_id in people],
        counts=Counter(STATE_WORDS[each.state] for each in wanting),
        state_words=STATE_WORDS,
        State=State,
        dead=[(each.name, QUEUES[each.name], count) for each in visit.tools.dead_letters if (count := each.count())],
    )


def rejects(visit: OrganizerVisit) -> Reply | None:
    """The rows of a list that could not be used, as a file; nobody's own upload."""
    report = imports.load(visit.event, visit.request.query.get("of", "") or "-")
    if report is None or report.kind != "attendees" or not report.rejects:
        return None
    return Reply.to(visit.tools.uploads.link_to(report.rejects))


def post_claim(visit: OrganizerVisit) -> Reply | None:
    """This one is right: the others claim the handle no more."""
    network, handle, right = (visit.request.value(name) for name in ("network", "handle", "right"))
    claimants = next((each for net, name, each in _held(visit) if (net, name) == (network, handle)), None)
    if claimants is None or right not in {each.attendee_id for each in claimants}:
        return None
    key = visit.tools.secrets.hashing_key(visit.event)
    for each in claimants:
        if each.attendee_id != right:
            attendees.save_attendee(visit.event, _without(each, network, handle), each, hashing_key=key)
    return Reply.to(f"{visit.below('problems')}?done=claims")


def post_went_out(visit: OrganizerVisit) -> Reply | None:
    return _settled(visit, State.SENT, "went_out")


def post_again(visit: OrganizerVisit) -> Reply | None:
    return _settled(visit, State.PUBLISHED, "again")


def post_retry(visit: OrganizerVisit) -> Reply | None:
    queue = next((each for each in visit.tools.dead_letters if each.name == visit.rest[1]), None)
    if queue is None:
        return None
    redrive(queue, now=visit.now, event_id=visit.event.event_id, most_rounds=MOST_ROUNDS)
    return Reply.to(f"{visit.below('problems')}?done=retried")


def _settled(visit: OrganizerVisit, state: State, done: str) -> Reply | None:
    """Nobody could know whether a message went out; the organizer, who asked, does."""
    # It plans waves, for which it needs NumPy.
    from shared.pipeline.plan_introductions import publish_waiting

    parked = _parked(visit)
    if parked is None or not introductions.change_state(
        visit.event, parked, state, when_in={State.PARKED}, now=visit.now
    ):
        return None
    if state is State.PUBLISHED:
        publish_waiting(visit.event, publish=visit.tools.publish, now=visit.now)
    return Reply.to(f"{visit.below('problems')}?done={done}")


def _parked(visit: OrganizerVisit) -> Introduction | None:
    attendee_id, wave = visit.request.value("attendee"), visit.request.value("wave")
    found = introductions.load(visit.event, attendee_id, wave)
    return found if found is not None and found.state is State.PARKED else None


def _held(visit: OrganizerVisit) -> list[tuple[str, str, list[Attendee]]]:
    try:
        return [each for each in held_handles(visit.event) if each[0] != "email"]
    except Conflict:  # the hashing key is being changed: nothing can be said before that is done
        return []


def _without(attendee: Attendee, network: str, handle: str) -> Attendee:
    """The attendee without this claim."""
    key = (network, handle)
    lost = {each for each in attendee.identities if each.key == key}
    lost |= {own for own, alias in attendee.aliases if alias.key == key}
    return replace(
        attendee,
        identities=tuple(each for each in attendee.identities if each not in lost),
        aliases=tuple(pair for pair in attendee.aliases if pair[0] not in lost),
        proven=tuple(each for each in attendee.proven if each.identity not in lost),
        phone=None if network == "phone" else attendee.phone,
    )
