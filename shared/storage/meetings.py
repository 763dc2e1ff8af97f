"""Meetings: one item for each pair of an event that was introduced or asked, with both answers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Set
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, Final

from shared.events import Event
from shared.introductions import Answer, Closeness, Meeting, Outcome, Side, Stage
from shared.storage._table import (
    Conflict,
    MeetingItem,
    batch_get,
    expiry,
    in_parallel,
    partition,
    query_shards,
    shard_of,
    written,
)

# Two people and a wave may want to change one meeting at the same moment, and nobody else.
ATTEMPTS: Final = 6


def save(event: Event, meeting: Meeting) -> bool:
    """Keep a meeting, new or changed; False where somebody else has written it since it was read."""
    item = MeetingItem(
        *_key(event, meeting.pair),
        facts=to_facts(meeting),
        version=meeting.version + 1,
        expires_at=expiry(event),
    )
    unchanged = MeetingItem.version == meeting.version if meeting.version else MeetingItem.pk.does_not_exist()
    return written(item.save, condition=unchanged)


def save_all(event: Event, meetings: Iterable[Meeting]) -> list[Meeting]:
    """Keep several; those that somebody else has written since they were read, which stay as that one wrote them."""
    several = list(meetings)
    saved = in_parallel(lambda meeting: save(event, meeting), several)
    return [meeting for meeting, done in zip(several, saved, strict=True) if not done]


def change(event: Event, pair: tuple[str, str], how: Callable[[Meeting], Meeting]) -> Meeting | None:
    """Read a meeting, change it, write it if that changed anything; as it is afterwards, None where there is none.

    :raises Conflict: where others kept writing it
    """
    for _ in range(ATTEMPTS):
        meeting = load(event, [pair]).get(pair)
        if meeting is None:
            return None
        changed = how(meeting)
        if changed == meeting:
            return meeting
        if save(event, changed):
            return replace(changed, version=meeting.version + 1)
    raise Conflict("the same meeting kept being written by others")


def load(event: Event, pairs: Iterable[tuple[str, str]], *, consistent: bool = True) -> dict[tuple[str, str], Meeting]:
    """Those of the pairs (ids in order) that have a meeting, as they are now.

    :param consistent: False: at half the price, as they were a moment ago
    """
    keys = [_key(event, pair) for pair in pairs]
    meetings = (_meeting(event, item) for item in batch_get(MeetingItem, keys, consistent=consistent))
    return {meeting.pair: meeting for meeting in meetings}


def load_of(event: Event, attendee_id: str, others: Iterable[str]) -> dict[str, Meeting]:
    """The attendee's meetings with some others, by the other's id; an introduction says who they are."""
    found = load(event, {(min(attendee_id, other), max(attendee_id, other)) for other in others})
    return {meeting.other(attendee_id): meeting for meeting in found.values()}


def load_all(event: Event, concerning: Set[str] | None = None) -> Iterator[Meeting]:
    """Every meeting, or those of some attendees; a meeting lies with the first of the two, so all are read."""
    for item in query_shards(MeetingItem, event, "MEETING", consistent=True):
        if concerning is None or not concerning.isdisjoint(item.sk.split("#")):
            yield _meeting(event, item)


def delete_of(event: Event, attendee_id: str, others: Iterable[str]) -> None:
    """Forget the attendee's meetings with these others."""
    with MeetingItem.batch_write() as batch:
        for other in set(others):
            batch.delete(MeetingItem(*_key(event, (min(attendee_id, other), max(attendee_id, other)))))


def to_facts(meeting: Meeting) -> dict[str, Any]:
    """What is stored of a meeting beside its pair and version."""
    facts = {
        "closeness": int(meeting.closeness),
        # JSON of a float is exact; a number of DynamoDB's would come back as a decimal.
        "strength": meeting.strength,
        "stage": meeting.stage.value,
        "wave": meeting.wave,
        "since": _utc(meeting.since),
        "sides": [_side_facts(side) for side in meeting.sides],
        "confirmer": meeting.confirmer,
        "confirmed_at": meeting.confirmed_at and _utc(meeting.confirmed_at),
        "introducers": list(meeting.introducers),
        "shared": meeting.shared,
        "slot": meeting.slot_id,
        "sequence": meeting.sequence,
        "ended_at": meeting.ended_at and _utc(meeting.ended_at),
    }
    return {name: value for name, value in facts.items() if value or name in ("closeness", "strength")}


def _side_facts(side: Side) -> list[str | None]:
    return [
        side.answer and side.answer.value,
        _utc(side.answered_at) if side.answered_at else None,
        side.outcome and side.outcome.value,
        _utc(side.outcome_at) if side.outcome_at else None,
    ]


def _side(facts: list[str | None]) -> Side:
    answer, answered_at, outcome, outcome_at = facts
    return Side(
        Answer(answer) if answer else None, _moment(answered_at), Outcome(outcome) if outcome else None,
        _moment(outcome_at),
    )  # fmt: skip


def _meeting(event: Event, item: MeetingItem) -> Meeting:
    a, _, b = item.sk.partition("#")
    return from_facts(event, (a, b), item.facts, version=int(item.version))


def from_facts(event: Event, pair: tuple[str, str], facts: dict[str, Any], *, version: int) -> Meeting:
    """The meeting of which ``facts`` were kept, and in which version."""
    a, b = pair
    one, other = map(_side, facts["sides"])
    return Meeting(
        event_id=event.event_id,
        a=a,
        b=b,
        closeness=Closeness(facts["closeness"]),
        strength=float(facts["strength"]),
        stage=Stage(facts["stage"]),
        wave=facts["wave"],
        since=datetime.fromisoformat(facts["since"]),
        sides=(one, other),
        confirmer=facts.get("confirmer"),
        confirmed_at=_moment(facts.get("confirmed_at")),
        introducers=tuple(facts.get("introducers", ())),
        shared=int(facts.get("shared", 0)),
        slot_id=facts.get("slot"),
        sequence=int(facts.get("sequence", 0)),
        ended_at=_moment(facts.get("ended_at")),
        version=version,
    )


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _key(event: Event, pair: tuple[str, str]) -> tuple[str, str]:
    a, b = pair
    return partition(event.event_id, "MEETING", shard_of(a, event.shards)), f"{a}#{b}"
