"""The queue of lists to be fetched: put a task on it, to come back after a while."""

from __future__ import annotations

import math

from shared.services._clients import client

LONGEST_DELAY_S = 900  # SQS's limit; who has longer to wait goes round once more


def send_later(queue_url: str, body: str, *, seconds: float) -> None:
    """Put a message on the queue that nobody sees before ``seconds`` have passed, or LONGEST_DELAY_S."""
    delay = min(max(math.ceil(seconds), 0), LONGEST_DELAY_S)
    client("sqs").send_message(QueueUrl=queue_url, MessageBody=body, DelaySeconds=delay)
