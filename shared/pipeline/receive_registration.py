"""Take one delivery of a ticketing platform: verified, understood, and durable before anybody is told so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from shared.attendees import Change, attendee_id_of, register
from shared.events import Event
from shared.pipeline.known_events import KnownEvents
from shared.registrations import Registration, receiving
from shared.services import PointerMessage, PointerQueue, Secrets
from shared.storage import Conflict, attendees

# A conflict means that another delivery of the same ticket or person won; the next look sees what it wrote.
ATTEMPTS = 4


class UnknownEvent(LookupError):
    """There is no such event, or it has no webhook for this platform."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of a delivery that was authentic and readable."""

    changed: int  # tickets whose state changed; 0 for a repetition
    attendee_ids: tuple[str, ...] = ()  # for the log
    reason: str = ""  # why nothing was to be done
    answer: Mapping[str, str] = field(default_factory=dict, hash=False)  # where the platform asks for one
    later: int = 0  # pointers that are followed soon


def receive_registration(
    event_id: str,
    platform: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    events: KnownEvents,
    secrets: Secrets,
    pointers: PointerQueue,
    now: datetime,
    query: Mapping[str, str] | None = None,
) -> Receipt:
    """Verify, read and store one delivery.

    When this returns, what the delivery says is stored, or what it points at is in the queue to be fetched. A second
    delivery, a replay or a late retry changes nothing.

    :raises UnknownEvent: → 404
    :raises shared.registrations.BadSignature: → 401
    :raises shared.registrations.BadPayload: → 422
    :raises Conflict: other deliveries kept winning; the platform tries again → 5xx, as for any failure of AWS
    """
    event, active = _webhook(event_id, platform, events, secrets)
    settings = event.platform_settings(platform)
    delivery = receiving.receive(platform, headers, body, active, now=now, settings=settings, query=query or {})
    pointers.put([PointerMessage(event_id, platform, pointer) for pointer in delivery.pointers])
    key, id_key = secrets.hashing_key(event), secrets.id_key(event)
    changes = [
        store_registration(event, registration, hashing_key=key, id_key=id_key)
        for registration in delivery.registrations
    ]
    return Receipt(
        changed=sum(map(bool, changes)),
        attendee_ids=tuple(attendee.attendee_id for change in changes for attendee in change.attendees),
        reason=delivery.reason,
        answer=delivery.answer,
        later=len(delivery.pointers),
    )


def check_webhook(
    event_id: str,
    platform: str,
    headers: Mapping[str, str],
    query: Mapping[str, str],
    *,
    events: KnownEvents,
    secrets: Secrets,
) -> None:
    """Return if a platform that asks whether we are here shows the token it was given.

    :raises UnknownEvent: → 404
    :raises shared.registrations.BadSignature: → 401
    """
    event, active = _webhook(event_id, platform, events, secrets)
    receiving.check_token(platform, headers, active, query, event.platform_settings(platform))


def _webhook(event_id: str, platform: str, events: KnownEvents, secrets: Secrets) -> tuple[Event, Sequence[str]]:
    if platform not in receiving.platforms:
        raise UnknownEvent(f"no ticketing platform is called {platform!r}; known: {', '.join(receiving.platforms)}")
    event = events.get(event_id)
    active = secrets.webhook_secrets(event_id, platform) if event is not None else ()
    if event is None or not active:
        raise UnknownEvent(f"no event {event_id!r} takes registrations from {platform}")
    return event, active


def store_registration(event: Event, registration: Registration, *, hashing_key: bytes, id_key: bytes) -> Change:
    """Store one registration: one round trip to read, and one to write if it changes anything.

    A third is needed only where a ticket changed hands, for its earlier holder.

    :raises Conflict: where others kept writing the same ticket or person
    """
    attendee_id = attendee_id_of(event.event_id, registration.email, id_key) if registration.email else None
    ticket_key = f"{registration.platform}#{registration.reference}"
    for attempt in range(ATTEMPTS):
        tickets, known = attendees.load_for_registrations(event, [(ticket_key, attendee_id)])
        ticket = tickets.get(ticket_key)
        previous_holder = None
        if ticket is not None and ticket.attendee_id not in (None, attendee_id):
            previous_holder = attendees.load(event, ticket.attendee_id)
        change = register(
            registration,
            event_id=event.event_id,
            attendee_id=attendee_id,
            ticket=ticket,
            holder=known.get(attendee_id) if attendee_id else None,
            previous_holder=previous_holder,
        )
        if not change:
            return change
        before = dict(known)
        if previous_holder is not None:
            before[previous_holder.attendee_id] = previous_holder
        try:
            attendees.save(event, [(change, before)], hashing_key=hashing_key)
        except Conflict:
            if attempt == ATTEMPTS - 1:
                raise
            continue
        return change
    raise AssertionError("unreachable")
