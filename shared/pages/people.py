"""The people on an attendee's page: where each stands for the reader, and what the reader may still say."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from shared.events import Event
from shared.introductions import NAMED_PARTS, Answer, Meeting, Outcome, Part, Stage
from shared.introductions.states import MeetingState
from shared.pages.vcard import vcard


class Standing(StrEnum):
    """What a person's card says. Nothing of it tells whether the other said no."""

    CONFIRM = "confirm"  # is this who you know?
    CONFIRMED = "confirmed"  # yes, said the reader; now it is the other's turn
    ASKED = "asked"  # not named: would you like to be introduced?
    ASKED_YES = "asked_yes"  # yes, said the reader
    TOLD = "told"  # named, and nothing was said yet
    WANTS = "wants"  # the reader would like to meet
    AGREED = "agreed"  # both would
    AFTER = "after"  # did you meet?
    SAID_MET = "said_met"
    SAID_MISSED = "said_missed"
    MET = "met"  # both say so
    NOT_NOW = "not_now"
    NEVER = "never"


NAMELESS = frozenset({Standing.ASKED, Standing.ASKED_YES})
TURNED_DOWN = frozenset({Standing.NOT_NOW, Standing.NEVER})


@dataclass(frozen=True, slots=True)
class Person:
    """One card. Without a name where the reader may not know it yet."""

    reference: str  # Meeting.reference
    standing: Standing
    how: str  # how they know each other, or whom it is about
    name: str = ""
    company: str = ""
    profile_url: str = ""
    profile_network: str = ""
    when: str = ""  # they have a slot: day and time, in words
    where: str = ""
    to_confirm: bool = False  # a yes of the reader says that this is who they know

    @property
    def named(self) -> bool:
        return bool(self.name)

    @property
    def initials(self) -> str:
        words = [word for word in self.name.split() if word[0].isalnum()]
        return "".join(word[0] for word in dict.fromkeys((*words[:1], *words[-1:]))).upper() or "·"


def standing(parts: Collection[Part], meeting: Meeting, reader: str, *, afterwards: bool) -> Standing:
    """Where a person stands for the reader.

    :param parts: in which the person was mentioned to the reader, in what went out
    :param meeting: of the two
    :param afterwards: whether they can have met
    """
    side = meeting.side(reader)
    named = NAMED_PARTS & frozenset(parts)
    if side.answer is Answer.NEVER or (side.answer is Answer.NOT_NOW and side.outcome is None):
        return Standing.NEVER if side.answer is Answer.NEVER else Standing.NOT_NOW
    if not named:
        return Standing.ASKED_YES if side.answer is Answer.YES else Standing.ASKED
    if named == {Part.CONFIRM}:
        return Standing.CONFIRM if meeting.confirmed_at is None else Standing.CONFIRMED
    if afterwards and meeting.stage is Stage.TOLD:
        return _afterwards(meeting, side.outcome)
    if meeting.state is MeetingState.AGREED:
        return Standing.AGREED
    return Standing.WANTS if side.answer is Answer.YES else Standing.TOLD


def _afterwards(meeting: Meeting, outcome: Outcome | None) -> Standing:
    if outcome is None:
        return Standing.AFTER
    if meeting.state is MeetingState.MET:
        return Standing.MET
    return Standing.SAID_MET if outcome is Outcome.MET else Standing.SAID_MISSED


def card(person: Person, event: Event) -> str:
    """A card to keep: name, where they work, the profile, and where they met."""
    return vcard(
        person.name,
        company=person.company,
        profiles=filter(None, [person.profile_url]),
        note=f"{event.name}, {event.starts_at:%Y-%m-%d}",
    )
