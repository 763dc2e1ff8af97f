"""The template's table in moto, in this process."""

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
from tests.template import written

NAME = "in-memory"
SETTINGS = {"AWS_ACCESS_KEY_ID": "none", "AWS_SECRET_ACCESS_KEY": "none", "AWS_DEFAULT_REGION": "us-east-1"}


def create_table(name: str) -> None:
    """An empty table with the template's key, where moto stands in for AWS already."""
    definition = written()["Resources"]["Table"]["Properties"]
    boto3.client("dynamodb").create_table(
        TableName=name, **{each: definition[each] for each in ("AttributeDefinitions", "KeySchema", "BillingMode")}
    )


@contextmanager
def table() -> Iterator[Any]:
    """The client of a table to which storage is connected for a while, and nothing else of AWS."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with patch.dict(os.environ, {**kept, **SETTINGS}, clear=True), mock_aws():
        create_table(NAME)
        service_client.cache_clear()
        _table.Item._connection = None
        storage.connect(NAME)
        try:
            yield boto3.client("dynamodb")
        finally:
            _table.Item._connection = None
            service_client.cache_clear()
