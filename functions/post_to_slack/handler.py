"""SNS → post_to_slack: a wave, told in one line where its organizers talk."""

from __future__ import annotations

import os

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import SNSEvent, event_source
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared.notifications import WaveMessage
from shared.pipeline.post_to_slack import post_to_slack
from shared.services import Secrets
from shared.services.web import Web

logger = Logger()
metrics = Metrics()
secrets = Secrets(os.environ["SECRETS_PATH"])
web = Web()


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
@event_source(data_class=SNSEvent)
def handler(event: SNSEvent, context: LambdaContext) -> None:  # noqa: ARG001
    for record in event.records:  # SNS sends one at a time
        message = WaveMessage.from_json(record.sns.message)
        logger.append_keys(event_id=message.event_id, wave=message.wave)
        posted = post_to_slack(message, secrets=secrets, web=web)
        metrics.add_metric("WavesPosted", MetricUnit.Count, posted)
        logger.info("wave told" if posted else "wave of an event that is told nowhere")
