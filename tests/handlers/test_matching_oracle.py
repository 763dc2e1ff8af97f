"""Whatever happens in whatever order, the matches at rest are those that comparing everybody with everybody gives.

Histories are drawn and shrunk by Hypothesis. What is expected comes from a notebook that knows people, handles and
lists in clear and compares them one by one: no hash, no revision, no stream.
"""

from __future__ import annotations

import copy
import json
import pickle
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import product
from typing import Any
from unittest.mock import patch

import pytest
from botocore.client import BaseClient
from botocore.exceptions import ClientError
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.dynamodb.models import dynamodb_backends

from shared import storage
from shared.attendees import attendee_id_of, refuse
from shared.connections import Connection, Relation
from shared.events import Event
from shared.identities import Identity
from shared.matching import Evidence, pack_connections
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.match_attendees import match_changes, match_everybody
from shared.pipeline.receive_registration import store_registration
from shared.registrations import Purpose, Registration, Status
from shared.storage.stream import DirectoryChange, read_directory_change
from tests.handlers.conftest import ENVIRONMENT, EVENT, START, World

PEOPLE = ("ann", "bea", "cyd", "dov")
BOTH = frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS})
KEY = bytes(32)  # the same each time: the order of ids, and so of calls, depends on it
NAMED_ONLY = frozenset({Purpose.INTRODUCE})

Entries = frozenset[tuple[Identity, Relation, date | None]]
METADATA = ("ConsumedCapacity", "ResponseMetadata")  # of an answer; nobody decides by it
Evidences = Mapping[tuple[str, str], frozenset[Evidence]]  # (lister, listed) by name, only where there is any


@dataclass(frozen=True, slots=True)
class Call:
    """One request to DynamoDB; equal to another where operation and parameters are."""

    operation: str
    text: str
    parameters: Any = field(compare=False)

    @classmethod
    def of(cls, operation: str, parameters: Any) -> Call:
        return cls(operation, json.dumps(parameters, sort_keys=True, default=repr), parameters)


@dataclass(frozen=True, slots=True, eq=False)
class Answer:
    """What DynamoDB says to a call; the same object where whoever called cannot tell them apart."""

    pickled: bytes

    def give(self) -> Any:
        # Anew each time, since whoever is told may change it.
        content = pickle.loads(self.pickled)
        if isinstance(content, ClientError):
            raise content
        return content


class Database:
    """moto's table as numbered states, each of which can be gone back to.

    Calls come one at a time and each is atomic, which moto by itself does not promise. What a state answers is asked
    of moto once.
    """

    def __init__(self, table_name: str) -> None:
        self._table_name = table_name
        self._states: list[Any] = []
        self._numbers: dict[str, int] = {}
        self._known: dict[tuple[int, Call], tuple[Answer, int]] = {}
        self._answers: dict[str, Answer] = {}
        self._client: Any = None
        self._really: Callable[..., Any] = vars(BaseClient)["_make_api_call"]
        self._loaded = self.state = self._number()
        self.answer: Callable[[Call], Any] = self.perform

    @contextmanager
    def instead_of_moto(self) -> Iterator[None]:
        """Every DynamoDB call comes here, and goes to moto where a state is asked for the first time."""

        def called(client: Any, operation: str, parameters: Any) -> Any:
            if client.meta.service_model.service_name != "dynamodb":
                return self._really(client, operation, parameters)
            self._client = client
            return self.answer(Call.of(operation, parameters))

        with patch.object(BaseClient, "_make_api_call", called):
            yield

    def perform(self, call: Call) -> Any:
        """Answer from the present state, and move on to the next."""
        answer, self.state = self.ask(self.state, call)
        return answer.give()

    def ask(self, state: int, call: Call) -> tuple[Answer, int]:
        """What a call is told in a state, and the state after it."""
        if (state, call) not in self._known:
            if self._loaded != state:
                self._table.items = copy.deepcopy(self._states[state])
            content: Any
            try:
                content = self._really(self._client, call.operation, copy.deepcopy(call.parameters))
                content = {name: part for name, part in content.items() if name not in METADATA}
                text = json.dumps(content, sort_keys=True, default=repr)
            except ClientError as error:
                content = ClientError(error.response, error.operation_name)
                text = f"{error}{error.response.get('CancellationReasons')}"
            after = state if call.operation in ("Query", "GetItem", "BatchGetItem") else self._number()
            self._known[state, call] = self._answers.setdefault(text, Answer(pickle.dumps(content))), after
            self._loaded = after
        return self._known[state, call]

    def images(self, kind: str) -> dict[str, dict[str, Any]]:
        """The items of a kind in the present state, by sort key."""
        return {
            attributes["sk"]["S"]: attributes
            for partition in self._states[self.state].values()
            for attributes in (item.to_json()["Attributes"] for item in partition.values())
            if f"#{kind}#" in attributes["pk"]["S"]
        }

    @property
    def _table(self) -> Any:
        # Looked up each time: moto puts another object in its place where a transaction is undone.
        return dynamodb_backends[DEFAULT_ACCOUNT_ID][ENVIRONMENT["AWS_DEFAULT_REGION"]].tables[self._table_name]

    def _number(self) -> int:
        items = [item.to_json()["Attributes"] for part in self._table.items.values() for item in part.values()]
        text = "\n".join(sorted(json.dumps(item, sort_keys=True, default=repr) for item in items))
        if text not in self._numbers:
            self._numbers[text] = len(self._states)
            self._states.append(copy.deepcopy(self._table.items))
        return self._numbers[text]


