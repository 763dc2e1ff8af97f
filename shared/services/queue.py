"""A batch of a queue, message by message; and when one that cannot be dealt with now comes back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Final

from shared.services._clients import client

# SQS refuses more than 12 hours from when the message was received, which is a while ago by the time it is asked;
# whoever waits longer looks at the clock again in between.
LONGEST_S: Final = 11 * 60 * 60


def take_each(batch: Mapping[str, Any], take: Callable[[Mapping[str, Any]], object]) -> dict[str, Any]:
    """Let ``take`` have every message (Lambda's record of it); those at which it fails come back, and no others.

    Source: Lambda developer guide, "Implementing partial batch responses". A batch in which everything fails is a
    provider that is busy, not a broken function. Powertools' batch processor does the same, and brings asyncio and
    every kind of event to the cold start.
    """
    failed = []
    for record in batch["Records"]:
        try:
            take(record)
        except Exception:  # whatever it was: the queue brings it again, and in the end puts it aside
            failed.append({"itemIdentifier": record["messageId"]})
    return {"batchItemFailures": failed}


def come_back_at(queue_url: str, receipt_handle: str, at: datetime, *, now: datetime) -> None:
    """Let a message that was received, and is reported as failed, come back at a moment and not before."""
    seconds = min(max(0, int((at - now).total_seconds())), LONGEST_S)
    client("sqs").change_message_visibility(QueueUrl=queue_url, ReceiptHandle=receipt_handle, VisibilityTimeout=seconds)
