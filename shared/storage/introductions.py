"""Introductions, and the conditional changes of their state."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final

from pynamodb.exceptions import DoesNotExist

from shared.events import Event
from shared.introductions import Channel, Introduction, Mention, Part, State
from shared.introductions.states import before
from shared.storage._table import (
    IntroductionItem,
    expiry,
    in_parallel,
    partition,
    query_shards,
    shard_of,
    written,
)

# States into which only what was claimed before comes.
SENT_BEFORE: Final = frozenset({State.SENT, State.DELIVERED, State.BOUNCED, State.PARKED})


def add(event: Event, introduction: Introduction) -> bool:
    """Keep a new introduction; False where the attendee has one for this wave already, which then stands."""
    pk, sk = _key(event, introduction.attendee_id, introduction.wave)
    item = IntroductionItem(
        pk=pk,
        sk=sk,
        channel=introduction.channel.value,
        mentions=_mentions_text(introduction.mentions),
        last=introduction.last or None,
        held=[f"{attendee_id}#{network}" for attendee_id, network in introduction.held] or None,
        state=introduction.state.value,
        state_changed_at=_utc(introduction.state_changed_at),
        expires_at=expiry(event),
    )
    return written(item.save, condition=IntroductionItem.pk.does_not_exist())


def add_all(event: Event, several: Iterable[Introduction]) -> list[bool]:
    """The same for several, a few at a time; for each whether it was added."""
    return in_parallel(lambda each: add(event, each), list(several))


def load(event: Event, attendee_id: str, wave: str) -> Introduction | None:
    """What one attendee is told in one wave; None where nothing was planned."""
    try:
        return _introduction(event, IntroductionItem.get(*_key(event, attendee_id, wave), consistent_read=True))
    except DoesNotExist:
        return None


def load_of(event: Event, attendee_id: str) -> list[Introduction]:
    """Everything the attendee was or will be told, in every wave."""
    pk, _ = _key(event, attendee_id, "")
    items = IntroductionItem.query(pk, IntroductionItem.sk.startswith(f"{attendee_id}#"), consistent_read=True)
    return [_introduction(event, item) for item in items]


def load_all(event: Event, shards: Collection[int] | None = None) -> Iterator[Introduction]:
    """What everybody was or will be told, or those in some of the event's shards."""
    for item in query_shards(IntroductionItem, event, "INTRODUCTION", consistent=True, shards=shards):
        yield _introduction(event, item)


def delete_of(event: Event, attendee_id: str) -> None:
    """Forget everything the attendee was or would have been told."""
    with IntroductionItem.batch_write() as batch:
        for introduction in load_of(event, attendee_id):
            batch.delete(IntroductionItem(*_key(event, attendee_id, introduction.wave)))


def change_state(
    event: Event,
    introduction: Introduction,
    state: State,
    *,
    now: datetime,
    when_in: Collection[State] | None = None,
    said: Iterable[Mention] | None = None,
    provider_id: str | None = None,
    detail: str | None = None,
) -> bool:
    """Move an introduction to ``state`` if it stands in a state that this one may follow; False otherwise.

    What went out, or may have, keeps the time of its claim: what somebody answers comes after it, however late the
    provider's answer or receipt is.

    :param when_in: of the states that it may follow, only these
    """
    allowed = before(state) if when_in is None else before(state) & frozenset(when_in)
    actions: list[Any] = [IntroductionItem.state.set(state.value)]
    if state not in SENT_BEFORE:
        actions.append(IntroductionItem.state_changed_at.set(_utc(now)))
    if provider_id is not None:
        actions.append(IntroductionItem.provider_id.set(provider_id))
    if said is not None:
        actions.append(IntroductionItem.said.set(_mentions_text(said)))
    if detail is not None:
        actions.append(IntroductionItem.detail.set(detail))
    item = IntroductionItem(*_key(event, introduction.attendee_id, introduction.wave))
    return written(item.update, actions=actions, condition=IntroductionItem.state.is_in(*sorted(allowed)))


def note_published(event: Event, several: Iterable[Introduction], *, now: datetime) -> None:
    """Move several to "on the topic", a few at a time, those that are still only planned."""
    in_parallel(
        lambda each: change_state(event, each, State.PUBLISHED, when_in={State.PLANNED}, now=now), list(several)
    )


def _introduction(event: Event, item: IntroductionItem) -> Introduction:
    attendee_id, _, wave = item.sk.partition("#")
    return Introduction(
        event_id=event.event_id,
        attendee_id=attendee_id,
        wave=wave,
        channel=Channel(item.channel),
        mentions=_mentions(item.mentions),
        said=_mentions(item.said or ()),
        last=bool(item.last),
        held=tuple((text.split("#")[0], text.split("#")[1]) for text in item.held or ()),
        state=State(item.state),
        state_changed_at=datetime.fromisoformat(item.state_changed_at),
        provider_id=item.provider_id,
        detail=item.detail,
    )


def _mentions_text(mentions: Iterable[Mention]) -> list[str]:
    return ["#".join(filter(None, (mention.part, mention.person, mention.note))) for mention in mentions]


def _mentions(texts: Iterable[str]) -> tuple[Mention, ...]:
    parts = (text.split("#", 2) for text in texts)
    return tuple(Mention(Part(part), person, *note) for part, person, *note in parts)


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _key(event: Event, attendee_id: str, wave: str) -> tuple[str, str]:
    shard = shard_of(attendee_id, event.shards)
    return partition(event.event_id, "INTRODUCTION", shard), f"{attendee_id}#{wave}"
