"""How large DynamoDB takes an item to be.

Source: AWS, DynamoDB Developer Guide, "DynamoDB item sizes and formats". The guide calls the size of a number
approximate; the exact rule below (two decimal digits a byte, counted from the decimal point) is what DynamoDB Local
1.11.478 does, found by moving items across the border of one kilobyte; ``tests/semantics`` repeats that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

# An attribute value as botocore takes and gives it: {"S": "text"}, {"B": b"…"}, {"L": [{"N": "1"}]}, …
Value = Mapping[str, Any]
Item = Mapping[str, Value]

_CONTAINER: Final = 3  # bytes for a list or map
_ELEMENT: Final = 1  # bytes for each of its elements


def item_size(item: Item) -> int:
    """Bytes of an item: its attributes' names and values; 0 for no item."""
    return sum(_length(name) + value_size(value) for name, value in item.items())


def value_size(value: Value) -> int:
    """Bytes of one attribute value, without its name."""
    (kind, content), *_ = value.items()
    return _SIZES[kind](content)


def number_size(number: str) -> int:
    """Bytes of a number: a byte for each two significant digits, one more, and one for a minus sign."""
    sign, digits, exponent = Decimal(number).as_tuple()
    assert isinstance(exponent, int), "DynamoDB has no infinite numbers"
    text = "".join(map(str, digits)).lstrip("0")
    significant = text.rstrip("0")
    if not significant:
        return 1
    exponent += len(text) - len(significant)
    # Pairs of digits are counted from the decimal point, so 1.5 takes two bytes and 15 one.
    padded = len(significant) + exponent % 2
    return -(-padded // 2) + 1 + sign


def _length(text: str) -> int:
    return len(text.encode())


def _list_size(values: Iterable[Value]) -> int:
    return _CONTAINER + sum(_ELEMENT + value_size(value) for value in values)


def _map_size(values: Item) -> int:
    return _CONTAINER + sum(_ELEMENT + _length(name) + value_size(value) for name, value in values.items())


_SIZES: Final[Mapping[str, Callable[[Any], int]]] = {
    "S": _length,
    "N": number_size,
    "B": len,
    "BOOL": lambda _: 1,
    "NULL": lambda _: 1,
    "L": _list_size,
    "M": _map_size,
    "SS": lambda texts: sum(map(_length, texts)),
    "NS": lambda numbers: sum(map(number_size, numbers)),
    "BS": lambda blobs: sum(map(len, blobs)),
}
