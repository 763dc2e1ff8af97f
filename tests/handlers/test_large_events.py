"""An event of more than a thousand: arrivals are matched by night, everything else at once."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from shared import storage
from shared.events import Wave
from shared.matching import ConnectionSet
from shared.pipeline.match_attendees import match_everybody, match_large_events
from tests.handlers.conftest import CONTEXT, EVENT, World, registered
from tests.handlers.test_matching_by_name import Stream, linkedin

SOON = datetime.now(UTC) + timedelta(days=30)
LARGE = replace(
    EVENT, shards=3, starts_at=SOON, ends_at=SOON + timedelta(days=1), waves=(Wave("first", SOON - timedelta(days=3)),)
)


@pytest.fixture
def large(world: World) -> World:
    storage.events.delete(EVENT)
    storage.events.create(LARGE)
    return world


@pytest.fixture
def stream(large: World) -> Stream:
    return Stream(large)


def pairs() -> int:
    return len(storage.matches.load_all(LARGE))


def night(world: World) -> None:
    assert world.handler("match_attendees").handler({}, CONTEXT) == {}


def comes(world: World, name: str, **data: Any) -> None:
    world.post(registered(name, handles={"linkedin": f"linkedin.com/in/{name}"}, **data))


def test_a_new_set_is_matched_at_once(large: World, stream: Stream) -> None:
    comes(large, "ann")
    comes(large, "mack")
    linkedin(large, "ann", "Mack,X,https://www.linkedin.com/in/mack,,,,12 Mar 2024")
    stream.deliver()
    assert pairs() == 1


def test_an_arrival_is_matched_by_night_and_nothing_is_read_for_it_before(large: World, stream: Stream) -> None:
    comes(large, "ann")
    linkedin(large, "ann", "Mack,X,https://www.linkedin.com/in/mack,,,,12 Mar 2024")
    stream.deliver()
    comes(large, "mack")
    stream.deliver()
    assert pairs() == 0
    night(large)
    assert pairs() == 1


def test_who_leaves_is_matched_no_more_at_once(large: World, stream: Stream) -> None:
    test_a_new_set_is_matched_at_once(large, stream)
    large.post(registered("mack", 9, kind="registration.cancelled"))
    stream.deliver()
    assert pairs() == 0
    assert match_everybody(LARGE) == 0


def test_a_pass_hands_on_every_set_that_takes_part_once(large: World) -> None:
    comes(large, "ann")
    comes(large, "mack")
    comes(large, "silent", agreed=["introduce"])
    comes(large, "gone")
    for name in ("ann", "mack", "silent", "gone"):
        linkedin(large, name, "Mack,X,https://www.linkedin.com/in/mack,,,,12 Mar 2024")
    large.post(registered("gone", 9, kind="registration.cancelled"))
    seen: list[ConnectionSet] = []
    match_everybody(LARGE, also=seen.append)
    owners = [
        attendee.name for each in seen for attendee in storage.attendees.load_many(LARGE, [each.attendee_id]).values()
    ]
    assert sorted(owners) == ["Ann", "Mack"]


def test_the_night_leaves_small_events_and_past_ones_alone(world: World) -> None:
    assert match_large_events([EVENT], now=EVENT.starts_at) == 0
    assert match_large_events([LARGE], now=LARGE.ends_at) == 0
    assert match_large_events([LARGE], now=LARGE.starts_at) == 1
