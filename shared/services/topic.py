"""Put messages on the topic ``introductions``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, Final

from shared.notifications import AnyMessage, TopicMessage, WaveMessage, wave_line
from shared.services._clients import client

MESSAGES_PER_CALL: Final = 10  # SNS's limit
LONGEST_SUBJECT: Final = 99  # SNS's limit


def publish(topic_arn: str, messages: Sequence[AnyMessage]) -> set[int]:
    """Publish messages, ten a call; the positions of those that SNS did not take."""
    sns = client("sns")
    refused: set[int] = set()
    for start in range(0, len(messages), MESSAGES_PER_CALL):
        answer = sns.publish_batch(
            TopicArn=topic_arn,
            PublishBatchRequestEntries=[
                {
                    "Id": str(position),
                    **_content(message),
                    "MessageAttributes": {
                        name: {"DataType": "String", "StringValue": value} for name, value in message.attributes.items()
                    },
                }
                for position, message in enumerate(messages[start : start + MESSAGES_PER_CALL], start)
            ],
        )
        refused |= {int(failure["Id"]) for failure in answer.get("Failed", [])}
    return refused


def _content(message: AnyMessage) -> dict[str, Any]:
    if isinstance(message, TopicMessage):
        return {"Message": message.to_json()}
    return {
        "Message": json.dumps({"default": message.to_json(), **_for_people(message)}),
        "MessageStructure": "json",
        # An event's name may hold what SNS allows in no subject; ids cannot.
        "Subject": f"Icebreaker: {message.event_id}, wave {message.wave}"[:LONGEST_SUBJECT],
    }


def _for_people(message: WaveMessage) -> dict[str, str]:
    """The same as a sentence, for the protocols whose subscribers are people.

    Source: Amazon SNS developer guide, "Publishing Amazon SNS notifications with platform-specific payloads".
    """
    line = wave_line(message)
    apple = json.dumps({"aps": {"alert": line}})
    android = json.dumps({"fcmV1Message": {"message": {"notification": {"title": message.event_name, "body": line}}}})
    return {"email": line, "sms": line, "APNS": apple, "APNS_SANDBOX": apple, "GCM": android}
