"""Who is introduced to whom in which wave, and the words in which they are told how they know each other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.introductions.introduction import NAMED_PARTS, Channel, Introduction, Mention, Part
from shared.introductions.meeting import Answer, Closeness, Meeting, Outcome, Side, Stage
from shared.introductions.states import ARRIVED, SAID, UNSENT, MeetingState, State
from shared.when_needed import when_needed

if TYPE_CHECKING:
    from shared.introductions.earlier_meeting import PastEvent, events_of_meetings, last_meeting
    from shared.introductions.proposals import Proposal, propose
    from shared.introductions.words import how_they_know_each_other

__all__ = [
    "ARRIVED",
    "NAMED_PARTS",
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
    "Proposal",
    "Side",
    "Stage",
    "State",
    "events_of_meetings",
    "how_they_know_each_other",
    "last_meeting",
    "propose",
]

# Who only notes what became of an introduction needs no words for it.
__getattr__ = when_needed(
    __name__,
    {
        "earlier_meeting": ("PastEvent", "events_of_meetings", "last_meeting"),
        "proposals": ("Proposal", "propose"),
        "words": ("how_they_know_each_other",),
    },
)
