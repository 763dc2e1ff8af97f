"""A table in moto, for all tests of a module."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.in_memory import table


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    """A client; the table is there, and storage is connected to it."""
    with table() as client:
        yield client
