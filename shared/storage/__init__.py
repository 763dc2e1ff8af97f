"""The only room that talks to DynamoDB: one module per item type, each offering loads and writes of domain objects.

Call :func:`connect` once per process, then use the modules: ``events``, ``attendees``, ``connection_sets``,
``matches``, ``introductions``, ``decisions``, ``leases``, ``meetings``, ``memories``, ``passes``, ``past_events``,
``progress``, ``deliverability``, ``imports``. ``docs/architecture.md`` shows the items and their keys.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shared.storage._table import Conflict, connect

if TYPE_CHECKING:
    from shared.storage import (
        attendees,
        connection_sets,
        decisions,
        deliverability,
        events,
        imports,
        introductions,
        leases,
        matches,
        meetings,
        memories,
        passes,
        past_events,
        progress,
        stream,
    )

__all__ = [
    "Conflict",
    "attendees",
    "connect",
    "connection_sets",
    "decisions",
    "deliverability",
    "events",
    "imports",
    "introductions",
    "leases",
    "matches",
    "meetings",
    "memories",
    "passes",
    "past_events",
    "progress",
    "stream",
]


def __getattr__(name: str) -> Any:
    # Each function uses a few of these; some need NumPy, for which registering and sending do not wait.
    if name in __all__:
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
