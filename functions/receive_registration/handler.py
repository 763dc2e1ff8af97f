"""HTTP API → receive_registration: the webhook of a ticketing platform."""

from __future__ import annotations

import base64
import os
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.receive_registration import UnknownEvent, receive_registration
from shared.registrations import BadPayload, BadSignature
from shared.services import Secrets

logger = Logger()
metrics = Metrics()
app = APIGatewayHttpResolver()
events = KnownEvents()
secrets = Secrets(os.environ["SECRETS_PATH"])
storage.connect(os.environ["TABLE_NAME"])


@app.post("/events/<event_id>/registrations/<platform>")
def post_registration(event_id: str, platform: str) -> dict[str, Any]:
    received = app.current_event
    body = received.body or ""
    receipt = receive_registration(
        event_id,
        platform,
        received.headers,
        base64.b64decode(body) if received.is_base64_encoded else body.encode(),
        events=events,
        secrets=secrets,
        now=datetime.now(UTC),
    )
    metrics.add_metric("RegistrationChanged", MetricUnit.Count, receipt.changed)
    logger.info("registration received", event_id=event_id, platform=platform, attendees=receipt.attendee_ids)
    return {"changed": receipt.changed, "reason": receipt.reason}


@app.exception_handler(UnknownEvent)  # type: ignore[untyped-decorator]
def unknown_event(error: UnknownEvent) -> Response[str]:
    return _answer(404, str(error))


@app.exception_handler(BadSignature)  # type: ignore[untyped-decorator]
def bad_signature(error: BadSignature) -> Response[str]:
    return _answer(401, str(error))


@app.exception_handler(BadPayload)  # type: ignore[untyped-decorator]
def bad_payload(error: BadPayload) -> Response[str]:
    return _answer(422, *error.problems)


def _answer(status: int, *problems: str) -> Response[str]:
    # Only the count is logged: a problem may quote what somebody typed.
    logger.warning("registration refused", status=status, problems=len(problems))
    metrics.add_metric("RegistrationRefused", MetricUnit.Count, 1)
    return Response(status, "application/json", app._serializer({"problems": problems}))


@metrics.log_metrics
@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
