"""The table's stream → match_attendees: attendees or sets that changed, in batches; and large events by night.

A night that has no time left fails, and Lambda tries it again: it goes on with what is not matched yet. The same holds
for one event that is matched anew because `icebreaker redrive` found changes that were given up.
"""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.pipeline.at_once import AtOnce
from shared.pipeline.event_progress import note_progress
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.match_attendees import match_anew, match_changes, match_large_events
from shared.services import Scheduling
from shared.storage.stream import read_directory_change

# A shard of an event of 100,000 and the look at who changed meanwhile take about ten seconds; three times that.
LEAST_LEFT_MS = 30_000

logger = Logger()
copy_config_to_registered_loggers(logger, include={"shared"})
metrics = Metrics()
events = KnownEvents()
call_wave = AtOnce(Scheduling.from_environment(os.environ), int(os.environ["AT_ONCE_SECONDS"]))
storage.connect(os.environ["TABLE_NAME"])


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "event_id" in event:
        known = events.get(event["event_id"])
        if known is not None:
            match_anew(known, call_wave=call_wave, out_of_time=partial(_little_left, context))
        logger.info("event matched anew", event_id=event["event_id"])
        return {}
    if "Records" not in event:
        matched = match_large_events(
            storage.events.load_all(),
            now=datetime.now(UTC),
            call_wave=call_wave,
            out_of_time=partial(_little_left, context),
        )
        counted = note_progress(storage.events.load_all(), now=datetime.now(UTC))
        logger.info("large events matched", events=matched, counted=counted)
        return {}
    # One join for the whole batch is what makes matching cheap, so records are not processed one by one.
    changes = [change for change in map(read_directory_change, event["Records"]) if change is not None]
    failed = match_changes(changes, events=events, call_wave=call_wave)
    metrics.add_metric("DirectoryChangesMatched", MetricUnit.Count, len(changes) - len(failed))
    logger.info(
        "batch matched",
        changes=len(changes),
        failed=len(failed),
        attendees=[change.attendee_id for change in changes],
    )
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}


def _little_left(context: LambdaContext) -> bool:
    return context.get_remaining_time_in_millis() < LEAST_LEFT_MS
