"""A list that is too long for one invocation: however it is cut into shares, it comes to what one import gives."""

from __future__ import annotations

import random
from contextlib import suppress
from typing import Any

import boto3
import pytest

from shared import storage
from shared.pipeline import import_list as in_shares
from shared.pipeline import import_upload as importing
from shared.pipeline.import_list import LongList, Share
from shared.pipeline.known_events import KnownEvents
from shared.services import Uploads
from tests.handlers.conftest import ENVIRONMENT, EVENT, World
from tests.handlers.machines import Machine
from tests.handlers.steps import report
from tests.handlers.test_interrupted_import import Killed, killed_at
from tests.load.lists import bad_rows, big_list, problems_of

HEADER = "Ticket ID,Name,Email,LinkedIn,Agreed,Status"


def tangled_list(seed: int, rows: int = 40, *, each_ticket_once: bool = False) -> bytes:
    """People with several tickets, tickets with several people, corrections, cancellations, and useless rows."""
    luck = random.Random(seed)
    lines = [HEADER]
    for row in range(rows):
        person, ticket = luck.randrange(20), row if each_ticket_once else luck.randrange(30)
        address = f"p{person}" if luck.random() < 0.1 else f"p{person}@list.example"
        name, agreed = f"Person {person} {luck.choice('AB')}", luck.choice(("yes", "yes", "no", ""))
        status = luck.choice(("confirmed", "confirmed", "confirmed", "cancelled"))
        lines.append(f"A{ticket},{name},{address},linkedin.com/in/p{person}-{luck.randrange(2)},{agreed},{status}")
    return "\n".join([*lines, ""]).encode()


def forget_all(world: World) -> None:
    table = boto3.client("dynamodb")
    for item in world.items():
        if item["pk"]["S"] != "EVENTS":
            table.delete_item(TableName=world.table_name, Key={"pk": item["pk"], "sk": item["sk"]})


def what_is_known(world: World) -> list[dict[str, Any]]:
    """Of everybody and every ticket; not how often it was written."""
    return [
        {name: value for name, value in item.items() if name not in ("revision", "updated_at")}
        for item in world.items()
        if item["pk"]["S"] != "EVENTS" and not item["pk"]["S"].endswith("#IMPORT")
    ]


def outcome(key: str) -> tuple[Any, ...]:
    done = report(key)
    rejects = problems_of(done.rejects) if done.rejects else []
    return done.state, done.read, done.rejected, done.notes, done.resume, rejects


def long_list(world: World, key: str, rows_per_share: int = 7) -> LongList:
    return LongList(key, KnownEvents(), Uploads("uploads"), world.secrets, rows_per_share)


