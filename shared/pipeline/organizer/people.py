"""Who is registered: found by name or address, with what they agreed to; and the end, where they ask for it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Final

from shared.attendees import Attendee, Consent
from shared.attendees.consent import BY_LIST, BY_PERSON, BY_REGISTRATION
from shared.introductions.words import network_name
from shared.pages import Reply
from shared.pipeline.event_progress import Without, without_anyone
from shared.pipeline.organizer.visit import OrganizerVisit
from shared.pipeline.organizer.waves import STATE_WORDS
from shared.registrations import Purpose
from shared.storage import attendees, introductions

SHOWN: Final = 50
WITHOUT_SHOWN: Final = 200
LONGEST_SEARCH: Final = 200
PURPOSES: Final[Mapping[Purpose, str]] = {
    Purpose.INTRODUCE: "be introduced",
    Purpose.CONNECTIONS: "have the connections they bring used",
    Purpose.FETCH: "have public follow lists looked up",
    Purpose.REMEMBER: "be remembered for later events",
    Purpose.TEXT_MESSAGES: "get text messages",
}
GIVEN_BY: Final[Mapping[str, str]] = {
    BY_REGISTRATION: "when they registered",
    BY_LIST: "by your list",
    BY_PERSON: "by themselves",
}


def show(visit: OrganizerVisit) -> Reply:
    return _list(visit, "")


def search(visit: OrganizerVisit) -> Reply:
    """By a form that is posted: what is looked for stands in no address, and in no log."""
    return _list(visit, visit.request.value("q")[:LONGEST_SEARCH])


def show_without(visit: OrganizerVisit) -> Reply:
    """Who agreed and was told of nobody, and why; nobody's no is among the reasons."""
    found = without_anyone(visit.event)
    counts = Counter(why for _, why in found)
    return visit.framed(
        "without.html",
        "attendees",
        counts=[(why.value, counts[why]) for why in Without],
        found=[(attendee, why.value) for attendee, why in found[:WITHOUT_SHOWN]],
        more=max(0, len(found) - WITHOUT_SHOWN),
    )


def show_one(visit: OrganizerVisit) -> Reply | None:
    attendee = _attendee(visit)
    if attendee is None:
        return None
    entry = attendees.directory_entries(visit.event, [attendee.attendee_id]).get(attendee.attendee_id)
    told = sorted(introductions.load_of(visit.event, attendee.attendee_id), key=lambda each: each.state_changed_at)
    return visit.framed(
        "attendee.html",
        "attendees",
        attendee=attendee,
        purposes=[(words, *_said(visit, attendee, purpose)) for purpose, words in PURPOSES.items()],
        profiles=[(network_name(each.network), each.display or each.handle) for each in attendee.identities],
        sources=sorted(entry.set_digests) if entry else (),
        done="Done. It holds from the next message on." if visit.request.query.get("done") == "withdrawn" else "",
        told=[(each.wave, STATE_WORDS[each.state], each.state_changed_at) for each in told],
    )


def ask_withdraw(visit: OrganizerVisit) -> Reply | None:
    attendee = _attendee(visit)
    if attendee is None:
        return None
    return visit.ask(
        f"End everything {_called(attendee)} agreed to?",
        [
            "Nothing is sent to them or said of them any more, and the connections they brought are forgotten, as is "
            "what is remembered of earlier events. They stay registered.",
            "Do this where they asked you to. No later registration or list turns it back; they can, on their page.",
        ],
        "End it",
        back=f"attendees/{attendee.attendee_id}",
        danger=True,
    )


def post_withdraw(visit: OrganizerVisit) -> Reply | None:
    from shared.pipeline.manage_event import withdraw_attendee

    attendee = _attendee(visit)
    if attendee is None or not withdraw_attendee(
        visit.event, attendee.email, secrets=visit.tools.secrets, now=visit.now
    ):
        return None
    return Reply.to(f"{visit.below(f'attendees/{attendee.attendee_id}')}?done=withdrawn")


def ask_erase(visit: OrganizerVisit) -> Reply | None:
    attendee = _attendee(visit)
    if attendee is None:
        return None
    return visit.ask(
        f"Forget {_called(attendee)}?",
        [
            "Everything they registered and brought is deleted, and whom they were introduced to. What stays is a mark "
            "under a keyed hash, so that the next import of the same list does not bring them back.",
            "Do this where they asked you to. It cannot be undone.",
        ],
        "Forget them",
        back=f"attendees/{attendee.attendee_id}",
        danger=True,
    )


def post_erase(visit: OrganizerVisit) -> Reply | None:
    from shared.pipeline.manage_event import erase_attendee

    attendee = _attendee(visit)
    if attendee is None:
        return None
    visit.tools.uploads.forget_of(visit.event.event_id, attendee.attendee_id)
    if not erase_attendee(visit.event, attendee.email, secrets=visit.tools.secrets, now=visit.now):
        return None
    return visit.notice("Forgotten", "Nothing is kept of them but the mark.", back="attendees")


def _list(visit: OrganizerVisit, wanted: str) -> Reply:
    everybody = [each for each in attendees.load_all(visit.event) if not each.erased]
    words = wanted.casefold().split()
    found = [each for each in everybody if all(word in f"{each.name} {each.email}".casefold() for word in words)]
    found.sort(key=lambda each: (each.name.casefold(), each.attendee_id))
    return visit.framed(
        "attendees.html",
        "attendees",
        wanted=wanted,
        found=found[:SHOWN],
        more=max(0, len(found) - SHOWN),
        counts=_counts(everybody),
        Purpose=Purpose,
    )


def _said(visit: OrganizerVisit, attendee: Attendee, purpose: Purpose) -> tuple[str, str]:
    """Yes or no; and when it was said, by which way, and on what a yes rests."""
    consent = attendee.consent or Consent()
    agreement, refusal = consent.agreements.get(purpose), consent.refusals.get(purpose)
    if agreement is not None:
        basis = f" ({agreement.basis})" if agreement.basis else ""
        return "yes", f"{visit.when(agreement.at)}, {GIVEN_BY[agreement.given_by]}{basis}"
    if refusal is not None:
        return "no", f"{visit.when(refusal.at)}, {GIVEN_BY[refusal.given_by]}"
    return "no", "they were not asked, or did not answer"


def _counts(everybody: list[Attendee]) -> list[tuple[str, int]]:
    coming = [each for each in everybody if each.attending]
    agreed = Counter(purpose for each in coming for purpose in PURPOSES if each.agreed(purpose))
    return [
        ("ever registered", len(everybody)),
        ("coming", len(coming)),
        *((f"agreed to {words}", agreed[purpose]) for purpose, words in PURPOSES.items()),
        ("were not asked or did not answer", sum(each.consent is None for each in coming)),
    ]


def _attendee(visit: OrganizerVisit) -> Attendee | None:
    attendee = attendees.load(visit.event, visit.rest[1])
    return None if attendee is None or attendee.erased else attendee


def _called(attendee: Attendee) -> str:
    return attendee.name or attendee.email
