"""Plan one wave: who is introduced to whom, who moves on, who meets when, and what each attendee is told of it.

Pure steps, each from a :class:`Scene`: ``ended``, ``moved_on``, ``placed`` and ``begun`` give the meetings that change,
``digest`` and ``follow_up`` what one attendee is told of those meetings. Whoever calls them stores the meetings first,
so that a wave that was cut short tells the same when it is run again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from shared.events import Event
from shared.introductions.introduction import NAMED_PARTS, Introduction, Mention, Part
from shared.introductions.manners import bounced, has_room, is_last, is_silent
from shared.introductions.meeting import Closeness, Meeting, Stage
from shared.introductions.proposals import Proposal
from shared.introductions.states import SAID, UNSENT, MeetingState

if TYPE_CHECKING:
    from shared.introductions.selection import Reason

Pair = tuple[str, str]

# Nobody can come to a slot they hear of on the way there.
NOTICE_OF_A_SLOT: Final = timedelta(hours=1)
_BY_STRENGTH: Final[Callable[[Meeting], tuple[int, float, str, str]]] = lambda m: (m.closeness, -m.strength, m.a, m.b)  # noqa: E731


@dataclass(frozen=True)
class Scene:
    """What a wave finds: who is coming, what was agreed, and what everybody was told before."""

    event: Event
    wave: str
    now: datetime
    coming: frozenset[str]  # ids of the attendees who may be named
    meetings: Mapping[Pair, Meeting]
    history: Mapping[str, Sequence[Introduction]] = field(default_factory=dict)  # by attendee
    out_of_reach: frozenset[str] = frozenset()  # to whose address nothing can be sent

    @cached_property
    def reachable(self) -> frozenset[str]:
        """Whom a digest of this wave may still go to: somebody with room, not silent, not planned for yet."""
        return frozenset(each for each in self.coming if self._may_hear(each, kept_free=int(self.event.follow_up)))

    @cached_property
    def of(self) -> Mapping[str, Sequence[Meeting]]:
        """By attendee, their meetings, the best first."""
        found: defaultdict[str, list[Meeting]] = defaultdict(list)
        for meeting in sorted(self.meetings.values(), key=_BY_STRENGTH):
            found[meeting.a].append(meeting)
            found[meeting.b].append(meeting)
        return found

    def with_meetings(self, changed: Iterable[Meeting]) -> Scene:
        return replace(self, meetings={**self.meetings, **{meeting.pair: meeting for meeting in changed}})

    def last_answer_at(self, attendee_id: str) -> datetime | None:
        moments = (m.last_answer_at[attendee_id == m.b] for m in self.of.get(attendee_id, ()))
        return max((moment for moment in moments if moment is not None), default=None)

    def is_last(self, attendee_id: str) -> bool:
        """Whether the attendee's next message is the last before silence."""
        return is_last(self.history.get(attendee_id, ()), self.last_answer_at(attendee_id))

    def may_hear_of_changes(self, attendee_id: str) -> bool:
        """Whether a message that nothing else is kept free for may go to the attendee."""
        return attendee_id in self.coming and self._may_hear(attendee_id, kept_free=0)

    def said_to(self, attendee_id: str, *, planned: bool = False) -> Iterator[Mention]:
        """What went out to the attendee, or may have, the earliest first.

        :param planned: also what is about to go out
        """
        for told in sorted(self.history.get(attendee_id, ()), key=lambda each: each.state_changed_at):
            if told.state in SAID:
                yield from told.said
            elif planned and told.state in UNSENT:
                yield from told.mentions

    def is_coming(self, meeting: Meeting) -> bool:
        return meeting.ended_at is None and {meeting.a, meeting.b} <= self.coming

    def _may_hear(self, attendee_id: str, *, kept_free: int) -> bool:
        history = self.history.get(attendee_id, ())
        return (
            attendee_id not in self.out_of_reach
            and has_room(history, kept_free=kept_free)
            and not any(each.wave == self.wave for each in history)
            and not bounced(history)
            and not is_silent(history, self.last_answer_at(attendee_id))
        )


@dataclass(frozen=True, slots=True)
class Beginnings:
    """The pairs that begin in a wave, and who has nobody."""

    meetings: tuple[Meeting, ...]
    without: Mapping[str, Reason]  # by attendee who could be reached


def ended(scene: Scene) -> list[Meeting]:
    """The meetings that end because one of the two is not coming any more; their slot is free for others."""
    if scene.now >= scene.event.ends_at:
        return []
    return [
        replace(meeting, ended_at=scene.now).with_slot(None)
        for meeting in scene.meetings.values()
        if meeting.ended_at is None and not scene.is_coming(meeting)
    ]


