"""An event of more than a thousand: arrivals are matched by night, everything else at once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace
from typing import Any

import pytest

from shared import storage
from shared.attendees import agree
from shared.events import Event, Wave
from shared.matching import ConnectionSet, DirectoryEntry
from shared.pipeline.match_attendees import MatchingFailed, OutOfTime, match_everybody, match_large_events
from shared.storage import Conflict
from shared.storage._table import Item
from tests.handlers.conftest import CONTEXT, EVENT, TEMPLATE, World, registered
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


def with_left(seconds: int) -> SimpleNamespace:
    """A Lambda's context with so much time left."""
    return SimpleNamespace(**vars(CONTEXT) | {"get_remaining_time_in_millis": lambda: 1000 * seconds})


def night(world: World, *, seconds_left: int = 600) -> None:
    assert world.handler("match_attendees").handler({}, with_left(seconds_left)) == {}


def crowd(world: World) -> list[str]:
    """Nine or more, some in each of the shards, each of whom lists the next two; their ids."""
    names: list[str] = []
    ids: list[str] = []
    while len(names) < 9 or {storage.matches.shard_of(LARGE, each) for each in ids} != set(range(LARGE.shards)):
        names.append(f"p{len(names)}")
        comes(world, names[-1])
        ids = [attendee.attendee_id for attendee in storage.attendees.load_all(LARGE)]
    for n, name in enumerate(names):
        listed = (names[(n + step) % len(names)] for step in (1, 2))
        linkedin(world, name, *(f"{each},X,https://www.linkedin.com/in/{each},,,,12 Mar 2024" for each in listed))
    return ids


def asked(times: int) -> Callable[[], bool]:
    """Time is up when it is asked for the last of so many times."""
    calls = count(1)
    return lambda: next(calls) >= times


def passes_until_done(out_of_time: Callable[[], Callable[[], bool]]) -> int:
    for number in count(1):
        try:
            match_everybody(LARGE, out_of_time=out_of_time())
        except OutOfTime:
            continue
        return number
    raise AssertionError("unreachable")


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


@pytest.mark.parametrize(("asked_for_the_last_time", "passes"), [(1, 3), (2, 2), (3, 1)])
def test_a_pass_cut_short_after_any_shard_and_continued_finds_the_same_and_writes_nothing_twice(
    large: World, asked_for_the_last_time: int, passes: int
) -> None:
    ids = crowd(large)
    match_everybody(LARGE)
    whole = storage.matches.load(LARGE, ids)
    for each in ids:
        storage.matches.delete_of(LARGE, each)
    assert passes_until_done(lambda: asked(asked_for_the_last_time)) == passes
    assert storage.matches.load(LARGE, ids) == whole
    assert {ties.versions for ties in whole.values()} == {(1,)}  # an item's version grows with each write


def test_who_changed_while_a_pass_was_cut_short_is_looked_at_again_before_it_ends(large: World) -> None:
    ids = crowd(large)
    first = sorted(each for each in ids if storage.matches.shard_of(LARGE, each) == 0)[0]

    def leaves_as_time_is_up() -> bool:
        attendee = storage.attendees.load(LARGE, first)
        assert attendee is not None
        gone = agree(attendee, frozenset(), now=datetime.now(UTC))
        storage.attendees.save_attendee(LARGE, gone, attendee, hashing_key=bytes(32))
        return True

    with pytest.raises(OutOfTime, match="1 of 3 shards"):
        match_everybody(LARGE, out_of_time=leaves_as_time_is_up)
    assert pairs() > 0
    assert not [match for match in storage.matches.load_all(LARGE) if first in (match.a, match.b)]


def test_a_night_that_runs_out_of_time_fails_and_the_next_attempt_goes_on(large: World) -> None:
    ids = crowd(large)
    for _ in range(LARGE.shards - 1):
        with pytest.raises(OutOfTime):
            night(large, seconds_left=1)
    night(large, seconds_left=1)
    assert pairs() == 2 * len(ids)
    assert {ties.versions for ties in storage.matches.load(LARGE, ids).values()} == {(1,)}


def test_events_that_were_matched_this_night_are_not_read_again(large: World) -> None:
    other, now = replace(LARGE, event_id="othercon"), LARGE.starts_at
    with pytest.raises(OutOfTime):
        match_large_events([LARGE, other], now=now, out_of_time=lambda: True)
    assert match_large_events([LARGE, other], now=now + timedelta(minutes=20)) == 1
    assert match_large_events([LARGE, other], now=now + timedelta(minutes=40)) == 0
    assert match_large_events([LARGE, other], now=now + timedelta(hours=23)) == 2


def test_an_event_that_cannot_be_matched_keeps_no_other_from_it(large: World, monkeypatch: pytest.MonkeyPatch) -> None:
    ids = crowd(large)
    other = replace(LARGE, event_id="othercon")

    def directory(event: Event) -> list[DirectoryEntry]:
        if event is other:
            raise Conflict("the hashing key is being changed")
        return really(event)

    really = storage.attendees.directory
    monkeypatch.setattr(storage.attendees, "directory", directory)
    with pytest.raises(MatchingFailed, match="1 of 2"):
        match_large_events([other, LARGE], now=LARGE.starts_at)
    assert pairs() == 2 * len(ids)


def test_matching_asks_dynamodb_for_nothing_that_its_role_may_not(large: World, stream: Stream) -> None:
    policy = TEMPLATE["Resources"]["MatchAttendeesFunction"]["Properties"]["Policies"][0]
    (allowed,) = (set(each["Action"]) for each in policy["Statement"] if each["Sid"] == "DirectorySetsAndMatches")
    crowd(large)
    done = set()
    events = Item._get_connection().connection.client.meta.events
    events.register("before-call.dynamodb", lambda model, **_: done.add(f"dynamodb:{model.name}"))
    stream.deliver()
    night(large)
    assert {"dynamodb:PutItem", "dynamodb:Query"} <= done <= allowed


def test_the_night_leaves_small_events_and_past_ones_alone(world: World) -> None:
    assert match_large_events([EVENT], now=EVENT.starts_at) == 0
    assert match_large_events([LARGE], now=LARGE.ends_at) == 0
    assert match_large_events([LARGE], now=LARGE.starts_at) == 1
