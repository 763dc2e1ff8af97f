"""Whatever happens in whatever order, the matches at rest are those that comparing everybody with everybody gives."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest

from shared import storage
from shared.attendees import attendee_id_of, withdraw
from shared.connections import Connection, Relation
from shared.events import Event
from shared.identities import Identity
from shared.matching import pack_connections
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.match_attendees import match_changes, match_everybody
from shared.pipeline.receive_registration import store_registration
from shared.registrations import Purpose, Registration, Status
from shared.storage.stream import DirectoryChange, read_directory_change
from tests.handlers.conftest import EVENT, START, World

PEOPLE = ("ann", "bea", "cyd", "dov")
HANDLES = ("h1", "h2", "h3")
BOTH = frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS})
AGREEMENTS = (BOTH, BOTH, BOTH, frozenset({Purpose.INTRODUCE}), frozenset({Purpose.CONNECTIONS}), frozenset[Purpose]())
STEPS = 60
LOOK_EVERY = 6


def some_step(random: Random) -> tuple[Any, ...]:
    """Something that happens; arrivals and exports more often than partings."""
    name = random.choice(PEOPLE)
    handles = {handle for handle in HANDLES if random.random() < 0.4}
    return random.choice(
        [
            ("register", name, handles, random.choice(AGREEMENTS)),
            ("register", name, handles, BOTH),
            ("bring", name, handles, random.choice("ab")),
            ("bring", name, handles, "a"),
            ("cancel", name),
            ("deliver", random.randint(1, 2)),
            ("again", random.randint(1, 2)),
            *([("withdraw", name)] if random.random() < 0.15 else []),
        ]
    )


class Play:
    """The event as it is stored, beside the event as somebody with a notebook would remember it."""

    def __init__(self, event: Event, key: bytes) -> None:
        self.event = event
        self.key = key
        self.minute = 0
        self.registered: dict[str, tuple[set[str], frozenset[Purpose]]] = {}  # of those who are coming
        self.known: dict[str, tuple[set[str], frozenset[Purpose]]] = {}  # as last registered
        self.withdrawn: set[str] = set()
        self.brought: dict[tuple[str, str], set[str]] = {}
        self.stream: list[DirectoryChange] = []
        self.delivered: list[DirectoryChange] = []
        self._images: dict[str, dict[str, Any]] = {}

    def id_of(self, name: str) -> str:
        return attendee_id_of(self.event.event_id, f"{name}@example.org", self.key)

    def play(self, kind: str, *details: Any) -> None:
        self.minute += 1
        steps: dict[str, Callable[..., None]] = {
            "register": self.register,
            "cancel": self.cancel,
            "withdraw": self.withdraw,
            "bring": self.bring,
            "deliver": self.deliver,
            "again": self.again,
        }
        steps[kind](*details)
        self._watch_stream()

    def register(self, name: str, owned: set[str], agreed: frozenset[Purpose]) -> None:
        store_registration(self.event, self._registration(name, owned, agreed), hashing_key=self.key)
        # An update that names no handles leaves those that are known.
        owned = owned or self.known.get(name, (set(), agreed))[0]
        self.registered[name] = self.known[name] = (owned, agreed)

    def cancel(self, name: str) -> None:
        gone = replace(self._registration(name, set(), None), status=Status.CANCELLED)
        store_registration(self.event, gone, hashing_key=self.key)
        self.registered.pop(name, None)

    def withdraw(self, name: str) -> None:
        attendee = storage.attendees.load(self.event, self.id_of(name))
        if attendee is not None:
            after = withdraw(attendee, frozenset(Purpose), now=START)
            storage.attendees.save_attendee(self.event, after, attendee, hashing_key=self.key)
            self.withdrawn.add(name)

    def bring(self, name: str, listed: set[str], source: str) -> None:
        connections = [Connection((Identity("x", handle),), Relation.FOLLOWS) for handle in listed]
        packed = pack_connections(self.id_of(name), source, connections, key=self.key)
        when = START + timedelta(minutes=self.minute)
        if storage.connection_sets.save(self.event, packed, uploaded_at=when):
            storage.attendees.note_set(self.event, self.id_of(name), source, packed.digest)
        self.brought[name, source] = listed

    def deliver(self, count: int) -> None:
        batch, self.stream = self.stream[:count], self.stream[count:]
        self.delivered += batch
        assert match_changes(batch, events=KnownEvents()) == []

    def again(self, count: int) -> None:
        assert match_changes(self.delivered[-count:], events=KnownEvents()) == []

    def _registration(self, name: str, owned: set[str], agreed: frozenset[Purpose] | None) -> Registration:
        return Registration(
            platform="tito",
            reference=name,
            status=Status.REGISTERED,
            changed_at=START + timedelta(minutes=self.minute),
            email=f"{name}@example.org",
            identities=tuple(Identity("x", handle) for handle in sorted(owned)),
            agreed=agreed,
        )

    def _watch_stream(self) -> None:
        for item in storage._table.query_shards(storage._table.DirectoryItem, self.event, "DIRECTORY", consistent=True):
            image = item.to_dynamodb_dict()
            old = self._images.get(item.sk, {})
            if image != old:
                self._images[item.sk] = image
                record = {
                    "dynamodb": {
                        "Keys": {"pk": image["pk"], "sk": image["sk"]},
                        "SequenceNumber": str(self.minute),
                        "OldImage": old,
                        "NewImage": image,
                    }
                }
                change = read_directory_change(record)
                assert change is not None
                self.stream.append(change)

    def pairs(self) -> set[tuple[str, str]]:
        names = {self.id_of(name): name for name in PEOPLE}
        found = storage.matches.load_all(self.event)
        return {(names[x], names[y]) for m in found for x, y in ((m.a, m.b), (m.b, m.a)) if m.listed_by(x)}

    def expected(self) -> set[tuple[str, str]]:
        """(lister, listed) of everybody compared with everybody."""
        named = {
            name: (owned, agreed)
            for name, (owned, agreed) in self.registered.items()
            if Purpose.INTRODUCE in agreed and name not in self.withdrawn
        }
        return {
            (lister, listed)
            for (lister, _), handles_listed in self.brought.items()
            for listed, (owned, _) in named.items()
            if lister != listed
            and lister in named
            and Purpose.CONNECTIONS in named[lister][1]
            and handles_listed & owned
        }


@pytest.mark.parametrize("seed", range(8))
def test_the_matches_at_rest_are_those_of_comparing_everybody(world: World, seed: int) -> None:
    play, random = Play(EVENT, world.secrets.hashing_key()), Random(seed)
    history: list[tuple[Any, ...]] = []
    for number in range(STEPS):
        history.append(some_step(random))
        play.play(*history[-1])
        if number % LOOK_EVERY == LOOK_EVERY - 1:
            # One by one: a batch that holds everybody is a full pass, which is not what is tried here.
            while play.stream:
                play.deliver(1)
            assert play.pairs() == play.expected(), history
    assert match_everybody(EVENT) == 0, "a full pass finds something that the stream did not bring"
