"""Start the embedded AWS (MiniStack), deploy the real template to it, stop it."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local.deploy import api_id_of, deploy

REGION = "eu-west-1"
START_SECONDS = 60
STOP_SECONDS = 10
MAILBOX = "mailbox"  # every mail as it was sent, in the folder that the stack works in


@dataclass(frozen=True)
class SentMail:
    """One mail that the stack's SES took."""

    message_id: str
    to: tuple[str, ...]
    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class LocalStack:
    """A running stack."""

    endpoint_url: str
    stack_name: str
    environment: Mapping[str, str]  # what a child process needs to work against it, and nothing else of AWS
    outputs: Mapping[str, str]  # the template's
    api_url: str  # answers for the HTTP API
    log_path: Path

    def client(self, service: str) -> Any:
        return client(service, self.environment)

    def sent_mails(self) -> list[SentMail]:
        """Every mail so far, in the order in which they were sent."""
        by_account = _get_json(f"{self.endpoint_url}/_ministack/ses/messages")["messages"]
        return [_sent_mail(message) for messages in by_account.values() for message in messages]

    def mailbox(self) -> list[EmailMessage]:
        """Every mail so far as it was sent, headers and calendar parts included, in order."""
        files = sorted((self.log_path.parent / MAILBOX).glob("*.eml"))
        return [message_from_bytes(file.read_bytes(), EmailMessage, policy=default) for file in files]

    def text_messages(self) -> list[Mapping[str, Any]]:
        """Every text message so far: ``PhoneNumber`` and ``Message`` of each."""
        by_number = _get_json(f"{self.endpoint_url}/_ministack/sns/sms-messages")["sms_messages"]
        return [message for messages in by_number.values() for message in messages]

    def function_logs(self, logical_name: str) -> str:
        """Everything that a function of the template has logged."""
        resource = self.client("cloudformation").describe_stack_resource(
            StackName=self.stack_name, LogicalResourceId=logical_name
        )
        name = resource["StackResourceDetail"]["PhysicalResourceId"]
        group = self.client("lambda").get_function_configuration(FunctionName=name)["LoggingConfig"]["LogGroup"]
        pages = self.client("logs").get_paginator("filter_log_events").paginate(logGroupName=group)
        return "".join(event["message"] + "\n" for page in pages for event in page["events"])


@contextmanager
def running(
    workspace: Path, *, stack_name: str = "icebreaker", port: int | None = None, cut_off: bool = False
) -> Iterator[LocalStack]:
    """A stack for as long as the block runs; it listens on loopback and writes below ``workspace`` only.

    :param cut_off: whether functions that ask others for something, networks and ticketing platforms, never run
    :raises RuntimeError: where it does not start or the template does not deploy, with what it said
    """
    workspace.mkdir(parents=True, exist_ok=True)
    port = port or _free_port()
    endpoint_url = f"http://127.0.0.1:{port}"
    log_path = workspace / "stack.log"
    with log_path.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, str(Path(__file__).with_name("emulator.py"))],
            # Neither the checkout nor its packages: functions must find what the template gives them.
            cwd=workspace,
            env=_server_environment(workspace, port),
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_until_healthy(process, endpoint_url, log_path)
        environment = _client_environment(endpoint_url)

        def api_url_of(api_id: str) -> str:
            # By path: names below "localhost" resolve in browsers, but not everywhere else.
            return f"{endpoint_url}/_aws/execute-api/{api_id}/$default"

        outputs = deploy(
            lambda service: client(service, environment),
            stack_name=stack_name,
            workspace=workspace,
            api_url_of=api_url_of,
            cut_off=cut_off,
        )
        api_url = api_url_of(api_id_of(outputs))
        yield LocalStack(
            endpoint_url=endpoint_url,
            stack_name=stack_name,
            environment=environment | {"ICEBREAKER_API_URL": api_url},
            outputs=outputs,
            api_url=api_url,
            log_path=log_path,
        )
    finally:
        _stop(process)


def forget_aws() -> None:
    """Let this process know of no AWS any more: neither by its environment nor by files of settings."""
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        del os.environ[name]
    os.environ.update({"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull})
    for name in ("NO_PROXY", "no_proxy"):
        os.environ[name] = ",".join(filter(None, [os.environ.get(name), "127.0.0.1"]))


def become_client_of(stack: LocalStack) -> None:
    """Make the stack this process's AWS."""
    os.environ.update(stack.environment)


def client(service: str, environment: Mapping[str, str]) -> Any:
    """A client that works against the stack, whatever this process's own AWS configuration says."""
    return boto3.client(  # type: ignore[call-overload]
        service,
        endpoint_url=environment["AWS_ENDPOINT_URL"],
        region_name=environment["AWS_DEFAULT_REGION"],
        aws_access_key_id=environment["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=environment["AWS_SECRET_ACCESS_KEY"],
        config=Config(retries={"total_max_attempts": 2}, s3={"addressing_style": "path"}),
    )


def _client_environment(endpoint_url: str) -> dict[str, str]:
    return {
        "AWS_ENDPOINT_URL": endpoint_url,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
    }


def _server_environment(workspace: Path, port: int) -> dict[str, str]:
    kept = {
        name: value
        for name, value in os.environ.items()
        # With a mail server named there, the embedded SES would hand every mail on to it.
        if not name.startswith(("AWS_", "PYTHON", "POWERTOOLS_", "SMTP_", "MINISTACK_", "LOCALSTACK_"))
        and not name.lower().endswith("_proxy")
    }
    temporary, mailbox = workspace / "tmp", workspace / MAILBOX
    for folder in (temporary, mailbox):
        folder.mkdir(exist_ok=True)
    return kept | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "MINISTACK_REGION": REGION,
        "GATEWAY_PORT": str(port),
        "BIND_HOST": "127.0.0.1",
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LOG_LEVEL": "WARNING",
        "TMPDIR": str(temporary),
        "MAILBOX": str(mailbox),
        "STATE_DIR": str(workspace / "state"),
        "S3_DATA_DIR": str(workspace / "s3"),
        "HOME": str(workspace),
        "PYTHONUNBUFFERED": "1",
    }


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_healthy(process: subprocess.Popen[bytes], endpoint_url: str, log_path: Path) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{endpoint_url}/_ministack/health", timeout=2):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"the local stack did not start:\n{log_path.read_text(errors='replace')[-4000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    # Its own session: the functions' processes end with it.
    for how in (signal.SIGTERM, signal.SIGKILL):
        try:
            os.killpg(process.pid, how)
        except ProcessLookupError:
            break
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            continue
    process.wait(STOP_SECONDS)


def _get_json(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=10) as answer:
        return json.load(answer)


def _sent_mail(message: Mapping[str, Any]) -> SentMail:
    return SentMail(
        message_id=message["MessageId"],
        to=tuple(message["To"]),
        subject=message["Subject"],
        text=message["BodyText"],
        html=message["BodyHtml"] or "",
    )
