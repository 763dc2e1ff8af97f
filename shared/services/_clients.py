"""One client per service and process."""

from __future__ import annotations

from functools import cache
from typing import Any

import boto3
from botocore.config import Config


@cache
def client(service: str, *, attempts: int = 4) -> Any:
    """A client with the process's AWS configuration; ``attempts`` counts the first call too."""
    config = Config(connect_timeout=3, read_timeout=15, retries={"total_max_attempts": attempts, "mode": "standard"})
    return boto3.client(service, config=config)  # type: ignore[call-overload]
