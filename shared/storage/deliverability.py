"""How each event's messages fare, counted in one small item; and the addresses that nobody writes to any more.

An event's mails change that item as often as they are sent, some hundred times a second at the most, where one item
takes a thousand writes a second. A bounce or a complaint is counted once, however often its receipt comes.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Final

from pynamodb.exceptions import DoesNotExist, TransactWriteError

from shared.events import Deliverability, Event, why_to_pause
from shared.storage._table import (
    MOST_ATTEMPTS,
    Conflict,
    CountedReceiptItem,
    HealthItem,
    SuppressedItem,
    batch_get,
    expiry,
    lost_a_race,
    partition,
    transaction,
    wait_a_little,
    written,
)

KIND: Final = "HEALTH"
MILLIONTHS: Final = 1_000_000  # sums of money are whole numbers of millionths of a dollar
KEPT_SUPPRESSED: Final = timedelta(days=400)  # a yearly event's next edition is still spared


class Suppression(StrEnum):
    """Why nobody writes to an address any more."""

    BOUNCED = "bounced"
    COMPLAINED = "complained"


@dataclass(frozen=True, slots=True)
class Judged:
    """The counters as they are, and whether it was just now that the event was paused."""

    health: Deliverability
    just_paused: bool = False


def load(event: Event) -> Deliverability:
    """How the event's mails fare; nothing counted where none went out yet."""
    try:
        return _health(HealthItem.get(*_key(event), consistent_read=True))
    except DoesNotExist:
        return Deliverability()


def count_sent(event: Event) -> None:
    """One more mail was taken by the provider.

    It never fails for being counted at the wrong moment: a mail that is not counted only makes the shares larger.
    """
    with contextlib.suppress(Conflict):
        _update(event, [HealthItem.sent.add(1), *_always(event)])


def count(event: Event, what: Suppression, *, attendee_id: str, wave: str) -> bool:
    """One more mail bounced or was complained of; False where that was counted before.

    :raises Conflict: where others kept being counted at the same moment
    """
    counter = HealthItem.bounced if what is Suppression.BOUNCED else HealthItem.complained
    pk, sk = _key(event)
    receipt = CountedReceiptItem(pk, f"{what}#{attendee_id}#{wave}", expires_at=expiry(event))
    for attempt in range(MOST_ATTEMPTS):
        try:
            with transaction() as write:
                write.save(receipt, condition=CountedReceiptItem.pk.does_not_exist())
                write.update(HealthItem(pk, sk), actions=[counter.add(1), *_always(event)])
        except TransactWriteError as error:
            if _counted_before(error):
                return False
            # Other mails of the event are being counted at the same moment.
            if not lost_a_race(error):
                raise
            wait_a_little(attempt)
        else:
            return True
    raise Conflict(f"the counters of {event.event_id!r} kept being written by others")


def judge(event: Event, *, now: datetime) -> Judged:
    """Pause the event where its counters say that it must not send on; to be called after every receipt."""
    health = load(event)
    because = why_to_pause(health)
    if health.paused or because is None:
        return Judged(health)
    just_paused = pause(event, because, now=now)
    return Judged(load(event), just_paused)


def pause(event: Event, because: str, *, now: datetime) -> bool:
    """Nothing more is sent for the event; False where it was paused already, which then stands as it was."""
    return _update(
        event,
        [
            HealthItem.paused_at.set(now.astimezone(UTC).isoformat(timespec="microseconds")),
            HealthItem.paused_because.set(because),
            *_always(event),
        ],
        HealthItem.paused_at.does_not_exist(),
    )


def resume(event: Event) -> bool:
    """Send on; False where the event was not paused.

    The counters of mails start over: whoever resumes has dealt with what was counted, and the next receipt would
    only pause the event again for the same mails. What was spent on text messages is spent and stays.
    """
    return _update(
        event,
        [
            HealthItem.paused_at.remove(),
            HealthItem.paused_because.remove(),
            HealthItem.sent.set(0),
            HealthItem.bounced.set(0),
            HealthItem.complained.set(0),
        ],
        HealthItem.paused_at.exists(),
    )


def take_text_message(event: Event) -> bool:
    """Take the price of one text message out of the event's budget; False where not enough is left of it."""
    price = round(event.text_message_price * MILLIONTHS)
    left_before = round(event.text_message_budget * MILLIONTHS) - price
    if left_before < 0:
        return False
    return _update(
        event,
        [HealthItem.texts.add(1), HealthItem.text_millionths.add(price), *_always(event)],
        HealthItem.text_millionths.does_not_exist() | (HealthItem.text_millionths <= left_before),
    )


def return_text_message(event: Event) -> None:
    """Put back what was taken for a text message that certainly did not go out."""
    price = round(event.text_message_price * MILLIONTHS)
    _update(event, [HealthItem.texts.add(-1), HealthItem.text_millionths.add(-price), *_always(event)])


def suppress(address_hash: str, why: Suppression, *, now: datetime) -> None:
    """Nobody writes to this address any more, at whichever event; see ``shared.attendees.address_hash_of``.

    A complaint takes the place of a bounce, never the other way round.
    """
    actions: list[Any] = [
        SuppressedItem.kind.set(SuppressedItem),
        SuppressedItem.why.set(why.value),
        SuppressedItem.expires_at.set(int((now + KEPT_SUPPRESSED).timestamp())),
    ]
    condition = (
        None
        if why is Suppression.COMPLAINED
        else SuppressedItem.why.does_not_exist() | (SuppressedItem.why == Suppression.BOUNCED.value)
    )
    written(SuppressedItem(*_suppressed_key(address_hash)).update, actions=actions, condition=condition)


def is_suppressed(hashes: Iterable[str]) -> bool:
    """Whether nobody writes to any of these addresses any more."""
    return bool(suppressed_of(hashes))


def suppressed_of(hashes: Iterable[str]) -> frozenset[str]:
    """Those of these addresses to which nobody writes any more."""
    keys = {_suppressed_key(each): each for each in hashes}
    return frozenset(keys[item.pk, item.sk] for item in batch_get(SuppressedItem, list(keys), consistent=True))


def unsuppress(address_hash: str) -> None:
    """Write to the address again: its mailbox was put right, or the person asked for it."""
    SuppressedItem(*_suppressed_key(address_hash)).delete()


def _update(event: Event, actions: list[Any], condition: Any = None) -> bool:
    """Change the event's counters; False where the condition does not hold.

    :raises Conflict: where bounces kept being counted at the same moment
    """
    return written(HealthItem(*_key(event)).update, actions=actions, condition=condition)


def _counted_before(error: TransactWriteError) -> bool:
    reasons = error.cancellation_reasons
    return bool(reasons and reasons[0] is not None and reasons[0].code == "ConditionalCheckFailed")


def _always(event: Event) -> list[Any]:
    """What an update has to say too, because it may be the one that makes the item."""
    return [HealthItem.kind.set(HealthItem), HealthItem.expires_at.set(expiry(event))]


def _key(event: Event) -> tuple[str, str]:
    return partition(event.event_id, KIND), KIND


def _suppressed_key(address_hash: str) -> tuple[str, str]:
    return f"SUPPRESSED#{address_hash}", "ADDRESS"


def _health(item: HealthItem) -> Deliverability:
    return Deliverability(
        sent=int(item.sent or 0),
        bounced=int(item.bounced or 0),
        complained=int(item.complained or 0),
        paused_at=datetime.fromisoformat(item.paused_at) if item.paused_at else None,
        paused_because=item.paused_because or "",
        texts=int(item.texts or 0),
        text_cost=int(item.text_millionths or 0) / MILLIONTHS,
    )
