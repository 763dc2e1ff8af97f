"""The only room that talks to DynamoDB: one module per item type, each offering loads and writes of domain objects.

Call :func:`connect` once per process, then use the modules: ``events``, ``attendees``, ``connection_sets``,
``matches``, ``introductions``, ``leases``, ``meetings``, ``memories``, ``passes``, ``past_events``, ``deliverability``,
``imports``. ``docs/architecture.md`` shows the items and their keys.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from shared.storage import (
    attendees,
    deliverability,
    events,
    imports,
    introductions,
    leases,
    matches,
    meetings,
    passes,
    past_events,
    stream,
)
from shared.storage._table import Conflict, connect

if TYPE_CHECKING:
    from shared.storage import connection_sets, memories

__all__ = [
    "Conflict",
    "attendees",
    "connect",
    "connection_sets",
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
    "stream",
]


def __getattr__(name: str) -> Any:
    # These need NumPy, for which the cold starts of registering and sending do not wait.
    if name in ("connection_sets", "memories"):
        return import_module(f"{__name__}.{name}")
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