@dataclass(frozen=True, slots=True)
class Step:
    """Something that a person does, or has done for them."""

    name: str


@dataclass(frozen=True, slots=True)
class Register(Step):
    """A registration or its update; an old message that comes late says nothing about a ticket that is known."""

    owned: frozenset[Identity]  # none: leaves those that are known
    agreed: frozenset[Purpose] | None = BOTH  # None: was not asked
    late: bool = False


@dataclass(frozen=True, slots=True)
class Cancel(Step):
    pass


@dataclass(frozen=True, slots=True)
class Withdraw(Step):
    """The person says no themselves, which no later registration overrides."""

    purposes: frozenset[Purpose] = BOTH


@dataclass(frozen=True, slots=True)
class Bring(Step):
    """A new set, or one in place of an earlier one of the same source."""

    source: str
    listed: Entries


@dataclass(frozen=True, slots=True)
class Deliver:
    """The stream brings the next changes as one batch; or those that it brought last once more."""

    count: int
    again: bool = False


@dataclass(frozen=True, slots=True)
class MatchEverybody:
    pass


@dataclass(frozen=True, slots=True)
class Rest:
    """The rest of the stream is brought in batches, and the matches are looked at."""

    batch: int


History = Sequence[Step | Deliver | MatchEverybody | Rest]


@dataclass
class Person:
    """What the notebook has on somebody."""

    owned: frozenset[Identity] = frozenset()
    agreed: frozenset[Purpose] = frozenset()
    coming: bool = False
    refused: frozenset[Purpose] = frozenset()  # by their own word, which no registration changes

    def agrees(self, purpose: Purpose) -> bool:
        return self.coming and purpose in self.agreed


class Notebook:
    """The event as somebody would remember it who was told each step, and who belongs together by comparing all."""

    def __init__(self) -> None:
        self.people: dict[str, Person] = {}
        self.sets: dict[tuple[str, str], Entries] = {}

    def note(self, step: Step) -> None:
        known = self.people.get(step.name)
        match step:
            case Register(late=True) if known is not None:
                pass
            case Register(name, owned, agreed):
                person = self.people.setdefault(name, Person())
                person.coming = True
                person.owned = owned or person.owned
                if agreed is not None:
                    person.agreed = agreed - person.refused
            case Cancel(name):
                self.people.setdefault(name, Person()).coming = False
            case Withdraw(_, purposes) if known is not None:
                known.agreed -= purposes
                known.refused |= purposes
            case Bring(name, source, listed):
                self.sets[name, source] = listed

    def expected(self) -> Evidences:
        found: defaultdict[tuple[str, str], set[Evidence]] = defaultdict(set)
        named = [name for name, person in self.people.items() if person.agrees(Purpose.INTRODUCE)]
        for (lister, source), entries in self.sets.items():
            if lister not in named or not self.people[lister].agrees(Purpose.CONNECTIONS):
                continue
            for listed, (identity, relation) in product(
                named, {(identity, relation) for identity, relation, _ in entries}
            ):
                networks = [own.network for own in self.found_under(listed) if own.key == identity.key]
                if networks and listed != lister:
                    since = self._earliest(entries, identity, relation)
                    found[lister, listed].add(Evidence(min(networks), relation, since, source))
        return {pair: frozenset(evidence) for pair, evidence in found.items()}

    def found_under(self, name: str) -> frozenset[Identity]:
        """Under what somebody is found: all they claim, whoever else claims it too."""
        return self.people[name].owned | {Identity("email", f"{name}@example.org")}

    @staticmethod
    def _earliest(entries: Entries, identity: Identity, relation: Relation) -> date | None:
        same = [since for each, how, since in entries if each.key == identity.key and how is relation]
        return min((since for since in same if since), default=None)


