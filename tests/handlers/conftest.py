"""The real handlers against moto, in this process, with a table made of the template's own definition."""

import importlib
import json
import os
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import quote

import boto3
import pytest
from moto import mock_aws
from moto.sqs.models import SQSBackend

from shared import registrations, storage
from shared.events import Wave
from shared.pipeline.redrive import RESOURCES
from shared.services import Secrets
from shared.services._clients import client
from tests import democon
from tests.handlers.privileges import WATCH
from tests.in_memory import create_table
from tests.template import written

TEMPLATE = written()
# Handlers go by the real clock, and what is over is not told any more: this DemoCon is a century away.
START = democon.START.replace(year=democon.START.year + 100)
EVENT = replace(
    democon.EVENT,
    starts_at=START,
    ends_at=START + timedelta(days=1),
    waves=(Wave("first", START - timedelta(days=3)), Wave("second", START - timedelta(days=1))),
)
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "test",
    "AWS_SECRET_ACCESS_KEY": "test",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "SECRETS_PATH": "/icebreaker/test",
    "UPLOADS_BUCKET": "uploads",
    "LIST_IMPORT_ARN": "arn:aws:states:eu-west-1:123456789012:stateMachine:lists",
    "LARGE_WAVE_ARN": "arn:aws:states:eu-west-1:123456789012:stateMachine:test-LargeWave",
    "TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:introductions",
    "SENDER_ADDRESS": "hello@icebreaker.example",
    "SENDER_NAME": "Icebreaker",
    "API_URL": "https://api.icebreaker.example",
    "CONFIGURATION_SET": "receipts",
    "TEXT_MESSAGE_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/texts",
    "SCHEDULE_GROUP": "waves",
    "PLAN_INTRODUCTIONS_ARN": "arn:aws:lambda:eu-west-1:123456789012:function:plan",
    "SCHEDULER_ROLE_ARN": "arn:aws:iam::123456789012:role/scheduler",
    "WAVE_DEAD_LETTERS_ARN": "arn:aws:sqs:eu-west-1:123456789012:waves",
    "AT_ONCE_SECONDS": "600",
    "POWERTOOLS_SERVICE_NAME": "icebreaker",
    "POWERTOOLS_METRICS_NAMESPACE": "Icebreaker",
    "POWERTOOLS_DEV": "false",
}
# To the second, and the same for a whole run: the same registration again is the same, however slow the machine.
BEGAN = datetime.now(UTC).replace(microsecond=0)
CONTEXT = SimpleNamespace(
    function_name="f",
    memory_limit_in_mb=512,
    invoked_function_arn="arn:aws:lambda:eu-west-1:123456789012:function:f",
    aws_request_id="r",
    get_remaining_time_in_millis=lambda: 600_000,
)


@dataclass
class World:
    """One deployment with one event, and what a test does to it."""

    table_name: str
    secrets: Secrets
    secret: str
    calls: list[str] = field(default_factory=list)  # DynamoDB operations, in order

    def handler(self, name: str) -> Any:
        """A function's handler as a new container would load it, with no more rights than its role has."""
        module = importlib.reload(importlib.import_module(f"functions.{name}.handler"))
        handle = module.handler

        def with_its_role(event: dict[str, Any], context: Any) -> Any:
            with WATCH.as_role_of(name):
                return handle(event, context)

        vars(module)["handler"] = with_its_role
        return module

    def post(self, payload: bytes | dict[str, Any], **headers: str) -> tuple[int, dict[str, Any]]:
        """Deliver a webhook in our own format; signed, unless ``headers`` say otherwise."""
        body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        signed = registrations.sign("icebreaker", body, self.secret, delivery_id="msg_1", now=datetime.now(UTC))
        return self.deliver(body, signed | headers)

    def deliver(
        self,
        body: bytes,
        headers: dict[str, str],
        *,
        event_id: str = "democon",
        platform: str = "icebreaker",
        query: dict[str, str] | None = None,
        method: str = "POST",
    ) -> tuple[int, dict[str, Any]]:
        path = f"/events/{event_id}/registrations/{platform}"
        answer = self.handler("receive_registration").handler(
            {
                "version": "2.0",
                "routeKey": "POST /events/{event_id}/registrations/{platform}",
                "rawPath": path,
                "headers": headers,
                "queryStringParameters": query or {},
                "requestContext": {
                    "http": {"method": method, "path": path},
                    "requestId": "r",
                    "stage": "$default",
                },
                "body": body.decode("latin-1"),
                "isBase64Encoded": False,
            },
            CONTEXT,
        )
        return answer["statusCode"], json.loads(answer["body"])

    def items(self) -> list[dict[str, Any]]:
        """Everything in the table, in a stable order; nothing where the table was deleted."""
        # Also asked when a test has undone its patches, the environment among them.
        client = boto3.client(
            "dynamodb", region_name="eu-west-1", aws_access_key_id="test", aws_secret_access_key="test"
        )
        try:
            found = client.scan(TableName=self.table_name)["Items"]
        except client.exceptions.ResourceNotFoundException:
            return []
        return sorted(found, key=lambda item: (item["pk"]["S"], item["sk"]["S"]))

    def upload(
        self, name: str, body: bytes, *, kind: str = "connections", owner: str | None = None, basis: str = ""
    ) -> str:
        key = f"uploads/democon/{kind}/1/{name}"
        metadata = {"owner": owner} if owner else {}
        metadata |= {"basis": quote(basis)} if basis else {}
        boto3.client("s3").put_object(Bucket="uploads", Key=key, Body=body, Metadata=metadata)
        return key

    def import_upload(self, key: str) -> None:
        self.handler("import_upload").handler(
            {
                "version": "0",
                "id": "1",
                "detail-type": "Object Created",
                "source": "aws.s3",
                "detail": {"bucket": {"name": "uploads"}, "object": {"key": key, "size": 1}},
            },
            CONTEXT,
        )


