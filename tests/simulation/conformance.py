"""What the simulated table and AWS's DynamoDB Local must both answer; each test runs on both."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import ClientError

Call = Callable[..., dict[str, Any]]  # operation and request without the table's name

P = {"S": "p"}


def key(sk: str, pk: str = "p") -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def refused(call: Call, operation: str, **request: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(operation, **request)
    return caught.value.response["Error"]["Code"]


def put(call: Call, sk: str, **attributes: Any) -> None:
    call("PutItem", Item={**key(sk), **attributes})


def got(call: Call, sk: str) -> dict[str, Any] | None:
    return call("GetItem", Key=key(sk), ConsistentRead=True).get("Item")


class Conformance:
    """Inherited where there is a fixture ``call``."""

    def test_what_was_put_is_got_and_what_was_not_is_not(self, call: Call) -> None:
        put(call, "a", x={"B": b"\x00\xff"}, n={"N": "7"}, t={"BOOL": True}, ls={"L": [{"S": "one"}]})
        assert got(call, "a") == {
            **key("a"),
            "x": {"B": b"\x00\xff"},
            "n": {"N": "7"},
            "t": {"BOOL": True},
            "ls": {"L": [{"S": "one"}]},
        }
        assert got(call, "b") is None
        call("DeleteItem", Key=key("a"))
        call("DeleteItem", Key=key("a"))
        assert got(call, "a") is None

    @pytest.mark.parametrize(
        ("text", "holds"),
        [
            ("attribute_not_exists (#s)", False),
            ("attribute_exists (#s)", True),
            ("attribute_not_exists (#none)", True),
            ("#s = :planned", True),
            ("#s <> :planned", False),
            ("#s IN (:sent, :planned)", True),
            ("#s IN (:sent)", False),
            ("#none = :planned", False),
            ("#none <> :planned", True),
            ("#none < :two", False),
            ("#n < :two", True),
            ("#n <= :two", True),
            ("#n < :ten", True),
            ("#s < :two", False),
            ("begins_with (#s, :pl)", True),
            ("begins_with (#s, :sent)", False),
            ("(#n < :two AND #s = :sent)", False),
            ("(#n < :two OR #s = :sent)", True),
            ("(attribute_not_exists (#s) OR (#n <= :two AND #s = :planned))", True),
            ("(NOT #s = :planned)", False),
            ("#b < :bytes", True),
            ("#n BETWEEN :one AND :two", True),
        ],
    )
    def test_conditions(self, call: Call, text: str, holds: bool) -> None:
        put(call, "a", state={"S": "planned"}, number={"N": "1"}, bytes={"B": b"\x01"})
        names = {"#s": "state", "#n": "number", "#none": "none", "#b": "bytes"}
        values = {
            ":planned": {"S": "planned"}, ":sent": {"S": "sent"}, ":pl": {"S": "pl"}, ":one": {"N": "1.0"},
            ":two": {"N": "2"}, ":ten": {"N": "10"}, ":bytes": {"B": b"\x02"},
        }  # fmt: skip
        used = set(re.findall(r"[#:]\w+", text))
        request = {
            "Item": {**key("a"), "new": {"S": "yes"}},
            "ConditionExpression": text,
            "ExpressionAttributeNames": {name: attribute for name, attribute in names.items() if name in used},
            "ExpressionAttributeValues": {name: value for name, value in values.items() if name in used},
        }
        request = {name: content for name, content in request.items() if content}
        if holds:
            call("PutItem", **request)
        else:
            assert refused(call, "PutItem", **request) == "ConditionalCheckFailedException"
        assert ("new" in (got(call, "a") or {})) is holds

    def test_an_update_makes_the_item_and_reads_before_it_writes(self, call: Call) -> None:
        count = {
            "UpdateExpression": "SET #r = if_not_exists (#r, :zero) + :one, #old = if_not_exists (#r, :zero) REMOVE #x "
            "ADD #c :five",
            "ExpressionAttributeNames": {"#r": "revision", "#old": "before", "#x": "gone", "#c": "counted"},
            "ExpressionAttributeValues": {":zero": {"N": "0"}, ":one": {"N": "1"}, ":five": {"N": "-5"}},
        }
        for _ in range(2):
            call("UpdateItem", Key=key("a"), **count)
        assert got(call, "a") == {**key("a"), "revision": {"N": "2"}, "before": {"N": "1"}, "counted": {"N": "-10"}}

    def test_an_update_whose_condition_fails_makes_no_item(self, call: Call) -> None:
        request = {
            "UpdateExpression": "SET #s = :s",
            "ConditionExpression": "attribute_exists (#s)",
            "ExpressionAttributeNames": {"#s": "state"},
            "ExpressionAttributeValues": {":s": {"S": "sent"}},
        }
        assert refused(call, "UpdateItem", Key=key("a"), **request) == "ConditionalCheckFailedException"
        assert got(call, "a") is None

    def test_a_query_gives_a_partition_in_the_order_of_bytes_page_by_page(self, call: Call) -> None:
        names = ["b", "a#2", "a#10", "é", "Z", "a"]
        for name in names:
            put(call, name, kind={"S": "even" if len(name) % 2 == 0 else "odd"})
        call("PutItem", Item={**key("a", "q"), "kind": {"S": "odd"}})
        found, start = [], None
        while True:
            answer = call(
                "Query",
                KeyConditionExpression="#0 = :0",
                ExpressionAttributeNames={"#0": "pk"},
                ExpressionAttributeValues={":0": P},
                ConsistentRead=True,
                Limit=2,
                **({"ExclusiveStartKey": start} if start else {}),
            )
            found += [item["sk"]["S"] for item in answer["Items"]]
            assert answer["Count"] == answer["ScannedCount"] == len(answer["Items"])
            start = answer.get("LastEvaluatedKey")
            if start is None:
                break
        assert found == sorted(names, key=str.encode)

    def test_a_query_with_a_beginning_a_filter_and_a_projection(self, call: Call) -> None:
        for name, kind in (("a#1", "x"), ("a#2", "y"), ("b#1", "x")):
            put(call, name, kind={"S": kind}, large={"S": "…"})
        answer = call(
            "Query",
            KeyConditionExpression="(#0 = :0 AND begins_with (#1, :1))",
            FilterExpression="#2 IN (:2)",
            ProjectionExpression="#0, #1, #3",
            ExpressionAttributeNames={"#0": "pk", "#1": "sk", "#2": "kind", "#3": "large"},
            ExpressionAttributeValues={":0": P, ":1": {"S": "a#"}, ":2": {"S": "x"}},
        )
        assert answer["Items"] == [{**key("a#1"), "large": {"S": "…"}}]
        assert (answer["Count"], answer["ScannedCount"]) == (1, 2)

    def test_a_transaction_writes_all_or_nothing_and_says_why(self, call: Call, table: str) -> None:
        put(call, "a")
        none_yet = {"ConditionExpression": "attribute_not_exists (#0)", "ExpressionAttributeNames": {"#0": "pk"}}
        there = {"ConditionExpression": "attribute_exists (#0)", "ExpressionAttributeNames": {"#0": "pk"}}
        both = [
            {"Put": {"TableName": table, "Item": key("b"), **none_yet}},
            {"Put": {"TableName": table, "Item": key("a"), **none_yet}},
        ]
        with pytest.raises(ClientError) as caught:
            call("TransactWriteItems", TransactItems=both)
        assert caught.value.response["Error"]["Code"] == "TransactionCanceledException"
        assert [each["Code"] for each in caught.value.response["CancellationReasons"]] == [
            "None",
            "ConditionalCheckFailed",
        ]
        assert got(call, "b") is None
        update = {
            "TableName": table,
            "Key": key("c"),
            "UpdateExpression": "SET #n = if_not_exists (#n, :0) + :1",
            "ExpressionAttributeNames": {"#n": "n"},
            "ExpressionAttributeValues": {":0": {"N": "0"}, ":1": {"N": "1"}},
        }
        several = [
            {"ConditionCheck": {"TableName": table, "Key": key("a"), **there}},
            {"Put": {"TableName": table, "Item": key("b"), **none_yet}},
            {"Update": update},
        ]
        for _ in range(2):  # a repeated request with the same token is the same request
            call("TransactWriteItems", TransactItems=several, ClientRequestToken="once")
        assert (got(call, "b"), got(call, "c")) == (key("b"), {**key("c"), "n": {"N": "1"}})

    def test_a_transaction_may_name_an_item_once(self, call: Call, table: str) -> None:
        twice = [{"Put": {"TableName": table, "Item": key("a")}}, {"Delete": {"TableName": table, "Key": key("a")}}]
        assert refused(call, "TransactWriteItems", TransactItems=twice) == "ValidationException"

    def test_batches(self, call: Call, table: str) -> None:
        written = [{"PutRequest": {"Item": {**key(f"{n:02}"), "n": {"N": str(n)}}}} for n in range(25)]
        assert call("BatchWriteItem", RequestItems={table: written})["UnprocessedItems"] == {}
        gone = [{"DeleteRequest": {"Key": key(name)}} for name in ("00", "none")]
        call("BatchWriteItem", RequestItems={table: gone})
        asked = {"Keys": [key(name) for name in ("00", "01", "24", "none")], "ConsistentRead": True}
        answer = call("BatchGetItem", RequestItems={table: asked})
        found = sorted(answer["Responses"][table], key=lambda item: item["sk"]["S"])
        assert [item["n"] for item in found] == [{"N": "1"}, {"N": "24"}]
        assert answer["UnprocessedKeys"] == {}

    def test_what_batches_may_not_hold(self, call: Call, table: str) -> None:
        many = [{"PutRequest": {"Item": key(str(n))}} for n in range(26)]
        assert refused(call, "BatchWriteItem", RequestItems={table: many}) == "ValidationException"
        twice = [{"PutRequest": {"Item": key("a")}}, {"DeleteRequest": {"Key": key("a")}}]
        assert refused(call, "BatchWriteItem", RequestItems={table: twice}) == "ValidationException"
        keys = {"Keys": [key(str(n)) for n in range(101)]}
        assert refused(call, "BatchGetItem", RequestItems={table: keys}) == "ValidationException"
        doubled = {"Keys": [key("a"), key("a")]}
        assert refused(call, "BatchGetItem", RequestItems={table: doubled}) == "ValidationException"

    @pytest.mark.parametrize(("size", "fits"), [(400 * 1024, True), (400 * 1024 + 1, False)])
    def test_an_item_may_be_as_large_as_400_kilobytes(self, call: Call, size: int, fits: bool) -> None:
        rest = len("pk") + len("p") + len("sk") + len("a") + len("x")
        if fits:
            put(call, "a", x={"B": bytes(size - rest)})
        else:
            item = {**key("a"), "x": {"B": bytes(size - rest)}}
            assert refused(call, "PutItem", Item=item) == "ValidationException"
