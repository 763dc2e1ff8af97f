"""Plan one wave of one event: match everybody once more, choose, keep each introduction, put it on the topic."""

from __future__ import annotations

import logging
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from shared.attendees import Attendee
from shared.events import FOLLOW_UP, Event
from shared.introductions import (
    UNSENT,
    Channel,
    Introduction,
    Meeting,
    Mention,
    Part,
    Proposal,
    State,
    propose,
)
from shared.introductions.plan import Pair, Scene, begun, digest, ended, follow_up, moved_on, placed
from shared.introductions.proposals import propose_mutual
from shared.matching import ConnectionSet, Match, claimed_twice
from shared.matching.mutual import MutualCollector
from shared.notifications import TopicMessage
from shared.pipeline.match_attendees import look_at_everybody, match_everybody
from shared.registrations import Purpose
from shared.storage import attendees, introductions, leases, matches, meetings

Publish = Callable[[Sequence[TopicMessage]], set[int]]
Keep = Callable[[Scene, Iterable[Meeting]], Scene]
FindMatches = Callable[[Callable[[ConnectionSet], None]], list[Match]]

# One invocation takes 10 ms of a processor for each attendee (docs/performance.md): 20,000 are three to four minutes of
# its fifteen. A wave of a larger event is planned in steps: shared.pipeline.large_wave.
LARGEST_AT_ONCE = 40  # shards, of 500 attendees each

# A smaller step loses less when the function is cut short; SNS takes ten a call anyway.
PUBLISHED_TOGETHER = 50

logger = logging.getLogger(__name__)


class Busy(Exception):
    """Another wave of the event is being planned; this one comes again."""


class NotPublished(ConnectionError):
    """Messages that wait are not on the topic; doing the same again publishes them."""


@dataclass(frozen=True, slots=True)
class WaveReport:
    """What a wave did."""

    planned: int  # introductions that are new
    published: int  # messages put on the topic, those of an interrupted attempt included
    refused: int  # messages that the topic did not take; running the wave again publishes them
    parts: Mapping[Part, int] = field(default_factory=dict)  # of what is new, how many mentions of each kind
    without: Mapping[str, int] = field(default_factory=dict)  # by reason, how many could be reached and have nobody


def is_large(event: Event) -> bool:
    return event.shards > LARGEST_AT_ONCE


def plan_introductions(event: Event, wave: str, *, publish: Publish, now: datetime) -> WaveReport:
    """Run a wave; again, it goes on where it stopped and plans nothing for whom it planned already.

    What happens to pairs is stored before anybody is told of it, so that both sides of a pair are told the same,
    also where the first attempt was cut short in between. One wave of an event is planned at a time: two would give
    away the same places, and more mails than anybody may get. A wave that comes after the event, since it lay among
    the dead letters or was put off, plans nothing, and retracts what an earlier attempt left unsent.

    :raises Busy: while another wave of the event is being planned
    """
    if event.is_too_late(wave, now):
        retract(event, [each for each in _waiting(event) if each.wave == wave], now)
        return WaveReport(planned=0, published=0, refused=0)
    if not leases.take(event, wave, now=now):
        raise Busy(f"another wave of {event.event_id} is being planned")
    report = _plan(event, wave, publish, now)
    leases.give_back(event, wave)
    return report


def _plan(event: Event, wave: str, publish: Publish, now: datetime) -> WaveReport:
    decided = decide(event, wave, match=partial(_match_and_load, event), now=now)
    report = tell(decided.scene, decided.people, decided.held, publish=publish)
    return replace(report, without=Counter(map(str, decided.without.values())))


@dataclass(frozen=True, slots=True)
class Decided:
    """What has become of the pairs of a wave, and what telling of it needs."""

    scene: Scene
    people: Mapping[str, Attendee]
    held: Mapping[str, frozenset[str]]  # by attendee, the networks on which their handle is held
    without: Mapping[str, str]  # by attendee, why somebody who could be reached has nobody


