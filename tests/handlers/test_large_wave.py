"""A wave of a large event: however it is cut into shares, what comes of it is what one run gives."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import boto3
import pytest

from shared import storage
from shared.attendees import agree
from shared.events import FOLLOW_UP, Wave
from shared.introductions import Answer, Outcome, Part, State
from shared.pipeline import plan_introductions as planning
from shared.pipeline.large_wave import LargeWave, Share
from shared.pipeline.manage_event import erase_attendee
from shared.pipeline.match_attendees import match_everybody
from shared.pipeline.plan_introductions import Busy, plan_introductions
from shared.pipeline.remember import remember
from shared.storage import _table, decisions
from tests.handlers.conftest import CONTEXT, ENVIRONMENT, EVENT, World, registered
from tests.handlers.machines import Machine
from tests.handlers.test_interrupted_import import Killed, killed_at
from tests.handlers.test_matching_by_name import Stream, linkedin

SOON = datetime.now(UTC).replace(microsecond=0) + timedelta(days=30)
LARGE = replace(
    EVENT,
    shards=5,
    people_per_mail=2,
    starts_at=SOON,
    ends_at=SOON + timedelta(days=1),
    waves=(Wave("first", SOON - timedelta(days=3)), Wave("second", SOON - timedelta(days=1))),
)
NOW = datetime.now(UTC).replace(microsecond=0)
PEOPLE = [f"p{number}" for number in range(14)]

Image = list[dict[str, Any]]


@dataclass
class Topic:
    """The topic, which may refuse."""

    messages: list[str] = field(default_factory=list)
    refuses: int = 0

    def __call__(self, messages: Any) -> set[int]:
        if self.refuses:
            self.refuses -= 1
            return {0}
        self.messages += [each.attendee_id for each in messages]
        return set()


@pytest.fixture
def large(world: World) -> World:
    storage.events.delete(EVENT)
    storage.events.create(LARGE)
    return world


def crowd(world: World, luck: random.Random) -> list[str]:
    """People some of whom list others, some of whom do not agree, and two of whom claim one handle; their ids."""
    for number, name in enumerate(PEOPLE):
        handle = "p0" if number == len(PEOPLE) - 1 else name
        agreed = ["introduce"] if luck.random() < 0.15 else ["introduce", "connections"]
        agreed = [] if luck.random() < 0.1 else agreed
        comes(world, name, handle=handle, agreed=agreed)
    for name in PEOPLE:
        listed = luck.sample(PEOPLE, luck.randrange(6))
        rows = (f"{each},X,https://www.linkedin.com/in/{each},,,,12 Mar 2024" for each in listed if each != name)
        linkedin(world, name, *rows, *(f"S,X,https://www.linkedin.com/in/stranger{n},,,,1 Mar 2020" for n in range(3)))
    return sorted(attendee.attendee_id for attendee in storage.attendees.load_all(LARGE))


def comes(world: World, name: str, *, handle: str = "", **data: Any) -> None:
    assert world.post(registered(name, handles={"linkedin": f"linkedin.com/in/{handle or name}"}, **data))[0] == 200


def image(world: World) -> Image:
    return world.items()


def put_back(world: World, before: Image) -> None:
    table = boto3.client("dynamodb")
    for item in world.items():
        table.delete_item(TableName=world.table_name, Key={"pk": item["pk"], "sk": item["sk"]})
    for item in before:
        table.put_item(TableName=world.table_name, Item=item)


def outcome(world: World) -> Image:
    """All that is stored, but for how often it was written, and who plans."""
    return [
        {name: value for name, value in item.items() if name != "version"}
        for item in world.items()
        if not item["pk"]["S"].endswith("#LEASE")
    ]


def in_steps(wave: str, *, now: datetime = NOW, run: str = "run") -> LargeWave:
    return LargeWave(LARGE, wave, run, now, clock=lambda: now)


def go_through(wave: LargeWave, topic: Topic, luck: random.Random, *, step: Callable[..., Any] | None = None) -> None:
    """All steps, shares in any order."""
    shares = wave.begin(shards_a_share=2)
    assert len(shares) == 3
    do = step or (lambda work, *arguments, **more: work(*arguments, **more))
    for share in luck.sample(shares, 3):
        do(wave.match, share)
    parts = wave.decide()
    assert step is None or wave.decide() == parts
    for share in luck.sample(shares, 3):
        do(wave.store, share, parts)
    for share in luck.sample(shares, 3):
        do(wave.tell, share, publish=topic)
    wave.end()


def they_answer(luck: random.Random) -> None:
    """Mails went out, and some of those who were asked answered, some of them no."""
    for introduction in list(storage.introductions.load_all(LARGE)):
        for state in (State.SENDING, State.SENT):
            storage.introductions.change_state(LARGE, introduction, state, now=NOW, said=introduction.mentions)
        for mention in introduction.mentions:
            if mention.part in (Part.ASKED, Part.CONFIRM, Part.TOLD) and luck.random() < 0.8:
                me, said = introduction.attendee_id, Answer.YES if luck.random() < 0.8 else Answer.NEVER
                pair = (min(me, mention.person), max(me, mention.person))
                storage.meetings.change(LARGE, pair, lambda m, me=me, said=said: m.answered(me, said, now=NOW))


def leaves(attendee_id: str) -> None:
    attendee = storage.attendees.load(LARGE, attendee_id)
    assert attendee is not None
    gone = agree(attendee, frozenset(), now=NOW)
    storage.attendees.save_attendee(LARGE, gone, attendee, hashing_key=bytes(32))


def histories(world: World, luck: random.Random) -> Iterator[tuple[str, datetime]]:
    """An event at its first wave, at its second after answers and a withdrawal, and on the morning after."""
    ids = crowd(world, luck)
    yield "first", NOW
    they_answer(luck)
    leaves(luck.choice(ids))
    yield "second", NOW + timedelta(days=1)
    they_answer(luck)
    yield FOLLOW_UP, LARGE.ends_at + timedelta(hours=12)


@pytest.mark.parametrize("seed", range(3))
def test_shares_in_any_order_leave_what_one_run_leaves_in_every_wave(
    large: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "MEETINGS_A_PART", 3)
    luck = random.Random(seed)
    for wave, now in histories(large, luck):
        before, whole, cut = image(large), Topic(), Topic()
        plan_introductions(LARGE, wave, publish=whole, now=now)
        as_one = outcome(large)
        assert whole.messages
        put_back(large, before)
        go_through(in_steps(wave, now=now), cut, luck)
        assert outcome(large) == as_one
        assert sorted(cut.messages) == sorted(whole.messages)


@pytest.mark.parametrize("seed", range(4))
def test_shares_that_are_cut_short_and_shares_that_are_repeated_leave_the_same(
    large: World, seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decisions, "MEETINGS_A_PART", 3)
    monkeypatch.setattr(planning, "PUBLISHED_TOGETHER", 2)
    monkeypatch.setattr(_table, "WORKERS", 1)
    luck = random.Random(seed)

    killed: list[object] = []

    def step(work: Any, *arguments: Any, **more: Any) -> None:
        killed.append(step)
        with monkeypatch.context() as killing, suppress(Killed):  # some are over before
            for room, name in (
                (_table.MatchesItem, "save"),
                (_table.MeetingItem, "save"),
                (_table.IntroductionItem, "save"),
                (_table.IntroductionItem, "update"),
            ):
                before = luck.random() < 0.5
                killing.setattr(room, name, killed_at(luck.randint(1, 4), before=before, of=getattr(room, name)))
            work(*arguments, **more)
            killed.pop()
        for _ in range(luck.randint(1, 2)):
            work(*arguments, **more)

    for wave, now in histories(large, luck):
        before, whole, cut = image(large), Topic(), Topic()
        plan_introductions(LARGE, wave, publish=whole, now=now)
        as_one = outcome(large)
        put_back(large, before)
        go_through(in_steps(wave, now=now), cut, luck, step=step)
        assert outcome(large) == as_one
        # Cut short before it is noted, a message is on the topic twice, and sent once.
        assert set(cut.messages) == set(whole.messages)
    assert len(killed) > 4


def test_passes_for_some_of_the_shards_side_by_side_or_again_leave_what_one_pass_leaves(large: World) -> None:
    crowd(large, random.Random(7))
    before = image(large)
    match_everybody(LARGE)
    whole = outcome(large)
    for seed in range(3):
        put_back(large, before)
        shares = [Share(number, 3) for number in range(3)]
        for share in random.Random(seed).choices(shares, k=4) + shares:
            match_everybody(LARGE, shards=share.among(LARGE.shards))
        assert outcome(large) == whole
    assert sorted(shard for share in shares for shard in share.among(LARGE.shards)) == list(range(LARGE.shards))


@pytest.mark.parametrize("how", ["withdraws", "is forgotten"])
@pytest.mark.parametrize("delivered", ["between two shares", "after the last"])
@pytest.mark.parametrize("seed", range(2))
def test_of_who_leaves_between_two_shares_of_matching_nobody_has_ties_when_the_pairs_are_decided(
    large: World, seed: int, delivered: str, how: str
) -> None:
    luck = random.Random(seed)
    stream = Stream(large)
    crowd(large, luck)
    stream.deliver()
    match_everybody(LARGE)
    gone = luck.choice(sorted({match.a for match in storage.matches.load_all(LARGE)}))
    put_back(large, [item for item in large.items() if item["kind"]["S"] != "matches"])
    wave = in_steps("first")
    shares = luck.sample(wave.begin(shards_a_share=2), 3)
    wave.match(shares[0])
    if how == "withdraws":
        leaves(gone)
    else:
        address = storage.attendees.load_many(LARGE, [gone])[gone].email
        assert erase_attendee(LARGE, address, secrets=large.secrets, now=NOW)
    if delivered == "between two shares":
        stream.deliver()
    for share in shares[1:]:
        wave.match(share)
    stream.deliver()
    wave.decide()
    found = storage.matches.load_all(LARGE)
    assert found
    assert not [match for match in found if gone in (match.a, match.b)]
    assert match_everybody(LARGE) == 0


def test_what_is_remembered_share_by_share_is_what_is_remembered_at_once(large: World) -> None:
    luck, after = random.Random(6), LARGE.ends_at + timedelta(hours=12)
    for name in PEOPLE:
        comes(large, name, agreed=["introduce", "connections", *(["remember"] if luck.random() < 0.8 else [])])
    for name in PEOPLE:
        listed = (f"{each},X,https://www.linkedin.com/in/{each},,,,12 Mar 2024" for each in PEOPLE if each != name)
        linkedin(large, name, *listed)
    plan_introductions(LARGE, "first", publish=Topic(), now=NOW)
    for each in list(storage.meetings.load_all(LARGE)):
        met = each
        for me in each.pair:
            met = (
                met.with_outcome(me, Outcome.MET, now=after)
                if luck.random() < 0.8
                else met.answered(me, Answer.NEVER, now=after)
            )
        storage.meetings.change(LARGE, each.pair, lambda _, met=met: met)
    before, key = image(large), large.secrets.hashing_key(LARGE)
    written = remember(LARGE, hashing_key=key, now=after)
    whole = outcome(large)
    assert written > len(PEOPLE)
    put_back(large, before)
    shares = [Share(number, 3) for number in range(3)]
    counts = [
        remember(LARGE, hashing_key=key, now=after, shards=share.among(LARGE.shards)) for share in reversed(shares)
    ]
    assert sum(counts) == written > max(counts)
    remember(LARGE, hashing_key=key, now=after, shards=shares[1].among(LARGE.shards))
    assert outcome(large) == whole


def test_on_the_morning_after_each_share_of_the_told_remembers_its_own(large: World, machine: Machine) -> None:
    for name in PEOPLE[:6]:
        comes(large, name, agreed=["introduce", "connections", "remember"])
        linkedin(large, name, "p0,X,https://www.linkedin.com/in/stranger,,,,12 Mar 2024")
    start(large, FOLLOW_UP)
    assert machine.run() == "SUCCEEDED"
    remembered = [item for item in large.items() if item["pk"]["S"].startswith("PERSON#")]
    assert len(remembered) == 6


def test_who_leaves_between_two_steps_is_introduced_to_nobody(large: World) -> None:
    crowd(large, random.Random(1))
    before, topic = image(large), Topic()
    go_through(in_steps("first"), topic, random.Random(1))
    for step in ("decide", "store"):
        for first in sorted({m.a for m in storage.meetings.load_all(LARGE)})[:2]:
            put_back(large, before)
            wave, told = in_steps("first"), Topic()
            shares = wave.begin(shards_a_share=2)
            parts = wave.decide()
            if step == "decide":
                leaves(first)
            for share in shares:
                wave.store(share, parts)
            if step == "store":
                leaves(first)
            assert step == "store" or first not in {each for m in storage.meetings.load_all(LARGE) for each in m.pair}
            for share in shares:
                wave.tell(share, publish=told)
            wave.end()
            assert told.messages
            assert first not in told.messages
            said = {m.person for i in storage.introductions.load_all(LARGE) for m in i.mentions}
            assert first not in said


def test_a_share_that_the_topic_refused_publishes_what_waits_when_it_is_tried_again(large: World) -> None:
    crowd(large, random.Random(2))
    wave, topic = in_steps("first"), Topic(refuses=1)
    [share] = wave.begin(shards_a_share=5)
    wave.match(share)
    wave.store(share, wave.decide())
    assert wave.tell(share, publish=topic).refused == 1
    again = wave.tell(share, publish=topic)
    assert (again.planned, again.published, again.refused) == (0, 1, 0)
    assert {each.state for each in storage.introductions.load_all(LARGE)} == {State.PUBLISHED}


def test_while_a_wave_goes_through_its_steps_no_other_and_no_second_run_of_it_is_planned(large: World) -> None:
    wave = in_steps("first")
    wave.begin()
    for other in (in_steps("second"), in_steps("first", run="another run")):
        with pytest.raises(Busy):
            other.begin()
    with pytest.raises(Busy):
        plan_introductions(LARGE, "first", publish=Topic(), now=NOW)
    held = storage.leases.held(LARGE, now=NOW)
    assert held is not None
    assert held[0] == "first"
    wave.begin()  # this run's own step again
    wave.end()
    in_steps("second").begin()


def test_a_step_that_comes_after_the_event_tells_nobody_and_takes_back_what_waits(large: World) -> None:
    crowd(large, random.Random(3))
    wave, refusing = in_steps("first"), Topic(refuses=99)
    shares = wave.begin(shards_a_share=2)
    for share in shares:
        wave.match(share)
    parts = wave.decide()
    for share in shares:
        wave.store(share, parts)
        wave.tell(share, publish=refusing)
    late, topic = LargeWave(LARGE, "first", "run", NOW, clock=lambda: LARGE.ends_at + timedelta(days=1)), Topic()
    assert late.decide() == 0
    for share in shares:
        assert late.tell(share, publish=topic).planned == 0
    assert not topic.messages
    waiting = [each.state for each in storage.introductions.load_all(LARGE)]
    assert State.PLANNED not in waiting
    assert State.RETRACTED in waiting


def test_what_was_decided_is_kept_for_two_days_at_most_and_goes_with_the_wave_or_the_event(large: World) -> None:
    crowd(large, random.Random(4))
    wave = in_steps("first")
    [share] = wave.begin(shards_a_share=5)
    wave.match(share)
    assert wave.decide() == 1
    [kept] = [item for item in large.items() if item["pk"]["S"].endswith("#DECIDED")]
    assert int(kept["expires_at"]["N"]) == int((NOW + timedelta(days=2)).timestamp())
    wave.end()
    with pytest.raises(LookupError, match="run the wave again"):
        wave.store(share, 1)
    wave.decide()
    storage.events.delete(LARGE)
    assert not [item for item in large.items() if "#DECIDED" in item["pk"]["S"]]


# ---- The state machine -------------------------------------------------------------------------------------------


@pytest.fixture
def machine(large: World, monkeypatch: pytest.MonkeyPatch) -> Machine:
    it = Machine.of(large, monkeypatch, "LargeWave", ENVIRONMENT["LARGE_WAVE_ARN"], "plan_introductions")
    monkeypatch.setattr(planning, "LARGEST_AT_ONCE", 4)
    monkeypatch.setattr(LargeWave, "begin", lambda wave, begin=LargeWave.begin: begin(wave, shards_a_share=2))
    return it


def start(world: World, wave: str = "first") -> None:
    answer = world.handler("plan_introductions").handler({"event_id": "democon", "wave": wave}, CONTEXT)
    assert answer == {"in_steps": True}


def test_a_wave_of_a_large_event_goes_through_the_state_machine_where_nobody_is_named(
    large: World, machine: Machine
) -> None:
    ids = crowd(large, random.Random(5))
    before = image(large)
    plan_introductions(LARGE, "first", publish=Topic(), now=NOW)
    expected = {(each.attendee_id, each.mentions) for each in storage.introductions.load_all(LARGE)}
    assert expected
    put_back(large, before)
    start(large)
    start(large)  # Lambda's second attempt
    assert machine.run() == "SUCCEEDED"
    steps = [call["step"] for call in machine.calls]
    assert steps == ["begin", *["match"] * 3, "decide", *["store"] * 3, *["tell"] * 3, "end"]
    assert not [each for each in ids if each in str(machine.calls)]
    told = list(storage.introductions.load_all(LARGE))
    assert {(each.attendee_id, each.mentions) for each in told} == expected
    assert {each.state for each in told} == {State.PUBLISHED}
    assert storage.leases.held(LARGE, now=datetime.now(UTC)) is None


@pytest.mark.parametrize("step", ["match", "store", "tell"])
def test_a_share_that_fails_is_tried_again(
    large: World, machine: Machine, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    crowd(large, random.Random(5))
    really, failures = getattr(LargeWave, step), [2]

    def failing(wave: LargeWave, share: Share, *arguments: Any, **more: Any) -> Any:
        if share.number == 1 and failures[0]:
            failures[0] -= 1
            raise TimeoutError
        return really(wave, share, *arguments, **more)

    monkeypatch.setattr(LargeWave, step, failing)
    start(large)
    assert machine.run() == "SUCCEEDED"
    assert [c["share"]["number"] for c in machine.calls if c["step"] == step].count(1) == 3
    assert {each.state for each in storage.introductions.load_all(LARGE)} == {State.PUBLISHED}


def test_where_a_share_keeps_failing_the_execution_fails_and_nobody_is_told(
    large: World, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    crowd(large, random.Random(5))

    def failing(wave: LargeWave, share: Share) -> int:
        raise TimeoutError

    monkeypatch.setattr(LargeWave, "match", failing)
    start(large)
    assert machine.run() == "FAILED"
    assert {call["step"] for call in machine.calls} == {"begin", "match"}
    assert not list(storage.introductions.load_all(LARGE))


def test_a_wave_waits_while_another_is_being_planned(large: World, machine: Machine) -> None:
    other = LargeWave(LARGE, "second", "r", NOW, clock=partial(datetime.now, UTC))
    other.begin()
    start(large)
    assert machine.run() == "FAILED"  # no time passes here
    assert {call["step"] for call in machine.calls} == {"begin"}
    assert len(machine.calls) == 13


def test_an_event_that_is_deleted_meanwhile_ends_the_wave_without_a_failure(large: World, machine: Machine) -> None:
    start(large)
    storage.events.delete(LARGE)
    large.handler("plan_introductions")
    assert machine.run() == "SUCCEEDED"
    assert {call["step"] for call in machine.calls} == {"begin", "decide", "end"}
