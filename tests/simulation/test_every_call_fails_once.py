"""Every call to AWS that a whole event makes fails once, in every way in which it can; the end is the same."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from shared import storage
from shared.events import Wave
from tests import democon
from tests.simulation.checks import problems_of
from tests.simulation.containers import Containers, within
from tests.simulation.play import Play
from tests.simulation.script import DAY, START, Deed, Script, handle_of
from tests.simulation.world import WRITES, Fault, Task, World

SEED = 7
BOTH = frozenset({"introduce", "connections"})
WAVES = (("first", 14), ("second", 8), ("third", 3))
EVENT = replace(democon.EVENT, shards=1, waves=tuple(Wave(name, START - timedelta(days=n)) for name, n in WAVES))

ANN, BEA, CYD, DOV = range(4)
READS = (Fault.THROTTLED, Fault.CUT, Fault.KILLED_BEFORE)
CHANGES = (Fault.THROTTLED, Fault.LOST, Fault.REPEATED, Fault.KILLED_AFTER)
SENDING = (Fault.THROTTLED, Fault.CUT, Fault.LOST, Fault.KILLED_BEFORE, Fault.KILLED_AFTER)
BATCHES = frozenset({"BatchWriteItem", "BatchGetItem", "PublishBatch"})
CHUNKS = 10


def script() -> Script:
    """Two who know each other, one who follows one of them, one who shares acquaintances; later two of them leave."""
    day = START.timestamp() - 20 * DAY
    handles = {who: (("linkedin", handle_of(who)), ("mastodon", handle_of(who))) for who in range(4)}
    deeds: list[Deed] = []

    def add(days: float, who: int, what: str, **more: Any) -> None:
        deeds.append(Deed(len(deeds) + 1, day + days * DAY, who, what, **more))

    for who in range(4):
        add(who / 10, who, "register", reference=f"T-{who}", handles=handles[who], agreed=BOTH)
    known = {ANN: (BEA,), BEA: (ANN, DOV), CYD: (BEA,), DOV: (BEA,)}
    for who, listed in known.items():
        strangers = {"stranger-1", "stranger-2", "stranger-3"}
        source = "mastodon" if who == CYD else "linkedin"
        handles_listed = frozenset({handle_of(each) for each in listed} | strangers)
        add(1 + who / 10, who, "upload", source=source, listed=handles_listed)
    add(5, DOV, "register", reference="T-3", handles=handles[DOV][:1], agreed=BOTH)
    add(16, ANN, "decide", agreed=frozenset({"introduce"}))
    add(16.2, DOV, "cancel", reference="T-3")
    add(16.4, CYD, "erase")
    return Script(SEED, EVENT, 4, tuple(deeds))


@dataclass(frozen=True, slots=True)
class Site:
    """Where in the code a call is made, as far as can be seen from outside: the nth call of work of this kind."""

    work: str
    nth: int
    service: str
    operation: str


class Once:
    """The call of this number meets this fault, and no other call any."""

    def __init__(self, number: int = -1, fault: Fault | None = None) -> None:
        self.number, self.fault = number, fault
        self.seen: list[Site] = []

    def __call__(self, task: Task, service: str, operation: str) -> Fault | None:
        self.seen.append(Site(re.sub(r"[\d.#\[\], ]+", " ", task.name).strip(), task.calls, service, operation))
        return self.fault if len(self.seen) - 1 == self.number else None


def played(containers: Containers, once: Once) -> Play:
    play = Play(script(), containers, faults=0.0, fault_of=once, twice=0.0)
    play.run()
    return play


def faults_of(site: Site) -> tuple[Fault, ...]:
    service, operation = site.service, site.operation
    if operation in ("SendEmail", "Publish"):
        return SENDING
    if service != "dynamodb" and not operation.startswith(("Publish", "Create", "Delete", "Put")):
        return READS
    if operation in WRITES or service != "dynamodb":
        conflict = (Fault.CONFLICT,) if operation in WRITES and operation != "BatchWriteItem" else ()
        return (*CHANGES, *conflict, *((Fault.PARTIAL,) if operation in BATCHES else ()))
    return (*READS, *((Fault.PARTIAL,) if operation in BATCHES else ()))


def end_state(play: Play) -> dict[str, Any]:
    """What matters in the end: no times, no counters of writes, nor whose mail is parked."""
    event = play.event
    with within(play.world):
        return {
            "attendees": {
                a.attendee_id: (a.name, a.identities, a.attending, a.consent and a.consent.purposes, a.erased)
                for a in storage.attendees.load_all(event)
            },
            "directory": {
                e.attendee_id: (e.findable, e.agreed, e.uses_connections, e.set_digests)
                for e in storage.attendees.directory(event)
            },
            "matches": {(m.a, m.b): (m.a_lists_b, m.b_lists_a) for m in storage.matches.load_all(event)},
            "meetings": {
                m.pair: (m.stage, m.closeness, m.wave, [s.answer for s in m.sides], [s.outcome for s in m.sides])
                for m in storage.meetings.load_all(event)
            },
            "introductions": {(i.attendee_id, i.wave): i.mentions for i in storage.introductions.load_all(event)},
        }


def messages(play: Play) -> Counter[tuple[int, str]]:
    return Counter((sent.to, sent.wave) for sent in play.sent)


def differences(undisturbed: Play, play: Play) -> list[str]:
    """What came out otherwise than where nothing failed.

    Where a message is parked nobody knows whether it went out, and what its reader might have answered is missing.
    """
    found, unknown = problems_of(play), play.cloud.parked
    missing = messages(undisturbed) - messages(play)
    if messages(play) - messages(undisturbed) and not unknown:
        found.append(f"messages that should not be: {messages(play) - messages(undisturbed)}")
    if missing and not unknown:
        found.append(f"messages that are missing: {missing}")
    before, after = end_state(undisturbed), end_state(play)
    decided = ("attendees", "directory", "matches") if unknown else tuple(before)
    return found + [f"{each}: {after[each]}, not {before[each]}" for each in decided if before[each] != after[each]]


def attempts(seen: list[Site]) -> list[tuple[int, Fault]]:
    """Every call and every way in which it can fail."""
    return [(number, fault) for number, site in enumerate(seen) for fault in faults_of(site)]


def one_of_a_kind(seen: list[Site]) -> list[tuple[int, Fault]]:
    """Every place once, each in one of its ways, the ways in turn; where mail is sent, in all of them."""
    first = {site: number for number, site in reversed(list(enumerate(seen)))}
    chosen = []
    for turn, (site, number) in enumerate(sorted(first.items(), key=lambda each: each[1])):
        ways = faults_of(site)
        chosen += [(number, fault) for fault in (ways if ways == SENDING else (ways[turn % len(ways)],))]
    return chosen


@pytest.fixture(scope="module")
def undisturbed(containers: Containers) -> tuple[Play, list[Site]]:
    once = Once()
    play = played(containers, once)
    assert problems_of(play) == []
    assert len(play.sent) > 8
    assert not play.cloud.parked
    return play, once.seen


@pytest.mark.parametrize("chunk", range(CHUNKS))
def test_wherever_a_call_fails_the_end_is_the_same(
    containers: Containers, undisturbed: tuple[Play, list[Site]], chunk: int
) -> None:
    """`make simulate CALLS=all` tries every call in every way."""
    expected, seen = undisturbed
    for number, fault in one_of_a_kind(seen)[chunk::CHUNKS]:
        play = played(containers, Once(number, fault))
        assert play.world.failed == 1
        assert differences(expected, play) == [], f"call {number} ({seen[number]}) met {fault.name}"


class Broken:
    """Work of one kind fails for three hours from its first call on: longer than anybody tries."""

    def __init__(self, kind: str, hours: float = 3) -> None:
        self.kind, self.hours = kind, hours
        self.until: float | None = None
        self.world: World | None = None

    def __call__(self, task: Task, service: str, operation: str) -> Fault | None:
        assert self.world is not None
        if not task.name.startswith(self.kind):
            return None
        if self.until is None:
            self.until = self.world.now + 3600 * self.hours
        return Fault.THROTTLED if self.world.now < self.until else None


@pytest.mark.parametrize("kind", ["upload", "wave", "emails", "receipt"])
def test_what_became_a_dead_letter_and_was_put_back_ends_as_where_nothing_failed(
    containers: Containers, kind: str
) -> None:
    undisturbed = played(containers, Once())
    broken = Broken(kind)
    play = Play(script(), containers, faults=0.0, fault_of=broken, twice=0.0)
    broken.world = play.world
    play.run()
    assert play.cloud.redriven
    assert not play.cloud.parked
    assert differences(undisturbed, play) == []
