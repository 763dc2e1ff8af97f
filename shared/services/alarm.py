"""Tell those who run it, by the topic that alarms go to."""

from __future__ import annotations

from shared.services._clients import client

LONGEST_SUBJECT = 99  # SNS's limit for the subject of a mail


def ring(topic_arn: str, subject: str, text: str) -> None:
    """Put one message to people on the alarm topic; the subject in ASCII."""
    client("sns").publish(TopicArn=topic_arn, Subject=subject[:LONGEST_SUBJECT], Message=text)
