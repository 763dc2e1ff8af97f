"""A gathering that people register for, and the waves in which they are introduced before it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.events.deliverability import Deliverability, why_to_pause
from shared.events.event import AT_ONCE, FOLLOW_UP, MOST_WAVES, NEW_END, BadEvent, Event, Wave, shards_for
from shared.events.stored import event_from_dict, event_to_dict, settings_of
from shared.when_needed import when_needed

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
__getattr__ = when_needed(
    __name__,
    {
        "toml": ("event_from_toml",),
    },
)
