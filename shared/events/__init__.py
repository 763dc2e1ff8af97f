"""A gathering that people register for, and the waves in which they are introduced before it."""

from shared.events.event import MOST_WAVES, BadEvent, Event, Wave, shards_for
from shared.events.stored import event_from_dict, event_to_dict
from shared.events.toml import event_from_toml

__all__ = [
    "MOST_WAVES",
    "BadEvent",
    "Event",
    "Wave",
    "event_from_dict",
    "event_from_toml",
    "event_to_dict",
    "shards_for",
]
