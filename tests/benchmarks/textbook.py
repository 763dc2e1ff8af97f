"""The layout that one learns: an item for each connection, an inverted index beside it, adjacency lists of matches.

Alex DeBrie, "The DynamoDB Book" (2020), and AWS's developer guide, "Best practices for managing many-to-many
relationships": an item of its own for each edge, and a global secondary index that turns it round. It is done as
cheaply as that allows: batches wherever there are batches, eventually consistent reads, an index that holds keys and
the relation only, no transactions. Each operation is the items that it writes and reads, so that their cost follows
from their sizes by the same rules as ours (``infra.meter``).
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from infra.meter.sample import ACQUAINTANCES_A_SIDE, company_name, person_name
from infra.meter.sizes import item_size
from infra.meter.units import read_units, reads_one_by_one, write_units

Item = Mapping[str, Mapping[str, Any]]

EVENT: Final = "EVENT#samplecon"
NETWORKS: Final = ("email", "github", "linkedin", "x")
KNOWN: Final = 2 * ACQUAINTANCES_A_SIDE  # attendees whom everybody lists, and who list them
A_BATCH: Final = 25
A_BATCH_OF_READS: Final = 100


@dataclass(frozen=True, slots=True)
class Cost:
    """Of one operation; ``calls`` one after another."""

    writes: float = 0.0
    reads: float = 0.0
    calls: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.writes + other.writes, self.reads + other.reads, self.calls + other.calls)

    def __mul__(self, times: float) -> Cost:
        return Cost(self.writes * times, self.reads * times, round(self.calls * times))


def register() -> Cost:
    """Looked up, then written: the delivery's id, the attendee, and an item for each identity to be found under."""
    looked_up = Cost(0.0, reads_one_by_one([0, item_size(_attendee())], consistent=True), 1)
    items = [_delivery(), _attendee(), *(_identity(network) for network in NETWORKS)]
    return looked_up + _written(items)


def bring(connections: int, *, names: bool = False) -> Cost:
    """An item for each connection, and what its index writes for it."""
    items = [_connection(number, names=names) for number in range(connections)]
    in_index = sum(write_units(0, item_size(_in_index(item))) for item in items)
    return _written(items) + Cost(writes=in_index)


def match_set(connections: int) -> Cost:
    """A new set: every connection is looked up among the event's identities, and both sides of each match noted."""
    missing = connections - KNOWN
    found = [item_size(_identity("linkedin"))] * KNOWN
    reads = reads_one_by_one([*found, *[0] * missing], consistent=False)
    return Cost(0.0, reads, math.ceil(connections / A_BATCH_OF_READS)) + _written([_match()] * KNOWN)


def match_newcomer() -> Cost:
    """A new attendee: the index is asked for each identity who lists it."""
    listing = item_size(_in_index(_connection(0, names=False)))
    reads = sum(read_units(KNOWN * listing if network == "linkedin" else 0, consistent=False) for network in NETWORKS)
    return Cost(0.0, reads, len(NETWORKS))


def _written(items: list[Item]) -> Cost:
    return Cost(sum(write_units(0, item_size(each)) for each in items), 0.0, math.ceil(len(items) / A_BATCH))


def _text(**attributes: str) -> Item:
    return {name: {"S": value} for name, value in attributes.items()}


def _delivery() -> Item:
    return _text(pk=f"{EVENT}#DELIVERY", sk="msg_2b7x5PPzG0qkP5Jm", at="2026-05-01T09:00:00Z")


def _attendee() -> Item:
    return _text(
        pk=f"{EVENT}#ATTENDEE",
        sk="A7ZQ3K5M2XW4",
        name=person_name(17),
        company=company_name(17),
        email="person.17@samples.example",
        status="registered",
        consent="introduce,connections,remember",
        locale="en",
        **dict.fromkeys(NETWORKS[1:], "person-0000017"),
    )


def _identity(network: str) -> Item:
    return _text(pk=f"{EVENT}#IDENTITY#{network}#person-0000017", sk="A7ZQ3K5M2XW4")


def _connection(number: int, *, names: bool) -> Item:
    handle = f"person-{number:07}"
    named = {"name": person_name(number), "company": company_name(number)} if names else {}
    return _text(
        pk=f"{EVENT}#ATTENDEE#A7ZQ3K5M2XW4",
        sk=f"CONNECTION#linkedin#{handle}",
        listed=f"{EVENT}#IDENTITY#linkedin#{handle}",
        relation="connected",
        since="2019-03-14",
        **named,
    )


def _in_index(item: Item) -> Item:
    return {name: item[name] for name in ("pk", "sk", "listed", "relation")}


def _match() -> Item:
    return _text(pk=f"{EVENT}#MATCHES#A7ZQ3K5M2XW4", sk="MATCH#B5XW2M8K7Q4Z", network="linkedin", relation="connected")
