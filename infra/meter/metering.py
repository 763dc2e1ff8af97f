"""Count what a DynamoDB client consumes: request units, round trips, bytes.

A meter listens to botocore's events (botocore, "Extensibility guide": before-parameter-build, before-call,
after-call, after-call-error), so the code that is measured does not know of it. By default the units are computed by
AWS's published rules, and stored items that a request or response does not show are looked up aside, uncounted, by
the same client: moto answers ``ConsumedCapacity`` with constants, and an UpdateItem or a projected Query shows no
sizes. Where the backend's own figures are to be believed (AWS, DynamoDB Local), ``Figures.REPORTED`` takes those and
looks nothing up.

``tests/semantics`` holds the computed figures against DynamoDB Local's, operation by operation.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Final

from infra.meter import rules
from infra.meter.aside import Aside
from infra.meter.prices import US_EAST_1, PriceList

_NO_FIGURES: Final = frozenset({"DescribeTable", "CreateTable", "DeleteTable", "ListTables", "UpdateTimeToLive"})


class Figures(Enum):
    """Where the units come from."""

    COMPUTED = "computed by the published rules"
    REPORTED = "as the backend reports them"


@dataclass(frozen=True, slots=True)
class Call:
    """One API call."""

    operation: str  # "TransactWriteItems"
    thread: int
    started: float  # seconds of a monotonic clock
    ended: float
    write_units: float
    read_units: float
    attempts: int  # HTTP requests, retries included
    bytes_sent: int
    bytes_received: int
    reported: float | None  # the backend's own figure, where it gave one
    error: str = ""  # its code


@dataclass(slots=True)
class Totals:
    """Sums of calls."""

    calls: int = 0
    requests: int = 0
    write_units: float = 0.0
    read_units: float = 0.0
    bytes_sent: int = 0
    bytes_received: int = 0

    def add(self, call: Call) -> None:
        self.calls += 1
        self.requests += call.attempts
        self.write_units += call.write_units
        self.read_units += call.read_units
        self.bytes_sent += call.bytes_sent
        self.bytes_received += call.bytes_received


@dataclass(slots=True)
class Meter:
    """What has been consumed so far; reading it while calls are under way is safe."""

    calls: list[Call] = field(default_factory=list)  # in the order in which they ended

    @property
    def total(self) -> Totals:
        return _sum(list(self.calls))

    @property
    def write_units(self) -> float:
        return self.total.write_units

    @property
    def read_units(self) -> float:
        return self.total.read_units

    @property
    def operations(self) -> list[str]:
        """The names of the calls, in order."""
        return [call.operation for call in self.calls]

    @property
    def round_trips_in_sequence(self) -> int:
        """The longest chain of calls each of which began after the one before had ended.

        This is what a caller waits for: of calls that ran side by side, in threads, only one counts. Whether a later
        call needed the answer of the earlier one cannot be seen, so it is an upper bound.
        """
        chain, free_at = 0, float("-inf")
        for call in sorted(self.calls, key=lambda call: call.ended):
            if call.started >= free_at:
                chain, free_at = chain + call.attempts, call.ended
        return chain

    def by_operation(self) -> dict[str, Totals]:
        names = sorted({call.operation for call in self.calls})
        return {name: _sum(call for call in self.calls if call.operation == name) for name in names}

    def price(self, prices: PriceList = US_EAST_1) -> float:
        """USD at list price."""
        total = self.total
        return prices.of("DynamoDB write request unit", total.write_units) + prices.of(
            "DynamoDB read request unit", total.read_units
        )

    def report(self) -> str:
        """A table: a line for each operation, and the sum."""
        lines = ["operation            calls  requests       WRU       RRU      sent  received"]
        for name, totals in [*self.by_operation().items(), ("total", self.total)]:
            lines.append(
                f"{name:<18} {totals.calls:>7,} {totals.requests:>9,} {totals.write_units:>9,.1f}"
                f" {totals.read_units:>9,.1f} {totals.bytes_sent:>9,} {totals.bytes_received:>9,}"
            )
        lines.append(f"round trips in sequence: {self.round_trips_in_sequence}; {self.price():.6f} USD at list price")
        return "\n".join(lines)


@contextmanager
def metered(client: Any, figures: Figures = Figures.COMPUTED) -> Iterator[Meter]:
    """Count everything that this botocore client for DynamoDB does within the block, in whichever thread.

    Not for the client of a boto3 resource, which translates values by itself; PynamoDB's is a plain one.
    Computed figures cost additional, uncounted requests, and are exact where nobody else writes the same items at the
    same moment. They know no indexes: a table that has some raises ValueError at its first use.
    """
    hooks = _Hooks(client, figures)
    events = client.meta.events
    listening = {
        "before-parameter-build.dynamodb": hooks.before,
        "before-call.dynamodb": hooks.sent,
        "after-call.dynamodb": hooks.after,
        "after-call-error.dynamodb": hooks.failed,
    }
    for name, hook in listening.items():
        events.register(name, hook)
    try:
        yield hooks.meter
    finally:
        for name, hook in listening.items():
            events.unregister(name, hook)


@dataclass(slots=True)
class _Pending:
    """A call under way."""

    parameters: dict[str, Any]
    before: rules.Images = field(default_factory=dict)
    started: float = 0.0
    bytes_sent: int = 0


class _Hooks:
    def __init__(self, client: Any, figures: Figures) -> None:
        self.meter = Meter()
        self._aside = Aside(client)
        self._figures = figures
        self._lock = threading.Lock()
        self._mark = f"icebreaker_meter_{id(self)}"  # meters may be nested, and share a call's context

    def before(self, params: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        if self._aside.at_work or model.name in _NO_FIGURES:
            return
        pending = _Pending(parameters=params)
        if self._figures is Figures.REPORTED:
            params["ReturnConsumedCapacity"] = "TOTAL"
        else:
            pending.before = self._aside.images(rules.keys_written(model.name, params))
        pending.started = time.perf_counter()
        context[self._mark] = pending

    def sent(self, params: Mapping[str, Any], context: dict[str, Any], **_: Any) -> None:
        pending = context.get(self._mark)
        if pending is not None:
            body = params["body"]
            pending.bytes_sent = len(body.encode() if isinstance(body, str) else body)

    def after(self, http_response: Any, parsed: dict[str, Any], model: Any, context: dict[str, Any], **_: Any) -> None:
        pending = context.pop(self._mark, None)
        if pending is None:
            return
        ended = time.perf_counter()
        reported = _reported(parsed.get("ConsumedCapacity"))
        error = parsed.get("Error", {}).get("Code", "") if http_response.status_code >= 300 else ""
        units = self._units(model.name, pending, parsed, reported, error)
        written = model.name in rules.WRITES
        self._add(
            Call(
                operation=model.name,
                thread=threading.get_ident(),
                started=pending.started,
                ended=ended,
                write_units=units if written else 0.0,
                read_units=0.0 if written else units,
                attempts=1 + parsed.get("ResponseMetadata", {}).get("RetryAttempts", 0),
                bytes_sent=pending.bytes_sent,
                bytes_received=len(http_response.content),
                reported=reported,
                error=error,
            )
        )

    def failed(self, exception: Exception, context: dict[str, Any], **_: Any) -> None:
        """No answer came: the request is counted, what it consumed cannot be known."""
        pending = context.pop(self._mark, None)
        if pending is None:
            return
        ended, error = time.perf_counter(), type(exception).__name__
        thread = threading.get_ident()
        self._add(Call("unanswered", thread, pending.started, ended, 0.0, 0.0, 1, pending.bytes_sent, 0, None, error))

    def _units(
        self, operation: str, pending: _Pending, parsed: dict[str, Any], reported: float | None, error: str
    ) -> float:
        if error:
            return self._refused(operation, pending, error)
        if self._figures is Figures.REPORTED:
            if reported is None:
                raise ValueError(f"the backend reports no consumed capacity for {operation}; let it be computed")
            return reported
        return rules.units(operation, pending.parameters, parsed, pending.before, self._aside)

    def _refused(self, operation: str, pending: _Pending, error: str) -> float:
        if error not in rules.CHARGED_ERRORS:
            return 0.0
        # Nothing was written, so what is stored now is what was refused to be changed.
        images = pending.before or self._aside.images(rules.keys_written(operation, pending.parameters))
        return rules.units_of_refused(operation, pending.parameters, images, self._aside)

    def _add(self, call: Call) -> None:
        with self._lock:
            self.meter.calls.append(call)


def _reported(capacity: Any) -> float | None:
    """One figure of ``ConsumedCapacity``, which batches and transactions give for each table."""
    if capacity is None:
        return None
    by_table = [capacity] if isinstance(capacity, Mapping) else capacity
    units = [table["CapacityUnits"] for table in by_table if "CapacityUnits" in table]
    return float(sum(units)) if units else None


def _sum(calls: Iterable[Call]) -> Totals:
    totals = Totals()
    for call in calls:
        totals.add(call)
    return totals
