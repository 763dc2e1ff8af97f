"""How far the people of an event have come, and who has nobody: for its organizer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from shared.attendees import Attendee
from shared.events import Event
from shared.introductions import SAID, MeetingState, Part, Stage, State
from shared.storage import attendees, introductions, matches, meetings


@dataclass(frozen=True, slots=True)
class Funnel:
    """How far the people of an event have come: people, then pairs, then messages."""

    registered: int
    agreed: int
    with_connections: int
    matched: int
    asked: int  # people who were asked about somebody, by name or without
    introduced: int  # people who were told of somebody
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
    return Funnel(
        registered=sum(entry.registered for entry in directory),
        agreed=sum(entry.agreed for entry in directory),
        with_connections=sum(bool(entry.active_sources) for entry in directory),
        matched=len(matched),
        asked=len({i.attendee_id for i in said if i.told(Part.ASKED, Part.CONFIRM)}),
        introduced=len({i.attendee_id for i in said if i.told(Part.TOLD, Part.AGREED)}),
        told_pairs=len(told),
        pairs=Counter(meeting.state for meeting in told),
        introductions=Counter(i.state for i in everything),
    )


class Without(StrEnum):
    """Why somebody who would like to be introduced has nobody, in the words of the organizer's list."""

    NOBODY_KNOWN = "shares nothing with anybody here that may be used"
    NOT_YET = "knows somebody, and no wave has come to it yet"
    REFUSED = "was introduced or asked, and one of the two said no or is not coming"
    UNANSWERED = "was asked, and one of the two has not answered"


def without_anyone(event: Event) -> list[tuple[Attendee, Without]]:
    """Everybody who may be introduced and was told of nobody who comes, with the reason; sorted by name."""
    tied = {person for match in matches.load_all(event) for person in (match.a, match.b)}
    states: dict[str, set[tuple[Stage, MeetingState]]] = {}
    for meeting in meetings.load_all(event):
        for person in meeting.pair:
            states.setdefault(person, set()).add((meeting.stage, meeting.state))
    found = []
    for attendee in attendees.load_all(event):
        theirs = states.get(attendee.attendee_id, set())
        if attendee.may_be_named and (Stage.TOLD not in {s for s, state in theirs if state is not MeetingState.OFF}):
            found.append((attendee, _reason(theirs, is_tied=attendee.attendee_id in tied)))
    return sorted(found, key=lambda each: (each[0].name.casefold(), each[0].attendee_id))


def _reason(theirs: set[tuple[Stage, MeetingState]], *, is_tied: bool) -> Without:
    if any(state is not MeetingState.OFF for _, state in theirs):
        return Without.UNANSWERED
    if theirs:
        return Without.REFUSED
    return Without.NOT_YET if is_tied else Without.NOBODY_KNOWN
