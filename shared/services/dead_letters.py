"""The dead-letter queues: what lies in them, looked at without taking it out, and put back where it came from.

Whoever looks holds messages for a while and lets go of them: a dead-letter queue counts no attempts.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from botocore.exceptions import ClientError

from shared.services._clients import client

AT_ONCE: Final = 10  # SQS's limit
MOST_ROUNDS: Final = 20  # where a page waits for it
HELD_S: Final = 120


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """One message of a dead-letter queue, held for a while."""

    message_id: str
    receipt: str
    body: str
    since: datetime  # when it was first sent, or given up by a service that sends it here
    attributes: Mapping[str, str] = field(default_factory=dict, hash=False)  # what that service says beside it


@dataclass(frozen=True, slots=True)
class DeadLetters:
    """One dead-letter queue, and where its messages came from: a queue, a function, or both."""

    name: str
    url: str
    source_url: str = ""  # the queue
    function: str = ""  # its name or ARN

    @classmethod
    def of(cls, name: str, url: str, *sources: str) -> DeadLetters:
        """:param sources: addresses of queues, and names of functions"""
        queue = next((each for each in sources if each.startswith("http")), "")
        function = next((each for each in sources if not each.startswith("http")), "")
        return cls(name, url, queue, function)

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> tuple[DeadLetters, ...]:
        """What the template tells: for each queue a line of its name, its address and its sources."""
        lines = environment["DEAD_LETTERS"].split()
        return tuple(cls.of(*line.split(",")) for line in lines)

    def count(self) -> int:
        """About how many messages there are, of all events."""
        answer = client("sqs").get_queue_attributes(QueueUrl=self.url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def hold(self, *, most_rounds: int | None = None) -> Iterator[DeadLetter]:
        """Message by message until there are no more; each is nobody else's for two minutes, or until it is let go.

        :param most_rounds: at most so many times ten messages
        """
        sqs, rounds, seen = client("sqs"), 0, set[str]()
        while most_rounds is None or rounds < most_rounds:
            rounds += 1
            found = sqs.receive_message(
                QueueUrl=self.url,
                MaxNumberOfMessages=AT_ONCE,
                VisibilityTimeout=HELD_S,
                # Without waiting, SQS asks some of its servers only, and may say that there is nothing.
                WaitTimeSeconds=1,
                AttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            )
            letters = [_letter(message) for message in found.get("Messages", ())]
            new = [each for each in letters if each.message_id not in seen]
            if not new:
                return  # nothing, or those that were held first are free again
            seen.update(each.message_id for each in new)
            yield from new

    def let_go(self, letter: DeadLetter) -> None:
        """Let others see a message again at once."""
        # Held too long, it is theirs already.
        with suppress(ClientError):
            client("sqs").change_message_visibility(
                QueueUrl=self.url, ReceiptHandle=letter.receipt, VisibilityTimeout=0
            )

    def delete(self, letter: DeadLetter) -> None:
        """Take a message out of the dead-letter queue for good."""
        client("sqs").delete_message(QueueUrl=self.url, ReceiptHandle=letter.receipt)

    def put_back(self, body: str) -> None:
        """Put a message into the queue that it came from."""
        client("sqs").send_message(QueueUrl=self.source_url, MessageBody=body)

    def call(self, event: Mapping[str, Any]) -> None:
        """Hand an event to the function; once this returns, Lambda keeps it until an attempt succeeds."""
        client("lambda").invoke(FunctionName=self.function, InvocationType="Event", Payload=json.dumps(event).encode())


def _letter(message: Mapping[str, Any]) -> DeadLetter:
    sent = int(message.get("Attributes", {}).get("SentTimestamp", 0)) / 1000
    attributes = message.get("MessageAttributes", {})
    return DeadLetter(
        message_id=message["MessageId"],
        receipt=message["ReceiptHandle"],
        body=message["Body"],
        since=datetime.fromtimestamp(sent, UTC),
        attributes={name: str(value.get("StringValue", "")) for name, value in attributes.items()},
    )
