"""How far the people of an event have come, now and night by night, and who has nobody: for its organizer."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Final

from shared.attendees import Attendee
from shared.events import Event
from shared.introductions import SAID, MeetingState, Part, Stage, State
from shared.storage import attendees, introductions, matches, meetings, progress

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far the people of an event have come: people, then pairs, then messages."""

    registered: int
    agreed: int
    with_connections: int
    matched: int
    asked: int  # people who were asked about somebody, by name or without
    introduced: int  # people who were told of somebody
    met: int  # people who met somebody, as both say
    told_pairs: int  # each told of the other
    pairs: Mapping[MeetingState, int]  # of those told of each other
    introductions: Mapping[State, int]

    @property
    def share_met(self) -> float | None:
        """Of the pairs told of each other, the share who both say that they met; None where there are none."""
        return self.pairs.get(MeetingState.MET, 0) / self.told_pairs if self.told_pairs else None


def funnel(event: Event) -> Funnel:
    """The event's numbers as of now."""
    directory = attendees.directory_as_it_is(event)
    matched = {person for match in matches.load_all(event) for person in (match.a, match.b)}
    everything = list(introductions.load_all(event))
    said = [i for i in everything if i.state in SAID]
    told = [meeting for meeting in meetings.load_all(event) if meeting.stage is Stage.TOLD]
    met = {person for meeting in told if meeting.state is MeetingState.MET for person in meeting.pair}
    return Funnel(
        registered=sum(entry.registered for entry in directory),
        agreed=sum(entry.agreed for entry in directory),
        with_connections=sum(bool(entry.active_sources) for entry in directory),
        matched=len(matched),
        asked=len({i.attendee_id for i in said if i.told(Part.ASKED, Part.CONFIRM)}),
        introduced=len({i.attendee_id for i in said if i.told(Part.TOLD, Part.AGREED)}),
        met=len(met),
        told_pairs=len(told),
        pairs=Counter(meeting.state for meeting in told),
        introductions=Counter(i.state for i in everything),
    )


# What is counted each night, as the columns of a table and the lines of a drawing.
STEPS: Final[Mapping[str, str]] = {
    "registered": "registered",
    "agreed": "agreed",
    "with_connections": "brought connections",
    "matched": "know somebody",
    "introduced": "told of somebody",
    "met": "met",
}
COUNTED_AFTER: Final = timedelta(days=7)  # by then, whoever wants to has said whether they met


def note_progress(all_events: Iterable[Event], *, now: datetime) -> int:
    """Count how far each event has come, for its organizer to look back at; how many were counted.

    Read at night as a whole and kept as six numbers, so that no registration, answer or message pays for it. An event
    that cannot be counted misses a night, and stops nothing.
    """
    counted = 0
    for event in all_events:
        if now > event.ends_at + COUNTED_AFTER:
            continue
        try:
            progress.note(event, now.astimezone(UTC).date(), steps_of(funnel(event)))
        except Exception:
            logger.exception("event not counted tonight", extra={"event_id": event.event_id})
        else:
            counted += 1
    return counted


def over_time(event: Event, numbers: Funnel, *, now: datetime) -> list[tuple[date, list[int]]]:
    """For each day that was counted, and now: the numbers of STEPS."""
    days = dict(progress.load_all(event)) | {now.astimezone(UTC).date(): steps_of(numbers)}
    return [(day, [counts.get(step, 0) for step in STEPS]) for day, counts in sorted(days.items())]


def steps_of(numbers: Funnel) -> dict[str, int]:
    return {step: getattr(numbers, step) for step in STEPS}


class Without(StrEnum):
    """Why somebody who would like to be introduced was told of nobody, in the words of the organizer's list.

    Who was asked and heard nothing, and who was asked and heard of a no, are one reason: the no is nobody's business.
    """

    NOBODY_KNOWN = "shares nothing with anybody here that may be used"
    NOT_YET = "knows somebody, and no wave has come to it yet"
    ASKED = "was asked, and nothing has come of it so far"


def without_anyone(event: Event) -> list[tuple[Attendee, Without]]:
    """Everybody who may be introduced and was told of nobody who comes, with the reason; sorted by name.

    Whoever was told of somebody stays told, whatever the two answered, or a name on the list would be a no.
    """
    tied = {person for match in matches.load_all(event) for person in (match.a, match.b)}
    everything = [meeting for meeting in meetings.load_all(event) if meeting.ended_at is None]
    told = {person for meeting in everything if meeting.stage is Stage.TOLD for person in meeting.pair}
    asked = {person for meeting in everything for person in meeting.pair}
    found = [
        (attendee, _reason(attendee.attendee_id, tied, asked))
        for attendee in attendees.load_all(event)
        if attendee.may_be_named and attendee.attendee_id not in told
    ]
    return sorted(found, key=lambda each: (each[0].name.casefold(), each[0].attendee_id))


def _reason(attendee_id: str, tied: Collection[str], asked: Collection[str]) -> Without:
    if attendee_id in asked:
        return Without.ASKED
    return Without.NOT_YET if attendee_id in tied else Without.NOBODY_KNOWN
