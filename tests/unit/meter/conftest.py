"""A table in moto, with the key of the template's."""

import os
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from shared import storage
from shared.services._clients import client as service_client

TABLE = "samples"
ENVIRONMENT = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "us-east-1"}


@pytest.fixture(scope="module")
def dynamodb() -> Iterator[Any]:
    """A client; the table is there, and storage is connected to it."""
    with pytest.MonkeyPatch.context() as monkeypatch:
        for name in [name for name in os.environ if name.startswith("AWS_")]:
            monkeypatch.delenv(name)
        for name, value in ENVIRONMENT.items():
            monkeypatch.setenv(name, value)
        service_client.cache_clear()
        with mock_aws():
            client = boto3.client("dynamodb")
            client.create_table(
                TableName=TABLE,
                AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
                KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
                BillingMode="PAY_PER_REQUEST",
            )
            storage._table.Item._connection = None
            storage.connect(TABLE)
            yield client
        storage._table.Item._connection = None
        service_client.cache_clear()
