"""Plan a wave of a large event in steps, side by side where that is possible: what comes of it is what one run gives.

The steps are those of :mod:`shared.pipeline.plan_introductions`: everybody is matched, share by share; what becomes of
the pairs is decided for the whole event, since places and times are given away once; the new meetings are stored and
the attendees are told, share by share. A share is of the event's shards, by number. Whatever a step leaves for the next
lies in the table: Step Functions, which keeps what it sees for 90 days, is given numbers.

Each step may be cut short, and repeated, at any point: what is stored already is found, and nobody is told twice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Final

from shared.events import Event
from shared.introductions import UNSENT, Introduction, Meeting
from shared.introductions.plan import Scene
from shared.matching import ConnectionSet, Match, claimed_twice
from shared.pipeline.match_attendees import Changes, hand_on_sets, match_attendees, match_everybody
from shared.pipeline.plan_introductions import Busy, Publish, WaveReport, decide, held_handles, retract, tell
from shared.storage import attendees, decisions, introductions, leases, matches, meetings

# Each share reads the whole directory and all sets, so there are few.
SHARDS_A_SHARE: Final = 16


@dataclass(frozen=True, slots=True)
class Share:
    """One of so many shares of an event's shards, or of what was decided."""

    number: int
    of: int

    def among(self, count: int) -> range:
        """Which of so many are in this share."""
        return range(self.number, count, self.of)


@dataclass(frozen=True, slots=True)
class LargeWave:
    """One run of a wave; the same in each of its steps."""

    event: Event
    wave: str
    run: str  # tells it from other runs of the same wave, which wait
    began_at: datetime  # what the wave goes by as the present, in all of its steps
    clock: Callable[[], datetime]

    def begin(self, shards_a_share: int = SHARDS_A_SHARE) -> list[Share]:
        """The shares into which it is divided.

        :raises Busy: while another wave of the event, or another run of this one, is being planned
        """
        self._hold()
        of = -(-self.event.shards // shards_a_share)
        return [Share(number, of) for number in range(of)]

    def match(self, share: Share) -> int:
        """Bring the ties of a share's attendees up to date; how many directions were written."""
        self._hold()
        return match_everybody(self.event, shards=share.among(self.event.shards))

    def decide(self) -> int:
        """Decide what becomes of all pairs; in how many parts the new meetings are kept for the next step."""
        self._hold()
        new: list[Meeting] = []
        if not self._is_too_late():
            decide(
                self.event,
                self.wave,
                match=partial(_matched, self.event),
                now=self.began_at,
                keep_new=partial(_put_aside, new),
            )
        return decisions.save(self.event, new, now=self.clock())

    def store(self, share: Share, parts: int) -> int:
        """Store a share of the new meetings; how many it stored.

        Who cannot be named any more gets none. What is stored already stays as it is, with what was answered.
        """
        self._hold()
        coming = self._coming()
        stored = 0
        for part in share.among(parts):
            decided = [each for each in decisions.load(self.event, part) if coming.issuperset(each.pair)]
            stored += len(decided) - len(meetings.save_all(self.event, decided))
        return stored

    def tell(self, share: Share, *, publish: Publish) -> WaveReport:
        """Keep for a share's attendees what they are told, and put it on the topic."""
        self._hold()
        shards = share.among(self.event.shards)
        history: defaultdict[str, list[Introduction]] = defaultdict(list)
        for introduction in introductions.load_all(self.event, shards):
            history[introduction.attendee_id].append(introduction)
        if self._is_too_late():
            waiting = (i for each in history.values() for i in each if i.wave == self.wave and i.state in UNSENT)
            retract(self.event, waiting, self.clock())
            return WaveReport(planned=0, published=0, refused=0)
        directory = attendees.directory(self.event)
        people = {attendee.attendee_id: attendee for attendee in attendees.load_all(self.event, shards)}
        claimed = claimed_twice(directory)
        others = attendees.load_many(self.event, claimed.keys() - people.keys())
        erased = {each for each, attendee in people.items() if attendee.erased}
        scene = Scene(
            event=self.event,
            wave=self.wave,
            now=self.began_at,
            coming=frozenset(entry.attendee_id for entry in directory if entry.agreed),
            meetings={meeting.pair: meeting for meeting in meetings.load_all(self.event, people.keys())},
            history={each: told for each, told in history.items() if each not in erased},
        )
        return tell(scene, people, held_handles(claimed, people | others), publish=publish)

    def end(self) -> None:
        """Leave nothing behind, and let the next wave begin."""
        decisions.delete(self.event)
        leases.give_back(self.event, self.wave, run=self.run)

    def _hold(self) -> None:
        if not leases.take(self.event, self.wave, run=self.run, now=self.clock()):
            raise Busy(f"another wave of {self.event.event_id} is being planned")

    def _is_too_late(self) -> bool:
        return self.event.is_too_late(self.wave, self.clock())

    def _coming(self) -> frozenset[str]:
        return frozenset(entry.attendee_id for entry in attendees.directory(self.event) if entry.agreed)


def _matched(event: Event, also: Callable[[ConnectionSet], None]) -> list[Match]:
    """The matches that the shares left, put right for whoever changed between two of them.

    Then one item of a pair is of before and the other of after, and who looked only at the latter saw nothing to end.
    """
    hand_on_sets(event, also)
    found, at_odds = matches.load_all_and_at_odds(event)
    if not at_odds:
        return found
    match_attendees(event, Changes(findable=at_odds, sets=at_odds))
    return matches.load_all(event)


def _put_aside(new: list[Meeting], scene: Scene, begun: Iterable[Meeting]) -> Scene:
    new.extend(begun)
    return scene
