"""The join finds exactly what comparing everybody with everybody finds."""

from collections.abc import Sequence
from datetime import date, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.connections import Connection, Relation
from shared.identities import Identity
from shared.matching import (
    ConnectionSet,
    DirectoryEntry,
    Evidence,
    find_listings,
    findable_under,
    hash_identity,
    listings_to_matches,
    pack_connections,
    strength,
)

KEY = b"k" * 32
GIVEN = ("Ann", "Bea", "Cyd", "Dov", "Eva")
FAMILY = ("Miller", "Nguyen", "Okafor", "Petrov", "Quist")

identity = st.builds(Identity, st.sampled_from(["x", "github", "threads", "instagram"]), st.sampled_from("abcdefgh"))
person = st.sampled_from(["p1", "p2", "p3", "p4", "p5"])
connection = st.builds(
    Connection,
    st.lists(identity, max_size=3).map(tuple),
    st.sampled_from(Relation),
    st.one_of(st.none(), st.dates(date(2005, 1, 1), date(2030, 1, 1))),
)
event = st.tuples(
    st.dictionaries(person, st.lists(identity, max_size=4)),
    st.dictionaries(st.tuples(person, st.sampled_from(["a", "b"])), st.lists(connection, max_size=8)),
)
World = tuple[dict[str, list[Identity]], dict[tuple[str, str], list[Connection]]]


def packed(sets: dict[tuple[str, str], list[Connection]]) -> list[ConnectionSet]:
    return [pack_connections(owner, source, listed, key=KEY) for (owner, source), listed in sets.items()]


def directory_of(people: dict[str, list[Identity]]) -> list[DirectoryEntry]:
    return [DirectoryEntry(name, findable=findable_under(known, KEY)) for name, known in people.items()]


def compared_one_by_one(world: World) -> set[tuple[str, str, str, Relation]]:
    people, sets = world
    return {
        (owner, other, source, c.relation)
        for (owner, source), connections in sets.items()
        for c in connections
        for other, known in people.items()
        if other != owner and {i.key for i in known} & {i.key for i in c.identities}
    }


@given(event)
def test_the_join_finds_exactly_the_listings_that_comparing_one_by_one_finds(world: World) -> None:
    people, sets = world
    listings = find_listings(directory_of(people), packed(sets))
    found = {(x.lister, x.listed, e.source, e.relation) for x in listings for e in x.evidence}
    assert found == compared_one_by_one(world)


@given(event, st.randoms(use_true_random=False))
def test_the_same_input_in_any_order_gives_the_same_matches(world: World, random: object) -> None:
    people, sets = world
    entries, joined = directory_of(people), packed(sets)
    expected = listings_to_matches(find_listings(entries, joined))
    random.shuffle(entries)  # type: ignore[attr-defined]
    random.shuffle(joined)  # type: ignore[attr-defined]
    assert listings_to_matches(find_listings(entries, joined)) == expected


@given(event, st.sets(person))
def test_joining_new_attendees_alone_finds_their_part(world: World, new: set[str]) -> None:
    people, sets = world
    everything = find_listings(directory_of(people), packed(sets))
    assert find_listings(directory_of(people), packed(sets), among=new) == [x for x in everything if x.listed in new]


@given(st.lists(connection, max_size=20))
def test_a_set_survives_storage(connections: list[Connection]) -> None:
    before = pack_connections("p", "s", connections, key=KEY)
    after = ConnectionSet.from_bytes("p", "s", before.to_bytes())
    assert (after.to_bytes(), after.digest, len(after)) == (before.to_bytes(), before.digest, len(before))
    assert after.names.tolist() == before.names.tolist()
    assert (after.name_bits, after.name_relation) == (before.name_bits, before.name_relation)


@given(st.lists(connection, max_size=20))
def test_the_order_of_an_export_does_not_change_its_set(connections: Sequence[Connection]) -> None:
    forward = pack_connections("p", "s", connections, key=KEY)
    assert pack_connections("p", "s", list(reversed(connections)), key=KEY).to_bytes() == forward.to_bytes()


@given(st.lists(connection, max_size=40), st.integers(1, 7))
def test_the_parts_of_a_large_set_are_the_whole(connections: list[Connection], size: int) -> None:
    whole = pack_connections("p", "s", connections, key=KEY)
    parts = whole.split(size)
    assert [h for part in parts for h in part.hashes.tolist()] == whole.hashes.tolist()
    assert all(len(part) <= size for part in parts)


def test_fifteen_hundred_connections_fit_in_17_kilobytes() -> None:
    listed = [Connection((Identity("x", f"user{n}"),), Relation.FOLLOWS) for n in range(1500)]
    assert len(pack_connections("p", "s", listed, key=KEY).to_bytes()) < 9.5 * 1024


def test_fifteen_hundred_connections_with_names_and_dates_take_twenty_write_units() -> None:
    random = Random(7)
    listed = [
        Connection(
            (Identity("linkedin", f"user-{n}"),),
            Relation.CONNECTED,
            date(2010, 1, 1) + timedelta(days=random.randrange(5000)),
            name=f"{random.choice(GIVEN)}{n} {random.choice(FAMILY)}{n}",
            company=f"Company {n % 400}",
        )
        for n in range(1500)
    ]
    packed = pack_connections("p", "s", listed, key=KEY)
    assert len(packed.names) > 1400
    assert len(packed.to_bytes()) < 18_500


def test_without_the_key_nobody_can_tell_whom_a_set_lists() -> None:
    ann = Identity("x", "ann")
    assert hash_identity(ann, KEY) != hash_identity(ann, b"other" * 6)


@pytest.mark.parametrize("broken", [b"", b"\x02", b"\x01short", b"\x02" + bytes(20)])
def test_a_set_of_another_version_or_length_is_refused(broken: bytes) -> None:
    with pytest.raises(ValueError, match="not of format 2"):
        ConnectionSet.from_bytes("p", "s", broken)


def evidence(relation: Relation, network: str = "x") -> Evidence:
    return Evidence(network, relation, None, f"{network}-list")


@given(st.lists(st.sampled_from(Relation)), st.lists(st.sampled_from(Relation)), st.sampled_from(Relation))
def test_more_evidence_never_makes_a_tie_weaker(mine: list[Relation], theirs: list[Relation], more: Relation) -> None:
    one, other = [evidence(r) for r in mine], [evidence(r) for r in theirs]
    assert 0 <= strength(one, other) <= strength([*one, evidence(more, "github")], other) <= 1
    assert strength(one, other) == strength(other, one)
