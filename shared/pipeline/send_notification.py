"""Send one introduction: looked at afresh, claimed, handed to the provider once, and its outcome kept."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from shared.attendees import address_hash_of
from shared.events import Event
from shared.introductions import UNSENT, Channel, Introduction, State
from shared.links import Links
from shared.notifications import TopicMessage, compose_email, compose_text_message
from shared.notifications.day_hours import may_text, next_text_time
from shared.notifications.receipts import tags_of
from shared.pipeline.decide import stop_text_messages
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.write_letter import Draft, write_letter
from shared.registrations import Purpose
from shared.services import Outcome, send_email, send_text_message
from shared.services.mail import Attempt
from shared.storage import deliverability, introductions

logger = logging.getLogger(__name__)

# Longer than the function may run: whatever was claimed before that is at work no more.
LONGEST_ATTEMPT = timedelta(minutes=2)


class TryAgain(Exception):
    """The provider cannot take it now; the queue brings it back later."""


class NotYet(Exception):
    """It is night where the event is; ``until`` says when a telephone may ring."""

    def __init__(self, until: datetime) -> None:
        self.until = until
        super().__init__("text messages wait for the morning")


@dataclass(frozen=True, slots=True)
class Sender:
    """Who the messages are from, where their links and receipts lead, and the keys that sending asks for."""

    address: str
    name: str  # of the service, behind the organizers' own
    links: Callable[[Event, str], Links]  # of one attendee (by id) of an event
    suppression_key: Callable[[], bytes]
    hashing_key: Callable[[Event], bytes]
    configuration_set: str | None = None  # SES's, which says where receipts go


def send_notification(
    message: TopicMessage, *, events: KnownEvents, sender: Sender, clock: Callable[[], datetime]
) -> State | None:
    """Send what a message on the queue announces; the state in which that leaves the introduction.

    At most once: the introduction is claimed right before the provider is called, and who finds it claimed by an
    earlier attempt cannot know whether that went out, so it is parked for a receipt or a person to decide. Whether
    anything may still be said is decided here, from what is stored now: who cancelled or withdrew is not named, and
    not told.

    While the event is paused nothing is sent: what waits goes out when the organizer resumes it.

    :returns: None where there is no such introduction (any more)
    :raises TryAgain: the provider certainly did not take it, and may later
    :raises NotYet: a text message that waits for the morning
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
    # As late as can be: writing takes a while, in which somebody may have paused the event.
    if deliverability.load(event).paused:
        return introduction.state
    if draft is None:
        too_late = event.is_too_late(introduction.wave, clock())
        return _retract(event, introduction, clock(), detail="the event is over" if too_late else None)
    if _is_text_message(event, introduction, draft, clock()):
        if not deliverability.take_text_message(event):
            return _send(event, introduction, draft, sender, clock)
        return _send_text_message(event, introduction, draft, sender, clock)
    return _send(event, introduction, draft, sender, clock)


def _is_text_message(event: Event, introduction: Introduction, draft: Draft, now: datetime) -> bool:
    """Whether it goes to a telephone; where that may not ring any more before the event ends, a mail says it."""
    to = draft.to
    if introduction.channel is not Channel.TEXT_MESSAGE or not to.phone or not to.agreed(Purpose.TEXT_MESSAGES):
        return False
    if may_text(event, now):
        return True
    morning = next_text_time(event, now)
    if morning >= event.ends_at:
        return False
    raise NotYet(morning)


def _send_text_message(
    event: Event, introduction: Introduction, draft: Draft, sender: Sender, clock: Callable[[], datetime]
) -> State:
    """Its price is taken out of the budget before, and put back where it certainly did not go out."""
    text, phone = compose_text_message(draft.letter), draft.to.phone or ""
    if not introductions.change_state(event, introduction, State.SENDING, now=clock(), said=draft.said):
        deliverability.return_text_message(event)
        return _as_it_is(event, introduction)
    attempt = send_text_message(text, to=phone)
    if attempt.outcome not in (Outcome.TAKEN, Outcome.UNKNOWN):
        deliverability.return_text_message(event)
    if attempt.outcome is not Outcome.OPTED_OUT:
        return _keep_outcome(event, introduction, attempt, clock())
    # They told their carrier to stop text messages, not us to stop introductions: this one goes by mail.
    stop_text_messages(event, draft.to.attendee_id, hashing_key=sender.hashing_key(event), now=clock())
    _settle(event, introduction, State.PUBLISHED, clock(), detail=attempt.detail)
    return _send(event, introduction, draft, sender, clock)


def _send(
    event: Event, introduction: Introduction, draft: Draft, sender: Sender, clock: Callable[[], datetime]
) -> State:
    to = draft.to
    if deliverability.is_suppressed([address_hash_of(to.email, sender.suppression_key())]):
        return _retract(event, introduction, clock(), detail="nobody writes to this address any more")
    mail = compose_email(
        draft.letter, to=to.email, sender=sender.address, sender_name=sender.name, now=clock(), calendar=draft.calendar
    )
    tags = tags_of(event.event_id, to.attendee_id, introduction.wave)
    if not introductions.change_state(event, introduction, State.SENDING, now=clock(), said=draft.said):
        return _as_it_is(event, introduction)
    attempt = send_email(mail, to=to.email, configuration_set=sender.configuration_set, tags=tags)
    state = _keep_outcome(event, introduction, attempt, clock())
    if attempt.outcome is Outcome.TAKEN:
        deliverability.count_sent(event)
    return state


def _as_it_is(event: Event, introduction: Introduction) -> State:
    """The state of an introduction that could not be claimed."""
    current = introductions.load(event, introduction.attendee_id, introduction.wave)
    if current is None:
        return State.RETRACTED  # forgotten meanwhile
    if current.state is State.SENDING or current.state in UNSENT:
        # Another attempt is or was at work, or this one: where the answer to the claim was lost, botocore claimed again
        # and was refused. Whoever comes back later finds the outcome, sends it, or parks it.
        raise TryAgain("it is claimed already")
    return current.state


def _retract(event: Event, introduction: Introduction, now: datetime, *, detail: str | None = None) -> State:
    introductions.change_state(event, introduction, State.RETRACTED, when_in=UNSENT, now=now, detail=detail)
    return State.RETRACTED


def _keep_outcome(event: Event, introduction: Introduction, attempt: Attempt, now: datetime) -> State:
    logger.info("the provider's answer", extra={"outcome": attempt.outcome.value, "provider_id": attempt.provider_id})
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
