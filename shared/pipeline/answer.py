"""What an attendee was told, by whom it was about, and what they answer to it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from shared.events import Event
from shared.introductions import NAMED_PARTS, SAID, Answer, Introduction, Meeting, Outcome, Part
from shared.introductions.meeting import reference_of
from shared.storage import introductions, meetings


@dataclass(frozen=True, slots=True)
class Said:
    """Somebody of whom an attendee was told, or whom they were asked about, in all messages that went out."""

    person: str  # attendee id
    parts: frozenset[Part]
    wave: str  # in which they were mentioned first

    @property
    def named(self) -> bool:
        return bool(self.parts & NAMED_PARTS)

    @property
    def asked(self) -> bool:
        """Whether there is anything to answer."""
        return self.named or Part.ASKED in self.parts


def said_in(told: Iterable[Introduction]) -> dict[str, Said]:
    """Everybody mentioned in what went out, by attendee id; in the order in which they were first mentioned."""
    parts: defaultdict[str, set[Part]] = defaultdict(set)
    waves: dict[str, str] = {}
    for introduction in sorted(told, key=lambda each: each.state_changed_at):
        if introduction.state in SAID:
            for mention in introduction.said:
                parts[mention.person].add(mention.part)
                waves.setdefault(mention.person, introduction.wave)
    return {person: Said(person, frozenset(parts[person]), wave) for person, wave in waves.items()}


def answer(event: Event, attendee_id: str, reference: str, said: Answer | Outcome, *, now: datetime) -> Meeting | None:
    """Keep what an attendee answers about somebody; it holds at once. Afterwards the meeting, None where there is none.

    Only of whom they were told can they say anything, and only of whom they know by name that they met.

    :param reference: Meeting.reference
    :raises shared.storage.Conflict: where others kept writing the same meeting
    """
    about = next(
        (
            each
            for each in said_in(introductions.load_of(event, attendee_id)).values()
            if each.asked and reference_of(event.event_id, attendee_id, each.person) == reference
        ),
        None,
    )
    if about is None or (isinstance(said, Outcome) and not about.named):
        return None
    pair = (min(attendee_id, about.person), max(attendee_id, about.person))
    if isinstance(said, Outcome):
        return meetings.change(event, pair, lambda meeting: meeting.with_outcome(attendee_id, said, now=now))
    return meetings.change(event, pair, lambda meeting: meeting.answered(attendee_id, said, now=now))
