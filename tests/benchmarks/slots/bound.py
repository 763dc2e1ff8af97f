"""The bound of linear programming: no plan serves more pairs than this."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array

from shared.slots import Slot, exclude_each_other
from shared.slots.assignment import Pair, Span


def linear_bound(pairs: Sequence[Pair], slots: Sequence[Slot], busy: Mapping[str, Iterable[Span]]) -> float:
    """Meetings may be divided among slots; each person is in one slot at a time and each slot holds its capacity."""
    away = {
        person: {
            number for number, slot in enumerate(slots) for b, e in spans if slot.starts_at < e and b < slot.ends_at
        }
        for person, spans in busy.items()
    }
    columns = [
        (pair, number)
        for pair, (one, other) in enumerate(pairs)
        for number in range(len(slots))
        if number not in away[one] and number not in away[other]
    ]
    # Slots are spans of time: those that exclude each other all hold one moment, the beginning of the last of them.
    together = [
        [
            number
            for number, other in enumerate(slots)
            if exclude_each_other(slot, other) and other.starts_at <= slot.starts_at
        ]
        for slot in slots
    ]
    moments_of = defaultdict(list)
    for moment, numbers in enumerate(together):
        for number in numbers:
            moments_of[number].append(moment)
    rows: dict[tuple[str | int, int], int] = {}
    entries: list[tuple[int, int]] = []
    for column, (pair, number) in enumerate(columns):
        keys: list[tuple[str | int, int]] = [(-1, number), (pair, -1)]
        keys += [(person, moment) for person in pairs[pair] for moment in moments_of[number]]
        entries += [(rows.setdefault(key, len(rows)), column) for key in keys]
    limits = np.ones(len(rows))
    for (kind, number), row in rows.items():
        if kind == -1:
            limits[row] = slots[number].capacity
    at = np.array(entries).T
    matrix = csr_array((np.ones(len(entries)), (at[0], at[1])), shape=(len(rows), len(columns)))
    solved = linprog(-np.ones(len(columns)), A_ub=matrix, b_ub=limits, bounds=(0, None), method="highs")
    return float(-solved.fun)