@pytest.fixture(autouse=True)
def _nothing_is_refused() -> Iterator[None]:
    """No function did in a test what its role in the template does not allow."""
    WATCH.refused.clear()
    yield
    assert WATCH.refused == []


# A link, a name that tests use only for people, and what stands in every address and profile of theirs.
NEVER_LOGGED = re.compile(r"@example\.(org|com)|linkedin\.com/in/|/e/democon/[\w-]{20}|whsec_|\+1 ?555|\bO'Neil\b")


@pytest.fixture(autouse=True)
def _nothing_that_names_anybody_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Whatever function a test runs: its logs hold ids, counts and states."""
    yield
    for record in caplog.get_records("call"):
        if record.name.startswith(("icebreaker", "shared", "functions")):
            found = NEVER_LOGGED.search(str(record.__dict__) + record.getMessage())
            assert found is None, f"{record.pathname}:{record.lineno} logs {found and found[0]!r}"


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Iterator[World]:
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    table_name = f"table-{abs(hash(request.node.nodeid))}"
    for name, value in (ENVIRONMENT | {"TABLE_NAME": table_name}).items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(SQSBackend, "receive_message", without_waiting)
    client.cache_clear()
    with mock_aws():
        create_table(table_name)
        boto3.client("s3").create_bucket(
            Bucket="uploads", CreateBucketConfiguration={"LocationConstraint": "eu-west-1"}
        )
        queue = boto3.client("sqs").create_queue(QueueName="pointers")
        monkeypatch.setenv("POINTER_QUEUE_URL", queue["QueueUrl"])
        monkeypatch.setenv("DEAD_LETTERS", _dead_letters())
        boto3.client("sns").create_topic(Name="introductions")
        boto3.client("ses").verify_email_identity(EmailAddress="hello@icebreaker.example")
        storage.connect(table_name)
        secrets = with_keys(request.config)
        secret = registrations.new_secret()
        secrets.add_webhook_secret("democon", "icebreaker", secret)
        storage.events.create(EVENT)
        it = World(table_name, secrets, secret)
        yield it
        everything_ends(it)
    client.cache_clear()


def with_keys(config: pytest.Config) -> Secrets:
    """A deployment's keys, the same in every run: they decide who lies in which shard, and who is named first.

    With another ``--hypothesis-seed`` (``make test LUCK=17``) they are other keys.
    """
    made = Secrets(ENVIRONMENT["SECRETS_PATH"])
    luck = random.Random(str(config.getoption("hypothesis_seed")))
    made.add_hashing_key(luck.randbytes)
    made.ensure_link_keys(luck.randbytes)
    made.ensure_suppression_key(luck.randbytes)
    return made


_receive = SQSBackend.receive_message


def without_waiting(queues: SQSBackend, name: str, count: int, _seconds: int, *more: Any) -> Any:
    """What moto answers at once: nobody else sends while a test asks, so an empty queue stays empty."""
    return _receive(queues, name, count, 0, *more)


# What has no end, with its reason: name, place and year of an event after which somebody is remembered; nobody's name.
KEPT_FOR_GOOD = {"past_event"}
OUR_PARTITIONS = re.compile(r"(EVENTS|EVENT#.+|PERSON#.+|SUPPRESSED#.+|PAST-EVENTS)$")


def everything_ends(world: World) -> None:
    """Whatever a test left in the table carries the moment at which DynamoDB deletes it."""
    for item in world.items():
        if OUR_PARTITIONS.match(item["pk"]["S"]):  # a test may put in what is none of ours
            assert "expires_at" in item or item["kind"]["S"] in KEPT_FOR_GOOD, item["kind"]


def _dead_letters() -> str:
    """The lines that the template tells serve_organizer, of queues that are there."""
    return "\n".join(",".join([name, *map(_address, resources)]) for name, resources in RESOURCES.items())


def _address(resource: str) -> str:
    if resource.endswith("Function"):
        return f"arn:aws:lambda:eu-west-1:123456789012:function:{resource}"
    return str(client("sqs").create_queue(QueueName=resource)["QueueUrl"])


def registered(name: str, minute: int = 0, /, *, kind: str = "registration.created", **data: Any) -> dict[str, Any]:
    """A payload in our own format for an invented person."""
    at = BEGAN - timedelta(hours=1) + timedelta(minutes=minute)
    return {
        "type": kind,
        "timestamp": at.isoformat(),
        "data": {
            "reference": f"T-{name}",
            "name": name.title(),
            "email": f"{name}@example.org",
            "handles": {"linkedin": f"linkedin.com/in/{name}", "github": name},
            "agreed": ["introduce", "connections"],
        }
        | data,
    }
