"""What could not be done however often it was tried: counted, and put back into its queue for one event.

Messages of other events are looked at and let go of at once: a dead-letter queue counts no attempts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from shared.services._clients import client

AT_ONCE: Final = 10  # SQS's limit
MOST_ROUNDS: Final = 20  # a page waits for it
HELD_S: Final = 60


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """One dead-letter queue, and the queue that its messages came from."""

    name: str
    url: str
    source_url: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> tuple[DeadLetters, ...]:
        """What the template tells: for each queue a line of its name and both addresses."""
        lines = environment["DEAD_LETTERS"].split()
        return tuple(cls(*line.split(",")) for line in lines)

    def count(self) -> int:
        """About how many messages there are, of all events."""
        answer = client("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def try_again(self, event_id: str) -> int:
        """Put an event's messages back, each before it is deleted here; how many.

        Cut short in between, a message is there twice, and done once.
        """
        sqs, moved, others = client("sqs"), 0, []
        for _ in range(MOST_ROUNDS):
            found = sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=AT_ONCE, VisibilityTimeout=HELD_S)
            messages: Sequence[Mapping[str, Any]] = found.get("Messages", ())
            if not messages:
                break
            for message in messages:
                if _event_of(message["Body"]) != event_id:
                    others.append(message["ReceiptHandle"])
                    continue
                sqs.send_message(QueueUrl=self.source_url, MessageBody=message["Body"])
                sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
                moved += 1
        for handle in others:
            sqs.change_message_visibility(QueueUrl=self.url, ReceiptHandle=handle, VisibilityTimeout=0)
        return moved


def _event_of(body: str) -> str | None:
    try:
        content = json.loads(body)
        return str(content.get("event_id") or content["event"])
    except (ValueError, LookupError, TypeError, AttributeError):
        return None
