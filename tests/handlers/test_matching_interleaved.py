"""Two batches of matching at the same moment: no order of their storage calls loses a pair or brings one back.

Every order is looked at, not a sample. What a batch asks next depends only on the answers it has had, so a batch is run
again from its beginning with the answers known and stopped where it asks something new; two orders that led to the same
answers and the same table go on as one. Where DynamoDB may answer with what was so a second ago (a query that is not
consistent), both answers are tried.

Source: Godefroid, "Model Checking for Programming Languages using VeriSoft", 1997, for exploring a program's real code
by its visible operations; what is visible here are the requests to DynamoDB, each taken as atomic.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from math import comb
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import Phase

from shared import storage
from shared.connections import Relation
from shared.events import Event
from shared.identities import Identity
from shared.matching import ConnectionSet, DirectoryEntry, Listing, find_listings
from shared.pipeline import match_attendees as matching
from shared.pipeline.forget_attendee import forget
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.match_attendees import match_changes, match_everybody
from shared.registrations import Purpose
from shared.storage import Conflict
from shared.storage._table import MatchesItem
from shared.storage.matches import Direction, ListingUpdate, Ties
from shared.storage.stream import DirectoryChange
from tests.handlers.conftest import EVENT, START, World
from tests.handlers.test_matching_oracle import (
    KEY,
    Answer,
    Bring,
    Call,
    Cancel,
    Database,
    Notebook,
    Register,
    Step,
    Venue,
    Withdraw,
    check_histories,
)
from tests.one_after_another import OneAfterAnother

# In one shard a query is one call; what several shards add is more calls of the same kind.
SMALL_EVENT = replace(EVENT, event_id="smallcon", shards=1)
REDELIVERIES = 3

SceneOf = Callable[[str], "Scene"]
Agent = Callable[[], bool]  # does its work from the beginning; False where it has to be tried again


class Unanswered(BaseException):
    """An agent asks something that it has not been told yet."""

    def __init__(self, call: Call) -> None:
        super().__init__(call.operation)
        self.call = call


class NotRepeatable(BaseException):
    """An agent asked something else than the last time, though it was told the same."""


@dataclass(frozen=True, slots=True)
class Moment:
    """How far everything is: the table's state, and what each agent has been told."""

    state: int
    told: tuple[tuple[Answer, ...], ...]


