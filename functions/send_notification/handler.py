"""SQS → send_notification: one introduction to an inbox or a telephone."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.events import Event
from shared.links import Links
from shared.notifications import TopicMessage
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.send_notification import NotYet, Sender, send_notification
from shared.services import Secrets
from shared.services.queue import come_back_at, take_each

logger = Logger()
copy_config_to_registered_loggers(logger, include={"shared"})
metrics = Metrics()
events = KnownEvents()
secrets = Secrets(os.environ["SECRETS_PATH"])
storage.connect(os.environ["TABLE_NAME"])


def links(event: Event, attendee_id: str) -> Links:
    last_day = event.expires_at.astimezone(UTC).date()
    return Links(os.environ["API_URL"], secrets.link_keys(), event.event_id, attendee_id, last_day)


sender = Sender(
    os.environ["SENDER_ADDRESS"],
    os.environ["SENDER_NAME"],
    links,
    suppression_key=secrets.suppression_key,
    hashing_key=secrets.hashing_key,
    configuration_set=os.environ["CONFIGURATION_SET"],
)


def send(record: Mapping[str, Any]) -> None:
    message = TopicMessage.from_json(record["body"])
    logger.append_keys(event_id=message.event_id, wave=message.wave, attendee_id=message.attendee_id)
    try:
        state = send_notification(message, events=events, sender=sender, clock=lambda: datetime.now(UTC))
    except NotYet as error:
        come_back_at(os.environ["TEXT_MESSAGE_QUEUE_URL"], record["receiptHandle"], error.until, now=datetime.now(UTC))
        raise
    except Exception as error:
        # The kind alone: its text may quote what somebody typed.
        logger.warning("introduction not sent, the queue brings it again", kind=type(error).__name__)
        raise
    logger.info("introduction", state=state)
    if state is not None:
        metrics.add_metric(f"Introduction{state.capitalize()}", MetricUnit.Count, 1)


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    return take_each(event, send)