def decide(event: Event, wave: str, *, match: FindMatches, now: datetime, keep_new: Keep | None = None) -> Decided:
    """Decide what becomes of the pairs of the whole event, and store it.

    :param match: gives the event's matches, and hands every connection set to what it is given
    :param keep_new: is given the meetings that begin, where they are not to be stored at once
    """
    people, held, proposals = _look_around(event, match)
    before, erased = _scene(event, wave, people, now), {a.attendee_id for a in people.values() if a.erased}
    _forget_left(event, before, erased)
    scene, without = _decided(_without(before, erased), proposals, partial(_keep, event), keep_new)
    return Decided(scene, people, held, without)


def tell(
    scene: Scene, people: Mapping[str, Attendee], held: Mapping[str, frozenset[str]], *, publish: Publish
) -> WaveReport:
    """Keep for these people what they are told of the meetings that are stored, and put it on the topic.

    :param scene: with their history and their meetings; those of others are not looked at
    """
    event, now = scene.event, scene.now
    unpublished = [
        i for each in scene.history.values() for i in each if i.wave == scene.wave and i.state is State.PLANNED
    ]
    told = _told(scene, scene.coming & people.keys())
    new = [_introduction(scene, people[each], mentions, held) for each, mentions in told]
    added = []
    for introduction, is_added in zip(new, introductions.add_all(event, new), strict=True):
        if is_added:
            added.append(introduction)
        else:
            unpublished.extend(_there_already(event, introduction))
    published = _publish(event, [*unpublished, *added], people, publish, now)
    return WaveReport(
        planned=len(added),
        published=published,
        refused=len(unpublished) + len(added) - published,
        parts=Counter(mention.part for introduction in added for mention in introduction.mentions),
    )


@dataclass(frozen=True, slots=True)
class Preview:
    """What a wave would do if it ran now."""

    messages: Mapping[str, Mapping[Part, int]]  # by attendee, how many people would stand in each part of the message
    waiting: int  # messages of the wave that are planned already and would be put on the topic
    without: Mapping[str, int]  # by reason, how many could be reached and have nobody

    @property
    def parts(self) -> Mapping[Part, int]:
        """How many mentions of each kind, over all messages."""
        total: Counter[Part] = Counter()
        for message in self.messages.values():
            total.update(message)
        return total


def preview(event: Event, wave: str, *, now: datetime) -> Preview:
    """The same decisions as a wave's, from what is known now, with nothing stored and nobody told.

    Whom a message would be about stays here: that two know each other is theirs to know.
    """
    people, _, proposals = _look_around(event, partial(look_at_everybody, event))
    scene = _without(_scene(event, wave, people, now), {a.attendee_id for a in people.values() if a.erased})
    scene, without = _decided(scene, proposals, Scene.with_meetings)
    planned = {each for each, history in scene.history.items() if any(i.wave == wave for i in history)}
    return Preview(
        messages={
            each: Counter(mention.part for mention in mentions)
            for each, mentions in _told(scene, scene.coming)
            if each not in planned
        },
        waiting=sum(i.wave == wave and i.state is State.PLANNED for each in scene.history.values() for i in each),
        without=Counter(map(str, without.values())),
    )


def _decided(
    scene: Scene, proposals: Iterable[Proposal], keep: Keep, keep_new: Keep | None = None
) -> tuple[Scene, Mapping[str, str]]:
    """What becomes of the pairs in this wave; and by attendee, why somebody who could be reached has nobody.

    :param keep: is given the meetings that change at each step, before the next step looks at them
    :param keep_new: is given those of the last step, which are new, in place of ``keep``
    """
    if scene.wave == FOLLOW_UP:
        return scene, {}
    scene = keep(scene, ended(scene))
    scene = keep(scene, moved_on(scene))
    scene = keep(scene, placed(scene))
    beginnings = begun(scene, proposals)
    return (keep_new or keep)(scene, beginnings.meetings), beginnings.without


