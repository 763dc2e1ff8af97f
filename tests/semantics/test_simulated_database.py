"""The table of the simulation answers as AWS's DynamoDB Local does: the same tests, and the same random requests."""

from __future__ import annotations

import random
from typing import Any

import pytest
from botocore import xform_name
from botocore.exceptions import ClientError

from tests.simulation.conformance import Call, Conformance, key
from tests.simulation.database import Database

SEEDS = 20
REQUESTS = 200
NAMES = {"#a": "a", "#b": "b", "#n": "n", "#pk": "pk"}
VALUES: dict[str, dict[str, Any]] = {":x": {"S": "x"}, ":y": {"S": "y"}, ":1": {"N": "1"}, ":2": {"N": "2"}}
CONDITIONS = (
    "attribute_not_exists (#pk)",
    "attribute_exists (#pk)",
    "#a = :x",
    "#a <> :y",
    "(#n < :2 OR attribute_not_exists (#n))",
    "(#a IN (:x, :y) AND #n >= :1)",
    "(NOT begins_with (#a, :x))",
)
UPDATES = (
    "SET #a = :x",
    "SET #a = :y, #n = if_not_exists (#n, :1) + :2",
    "SET #b = if_not_exists (#a, :x) REMOVE #a",
    "ADD #n :2",
    "SET #n = :1 REMOVE #b",
)


@pytest.fixture
def call(client: Any, table: str) -> Call:
    def on_local(operation: str, **request: Any) -> dict[str, Any]:
        named = {} if operation.startswith(("Batch", "Transact")) else {"TableName": table}
        answer: dict[str, Any] = getattr(client, xform_name(operation))(**named, **request)
        return answer

    return on_local


class TestAsTheSimulatedTableDoes(Conformance):
    pass


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_requests_are_answered_alike(call: Call, table: str, seed: int) -> None:
    chance, simulated = random.Random(seed), Database()
    for _ in range(REQUESTS):
        operation, request = _request(chance, table)
        answers = [
            _answer(lambda: call(operation, **request)),  # noqa: B023
            _answer(lambda: simulated.call(operation, request)),  # noqa: B023
        ]
        assert answers[0] == answers[1], (operation, request)


def _answer(ask: Any) -> Any:
    try:
        answer = ask()
    except ClientError as error:
        reasons = [reason["Code"] for reason in error.response.get("CancellationReasons", ())]
        return error.response["Error"]["Code"], reasons
    return {name: answer[name] for name in ("Item", "Items", "Count", "ScannedCount", "Attributes") if name in answer}


def _request(chance: random.Random, table: str) -> tuple[str, dict[str, Any]]:
    where = key(chance.choice("abc"))
    match chance.randrange(8):
        case 0:
            return "GetItem", {"Key": where, "ConsistentRead": True}
        case 1:
            query = {"KeyConditionExpression": "#pk = :p", "ExpressionAttributeNames": {"#pk": "pk"}}
            return "Query", {**query, "ExpressionAttributeValues": {":p": {"S": "p"}}, "ConsistentRead": True}
        case 2:
            return "TransactWriteItems", {
                "TransactItems": [
                    {kind: {"TableName": table, **content}}
                    for kind, content in (_write(chance, key(name)) for name in chance.sample("abc", 2))
                ]
            }
        case _:
            kind, content = _write(chance, where)
            return f"{kind}Item", content


def _write(chance: random.Random, where: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    text = chance.choice((*CONDITIONS, ""))
    kind = chance.choice(("Put", "Update", "Update", "Delete"))
    content: dict[str, Any] = {"Key": where}
    if kind == "Put":
        content = {"Item": {**where, "a": chance.choice(({"S": "x"}, {"S": "y"})), "n": {"N": chance.choice("123")}}}
    used = text
    if kind == "Update":
        content["UpdateExpression"] = chance.choice(UPDATES)
        used += content["UpdateExpression"]
    if text:
        content["ConditionExpression"] = text
    names = {name: attribute for name, attribute in NAMES.items() if name in used}
    values = {name: value for name, value in VALUES.items() if name in used}
    return kind, {
        **content,
        **({"ExpressionAttributeNames": names} if names else {}),
        **({"ExpressionAttributeValues": values} if values else {}),
    }
