"""The people on an attendee's page: of whom they were told or are asked, as far as each may still be shown now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from shared.attendees import Attendee
from shared.events import Event
from shared.introductions import Closeness, Introduction, Meeting, Stage, events_of_meetings
from shared.introductions.meeting import reference_of
from shared.introductions.words import (
    asked_about,
    asked_about_new,
    how_new,
    how_they_know_each_other,
    network_name,
    told_apart,
    where_to_say_hello,
)
from shared.introductions.words_language import Words
from shared.matching import Match
from shared.pages.people import NAMELESS, Person, Standing, standing
from shared.pipeline.answer import Said, said_in
from shared.slots import Slot
from shared.storage import attendees, introductions, matches, meetings, past_events

# Each costs a read unit. More are seldom, and are shown on a page of their own.
MOST_SHOWN: Final = 14


@dataclass(frozen=True, slots=True)
class People:
    """Who stands on a page."""

    people: tuple[Person, ...]
    gone: int = 0  # of whom the reader was told, and who must not be counted on any more
    more: int = 0  # earlier ones, left out


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody on the page, with everything that is shown of them."""

    said: Said
    meeting: Meeting
    attendee: Attendee
    tie: Match | None
    standing: Standing


def known_to(
    event: Event, reader: Attendee, *, now: datetime, fresh: str = "", only: str = "", everybody: bool = False
) -> tuple[list[Known], int, int]:
    """Whom the reader was told of or is asked about and may be shown now; how many are gone; how many left out.

    :param fresh: Meeting.reference of the one that was just answered, to be read as it is now
    :param only: Meeting.reference of the one that is wanted
    """
    told = introductions.load_of(event, reader.attendee_id)
    mentioned = [said for said in said_in(told).values() if said.asked]
    references = {each.person: reference_of(event.event_id, reader.attendee_id, each.person) for each in mentioned}
    wanted = [each for each in mentioned if not only or references[each.person] == only]
    shown = wanted if everybody else wanted[-MOST_SHOWN:]
    others = [each.person for each in shown]
    found = _meetings(event, reader.attendee_id, others, [each for each in others if references[each] == fresh])
    # Nobody is read of whom nothing would be shown.
    active = [each for each in others if each in found and found[each].ended_at is None]
    here = attendees.load_many(event, active, consistent=False)
    ties = matches.load_between(event, reader.attendee_id, active, consistent=False) if active else {}
    known = [
        _known(event, reader, said, found[said.person], here[said.person], _tie(ties, said.person, told), now)
        for said in shown
        if said.person in here and here[said.person].may_be_named
    ]
    kept = {each.said.person for each in known}
    gone = sum(each.named and each.person not in kept for each in shown)
    return known, gone, len(wanted) - len(shown)


def people_for(
    event: Event, reader: Attendee, words: Words, *, now: datetime, fresh: str = "", everybody: bool = False
) -> People:
    """The people on the reader's page, in the reader's language; those with something to say or to do first.

    Nobody for a reader who is not coming any more or withdrew.
    """
    if not reader.may_be_named:
        # They are told of nobody any more, and nobody is told of them: no card may go on saying that two will meet.
        return People(())
    known, gone, more = known_to(event, reader, now=now, fresh=fresh, everybody=everybody)
    slots = {slot.slot_id: slot for slot in event.slots}
    latest_first = list(reversed(known))
    ordered = sorted(latest_first, key=lambda each: _place_on_the_page(each, slots))
    people = _told_apart([described(event, reader, each, words, slots) for each in ordered], words)
    return People(tuple(people), gone, more)


def _place_on_the_page(known: Known, slots: Mapping[str, Slot]) -> tuple[int, bool, float, str]:
    """Meetings in the order in which they take place, those without a time after them; else the latest told first."""
    if known.standing is not Standing.AGREED:
        return _ORDER[known.standing], True, 0.0, ""
    slot = slots.get(known.meeting.slot_id or "")
    return _ORDER[known.standing], slot is None, slot.starts_at.timestamp() if slot else 0.0, known.attendee.name