def _told(scene: Scene, some: Iterable[str]) -> Iterator[tuple[str, Sequence[Mention]]]:
    """By attendee, what these are told; those who are told nothing are left out."""
    words = follow_up if scene.wave == FOLLOW_UP else digest
    told = ((each, words(scene, each)) for each in sorted(some))
    return ((each, mentions) for each, mentions in told if mentions)


def publish_waiting(event: Event, *, publish: Publish, now: datetime) -> int:
    """Put on the topic again whatever waits to be sent, for example since the event was paused; how many.

    What is on the topic twice is sent once. After the event only the morning after is of any use; the rest is
    retracted.

    :raises NotPublished: where the topic did not take all of it
    """
    people = {attendee.attendee_id: attendee for attendee in attendees.load_all(event)}
    waiting = _waiting(event)
    too_late = [each for each in waiting if event.is_too_late(each.wave, now)]
    retract(event, too_late, now)
    waiting = [each for each in waiting if not event.is_too_late(each.wave, now)]
    published = _publish(event, waiting, people, publish, now)
    if published < len(waiting):
        raise NotPublished(f"the topic did not take {len(waiting) - published} of {len(waiting)} messages that wait")
    return published


def _waiting(event: Event) -> list[Introduction]:
    return [each for each in introductions.load_all(event) if each.state in UNSENT]


def retract(event: Event, too_late: Iterable[Introduction], now: datetime) -> None:
    for each in too_late:
        introductions.change_state(event, each, State.RETRACTED, now=now, detail="the event is over")


def _there_already(event: Event, introduction: Introduction) -> list[Introduction]:
    """What stands where an introduction could not be added, if it is not on the topic yet.

    That is another run's of the same wave, or this one's own: where the answer to a write was lost, botocore writes
    again, and is refused because of the first. Nobody else might come to publish it.
    """
    stored = introductions.load(event, introduction.attendee_id, introduction.wave)
    return [stored] if stored is not None and stored.state is State.PLANNED else []


def _match_and_load(event: Event, also: Callable[[ConnectionSet], None]) -> list[Match]:
    match_everybody(event, also=also)
    return matches.load_all(event)


def _look_around(
    event: Event, match: FindMatches
) -> tuple[dict[str, Attendee], Mapping[str, frozenset[str]], Iterable[Proposal]]:
    """Everybody; by attendee the networks on which their handle is held; and whoever might be introduced.

    :param match: gives the event's matches, and hands every connection set to what it is given
    """
    directory = attendees.directory(event)
    mutual = MutualCollector(directory)
    found = match(mutual.add)
    people = {attendee.attendee_id: attendee for attendee in attendees.load_all(event)}
    held = held_handles(claimed_twice(directory), people)
    return people, held, (*_of_matches(found, people, held), *_of_mutuals(found, mutual))


def held_handles(claimed: Mapping[str, frozenset[str]], people: Mapping[str, Attendee]) -> Mapping[str, frozenset[str]]:
    """By attendee the networks on which their handle is held.

    Whoever has proven a handle is not held by somebody else's claim to it.
    """
    return {
        attendee_id: networks - people[attendee_id].proven_networks
        for attendee_id, networks in claimed.items()
        if attendee_id in people
    }


def _of_matches(
    found: Iterable[Match], people: Mapping[str, Attendee], held: Mapping[str, frozenset[str]]
) -> Iterator[Proposal]:
    fetched = {a.attendee_id for a in people.values() if a.agreed(Purpose.FETCH)}
    proven = {a.attendee_id: a.proven_networks for a in people.values()}
    for match in found:
        proposal = propose(match.without(held), fetched=fetched, proven=proven)
        if proposal is not None:
            yield proposal


def _of_mutuals(found: Iterable[Match], mutual: MutualCollector) -> Iterator[Proposal]:
    search = mutual.find([(match.a, match.b) for match in found])
    yield from (proposal for pair in search.pairs if (proposal := propose_mutual(pair)) is not None)


