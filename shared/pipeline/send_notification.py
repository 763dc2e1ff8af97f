"""Send one introduction: looked at afresh, claimed, handed to the provider once, and its outcome kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.attendees import Attendee
from shared.events import Event
from shared.introductions import UNSENT, Channel, Introduction, State, how_they_know_each_other, may_be_told
from shared.introductions.words import network_name, where_to_say_hello
from shared.matching import Match
from shared.notifications import Letter, Person, TopicMessage, compose_email, compose_text_message
from shared.pipeline.known_events import KnownEvents
from shared.registrations import Purpose
from shared.services import Outcome, send_email, send_text_message
from shared.services.mail import Attempt
from shared.storage import attendees, introductions, matches

# Longer than the function may run: whatever was claimed before that is at work no more.
LONGEST_ATTEMPT = timedelta(minutes=2)


class TryAgain(Exception):
    """The provider cannot take it now; the queue brings it back later."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the messages are from."""

    address: str
    name: str


def send_notification(
    message: TopicMessage, *, events: KnownEvents, sender: Sender, clock: Callable[[], datetime]
) -> State | None:
    """Send what a message on the queue announces; the state in which that leaves the introduction.

    At most once: the introduction is claimed right before the provider is called, and who finds it claimed by an
    earlier attempt cannot know whether that went out, so it is parked for a person to decide. Whether anything
    may still be said is decided here, from what is stored now: who cancelled or withdrew is not named, and not told.

    :returns: None where there is no such introduction (any more)
    :raises TryAgain: the provider certainly did not take it, and may later
    """
    event = events.get(message.event_id)
    introduction = event and introductions.load(event, message.attendee_id, message.wave)
    if event is None or not introduction:
        return None
    if introduction.state is State.SENDING:
        if clock() - introduction.state_changed_at < LONGEST_ATTEMPT:
            raise TryAgain("another attempt is at work on it")
        return _settle(event, introduction, State.PARKED, clock(), detail="an earlier attempt ended without an answer")
    if introduction.state not in UNSENT:
        return introduction.state
    attempt_to_send = _prepare(event, introduction, sender, clock())
    if attempt_to_send is None:
        introductions.change_state(event, introduction, State.RETRACTED, when_in=UNSENT, now=clock())
        return State.RETRACTED
    if not introductions.change_state(event, introduction, State.SENDING, when_in=UNSENT, now=clock()):
        current = introductions.load(event, message.attendee_id, message.wave)
        return current.state if current else None
    return _keep_outcome(event, introduction, attempt_to_send(), clock())


def _keep_outcome(event: Event, introduction: Introduction, attempt: Attempt, now: datetime) -> State:
    if attempt.outcome is Outcome.TRY_AGAIN:
        _settle(event, introduction, State.PUBLISHED, now, detail=attempt.detail)
        raise TryAgain(attempt.detail or "the provider is busy")
    state = {Outcome.TAKEN: State.SENT, Outcome.REFUSED: State.FAILED, Outcome.UNKNOWN: State.PARKED}[attempt.outcome]
    return _settle(event, introduction, state, now, provider_id=attempt.provider_id, detail=attempt.detail)


def _settle(
    event: Event,
    introduction: Introduction,
    state: State,
    now: datetime,
    *,
    provider_id: str | None = None,
    detail: str | None = None,
) -> State:
    introductions.change_state(
        event,
        introduction,
        state,
        # An answer that comes late still beats having parked it.
        when_in={State.SENDING, State.PARKED},
        now=now,
        provider_id=provider_id,
        detail=detail,
    )
    return state


def _prepare(event: Event, introduction: Introduction, sender: Sender, now: datetime) -> Callable[[], Attempt] | None:
    """The one call that sends it, with everything decided and written; None where nothing is left to say."""
    known = attendees.load_many(event, [introduction.attendee_id, *introduction.people])
    to = known.get(introduction.attendee_id)
    if to is None or not to.may_be_named:
        return None
    held: dict[str, set[str]] = {}
    for attendee_id, network in introduction.held:
        held.setdefault(attendee_id, set()).add(network)
    ties = {
        other: match.without(held).certain
        for other, match in matches.load_between(event, to.attendee_id, introduction.people).items()
    }
    people = tuple(
        _person(event, to, known[person], ties[person])
        for person in introduction.people
        if person in known
        and known[person].may_be_named
        and person in ties
        and may_be_told(ties[person], to.attendee_id, fetched=to.agreed(Purpose.FETCH), proven=to.proven_networks)
    )
    if not people:
        return None
    told = introductions.load_of(event, to.attendee_id)
    letter = Letter(
        event=event,
        to_name=to.name,
        people=people,
        first=not any(i.state in (State.SENT, State.PARKED) for i in told if i.wave != introduction.wave),
        reference=f"{event.event_id}.{introduction.wave}.{to.attendee_id}",
        locale=to.locale,
    )
    if introduction.channel is Channel.TEXT_MESSAGE and to.phone:
        text, phone = compose_text_message(letter), to.phone
        return lambda: send_text_message(text, to=phone)
    mail = compose_email(letter, to=to.email, sender=sender.address, sender_name=sender.name, now=now)
    return lambda: send_email(mail, to=to.email)


def _person(event: Event, to: Attendee, other: Attendee, tie: Match) -> Person:
    profile = where_to_say_hello(tie, to.attendee_id, other.identities)
    return Person(
        name=other.name,
        company=other.company,
        how=how_they_know_each_other(tie, to.attendee_id, to.locale, event.locale),
        profile_url=profile.url if profile else None,
        profile_network=network_name(profile.network) if profile else "",
    )
