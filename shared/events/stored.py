"""An event as plain JSON values, for storage, and back."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from shared.events.event import BadEvent, Event, Wave, zone_named

PLAIN = (
    "event_id", "name", "time_zone", "place", "organizer", "contact", "url", "locale", "people_per_mail",
    "meeting_point", "shards", "retention_days",
)  # fmt: skip
WHOLE = frozenset({"people_per_mail", "shards", "retention_days"})


def event_to_dict(event: Event) -> dict[str, Any]:
    """Texts, whole numbers, lists and objects only; times in ISO 8601, in UTC."""
    return {
        **{name: getattr(event, name) for name in PLAIN},
        "starts_at": event.starts_at.astimezone(UTC).isoformat(),
        "ends_at": event.ends_at.astimezone(UTC).isoformat(),
        "waves": [{"name": wave.name, "at": wave.at.astimezone(UTC).isoformat()} for wave in event.waves],
        "questions": dict(event.questions),
        "platforms": {name: dict(options) for name, options in event.platforms.items()},
    }


def event_from_dict(stored: Mapping[str, Any]) -> Event:
    """The event ``event_to_dict`` was given; fields it does not know are left aside. Raises BadEvent."""
    try:
        zone = zone_named(stored["time_zone"])
        plain: dict[str, Any] = {name: stored[name] for name in PLAIN if name in stored}
        plain |= {name: int(plain[name]) for name in WHOLE if name in plain}  # DynamoDB gives Decimals back
        return Event(
            **plain,
            starts_at=_moment(stored["starts_at"]).astimezone(zone),
            ends_at=_moment(stored["ends_at"]).astimezone(zone),
            waves=tuple(Wave(wave["name"], _moment(wave["at"])) for wave in stored.get("waves", ())),
            questions=dict(stored.get("questions", {})),
            platforms={name: dict(options) for name, options in stored.get("platforms", {}).items()},
        )
    except BadEvent:
        raise
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError) as error:
        raise BadEvent([f"the stored event cannot be read: {error!r}"]) from None


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
