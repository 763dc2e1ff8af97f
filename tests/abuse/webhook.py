"""The webhook's real handler in this process, with nothing behind it: whatever gets past its checks is an error."""

from __future__ import annotations

import base64
import contextlib
import importlib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, Final

import pytest

from shared import registrations
from shared.registrations import platforms
from tests import democon

SECRET: Final = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SETTINGS: Final = {
    "pretix": {"organizer": "harbour", "event": "harbourconf"},
    "eventyay": {"organizer": "harbour", "event": "harbourconf"},
    "generic": {"reference": "id", "email": "email", "name": "name"},
}
CONTEXT: Final = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:f",
    aws_request_id="r",
)
ENVIRONMENT: Final = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "SECRETS_PATH": "/icebreaker/test",
    "TABLE_NAME": "nowhere",
    "POINTER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/nowhere",
    "POWERTOOLS_SERVICE_NAME": "icebreaker",
    "POWERTOOLS_METRICS_NAMESPACE": "Icebreaker",
    "POWERTOOLS_METRICS_DISABLED": "true",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}


@dataclass
class Webhook:
    """One deployment's webhook; ``reached`` is what a delivery got as far as."""

    handler: Any
    reached: list[str] = field(default_factory=list)

    def deliver(
        self,
        platform: str,
        headers: Mapping[str, str],
        body: bytes,
        *,
        query: Mapping[str, str] | None = None,
        encoded: bool = True,
        event_id: str = "democon",
        method: str = "POST",
    ) -> int:
        path = f"/events/{event_id}/registrations/{platform}"
        answer = self.handler.handler(
            {
                "version": "2.0",
                "rawPath": path,
                "headers": dict(headers),
                "queryStringParameters": dict(query or {}),
                "requestContext": {"http": {"method": method, "path": path}, "requestId": "r", "stage": "$default"},
                "body": base64.b64encode(body).decode() if encoded else body.decode("latin-1"),
                "isBase64Encoded": encoded,
            },
            CONTEXT,
        )
        return int(answer["statusCode"])

    def signed(self, platform: str, body: bytes) -> dict[str, str]:
        return registrations.sign(platform, body, SECRET, delivery_id="msg_1", now=datetime.now(UTC))


@contextlib.contextmanager
def webhook() -> Iterator[Webhook]:
    event = replace(democon.EVENT, platforms=SETTINGS)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in ENVIRONMENT.items():
            patch.setenv(name, value)
        module = importlib.reload(importlib.import_module("functions.receive_registration.handler"))
        it = Webhook(module)
        known = SimpleNamespace(get=lambda event_id: event if event_id == "democon" else None)
        secrets = SimpleNamespace(
            webhook_secrets=lambda *_: (SECRET,), hashing_key=lambda _: b"k" * 32, id_key=lambda _: b"k" * 32
        )
        patch.setattr(module, "events", known)
        patch.setattr(module, "secrets", secrets)
        patch.setattr(module, "pointers", SimpleNamespace(put=lambda put: it.reached.append("queue") if put else None))

        def store(*_: Any, **__: Any) -> Any:
            it.reached.append("storage")
            return SimpleNamespace(attendees=())

        patch.setattr("shared.pipeline.receive_registration.store_registration", store)
        patch.setattr("sys.stdout", io.StringIO() if "ICEBREAKER_FUZZ" in os.environ else _Nothing())
        yield it


class _Nothing(io.StringIO):
    """Logs and metrics of ten thousand deliveries are of no use to anybody."""

    def write(self, text: str) -> int:
        return len(text)


__all__ = ["SECRET", "Webhook", "platforms", "webhook"]
