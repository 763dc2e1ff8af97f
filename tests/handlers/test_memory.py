"""What two events know of one person: only what they asked to have remembered, and only for as long as they do."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.meter import metered
from infra.meter.sample import storage_client
from shared import storage
from shared.attendees import Attendee, attendee_id_of
from shared.connections import Connection, Relation
from shared.events import FOLLOW_UP, Event, Wave
from shared.identities import Identity
from shared.introductions import (
    Answer,
    Closeness,
    Meeting,
    Outcome,
    Part,
    Side,
    Stage,
    events_of_meetings,
    how_they_know_each_other,
    last_meeting,
)
from shared.links import Links
from shared.matching import ConnectionSet, Match, pack_connections
from shared.pipeline.decide import decide, stop
from shared.pipeline.forget_attendee import forget
from shared.pipeline.forget_memory import forget_memory
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.manage_event import erase_attendee, everything_about, withdraw_attendee
from shared.pipeline.match_attendees import match_everybody
from shared.pipeline.recall import recall, recall_for_changes
from shared.pipeline.receive_registration import store_registration
from shared.pipeline.remember import person_of, remember, remember_meetings
from shared.pipeline.write_letter import write_letter
from shared.registrations import Purpose, Registration, Status
from tests.handlers import pages
from tests.handlers.conftest import CONTEXT, EVENT, START, World
from tests.telling import may_be_told

ALL = frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS, Purpose.REMEMBER})
AFTER = EVENT.ends_at + timedelta(hours=12)
LATER = START + timedelta(days=5 * 365)
NEXT = replace(
    EVENT,
    event_id="nextcon",
    name="NextCon",
    place="Oslo",
    starts_at=LATER,
    ends_at=LATER + timedelta(days=1),
    waves=(Wave("first", LATER - timedelta(days=3)),),
)


@pytest.fixture
def key(world: World) -> bytes:
    storage.events.create(NEXT)
    return world.secrets.hashing_key(NEXT)


def person(
    key: bytes, event: Event, name: str, handle: str = "", agreed: Iterable[Purpose] = ALL, minute: int = 0
) -> Attendee:
    registration = Registration(
        platform="icebreaker",
        reference=f"T-{name}",
        status=Status.REGISTERED,
        changed_at=event.starts_at - timedelta(days=9) + timedelta(minutes=minute),
        name=name.title(),
        email=f"{name}@example.org",
        identities=(Identity("github", handle),) if handle else (),
        agreed=frozenset(agreed),
    )
    store_registration(event, registration, hashing_key=key, id_key=key)
    return at(event, name, key)


def at(event: Event, name: str, key: bytes) -> Attendee:
    found = storage.attendees.load(event, attendee_id_of(event.event_id, f"{name}@example.org", key))
    assert found is not None
    return found


def bring(
    key: bytes, event: Event, attendee: Attendee, *handles: str, source: str = "github-list", minute: int = 0
) -> ConnectionSet:
    connections = [Connection((Identity("github", handle),), Relation.CONNECTED) for handle in handles]
    packed = pack_connections(attendee.attendee_id, source, connections, key=key)
    uploaded_at = event.starts_at - timedelta(days=8) + timedelta(minutes=minute)
    storage.connection_sets.save(event, packed, uploaded_at=uploaded_at)
    storage.attendees.note_set(event, attendee.attendee_id, source, packed.digest)
    return packed


def meeting(event: Event, one: Attendee, other: Attendee, *, answers: Any = (None, None), met: bool = True) -> Meeting:
    a, b = sorted((one.attendee_id, other.attendee_id))
    by_id = {one.attendee_id: answers[0], other.attendee_id: answers[1]}
    made = Meeting(
        event_id=event.event_id,
        a=a,
        b=b,
        closeness=Closeness.KNOWN,
        strength=0.8,
        stage=Stage.TOLD,
        wave="first",
        since=event.starts_at,
        sides=(Side(by_id[a], outcome=Outcome.MET if met else None), Side(by_id[b], outcome=Outcome.MET)),
    )
    assert storage.meetings.save(event, made)
    return storage.meetings.load(event, [made.pair])[made.pair]


def memory(key: bytes, name: str) -> dict[str, int]:
    """How many entries each remembered set of a person has."""
    kept = storage.memories.load(person_of(f"{name}@example.org", key))
    return {source: len(each.connection_set) for source, each in kept.items()}


def recall_all(key: bytes, event: Event = NEXT) -> int:
    return sum(recall(event, attendee, hashing_key=key) for attendee in storage.attendees.load_all(event))


def two_who_met(key: bytes, *agreed: Iterable[Purpose]) -> tuple[Attendee, Attendee]:
    ann, bea = (person(key, EVENT, name, f"{name}-1", each) for name, each in zip(("ann", "bea"), agreed, strict=True))
    meeting(EVENT, ann, bea)
    remember(EVENT, hashing_key=key, now=AFTER)
    return ann, bea


def matched(event: Event = NEXT) -> list[Match]:
    match_everybody(event)
    return storage.matches.load_all(event)


def test_two_who_met_and_come_again_under_other_handles_are_told_where_and_when_they_met(key: bytes) -> None:
    two_who_met(key, ALL, ALL)
    ann, bea = person(key, NEXT, "ann", "ann-2"), person(key, NEXT, "bea", "bea-2")
    assert recall_all(key) == 2
    (match,) = matched()
    past = storage.past_events.load(events_of_meetings(match))
    for each in (ann.attendee_id, bea.attendee_id):
        assert may_be_told(match, each)
        assert last_meeting(match, each, past) == "You met in Kennewick in 2126."
        assert how_they_know_each_other(match, each, past_events=past) == "You met in Kennewick in 2126."
    assert match.score == 0.99


@pytest.mark.parametrize("without", [0, 1])
def test_nothing_is_kept_of_a_meeting_unless_both_asked_for_it(world: World, key: bytes, without: int) -> None:
    agreed = [ALL, ALL]
    agreed[without] = ALL - {Purpose.REMEMBER}
    two_who_met(key, *agreed)
    assert memory(key, "ann") == memory(key, "bea") == {}
    assert not [item for item in world.items() if item["kind"]["S"] == "past_event"]


def test_who_only_one_of_them_says_met_has_not_met(key: bytes) -> None:
    ann, bea = (person(key, EVENT, name) for name in ("ann", "bea"))
    meeting(EVENT, ann, bea, met=False)
    remember(EVENT, hashing_key=key, now=AFTER)
    assert memory(key, "ann") == memory(key, "bea") == {}


def test_what_somebody_brought_is_remembered_only_if_they_asked_for_it(key: bytes) -> None:
    for name, agreed in (("ann", ALL), ("bea", ALL - {Purpose.REMEMBER}), ("cyd", {Purpose.REMEMBER})):
        bring(key, EVENT, person(key, EVENT, name, agreed=agreed), "dov", "eva")
    remember(EVENT, hashing_key=key, now=AFTER)
    assert memory(key, "ann") == {"github-list": 2}
    assert memory(key, "bea") == memory(key, "cyd") == {}


def test_who_does_not_ask_for_it_again_is_not_reminded(key: bytes) -> None:
    two_who_met(key, ALL, ALL)
    for name in ("ann", "bea"):
        person(key, NEXT, name, agreed=ALL - {Purpose.REMEMBER})
    assert recall_all(key) == 0
    assert matched() == []
    assert memory(key, "ann") == {"met-democon": 1}


def test_a_remembered_meeting_does_not_find_somebody_who_has_not_agreed_to_be_introduced(key: bytes) -> None:
    two_who_met(key, ALL, ALL)
    person(key, NEXT, "ann")
    person(key, NEXT, "bea", agreed={Purpose.REMEMBER})
    recall_all(key)
    assert matched() == []


def test_remembering_and_recalling_again_writes_nothing(key: bytes) -> None:
    ann, _ = two_who_met(key, ALL, ALL)
    bring(key, EVENT, ann, "dov")
    assert remember(EVENT, hashing_key=key, now=AFTER) == 1
    person(key, NEXT, "ann")
    recall_all(key)
    with metered(storage_client()) as meter:
        assert remember(EVENT, hashing_key=key, now=AFTER + timedelta(days=2)) == 0
        assert recall_all(key) == 0
    written = {call.operation: call.write_units for call in meter.calls if call.write_units}
    assert set(written) <= {"PutItem"}  # the past event, which is the same
    assert meter.write_units == 1


def test_an_older_memory_never_replaces_a_newer_upload(key: bytes) -> None:
    bring(key, EVENT, person(key, EVENT, "ann"), "dov")
    remember(EVENT, hashing_key=key, now=AFTER)
    ann = person(key, NEXT, "ann")
    newer = bring(key, NEXT, ann, "eva")
    with metered(storage_client()) as meter:
        assert recall_all(key) == 0
    assert meter.write_units == 0
    assert storage.connection_sets.current_digest(NEXT, ann.attendee_id, "github-list") == newer.digest


def test_a_newer_upload_replaces_an_older_memory_and_an_older_one_does_not(key: bytes) -> None:
    bring(key, NEXT, person(key, NEXT, "ann"), "dov", "eva")
    remember(NEXT, hashing_key=key, now=NEXT.ends_at)
    bring(key, EVENT, person(key, EVENT, "ann"), "fay")
    remember(EVENT, hashing_key=key, now=NEXT.ends_at)
    assert memory(key, "ann") == {"github-list": 2}
    bring(key, NEXT, at(NEXT, "ann", key), "gus", minute=1)
    remember(NEXT, hashing_key=key, now=NEXT.ends_at)
    assert memory(key, "ann") == {"github-list": 1}


def test_each_event_at_which_it_is_remembered_anew_makes_it_last_longer(key: bytes) -> None:
    two_who_met(key, ALL, ALL)
    expires = {each.expires_at for each in storage.memories.load(person_of("ann@example.org", key)).values()}
    assert expires == {int((AFTER + timedelta(days=731)).timestamp())}
    person(key, NEXT, "ann")
    remember(NEXT, hashing_key=key, now=NEXT.ends_at)
    expires = {each.expires_at for each in storage.memories.load(person_of("ann@example.org", key)).values()}
    assert expires == {int((NEXT.ends_at + timedelta(days=731)).timestamp())}
    assert memory(key, "ann") == {"met-democon": 1}


def test_a_list_that_was_fetched_by_a_claimed_handle_is_not_remembered_as_if_it_were_proven(key: bytes) -> None:
    ann = person(key, EVENT, "ann", "victim", ALL | {Purpose.FETCH})
    bring(key, EVENT, ann, "dov", source="github-following")
    bring(key, EVENT, ann, "eva", source="linkedin-connections")
    remember(EVENT, hashing_key=key, now=AFTER)
    assert memory(key, "ann") == {"linkedin-connections": 1}


def test_a_meeting_is_noted_as_soon_as_both_said_so_and_taken_back_if_one_corrects_it(key: bytes) -> None:
    ann, bea = (person(key, EVENT, name) for name in ("ann", "bea"))
    both = meeting(EVENT, ann, bea)
    remember_meetings(EVENT, [both], hashing_key=key, now=AFTER)
    assert memory(key, "ann") == memory(key, "bea") == {"met-democon": 1}
    missed = both.with_outcome(both.a, Outcome.MISSED, now=AFTER)
    remember_meetings(EVENT, [missed], hashing_key=key, now=AFTER + timedelta(minutes=1))
    assert memory(key, "ann") == memory(key, "bea") == {"met-democon": 0}


class TestNeverAgain:
    @pytest.mark.parametrize("connections", [True, False])
    def test_of_whom_one_did_not_want_to_meet_they_are_no_match_at_a_later_event(
        self, key: bytes, connections: bool
    ) -> None:
        ann, bea = (person(key, EVENT, name) for name in ("ann", "bea"))
        meeting(EVENT, ann, bea, answers=(Answer.NEVER, Answer.YES), met=False)
        remember(EVENT, hashing_key=key, now=AFTER)
        assert memory(key, "ann") == {"never-democon": 1}
        assert memory(key, "bea") == {}
        ann = person(key, NEXT, "ann", "ann-2", ALL if connections else ALL - {Purpose.CONNECTIONS})
        bea = person(key, NEXT, "bea", "bea-2")
        bring(key, NEXT, bea, "ann-2")
        assert len(matched()) == 1
        recall_all(key)
        assert matched() == []

    def test_not_now_is_not_never(self, key: bytes) -> None:
        ann, bea = (person(key, EVENT, name) for name in ("ann", "bea"))
        meeting(EVENT, ann, bea, answers=(Answer.NOT_NOW, Answer.YES), met=False)
        remember(EVENT, hashing_key=key, now=AFTER)
        assert memory(key, "ann") == {}

    def test_who_was_refused_does_not_see_it_in_what_is_kept_of_them(self, world: World, key: bytes) -> None:
        ann, bea = (person(key, EVENT, name) for name in ("ann", "bea"))
        meeting(EVENT, ann, bea, answers=(Answer.NEVER, None), met=False)
        remember(EVENT, hashing_key=key, now=AFTER)
        person(key, NEXT, "bea")
        before = everything_about(NEXT, "bea@example.org", secrets=world.secrets)
        person(key, NEXT, "ann")
        recall_all(key)
        match_everybody(NEXT)
        assert everything_about(NEXT, "bea@example.org", secrets=world.secrets) == before


class TestForgetting:
    def test_erasing_at_the_second_event_leaves_nothing_of_the_first_but_tombstones(
        self, world: World, key: bytes
    ) -> None:
        ann, _ = two_who_met(key, ALL, ALL)
        bring(key, EVENT, ann, "dov")
        remember(EVENT, hashing_key=key, now=AFTER)
        person(key, NEXT, "ann", "ann-2")
        person(key, NEXT, "bea", "bea-2")
        recall_all(key)
        match_everybody(NEXT)
        storage.events.delete(EVENT)
        assert erase_attendee(NEXT, "ann@example.org", secrets=world.secrets, now=LATER)
        match_everybody(NEXT)
        hashed = person_of("ann@example.org", key)
        left = world.items()
        assert not [name for name in ("Ann", "ann@", "ann-") if name in str(left)]
        assert [item["kind"]["S"] for item in left if f"{hashed:x}" in item["pk"]["S"]] == ["person"]
        for item in left:
            if item["kind"]["S"] == "connection_set":
                content = ConnectionSet.from_bytes("", "", bytes(item["packed"]["B"]))
                assert hashed not in content.hashes.tolist()
        assert memory(key, "bea") == {"met-democon": 0}
        assert storage.matches.load_all(NEXT) == []

    def test_who_withdraws_is_forgotten_by_those_they_met_and_the_others_stay(self, world: World, key: bytes) -> None:
        people = ann, bea, cyd = [person(key, EVENT, name) for name in ("ann", "bea", "cyd")]
        meeting(EVENT, ann, bea)
        meeting(EVENT, bea, cyd)
        remember(EVENT, hashing_key=key, now=AFTER)
        assert len(people) == 3
        assert memory(key, "bea") == {"met-democon": 2}
        person(key, NEXT, "ann")
        withdraw_attendee(NEXT, "ann@example.org", secrets=world.secrets, now=LATER)
        assert memory(key, "ann") == {}
        assert memory(key, "bea") == {"met-democon": 1}
        assert memory(key, "cyd") == {"met-democon": 1}

    def test_what_was_agreed_to_before_is_remembered_no_more_and_what_is_agreed_to_later_is(self, key: bytes) -> None:
        ann, _ = two_who_met(key, ALL, ALL)
        forget_memory(EVENT, ann, hashing_key=key, at=AFTER)
        remember(EVENT, hashing_key=key, now=AFTER)
        assert memory(key, "ann") == {}
        assert memory(key, "bea") == {"met-democon": 0}
        for minute, purposes in ((1, ALL - {Purpose.REMEMBER}), (2, ALL)):
            decide(EVENT, ann.attendee_id, purposes, hashing_key=key, now=AFTER + timedelta(minutes=minute))
        remember(EVENT, hashing_key=key, now=AFTER + timedelta(minutes=3))
        assert memory(key, "ann") == memory(key, "bea") == {"met-democon": 1}

    def test_who_withdraws_only_this_keeps_what_they_brought_to_the_event_itself(self, key: bytes) -> None:
        bring(key, EVENT, person(key, EVENT, "ann"), "dov")
        remember(EVENT, hashing_key=key, now=AFTER)
        ann = person(key, NEXT, "ann")
        own = bring(key, NEXT, ann, "eva", source="x-following")
        recall_all(key)
        forget_memory(NEXT, ann, hashing_key=key, at=LATER)
        kept = dict(storage.attendees.directory_entries(NEXT, [ann.attendee_id])[ann.attendee_id].set_digests)
        assert kept == {"x-following": own.digest}
        assert [each.source for each, _ in storage.connection_sets.load_of(NEXT, ann.attendee_id)] == ["x-following"]

    def test_who_withdraws_while_the_event_is_remembered_is_forgotten_all_the_same(self, key: bytes) -> None:
        ann, bea = (person(key, EVENT, name) for name in ("ann", "bea"))
        meeting(EVENT, ann, bea)
        really = storage.memories.change_all

        def withdrawn_meanwhile(work: Any) -> int:
            forget(EVENT, ann, hashing_key=key, now=AFTER)
            return really(work)

        with patch.object(storage.memories, "change_all", withdrawn_meanwhile):
            remember(EVENT, hashing_key=key, now=AFTER)
        assert memory(key, "ann") == {}
        assert memory(key, "bea") == {"met-democon": 0}

    def test_a_person_is_shown_what_is_remembered_of_them(self, world: World, key: bytes) -> None:
        two_who_met(key, ALL, ALL)
        person(key, NEXT, "ann")
        shown = everything_about(NEXT, "ann@example.org", secrets=world.secrets)
        assert shown is not None
        assert shown["remembered_for_later_events"] == {"met-democon": {"people": 1, "until": "2128-06-02"}}


class TestStream:
    def test_who_registers_at_a_later_event_is_recalled_and_matched(self, world: World, key: bytes) -> None:
        two_who_met(key, ALL, ALL)
        ann = person(key, NEXT, "ann")
        records = [record(world, ann)]
        handler = world.handler("fetch_connections").handler
        assert handler({"Records": records}, CONTEXT) == {"batchItemFailures": []}
        entry = storage.attendees.directory_entries(NEXT, [ann.attendee_id])[ann.attendee_id]
        assert set(entry.set_digests) == {"met-democon"}
        before = world.items()
        handler({"Records": records}, CONTEXT)
        assert world.items() == before

    @pytest.mark.parametrize("way", ["registration", "erased"])
    def test_who_withdraws_in_whatever_way_is_forgotten(self, world: World, key: bytes, way: str) -> None:
        two_who_met(key, ALL, ALL)
        old = record(world, person(key, NEXT, "ann"))["dynamodb"]["NewImage"]
        if way == "registration":
            ann = person(key, NEXT, "ann", agreed=ALL - {Purpose.REMEMBER}, minute=1)
        else:
            erase_attendee(NEXT, "ann@example.org", secrets=world.secrets, now=LATER)
            ann = at(NEXT, "ann", key)
        changed = record(world, ann, old)
        assert recall_for_changes([changed], events=KnownEvents(), hashing_key=lambda _: key, now=LATER) == []
        assert memory(key, "ann") == {}
        assert memory(key, "bea") == {"met-democon": 0}
        before = world.items()
        recall_for_changes([changed], events=KnownEvents(), hashing_key=lambda _: key, now=LATER)
        assert world.items() == before

    @pytest.mark.parametrize("stops", [True, False])
    def test_who_says_stop_at_an_event_that_did_not_ask_is_forgotten_who_only_says_nothing_is_not(
        self, world: World, key: bytes, stops: bool
    ) -> None:
        two_who_met(key, ALL, ALL)
        before = person(key, NEXT, "ann", agreed=ALL - {Purpose.REMEMBER})
        old = record(world, before)["dynamodb"]["NewImage"]
        if stops:
            stop(NEXT, before.attendee_id, hashing_key=key, now=LATER)
            after = at(NEXT, "ann", key)
        else:
            after = person(key, NEXT, "ann", agreed=(), minute=1)
        recall_for_changes([record(world, after, old)], events=KnownEvents(), hashing_key=lambda _: key, now=LATER)
        assert memory(key, "ann") == ({} if stops else {"met-democon": 1})

    def test_the_end_of_an_event_is_not_a_withdrawal(self, world: World, key: bytes) -> None:
        ann, _ = two_who_met(key, ALL, ALL)
        gone = record(world, ann)
        gone["dynamodb"]["OldImage"] = gone["dynamodb"].pop("NewImage")
        storage.events.delete(EVENT)
        assert recall_for_changes([gone], events=KnownEvents(), hashing_key=lambda _: key, now=AFTER) == []
        assert memory(key, "ann") == {"met-democon": 1}

    def test_what_could_not_be_recalled_comes_again(self, world: World, key: bytes) -> None:
        two_who_met(key, ALL, ALL)
        records = [record(world, person(key, NEXT, "ann"))]
        with patch.object(storage.attendees, "note_set", side_effect=storage.Conflict("others")):
            assert recall_for_changes(records, events=KnownEvents(), hashing_key=lambda _: key, now=LATER) == ["7"]


def record(world: World, attendee: Attendee, old: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the table's stream says of an attendee as they are now."""
    (item,) = (
        item for item in world.items() if item["kind"]["S"] == "attendee" and item["sk"]["S"] == attendee.attendee_id
    )
    keys = {"pk": item["pk"], "sk": item["sk"]}
    change = {"Keys": keys, "SequenceNumber": "7", "NewImage": item} | ({"OldImage": old} if old else {})
    return {"eventName": "MODIFY", "eventSource": "aws:dynamodb", "dynamodb": change}


