"""Call a function and wait for what it answers."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

import boto3
from botocore.config import Config

LONGEST_S: Final = 900  # that a function may run


class FunctionFailed(RuntimeError):
    """The function ended with an error; ``kind`` is the error's name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        super().__init__(f"it failed ({kind}); its log says more, and the same again goes on where it stopped")


def call_and_wait(function: str, event: Mapping[str, Any]) -> Mapping[str, Any]:
    """What a function answers, called once.

    :raises FunctionFailed: where it ended with an error, or was killed
    """
    # Asked again while it is at work, Lambda would run it twice.
    config = Config(read_timeout=LONGEST_S + 30, retries={"total_max_attempts": 1}, tcp_keepalive=True)
    answer = boto3.client("lambda", config=config).invoke(FunctionName=function, Payload=json.dumps(event).encode())
    content = json.loads(answer["Payload"].read() or b"null")
    if answer.get("FunctionError"):
        raise FunctionFailed(str((content or {}).get("errorType") or answer["FunctionError"]))
    return content if isinstance(content, dict) else {}
