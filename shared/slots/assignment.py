"""Who meets when: as many of the pairs who want to meet as possible, without moving what is confirmed.

Beside being possible a plan is, in this order: without a loss for those who had a slot before, with as many pairs as
were found, with as few in another slot than before, and in the better slots (``Slot.preference``). For twelve pairs or
fewer the plan is the best of all by this order, unless trying would take too long; beyond that it is a search, and
``Plan.most_possible`` says how far from the best it can be at most. The same input gives the same plan, in whatever
order it comes.
"""

from __future__ import annotations

import enum
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias

from shared.slots.board import NOWHERE, Board
from shared.slots.exact import improve, most_possible
from shared.slots.search import displace, fill, make_room, settle
from shared.slots.slot import Slot, exclude_each_other

Pair: TypeAlias = tuple[str, str]  # two people's ids, in order
Span: TypeAlias = tuple[datetime, datetime]  # zone-aware; the end is excluded


class Reason(enum.StrEnum):
    """Why a pair has no slot, as a sentence about "the two"."""

    NO_SLOTS = "the event has no slots"
    NEVER_BOTH_FREE = "there is no slot to which both of the two can come"
    OTHER_MEETINGS = "in every slot to which both could come, one of the two meets somebody else"
    FULL = "every slot to which both could come is full"
    FULL_OR_OTHER_MEETINGS = "every slot to which both could come is full, or one of the two meets somebody else then"


@dataclass(frozen=True, slots=True)
class Plan:
    """Who meets in which slot, and why the others do not."""

    meetings: Mapping[Pair, str]  # slot ids; in order of the pairs
    unserved: Mapping[Pair, Reason]
    moved: tuple[Pair, ...]  # those who were in another slot before
    most_possible: int  # no plan whatever serves more pairs


def pair_of(one: str, other: str) -> Pair:
    """The two as a pair, in whatever order they come. Raises ValueError for one person twice."""
    if one == other:
        raise ValueError("nobody meets themselves: the two ids of a pair are the same")
    return (one, other) if one < other else (other, one)


def assign(
    pairs: Iterable[tuple[str, str]],
    slots: Iterable[Slot],
    *,
    busy: Mapping[str, Iterable[Span]] | None = None,
    fixed: Mapping[Pair, str] | None = None,
    previous: Mapping[Pair, str] | None = None,
    walking: timedelta = timedelta(),
) -> Plan:
    """A slot for as many pairs as possible.

    ``busy`` are the times at which a person cannot come. ``fixed`` pairs (pair to slot id) stay where they are whatever
    else is given, even where that breaks a rule; ``previous`` ones keep a slot while they can, if possible the same.
    ``walking`` is the least time between two slots of one person at different places; it is not added to ``busy``.
    Raises ValueError for slots of one id, for a fixed pair whose slot is not among the slots, and for times without a
    zone.
    """
    ordered = sorted(slots, key=lambda slot: slot.preference)
    number_of = {slot.slot_id: number for number, slot in enumerate(ordered)}
    if len(number_of) < len(ordered):
        raise ValueError("two of the slots have the same id")
    settled = {pair_of(*pair): slot_id for pair, slot_id in (fixed or {}).items()}
    gone = sorted({slot_id for slot_id in settled.values() if slot_id not in number_of})
    if gone:
        raise ValueError(f'a confirmed meeting is in slot "{gone[0]}", which is not among the slots: cancel it first')
    wanted = sorted({pair_of(*pair) for pair in pairs} - settled.keys())
    before = {pair_of(*pair): slot_id for pair, slot_id in (previous or {}).items()}

    clashes = _clashes(ordered, walking)
    taken = _taken(ordered, busy or {})
    everything = (1 << len(ordered)) - 1
    both_free = [everything & ~(taken[one] | taken[other]) for one, other in wanted]
    room = [slot.capacity for slot in ordered]
    for pair, slot_id in settled.items():
        room[number_of[slot_id]] -= 1
        for person in pair:
            taken[person] |= clashes[number_of[slot_id]]
    allowed = [everything & ~(taken[one] | taken[other]) for one, other in wanted]
    board = _board(wanted, allowed, clashes, room)
    found, proven = _search(board, [number_of.get(before.get(pair, ""), NOWHERE) for pair in wanted])

    meetings = settled | {
        pair: ordered[slot].slot_id for pair, slot in zip(wanted, board.where, strict=True) if slot != NOWHERE
    }
    return Plan(
        meetings={pair: meetings[pair] for pair in sorted(meetings)},
        unserved={
            pair: _reason(board, number, both_free[number])
            for number, pair in enumerate(wanted)
            if pair not in meetings
        },
        moved=tuple(pair for pair in wanted if pair in meetings and before.get(pair, meetings[pair]) != meetings[pair]),
        most_possible=len(settled) + (sum(slot != NOWHERE for slot in board.where) if proven else found),
    )


def _search(board: Board, kept: Sequence[int]) -> tuple[int, bool]:
    """Fills the board; the bound on the pairs it can hold, and whether no plan whatever holds more than it does."""
    bound = most_possible(board)
    unavoidable = len(board.pairs) - bound
    for pair, slot in enumerate(kept):
        if slot != NOWHERE and board.free(pair) & board.open & 1 << slot:
            board.put(pair, slot)
    fill(board)
    for pair in board.waiting():
        make_room(board, pair)
    if len(board.waiting()) > unavoidable:
        displace(board, unavoidable, kept)
    settle(board, kept)
    best = improve(board, kept)
    return bound, best and all(slot == NOWHERE for slot in kept)


def _board(pairs: Sequence[Pair], allowed: Sequence[int], clashes: Sequence[int], room: Sequence[int]) -> Board:
    number_of = {person: number for number, person in enumerate(sorted({person for pair in pairs for person in pair}))}
    numbered = [(number_of[one], number_of[other]) for one, other in pairs]
    return Board(numbered, allowed, clashes, room, len(number_of))


def _clashes(slots: Sequence[Slot], walking: timedelta) -> list[int]:
    return [
        sum(1 << number for number, other in enumerate(slots) if exclude_each_other(slot, other, walking))
        for slot in slots
    ]


def _taken(slots: Sequence[Slot], busy: Mapping[str, Iterable[Span]]) -> defaultdict[str, int]:
    """For each person the slots that fall into times at which they cannot come."""
    times = [(slot.starts_at.astimezone(UTC), slot.ends_at.astimezone(UTC)) for slot in slots]
    taken: defaultdict[str, int] = defaultdict(int)
    for person, spans in busy.items():
        for begin, end in spans:
            if begin.utcoffset() is None or end.utcoffset() is None:
                raise ValueError("a time at which somebody is busy has no time zone")
            starts_at, ends_at = begin.astimezone(UTC), end.astimezone(UTC)
            for number, (opens, closes) in enumerate(times):
                taken[person] |= (opens < ends_at and starts_at < closes) << number
    return taken


def _reason(board: Board, pair: int, both_free: int) -> Reason:
    if not board.room:
        return Reason.NO_SLOTS
    if not both_free:
        return Reason.NEVER_BOTH_FREE
    if not both_free & board.open:
        return Reason.FULL
    return Reason.FULL_OR_OTHER_MEETINGS if board.free(pair) else Reason.OTHER_MEETINGS
