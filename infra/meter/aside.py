"""Look stored items up with the measured client, without being measured."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

from infra.meter.sizes import item_size

# Table and key, hashable; and the sizes in bytes of what is stored there, 0 for nothing.
Key = tuple[str, tuple[tuple[str, str, Any], ...]]
Images = dict[Key, int]

_KEYS_A_BATCH: Final = 100
_NARROWING: Final = frozenset(
    {"ProjectionExpression", "AttributesToGet", "FilterExpression", "QueryFilter", "ScanFilter", "Select"}
)
_PLACEHOLDER: Final = re.compile(r"[#:][A-Za-z0-9_]+")

# Of the process, not of one meter: what one of two nested meters looks up must not count in the other.
_UNCOUNTED: Final = threading.local()


class Aside:
    """Reads that do not count; while one is under way in a thread, :attr:`at_work` is true there."""

    def __init__(self, client: Any) -> None:
        self._client = client
        self._key_names: dict[str, tuple[str, ...]] = {}

    @property
    def at_work(self) -> bool:
        return getattr(_UNCOUNTED, "depth", 0) > 0

    @contextmanager
    def _uncounted(self) -> Iterator[None]:
        _UNCOUNTED.depth = getattr(_UNCOUNTED, "depth", 0) + 1
        try:
            yield
        finally:
            _UNCOUNTED.depth -= 1

    def key_names(self, table: str) -> tuple[str, ...]:
        """The attributes of the table's primary key.

        :raises ValueError: where the table has indexes, for which the meter has no rules
        """
        if table not in self._key_names:
            with self._uncounted():
                description = self._client.describe_table(TableName=table)["Table"]
            if description.get("GlobalSecondaryIndexes") or description.get("LocalSecondaryIndexes"):
                raise ValueError(
                    f"the table {table} has indexes, which the meter cannot compute: take reported figures"
                )
            self._key_names[table] = tuple(part["AttributeName"] for part in description["KeySchema"])
        return self._key_names[table]

    def key(self, table: str, holder: Mapping[str, Any]) -> Key:
        """The key of an item, as botocore has it, in a form that can be looked up."""
        typed = ((name, holder[name]) for name in self.key_names(table))
        return table, tuple((name, kind, value) for name, content in typed for kind, value in content.items())

    def images(self, keys: Iterable[tuple[str, Mapping[str, Any]]]) -> Images:
        """The sizes of the items under (table, item or key), now."""
        wanted: dict[Key, tuple[str, Mapping[str, Any]]] = {}
        for table, holder in keys:
            # A request without its key is about to be refused, and costs nothing.
            key = {name: holder[name] for name in self.key_names(table) if name in holder}
            if len(key) < len(self.key_names(table)):
                continue
            wanted[self.key(table, key)] = (table, key)
        found: Images = dict.fromkeys(wanted, 0)
        pending = list(wanted.values())
        while pending:
            batch, pending = pending[:_KEYS_A_BATCH], pending[_KEYS_A_BATCH:]
            pending += self._read_batch(batch, found)
        return found

    def _read_batch(
        self, batch: list[tuple[str, Mapping[str, Any]]], found: Images
    ) -> Iterator[tuple[str, Mapping[str, Any]]]:
        request: dict[str, dict[str, Any]] = {}
        for table, key in batch:
            request.setdefault(table, {"Keys": [], "ConsistentRead": True})["Keys"].append(key)
        with self._uncounted():
            answer = self._client.batch_get_item(RequestItems=request)
        for table, items in answer["Responses"].items():
            for item in items:
                found[self.key(table, item)] = item_size(item)
        unprocessed = answer.get("UnprocessedKeys") or {}
        return ((table, key) for table, left in unprocessed.items() for key in left["Keys"])

    def size_of_query(self, operation: str, parameters: Mapping[str, Any], scanned: int) -> int:
        """Bytes of all items that a query or scan looked at, whatever it returned of them."""
        request = {name: value for name, value in parameters.items() if name not in _NARROWING}
        used = set(_PLACEHOLDER.findall(request.get("KeyConditionExpression", "")))
        for name in ("ExpressionAttributeNames", "ExpressionAttributeValues"):
            request[name] = {key: value for key, value in request.get(name, {}).items() if key in used}
            if not request[name]:
                del request[name]
        ask = self._client.query if operation == "Query" else self._client.scan
        size = 0
        while scanned > 0:
            with self._uncounted():
                answer = ask(**{**request, "Limit": scanned, "ReturnConsumedCapacity": "NONE"})
            size += sum(map(item_size, answer["Items"]))
            scanned -= len(answer["Items"])
            if "LastEvaluatedKey" not in answer:
                break
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]
        return size
