"""A gathering that people register for, and the waves in which they are introduced before it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from shared.events.deliverability import Deliverability, why_to_pause
from shared.events.event import AT_ONCE, FOLLOW_UP, MOST_WAVES, NEW_END, BadEvent, Event, Wave, shards_for
from shared.events.stored import event_from_dict, event_to_dict, settings_of

if TYPE_CHECKING:
    from shared.events.toml import event_from_toml

__all__ = [
    "AT_ONCE",
    "FOLLOW_UP",
    "MOST_WAVES",
    "NEW_END",
    "BadEvent",
    "Deliverability",
    "Event",
    "Wave",
    "event_from_dict",
    "event_from_toml",
    "event_to_dict",
    "settings_of",
    "shards_for",
    "why_to_pause",
]

# Only the command line reads files of organizers; no function's cold start waits for their reader.
_WHEN_NEEDED: Final = {"event_from_toml": "toml"}


def __getattr__(name: str) -> Any:
    if name not in _WHEN_NEEDED:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_WHEN_NEEDED[name]}"), name)