def moved_on(scene: Scene) -> list[Meeting]:
    """The meetings in which the answers lead on: both said yes, or the one who had to confirm did.

    As many as a mail holds for each person; what does not fit waits for the next wave.
    """
    from shared.introductions.selection import Candidate, select

    waiting = {
        meeting.pair: meeting
        for meeting in scene.meetings.values()
        if meeting.next_stage is not None and scene.is_coming(meeting) and set(meeting.pair) <= scene.reachable
    }
    candidates = (Candidate(m.a, m.b, _weight(m.strength), m.closeness) for m in waiting.values())
    k = scene.event.people_per_mail
    chosen = select(candidates, k=k, m=k).pairs
    moved = (waiting[pair.a, pair.b] for pair in chosen)
    return [m.in_stage(m.next_stage, scene.wave, now=scene.now) for m in moved if m.next_stage is not None]


def placed(scene: Scene) -> list[Meeting]:
    """The meetings whose slot changes: as many of those who would both like to meet as possible have one.

    Whoever was told of a slot keeps it while it exists; nobody is in two places at once.
    """
    from shared.slots import assign

    wanting = {m.pair: m for m in scene.meetings.values() if m.state is MeetingState.AGREED and scene.is_coming(m)}
    if not scene.event.slots or not wanting:
        return []
    opens = scene.now + NOTICE_OF_A_SLOT
    by_id = {slot.slot_id: slot for slot in scene.event.slots}
    past = {pair for pair, m in wanting.items() if m.slot_id in by_id and by_id[m.slot_id].starts_at < opens}
    fixed = {
        p: m.slot_id for p, m in wanting.items() if m.slot_id in by_id and p not in past and _told_of_slot(scene, m)
    }
    plan = assign(
        [pair for pair in wanting if pair not in past],
        [slot for slot in scene.event.slots if slot.starts_at >= opens],
        fixed={pair: slot for pair, slot in fixed.items() if slot is not None},
        previous={pair: m.slot_id for pair, m in wanting.items() if m.slot_id in by_id and pair not in past},
        walking=timedelta(minutes=scene.event.walking_minutes),
    )
    changed = (m.with_slot(plan.meetings.get(pair)) for pair, m in wanting.items() if pair not in past)
    return [meeting for meeting in changed if meeting != scene.meetings[meeting.pair]]


def begun(scene: Scene, proposals: Iterable[Proposal], *, never: Collection[Pair] = ()) -> Beginnings:
    """The pairs whom this wave introduces or asks, those in other meetings of this wave counted.

    :param never: pairs of whom one once said "I don’t know this person"
    """
    from shared.introductions.selection import Candidate, select

    proposed = [each for each in proposals if each.a in scene.reachable and each.b in scene.reachable]
    chosen = select(
        (Candidate(each.a, each.b, _weight(each.strength), each.closeness) for each in proposed),
        k=scene.event.people_per_mail,
        m=scene.event.new_mentions,
        already=(*scene.meetings, *never),
        people=scene.reachable,
        new_to=_counted(m for m in scene.meetings.values() if m.closeness is Closeness.NEW),
        used=_places_used(scene),
    )
    wanted = {(pair.a, pair.b) for pair in chosen.pairs}
    of_pair = {(each.a, each.b): each for each in proposed if (each.a, each.b) in wanted}
    return Beginnings(tuple(_meeting(scene, of_pair[pair.a, pair.b]) for pair in chosen.pairs), chosen.without)


def digest(scene: Scene, attendee_id: str) -> tuple[Mention, ...]:
    """What an attendee is told in this wave; nothing new means nothing, and what was agreed is only added to news.

    Whoever has no room left for a digest still hears, once, when and where they meet, and who is not coming any more.
    """
    if not scene.may_hear_of_changes(attendee_id):
        return ()
    gone = _gone(scene, attendee_id)
    new = _news(scene, attendee_id) if attendee_id in scene.reachable else []
    agreed = [m for m in scene.of.get(attendee_id, ()) if _is_agreed(scene, m) and m.wave != scene.wave]
    changed = [_mention(Part.AGREED, m, attendee_id) for m in agreed if _is_news(scene, m, attendee_id)]
    if not (new or changed or gone):
        return ()
    reminders = [_mention(Part.AGREED, m, attendee_id) for m in agreed if not _is_news(scene, m, attendee_id)]
    return (*[*new, *changed, *reminders][: scene.event.people_per_mail], *gone)


