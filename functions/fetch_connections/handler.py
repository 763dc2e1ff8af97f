"""The table's stream and SQS → fetch_connections, recall: what attendees asked to have fetched or remembered."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.logging.utils import copy_config_to_registered_loggers
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.pipeline.fetch_connections import (
    FetchTask,
    Patience,
    Tools,
    fetch_connections,
    fetch_for_changes,
    fetch_for_everybody,
)
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.recall import recall_for_changes, recall_for_everybody
from shared.services import Secrets
from shared.services.fetch_queue import send_later
from shared.services.queue import take_each
from shared.services.web import Web

# What one page may take, and keeping what was read so far, at the very least.
MILLISECONDS_FOR_ONE_MORE = 20_000

logger = Logger()
copy_config_to_registered_loggers(logger, include={"shared"})
metrics = Metrics()
events = KnownEvents()
patience = Patience()
web = Web()
secrets = Secrets(os.environ["SECRETS_PATH"])
storage.connect(os.environ["TABLE_NAME"])


def fetch(record: Mapping[str, Any], context: LambdaContext) -> None:
    task = FetchTask.from_json(record["body"])
    logger.append_keys(event_id=task.event_id, attendee_id=task.attendee_id, source=task.source)
    tools = Tools(
        web=web,
        hashing_key=secrets.hashing_key,
        api_token=api_token,
        clock=lambda: datetime.now(UTC),
        out_of_time=lambda: context.get_remaining_time_in_millis() < MILLISECONDS_FOR_ONE_MORE,
        patience=patience,
    )
    again = fetch_connections(task, events=events, tools=tools)
    if again is not None:
        put(again)
    metrics.add_metric("ListsFetched" if again is None else "ListsPutOff", MetricUnit.Count, 1)
    logger.info("list fetched" if again is None else "list put off")


def api_token(event_id: str, network: str) -> str | None:
    """The token that the organizer stored for a network; None where there is none, which only is slower."""
    try:
        return secrets.api_token(event_id, network)
    except LookupError:
        return None


def put(task: FetchTask) -> None:
    wait = task.not_before - datetime.now(UTC).timestamp()
    send_later(os.environ["FETCH_QUEUE_URL"], task.to_json(), seconds=wait)


def look_at_everybody(event_id: str) -> None:
    """As if everybody of an event had just changed: `icebreaker redrive` found changes that were given up."""
    event = events.get(event_id)
    if event is not None:
        key, now = secrets.hashing_key, datetime.now(UTC)
        recall_for_everybody(event, hashing_key=key, now=now)
        fetch_for_everybody(event, hashing_key=key, now=now, put=put)
    logger.info("everybody looked at anew", event_id=event_id)


@metrics.log_metrics
@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    if "event_id" in event:
        look_at_everybody(event["event_id"])
        return {}
    records = event["Records"]
    if records[0]["eventSource"] == "aws:sqs":
        return take_each(event, partial(fetch, context=context))
    key, now = secrets.hashing_key, datetime.now(UTC)
    # What is remembered first: what is fetched anew is the newer word.
    not_recalled = recall_for_changes(records, events=events, hashing_key=key, now=now)
    not_asked_for = fetch_for_changes(records, events=events, hashing_key=key, now=now, put=put)
    failed = sorted({*not_recalled, *not_asked_for})
    metrics.add_metric("AttendeesLookedAt", MetricUnit.Count, len(records) - len(failed))
    logger.info("attendees looked at", records=len(records), failed=len(failed))
    return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