@dataclass(frozen=True, slots=True)
class Venue:
    """The event's storage, and the pipeline up to where the stream takes over."""

    event: Event
    key: bytes

    def id_of(self, name: str) -> str:
        return attendee_id_of(self.event.event_id, f"{name}@example.org", self.key)

    def store(self, step: Step, minute: int) -> None:
        match step:
            case Register(name, owned, agreed, late):
                self._register(name, Status.REGISTERED, -minute if late else minute, owned, agreed)
            case Cancel(name):
                self._register(name, Status.CANCELLED, minute)
            case Withdraw(name, purposes):
                attendee = storage.attendees.load(self.event, self.id_of(name))
                if attendee is not None:
                    after = refuse(attendee, purposes, now=START)
                    storage.attendees.save_attendee(self.event, after, attendee, hashing_key=self.key)
            case Bring(name, source, listed):
                self._bring(self.id_of(name), source, listed, minute)

    def _register(
        self,
        name: str,
        status: Status,
        minute: int,
        owned: frozenset[Identity] = frozenset(),
        agreed: frozenset[Purpose] | None = None,
    ) -> None:
        registration = Registration(
            platform="tito",
            reference=name,
            status=status,
            changed_at=START + timedelta(minutes=minute),
            email=f"{name}@example.org",
            identities=tuple(sorted(owned)),
            agreed=agreed,
        )
        store_registration(self.event, registration, hashing_key=self.key, id_key=self.key)

    def _bring(self, attendee_id: str, source: str, listed: Entries, minute: int) -> None:
        connections = [Connection((identity,), relation, since) for identity, relation, since in listed]
        packed = pack_connections(attendee_id, source, connections, key=self.key)
        storage.connection_sets.save(self.event, packed, uploaded_at=START + timedelta(minutes=minute))
        if storage.connection_sets.current_digest(self.event, attendee_id, source) == packed.digest:
            storage.attendees.note_set(self.event, attendee_id, source, packed.digest)

    def pairs(self) -> frozenset[tuple[str, str]]:
        """(lister, listed) of every listing in any of the items, also where the items are at odds."""
        names = {self.id_of(name): name for name in PEOPLE}
        found = [each for one in names for each in storage.matches.listings_of(self.event, [one])]
        return frozenset((names[each.lister], names[each.listed]) for each in found)

    def at_rest(self) -> Evidences:
        """The matches as they are stored; every attendee's own item says of them what all items together say."""
        names = {self.id_of(name): name for name in PEOPLE}
        found: dict[tuple[str, str], frozenset[Evidence]] = {}
        for match_ in storage.matches.load_all(self.event):
            for lister, listed in ((match_.a, match_.b), (match_.b, match_.a)):
                if match_.listed_by(lister):
                    found[names[lister], names[listed]] = frozenset(match_.listed_by(lister))
        for attendee_id, name in names.items():
            of_one = storage.matches.listings_of(self.event, [attendee_id])
            assert {(names[each.lister], names[each.listed]): frozenset(each.evidence) for each in of_one} == {
                pair: evidence for pair, evidence in found.items() if name in pair
            }, f"{name}'s own item is at odds with those of the others"
        return found


