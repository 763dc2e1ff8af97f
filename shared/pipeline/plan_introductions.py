"""Plan one wave of one event: match everybody once more, choose, keep each introduction, put it on the topic."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import datetime

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
from shared.matching import Match, claimed_twice
from shared.matching.mutual import MutualCollector
from shared.notifications import TopicMessage
from shared.pipeline.match_attendees import match_everybody
from shared.registrations import Purpose
from shared.storage import attendees, introductions, matches, meetings

Publish = Callable[[Sequence[TopicMessage]], set[int]]

# A smaller step loses less when the function is cut short; SNS takes ten a call anyway.
PUBLISHED_TOGETHER = 50


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


def plan_introductions(event: Event, wave: str, *, publish: Publish, now: datetime) -> WaveReport:
    """Run a wave; again, it goes on where it stopped and plans nothing for whom it planned already.

    What happens to pairs is stored before anybody is told of it, so that both sides of a pair are told the same,
    also where the first attempt was cut short in between.
    """
    people, held, proposals = _look_around(event)
    scene = _tidied(event, _scene(event, wave, people, now), {a.attendee_id for a in people.values() if a.erased})
    without: Mapping[str, str] = {}
    if wave != FOLLOW_UP:
        scene = _keep(event, scene, ended(scene))
        scene = _keep(event, scene, moved_on(scene))
        scene = _keep(event, scene, placed(scene))
        beginnings = begun(scene, proposals)
        without = beginnings.without
        scene = _keep(event, scene, beginnings.meetings)
    tell = follow_up if wave == FOLLOW_UP else digest
    told = ((each, tell(scene, each)) for each in sorted(scene.coming))
    added: list[Introduction] = []
    unpublished = [i for each in scene.history.values() for i in each if i.wave == wave and i.state is State.PLANNED]
    for introduction in (_introduction(scene, people[each], mentions, held) for each, mentions in told if mentions):
        if introductions.add(event, introduction):
            added.append(introduction)
        else:
            unpublished.extend(_there_already(event, introduction))
    published = _publish(event, [*unpublished, *added], people, publish, now)
    return WaveReport(
        planned=len(added),
        published=published,
        refused=len(unpublished) + len(added) - published,
        parts=Counter(mention.part for introduction in added for mention in introduction.mentions),
        without=Counter(map(str, without.values())),
    )


def publish_waiting(event: Event, *, publish: Publish, now: datetime) -> int:
    """Put on the topic again whatever waits to be sent, for example since the event was paused; how many.

    What is on the topic twice is sent once.

    :raises NotPublished: where the topic did not take all of it
    """
    people = {attendee.attendee_id: attendee for attendee in attendees.load_all(event)}
    waiting = [each for each in introductions.load_all(event) if each.state in UNSENT]
    published = _publish(event, waiting, people, publish, now)
    if published < len(waiting):
        raise NotPublished(f"the topic did not take {len(waiting) - published} of {len(waiting)} messages that wait")
    return published


def _there_already(event: Event, introduction: Introduction) -> list[Introduction]:
    """What stands where an introduction could not be added, if it is not on the topic yet.

    That is another run's of the same wave, or this one's own: where the answer to a write was lost, botocore writes
    again, and is refused because of the first. Nobody else might come to publish it.
    """
    stored = introductions.load(event, introduction.attendee_id, introduction.wave)
    return [stored] if stored is not None and stored.state is State.PLANNED else []


def _look_around(event: Event) -> tuple[dict[str, Attendee], Mapping[str, frozenset[str]], Iterable[Proposal]]:
    """Everybody; by attendee the networks on which their handle is held; and whoever might be introduced."""
    directory = attendees.directory(event)
    mutual = MutualCollector(directory)
    match_everybody(event, also=mutual.add)
    people = {attendee.attendee_id: attendee for attendee in attendees.load_all(event)}
    # Whoever has proven a handle is not held by somebody else's claim to it.
    held = {
        attendee_id: networks - people[attendee_id].proven_networks
        for attendee_id, networks in claimed_twice(directory).items()
        if attendee_id in people
    }
    found = matches.load_all(event)
    return people, held, (*_of_matches(found, people, held), *_of_mutuals(found, mutual))


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


def _tidied(event: Event, scene: Scene, erased: Set[str]) -> Scene:
    """Without what an earlier wave wrote about somebody who was forgotten while it was at work."""
    left = {pair for pair in scene.meetings if not erased.isdisjoint(pair)}
    for a, b in sorted(left):
        meetings.delete_of(event, a, [b])
    told = sorted(erased & scene.history.keys())
    for each in told:
        introductions.delete_of(event, each)
    return replace(
        scene,
        meetings={pair: meeting for pair, meeting in scene.meetings.items() if pair not in left},
        history={each: history for each, history in scene.history.items() if each not in told},
    )


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
        for introduction in taken:
            introductions.change_state(event, introduction, State.PUBLISHED, when_in={State.PLANNED}, now=now)
        published += len(taken)
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
