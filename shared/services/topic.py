"""Put messages on the topic ``introductions``."""

from __future__ import annotations

from collections.abc import Sequence

from shared.notifications import TopicMessage
from shared.services._clients import client

MESSAGES_PER_CALL = 10  # SNS's limit


def publish(topic_arn: str, messages: Sequence[TopicMessage]) -> set[int]:
    """Publish messages, ten a call; the positions of those that SNS did not take."""
    sns = client("sns")
    refused: set[int] = set()
    for start in range(0, len(messages), MESSAGES_PER_CALL):
        answer = sns.publish_batch(
            TopicArn=topic_arn,
            PublishBatchRequestEntries=[
                {
                    "Id": str(position),
                    "Message": message.to_json(),
                    "MessageAttributes": {
                        name: {"DataType": "String", "StringValue": value} for name, value in message.attributes.items()
                    },
                }
                for position, message in enumerate(messages[start : start + MESSAGES_PER_CALL], start)
            ],
        )
        refused |= {int(failure["Id"]) for failure in answer.get("Failed", [])}
    return refused
