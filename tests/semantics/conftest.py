"""AWS's DynamoDB Local, with a table that the storage code is connected to; skipped where it is not installed."""

from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest

from infra.meter import dynamodb_local
from shared import storage
from shared.storage._table import Item

_NUMBERS = count()


@pytest.fixture(scope="session")
def endpoint_url() -> Iterator[str]:
    reason = dynamodb_local.missing()
    if reason:
        pytest.skip(reason)
    with dynamodb_local.running() as url:
        yield url


@pytest.fixture
def table(endpoint_url: str) -> Iterator[str]:
    """An empty table, the one that ``shared.storage`` uses."""
    name = f"table-{next(_NUMBERS)}"
    dynamodb_local.create_table(endpoint_url, name)
    with dynamodb_local.environment(endpoint_url):
        storage.connect(name)
        yield name
    Item._connection = None


@pytest.fixture
def client(endpoint_url: str, table: str) -> Any:
    """A plain client."""
    return dynamodb_local.client(endpoint_url)


@pytest.fixture
def storage_client(table: str) -> Any:
    """The client that ``shared.storage`` uses."""
    return Item._get_connection().connection.client
