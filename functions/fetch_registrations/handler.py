"""SQS → fetch_registrations: what a ticketing platform only pointed at."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.pipeline.fetch_registrations import fetch_registrations
from shared.pipeline.known_events import KnownEvents
from shared.services import PointerMessage, Secrets
from shared.services.queue import take_each
from shared.services.web import Web

logger = Logger()
metrics = Metrics()
events = KnownEvents()
secrets = Secrets(os.environ["SECRETS_PATH"])
web = Web()
storage.connect(os.environ["TABLE_NAME"])


def fetch(record: Mapping[str, Any]) -> None:
    message = PointerMessage.from_json(record["body"])
    logger.append_keys(event_id=message.event_id, platform=message.platform)
    try:
        receipt = fetch_registrations(message, events=events, secrets=secrets, web=web, now=datetime.now(UTC))
    except Exception as error:
        # What the platform answered may name people, so only the kind of failure is logged, and ours in words.
        told = str(error) if isinstance(error, ConnectionError | LookupError) else ""
        logger.warning("registration not fetched", kind=type(error).__name__, problem=told)
        metrics.add_metric("RegistrationNotFetched", MetricUnit.Count, 1)
        raise
    metrics.add_metric("RegistrationChanged", MetricUnit.Count, receipt.changed)
    logger.info("registration fetched", attendees=receipt.attendee_ids, reason=receipt.reason)


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    return take_each(event, fetch)
