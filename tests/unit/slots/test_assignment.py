"""Who meets when: the laws, held against trying everything."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from shared.slots import Pair, Plan, Reason, Slot, assign, exclude_each_other, pair_of
from shared.slots.assignment import Span

START = datetime(2026, 6, 2, 9, tzinfo=UTC)
PEOPLE = "abcdef"
WALK = timedelta(minutes=10)


def slot(number: int, *, begins: int | None = None, minutes: int = 15, place: str = "bar", capacity: int = 1) -> Slot:
    """A slot that begins so many minutes after nine; one after another, unless said otherwise."""
    starts_at = START + timedelta(minutes=number * 30 if begins is None else begins)
    return Slot(f"slot-{number}", starts_at, starts_at + timedelta(minutes=minutes), place, capacity)


def pairs(text: str) -> list[Pair]:
    return [pair_of(*pair) for pair in text.split()]


def spans(person: str, *slots: Slot) -> dict[str, list[Span]]:
    return {person: [(slot.starts_at, slot.ends_at) for slot in slots]}


@dataclass(frozen=True)
class Case:
    wanted: Sequence[Pair]
    slots: Sequence[Slot]
    busy: Mapping[str, Sequence[Span]]
    walking: timedelta

    def plan(self, fixed: Mapping[Pair, str] | None = None, previous: Mapping[Pair, str] | None = None) -> Plan:
        return assign(self.wanted, self.slots, busy=self.busy, fixed=fixed, previous=previous, walking=self.walking)

    def possible(self, meetings: Mapping[Pair, str], checked: Sequence[Pair]) -> bool:
        """Whether the ``checked`` meetings break no rule among all ``meetings``."""
        by_id = {slot.slot_id: slot for slot in self.slots}
        filled = Counter(meetings.values())
        for pair in checked:
            here = by_id[meetings[pair]]
            others = [by_id[at] for other, at in meetings.items() if other != pair and set(other) & set(pair)]
            times = [span for person in pair for span in self.busy.get(person, ())]
            if filled[here.slot_id] > here.capacity:
                return False
            if any(exclude_each_other(here, other, self.walking) for other in others):
                return False
            if any(begin < here.ends_at and here.starts_at < end for begin, end in times):
                return False
        return True

    def most(self, fixed: Mapping[Pair, str]) -> int:
        """How many pairs the best of all plans serves, by trying every one."""
        free = [pair for pair in self.wanted if pair not in fixed]

        def tried(index: int, meetings: dict[Pair, str]) -> int:
            if index == len(free):
                return len(meetings)
            found = tried(index + 1, meetings)
            for slot in self.slots:
                further = {**meetings, free[index]: slot.slot_id}
                if self.possible(further, [pair for pair in further if pair not in fixed]):
                    found = max(found, tried(index + 1, further))
            return found

        return tried(0, dict(fixed))


@st.composite
def cases(draw: st.DrawFn, most_pairs: int = 5, most_slots: int = 4) -> Case:
    count = draw(st.integers(1, most_slots))
    slots = [
        slot(
            number,
            begins=draw(st.integers(0, 8)) * 10,
            minutes=draw(st.sampled_from((10, 20, 30))),
            place=draw(st.sampled_from(("bar", "garden"))),
            capacity=draw(st.integers(1, 2)),
        )
        for number in range(count)
    ]
    every = [pair_of(one, other) for one, other in itertools.combinations(PEOPLE, 2)]
    wanted = draw(st.lists(st.sampled_from(every), unique=True, max_size=most_pairs))
    busy = {
        person: [(slot.starts_at, slot.ends_at) for slot in draw(st.lists(st.sampled_from(slots), max_size=2))]
        for person in draw(st.lists(st.sampled_from(PEOPLE), unique=True, max_size=3))
    }
    return Case(wanted, slots, busy, draw(st.sampled_from((timedelta(), WALK))))


@st.composite
def with_some_fixed(draw: st.DrawFn) -> tuple[Case, dict[Pair, str]]:
    """A case and meetings in it that are confirmed: some of those of a plan."""
    case = draw(cases())
    meetings = case.plan().meetings
    return case, {pair: slot_id for pair, slot_id in meetings.items() if draw(st.booleans())}


@given(with_some_fixed())
def test_nobody_is_double_booked_no_slot_overfull_and_everybody_can_come(
    given_case: tuple[Case, dict[Pair, str]],
) -> None:
    case, fixed = given_case
    meetings = case.plan(fixed).meetings

    assert case.possible(meetings, list(meetings))


@given(with_some_fixed())
def test_as_many_pairs_are_served_as_any_plan_serves(given_case: tuple[Case, dict[Pair, str]]) -> None:
    case, fixed = given_case
    plan = case.plan(fixed)

    assert len(plan.meetings) == case.most(fixed) == plan.most_possible


@given(cases(most_pairs=6), st.data())
def test_what_is_confirmed_never_moves_whatever_else_is_asked(case: Case, data: st.DataObject) -> None:
    ids = st.sampled_from([slot.slot_id for slot in case.slots])
    fixed = data.draw(st.dictionaries(st.sampled_from(pairs("ab cd ae bf")), ids))
    plan = case.plan(fixed)
    asked = [pair for pair in plan.meetings if pair not in fixed]

    assert {pair: plan.meetings[pair] for pair in fixed} == fixed
    assert case.possible(plan.meetings, asked)


@given(with_some_fixed(), st.randoms(use_true_random=False))
def test_the_order_of_everything_changes_nothing(given_case: tuple[Case, dict[Pair, str]], random: object) -> None:
    case, fixed = given_case
    shuffle = random.shuffle  # type: ignore[attr-defined]
    wanted, slots = [pair[::-1] for pair in case.wanted], list(case.slots)
    people, kept = list(case.busy.items()), [(pair[::-1], at) for pair, at in fixed.items()]
    for entries in (wanted, slots, people, kept):
        shuffle(entries)

    assert Case(wanted, slots, dict(people), case.walking).plan(dict(kept)) == case.plan(fixed)  # type: ignore[arg-type]


@given(with_some_fixed(), st.data())
def test_a_pair_less_never_moves_a_confirmed_one_and_costs_at_most_itself(
    given_case: tuple[Case, dict[Pair, str]], data: st.DataObject
) -> None:
    case, fixed = given_case
    assume(case.wanted)
    before = case.plan(fixed)
    gone = data.draw(st.sampled_from(list(case.wanted)))
    kept = {pair: at for pair, at in fixed.items() if pair != gone}
    after = replace(case, wanted=[pair for pair in case.wanted if pair != gone]).plan(kept, before.meetings)

    assert all(after.meetings[pair] == at for pair, at in kept.items())
    assert before.meetings.keys() - {gone} <= after.meetings.keys()
    assert len(after.meetings) >= len(before.meetings) - 1


@given(cases())
def test_a_plan_made_again_is_the_same_and_moves_nobody(case: Case) -> None:
    before = case.plan()
    after = case.plan(previous=before.meetings)

    assert (after.meetings, after.moved) == (before.meetings, ())


@given(with_some_fixed())
def test_every_pair_has_a_slot_or_a_reason(given_case: tuple[Case, dict[Pair, str]]) -> None:
    case, fixed = given_case
    plan = case.plan(fixed)

    assert plan.meetings.keys() | plan.unserved.keys() == {*case.wanted, *fixed}
    assert not plan.meetings.keys() & plan.unserved.keys()


@settings(max_examples=30)
@given(st.integers(0, 10_000), st.integers(13, 60), st.integers(1, 6), st.integers(1, 12))
def test_the_laws_hold_beyond_what_can_be_tried(seed: int, number: int, count: int, capacity: int) -> None:
    names = [f"p{index:02}" for index in range(20)]
    every = list(itertools.combinations(names, 2))
    wanted = [every[(seed + 7 * index) % len(every)] for index in range(number)]
    slots = [slot(index, begins=index * 10, capacity=capacity) for index in range(count)]
    case = Case(wanted, slots, spans(names[seed % 20], slots[0]), timedelta())
    plan = case.plan()
    later = replace(case, wanted=wanted[1:]).plan(previous=plan.meetings)

    for made in (plan, later):
        assert case.possible(made.meetings, list(made.meetings))
        assert len(made.meetings) <= made.most_possible
    assert assign(wanted[::-1], slots[::-1], busy=case.busy) == plan
    assert set(wanted[1:]) & plan.meetings.keys() <= later.meetings.keys()


def test_the_better_slots_are_filled_first() -> None:
    late, early, liked = slot(2), slot(1), replace(slot(3), rank=0)
    worse = [replace(late, rank=1), replace(early, rank=1)]

    assert assign(pairs("ab"), [late, early]).meetings == {("a", "b"): "slot-1"}
    assert assign(pairs("ab"), [*worse, liked]).meetings == {("a", "b"): "slot-3"}


def test_after_a_cancellation_those_who_waited_come_in_and_nobody_else_moves() -> None:
    slots = [slot(1, capacity=2), slot(2)]
    before = assign(pairs("ab cd ef gh"), slots)
    (waiting,) = before.unserved
    gone = next(iter(before.meetings))
    left = [pair for pair in pairs("ab cd ef gh") if pair != gone]
    after = assign(left, slots, previous=before.meetings)

    assert waiting in after.meetings
    assert not after.unserved
    assert after.moved == ()


@pytest.mark.parametrize("seed", range(8))
def test_whoever_had_a_slot_keeps_one_when_many_others_want_it(seed: int) -> None:
    every = list(itertools.combinations([f"p{index:02}" for index in range(16)], 2))
    wanted = [every[(seed + 7 * index) % len(every)] for index in range(80)]
    slots = [slot(index, begins=index * 10, capacity=5) for index in range(6)]
    before = assign(wanted[:25], slots)
    after = assign(wanted, slots, previous=before.meetings)

    assert before.meetings.keys() <= after.meetings.keys()
    assert len(after.meetings) >= len(before.meetings)


def test_a_meeting_whose_slot_is_gone_is_moved_and_named() -> None:
    plan = assign(pairs("ab"), [slot(1)], previous={("a", "b"): "slot-9"})

    assert plan.moved == (("a", "b"),)


@pytest.mark.parametrize(
    ("wanted", "slots", "busy", "reasons"),
    [
        ("ab", [], {}, [Reason.NO_SLOTS]),
        ("ab", [slot(1)], spans("a", slot(1)), [Reason.NEVER_BOTH_FREE]),
        ("ab cd", [slot(1)], {}, [Reason.FULL]),
        ("ab ac", [slot(1, capacity=2)], {}, [Reason.OTHER_MEETINGS]),
        ("ab bc cd ef", [slot(1), slot(2)], spans("d", slot(1)), [Reason.FULL, Reason.FULL]),
    ],
)
def test_whoever_gets_no_slot_is_told_why(
    wanted: str, slots: list[Slot], busy: dict[str, list[Span]], reasons: list[Reason]
) -> None:
    assert list(assign(pairs(wanted), slots, busy=busy).unserved.values()) == reasons


def test_the_reason_tells_full_slots_from_other_meetings() -> None:
    confirmed = {("e", "f"): "slot-1", ("a", "b"): "slot-2"}
    plan = assign(pairs("ac"), [slot(1), slot(2, capacity=2)], fixed=confirmed)

    assert plan.unserved == {("a", "c"): Reason.FULL_OR_OTHER_MEETINGS}


def test_what_cannot_be_meant_is_refused() -> None:
    naive = START.replace(tzinfo=None)
    with pytest.raises(ValueError, match="nobody meets themselves"):
        assign([("a", "a")], [slot(1)])
    with pytest.raises(ValueError, match="same id"):
        assign(pairs("ab"), [slot(1), replace(slot(2), slot_id="slot-1")])
    with pytest.raises(ValueError, match="not among the slots"):
        assign(pairs("ab"), [slot(1)], fixed={("a", "b"): "slot-2"})
    with pytest.raises(ValueError, match="no time zone"):
        assign(pairs("ab"), [slot(1)], busy={"a": [(naive, naive)]})