@dataclass
class Explorer:
    """Every order in which the agents' calls can come."""

    database: Database
    agents: Mapping[str, Agent]
    always: Callable[[int, frozenset[str]], None] = lambda state, done: None  # what holds at every moment
    courses: int = 0  # how many orders there are, late answers included
    moments: int = 0
    ends: dict[tuple[int, frozenset[str]], Moment] = field(default_factory=dict)  # (state, agents to repeat)
    _asked: dict[tuple[str, tuple[Answer, ...]], Call | bool] = field(default_factory=dict)
    _ways: dict[Moment, int] = field(default_factory=dict)
    _came_from: dict[Moment, tuple[Moment, str]] = field(default_factory=dict)
    _start: int = 0

    def explore(self) -> None:
        self._start = self.database.state
        self.courses = self._ways_from(Moment(self._start, ((),) * len(self.agents)))
        self.moments = len(self._ways)

    def course_to(self, moment: Moment) -> str:
        """One order of calls that leads to a moment."""
        calls: list[str] = []
        while moment in self._came_from:
            moment, call = self._came_from[moment]
            calls.append(call)
        return "\n".join(reversed(calls))

    def _ways_from(self, moment: Moment) -> int:
        __tracebackhide__ = True
        if moment not in self._ways:
            asked = [self._next(name, told) for name, told in zip(self.agents, moment.told, strict=True)]
            done = frozenset(name for name, call in zip(self.agents, asked, strict=True) if call is True)
            try:
                self.always(moment.state, done)
            except AssertionError as error:
                raise AssertionError(f"{error}\nafter\n{self.course_to(moment)}") from error
            following = list(self._following(moment, asked))
            self._ways[moment] = sum(map(self._ways_from, following)) if following else 1
            if not following:
                self.ends.setdefault((moment.state, frozenset(self.agents) - done), moment)
        return self._ways[moment]

    def _following(self, moment: Moment, asked: Sequence[Call | bool]) -> Iterator[Moment]:
        for number, (name, call) in enumerate(zip(self.agents, asked, strict=True)):
            if isinstance(call, bool):
                continue
            for answer, state, remark in self._answers(moment.state, call):
                told = list(moment.told)
                told[number] = (*told[number], answer)
                after = Moment(state, tuple(told))
                self._came_from.setdefault(after, (moment, f"    {name}: {call.operation}{remark}"))
                yield after

    def _answers(self, state: int, call: Call) -> Iterator[tuple[Answer, int, str]]:
        now, after = self.database.ask(state, call)
        yield now, after, ""
        if call.operation == "Query" and not call.parameters.get("ConsistentRead"):
            late, _ = self.database.ask(self._start, call)
            if late != now:
                yield late, state, " (answered as of a second ago)"

    def _next(self, name: str, told: tuple[Answer, ...]) -> Call | bool:
        """What an agent asks after it was told so much, or how it ended."""
        if (name, told) not in self._asked:
            self._asked[name, told] = self._run(name, told)
        return self._asked[name, told]

    def _run(self, name: str, told: tuple[Answer, ...]) -> Call | bool:
        heard = 0

        def answer(call: Call) -> Any:
            nonlocal heard
            if heard == len(told):
                raise Unanswered(call)
            if self._asked[name, told[:heard]] != call:
                raise NotRepeatable(f"{name}: {call.operation}")
            heard += 1
            return told[heard - 1].give()

        self.database.answer = answer
        try:
            return self.agents[name]()
        except Unanswered as asked:
            return asked.call
        finally:
            self.database.answer = self.database.perform


X = {name: Identity("x", name) for name in ("ann", "bea", "bea_new", "cyd")}
FULL_PASS = "a full pass"


def owns(name: str, *handles: str, agreed: frozenset[Purpose] | None = None) -> Register:
    given = frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS}) if agreed is None else agreed
    return Register(name, frozenset(X[handle] for handle in handles), given)


def lists(name: str, *handles: str, source: str = "x-following", since: date | None = None) -> Bring:
    return Bring(name, source, frozenset((X[handle], Relation.FOLLOWS, since) for handle in handles))


@dataclass(frozen=True, slots=True)
class Case:
    """What was so and matched already, what was stored but not matched yet, and what comes at the same moment."""

    at_once: tuple[Step | str, ...]
    matched: tuple[Step, ...] = ()
    stored: tuple[Step, ...] = ()


