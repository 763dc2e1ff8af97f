"""The simulated table answers as DynamoDB does (the same tests run on DynamoDB Local), and tells its stream."""

from __future__ import annotations

import random
from typing import Any

import pytest

from tests.simulation.conformance import Call, Conformance, key
from tests.simulation.database import LATE_S, Change, Database
from tests.simulation.expressions import UnknownExpression, condition, update

TABLE = "simulated"


@pytest.fixture
def table() -> str:
    return TABLE


@pytest.fixture
def call() -> Call:
    database = Database()
    return lambda operation, **request: database.call(operation, request)


class TestAsDynamoDbDoes(Conformance):
    pass


def test_the_stream_has_both_images_and_passes_over_what_changed_nothing() -> None:
    seen: list[Change] = []
    database = Database(watch=seen.append)
    for item in ({**key("a"), "n": {"N": "1"}}, {**key("a"), "n": {"N": "1"}}, {**key("a"), "n": {"N": "2"}}):
        database.call("PutItem", {"Item": item})
    database.call("DeleteItem", {"Key": key("a")})
    assert [(c.number, c.old and c.old["n"], c.new and c.new["n"]) for c in seen] == [
        (1, None, {"N": "1"}),
        (2, {"N": "1"}, {"N": "2"}),
        (3, {"N": "2"}, None),
    ]


def test_a_read_that_may_be_late_is_at_most_a_second_late_and_shows_a_moment_as_it_was() -> None:
    clock = [0.0]
    database = Database(now=lambda: clock[0], chance=random.Random(1), late=1.0)
    database.call("PutItem", {"Item": key("a")})
    clock[0] = LATE_S + 0.1
    database.call("PutItem", {"Item": key("b")})
    database.call("PutItem", {"Item": key("c")})
    query: dict[str, Any] = {
        "KeyConditionExpression": "#0 = :0",
        "ExpressionAttributeNames": {"#0": "pk"},
        "ExpressionAttributeValues": {":0": {"S": "p"}},
    }
    seen = {tuple(i["sk"]["S"] for i in database.call("Query", query)["Items"]) for _ in range(100)}
    assert seen == {("a",), ("a", "b"), ("a", "b", "c")}
    assert len(database.call("Query", {**query, "ConsistentRead": True})["Items"]) == 3


@pytest.mark.parametrize("text", ["size (#0) > :0", "contains (#0, :0)", "#0 = :0 #1", "#0.#1 = :0"])
def test_what_is_not_understood_is_refused(text: str) -> None:
    with pytest.raises(UnknownExpression):
        condition(text)
    with pytest.raises(UnknownExpression):
        update(f"SET {text}")
