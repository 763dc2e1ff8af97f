"""The event that the tests happen at; a test changes with ``dataclasses.replace`` what it is about."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from shared.events import Event, Wave

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
EVENT = Event(
    event_id="democon",
    name="DemoCon",
    starts_at=START,
    ends_at=START + timedelta(days=1),
    time_zone="UTC",
    place="Kennewick",
    organizer="The Demo Society",
    contact="hello@democon.example",
    waves=(Wave("first", START - timedelta(days=3)),),
    shards=2,
)
