"""A pool of threads that is none, for tests that decide in which order things happen."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class OneAfterAnother:
    """In place of a pool of threads, so that calls come in the same order each time, and a kill is a kill."""

    def __init__(self, workers: int) -> None:
        pass

    def __enter__(self) -> OneAfterAnother:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, work: Callable[[Any], Any], items: Any) -> list[Any]:
        return [work(item) for item in items]

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Any:
        result = work(*arguments)
        return SimpleNamespace(result=lambda: result)