names = st.sampled_from(["ann", "bea", "cyd"])
listed = st.dictionaries(
    st.tuples(names, st.sampled_from(["linkedin-connections", "x-following"])),
    st.lists(st.sampled_from(["ann", "bea", "cyd", "dov"]), max_size=4),
    max_size=5,
)


@given(listed)
@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_matches_with_what_is_recalled_are_those_as_if_it_had_been_brought(
    world: World, sets: dict[tuple[str, str], list[str]]
) -> None:
    key = world.secrets.hashing_key(EVENT)
    first, recalled, brought = (
        replace(EVENT, event_id=f"{name}-{datetime.now(UTC):%H%M%S%f}", shards=1)
        for name in ("first", "recalled", "brought")
    )
    for event in (first, recalled, brought):
        storage.events.create(event)
        for name in ("ann", "bea", "cyd"):
            person(key, event, name, name)
    for (name, source), handles in sets.items():
        for event in (first, brought):
            bring(key, event, at(event, name, key), *handles, source=source)
    remember(first, hashing_key=key, now=AFTER)
    storage.events.delete(first)
    recall_all(key, recalled)
    assert told(recalled) == told(brought)
    for name in ("ann", "bea", "cyd"):
        storage.memories.forget(person_of(f"{name}@example.org", key), at=START - timedelta(days=30))


