"""The examples that AWS's Developer Guide gives, and laws of the sizes."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.meter.prices import US_EAST_1
from infra.meter.sizes import item_size, number_size, value_size
from infra.meter.units import TRANSACTION_FACTOR, read_units, reads_one_by_one, write_units

KB = 1024


@pytest.mark.parametrize(
    ("size", "consistent", "units"),
    [
        (3.5 * KB, True, 1),
        (8 * KB, True, 2),
        (8 * KB, False, 1),
        (10 * KB, True, 3),
        (0, True, 1),
        (0, False, 0.5),
    ],
)
def test_reads_step_by_four_kilobytes(size: float, consistent: bool, units: float) -> None:
    assert read_units(int(size), consistent=consistent) == units


def test_a_batch_rounds_each_item_and_a_query_their_sum() -> None:
    sizes = [int(1.5 * KB), int(6.5 * KB)]
    assert reads_one_by_one(sizes, consistent=True) == 3
    assert read_units(sum(sizes), consistent=True) == 2


@pytest.mark.parametrize(("before", "after", "units"), [(0, 500, 1), (0, 1536, 2), (3 * KB, 100, 3), (0, 0, 1)])
def test_writes_step_by_one_kilobyte_of_the_larger(before: int, after: int, units: float) -> None:
    assert write_units(before, after) == units


def test_a_transaction_of_three_small_items_takes_six_units() -> None:
    assert 3 * write_units(0, 500) * TRANSACTION_FACTOR == 6


@pytest.mark.parametrize(
    ("number", "size"),
    [("0", 1), ("27", 2), ("-27", 3), ("461", 3), ("-461", 4), ("1000000", 2), ("0.00000001", 2), ("1.5", 3)],
)
def test_a_number_takes_a_byte_for_two_digits_and_one_more(number: str, size: int) -> None:
    assert number_size(number) == size


@given(st.decimals(allow_nan=False, allow_infinity=False, places=8).map(lambda n: n.normalize()))
def test_a_number_never_takes_more_than_the_guide_says_it_does(number: Decimal) -> None:
    digits = len(str(abs(number.scaleb(20)).to_integral_value()).strip("0"))
    assert number_size(str(number)) <= -(-digits // 2) + 3
    assert number_size(str(number)) == number_size(f"{number:f}") == number_size(str(number * 100))


def test_names_and_nesting_count() -> None:
    assert item_size({}) == 0
    assert item_size({"pk": {"S": "é"}, "n": {"NULL": True}}) == 2 + 2 + 1 + 1
    assert value_size({"L": []}) == value_size({"M": {}}) == 3
    assert value_size({"M": {"ab": {"L": [{"S": "xyz"}]}}}) == 3 + 1 + 2 + 3 + 1 + 3


def test_prices_are_for_a_million() -> None:
    assert US_EAST_1.of("DynamoDB write request unit", 2_000_000) == pytest.approx(1.25)
    assert US_EAST_1.of("DynamoDB read request unit", 8_000_000) == pytest.approx(1.0)