def _scene(event: Event, wave: str, people: Mapping[str, Attendee], now: datetime) -> Scene:
    history: defaultdict[str, list[Introduction]] = defaultdict(list)
    for introduction in introductions.load_all(event):
        history[introduction.attendee_id].append(introduction)
    return Scene(
        event=event,
        wave=wave,
        now=now,
        coming=frozenset(a.attendee_id for a in people.values() if a.may_be_named),
        meetings={meeting.pair: meeting for meeting in meetings.load_all(event)},
        history=history,
    )


def _without(scene: Scene, erased: Set[str]) -> Scene:
    """Without what an earlier wave wrote about somebody who was forgotten while it was at work."""
    return replace(
        scene,
        meetings={pair: meeting for pair, meeting in scene.meetings.items() if erased.isdisjoint(pair)},
        history={each: history for each, history in scene.history.items() if each not in erased},
    )


def _forget_left(event: Event, scene: Scene, erased: Set[str]) -> None:
    """Delete just that."""
    for a, b in sorted(pair for pair in scene.meetings if not erased.isdisjoint(pair)):
        meetings.delete_of(event, a, [b])
    for each in sorted(erased & scene.history.keys()):
        introductions.delete_of(event, each)
    # A pass that was at work when they were forgotten may have written their ties anew.
    for each, ties in matches.load(event, sorted(erased)).items():
        if ties.versions:
            matches.delete_of(event, each)


def _keep(event: Event, scene: Scene, changed: Iterable[Meeting]) -> Scene:
    """Store meetings; where one of the two answered meanwhile, what they said stands, and the next wave goes on."""
    several = list(changed)
    overtaken: set[Pair] = {meeting.pair for meeting in meetings.save_all(event, several)}
    as_they_are = meetings.load(event, overtaken)
    saved = (replace(m, version=m.version + 1) for m in several if m.pair not in overtaken)
    return scene.with_meetings([*saved, *as_they_are.values()])


def _introduction(
    scene: Scene, attendee: Attendee, mentions: Sequence[Mention], held: Mapping[str, frozenset[str]]
) -> Introduction:
    concerned = (attendee.attendee_id, *(mention.person for mention in mentions))
    return Introduction(
        event_id=scene.event.event_id,
        attendee_id=attendee.attendee_id,
        wave=scene.wave,
        channel=_channel(attendee),
        mentions=tuple(mentions),
        held=tuple((each, network) for each in concerned for network in sorted(held.get(each, ()))),
        last=scene.is_last(attendee.attendee_id),
        state=State.PLANNED,
        state_changed_at=scene.now,
    )


def _publish(
    event: Event,
    ready: Sequence[Introduction],
    people: Mapping[str, Attendee],
    publish: Publish,
    now: datetime,
) -> int:
    published = 0
    for start in range(0, len(ready), PUBLISHED_TOGETHER):
        step = ready[start : start + PUBLISHED_TOGETHER]
        refused = publish([_message(event, introduction, people) for introduction in step])
        taken = [introduction for position, introduction in enumerate(step) if position not in refused]
        # Marked after the fact: cut short in between, a message is on the topic twice, and sent once.
        introductions.note_published(event, taken, now=now)
        published += len(taken)
        # By these, `icebreaker trace` finds its way from a registration to its mails.
        logger.info("on the topic", extra={"attendees": [introduction.attendee_id for introduction in taken]})
    return published


def _message(event: Event, introduction: Introduction, people: Mapping[str, Attendee]) -> TopicMessage:
    attendee = people.get(introduction.attendee_id)
    return TopicMessage(
        event_id=event.event_id,
        attendee_id=introduction.attendee_id,
        wave=introduction.wave,
        channel=introduction.channel.value,
        locale=(attendee.locale if attendee else None) or event.locale,
    )


def _channel(attendee: Attendee) -> Channel:
    wants_texts = attendee.phone and attendee.agreed(Purpose.TEXT_MESSAGES)
    return Channel.TEXT_MESSAGE if wants_texts else Channel.EMAIL