def told(event: Event) -> set[Any]:
    match_everybody(event)
    names = {attendee.attendee_id: attendee.name for attendee in storage.attendees.load_all(event)}
    return {
        (names[each], names[match.other(each)], match.listed_by(each))
        for match in storage.matches.load_all(event)
        for each in (match.a, match.b)
    }


def test_who_says_on_the_page_that_they_met_has_it_remembered_at_once_and_taken_back_as_well(world: World) -> None:
    now = pages.NOW
    ended = replace(
        pages.UPCOMING,
        starts_at=now - timedelta(days=3),
        ends_at=now - timedelta(days=2),
        waves=(Wave("first", now - timedelta(days=5)),),
    )
    storage.events.update(ended)
    for name, other in (("ann", "mack"), ("mack", "ann")):
        pages.keep(pages.attendee(name))
        pages.tell(name, (Part.TOLD, other))
    made = pages.meet("ann", "mack")
    browser, key = pages.Browser(world), world.secrets.hashing_key(ended)
    for name, remembered in (("ann", {}), ("mack", {"met-democon": 1})):
        address = browser.links_of(name.ljust(16, "a")).answer(made.reference, Outcome.MET)
        assert browser.press(browser.get(address)).status == 200
        assert memory(key, "ann") == memory(key, "mack") == remembered
    page = browser.get(browser.links_of("ann".ljust(16, "a")).page())
    browser.press(page, "/answer", about=made.reference, answer="missed")
    assert memory(key, "ann") == memory(key, "mack") == {"met-democon": 0}


