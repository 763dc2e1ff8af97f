"""The real handlers in this process, on the simulation's table in memory: what the machine holds, and what is lost."""

from __future__ import annotations

import heapq
import io
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from shared import registrations, storage
from shared.events import Event
from shared.pipeline.import_upload import ROWS_PER_CALL
from tests.democon import EVENT
from tests.load.lists import bad_rows, big_list
from tests.simulation.containers import SETTINGS, Containers, deployed, within
from tests.simulation.database import Database

KEY: Final = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
SECRET: Final = f"whsec_{KEY}"
# As the template has them: requests a second of the API, how many it lets through at once, and executions at a time.
RATE, BURST, AT_A_TIME = 200, 400, 50
LONGEST_S: Final = 10.0  # the function's
FIRST_PATIENCE_S: Final = 1.0  # of a sender, doubled at each refusal
NOT_FOUND: Final = {"Error": {"Code": "ParameterNotFound"}}


@dataclass
class Memory:
    """AWS, as far as registrations and lists need it; its clock is the machine's."""

    database: Database = field(default_factory=Database)
    objects: dict[str, bytes] = field(default_factory=dict)
    uploaded_at: datetime = field(default_factory=lambda: datetime.now(UTC).replace(microsecond=0))
    calls: int = 0
    kill_at: int | None = None  # the number of the call at which the function ends

    def moment(self) -> datetime:
        return datetime.now(UTC)

    def call(self, client: Any, service: str, operation: str, request: Any) -> Any:
        self.calls += 1
        if self.calls == self.kill_at:
            raise Killed
        if service == "dynamodb":
            return self.database.call(operation, request)
        answer: Any = getattr(self, f"{service}_{operation}")(request, client)
        return answer

    def ssm_GetParameter(self, request: Any, client: Any) -> Any:  # noqa: N802
        known = {"hashing-key": KEY, "webhooks/democon/icebreaker": SECRET}
        name = request["Name"].removeprefix(SETTINGS["SECRETS_PATH"] + "/")
        if name not in known:
            raise client.exceptions.ParameterNotFound(NOT_FOUND, "GetParameter")
        return {"Parameter": {"Value": known[name]}}

    def s3_GetObject(self, request: Any, _: Any) -> Any:  # noqa: N802
        body = self.objects[request["Key"]]
        return {
            "Body": io.BytesIO(body),
            "Metadata": {},
            "LastModified": self.uploaded_at,
            "ContentLength": len(body),
        }

    def s3_PutObject(self, request: Any, _: Any) -> Any:  # noqa: N802
        self.objects[request["Key"]] = request["Body"].read()
        return {}


class Killed(BaseException):
    """The function ended between two calls."""


