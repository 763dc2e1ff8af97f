"""The only room that talks to DynamoDB: one module per item type, each offering loads and writes of domain objects.

Call :func:`connect` once per process, then use the modules: ``events``, ``attendees``, ``connection_sets``,
``matches``, ``introductions``, ``imports``. ``docs/architecture.md`` shows the items and their keys.
"""

from shared.storage import attendees, connection_sets, events, imports, introductions, matches, stream
from shared.storage._table import Conflict, connect

__all__ = [
    "Conflict",
    "attendees",
    "connect",
    "connection_sets",
    "events",
    "imports",
    "introductions",
    "matches",
    "stream",
]
