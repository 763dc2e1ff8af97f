"""HTTP API → receive_registration: the webhook of a ticketing platform."""

from __future__ import annotations

import base64
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger, Metrics
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import correlation_paths
from aws_lambda_powertools.metrics import MetricUnit
from aws_lambda_powertools.utilities.typing import LambdaContext

from shared import storage
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.receive_registration import UnknownEvent, check_webhook, receive_registration
from shared.registrations import BadPayload, BadSignature
from shared.services import PointerQueue, Secrets

logger = Logger()
metrics = Metrics()
app = APIGatewayHttpResolver()
events = KnownEvents()
secrets = Secrets(os.environ["SECRETS_PATH"])
pointers = PointerQueue(os.environ["POINTER_QUEUE_URL"])
storage.connect(os.environ["TABLE_NAME"])


@app.post("/events/<event_id>/registrations/<platform>")
def post_registration(event_id: str, platform: str) -> Response[str]:
    received = app.current_event
    receipt = receive_registration(
        event_id,
        platform,
        received.headers,
        _bytes(received.body or "", encoded=received.is_base64_encoded),
        events=events,
        secrets=secrets,
        pointers=pointers,
        now=datetime.now(UTC),
        query=received.query_string_parameters,
    )
    metrics.add_metric("RegistrationChanged", MetricUnit.Count, receipt.changed)
    logger.info("registration received", event_id=event_id, platform=platform, attendees=receipt.attendee_ids)
    if receipt.answer:
        return _json(200, receipt.answer)
    return _json(202 if receipt.later else 200, {"changed": receipt.changed, "reason": receipt.reason})


def _bytes(body: str, *, encoded: bool | None) -> bytes:
    if not encoded:
        return body.encode("utf-8", "surrogatepass")
    try:
        return base64.b64decode(body)
    except ValueError:
        raise BadPayload(["the body: is marked as base64, and is none"]) from None


@app.get("/events/<event_id>/registrations/<platform>")
def get_registration(event_id: str, platform: str) -> Response[str]:
    """Some platforms (Cvent) ask whether we are here before they deliver anything."""
    asked = app.current_event
    check_webhook(event_id, platform, asked.headers, asked.query_string_parameters, events=events, secrets=secrets)
    return _json(200, {"changed": 0, "reason": "this is where registrations are taken"})


@app.get("/openapi.json")
def get_openapi() -> Response[str]:
    from shared.registrations.openapi import document  # asked for by people, never by a platform

    return _json(200, document())


@app.not_found
def no_such_path(_: Exception) -> Response[str]:
    return _answer(404, "there is nothing at this path")


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
    return _json(status, {"problems": problems})


def _json(status: int, content: Mapping[str, Any]) -> Response[str]:
    return Response(status, "application/json", json.dumps(content))


@metrics.log_metrics
@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    return app.resolve(event, context)
