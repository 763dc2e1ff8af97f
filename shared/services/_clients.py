"""One client per service and process, all of one botocore session.

botocore's own and not boto3's, which would add S3's transfer manager and the loading of resources to every cold start.
"""

from __future__ import annotations

from functools import cache
from typing import Any

from botocore.config import Config
from botocore.session import Session, get_session


@cache
def client(service: str, *, attempts: int = 4) -> Any:
    """A client with the process's AWS configuration; ``attempts`` counts the first call too."""
    config = Config(connect_timeout=3, read_timeout=15, retries={"total_max_attempts": attempts, "mode": "standard"})
    return client_with(service, config)


def client_with(service: str, config: Config) -> Any:
    """A client of its own, for whoever needs another configuration."""
    return _session().create_client(service, config=config)


@cache
def _session() -> Session:
    return get_session()