def described(event: Event, reader: Attendee, known: Known, words: Words, slots: Mapping[str, Slot]) -> Person:
    """A person's card in words."""
    locales = (reader.locale, event.locale)
    reference = known.meeting.reference
    if known.standing in NAMELESS or not known.said.named:
        return Person(reference, known.standing, _about(known, reader, locales))
    slot = slots.get(known.meeting.slot_id or "") if known.standing is Standing.AGREED else None
    profile = where_to_say_hello(known.tie, reader.attendee_id, known.attendee.identities) if known.tie else None
    return Person(
        reference=reference,
        standing=known.standing,
        how=_how(known, reader, locales),
        name=" ".join(known.attendee.name.split()) or words.say("mail.somebody"),
        company=" ".join(known.attendee.company.split()),
        profile_url=(profile and profile.url) or "",
        profile_network=network_name(profile.network) if profile else "",
        when=f"{words.day(slot.starts_at.date())}, {words.time_of_day(slot.starts_at.time())}" if slot else "",
        where=slot.place if slot else "",
        to_confirm=known.meeting.stage is Stage.CONFIRMING and known.meeting.confirmer == reader.attendee_id,
    )


def _told_apart(people: Sequence[Person], words: Words) -> list[Person]:
    """Whoever is not named, with a number where two read alike; it stays theirs when they are answered about."""
    about = iter(told_apart([each.how for each in people if not each.named], words))
    return [each if each.named else replace(each, how=next(about)) for each in people]


# Where the reader can do something comes first; what is settled, last.
_ORDER: Final = {
    each: place
    for place, each in enumerate(
        (
            Standing.AFTER,
            Standing.AGREED,
            Standing.MET,
            Standing.CONFIRM,
            Standing.TOLD,
            Standing.WANTS,
            Standing.CONFIRMED,
            Standing.SAID_MET,
            Standing.ASKED,
            Standing.ASKED_YES,
            Standing.SAID_MISSED,
            Standing.NOT_NOW,
            Standing.NEVER,
        )
    )
}


def _meetings(event: Event, reader: str, others: Iterable[str], fresh: Iterable[str]) -> dict[str, Meeting]:
    def pairs(of: Iterable[str]) -> set[tuple[str, str]]:
        return {(min(reader, other), max(reader, other)) for other in of}

    now = pairs(fresh)
    found = meetings.load(event, pairs(others) - now, consistent=False) | meetings.load(event, now)
    return {meeting.other(reader): meeting for meeting in found.values()}


def _tie(ties: Mapping[str, Match], person: str, told: Iterable[Introduction]) -> Match | None:
    """The tie as the message said it: without what rests on a handle that was held."""
    held: dict[str, set[str]] = {}
    for introduction in told:
        for attendee_id, network in introduction.held:
            held.setdefault(attendee_id, set()).add(network)
    return ties[person].without(held) if person in ties else None


def _known(
    event: Event, reader: Attendee, said: Said, meeting: Meeting, other: Attendee, tie: Match | None, now: datetime
) -> Known:
    afterwards = now >= event.starts_at
    return Known(said, meeting, other, tie, standing(said.parts, meeting, reader.attendee_id, afterwards=afterwards))


def _about(known: Known, reader: Attendee, locales: tuple[str | None, ...]) -> str:
    if known.meeting.closeness is Closeness.NEW or known.tie is None:
        return asked_about_new(known.meeting.shared, *locales)
    return asked_about(known.tie, reader.attendee_id, *locales)


def _how(known: Known, reader: Attendee, locales: tuple[str | None, ...]) -> str:
    meeting, tie = known.meeting, known.tie
    if meeting.closeness is Closeness.NEW:
        return how_new(meeting.shared, (), *locales)
    if tie is None:
        return ""
    past = past_events.load(events_of_meetings(tie))
    return how_they_know_each_other(tie, reader.attendee_id, *locales, past_events=past)
