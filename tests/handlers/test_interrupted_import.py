"""A list whose import is killed, or runs out of time, again and again: in the end it is as if nothing had been.

A long one, in chunks of the real size, is imported in tests/simulation/test_load.py: moto copies its whole table for
each transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from shared import storage
from shared.pipeline import import_upload as importing
from shared.pipeline.import_upload import OutOfTime
from shared.services import Uploads
from tests.handlers.conftest import CONTEXT, EVENT, World
from tests.handlers.steps import report
from tests.load.lists import bad_rows, big_list, problems_of

ROWS, ONE_BAD_OF = 100, 33
GOOD, BAD = 97, 3
ROWS_PER_CALL = 10
ROWS_PER_NOTE = 2 * ROWS_PER_CALL


class Killed(BaseException):
    """The function ended: out of memory, a machine that died."""


def killed_at(number: int, *, before: bool, of: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose ``number``th call ends everything, before it takes effect or after."""
    calls = 0

    def call(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == number and before:
            raise Killed
        answer = of(*arguments, **named)
        if calls == number:
            raise Killed
        return answer

    return call


@pytest.fixture
def key(world: World, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(importing, "ROWS_PER_CALL", ROWS_PER_CALL)
    monkeypatch.setattr(importing, "ROWS_PER_NOTE", ROWS_PER_NOTE)
    return world.upload("list.csv", big_list(ROWS, one_bad_of=ONE_BAD_OF), kind="attendees")


def everything_is_there_once(key: str) -> None:
    done = report(key)
    assert (done.state, done.read, done.rejected, done.resume) == ("done", GOOD, BAD, "")
    people = list(storage.attendees.load_all(EVENT))
    assert len(people) == GOOD
    assert Counter(len(each.tickets) for each in people) == {1: GOOD}
    assert len(list(storage.attendees.directory(EVENT))) == GOOD
    assert problems_of(done.rejects) == bad_rows(ROWS, one_bad_of=ONE_BAD_OF)


def test_a_list_that_is_killed_at_several_points_is_there_once_and_its_bad_rows_come_back(
    world: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = importing.store_chunk
    stored: list[int] = []

    def noting(event: Any, chunk: list[Any], secrets: Any) -> int:
        stored.append(len(chunk))
        return store(event, chunk, secrets)

    monkeypatch.setattr(importing, "store_chunk", noting)
    for number, before in ((1, True), (3, False), (4, True), (2, False)):
        with monkeypatch.context() as cut:
            cut.setattr(storage.attendees, "save", killed_at(number, before=before, of=storage.attendees.save))
            with pytest.raises(Killed):
                world.import_upload(key)
        assert report(key).state == "running"
    assert report(key).read >= ROWS_PER_NOTE
    for what in ("put_rejects", "save"):
        with monkeypatch.context() as cut:
            if what == "save":
                last = storage.imports.save
                cut.setattr(storage.imports, "save", killed_at(1, before=True, of=last))
            else:
                cut.setattr(Uploads, what, killed_at(1, before=False, of=Uploads.put_rejects))
            with pytest.raises(Killed):
                world.import_upload(key)
    world.import_upload(key)
    everything_is_there_once(key)
    # What was done is not done again, but for what had not been noted yet.
    assert sum(stored) < GOOD + 6 * (ROWS_PER_NOTE + ROWS_PER_CALL)


def test_a_list_for_which_there_is_no_time_stops_by_itself_and_the_next_attempt_goes_on(
    world: World, key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = 0

    def left() -> int:
        nonlocal asked
        asked += 1
        return 600_000 if asked % 4 else 29_000  # of every four chunks

    patient = SimpleNamespace(**vars(CONTEXT) | {"get_remaining_time_in_millis": left})
    monkeypatch.setattr("tests.handlers.conftest.CONTEXT", patient)
    came = []
    for _ in range(2):
        with pytest.raises(OutOfTime, match="the next attempt goes on"):
            world.import_upload(key)
        came.append(report(key).read)
    world.import_upload(key)
    assert came == [4 * ROWS_PER_CALL, 8 * ROWS_PER_CALL]
    everything_is_there_once(key)
    assert report(key).changed == GOOD


def test_another_file_under_the_same_name_begins_anew(world: World, key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as cut:
        cut.setattr(storage.attendees, "save", killed_at(4, before=True, of=storage.attendees.save))
        with pytest.raises(Killed):
            world.import_upload(key)
    assert report(key).read == ROWS_PER_NOTE
    world.upload("list.csv", big_list(30), kind="attendees")
    world.import_upload(key)
    assert (report(key).read, report(key).rejected) == (30, 0)
