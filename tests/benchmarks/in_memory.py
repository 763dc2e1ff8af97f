"""A table in moto, in this process, to which storage is connected for a while; the meter counts by AWS's rules."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import boto3
from moto import mock_aws

from shared import storage
from shared.services._clients import client as service_client
from shared.storage import _table

NAME = "benchmarks"
SETTINGS = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1"}


@contextmanager
def table() -> Iterator[Any]:
    """The table's client."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with patch.dict(os.environ, {**kept, **SETTINGS}, clear=True), mock_aws():
        client = boto3.client("dynamodb")
        client.create_table(
            TableName=NAME,
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
            BillingMode="PAY_PER_REQUEST",
        )
        service_client.cache_clear()
        _table.Item._connection = None
        storage.connect(NAME)
        try:
            yield client
        finally:
            _table.Item._connection = None
            service_client.cache_clear()