ALL_HERE = (owns("ann", "ann"), owns("bea", "bea"))
CASES = {
    "a set and the registration of whom it lists": Case(
        (lists("ann", "bea"), owns("bea", "bea")), matched=(owns("ann", "ann"),)
    ),
    "a set and its own owner's registration": Case(
        (lists("ann", "bea"), owns("ann", "ann")), matched=(owns("bea", "bea"),)
    ),
    "two registrations of which one has a set": Case((owns("ann", "ann"), owns("bea", "bea")), (lists("ann", "bea"),)),
    "two sets that name each other": Case((lists("ann", "bea"), lists("bea", "ann")), ALL_HERE),
    "two sets of one owner": Case((lists("ann", "bea"), lists("ann", "bea", source="x-followers")), ALL_HERE),
    "two sets that name the same person": Case(
        (lists("ann", "bea"), lists("cyd", "bea")), (*ALL_HERE, owns("cyd", "cyd"))
    ),
    "a set and the withdrawal of whom it lists": Case((lists("ann", "bea"), Withdraw("bea")), ALL_HERE),
    "a set and its owner's withdrawal": Case(
        (lists("ann", "bea"), Withdraw("ann", frozenset({Purpose.CONNECTIONS}))), ALL_HERE
    ),
    "a replaced set and the withdrawal of whom it lists": Case(
        (lists("ann", "bea", since=date(2024, 1, 1)), Withdraw("bea")), (*ALL_HERE, lists("ann", "bea"))
    ),
    "a replaced set and a change from the handle it lists": Case(
        (lists("ann", "bea", since=date(2024, 1, 1)), owns("bea", "bea_new")), (*ALL_HERE, lists("ann", "bea"))
    ),
    "a set and the cancellation of whom it lists": Case((lists("ann", "bea"), Cancel("bea")), ALL_HERE),
    "a set and a change to the handle it lists": Case((lists("ann", "bea_new"), owns("bea", "bea_new")), ALL_HERE),
    "a set and a change from the handle it lists": Case(
        (lists("ann", "bea"), owns("bea", "bea_new")), (*ALL_HERE, lists("bea", "ann"))
    ),
    "two changes of handles of people who list each other": Case(
        (owns("ann", "cyd"), owns("bea", "bea_new")), (*ALL_HERE, lists("ann", "bea"), lists("bea", "ann"))
    ),
    "a full pass and a set": Case((FULL_PASS, lists("ann", "bea")), ALL_HERE),
    "a full pass and a registration": Case(
        (FULL_PASS, owns("bea", "bea")), (owns("ann", "ann"),), stored=(lists("ann", "bea"),)
    ),
    "a full pass and a withdrawal": Case((FULL_PASS, Withdraw("bea")), ALL_HERE, stored=(lists("ann", "bea"),)),
    "a full pass and a change of handles": Case(
        (FULL_PASS, owns("bea", "bea_new")), ALL_HERE, stored=(lists("ann", "bea"), lists("bea", "ann"))
    ),
    "two full passes": Case(
        (FULL_PASS, FULL_PASS), (*ALL_HERE, lists("bea", "ann")), stored=(lists("ann", "bea"), owns("ann", "cyd"))
    ),
}


class Scene:
    """One case, set up and ready to be explored."""

    def __init__(self, venue: Venue, database: Database, case: Case) -> None:
        self.venue = venue
        self.database = database
        self.notebook = Notebook()
        self._events = KnownEvents(clock=lambda: 0)
        self._events.get(venue.event.event_id)
        for minute, step in enumerate((*case.matched, *case.stored)):
            if minute == len(case.matched):
                match_everybody(venue.event)
            venue.store(step, minute)
            self.notebook.note(step)
        if not case.stored:
            match_everybody(venue.event)
        self.agents = {
            f"{number} {one if isinstance(one, str) else type(one).__name__}": self._agent(one, 10 + number)
            for number, one in enumerate(case.at_once)
        }
        for happening in case.at_once:
            if isinstance(happening, Step):
                self.notebook.note(happening)

    def _agent(self, step: Step | str, minute: int) -> Agent:
        """Something that happens and then the batch that it wakes, or a full pass."""
        if isinstance(step, str):
            return self.full_pass
        findable = not isinstance(step, Bring)
        change = DirectoryChange(
            "1", self.venue.event.event_id, self.venue.id_of(step.name), findable=findable, sets=not findable
        )

        def happen() -> bool:
            self.venue.store(step, minute)
            return match_changes([change], events=self._events) == []

        return happen

    def forgets(self, name: str) -> None:
        """Somebody is forgotten at the same moment."""
        event = self.venue.event
        change = DirectoryChange("1", event.event_id, self.venue.id_of(name), findable=True, sets=True)

        def happen() -> bool:
            attendee = storage.attendees.load(event, self.venue.id_of(name))
            if attendee is not None and not attendee.erased:
                forget(event, attendee, hashing_key=self.venue.key, now=START)
            return match_changes([change], events=self._events) == []

        self.agents["forgets"] = happen
        self.notebook.people.pop(name, None)

    def full_pass(self) -> bool:
        try:
            match_everybody(self.venue.event)
        except Conflict:
            return False
        return True

    def explored(self, **how: Any) -> Explorer:
        explorer = Explorer(self.database, self.agents, **how)
        explorer.explore()
        return explorer

    def check_ends(self, explorer: Explorer) -> None:
        """Whatever way it went, the matches at rest are the notebook's.

        :raises AssertionError: with an order of calls after which they are not
        """
        for (state, to_repeat), moment in explorer.ends.items():
            self.database.state = state
            for name in sorted(to_repeat):
                assert any(self.agents[name]() for _ in range(REDELIVERIES)), f"{name} keeps failing"
            try:
                assert self.venue.at_rest() == self.notebook.expected()
            except AssertionError as error:
                raise AssertionError(f"{error}\nafter\n{explorer.course_to(moment)}") from error


