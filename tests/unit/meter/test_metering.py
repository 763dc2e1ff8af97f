"""What the meter sees and what it does not, on a backend whose own figures are wrong."""

import threading
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import EndpointConnectionError

from infra.meter import Call, Figures, Meter, metered
from tests.in_memory import NAME as TABLE

KB = 1024


def item(name: str, size: int = 100) -> dict[str, Any]:
    """An item of exactly ``size`` bytes."""
    return {"pk": {"S": "p"}, "sk": {"S": name}, "x": {"B": b"." * (size - len(name) - 6)}}


def key(name: str) -> dict[str, Any]:
    return {"pk": {"S": "p"}, "sk": {"S": name}}


def call(started: float, ended: float, *, attempts: int = 1) -> Call:
    return Call("GetItem", 1, started, ended, 0.0, 1.0, attempts, 10, 20, None)


def test_each_operation_is_counted_and_summed(dynamodb: Any) -> None:
    with metered(dynamodb) as meter:
        dynamodb.put_item(TableName=TABLE, Item=item("a", 2 * KB + 1))
        dynamodb.put_item(TableName=TABLE, Item=item("b", KB))
        dynamodb.get_item(TableName=TABLE, Key=key("a"))
    assert {name: totals.calls for name, totals in meter.by_operation().items()} == {"PutItem": 2, "GetItem": 1}
    assert (meter.write_units, meter.read_units) == (4, 0.5)
    assert meter.total.bytes_sent > 3 * KB
    assert meter.total.bytes_received > 2 * KB
    assert meter.price() == pytest.approx(4 * 0.625e-6 + 0.5 * 0.125e-6)
    assert "PutItem" in meter.report()


def test_looking_up_what_a_call_does_not_show_is_not_counted(dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item=item("u", 5 * KB))
    with metered(dynamodb) as meter:
        dynamodb.update_item(TableName=TABLE, Key=key("u"), UpdateExpression="REMOVE x")
        dynamodb.get_item(TableName=TABLE, Key=key("u"), ProjectionExpression="sk", ConsistentRead=True)
    assert meter.operations == ["UpdateItem", "GetItem"]
    assert [(c.write_units, c.read_units) for c in meter.calls] == [(5, 0), (0, 1)]


def test_nothing_outside_the_block_is_counted(dynamodb: Any) -> None:
    with metered(dynamodb) as meter:
        pass
    dynamodb.put_item(TableName=TABLE, Item=item("later"))
    assert meter.calls == []


def test_meters_may_be_nested(dynamodb: Any) -> None:
    with metered(dynamodb) as outer:
        dynamodb.put_item(TableName=TABLE, Item=item("n"))
        with metered(dynamodb) as inner:
            dynamodb.put_item(TableName=TABLE, Item=item("n"))
    assert (len(outer.calls), len(inner.calls)) == (2, 1)


def test_calls_side_by_side_are_one_round_trip_in_sequence(dynamodb: Any) -> None:
    with metered(dynamodb) as meter:
        together = threading.Barrier(4)

        def put(name: str) -> None:
            together.wait()
            dynamodb.put_item(TableName=TABLE, Item=item(name))

        threads = [threading.Thread(target=put, args=(f"t{number}",)) for number in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert meter.total.calls == 4
    assert meter.write_units == 4
    assert len({c.thread for c in meter.calls}) == 4


@pytest.mark.parametrize(
    ("calls", "chain"),
    [
        ([], 0),
        ([call(0, 1), call(1, 2), call(2, 3)], 3),
        ([call(0, 3), call(0, 1), call(1, 2)], 2),
        ([call(0, 2), call(1, 3), call(2, 4)], 2),
        ([call(0, 1, attempts=3)], 3),
    ],
)
def test_the_longest_chain_is_what_a_caller_waits_for(calls: list[Call], chain: int) -> None:
    assert Meter(calls).round_trips_in_sequence == chain


def test_a_refused_write_is_charged_and_a_bad_request_is_not(dynamodb: Any) -> None:
    dynamodb.put_item(TableName=TABLE, Item=item("c", 3 * KB))
    condition = {"ConditionExpression": "attribute_not_exists(pk)"}
    with metered(dynamodb) as meter:
        with pytest.raises(dynamodb.exceptions.ConditionalCheckFailedException):
            dynamodb.put_item(TableName=TABLE, Item=item("c", 4 * KB), **condition)
        with pytest.raises(dynamodb.exceptions.TransactionCanceledException):
            dynamodb.transact_write_items(
                TransactItems=[
                    {"Put": {"TableName": TABLE, "Item": item("c"), **condition}},
                    {"Put": {"TableName": TABLE, "Item": item("new")}},
                ]
            )
        with pytest.raises(dynamodb.exceptions.ResourceNotFoundException):
            dynamodb.get_item(TableName="elsewhere", Key=key("c"))
    assert [c.write_units + c.read_units for c in meter.calls] == [4, 8, 0]
    assert [bool(c.error) for c in meter.calls] == [True] * 3


def test_a_call_without_an_answer_is_a_request_that_cost_nothing_known(dynamodb: Any) -> None:
    def cut(**_: Any) -> None:
        raise EndpointConnectionError(endpoint_url="http://nowhere.example")

    impatient = boto3.client("dynamodb", config=Config(retries={"total_max_attempts": 1}))
    impatient.meta.events.register_first("before-send.dynamodb.GetItem", cut)
    with metered(impatient) as meter, pytest.raises(EndpointConnectionError):
        impatient.get_item(TableName=TABLE, Key=key("c"))
    assert [(c.operation, c.error) for c in meter.calls] == [("unanswered", "EndpointConnectionError")]


def test_a_table_with_an_index_is_not_computed_wrongly(dynamodb: Any) -> None:
    dynamodb.create_table(
        TableName="indexed",
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        GlobalSecondaryIndexes=[
            {
                "IndexName": "inverted",
                "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                "Projection": {"ProjectionType": "ALL"},
            }
        ],
        BillingMode="PAY_PER_REQUEST",
    )
    with metered(dynamodb), pytest.raises(ValueError, match="has indexes"):
        dynamodb.put_item(TableName="indexed", Item={"pk": {"S": "p"}})


def test_reported_figures_are_taken_as_they_come_which_is_why_moto_s_are_not(dynamodb: Any) -> None:
    with metered(dynamodb, Figures.REPORTED) as meter:
        dynamodb.put_item(TableName=TABLE, Item=item("r", 17 * KB))
    assert meter.write_units == 1
    with metered(dynamodb) as meter:
        dynamodb.put_item(TableName=TABLE, Item=item("r", 17 * KB))
    assert meter.write_units == 17