def follow_up(scene: Scene, attendee_id: str) -> tuple[Mention, ...]:
    """Whom an attendee is asked about on the morning after: those they were told of, who came; the closest first."""
    if not scene.may_hear_of_changes(attendee_id):
        return ()
    told = {mention.person for mention in scene.said_to(attendee_id) if mention.part in (Part.TOLD, Part.AGREED)}
    people = [
        meeting
        for meeting in scene.of.get(attendee_id, ())
        if meeting.other(attendee_id) in told and scene.is_coming(meeting) and not meeting.refused
    ]
    people.sort(key=lambda meeting: meeting.state is not MeetingState.AGREED)
    return tuple(
        Mention(Part.FOLLOW_UP, meeting.other(attendee_id)) for meeting in people[: scene.event.people_per_mail]
    )


def noted(meeting: Meeting) -> str:
    """What a mention notes of a meeting that both would like: a later one that differs is news."""
    if meeting.state is not MeetingState.AGREED:
        return ""
    return f"{meeting.slot_id}.{meeting.sequence}" if meeting.slot_id else "agreed"


def _news(scene: Scene, attendee_id: str) -> list[Mention]:
    of_wave = [m for m in scene.of.get(attendee_id, ()) if m.wave == scene.wave and scene.is_coming(m)]
    parts = {
        Stage.TOLD: Part.TOLD,
        Stage.CONFIRMING: Part.CONFIRM,
        Stage.ASKED: Part.ASKED,
    }
    return [
        _mention(parts[meeting.stage], meeting, attendee_id)
        for stage in parts
        for meeting in of_wave
        if meeting.stage is stage
        and not meeting.refused
        and not (stage is Stage.CONFIRMING and meeting.confirmer != attendee_id)
    ]


def _gone(scene: Scene, attendee_id: str) -> tuple[Mention, ...]:
    """Those who were named to the attendee and are not coming any more, each once."""
    if scene.now >= scene.event.ends_at:
        return ()
    named: dict[str, None] = {}
    for mention in scene.said_to(attendee_id):
        if mention.part in NAMED_PARTS:
            named[mention.person] = None
        elif mention.part is Part.GONE:
            named.pop(mention.person, None)
    waiting = (each for each in scene.history.get(attendee_id, ()) if each.state in UNSENT)
    said_soon = {person for each in waiting for person in each.of(Part.GONE)}
    return tuple(Mention(Part.GONE, each) for each in named if each not in scene.coming and each not in said_soon)


def _is_agreed(scene: Scene, meeting: Meeting) -> bool:
    return meeting.state is MeetingState.AGREED and scene.is_coming(meeting)


def _is_news(scene: Scene, meeting: Meeting, attendee_id: str) -> bool:
    said = [m.note for m in scene.said_to(attendee_id, planned=True) if m.person == meeting.other(attendee_id)]
    return not said or noted(meeting) != said[-1]


def _told_of_slot(scene: Scene, meeting: Meeting) -> bool:
    return any(
        mention.person == meeting.other(each) and mention.note == noted(meeting)
        for each in meeting.pair
        for mention in scene.said_to(each, planned=True)
    )


def _places_used(scene: Scene) -> Counter[str]:
    """By attendee, how many people this wave's mail holds already, before anything begins."""
    used = _counted(m for m in scene.meetings.values() if m.wave == scene.wave)
    for meeting in scene.meetings.values():
        if meeting.wave != scene.wave and _is_agreed(scene, meeting):
            used.update(each for each in meeting.pair if _is_news(scene, meeting, each))
    return used


def _counted(meetings: Iterable[Meeting]) -> Counter[str]:
    return Counter(person for meeting in meetings for person in meeting.pair)


def _mention(part: Part, meeting: Meeting, attendee_id: str) -> Mention:
    return Mention(part, meeting.other(attendee_id), noted(meeting))


def _meeting(scene: Scene, proposal: Proposal) -> Meeting:
    return Meeting(
        event_id=scene.event.event_id,
        a=proposal.a,
        b=proposal.b,
        closeness=proposal.closeness,
        strength=proposal.strength,
        stage=proposal.stage,
        wave=scene.wave,
        since=scene.now,
        confirmer=proposal.confirmer,
        introducers=proposal.introducers,
        shared=proposal.shared,
    )


def _weight(strength: float) -> float:
    # A selection wants more than nothing; the weakest ties are rounded to it.
    return max(strength, 1e-6)
