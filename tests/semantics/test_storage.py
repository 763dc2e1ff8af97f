"""What storage promises about conditions and transactions holds on AWS's own implementation, not only on moto."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from infra.meter import metered
from shared import storage
from shared.attendees import attendee_id_of
from shared.connections import Connection, Relation
from shared.events import Event
from shared.identities import Identity
from shared.introductions import Channel, Introduction, Mention, Part, State
from shared.matching import ConnectionSet, pack_connections
from shared.notifications.receipts import Receipt, ReceiptKind
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.match_attendees import match_changes, match_everybody
from shared.pipeline.receive_receipts import receive_receipt
from shared.pipeline.receive_registration import store_registration
from shared.pipeline.rotate_key import rotate_event_key
from shared.registrations import Purpose, Registration, Status
from shared.services import Secrets
from shared.storage import Conflict, attendees, connection_sets, deliverability, events, introductions, matches
from shared.storage.deliverability import Suppression
from shared.storage.stream import DirectoryChange
from tests.democon import EVENT, START

KEY = b"k" * 32
pytestmark = pytest.mark.usefixtures("table")


def registration(name: str, minute: int = 0, **changed: Any) -> Registration:
    return replace(
        Registration(
            platform="tito",
            reference=f"T-{name}",
            status=Status.REGISTERED,
            changed_at=START - timedelta(days=9) + timedelta(minutes=minute),
            name=name.title(),
            email=f"{name}@example.org",
            identities=(Identity("x", name),),
            agreed=frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS}),
        ),
        **changed,
    )


def register(name: str, minute: int = 0, **changed: Any) -> str:
    """Store a registration; the attendee's id."""
    store_registration(EVENT, registration(name, minute, **changed), hashing_key=KEY, id_key=KEY)
    return id_of(name)


def id_of(name: str) -> str:
    return attendee_id_of(EVENT.event_id, f"{name}@example.org", KEY)


def bring(name: str, *listed: str, minute: int = 0, source: str = "x") -> bool:
    """Store a set that lists these people; whether it was new."""
    connections = [Connection((Identity("x", handle),), Relation.FOLLOWS) for handle in listed]
    packed = pack_connections(id_of(name), source, connections, key=KEY)
    kept = connection_sets.save(EVENT, packed, uploaded_at=START + timedelta(minutes=minute))
    if kept:
        attendees.note_set(EVENT, id_of(name), source, packed.digest)
    return kept


def match(*names: str) -> None:
    changes = [DirectoryChange(name, EVENT.event_id, id_of(name), findable=True, sets=True) for name in names]
    assert match_changes(changes, events=KnownEvents()) == []


def pairs() -> set[frozenset[str]]:
    return {frozenset({found.a, found.b}) for found in matches.load_all(EVENT)}


@pytest.fixture(autouse=True)
def event(table: str) -> None:
    events.create(EVENT)


def test_an_event_is_made_once() -> None:
    with pytest.raises(Conflict):
        events.create(EVENT)
    assert events.load(EVENT.event_id) == EVENT


def test_a_registration_is_stored_whole_and_its_repetition_writes_nothing(storage_client: Any) -> None:
    attendee_id = register("ann")
    stored = attendees.load(EVENT, attendee_id)
    assert stored is not None
    assert (stored.name, stored.revision) == ("Ann", 1)
    with metered(storage_client) as meter:
        register("ann")
    assert meter.write_units == 0
    assert meter.operations == ["BatchGetItem"]


def test_an_older_state_of_a_ticket_never_replaces_a_newer_one() -> None:
    register("ann", 5, company="Newer")
    register("ann", 3, company="Older")
    stored = attendees.load(EVENT, id_of("ann"))
    assert stored is not None
    assert stored.company == "Newer"


def test_whoever_writes_an_attendee_on_an_old_view_conflicts_and_nothing_is_written() -> None:
    before = attendees.load(EVENT, register("ann"))
    assert before is not None
    attendees.save_attendee(EVENT, replace(before, company="First"), before, hashing_key=KEY)
    with pytest.raises(Conflict):
        attendees.save_attendee(EVENT, replace(before, company="Second"), before, hashing_key=KEY)
    stored = attendees.load(EVENT, before.attendee_id)
    assert stored is not None
    assert stored.company == "First"