def test_the_pages_cold_start_does_not_wait_for_numpy() -> None:
    loaded = "import sys, shared.pipeline.serve_pages; sys.exit('numpy' in sys.modules)"
    subprocess.run([sys.executable, "-c", loaded], check=True)


def test_from_the_morning_after_to_the_mail_of_the_next_event(world: World, key: bytes) -> None:
    ann, bea = (person(key, EVENT, name, f"{name}-1") for name in ("ann", "bea"))
    meeting(EVENT, ann, bea)
    plan = world.handler("plan_introductions").handler
    plan({"event_id": "democon", "wave": FOLLOW_UP}, CONTEXT)
    assert memory(key, "ann") == memory(key, "bea") == {"met-democon": 1}
    for name in ("ann", "bea"):
        person(key, NEXT, name, f"{name}-2")
    recall_all(key)
    plan({"event_id": "nextcon", "wave": "first"}, CONTEXT)
    ann = at(NEXT, "ann", key)
    (told,) = storage.introductions.load_of(NEXT, ann.attendee_id)
    links = Links("https://api.example", (b"k" * 32,), "nextcon", ann.attendee_id, NEXT.expires_at.date())
    draft = write_letter(NEXT, told, links=links, now=NEXT.waves[0].at)
    assert draft is not None
    assert [each.how for each in draft.letter.people] == ["You met in Kennewick in 2126."]