@pytest.fixture
def venue() -> Venue:
    return Venue(SMALL_EVENT, KEY)


@pytest.fixture
def database(world: World) -> Iterator[Database]:
    storage.events.create(SMALL_EVENT)
    database = Database(world.table_name)
    with database.instead_of_moto(), patch.object(storage._table, "ThreadPoolExecutor", OneAfterAnother):
        yield database


@pytest.fixture
def scene(venue: Venue, database: Database) -> SceneOf:
    return lambda case: Scene(venue, database, CASES[case])


@pytest.mark.parametrize("case", CASES)
def test_no_order_of_calls_misses_a_pair(scene: SceneOf, case: str) -> None:
    explorer = check_case(scene(case))
    print(f"{case}: {explorer.courses} orders, {explorer.moments} moments, {len(explorer.ends)} ends")
    assert explorer.courses > 500


@pytest.mark.parametrize(
    "case",
    ["a replaced set and the withdrawal of whom it lists", "a replaced set and a change from the handle it lists"],
)
def test_a_slow_batch_does_not_bring_back_what_has_ended_even_for_a_moment(scene: SceneOf, case: str) -> None:
    check_nothing_comes_back(scene(case))


@pytest.mark.parametrize("tied", [False, True], ids=["strangers", "tied"])
@pytest.mark.parametrize("other", ["a set", "a handle change", "a full pass"])
def test_who_is_forgotten_while_a_batch_is_at_work_does_not_come_back(
    venue: Venue, database: Database, other: str, tied: bool
) -> None:
    at_once = {"a set": lists("ann", "bea"), "a handle change": owns("ann", "cyd"), "a full pass": FULL_PASS}[other]
    known = lists("ann", "bea", since=date(2024, 1, 1))
    stored = (known,) if other == "a full pass" else ()
    scene = Scene(venue, database, Case((at_once,), (*ALL_HERE, *((known,) if tied else ())), stored))
    scene.forgets("bea")
    explorer = scene.explored()
    assert explorer.courses > 500
    scene.check_ends(explorer)


def test_the_explorer_sees_every_order(venue: Venue, database: Database) -> None:
    def reads(times: int) -> Agent:
        return lambda: all(storage.attendees.load(venue.event, "nobody") is None for _ in range(times))

    explorer = Explorer(database, {"one": reads(7), "other": reads(5)})
    explorer.explore()
    assert explorer.courses == comb(12, 5)


def test_the_explorer_finds_an_update_that_is_lost(venue: Venue, database: Database) -> None:
    """Two who each read a number and write it plus one, without a condition."""

    def adds_one() -> bool:
        item = storage._table.AttendeeItem(pk="counter", sk="counter", profile={})
        known = list(storage._table.batch_get(storage._table.AttendeeItem, [("counter", "counter")], consistent=True))
        item.revision = int(known[0].revision) + 1 if known else 1
        item.save()
        return True

    explorer = Explorer(database, {"one": adds_one, "other": adds_one})
    explorer.explore()
    counted = set()
    for state, _ in explorer.ends:
        database.state = state
        counted.add(int(storage._table.AttendeeItem.get("counter", "counter").revision))
    assert (explorer.courses, counted) == (6, {1, 2})


def check_case(scene: Scene) -> Explorer:
    """Every order of a case, and the matches at rest after each.

    :raises AssertionError: with an order of calls after which they are wrong
    """
    explorer = scene.explored()
    scene.check_ends(explorer)
    return explorer


