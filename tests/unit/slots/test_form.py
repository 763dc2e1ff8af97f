"""The rows of a form: what comes back untouched is what is stored; several are made at once."""

from __future__ import annotations

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.slots import BadSlots, Slot
from shared.slots.form import row_of, rows_of_form, rows_of_several, slots_of_rows
from shared.slots.slot import slot_id_for

ZONE = ZoneInfo("Europe/Lisbon")
NOON = datetime(2026, 6, 1, 12, tzinfo=ZONE)
BAR = Slot("bar", NOON, NOON + timedelta(minutes=15), "coffee bar", 4)


@st.composite
def slots(draw: st.DrawFn) -> tuple[Slot, ...]:
    made = {}
    for place in draw(st.lists(st.text(st.characters(categories=("L", "N")), min_size=1, max_size=20), max_size=5)):
        starts_at = NOON + draw(st.timedeltas(timedelta(), timedelta(days=300)))
        length = draw(st.timedeltas(timedelta(seconds=1), timedelta(hours=12)))
        slot_id = draw(st.sampled_from([slot_id_for(starts_at, place), f"slot-{len(made)}"]))
        made[slot_id] = Slot(slot_id, starts_at, starts_at + length, place, draw(st.integers(1, 99)), len(made))
    return tuple(sorted(made.values(), key=lambda slot: slot.preference))


@given(slots())
def test_rows_that_nobody_touched_are_the_slots_that_were_there(before: tuple[Slot, ...]) -> None:
    fields = {
        f"slot-{number}-{name}": text for number, slot in enumerate(before) for name, text in row_of(slot).items()
    }
    assert slots_of_rows(rows_of_form(fields), ZONE, before) == before


@given(
    st.lists(
        st.fixed_dictionaries(dict.fromkeys(("day", "time", "minutes", "place", "capacity", "rank", "id"), st.text()))
    )
)
def test_whatever_is_typed_is_slots_or_their_problems(rows: list[dict[str, str]]) -> None:
    try:
        slots_of_rows(rows, ZONE, [BAR])
    except BadSlots as error:
        assert error.problems


def test_more_pairs_at_a_time_are_the_same_slot() -> None:
    [slot] = slots_of_rows([row_of(BAR) | {"capacity": "12"}], ZONE, [BAR])
    assert (slot.slot_id, slot.capacity) == ("bar", 12)


def test_a_row_that_is_taken_out_or_empty_is_no_slot() -> None:
    fields = {f"slot-0-{name}": text for name, text in row_of(BAR).items()}
    assert len(rows_of_form(fields | {"slot-1-minutes": "15", "slot-1-rank": "0"})) == 1
    assert rows_of_form(fields | {"slot-0-out": "yes"}) == []


def test_an_error_names_its_row() -> None:
    with pytest.raises(BadSlots, match=r"slot 2: minutes: must be a whole number"):
        slots_of_rows([row_of(BAR), row_of(BAR) | {"id": "", "minutes": "long"}], ZONE, [BAR])


def test_several_are_every_time_on_every_day() -> None:
    typed = {"days": "2026-06-01, 2026-06-02", "times": "10:30 15:30", "minutes": "15", "place": "bar", "capacity": "4"}
    rows = rows_of_several({f"several-{name}": text for name, text in typed.items()}, ZONE)
    assert [(row["day"], row["time"]) for row in rows] == [
        ("2026-06-01", "10:30"),
        ("2026-06-01", "15:30"),
        ("2026-06-02", "10:30"),
        ("2026-06-02", "15:30"),
    ]
    assert len(slots_of_rows(rows, ZONE, [])) == 4
