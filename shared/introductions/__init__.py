"""Who is introduced to whom in which wave, and the words in which they are told how they know each other."""

from shared.introductions.introduction import (
    AT_ONCE,
    FOLLOW_UP,
    NAMED_PARTS,
    NEW_PARTS,
    Channel,
    Introduction,
    Mention,
    Part,
)
from shared.introductions.last_meeting import PastEvent, events_of_meetings, last_meeting
from shared.introductions.meeting import Answer, Closeness, Meeting, Outcome, Side, Stage
from shared.introductions.plan import Told, may_be_told, plan_wave
from shared.introductions.states import SAID, UNSENT, MeetingState, State
from shared.introductions.words import how_they_know_each_other

__all__ = [
    "AT_ONCE",
    "FOLLOW_UP",
    "NAMED_PARTS",
    "NEW_PARTS",
    "SAID",
    "UNSENT",
    "Answer",
    "Channel",
    "Closeness",
    "Introduction",
    "Meeting",
    "MeetingState",
    "Mention",
    "Outcome",
    "Part",
    "PastEvent",
    "Side",
    "Stage",
    "State",
    "Told",
    "events_of_meetings",
    "how_they_know_each_other",
    "last_meeting",
    "may_be_told",
    "plan_wave",
]
