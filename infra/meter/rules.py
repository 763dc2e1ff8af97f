"""Which sizes each operation is charged for.

Source: AWS, DynamoDB Developer Guide, "DynamoDB read and write operations" (also on projections, filters, counts, and
conditions that are not met) and "Amazon DynamoDB transactions" (twice the price). That a ConditionCheck is charged as
a write was measured on AWS by Martin Hicks ("What a conditional DynamoDB transaction actually costs"). That a
transaction which is cancelled costs what it would have cost is our reading, an upper bound: the guide does not say.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.meter.aside import Aside, Images
from infra.meter.sizes import item_size
from infra.meter.units import TRANSACTION_FACTOR, read_units, reads_one_by_one, write_units

WRITES: Final = frozenset({"PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"})
CHARGED_ERRORS: Final = frozenset({"ConditionalCheckFailedException", "TransactionCanceledException"})

_NARROWING: Final = ("ProjectionExpression", "AttributesToGet")
_FILTERING: Final = (*_NARROWING, "FilterExpression", "QueryFilter", "ScanFilter", "Select")

Parameters = Mapping[str, Any]

__all__ = ["CHARGED_ERRORS", "WRITES", "Images", "keys_written", "units", "units_of_refused"]


@dataclass(frozen=True, slots=True)
class _Write:
    """One item that a request writes."""

    table: str
    holder: Parameters  # the item or the key: whatever holds the key's attributes
    size: int | None  # bytes of the item afterwards; None where only looking tells


def keys_written(operation: str, parameters: Parameters) -> list[tuple[str, Parameters]]:
    """Table and key of each item that a request would write; none for a read."""
    return [(write.table, write.holder) for write in _writes(operation, parameters)]


def units(operation: str, parameters: Parameters, answer: Parameters, before: Images, aside: Aside) -> float:
    """What a request that was answered has consumed.

    :param before: what stood under :func:`keys_written` before it
    :raises KeyError: for an operation without a rule
    """
    if operation not in WRITES:
        return _READS[operation](parameters, answer, aside)
    writes = _writes(operation, parameters)
    looked_up = aside.images((write.table, write.holder) for write in writes if write.size is None)
    unwritten = {aside.key(write.table, write.holder) for write in _batched(answer.get("UnprocessedItems") or {})}
    spent = 0.0
    for write in writes:
        key = aside.key(write.table, write.holder)
        if key not in unwritten:
            spent += write_units(before[key], looked_up[key] if write.size is None else write.size)
    return spent * _factor(operation)


def units_of_refused(operation: str, parameters: Parameters, stored: Images, aside: Aside) -> float:
    """What a write has consumed whose condition was not met: by the larger of what is there and what was to be put."""
    spent = sum(
        write_units(stored[aside.key(write.table, write.holder)], write.size or 0)
        for write in _writes(operation, parameters)
    )
    return spent * _factor(operation)


def _factor(operation: str) -> int:
    return TRANSACTION_FACTOR if operation.startswith("Transact") else 1


def _writes(operation: str, parameters: Parameters) -> list[_Write]:
    if operation == "TransactWriteItems":
        return [_write(kind, action) for actions in parameters["TransactItems"] for kind, action in actions.items()]
    if operation == "BatchWriteItem":
        return _batched(parameters["RequestItems"])
    if operation in WRITES:
        return [_write(operation, parameters)]
    return []


def _write(kind: str, action: Parameters) -> _Write:
    if "Item" in action:
        return _Write(action["TableName"], action["Item"], item_size(action["Item"]))
    # A delete leaves nothing, and a check what was there.
    return _Write(action["TableName"], action["Key"], None if kind.startswith("Update") else 0)


def _batched(requests: Mapping[str, list[Parameters]]) -> list[_Write]:
    return [
        _write(kind, {"TableName": table, **action})
        for table, its_requests in requests.items()
        for request in its_requests
        for kind, action in request.items()
    ]


def _get_item(parameters: Parameters, answer: Parameters, aside: Aside) -> float:
    size = item_size(answer.get("Item") or {})
    if any(name in parameters for name in _NARROWING):
        (size,) = aside.images([(parameters["TableName"], parameters["Key"])]).values()
    return read_units(size, consistent=bool(parameters.get("ConsistentRead")))


def _batch_get(parameters: Parameters, answer: Parameters, aside: Aside) -> float:
    spent = 0.0
    for table, request in parameters["RequestItems"].items():
        unread = ((answer.get("UnprocessedKeys") or {}).get(table) or {}).get("Keys", [])
        keys = [key for key in request["Keys"] if key not in unread]
        if any(name in request for name in _NARROWING):
            sizes = list(aside.images((table, key) for key in keys).values())
        else:
            sizes = [item_size(item) for item in answer["Responses"].get(table, [])]
            sizes += [0] * (len(keys) - len(sizes))
        spent += reads_one_by_one(sizes, consistent=bool(request.get("ConsistentRead")))
    return spent


def _query(operation: str) -> Callable[[Parameters, Parameters, Aside], float]:
    def spent(parameters: Parameters, answer: Parameters, aside: Aside) -> float:
        aside.key_names(parameters["TableName"])
        if any(name in parameters for name in _FILTERING):
            size = aside.size_of_query(operation, parameters, answer["ScannedCount"])
        else:
            size = sum(map(item_size, answer["Items"]))
        return read_units(size, consistent=bool(parameters.get("ConsistentRead")))

    return spent


def _transact_get(parameters: Parameters, _: Parameters, aside: Aside) -> float:
    gets = [action["Get"] for action in parameters["TransactItems"]]
    sizes = aside.images((get["TableName"], get["Key"]) for get in gets).values()
    return reads_one_by_one(sizes, consistent=True) * TRANSACTION_FACTOR


_READS: Final[Mapping[str, Callable[[Parameters, Parameters, Aside], float]]] = {
    "GetItem": _get_item,
    "BatchGetItem": _batch_get,
    "Query": _query("Query"),
    "Scan": _query("Scan"),
    "TransactGetItems": _transact_get,
}
