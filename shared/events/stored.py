"""An event as plain JSON values, for storage, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from shared.events.event import DOLLARS, WHOLE, BadEvent, Event, Wave, zone_named
from shared.slots import slot_from_dict, slot_to_dict

PLAIN = (
    "event_id", "name", "time_zone", "place", "organizer", "contact", "url", "locale",
    "meeting_point", "shards", "follow_up", "key_version", "id_key_version", "rehashing", *WHOLE, *DOLLARS,
)  # fmt: skip

# Beside what organizers set: the hashing key is changed by a command of its own.
OF_THE_KEY = ("key_version", "id_key_version", "rehashing")


def settings_of(event: Event) -> dict[str, Any]:
    """What organizers set, as plain values: equal as long as none of them changed anything."""
    return {name: value for name, value in event_to_dict(event).items() if name not in OF_THE_KEY}


def event_to_dict(event: Event) -> dict[str, Any]:
    """Texts, numbers, true and false, lists and objects only; times in ISO 8601, in UTC."""
    return {
        **{name: getattr(event, name) for name in PLAIN},
        "starts_at": event.starts_at.astimezone(UTC).isoformat(),
        "ends_at": event.ends_at.astimezone(UTC).isoformat(),
        "waves": [{"name": wave.name, "at": wave.at.astimezone(UTC).isoformat()} for wave in event.waves],
        "slots": [slot_to_dict(slot) for slot in event.slots],
        "questions": dict(event.questions),
        "platforms": {name: dict(options) for name, options in event.platforms.items()},
    }


def event_from_dict(stored: Mapping[str, Any]) -> Event:
    """The event ``event_to_dict`` was given; fields it does not know are left aside.

    :raises BadEvent: where it is none
    """
    try:
        zone = zone_named(stored["time_zone"])
        plain: dict[str, Any] = {name: stored[name] for name in PLAIN if name in stored}
        # Numbers may come back as Decimals.
        plain |= {
            name: int(plain[name]) for name in ("shards", "key_version", "id_key_version", *WHOLE) if name in plain
        }
        plain |= {name: float(plain[name]) for name in DOLLARS if name in plain}
        for name in ("follow_up", "rehashing"):
            if not isinstance(plain.get(name, True), bool):
                raise TypeError(f"{name} is neither true nor false")
        return Event(
            **plain,
            starts_at=_moment(stored["starts_at"]).astimezone(zone),
            ends_at=_moment(stored["ends_at"]).astimezone(zone),
            waves=tuple(Wave(wave["name"], _moment(wave["at"])) for wave in stored.get("waves", ())),
            slots=tuple(slot_from_dict(slot, zone or ZoneInfo("UTC")) for slot in stored.get("slots", ())),
            questions=dict(stored.get("questions", {})),
            platforms={name: dict(options) for name, options in stored.get("platforms", {}).items()},
        )
    except BadEvent:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadEvent([f"the stored event cannot be read: {error!r}"]) from None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
