"""When a message that cannot be dealt with now comes back to its queue."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from shared.services._clients import client

# SQS's limit; whoever waits longer looks at the clock again in between.
LONGEST_S: Final = 12 * 60 * 60


def come_back_at(queue_url: str, receipt_handle: str, at: datetime, *, now: datetime) -> None:
    """Let a message that was received, and is reported as failed, come back at a moment and not before."""
    seconds = min(max(0, int((at - now).total_seconds())), LONGEST_S)
    client("sqs").change_message_visibility(QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds)
