"""The network of who was introduced to whom: points without names, and counts where agreement stops."""

from __future__ import annotations

from collections import Counter
from typing import Final

from shared.introductions import Meeting, MeetingState, Stage
from shared.pages import Reply
from shared.pages.network import MOST_POINTS, draw
from shared.pipeline.organizer.visit import OrganizerVisit
from shared.storage import attendees, matches, meetings

# A no, and that somebody missed somebody, looks like what was before it: told.
STATES: Final = {MeetingState.AGREED: "agreed", MeetingState.MET: "met"}


def show(visit: OrganizerVisit) -> Reply:
    event = visit.event
    agreed = {entry.attendee_id for entry in attendees.directory_as_it_is(event) if entry.agreed}
    everything = [meeting for meeting in meetings.load_all(event) if agreed.issuperset(meeting.pair)]
    told = {meeting.pair: _state(meeting) for meeting in everything if meeting.stage is Stage.TOLD}
    known = {(match.a, match.b) for match in matches.load_all(event)}
    people = {person for pair in told for person in pair}
    return visit.framed(
        "network.html",
        "network",
        drawing=draw(told) if told and len(people) <= MOST_POINTS else None,
        most=MOST_POINTS,
        people=len(people),
        states=Counter(told.values()),
        told=len(told),
        asked=sum(meeting.stage is not Stage.TOLD for meeting in everything),
        known=len(known - {meeting.pair for meeting in everything}),
    )


def _state(meeting: Meeting) -> str:
    return STATES.get(meeting.state, "told")