def test_deliveries_at_the_same_moment_are_all_kept() -> None:
    people = [f"p{number}" for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(register, people * 3))
    assert {attendee.name for attendee in attendees.load_all(EVENT)} == {name.title() for name in people}
    assert all(entry.revision == 1 for entry in attendees.directory(EVENT))


def test_sets_noted_at_the_same_moment_are_all_noted() -> None:
    attendee_id = register("ann")
    sources = [f"source{number}" for number in range(4)]
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda source: attendees.note_set(EVENT, attendee_id, source, "d" * 16), sources))
    entry = attendees.directory_entries(EVENT, [attendee_id])[attendee_id]
    assert entry.set_digests == dict.fromkeys(sources, "d" * 16)
    assert entry.revision == 1 + len(sources)


def test_the_later_upload_of_a_set_stands_whichever_arrives_last() -> None:
    register("ann")
    assert bring("ann", "bea", minute=5)
    assert not bring("ann", "cyd", minute=3)
    assert not bring("ann", "bea", minute=9)
    assert bring("ann", "cyd", minute=9)


def test_a_set_of_several_parts_comes_back_whole() -> None:
    attendee_id = register("ann")
    count = 70_000
    hashes = np.sort(np.random.default_rng(1).integers(1, 2**63, count, dtype=np.uint64))
    large = ConnectionSet(attendee_id, "x", hashes, np.ones(count, np.uint8), np.zeros(count, np.uint16))
    assert connection_sets.save(EVENT, large, uploaded_at=START)
    ((loaded, digest),) = connection_sets.load_of(EVENT, attendee_id)
    assert digest == loaded.digest == large.digest
    ((also, _),) = connection_sets.load_all(EVENT)
    assert len(also) == count


def test_matches_appear_change_nothing_when_repeated_and_go_away(storage_client: Any) -> None:
    for name in ("ann", "bea", "cyd"):
        register(name)
    bring("ann", "bea")
    match("ann", "bea", "cyd")
    assert pairs() == {frozenset({id_of("ann"), id_of("bea")})}
    with metered(storage_client) as meter:
        match("ann", "bea", "cyd")
        match_everybody(EVENT)
    assert meter.write_units == 0
    # Not by a cancellation, which stores an empty text: this DynamoDB Local is older than those.
    bring("ann", "cleo", minute=9)
    match("ann")
    assert pairs() == set()


def test_batches_at_work_at_the_same_moment_miss_no_pair() -> None:
    names = [f"p{number}" for number in range(6)]
    for name in names:
        register(name)
        bring(name, *names)
    with ThreadPoolExecutor(6) as pool:
        list(pool.map(match, names))
    assert len(pairs()) == len(names) * (len(names) - 1) // 2
    assert match_everybody(EVENT) == 0


def test_an_introduction_is_added_once_and_moves_only_from_where_it_stands() -> None:
    introduction = Introduction(
        event_id=EVENT.event_id,
        attendee_id=register("ann"),
        wave="first",
        channel=Channel.EMAIL,
        mentions=(Mention(Part.TOLD, register("bea")),),
        state=State.PUBLISHED,
        state_changed_at=START,
    )
    assert introductions.add(EVENT, introduction)
    assert not introductions.add(EVENT, introduction)

    def claim(_: int) -> bool:
        return introductions.change_state(EVENT, introduction, State.SENDING, now=START)

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(claim, range(8))) == 1


@pytest.mark.parametrize("forget", [matches.delete_of, introductions.delete_of, connection_sets.delete_of])
def test_what_is_forgotten_is_gone_and_may_be_forgotten_again(forget: Callable[[Event, str], None]) -> None:
    for name in ("ann", "bea"):
        register(name)
        bring(name, "ann", "bea")
    match("ann", "bea")
    forget(EVENT, id_of("ann"))
    forget(EVENT, id_of("ann"))


def test_an_event_is_deleted_with_everything(client: Any, table: str) -> None:
    for name in ("ann", "bea"):
        register(name)
        bring(name, "ann", "bea")
    match("ann", "bea")
    storage.events.delete(EVENT)
    assert client.scan(TableName=table)["Count"] == 0


