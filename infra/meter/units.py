"""What a read or write of given sizes costs, in request units.

Source: AWS, DynamoDB Developer Guide, "DynamoDB read and write operations" and "Amazon DynamoDB transactions".
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

READ_STEP: Final = 4096
WRITE_STEP: Final = 1024
TRANSACTION_FACTOR: Final = 2
EVENTUALLY_CONSISTENT_FACTOR: Final = 0.5


def read_units(size: int, *, consistent: bool) -> float:
    """Of one item, or of all items that one query looked at, ``size`` bytes together; 0 where there was none.

    What is not there is charged as the smallest.
    """
    units = _steps(size, READ_STEP)
    return units if consistent else units * EVENTUALLY_CONSISTENT_FACTOR


def reads_one_by_one(sizes: Iterable[int], *, consistent: bool) -> float:
    """Of a batch, each item of which is rounded up by itself."""
    return sum(read_units(size, consistent=consistent) for size in sizes)


def write_units(before: int, after: int) -> float:
    """Of one item that had ``before`` bytes and has ``after``; 0 bytes where it was or is not there."""
    return _steps(max(before, after), WRITE_STEP)


def _steps(size: int, step: int) -> float:
    return float(max(1, -(-size // step)))
