"""The real handlers, each in as many containers as are at work at once, wired to a simulated world instead of AWS."""

from __future__ import annotations

import importlib.util
import os
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol
from unittest.mock import patch

from botocore.client import BaseClient

from shared import storage
from shared.pipeline import at_once
from shared.services._clients import client
from shared.storage import _table
from shared.storage import deliverability as deliverability_storage
from tests.handlers.conftest import CONTEXT, ENVIRONMENT
from tests.one_after_another import OneAfterAnother

FUNCTIONS = Path(__file__).parents[2] / "functions"
TABLE = "simulated"
SETTINGS = {
    **ENVIRONMENT,
    "TABLE_NAME": TABLE,
    "POINTER_QUEUE_URL": "https://sqs.eu-west-1.amazonaws.com/123456789012/pointers",
    "ALARM_TOPIC_ARN": "arn:aws:sns:eu-west-1:123456789012:alarms",
    "POWERTOOLS_LOG_LEVEL": "CRITICAL",
}


class Aws(Protocol):
    """Who answers calls to AWS, and says what time it is."""

    def call(self, client: Any, service: str, operation: str, request: Any) -> Any: ...

    def moment(self) -> datetime: ...


class _Nobody:
    """Answers while containers start, when no world is there yet."""

    def call(self, client: Any, service: str, operation: str, request: Any) -> Any:
        raise AssertionError(f"{service} {operation} before the world began")

    def moment(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC)


_present: Aws = _Nobody()


class SimulatedDatetime(datetime):
    """The clock of the simulated world."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return _present.moment().astimezone(tz)


class Containers:
    """Handlers as Lambda would hold them: one invocation at a time in each, kept warm between them."""

    def __init__(self) -> None:
        self._free: defaultdict[str, list[ModuleType]] = defaultdict(list)

    @contextmanager
    def one(self, name: str) -> Iterator[Callable[[Any], Any]]:
        """A container for one invocation; one whose invocation was killed is never seen again."""
        module = self._free[name].pop() if self._free[name] else _load(name)
        yield lambda event: module.handler(event, CONTEXT)
        self._free[name].append(module)

    def cool(self) -> None:
        """Forget what containers remember of events and secrets: another world comes."""
        for modules in self._free.values():
            for module in modules:
                for each in (getattr(module, "events", None), getattr(module, "secrets", None)):
                    if each is not None:
                        each._remembered.clear()


def _load(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(f"simulated_{name}", FUNCTIONS / name / "handler.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    if hasattr(module, "datetime"):
        module.datetime = SimulatedDatetime  # type: ignore[attr-defined]
    for name in ("add_metric", "flush_metrics"):
        setattr(module.metrics.provider, name, lambda *_, **__: None)
    module.metrics.add_metric = lambda *_, **__: None
    return module


@contextmanager
def deployed() -> Iterator[Containers]:
    """Everything that calls AWS calls the world of :func:`within`, for as long as the block runs."""

    def called(self: BaseClient, operation: str, request: Any) -> Any:
        return _present.call(self, self.meta.service_model.service_name, operation, request)

    with (
        patch.dict(os.environ, SETTINGS),
        patch.object(BaseClient, "_make_api_call", called),
        patch.object(_table, "ThreadPoolExecutor", OneAfterAnother),
        patch.object(at_once, "datetime", SimulatedDatetime),
        patch.object(_table, "wait_a_little", lambda _: None),
        patch.object(deliverability_storage, "wait_a_little", lambda _: None),
    ):
        client.cache_clear()
        storage.connect(TABLE)
        try:
            yield Containers()
        finally:
            client.cache_clear()
            _table.Item._connection = None


@contextmanager
def within(world: Aws) -> Iterator[None]:
    """Calls go to this world."""
    global _present
    before, _present = _present, world
    try:
        yield
    finally:
        _present = before
