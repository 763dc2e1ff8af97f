"""SQS → fetch_registrations: what a ticketing platform only pointed at."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.pipeline.fetch_registrations import fetch_registrations
from shared.pipeline.known_events import KnownEvents
from shared.services import PointerMessage, Secrets
from shared.services.web import Web

logger = Logger()
metrics = Metrics()
# A batch in which everything must be tried again is a busy platform, not a broken function.
processor = BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False)
events = KnownEvents()
secrets = Secrets(os.environ["SECRETS_PATH"])
web = Web()
storage.connect(os.environ["TABLE_NAME"])


def fetch(record: SQSRecord) -> None:
    message = PointerMessage.from_json(record.body)
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
def handler(event: dict[str, Any], context: LambdaContext) -> Any:
    return process_partial_response(event=event, record_handler=fetch, processor=processor, context=context)
