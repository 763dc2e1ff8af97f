"""HTTP API → serve_organizer: the pages on which an event's organizers see how it goes, and decide."""

from __future__ import annotations

import os
import traceback
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.pages.http_api import answer_of, request_of
from shared.pipeline.organizer.serve import serve_organizer
from shared.pipeline.organizer.visit import OrganizerTools
from shared.services import DeadLetters, Scheduling, Secrets, Uploads, publish

# An event with a thousand slots, each a row of eight fields.
MOST_FORM = 512 * 1024
MOST_FIELDS = 10_000

logger = Logger()
metrics = Metrics()
tools = OrganizerTools(
    secrets=Secrets(os.environ["SECRETS_PATH"]),
    uploads=Uploads(os.environ["UPLOADS_BUCKET"]),
    scheduling=Scheduling.from_environment(os.environ),
    publish=partial(publish, os.environ["TOPIC_ARN"]),
    dead_letters=DeadLetters.from_environment(os.environ),
)
storage.connect(os.environ["TABLE_NAME"])


@metrics.log_metrics
@logger.inject_lambda_context
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    request = request_of(event, base_url=os.environ.get("PUBLIC_URL", ""), most_body=MOST_FORM, most_fields=MOST_FIELDS)
    reply = serve_organizer(request, tools=tools, now=datetime.now(UTC), failed=_failed)
    # Neither path nor query: a link is a secret.
    logger.info("organizer's page", route=event.get("routeKey"), status=reply.status)
    metrics.add_metric("PageRefused" if reply.status >= 400 else "PageServed", MetricUnit.Count, 1)
    return answer_of(reply)


def _failed(error: Exception) -> None:
    # Where it happened, not the error's text, which may quote what somebody typed.
    where = traceback.format_tb(error.__traceback__)
    logger.error("page failed", error=type(error).__name__, where=where)
    metrics.add_metric("PageFailed", MetricUnit.Count, 1)