class Play:
    """A history as it is stored and streamed, beside the notebook."""

    def __init__(self, venue: Venue, database: Database) -> None:
        self.venue = venue
        self.database = database
        self.notebook = Notebook()
        self.minute = 0
        self.stream: list[DirectoryChange] = []
        self.delivered: list[DirectoryChange] = []
        self._images: dict[str, dict[str, Any]] = {}

    def play(self, step: Step | Deliver | MatchEverybody | Rest) -> None:
        self.minute += 1
        match step:
            case Deliver(count, again=False):
                self._deliver(count)
            case Deliver(count, again=True):
                assert match_changes(self.delivered[-count:], events=KnownEvents()) == []
            case MatchEverybody():
                match_everybody(self.venue.event)
            case Rest(batch):
                self.rest(batch)
            case Step():
                self.venue.store(step, self.minute)
                self.notebook.note(step)
                self._watch_stream()

    def rest(self, batch: int) -> None:
        while self.stream:
            self._deliver(batch)
        assert self.venue.at_rest() == self.notebook.expected()

    def _deliver(self, count: int) -> None:
        batch, self.stream = self.stream[:count], self.stream[count:]
        self.delivered += batch
        assert match_changes(batch, events=KnownEvents()) == []

    def _watch_stream(self) -> None:
        images = self.database.images("DIRECTORY")
        for attendee_id, image in images.items():
            old = self._images.get(attendee_id, {})
            if image != old:
                change = read_directory_change(
                    {
                        "dynamodb": {
                            "Keys": {"pk": image["pk"], "sk": image["sk"]},
                            "SequenceNumber": str(self.minute),
                            "OldImage": old,
                            "NewImage": image,
                        }
                    }
                )
                assert change is not None
                self.stream.append(change)
        self._images = images


HANDLES = (
    *(Identity("x", f"h{number}") for number in (1, 2, 3)),
    Identity("github", "h1"),
    Identity("instagram", "h1"),
    Identity("threads", "h1"),  # the same account as on Instagram
)
ADDRESSES = tuple(Identity("email", f"{name}@example.org") for name in PEOPLE[:2])

names = st.sampled_from(PEOPLE)
handles = st.frozensets(st.sampled_from(HANDLES), max_size=3)
entries = st.frozensets(
    st.tuples(
        st.sampled_from(HANDLES + ADDRESSES),
        st.sampled_from((Relation.FOLLOWS, Relation.CONNECTED, Relation.FOLLOWED_BY)),
        st.sampled_from((None, date(2020, 5, 1), date(2024, 2, 29))),
    ),
    max_size=4,
)
arrivals = st.builds(Register, names, handles)
sets = st.builds(Bring, names, st.sampled_from(("x-following", "linkedin-connections")), entries)
steps = st.one_of(
    arrivals,
    sets,
    arrivals,
    sets,
    st.builds(Register, names, handles, st.sampled_from((None, BOTH, NAMED_ONLY, frozenset())), st.booleans()),
    st.builds(Cancel, names),
    st.builds(Withdraw, names, st.sampled_from((BOTH, frozenset({Purpose.CONNECTIONS})))),
    st.builds(Deliver, st.integers(1, 3), st.booleans()),
    st.builds(Rest, st.integers(1, 3)),
    st.just(MatchEverybody()),
)
# Left to itself, Hypothesis draws lists of six or so: too short for people to meet and part again.
histories = st.one_of(st.lists(steps, max_size=10), st.lists(steps, min_size=20, max_size=40))


@pytest.fixture
def database(world: World) -> Iterator[Database]:
    database = Database(world.table_name)
    with database.instead_of_moto():
        yield database


def check_histories(database: Database, *, examples: int, phases: Sequence[Phase] = tuple(Phase)) -> None:
    """Play that many histories, each from the empty event on.

    :raises AssertionError: with the shortest history found after which the matches at rest are wrong
    """
    venue, empty = Venue(EVENT, KEY), database.state

    @settings(
        max_examples=examples,
        phases=phases,
        derandomize=True,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    @given(histories)
    def check(history: History) -> None:
        database.state = empty
        play = Play(venue, database)
        for step in history:
            play.play(step)
        play.rest(batch=1)
        assert match_everybody(EVENT) == 0, "a full pass finds something that the stream did not bring"

    check()


def test_the_matches_at_rest_are_those_of_comparing_everybody(database: Database) -> None:
    check_histories(database, examples=100)
