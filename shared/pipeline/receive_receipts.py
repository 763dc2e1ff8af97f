"""What became of a mail: the introduction's state, the addresses nobody writes to any more, and the event's health."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from shared.attendees import address_hash_of
from shared.events import Event, why_to_pause
from shared.introductions import State
from shared.notifications.receipts import Receipt, ReceiptKind
from shared.pipeline.decide import stop
from shared.pipeline.known_events import KnownEvents
from shared.storage import deliverability, introductions
from shared.storage.deliverability import Suppression


@dataclass(frozen=True, slots=True)
class Received:
    """What a receipt changed."""

    state: State | None = None  # that the introduction came into by it
    suppressed: bool = False  # whether nobody writes to the address any more
    over_the_limit: str | None = None  # why the event must not send on
    just_paused: bool = False  # by this receipt


def receive_receipt(
    receipt: Receipt,
    *,
    events: KnownEvents,
    hashing_key: Callable[[Event], bytes],
    suppression_key: Callable[[], bytes],
    now: datetime,
) -> Received:
    """Draw the consequences of one receipt; a second time it changes nothing more.

    :param suppression_key: for addresses, across events (see Secrets); both keys are asked for only where needed
    :raises shared.storage.Conflict: where the attendee kept being changed by somebody else
    """
    why = _why_to_suppress(receipt)
    suppressed = why is not None and receipt.address != ""
    if why is not None and suppressed:
        # First of all, and for every event: whatever fails after it, nobody writes there again.
        deliverability.suppress(address_hash_of(receipt.address, suppression_key()), why, now=now)
    event = events.get(receipt.event_id)
    if event is None:
        return Received(suppressed=suppressed)
    state = _move_on(event, receipt, now)
    if why is not None and receipt.counted:
        deliverability.count(event, why, attendee_id=receipt.attendee_id, wave=receipt.wave)
    if receipt.kind is ReceiptKind.COMPLAINED:
        stop(event, receipt.attendee_id, hashing_key=hashing_key(event), now=now)
    # At each of them, also of a delivery: the two hundredth mail may come after the last bounce.
    judged = deliverability.judge(event, now=now)
    return Received(state, suppressed, why_to_pause(judged.health), judged.just_paused)


def _why_to_suppress(receipt: Receipt) -> Suppression | None:
    if receipt.kind is ReceiptKind.COMPLAINED:
        return Suppression.COMPLAINED
    if receipt.kind is ReceiptKind.BOUNCED and receipt.permanent:
        return Suppression.BOUNCED
    return None


def _move_on(event: Event, receipt: Receipt, now: datetime) -> State | None:
    """The state that the receipt brought the introduction into; None where it says nothing new."""
    introduction = introductions.load(event, receipt.attendee_id, receipt.wave)
    if introduction is None:
        return None
    state = State.DELIVERED  # whoever complains has got it
    if receipt.kind is ReceiptKind.BOUNCED:
        # What came back only for now went out, and may have been somebody's automatic answer.
        state = State.BOUNCED if receipt.permanent else State.SENT
    return state if introductions.change_state(event, introduction, state, now=now) else None
