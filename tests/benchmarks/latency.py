"""How long a ticketing platform waits for its 2xx: calls one after another, and our own time between them.

The delivery is verified, read, and stored by the pipeline's own function, on AWS's DynamoDB Local in a process of its
own, so that the processor's time of this process is ours alone.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from statistics import median
from typing import Any, Final

from infra.meter import Figures, dynamodb_local, metered
from infra.meter.sample import Sample, storage_client
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.receive_registration import receive_registration
from shared.registrations import new_secret, sign
from shared.services import PointerQueue
from tests.benchmarks.section import Goal, Section
from tests.secrets_of_one_key import OneKey

PLATFORM: Final = "icebreaker"
SECRET: Final = new_secret()
TABLE: Final = "latency"
WARM_UP: Final = 20


class OneSecret(OneKey):
    """With the secret of every webhook."""

    def webhook_secrets(self, event_id: str, platform: str) -> tuple[str, ...]:
        return (SECRET,)


def measure(*, quick: bool) -> Section:
    """New registrations, the same again, and changes."""
    section = Section(
        "latency", "Latency of a webhook", ("delivery", "calls in sequence", "CPU ms", "wall ms, DynamoDB Local")
    )
    reason = dynamodb_local.missing()
    if reason:
        section.notes.append(f"Not measured: {reason}.")
        return section
    count = 50 if quick else 300
    with dynamodb_local.connected(TABLE):
        sample = Sample.create(count, 10)
        events = KnownEvents()
        for number in range(WARM_UP):
            _deliver(events, sample.event.event_id, 10_000 + number, "Acme")
        for name, company in (("new", "Acme"), ("the same again", "Acme"), ("changed", "Widgets")):
            figures = [_measured(events, sample.event.event_id, number, company) for number in range(count)]
            section.figures[name] = figures
            calls, cpu, wall = (median(each[of] for each in figures) for of in range(3))
            section.rows.append((name, f"{calls:.0f}", f"{cpu:.1f}", f"{wall:.0f}"))
            section.goals.append(Goal(f"{name}: calls in sequence", max(each[0] for each in figures), 2))
    return section


def _measured(events: KnownEvents, event_id: str, number: int, company: str) -> tuple[float, float, float]:
    with metered(storage_client(), Figures.REPORTED) as meter:
        wall, cpu = time.perf_counter(), time.process_time()
        _deliver(events, event_id, number, company)
        cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    return meter.round_trips_in_sequence, cpu * 1000, wall * 1000


def _deliver(events: KnownEvents, event_id: str, number: int, company: str) -> None:
    now = datetime.now(UTC)
    content: dict[str, Any] = {
        "type": "registration.created",
        "timestamp": "2026-05-01T09:00:00Z" if company == "Acme" else "2026-05-02T09:00:00Z",
        "data": {
            "reference": f"ticket-{number}",
            "name": f"Person {number}",
            "email": f"person.{number}@samples.example",
            "company": company,
            "handles": {"github": f"person-{number}", "linkedin": f"person-{number}"},
            "agreed": ["introduce", "connections"],
        },
    }
    body = json.dumps(content).encode()
    headers = sign(PLATFORM, body, SECRET, delivery_id=f"msg_{number}", now=now)
    receive_registration(
        event_id,
        PLATFORM,
        headers,
        body,
        events=events,
        secrets=OneSecret(),
        pointers=PointerQueue(""),
        now=now,
    )
