"""Plan one wave of one event: match everybody once more, choose, keep each introduction, put it on the topic."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.attendees import Attendee
from shared.events import Event
from shared.introductions import Channel, Introduction, Mention, Part, State, plan_wave
from shared.matching import claimed_twice
from shared.notifications import TopicMessage
from shared.pipeline.match_attendees import match_everybody
from shared.registrations import Purpose
from shared.storage import attendees, introductions, matches

Publish = Callable[[Sequence[TopicMessage]], set[int]]

# A smaller step loses less when the function is cut short; SNS takes ten a call anyway.
PUBLISHED_TOGETHER = 50


@dataclass(frozen=True, slots=True)
class WaveReport:
    """What a wave did."""

    planned: int  # introductions that are new
    published: int  # messages put on the topic, those of an interrupted attempt included
    refused: int  # messages that the topic did not take; running the wave again publishes them


def plan_introductions(event: Event, wave: str, *, publish: Publish, now: datetime) -> WaveReport:
    """Run a wave; again, it goes on where it stopped and plans nothing for whom it planned already."""
    match_everybody(event)
    people = {attendee.attendee_id: attendee for attendee in attendees.load_all(event)}
    earlier = list(introductions.load_all(event))
    already_told: defaultdict[str, set[str]] = defaultdict(set)
    for introduction in earlier:
        already_told[introduction.attendee_id].update(introduction.people)
    planned_before = {i.attendee_id for i in earlier if i.wave == wave}
    # Whoever has proven a handle is not held by somebody else's claim to it.
    held = {
        attendee_id: networks - people[attendee_id].proven_networks
        for attendee_id, networks in claimed_twice(attendees.directory(event)).items()
        if attendee_id in people
    }
    shares = plan_wave(
        matches.load_all(event),
        may_be_named={a.attendee_id for a in people.values() if a.may_be_named},
        already_told=already_told,
        people_per_mail=event.people_per_mail,
        held=held,
        fetched={a.attendee_id for a in people.values() if a.agreed(Purpose.FETCH)},
        proven={a.attendee_id: a.proven_networks for a in people.values()},
    )
    new = [
        Introduction(
            event_id=event.event_id,
            attendee_id=share.attendee_id,
            wave=wave,
            channel=_channel(people[share.attendee_id]),
            mentions=tuple(Mention(Part.TOLD, person) for person in share.people),
            held=tuple(
                (each, network) for each in (share.attendee_id, *share.people) for network in sorted(held.get(each, ()))
            ),
            state=State.PLANNED,
            state_changed_at=now,
        )
        for share in shares
        if share.attendee_id not in planned_before
    ]
    unpublished = [i for i in earlier if i.wave == wave and i.state is State.PLANNED]
    added = [introduction for introduction in new if introductions.add(event, introduction)]
    published = _publish(event, [*unpublished, *added], people, publish, now)
    return WaveReport(len(added), published, len(unpublished) + len(added) - published)


def _publish(
    event: Event,
    ready: Sequence[Introduction],
    people: dict[str, Attendee],
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


def _message(event: Event, introduction: Introduction, people: dict[str, Attendee]) -> TopicMessage:
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