@contextmanager
def deployment(expected: int) -> Iterator[tuple[Memory, Containers, Event]]:
    """One event for so many attendees."""
    memory = Memory()
    begins = datetime.now(UTC) + timedelta(days=30)
    event = replace(
        EVENT,
        starts_at=begins,
        ends_at=begins + timedelta(days=1),
        waves=(replace(EVENT.waves[0], at=begins - timedelta(days=3)),),
        shards=max(1, min(64, -(-expected // 500))),
    )
    with deployed() as containers, within(memory):
        storage.events.create(event)
        yield memory, containers, event


# ---- Webhooks --------------------------------------------------------------------------------------------------


@dataclass
class Load:
    """What became of a storm of webhooks."""

    sent: int = 0
    statuses: Counter[int] = field(default_factory=Counter)
    taken: set[str] = field(default_factory=set)  # references of the tickets that were answered with 2xx
    stored: set[str] = field(default_factory=set)
    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)

    @property
    def lost(self) -> set[str]:
        return self.taken - self.stored

    def __str__(self) -> str:
        ordered = sorted(self.latencies)
        half, most = (1000 * ordered[int(share * (len(ordered) - 1))] for share in (0.5, 0.99))
        return (
            f"{self.sent:,} webhooks in {self.seconds:.1f} s, {len(self.taken) / self.seconds:.0f} a second taken; "
            f"answers: {dict(sorted(self.statuses.items()))}; half within {half:.0f} ms, 99 % within {most:.0f} ms; "
            f"{len(self.stored):,} tickets stored, {len(self.lost)} lost"
        )


def webhooks(*, rate: int, seconds: float, containers: Containers, event: Event) -> Load:
    """Deliver so many a second, whether or not the earlier ones are answered; whoever is refused comes again.

    The API lets through what the template allows, and one container at a time does the work, since Python has one lock.
    """
    load, begin = Load(), time.monotonic()
    waiting = [(number / rate, number, 0) for number in range(int(rate * seconds))]
    load.sent = len(waiting)
    tokens, looked = float(BURST), 0.0
    while waiting:
        due, number, refusals = heapq.heappop(waiting)
        now = time.monotonic() - begin
        if due > now:
            time.sleep(due - now)
            now = due
        tokens, looked = min(BURST, tokens + (now - looked) * RATE), now
        # Whoever has waited in line longer than so many executions take would have found them all at work.
        in_line = sum(1 for each in waiting[: AT_A_TIME + 1] if each[0] <= now)
        status = 429 if tokens < 1 else 503 if in_line > AT_A_TIME or now - due > LONGEST_S else 0
        if not status:
            tokens -= 1
            status = _deliver(number, containers)
            load.latencies.append(time.monotonic() - begin - due)
        load.statuses[status] += 1
        if 200 <= status < 300:
            load.taken.add(f"T-{number}")
        elif status in (429, 503):
            heapq.heappush(waiting, (now + FIRST_PATIENCE_S * 2**refusals, number, refusals + 1))
    load.seconds = time.monotonic() - begin
    for attendee in storage.attendees.load_all(event):
        load.stored |= {key.rpartition("#")[2] for key, _ in attendee.tickets}
    return load


def _deliver(number: int, containers: Containers) -> int:
    now = datetime.now(UTC)
    body = json.dumps(
        {
            "type": "registration.created",
            "timestamp": (now - timedelta(hours=1)).isoformat(),
            "data": {
                "reference": f"T-{number}",
                "name": f"Person {number}",
                "email": f"person.{number}@load.example",
                "handles": {"linkedin": f"linkedin.com/in/person-{number}", "github": f"person-{number}"},
                "agreed": ["introduce", "connections"],
            },
        }
    ).encode()
    path = "/events/democon/registrations/icebreaker"
    event = {
        "version": "2.0",
        "routeKey": "POST /events/{event_id}/registrations/{platform}",
        "rawPath": path,
        "headers": registrations.sign("icebreaker", body, SECRET, delivery_id=f"msg_{number}", now=now),
        "queryStringParameters": {},
        "requestContext": {"http": {"method": "POST", "path": path}, "requestId": "r", "stage": "$default"},
        "body": body.decode(),
        "isBase64Encoded": False,
    }
    with containers.one("receive_registration") as handler:
        return int(handler(event)["statusCode"])


# ---- A list ----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a long list."""

    rows: int
    read: int
    rejected: int
    people: int
    rejects_are_right: bool
    attempts: int
    seconds: float

    def __str__(self) -> str:
        return (
            f"{self.rows:,} rows in {self.attempts} attempts and {self.seconds:.0f} s: {self.read:,} accepted, "
            f"{self.people:,} people stored, {self.rejected:,} rejects, "
            f"{'each with its line and column' if self.rejects_are_right else 'and they are NOT the right ones'}"
        )


def long_list(rows: int, kills: tuple[float, ...], memory: Memory, containers: Containers, event: Event) -> Imported:
    """Import a list of which every hundredth row is bad; the function is killed so far into the calls that it needs."""
    key, begin = "uploads/democon/attendees/1/list.csv", time.monotonic()
    memory.objects[key] = big_list(rows)
    detail = {"bucket": {"name": "uploads"}, "object": {"key": key, "size": 1}}
    upload = {"version": "0", "id": "1", "detail-type": "Object Created", "source": "aws.s3", "detail": detail}
    needed = 2 * rows // 30  # of each thirty rows a read and a write
    for kill in kills:
        memory.kill_at = memory.calls + int(kill * needed)
        try:
            with containers.one("import_upload") as handler:
                handler(upload)
        except Killed:
            continue
        raise AssertionError("it was not killed")
    memory.kill_at = None
    with containers.one("import_upload") as handler:
        handler(upload)
    return _imported(key, rows, len(kills) + 1, begin, memory, event)


def list_in_shares(rows: int, memory: Memory, containers: Containers, event: Event) -> tuple[Imported, list[float]]:
    """Import such a list as Step Functions does, but one share after the other, each killed once about half way.

    :returns: and the seconds of each step, of both attempts together where it is a share
    """
    key, begin = "uploads/democon/attendees/1/list.csv", time.monotonic()
    memory.objects[key] = big_list(rows)
    with containers.one("import_list") as handler:
        begun = handler({"step": "begin", "key": key})
        stored, took = [], [time.monotonic() - begin]
        for share in begun["shares"]:
            since, step = time.monotonic(), {"step": "store", "key": key, "file": begun["file"], "share": share}
            memory.kill_at = memory.calls + rows // len(begun["shares"]) // ROWS_PER_CALL
            try:
                handler(step)
            except Killed:
                memory.kill_at = None
                stored.append(handler(step))
            memory.kill_at = None
            took.append(time.monotonic() - since)
        since = time.monotonic()
        handler({"step": "end", "key": key, "file": begun["file"], "stored": stored})
        took.append(time.monotonic() - since)
    return _imported(key, rows, len(begun["shares"]), begin, memory, event), took


def _imported(key: str, rows: int, attempts: int, begin: float, memory: Memory, event: Event) -> Imported:
    seconds = time.monotonic() - begin
    report = storage.imports.load(event, key)
    assert report is not None
    text = memory.objects[report.rejects].decode("utf-8-sig") if report.rejects else ""
    people = [attendee.attendee_id for attendee in storage.attendees.load_all(event)]
    assert len(set(people)) == len(people)
    right = problems_in(text) == bad_rows(rows)
    return Imported(rows, report.read, report.rejected, len(people), right, attempts, seconds)


def problems_in(text: str) -> list[tuple[int, str]]:
    import csv

    return [(int(row["line"]), row["reason"]) for row in csv.DictReader(io.StringIO(text))]
