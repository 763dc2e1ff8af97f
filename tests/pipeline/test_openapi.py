"""The API as its own description says it is: fuzzed by that description, signed and not, on the local stack."""

import json
import uuid
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import openapi
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks

from infra.local import LocalStack
from shared import registrations
from shared.services import Secrets
from tests.pipeline.test_end_to_end import EVENT_TOML, icebreaker

WEBHOOK = "/events/{event_id}/registrations/{platform}"
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
]
SLOWLY = settings(
    max_examples=40, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)


@pytest.fixture(scope="module")
def fuzzed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("fuzz") / "event.toml"


@pytest.fixture
def schema(stack: LocalStack, aws: None, fuzzed: Path) -> Any:
    if not fuzzed.exists():
        fuzzed.write_text(EVENT_TOML.format(event_id="fuzz", waves="", expected=1))
        icebreaker("event", "create", str(fuzzed))
        secrets = Secrets(stack.outputs["SecretsPath"])
        for platform in registrations.platforms:
            secrets.add_webhook_secret("fuzz", platform, SECRET)
    return openapi.from_url(f"{stack.api_url}/openapi.json")


def test_every_operation_answers_as_described(schema: Any, stack: LocalStack) -> None:
    for result in schema.get_all_operations():

        @SLOWLY
        @given(case=result.ok().as_strategy())
        def ask(case: Any) -> None:
            case.call_and_validate(base_url=stack.api_url, checks=CHECKS)

        ask()


@pytest.mark.parametrize("platform", registrations.platforms)
def test_whatever_a_platform_signs_is_answered_as_described(schema: Any, stack: LocalStack, platform: str) -> None:
    operation = schema[WEBHOOK]["POST"]
    url = f"{stack.api_url}/events/fuzz/registrations/{platform}"

    @settings(SLOWLY, max_examples=12)
    @given(case=operation.as_strategy(), raw=st.none() | st.binary(max_size=200))
    def deliver(case: Any, raw: bytes | None) -> None:
        body = raw if raw is not None else json.dumps(case.body, default=str).encode()
        headers = registrations.sign(platform, body, SECRET, delivery_id=uuid.uuid4().hex, now=datetime.now(UTC))
        # API Gateway passes JSON on as text, which bytes that are no UTF-8 do not survive.
        kind = "application/json" if raw is None else "application/octet-stream"
        response = requests.post(url, data=body, headers={"content-type": kind} | headers, timeout=20)
        assert response.status_code in (200, 202, 422), response.text
        assert response.json()

    deliver()
