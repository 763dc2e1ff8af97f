"""Several shards read at a time: everything once, little in memory, and no thread left behind."""

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.storage._table import AT_A_TIME, READERS, side_by_side


@given(st.lists(st.integers(0, 3 * AT_A_TIME), max_size=2 * READERS))
def test_everything_comes_once_and_each_source_s_in_its_order(sizes: list[int]) -> None:
    found = list(side_by_side([[(source, n) for n in range(size)] for source, size in enumerate(sizes)]))
    assert sorted(found) == [(source, n) for source, size in enumerate(sizes) for n in range(size)]
    for source in range(len(sizes)):
        own = [n for of, n in found if of == source]
        assert own == sorted(own)


def test_a_slow_user_lets_only_a_few_wait_in_memory() -> None:
    fetched = []

    def source(number: int) -> Iterator[int]:
        for n in range(10 * AT_A_TIME):
            fetched.append((number, n))
            yield n

    reading = side_by_side([source(number) for number in range(10)])
    next(reading)
    reading.close()
    assert len(fetched) <= (READERS + 1) * AT_A_TIME


def test_a_source_that_fails_fails_the_reading_and_leaves_no_thread() -> None:
    def broken() -> Iterator[int]:
        yield 1
        raise OSError("no answer")

    before = threading.active_count()
    with pytest.raises(OSError, match="no answer"):
        list(side_by_side([broken(), [2], [3], [4]]))
    assert threading.active_count() == before
