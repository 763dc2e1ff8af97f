"""From a registration at the webhook to its match, over HTTP, the table's stream and the functions of the local stack.

A warm stack and a small event: the first attendee's set lists all who come after, and each comes when the one before
was matched. The emulator hands over the stream's records in its own way, which is not AWS's: docs/performance.md.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final
from unittest.mock import patch

from infra.cli.deployment import Deployment, find_deployment
from infra.cli.uploading import upload, wait_for_report
from infra.local import LocalStack, running
from shared import storage
from shared.events import Event, Wave
from shared.pipeline import manage_event
from shared.registrations import sign
from shared.services._clients import client as service_client
from shared.storage import _table
from tests.benchmarks.section import Section
from tests.democon import EVENT

PLATFORM: Final = "icebreaker"
PATIENCE_S: Final = 60.0
LOOK_AGAIN_S: Final = 0.05
HEADER: Final = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"


def measure(*, quick: bool) -> Section:
    """So many arrivals, one after the other."""
    section = Section("arrival", "From a registration to its match", ("what", "seconds: half within", "the longest"))
    count = 3 if quick else 12
    with tempfile.TemporaryDirectory() as folder, running(Path(folder)) as stack, _client_of(stack):
        deployment = find_deployment(stack.stack_name)
        event, secret = _event(deployment)
        register = partial(_register, f"{stack.api_url}/events/{event.event_id}/registrations/{PLATFORM}", secret)
        register(0)
        _bring(deployment, event, Path(folder), count + 1)
        figures = [_arrives(event, register, number) for number in range(1, count + 2)][1:]  # the first warms
    for place, what in enumerate(("until the webhook is answered", "until the match is stored")):
        seconds = [each[place] for each in figures]
        section.rows.append((what, f"{median(seconds):.1f}", f"{max(seconds):.1f}"))
    section.figures["arrivals"] = figures
    return section


def _arrives(event: Event, register: Callable[[int], None], number: int) -> tuple[float, float]:
    began = time.monotonic()
    register(number)
    answered = time.monotonic() - began
    while len(storage.matches.load_all(event)) < number:
        if time.monotonic() - began > PATIENCE_S:
            raise RuntimeError(f"arrival {number} was not matched within {PATIENCE_S:.0f} s")
        time.sleep(LOOK_AGAIN_S)
    return answered, time.monotonic() - began


def _event(deployment: Deployment) -> tuple[Event, str]:
    now = datetime.now(UTC)
    begins = now + timedelta(days=30)
    waves = (Wave("later", begins - timedelta(days=1)),)
    event = replace(EVENT, starts_at=begins, ends_at=begins + timedelta(days=1), waves=waves)
    created = manage_event.create_event(event, secrets=deployment.secrets, scheduling=deployment.scheduling, now=now)
    made = storage.events.load(event.event_id)
    assert made is not None
    return made, created.webhook_secret


def _bring(deployment: Deployment, event: Event, folder: Path, count: int) -> None:
    """The first attendee lists everybody who comes after."""
    file = folder / "Connections.csv"
    rows = (f"P{n},,https://www.linkedin.com/in/person-{n},,,,12 Mar 2024\n" for n in range(1, count + 1))
    file.write_text(HEADER + "".join(rows))
    key = upload(deployment.bucket, event, "connections", file, owner=_email(0), progress=lambda _: None)
    report = wait_for_report(event, key, timeout_s=PATIENCE_S)
    if report.state != "done":
        raise RuntimeError(f"the connections were not imported: {report.reason}")


def _register(url: str, secret: str, number: int) -> None:
    now = datetime.now(UTC)
    content = {
        "type": "registration.created",
        "timestamp": now.isoformat(),
        "data": {
            "reference": f"T-{number}",
            "name": f"Person {number}",
            "email": _email(number),
            "handles": {"linkedin": f"linkedin.com/in/person-{number}"},
            "agreed": ["introduce", "connections"],
        },
    }
    body = json.dumps(content).encode()
    headers = sign(PLATFORM, body, secret, delivery_id=f"msg_{number}", now=now)
    request = urllib.request.Request(url, data=body, headers={"content-type": "application/json"} | headers)
    with urllib.request.urlopen(request, timeout=PATIENCE_S):
        pass


def _email(number: int) -> str:
    return f"person.{number}@arrivals.example"


@contextmanager
def _client_of(stack: LocalStack) -> Iterator[None]:
    """The stack is this process's AWS, for as long as the block runs."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    with patch.dict(os.environ, kept | dict(stack.environment), clear=True):
        service_client.cache_clear()
        _table.Item._connection = None
        try:
            yield
        finally:
            service_client.cache_clear()
            _table.Item._connection = None
