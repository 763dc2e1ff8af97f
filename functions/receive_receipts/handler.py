"""SNS → receive_receipts: what SES says of a mail afterwards."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import SNSEvent, event_source
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.notifications.receipts import Receipt, read_receipt
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.receive_receipts import receive_receipt
from shared.services import Secrets, ring

logger = Logger()
metrics = Metrics()
events = KnownEvents()
secrets = Secrets(os.environ["SECRETS_PATH"])
storage.connect(os.environ["TABLE_NAME"])

PAUSED = """\
{event_id} sends nothing any more. {reason}.

What waits stays in line. Look at where the addresses came from, then type

    icebreaker status {event_id}
    icebreaker event resume {event_id}
"""


def receive(receipt: Receipt) -> None:
    logger.append_keys(event_id=receipt.event_id, wave=receipt.wave, attendee_id=receipt.attendee_id)
    received = receive_receipt(
        receipt,
        events=events,
        hashing_key=secrets.hashing_key,
        suppression_key=secrets.suppression_key,
        now=datetime.now(UTC),
    )
    logger.info(
        "receipt",
        kind=receipt.kind,
        permanent=receipt.permanent,
        state=received.state,
        suppressed=received.suppressed,
    )
    metrics.add_metric(f"Mail{receipt.kind.capitalize()}", MetricUnit.Count, 1)
    if received.over_the_limit:
        # At every receipt, so that the alarm rings also where the one that paused the event was cut short.
        metrics.add_metric("EventOverTheLimit", MetricUnit.Count, 1)
    if received.over_the_limit and received.just_paused:
        logger.error("event paused", because=received.over_the_limit)
        ring(
            os.environ["ALARM_TOPIC_ARN"],
            f"Icebreaker: {receipt.event_id} has paused itself",
            PAUSED.format(event_id=receipt.event_id, reason=received.over_the_limit),
        )


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
@event_source(data_class=SNSEvent)
def handler(event: SNSEvent, context: LambdaContext) -> None:  # noqa: ARG001
    for record in event.records:
        receipt = read_receipt(record.sns.message)
        if receipt is not None:
            receive(receipt)