@pytest.mark.parametrize("seed", range(6))
def test_however_a_list_is_cut_its_people_tickets_and_rejects_are_those_of_one_import(world: World, seed: int) -> None:
    luck = random.Random(seed)
    key = world.upload("list.csv", tangled_list(seed), kind="attendees", basis="terms, section 4")
    world.import_upload(key)
    at_once, known = outcome(key), what_is_known(world)
    changed = report(key).changed
    assert at_once[2]
    assert len(known) > 20
    for rows_per_share in (1000, 15, 4):
        forget_all(world)
        cut = long_list(world, key, rows_per_share)
        file, shares = cut.begin()
        assert len(shares) >= -(-at_once[1] // rows_per_share)
        # Side by side, so in no order.
        stored = sum(cut.store(file, share) for share in luck.sample(shares, len(shares)))
        assert cut.end(file, stored) is not None
        assert (outcome(key), what_is_known(world), stored) == (at_once, known, changed)


@pytest.mark.parametrize("seed", range(3))
def test_shares_that_are_killed_and_shares_that_are_repeated_change_nothing(
    world: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    luck = random.Random(seed)
    key = world.upload("list.csv", tangled_list(seed, each_ticket_once=True), kind="attendees")
    world.import_upload(key)
    at_once, known = outcome(key), what_is_known(world)
    forget_all(world)
    for module in (importing, in_shares):
        monkeypatch.setattr(module, "ROWS_PER_CALL", 3)
    cut = long_list(world, key, 12)
    file, shares = cut.begin()
    for share in luck.sample(shares, len(shares)):
        with monkeypatch.context() as killing, suppress(Killed):  # some are over before
            before = luck.random() < 0.5
            killing.setattr(storage.attendees, "save", killed_at(2, before=before, of=storage.attendees.save))
            cut.store(file, share)
        for _ in range(luck.randint(1, 2)):
            cut.store(file, share)
    with monkeypatch.context() as killing:
        killing.setattr(Uploads, "put_rejects", killed_at(1, before=False, of=Uploads.put_rejects))
        with pytest.raises(Killed):
            cut.end(file, 0)
    assert report(key).state == "running"
    cut.end(file, 0)
    assert (outcome(key), what_is_known(world)) == (at_once, known)


def test_no_two_shares_have_to_do_with_one_person_or_one_ticket(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    key = world.upload("list.csv", tangled_list(1, 200).replace(b"A1,", b"B1,"), kind="attendees")
    cut = long_list(world, key, 20)
    file, shares = cut.begin()
    assert shares[-1].tied
    seen: dict[str, set[int]] = {}
    for share in shares:

        def note(event: Any, chunk: list[Any], secrets: Any, number: int = share.number) -> int:
            for row in chunk:
                for what in (row.email, row.reference):
                    seen.setdefault(what, set()).add(number)
            return 0

        monkeypatch.setattr(in_shares, "store_chunk", note)
        cut.store(file, share)
    assert len(seen) > 40
    assert {len(numbers) for numbers in seen.values()} == {1}


def test_a_file_that_was_replaced_or_taken_away_is_not_gone_on_with(world: World) -> None:
    key = world.upload("list.csv", big_list(20), kind="attendees")
    cut = long_list(world, key)
    file, shares = cut.begin()
    world.upload("list.csv", big_list(30), kind="attendees")
    assert [cut.store(file, share) for share in shares] == [0] * len(shares)
    world.import_upload(key)
    assert cut.end(file, 0) is None
    assert (report(key).state, report(key).read) == ("done", 30)
    file, shares = cut.begin()
    boto3.client("s3").delete_object(Bucket="uploads", Key=key)
    assert cut.store(file, shares[0]) == 0
    cut.end(file, 0)
    assert (report(key).state, report(key).reason) == ("refused", "the file was gone before it was imported")
    assert cut.begin() == ("", [])


def test_a_list_that_cannot_be_read_is_refused_before_anything_of_it_is_stored(world: World) -> None:
    key = world.upload("list.csv", b"Colour,Size\nred,XL\n", kind="attendees")
    assert long_list(world, key).begin()[1] == []
    assert report(key).state == "refused"
    assert "e-mail" in report(key).reason or "header" in report(key).reason


# ---- The state machine -------------------------------------------------------------------------------------------


@pytest.fixture
def machine(world: World, monkeypatch: pytest.MonkeyPatch) -> Machine:
    it = Machine.of(world, monkeypatch, "ListImport", ENVIRONMENT["LIST_IMPORT_ARN"], "import_list")
    made = LongList.__init__
    monkeypatch.setattr(LongList, "__init__", lambda self, *arguments: made(self, *arguments[:4], 8))
    return it


def test_a_long_list_goes_through_the_state_machine_and_nothing_of_it_but_its_key_passes_there(
    world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LONG_LIST_BYTES", 1000)
    key = world.upload("list.csv", big_list(100), kind="attendees")
    world.import_upload(key)
    world.import_upload(key)  # EventBridge tells it again
    assert machine.run() == "SUCCEEDED"
    assert [call["step"] for call in machine.calls] == ["begin", *["store"] * 13, "end"]
    assert {call["key"] for call in machine.calls} == {key}
    assert "Person" not in str(machine.calls)
    assert "list.example" not in str(machine.calls)
    assert (report(key).state, report(key).read, report(key).changed) == ("done", 99, 99)
    assert problems_of(report(key).rejects) == bad_rows(100)
    assert len(list(storage.attendees.load_all(EVENT))) == 99


def test_a_share_that_fails_is_tried_again(world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importing, "LONG_LIST_BYTES", 100)
    key = world.upload("list.csv", big_list(30), kind="attendees")
    store, failures = LongList.store, [2]

    def failing(self: LongList, file: str, share: Share) -> int:
        if share.number == 1 and failures[0]:
            failures[0] -= 1
            raise TimeoutError
        return store(self, file, share)

    monkeypatch.setattr(LongList, "store", failing)
    world.import_upload(key)
    assert machine.run() == "SUCCEEDED"
    assert [call["share"]["number"] for call in machine.calls if call["step"] == "store"].count(1) == 3
    assert (report(key).state, report(key).read) == ("done", 30)


def test_where_a_share_keeps_failing_the_execution_fails_and_the_report_does_not_say_that_it_is_done(
    world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LONG_LIST_BYTES", 100)
    key = world.upload("list.csv", big_list(30), kind="attendees")

    def failing(self: LongList, file: str, share: Share) -> int:
        raise TimeoutError

    monkeypatch.setattr(LongList, "store", failing)
    world.import_upload(key)
    assert machine.run() == "FAILED"
    assert "end" not in [call["step"] for call in machine.calls]
    assert report(key).state == "running"


def test_a_list_that_is_refused_ends_the_execution_without_a_failure(
    world: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LONG_LIST_BYTES", 10)
    key = world.upload("list.csv", b"Colour,Size\nred,XL\n", kind="attendees")
    world.import_upload(key)
    assert machine.run() == "SUCCEEDED"
    assert [call["step"] for call in machine.calls] == ["begin", "end"]
    assert report(key).state == "refused"
