"""A world in one process: its clock, its chance, its deliveries, and the faults of AWS.

Everything at work is a task, a greenlet that stops at each call to AWS. Who goes on next, how long a call takes, what
fails and how: the seed says it all, so a run can be repeated exactly.
"""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import Enum
from itertools import count
from typing import Any

from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from greenlet import greenlet

from tests.simulation.database import Database, failure

Fault = Enum("Fault", "THROTTLED CUT LOST REPEATED CONFLICT REFUSED PARTIAL KILLED_BEFORE KILLED_AFTER")
FaultOf = Callable[["Task", str, str], Fault | None]

# How often a call fails in each way; a fifth of all that is not a kill, since botocore repeats calls by itself.
CALL_FAULTS = ((Fault.THROTTLED, 0.004), (Fault.CUT, 0.002), (Fault.LOST, 0.003), (Fault.REPEATED, 0.006))
MAIL_FAULTS = ((Fault.THROTTLED, 0.05), (Fault.CUT, 0.03), (Fault.LOST, 0.04), (Fault.REFUSED, 0.02))
CONFLICTS = 0.004
KILLS = 0.08  # of invocations
WRITES = frozenset({"PutItem", "UpdateItem", "DeleteItem", "TransactWriteItems", "BatchWriteItem"})


class Killed(BaseException):
    """The function ended between two calls: out of memory, out of time, a machine that died."""


@dataclass(eq=False)
class Task:
    """One invocation, or one thing that somebody does."""

    name: str
    chance: random.Random
    work: Callable[[], Any]
    then: Callable[[Any, BaseException | None], None]
    faulty: bool = True
    kill_at: int | None = None
    skew: float = 0.0  # seconds by which its clock is wrong
    calls: int = 0
    begun_at: int = 0  # the step before its first
    looked_at: int = 0  # the step at which attendees were read last, from which a message is written
    just_asked: frozenset[str] = frozenset()  # the attendees whom the call before this one was for
    asked_at: int = 0  # the step at which it was read last whether the event is paused
    claimed: str = ""  # the introduction that was claimed last: attendee#wave
    claimed_at: int = 0  # the step at which an introduction was claimed last
    greenlet: Any = None
    function: str | None = None  # whose invocation it is


