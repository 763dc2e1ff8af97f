"""A stand-in for DynamoDB in this process, as far as shared.storage uses it: one table, its stream, late reads.

moto does the same and more, a hundred times slower. ``tests/semantics/test_simulated_database.py`` holds this one
against AWS's DynamoDB Local: the same calls, the same answers.
"""

from __future__ import annotations

import random
from bisect import insort
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from infra.meter.sizes import item_size
from tests.simulation.expressions import Item, UnknownExpression, condition, projected, update

LARGEST_ITEM = 400 * 1024
MOST_KEYS = 100
MOST_WRITES = 25
LATE_S = 1.0  # how far an eventually consistent read may lag behind


@dataclass(frozen=True, slots=True)
class Change:
    """One record of the stream."""

    number: int
    at: float
    pk: str
    sk: str
    old: Item | None
    new: Item | None


@dataclass
class Database:
    """One table with the keys ``pk`` and ``sk``.

    :ivar chance: decides about page sizes, late reads and unprocessed items; without one nothing of the kind happens
    """

    now: Callable[[], float] = lambda: 0.0
    chance: random.Random | None = None
    partial: float = 0.0  # how often a batch is done in part
    late: float = 0.0  # how often an eventually consistent read is late
    largest_page: int | None = None  # items a query answers at a time
    in_part: Callable[[], bool] = lambda: False  # whether the batch at work is to be done in part
    watch: Callable[[Change], None] = lambda _: None
    partitions: dict[str, dict[str, Item]] = field(default_factory=dict)
    order: dict[str, list[str]] = field(default_factory=dict)
    recent: deque[Change] = field(default_factory=lambda: deque(maxlen=64))
    tokens: set[str] = field(default_factory=set)
    changes: int = 0

    def call(self, operation: str, request: Mapping[str, Any]) -> dict[str, Any]:
        """Answer one request.

        :raises ClientError: as DynamoDB does
        """
        method: Callable[[Mapping[str, Any]], dict[str, Any]] | None = getattr(self, f"_{operation}", None)
        if method is None:
            raise NotImplementedError(operation)
        return method(request)

    def items(self) -> Iterator[Item]:
        for pk in sorted(self.partitions):
            yield from (self.partitions[pk][sk] for sk in self.order[pk])

    # ---- Reads -------------------------------------------------------------------------------------------------

    def _GetItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        pk, sk = _key(request["Key"])
        found = self._view(bool(request.get("ConsistentRead")), pk).get(sk)
        names = request.get("ExpressionAttributeNames", {})
        return {"Item": projected(found, request.get("ProjectionExpression"), names)} if found else {}

    def _BatchGetItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        [(table, asked)] = request["RequestItems"].items()
        keys = asked["Keys"]
        if not 1 <= len(keys) <= MOST_KEYS:
            raise failure("ValidationException", "BatchGetItem")
        distinct = {_key(key) for key in keys}
        if len(distinct) < len(keys):
            raise failure("ValidationException", "BatchGetItem", "Provided list of item keys contains duplicates")
        left = self._left_over(keys)
        found = []
        for key in keys[: len(keys) - len(left)]:
            pk, sk = _key(key)
            item = self._view(bool(asked.get("ConsistentRead")), pk).get(sk)
            if item is not None:
                found.append(
                    projected(item, asked.get("ProjectionExpression"), asked.get("ExpressionAttributeNames", {}))
                )
        unprocessed = {table: {**asked, "Keys": left}} if left else {}
        return {"Responses": {table: found}, "UnprocessedKeys": unprocessed}

    def _Query(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        if request.get("IndexName") or not request.get("ScanIndexForward", True) or request.get("Select"):
            raise UnknownExpression(str(request))
        is_key, passes = condition(request["KeyConditionExpression"]), request.get("FilterExpression")
        pk = _partition_asked_for(request, names, values)
        view = self._view(bool(request.get("ConsistentRead")), pk)
        after = request.get("ExclusiveStartKey")
        start = _key(after)[1] if after else ""
        candidates = [
            sk for sk in sorted(view) if sk > start and is_key({"pk": {"S": pk}, "sk": {"S": sk}}, names, values)
        ]
        most = min(filter(None, (request.get("Limit"), self.largest_page)), default=len(candidates))
        page = candidates[:most]
        found = [view[sk] for sk in page]
        if passes:
            found = [item for item in found if condition(passes)(item, names, values)]
        answer: dict[str, Any] = {
            "Items": [projected(item, request.get("ProjectionExpression"), names) for item in found],
            "Count": len(found),
            "ScannedCount": len(page),
        }
        if page and len(page) == most and len(candidates) >= most and (request.get("Limit") or self.largest_page):
            # As DynamoDB does: a page that is full says where to go on, also where nothing follows.
            answer["LastEvaluatedKey"] = {"pk": {"S": pk}, "sk": {"S": page[-1]}}
        return answer

    def _view(self, consistent: bool, pk: str) -> Mapping[str, Item]:
        now = self.partitions.get(pk, {})
        if consistent or self.chance is None or not self.late or self.chance.random() >= self.late:
            return now
        # What was written within the last moment may not be seen yet; what is older is.
        undone = [change for change in self.recent if change.at > self.now() - LATE_S]
        undone = undone[self.chance.randrange(len(undone) + 1) :]
        if not any(change.pk == pk for change in undone):
            return now
        then = dict(now)
        for change in reversed(undone):
            if change.pk == pk:
                if change.old is None:
                    then.pop(change.sk, None)
                else:
                    then[change.sk] = change.old
        return then

    # ---- Writes ------------------------------------------------------------------------------------------------

    def _PutItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check(request, _key(request["Item"]), "PutItem")
        self._write(*_key(request["Item"]), _checked(request["Item"], "PutItem"))
        return {}

    def _UpdateItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        pk, sk = _key(request["Key"])
        self._check(request, (pk, sk), "UpdateItem")
        after = self._updated(request, pk, sk)
        self._write(pk, sk, _checked(after, "UpdateItem"))
        return {"Attributes": dict(after)} if request.get("ReturnValues") == "ALL_NEW" else {}

    def _DeleteItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        self._check(request, _key(request["Key"]), "DeleteItem")
        self._write(*_key(request["Key"]), None)
        return {}

    def _TransactWriteItems(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        actions = [next(iter(action.items())) for action in request["TransactItems"]]
        keys = [_key(action.get("Key") or action["Item"]) for _, action in actions]
        if not 1 <= len(actions) <= MOST_KEYS or len(set(keys)) < len(keys):
            raise failure("ValidationException", "TransactWriteItems")
        token = request.get("ClientRequestToken")
        if token is not None and token in self.tokens:
            return {}
        holds = [self._holds(action, key) for (_, action), key in zip(actions, keys, strict=True)]
        if not all(holds):
            raise failure(
                "TransactionCanceledException",
                "TransactWriteItems",
                CancellationReasons=[{"Code": "None" if each else "ConditionalCheckFailed"} for each in holds],
            )
        afters = [self._after(kind, action, key) for (kind, action), key in zip(actions, keys, strict=True)]
        for (kind, _), key, after in zip(actions, keys, afters, strict=True):
            if kind != "ConditionCheck":
                self._write(*key, after)
        if token is not None:
            self.tokens.add(token)
        return {}

    def _after(self, kind: str, action: Mapping[str, Any], key: tuple[str, str]) -> Item | None:
        if kind in ("Delete", "ConditionCheck"):
            return None
        return _checked(action["Item"] if kind == "Put" else self._updated(action, *key), "TransactWriteItems")

    def _BatchWriteItem(self, request: Mapping[str, Any]) -> dict[str, Any]:  # noqa: N802
        [(table, asked)] = request["RequestItems"].items()
        keys = [
            _key(each["PutRequest"]["Item"] if "PutRequest" in each else each["DeleteRequest"]["Key"]) for each in asked
        ]
        if not 1 <= len(asked) <= MOST_WRITES or len(set(keys)) < len(keys):
            raise failure("ValidationException", "BatchWriteItem")
        left = self._left_over(asked)
        for each in asked[: len(asked) - len(left)]:
            if "PutRequest" in each:
                self._write(*_key(each["PutRequest"]["Item"]), _checked(each["PutRequest"]["Item"], "BatchWriteItem"))
            else:
                self._write(*_key(each["DeleteRequest"]["Key"]), None)
        return {"UnprocessedItems": {table: left} if left else {}}

    def _left_over(self, asked: list[Any]) -> list[Any]:
        if self.in_part():
            return asked[len(asked) // 2 :]
        if self.chance is None or len(asked) < 2 or self.chance.random() >= self.partial:
            return []
        return asked[self.chance.randrange(1, len(asked)) :]

    def _holds(self, request: Mapping[str, Any], key: tuple[str, str]) -> bool:
        text = request.get("ConditionExpression")
        if not text:
            return True
        pk, sk = key
        found = self.partitions.get(pk, {}).get(sk, {})
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        return condition(text)(found, names, values)

    def _check(self, request: Mapping[str, Any], key: tuple[str, str], operation: str) -> None:
        if not self._holds(request, key):
            raise failure("ConditionalCheckFailedException", operation, "The conditional request failed")

    def _updated(self, request: Mapping[str, Any], pk: str, sk: str) -> Item:
        before = self.partitions.get(pk, {}).get(sk) or {"pk": {"S": pk}, "sk": {"S": sk}}
        names, values = request.get("ExpressionAttributeNames", {}), request.get("ExpressionAttributeValues", {})
        text = request.get("UpdateExpression")
        return update(text)(before, names, values) if text else dict(before)

    def _write(self, pk: str, sk: str, new: Item | None) -> None:
        partition, order = self.partitions.setdefault(pk, {}), self.order.setdefault(pk, [])
        old = partition.get(sk)
        if new == old:
            return  # the stream says nothing of a write that changed nothing
        if new is None:
            del partition[sk]
            order.remove(sk)
        else:
            partition[sk] = new
            if old is None:
                insort(order, sk)
        self.changes += 1
        change = Change(self.changes, self.now(), pk, sk, old, new)
        self.recent.append(change)
        self.watch(change)


def failure(code: str, operation: str, message: str = "", *, status: int = 400, **more: Any) -> ClientError:
    """What botocore raises where AWS answers with an error."""
    content: Any = {
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status, "HTTPHeaders": {}},
        **more,
    }
    return ClientError(content, operation)


def _key(item: Mapping[str, Any]) -> tuple[str, str]:
    return item["pk"]["S"], item["sk"]["S"]


def _checked(item: Mapping[str, Any], operation: str) -> Item:
    if item_size(item) > LARGEST_ITEM:
        raise failure("ValidationException", operation, "Item size has exceeded the maximum allowed size")
    return dict(item)


def _partition_asked_for(request: Mapping[str, Any], names: Mapping[str, str], values: Mapping[str, Any]) -> str:
    first = request["KeyConditionExpression"].replace("(", "").split()
    if names[first[0]] != "pk" or first[1] != "=":
        raise UnknownExpression(request["KeyConditionExpression"])
    return str(values[first[2].rstrip(")")]["S"])
