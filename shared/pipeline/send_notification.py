"""Send one introduction: looked at afresh, claimed, handed to the provider once, and its outcome kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.events import Event
from shared.introductions import UNSENT, Channel, Introduction, State
from shared.links import Links
from shared.notifications import TopicMessage, compose_email, compose_text_message
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.write_letter import Draft, write_letter
from shared.services import Outcome, send_email, send_text_message
from shared.services.mail import Attempt
from shared.storage import introductions

# Longer than the function may run: whatever was claimed before that is at work no more.
LONGEST_ATTEMPT = timedelta(minutes=2)


class TryAgain(Exception):
    """The provider cannot take it now; the queue brings it back later."""


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the messages are from, and where their links lead.

    ``links`` makes the links of one attendee (by id) of an event.
    """

    address: str
    name: str
    links: Callable[[Event, str], Links]


def send_notification(
    message: TopicMessage, *, events: KnownEvents, sender: Sender, clock: Callable[[], datetime]
) -> State | None:
    """Send what a message on the queue announces; the state in which that leaves the introduction.

    At most once: the introduction is claimed right before the provider is called, and who finds it claimed by an
    earlier attempt cannot know whether that went out, so it is parked for a receipt or a person to decide. Whether
    anything may still be said is decided here, from what is stored now: who cancelled or withdrew is not named, and
    not told.

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
    draft = write_letter(event, introduction, links=sender.links(event, introduction.attendee_id), now=clock())
    if draft is None:
        introductions.change_state(event, introduction, State.RETRACTED, when_in=UNSENT, now=clock())
        return State.RETRACTED
    attempt_to_send = _prepare(introduction, draft, sender, clock())
    if not introductions.change_state(event, introduction, State.SENDING, now=clock(), said=draft.said):
        current = introductions.load(event, message.attendee_id, message.wave)
        return current.state if current else None
    return _keep_outcome(event, introduction, attempt_to_send(), clock())


def _prepare(introduction: Introduction, draft: Draft, sender: Sender, now: datetime) -> Callable[[], Attempt]:
    """The one call that sends it, with everything written."""
    to = draft.to
    if introduction.channel is Channel.TEXT_MESSAGE and to.phone:
        text, phone = compose_text_message(draft.letter), to.phone
        return lambda: send_text_message(text, to=phone)
    mail = compose_email(
        draft.letter, to=to.email, sender=sender.address, sender_name=sender.name, now=now, calendar=draft.calendar
    )
    return lambda: send_email(mail, to=to.email)


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
        # An answer that comes late still beats having parked it; a receipt that came first says more.
        when_in={State.SENDING, State.PARKED},
        now=now,
        provider_id=provider_id,
        detail=detail,
    )
    return state