@dataclass
class World:
    """See the module's sentence; :meth:`run` lets it happen.

    :ivar fault_of: says which fault a call meets; by default the seed does
    :ivar perform: answers a call to any service but DynamoDB
    """

    seed: int
    begin: datetime
    faults: float = 1.0  # 0: nothing fails, 1: as written above
    perform: Callable[[Task | None, str, str, Any, Any], Any] = lambda *_: {}
    fault_of: FaultOf | None = None
    database: Database = field(default_factory=Database)
    step: int = 0
    failed: int = 0  # calls that met a fault
    in_part: bool = False  # whether the batch at work is to be done in part
    now: float = 0.0
    current: Task | None = None
    tasks: list[Task] = field(default_factory=list)
    trace: list[str] | None = None
    ended: Callable[[Task, BaseException | None], None] = lambda *_: None
    on_call: list[Callable[[Task | None, str, str, Any], None]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = self.begin.timestamp()
        self.chance = random.Random(f"{self.seed} order")
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()
        self._tokens = count()
        self._main = greenlet.getcurrent()
        self.database.now = lambda: self.now
        self.database.in_part = lambda: self.in_part

    # ---- Time --------------------------------------------------------------------------------------------------

    def moment(self) -> datetime:
        """What the clock of whoever asks shows."""
        return datetime.fromtimestamp(self.now + (self.current.skew if self.current else 0.0), UTC)

    def at(self, moment: float, do: Callable[[], None]) -> None:
        heapq.heappush(self._agenda, (max(moment, self.now), next(self._numbers), do))

    def after(self, seconds: float, do: Callable[[], None]) -> None:
        self.at(self.now + seconds, do)

    def start(self, name: str, work: Callable[[], Any], then: Callable[[Any, BaseException | None], None]) -> Task:
        """Begin a task; ``then`` hears what it returned, or why it did not."""
        chance = random.Random(f"{self.seed} {name}")
        task = Task(name, chance, work, then, faulty=self.faults > 0 or self.fault_of is not None)
        if chance.random() < KILLS * self.faults:
            task.kill_at = chance.randrange(1, 40)
        task.skew = chance.uniform(-1, 1) * self.faults
        task.begun_at = self.step
        task.greenlet = greenlet(lambda: self._run(task), parent=self._main)
        self.tasks.append(task)
        return task

    def _run(self, task: Task) -> None:
        result, error = None, None
        try:
            result = task.work()
        except (Exception, Killed) as caught:
            error = caught
        self.tasks.remove(task)
        self.current = None
        self.say(f"{task.name} {'ended' if error is None else type(error).__name__}")
        self.ended(task, error)
        task.then(result, error)

    def run(self, until: float | None = None) -> None:
        """Let everything happen that is due until a moment, or until nothing is left to happen."""
        while self.tasks or (self._agenda and (until is None or self._agenda[0][0] <= until)):
            due = self._agenda and self._agenda[0][0] <= self.now
            if self._agenda and (due or not self.tasks) and (not self.tasks or self.chance.random() < 0.5):
                moment, _, do = heapq.heappop(self._agenda)
                self.now = max(self.now, moment)
                do()
            else:
                task = self.chance.choice(self.tasks)
                self.current = task
                task.greenlet.switch()
                self.current = None

    def say(self, text: str) -> None:
        if self.trace is not None:
            self.trace.append(f"{self.step:6} {datetime.fromtimestamp(self.now, UTC):%m-%d %H:%M:%S} {text}")

    # ---- Calls -------------------------------------------------------------------------------------------------

    def call(self, client: Any, service: str, operation: str, request: Any) -> Any:
        task = self.current
        if task is None:
            return self._effect(None, client, service, operation, request)
        self._main.switch()  # whoever is next; this call is made when it is this task's turn again
        self.now += self.chance.uniform(0.001, 0.03)
        task.calls += 1
        fault = (self.fault_of or self._fault)(task, service, operation) if task.faulty else None
        if fault is not None:
            self.failed += 1
            self.say(f"{task.name} {service} {operation}: {fault.name}")
        if fault is Fault.KILLED_BEFORE:
            raise Killed
        if fault in (Fault.THROTTLED, Fault.REFUSED, Fault.CUT, Fault.CONFLICT):
            raise _refusal(fault, service, operation, request)
        if fault is Fault.REPEATED and operation == "TransactWriteItems":
            request = {**request, "ClientRequestToken": f"t{next(self._tokens)}"}
        self.in_part = fault is Fault.PARTIAL
        answer = self._effect(task, client, service, operation, request)
        self.in_part = False
        if fault is Fault.KILLED_AFTER:
            raise Killed
        if fault is Fault.LOST:
            raise ReadTimeoutError(endpoint_url=service)
        if fault is Fault.REPEATED:
            answer = self._effect(task, client, service, operation, request)
        return answer

    def _effect(self, task: Task | None, client: Any, service: str, operation: str, request: Any) -> Any:
        self.step += 1
        for hear in self.on_call:
            hear(task, service, operation, request)
        if service == "dynamodb":
            return self.database.call(operation, request)
        return self.perform(task, service, operation, request, client)

    def _fault(self, task: Task, service: str, operation: str) -> Fault | None:
        if task.calls == task.kill_at:
            return task.chance.choice((Fault.KILLED_BEFORE, Fault.KILLED_AFTER))
        sending = operation == "SendEmail" or (service, operation) == ("sns", "Publish")
        drawn = task.chance.random() / max(self.faults, 1e-9)
        for fault, share in MAIL_FAULTS if sending else CALL_FAULTS:
            if drawn < share:
                return fault
            drawn -= share
        return Fault.CONFLICT if operation in WRITES and drawn < CONFLICTS else None


def _refusal(fault: Fault, service: str, operation: str, request: Any) -> Exception:
    if fault is Fault.CUT:
        return (
            ConnectTimeoutError(endpoint_url=service)
            if operation != "SendEmail"
            else ReadTimeoutError(endpoint_url=service)
        )
    if fault is Fault.REFUSED:
        return failure("MessageRejected", operation)
    if fault is Fault.CONFLICT:
        if operation == "TransactWriteItems":
            reasons = [{"Code": "None"} for _ in request["TransactItems"]]
            reasons[0] = {"Code": "TransactionConflict"}
            return failure("TransactionCanceledException", operation, CancellationReasons=reasons)
        if operation in ("PutItem", "UpdateItem", "DeleteItem"):
            return failure("TransactionConflictException", operation)
    if operation == "SendEmail":
        return failure("TooManyRequestsException", operation, status=429)
    code = "ProvisionedThroughputExceededException" if service == "dynamodb" else "ThrottlingException"
    return failure(code, operation)