def check_nothing_comes_back(scene: Scene) -> None:
    """What the second agent ended stays ended from when that agent is done.

    :raises AssertionError: with an order of calls after which it does not
    """
    _, ending = scene.agents
    expected = scene.notebook.expected().keys()
    seen: dict[int, frozenset[tuple[str, str]]] = {}

    def nothing_else(state: int, done: frozenset[str]) -> None:
        if ending in done:
            if state not in seen:
                scene.database.state = state
                seen[state] = scene.venue.pairs()
            assert seen[state] <= expected

    explorer = scene.explored(always=nothing_else)
    assert explorer.courses > 500


def only_forward(directory: Any, sets: Any, changes: matching.Changes) -> list[Listing]:
    return find_listings(directory.values(), [each for each in sets if each.attendee_id in changes.attendees])


def late_sets_are_believed(event: Event, directory: Mapping[str, DirectoryEntry], changes: Any) -> list[ConnectionSet]:
    stored = [each for each, _ in storage.connection_sets.load_all(event)]
    return [each for each in stored if each.source in directory[each.attendee_id].active_sources]


def whatever_was_agreed(entry: DirectoryEntry) -> frozenset[str]:
    return frozenset(entry.set_digests)


def deaf_to_sets(findable: frozenset[str], sets: frozenset[str]) -> matching.Changes:
    return CHANGES(findable=findable)


def lister_only(event: Event, work: Sequence[tuple[Ties, Sequence[ListingUpdate]]]) -> int:
    return SAVE_TIES(
        event,
        [(ties, [each for each in updates if each.listing.lister == ties.attendee_id]) for ties, updates in work],
    )


def whoever_comes_last(item: MatchesItem, condition: Any = None) -> Any:
    return SAVE_ITEM(item)


def evidence_is_kept(event: Event, updates: Iterable[ListingUpdate]) -> int:
    return SAVE(event, [each for each in updates if each.listing.evidence])


CHANGES, SAVE, SAVE_TIES, SAVE_ITEM = (
    matching.Changes,
    storage.matches.save,
    storage.matches.save_ties,
    MatchesItem.save,
)
HISTORIES = "histories"
COMES_BACK = "what has ended comes back"
# What is broken, by what it is replaced, and which of the tests above must then fail.
BUGS: dict[str, tuple[tuple[Any, str, Any], str]] = {
    "no reverse join": ((matching, "_join", only_forward), HISTORIES),
    "sets of those who did not agree": ((DirectoryEntry, "active_sources", property(whatever_was_agreed)), HISTORIES),
    "changed sets wake nobody": ((matching, "Changes", deaf_to_sets), HISTORIES),
    "one of two items": ((storage.matches, "save_ties", lister_only), HISTORIES),
    "evidence is not withdrawn": ((storage.matches, "save", evidence_is_kept), HISTORIES),
    "no second look": (
        (matching, "_changed_meanwhile", lambda event, updates: None),
        "a set and the withdrawal of whom it lists",
    ),
    "late reads believed": (
        (matching, "_sets_to_join", late_sets_are_believed),
        "a set and the registration of whom it lists",
    ),
    "items written over": ((MatchesItem, "save", whoever_comes_last), "two sets that name the same person"),
    "revisions ignored": ((Direction, "gives_way_to", lambda known, newer: True), COMES_BACK),
}


@pytest.mark.parametrize("bug", BUGS)
def test_a_planted_bug_is_caught(database: Database, scene: SceneOf, bug: str) -> None:
    """The tests can fail: with each of these faults in the code, the test named beside it does."""
    fault, caught_by = BUGS[bug]
    checks: dict[str, Callable[[], None]] = {
        HISTORIES: lambda: check_histories(database, examples=150, phases=[Phase.generate]),
        COMES_BACK: lambda: check_nothing_comes_back(scene("a replaced set and the withdrawal of whom it lists")),
    }
    with patch.object(*fault), pytest.raises(AssertionError):
        checks.get(caught_by, lambda: check_case(scene(caught_by)))()
