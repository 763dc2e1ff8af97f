"""The budgets that speak of a whole event, counted on one of 300 attendees with 1,500 connections each."""

from collections.abc import Iterator

import pytest

from infra.meter import US_EAST_1
from infra.meter.__main__ import Bill, play
from infra.meter.dynamodb_local import create_table, environment
from infra.meter.sample import Sample
from shared import storage
from shared.storage._table import Item

SIZE, LARGE = 300, 10_000


@pytest.fixture(scope="module")
def bill(endpoint_url: str) -> Iterator[Bill]:
    create_table(endpoint_url, "budgets")
    with environment(endpoint_url):
        storage.connect("budgets")
        yield play(Sample.create(SIZE, 1500), 20, lambda _: None)
    Item._connection = None


def test_everybody_registers_for_6_write_units_each(bill: Bill) -> None:
    assert bill.steps["100 of 299 others register"].write_units <= 6 * 100


def test_everybody_s_set_takes_at_most_20_write_units_beside_the_import_s_report(bill: Bill) -> None:
    assert bill.steps["100 of 299 others bring sets"].write_units <= (20 + 2) * 100


def test_a_newcomer_takes_at_most_700_read_units_and_no_write(bill: Bill) -> None:
    newcomer = bill.steps["a newcomer whom nobody knows"]
    assert newcomer.read_units <= 700
    assert newcomer.write_units == 0


def test_a_pass_over_10000_would_take_at_most_25000_read_units(bill: Bill) -> None:
    for step in ("one full pass, everybody new", "one full pass, nothing new"):
        assert bill.steps[step].read_units / SIZE * LARGE <= 25_000
    assert bill.steps["one full pass, nothing new"].write_units == 0


def test_an_event_of_10000_would_cost_less_than_a_dollar(bill: Bill) -> None:
    dollars = US_EAST_1.of("DynamoDB write request unit", bill.write_units) + US_EAST_1.of(
        "DynamoDB read request unit", bill.read_units
    )
    assert dollars / SIZE * LARGE < 1.0
