"""A meeting: two people who were introduced or may be, what each of them answered, and what became of it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum, StrEnum

from shared.introductions.states import MeetingState


class Closeness(IntEnum):
    """How two people are tied, best first."""

    KNOWN = 0  # they know each other online
    LIKELY = 1  # likely they do: one lists the other, or their names say so
    NEW = 2  # they share acquaintances: "new to you"


class Answer(StrEnum):
    """What somebody says to an introduction; silence is none of these."""

    YES = "yes"  # asked: introduce us; told: I would like to meet
    NOT_NOW = "not_now"  # not at this event
    NEVER = "never"  # I don’t know this person; holds at later events too


class Outcome(StrEnum):
    """What somebody says afterwards."""

    MET = "met"
    MISSED = "missed"


class Stage(StrEnum):
    """How far an introduction of two people has come."""

    ASKED = "asked"  # both are asked, neither is named
    CONFIRMING = "confirming"  # one of them is asked, by name, whether the other is who they know
    TOLD = "told"  # each is told of the other


@dataclass(frozen=True, slots=True)
class Side:
    """One person's part in it; every answer is dated."""

    answer: Answer | None = None
    answered_at: datetime | None = None
    outcome: Outcome | None = None
    outcome_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two attendees, ``a`` < ``b``; there is at most one for each pair and event.

    ``confirmer`` is the one who must say that the other, whose handle is only claimed, is who they know.
    """

    event_id: str
    a: str
    b: str
    closeness: Closeness
    strength: float
    stage: Stage
    wave: str  # in which this stage began; what it says to the two goes out with that wave
    since: datetime  # when this stage began
    sides: tuple[Side, Side] = (Side(), Side())
    confirmer: str | None = None
    confirmed_at: datetime | None = None
    introducers: tuple[str, ...] = ()  # attendees whom both know, where that is the tie
    shared: int = 0  # how many people both know, where that is the tie
    slot_id: str | None = None  # where and when they meet
    sequence: int = 0  # of the calendar's invitation; grows with every change of the slot (RFC 5546, 2.1.4)
    ended_at: datetime | None = None  # one of them is not coming any more, or withdrew
    version: int = field(default=0, compare=False)  # the store's optimistic lock; 0: not stored yet

    def __post_init__(self) -> None:
        if self.a >= self.b:
            raise ValueError("a meeting is between two people, their ids in order")

    @property
    def pair(self) -> tuple[str, str]:
        """The ids of the two, as the table has them."""
        return (self.a, self.b)

    @property
    def reference(self) -> str:
        """Names the meeting to the two of it in addresses, without saying who they are: 10 characters."""
        return reference_of(self.event_id, self.a, self.b)

    def other(self, attendee_id: str) -> str:
        """The one of the two who is not this attendee."""
        return self.b if attendee_id == self.a else self.a

    def side(self, attendee_id: str) -> Side:
        """What this attendee answered, and what became of it."""
        return self.sides[attendee_id == self.b]

    @property
    def both_want(self) -> bool:
        """Whether both said that they would like to meet."""
        return all(side.answer is Answer.YES for side in self.sides)

    @property
    def refused(self) -> bool:
        """Whether one of the two said no, for now or for good."""
        return any(side.answer in (Answer.NOT_NOW, Answer.NEVER) for side in self.sides)

    @property
    def state(self) -> MeetingState:
        """What became of it so far, for the organizer's numbers."""
        outcomes = [side.outcome for side in self.sides]
        if Outcome.MISSED in outcomes:
            return MeetingState.MISSED
        if all(outcome is Outcome.MET for outcome in outcomes):
            return MeetingState.MET
        if self.ended_at is not None or self.refused:
            return MeetingState.OFF
        return MeetingState.AGREED if self.both_want and self.stage is Stage.TOLD else MeetingState.HOPED

    def answered(self, attendee_id: str, answer: Answer, *, now: datetime) -> Meeting:
        """After one of the two answered. Whoever must confirm confirms by a yes to the name.

        A repeated answer changes nothing, not even its date.
        """
        side = self.side(attendee_id)
        if self.stage is Stage.CONFIRMING and attendee_id == self.confirmer and answer is Answer.YES:
            confirmed = self if self.confirmed_at else replace(self, confirmed_at=now)
            if side.answer in (None, Answer.YES):
                return confirmed
            # They took a no back. Whether they would like to meet was asked only where they do not know each other.
            before = None if self.closeness is Closeness.KNOWN else Answer.YES
            return confirmed._with(attendee_id, replace(side, answer=before, answered_at=now))
        if side.answer is answer:
            return self
        return self._with(attendee_id, replace(side, answer=answer, answered_at=now))

    def with_outcome(self, attendee_id: str, outcome: Outcome, *, now: datetime) -> Meeting:
        """After one of the two said whether they met; only who was named can have met."""
        side = self.side(attendee_id)
        if self.stage is not Stage.TOLD or side.outcome is outcome:
            return self
        return self._with(attendee_id, replace(side, outcome=outcome, outcome_at=now))

    def in_stage(self, stage: Stage, wave: str, *, now: datetime) -> Meeting:
        """In another stage, to which this wave brought it."""
        return replace(self, stage=stage, wave=wave, since=now)

    def with_slot(self, slot_id: str | None) -> Meeting:
        """In another slot, or in none; calendars are told by a greater sequence."""
        if slot_id == self.slot_id:
            return self
        told_before = self.slot_id is not None or self.sequence > 0
        return replace(self, slot_id=slot_id, sequence=self.sequence + told_before)

    @property
    def next_stage(self) -> Stage | None:
        """What follows now that they answered; None where nothing does."""
        if self.refused or self.ended_at is not None:
            return None
        if self.stage is Stage.ASKED and self.both_want:
            return Stage.TOLD if self.confirmer is None else Stage.CONFIRMING
        if self.stage is Stage.CONFIRMING and self.confirmed_at is not None:
            return Stage.TOLD
        return None

    @property
    def last_answer_at(self) -> tuple[datetime | None, datetime | None]:
        """When each of the two last said anything."""
        confirmed = [self.confirmed_at if self.confirmer == each else None for each in self.pair]
        moments = [
            [moment for moment in (side.answered_at, side.outcome_at, at) if moment is not None]
            for side, at in zip(self.sides, confirmed, strict=True)
        ]
        return max(moments[0], default=None), max(moments[1], default=None)

    def _with(self, attendee_id: str, side: Side) -> Meeting:
        sides = (side, self.sides[1]) if attendee_id == self.a else (self.sides[0], side)
        return replace(self, sides=sides)


def reference_of(event_id: str, one: str, other: str) -> str:
    """Meeting.reference of two attendees, whether they have a meeting or not."""
    text = "\0".join((event_id, *sorted((one, other))))
    return hashlib.blake2b(text.encode(), digest_size=5, person=b"meeting").hexdigest()
