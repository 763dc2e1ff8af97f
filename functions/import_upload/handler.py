"""S3 → import_upload: an attendee list, or somebody's connections.

A list for which there is no time left fails, and Lambda tries it again: it goes on where it stopped. One that is too
long even for that is handed to the state machine of import_list.
"""

from __future__ import annotations

import os

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.data_classes import S3EventBridgeNotificationEvent, event_source
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.pipeline.import_upload import import_upload
from shared.pipeline.known_events import KnownEvents
from shared.services import LongLists, Secrets, Uploads

# Thirty rows, and keeping how far the list has come, at the very least.
LEAST_LEFT_MS = 30_000

logger = Logger()
copy_config_to_registered_loggers(logger, include={"shared"})
metrics = Metrics()
events = KnownEvents()
secrets = Secrets(os.environ["SECRETS_PATH"])
uploads = Uploads(os.environ["UPLOADS_BUCKET"])
long_lists = LongLists(os.environ["LIST_IMPORT_ARN"])
storage.connect(os.environ["TABLE_NAME"])


@metrics.log_metrics
@logger.inject_lambda_context(correlation_id_path=correlation_paths.EVENT_BRIDGE)
@event_source(data_class=S3EventBridgeNotificationEvent)
def handler(event: S3EventBridgeNotificationEvent, context: LambdaContext) -> None:
    report = import_upload(
        # As it is: EventBridge, unlike S3's own notifications, does not quote keys, and ``.key`` would unquote it.
        event.detail.object["key"],
        uploads=uploads,
        events=events,
        secrets=secrets,
        long_lists=long_lists,
        out_of_time=lambda: context.get_remaining_time_in_millis() < LEAST_LEFT_MS,
    )
    if report is None:
        return
    metrics.add_metric("RowsRead", MetricUnit.Count, report.read)
    if report.kind == "attendees":
        metrics.add_metric("RegistrationChanged", MetricUnit.Count, report.changed)
    elif report.source:
        metrics.add_metric("ListsStored", MetricUnit.Count, report.source.count(",") + 1)
    metrics.add_metric("RowsRejected", MetricUnit.Count, report.rejected)
    logger.info(
        "upload imported",
        kind=report.kind,
        state=report.state,
        read=report.read,
        changed=report.changed,
        rejected=report.rejected,
    )