class TestDeliverability:
    def test_the_receipt_of_a_delivery_costs_one_write_and_two_reads(self, storage_client: Any) -> None:
        known = KnownEvents()
        assert known.get(EVENT.event_id) is not None
        introduction = Introduction(EVENT.event_id, "a", "first", Channel.EMAIL, (), State.SENT, START)
        introductions.add(EVENT, introduction)
        deliverability.count_sent(EVENT)
        receipt = Receipt(ReceiptKind.DELIVERED, True, EVENT.event_id, "a", "first")
        with metered(storage_client) as meter:
            receive_receipt(receipt, events=known, hashing_key=lambda _: KEY, suppression_key=lambda: KEY, now=START)
        assert (meter.write_units, meter.read_units, meter.round_trips_in_sequence) == (1, 2, 3)

    def test_whatever_is_counted_at_the_same_moment_is_all_counted(self) -> None:
        def one(number: int) -> None:
            deliverability.count_sent(EVENT)
            # Each receipt comes twice.
            deliverability.count(EVENT, Suppression.BOUNCED, attendee_id=f"a{number // 2}", wave="first")

        with ThreadPoolExecutor(8) as pool:
            list(pool.map(one, range(80)))
        health = deliverability.load(EVENT)
        assert (health.sent, health.bounced) == (80, 40)

    def test_only_one_of_many_pauses_the_event(self) -> None:
        for _ in range(200):
            deliverability.count_sent(EVENT)
        deliverability.count(EVENT, Suppression.COMPLAINED, attendee_id="a", wave="first")
        with ThreadPoolExecutor(8) as pool:
            judged = list(pool.map(lambda _: deliverability.judge(EVENT, now=START), range(16)))
        assert sum(each.just_paused for each in judged) == 1
        assert all(each.health.paused for each in judged)

    def test_the_budget_for_text_messages_is_never_overdrawn(self) -> None:
        event = replace(EVENT, text_message_budget=1.0, text_message_price=0.07)
        with ThreadPoolExecutor(8) as pool:
            taken = list(pool.map(lambda _: deliverability.take_text_message(event), range(40)))
        assert sum(taken) == 14
        assert deliverability.load(event).text_cost == 0.98

    def test_counting_a_mail_costs_one_write_and_a_bounce_four(self, storage_client: Any) -> None:
        with metered(storage_client) as meter:
            deliverability.count_sent(EVENT)
        assert meter.write_units == 1
        with metered(storage_client) as meter:
            deliverability.count(EVENT, Suppression.BOUNCED, attendee_id="a", wave="first")
        assert meter.write_units == 4


class TwoKeys(Secrets):
    """Secrets with a second version of the hashing key."""

    def __init__(self) -> None:
        super().__init__("/nowhere")

    def hashing_key_versions(self) -> list[int]:
        return [2, 1]

    def hashing_key(self, event: Event) -> bytes:
        return KEY if event.key_version == 1 else b"n" * 32


def test_an_event_changes_its_key_and_whoever_knows_only_the_old_one_is_refused() -> None:
    register("ann")
    register("bea")
    bring("ann", "bea")
    match_everybody(EVENT)
    changed = rotate_event_key(EVENT, secrets=TwoKeys(), sleep=lambda _: None)
    assert events.load(EVENT.event_id) == changed
    assert pairs() == set()
    assert connection_sets.digests_of_older_keys(changed) == {}
    assert attendees.hashed_under_older_keys(changed) == []
    with pytest.raises(Conflict):
        register("bea", 1, phone="+493012345678")
    with pytest.raises(Conflict):
        bring("ann", "bea", minute=1)
    packed = pack_connections(
        id_of("ann"), "x", [Connection((Identity("x", "bea"),), Relation.FOLLOWS)], key=TwoKeys().hashing_key(changed)
    )
    # As long ago as the set of the old key that it replaces.
    assert connection_sets.save(changed, packed, uploaded_at=START)
    attendees.note_set(changed, id_of("ann"), "x", packed.digest)
    match_everybody(changed)
    assert pairs() == {frozenset({id_of("ann"), id_of("bea")})}
