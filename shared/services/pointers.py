"""The queue of what platforms pointed at, to be fetched from them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from shared.registrations import Pointer
from shared.services._clients import client

MESSAGES_PER_CALL = 10  # SQS's limit


@dataclass(frozen=True, slots=True)
class PointerMessage:
    """One pointer of one event's platform."""

    event_id: str
    platform: str
    pointer: Pointer

    def to_json(self) -> str:
        """The message's body."""
        return json.dumps({"event": self.event_id, "platform": self.platform, "pointer": self.pointer.to_json()})

    @classmethod
    def from_json(cls, text: str) -> PointerMessage:
        """:raises ValueError: also KeyError or TypeError, for what ``to_json`` did not write"""
        content = json.loads(text)
        return cls(content["event"], content["platform"], Pointer.from_json(content["pointer"]))


@dataclass(frozen=True, slots=True)
class PointerQueue:
    """The queue of what is to be asked of platforms, which only said that it changed."""

    url: str

    def put(self, messages: Sequence[PointerMessage]) -> None:
        """Put every message in the queue.

        :raises ConnectionError: where SQS did not take one; the delivery is not answered with 2xx then
        """
        for start in range(0, len(messages), MESSAGES_PER_CALL):
            chunk = messages[start : start + MESSAGES_PER_CALL]
            answer = client("sqs").send_message_batch(
                QueueUrl=self.url,
                Entries=[{"Id": str(n), "MessageBody": message.to_json()} for n, message in enumerate(chunk)],
            )
            if answer.get("Failed"):
                raise ConnectionError(f"SQS did not take {len(answer['Failed'])} of {len(chunk)} messages")
