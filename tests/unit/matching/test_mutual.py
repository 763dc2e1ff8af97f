"""Mutual connections: the search finds what comparing everybody with everybody finds, and names nobody unasked."""

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.connections import Relation
from shared.identities import Identity
from shared.matching import ConnectionSet, DirectoryEntry, mutual
from shared.matching.hashing import hash_identity
from shared.matching.mutual import (
    ListedTwice,
    MutualCollector,
    MutualConnections,
    rarity,
    score_of,
    strongest,
    tie_strength,
)
from tests.mutuals import find_mutual_connections

NAMES = ["ann", "ben", "cem", "dia", "eve", "fay"]
# Two hashes of neighbouring value and one far off for each attendee, and some strangers.
HASHES = [1, 2, 2**40, 2**40 + 1, 2**53, 2**53 + 1, 2**54 - 2, 2**54 - 1, 7, 8, 9, 10, 2**50, 2**52]

Pair = tuple[str, str]


@dataclass(frozen=True)
class World:
    directory: tuple[DirectoryEntry, ...]
    sets: tuple[ConnectionSet, ...]
    known: tuple[Pair, ...] = ()


def entry_of(
    name: str, *hashes: int, registered: bool = True, agreed: bool = True, uses: bool = True
) -> DirectoryEntry:
    findable = tuple((hashed, "x") for hashed in sorted(hashes)) if agreed else ()
    return DirectoryEntry(name, 1, findable, registered=registered, agreed=agreed, uses_connections=uses)


def set_of(name: str, listed: dict[int, Relation] | set[tuple[int, Relation]], source: str = "x") -> ConnectionSet:
    entries = sorted(listed.items() if isinstance(listed, dict) else listed)
    return ConnectionSet(
        name,
        source,
        np.array([hashed for hashed, _ in entries], np.uint64),
        np.array([relation for _, relation in entries], np.uint8),
        np.zeros(len(entries), np.uint16),
    )


listings = st.sets(st.tuples(st.sampled_from(HASHES), st.sampled_from(Relation)), max_size=14)
entries = st.tuples(
    *(
        st.builds(
            entry_of,
            st.just(name),
            st.sampled_from(HASHES[:8]),
            st.just(HASHES[n]),
            registered=st.sampled_from([True, True, True, False]),
            agreed=st.sampled_from([True, True, True, False]),
            uses=st.sampled_from([True, True, True, False]),
        )
        for n, name in enumerate(NAMES)
    )
)
worlds = st.builds(
    World,
    entries.map(lambda each: tuple(replace(e, findable=tuple(sorted(set(e.findable)))) for e in each)),
    st.dictionaries(st.tuples(st.sampled_from([*NAMES, "stranger"]), st.sampled_from("xy")), listings).map(
        lambda sets: tuple(set_of(name, listed, source) for (name, source), listed in sets.items())
    ),
    st.lists(st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)), max_size=4).map(tuple),
)


def search(world: World, **options: object) -> list[MutualConnections]:
    return find_mutual_connections(world.directory, world.sets, world.known, **options).pairs  # type: ignore[arg-type]


def compared_one_by_one(world: World, cap: int = 200) -> dict[Pair, tuple[float, int, tuple[str, ...]]]:
    """Odds, number shared and introducers of every pair, by looking everybody up in everybody's lists."""
    taking_part = {e.attendee_id: e for e in world.directory if e.registered and e.agreed}
    claims = defaultdict(list)
    for entry in taking_part.values():
        for hashed, _ in entry.findable:
            claims[hashed].append(entry.attendee_id)
    ties: dict[str, dict[str | int, set[Relation]]] = defaultdict(lambda: defaultdict(set))
    refused: set[tuple[str | int, str | int]] = set()
    for each in world.sets:
        if each.attendee_id in taking_part and taking_part[each.attendee_id].uses_connections:
            for hashed, relation in zip(each.hashes.tolist(), each.relations.tolist(), strict=True):
                if each.attendee_id not in claims[hashed]:
                    person = claims[hashed][0] if len(claims[hashed]) == 1 else hashed
                    if relation == Relation.NEVER:
                        refused |= {(each.attendee_id, person), (person, each.attendee_id)}
                    else:
                        ties[each.attendee_id][person].add(Relation(relation))
    without = {*world.known, *refused}
    degree = Counter(person for listed in ties.values() for person in listed)
    pairs = {}
    for a, b in combinations(sorted(ties), 2):
        common = {c for c in ties[a] if c in ties[b] and degree[c] <= cap}
        if common and (a, b) not in without and (b, a) not in without:
            strength = {c: tie_strength(ties[a][c]) * tie_strength(ties[b][c]) for c in common}
            odds = sum(strength[c] * rarity(degree[c], at_event=c in taking_part) for c in common)
            here = sorted((c for c in common if isinstance(c, str)), key=lambda c: (-strength[c], degree[c], c))
            pairs[a, b] = (odds, len(common), tuple(here[:3]))
    return pairs


@given(worlds)
def test_the_search_finds_exactly_the_pairs_that_comparing_one_by_one_finds(world: World) -> None:
    expected = {
        pair: (score_of(odds), shared, introducers)
        for pair, (odds, shared, introducers) in compared_one_by_one(world).items()
    }
    found = search(world, per_person=len(NAMES))
    assert {(x.a, x.b): (x.score, x.shared, x.introducers) for x in found} == expected
    assert len(found) == len(expected)


@given(worlds, st.integers(1, 3))
def test_a_pair_is_found_where_it_is_among_the_best_of_either(world: World, per_person: int) -> None:
    odds = {pair: values[0] for pair, values in compared_one_by_one(world).items()}
    best = set()
    for name in NAMES:
        own = sorted((pair for pair in odds if name in pair), key=lambda p: (-odds[p], p[p[0] == name]))
        best.update(own[:per_person])
    assert {(x.a, x.b) for x in search(world, per_person=per_person)} == best


@given(worlds, st.integers(2, 4))
def test_who_is_listed_by_more_than_the_cap_is_left_out(world: World, cap: int) -> None:
    expected = {pair: values[1:] for pair, values in compared_one_by_one(world, cap).items()}
    assert {(x.a, x.b): (x.shared, x.introducers) for x in search(world, cap=cap, per_person=9)} == expected


@given(worlds, st.randoms(use_true_random=False), st.integers(1, 5))
def test_the_same_input_in_any_order_and_any_parts_gives_the_same_pairs(
    world: World, random: object, part: int
) -> None:
    parts = [piece for each in world.sets for piece in each.split(part)]
    shuffled = [list(world.directory), parts, [pair[::-1] for pair in world.known]]
    for each in shuffled:
        random.shuffle(each)  # type: ignore[attr-defined]
    assert find_mutual_connections(*shuffled).pairs == search(world)  # type: ignore[arg-type]


@given(worlds, st.integers(0, 3))
def test_a_first_reading_changes_nothing_but_the_memory(world: World, entries: int) -> None:
    listed_twice = ListedTwice(entries)
    for each in world.sets:
        listed_twice.add(each)
    assert search(world, listed_twice=listed_twice) == search(world)


@given(worlds)
def test_the_sizes_of_blocks_and_files_change_nothing(world: World) -> None:
    sizes = {"_BLOCK_ENTRIES": 3, "_IN_MEMORY_BYTES": 16, "_ROW_ENTRIES": 4, "_MOST_ROWS": 2, "_MOST_PATHS": 3}
    with pytest.MonkeyPatch.context() as patch:
        for name, size in sizes.items():
            patch.setattr(mutual, name, size)
        in_small_blocks = search(world)
    assert in_small_blocks == search(world)


@given(worlds, st.sets(st.sampled_from(NAMES)))
def test_the_pairs_of_two_parts_of_the_attendees_are_those_of_all(world: World, part: set[str]) -> None:
    rest = set(NAMES) - part
    assert {*search(world, among=part), *search(world, among=rest)} == set(search(world))


@given(worlds, st.sampled_from(Relation))
def test_a_celebrity_everybody_follows_changes_nothing_above_the_cap(world: World, relation: Relation) -> None:
    listers = [e.attendee_id for e in world.directory if e.registered and e.agreed and e.uses_connections]
    famous = tuple(set_of(name, {2**45: relation}, "famous") for name in listers)
    cap = max(len(listers) - 1, 2)
    if len(listers) > cap:
        assert search(replace(world, sets=world.sets + famous), cap=cap) == search(world, cap=cap)


@given(worlds)
def test_nobody_who_has_not_agreed_is_in_a_pair_or_named(world: World) -> None:
    may_be_named = {e.attendee_id for e in world.directory if e.registered and e.agreed}
    brings = {e.attendee_id for e in world.directory if e.uses_connections} & may_be_named
    for pair in search(world):
        assert {pair.a, pair.b} <= brings
        assert set(pair.introducers) <= may_be_named - {pair.a, pair.b}


@given(worlds, st.sampled_from(NAMES))
def test_what_somebody_lists_never_puts_them_between_two_others(world: World, uploader: str) -> None:
    everyone = set_of(uploader, dict.fromkeys(HASHES, Relation.CONNECTED), "made-up")
    before = {(x.a, x.b): x.introducers for x in search(world, per_person=9)}
    after = search(replace(world, sets=(*world.sets, everyone)), per_person=9)
    assert {(x.a, x.b): x.introducers for x in after if uploader in x.introducers} == {
        pair: introducers for pair, introducers in before.items() if uploader in introducers and uploader not in pair
    }


@given(worlds)
def test_pairs_are_ordered_from_the_strongest_on_and_scores_lie_between_0_and_1(world: World) -> None:
    found = search(world)
    assert all(x.a < x.b and 0 < x.score < 1 and x.shared >= 1 for x in found)
    assert [x.score for x in found] == sorted((x.score for x in found), reverse=True)


@given(worlds, st.integers(1, 3), st.integers(0, 8))
def test_the_strongest_keep_both_bounds_and_leave_room_for_nothing_stronger(
    world: World, per_person: int, limit: int
) -> None:
    found = search(world, per_person=9)
    chosen = strongest([*found, *found], per_person=per_person, limit=limit)
    used = Counter(name for x in chosen for name in (x.a, x.b))
    assert len(chosen) <= limit
    assert all(count <= per_person for count in used.values())
    if len(chosen) < limit:
        assert all(max(used[x.a], used[x.b]) == per_person for x in found if x not in chosen)


def test_a_rare_acquaintance_counts_more_than_a_common_one() -> None:
    crowd = [f"p{n}" for n in range(20)]
    sets = [set_of(name, {500: Relation.FOLLOWS}) for name in crowd]
    sets += [set_of(name, {600: Relation.FOLLOWS}, "y") for name in crowd[:2]]
    pairs = {(x.a, x.b): x for x in search(World(tuple(map(entry_of, crowd)), tuple(sets)), per_person=20)}
    assert pairs["p0", "p1"].score > pairs["p0", "p2"].score == pairs["p2", "p3"].score


def test_one_acquaintance_whom_both_surely_know_and_nobody_else_lists_is_an_even_chance() -> None:
    assert rarity(2, at_event=False) == 1
    assert score_of(1 * 1 * rarity(2, at_event=False)) == 0.5


def test_who_is_at_the_event_counts_twice_and_is_named() -> None:
    sets = (set_of("ann", {30: Relation.CONNECTED}), set_of("ben", {30: Relation.CONNECTED}))
    here = World((entry_of("ann"), entry_of("ben"), entry_of("cem", 30, uses=False)), sets)
    away = World((entry_of("ann"), entry_of("ben"), entry_of("cem", 31)), sets)
    unasked = World((entry_of("ann"), entry_of("ben"), entry_of("cem", 30, agreed=False)), sets)
    once = tie_strength([Relation.CONNECTED]) ** 2
    assert search(here) == [MutualConnections("ann", "ben", score_of(2 * once), 1, ("cem",))]
    assert search(away) == search(unasked) == [MutualConnections("ann", "ben", score_of(once), 1, ())]


def test_an_acquaintance_under_several_identities_counts_once() -> None:
    sets = (
        set_of("ann", {30: Relation.FOLLOWS}),
        set_of("ben", {40: Relation.FOLLOWS}),
        set_of("ben", {30: Relation.FOLLOWS}, "y"),
    )
    linked = search(World((entry_of("ann"), entry_of("ben"), entry_of("cem", 30, 40)), sets))
    assert [(x.shared, x.introducers) for x in linked] == [(1, ("cem",))]


def test_a_stranger_under_two_identities_counts_twice() -> None:
    listed = {30: Relation.CONNECTED, 40: Relation.CONNECTED}
    found = search(World((entry_of("ann"), entry_of("ben")), (set_of("ann", listed), set_of("ben", listed))))
    assert [x.shared for x in found] == [2]


def test_a_handle_that_two_attendees_claim_names_neither() -> None:
    sets = (set_of("ann", {30: Relation.CONNECTED}), set_of("ben", {30: Relation.CONNECTED}))
    found = search(
        World(tuple(entry_of(n, *h) for n, h in [("ann", []), ("ben", []), ("cem", [30]), ("dia", [30])]), sets)
    )
    assert [(x.shared, x.introducers) for x in found] == [(1, ())]


def test_one_s_own_address_in_one_s_own_list_is_no_acquaintance() -> None:
    sets = (set_of("ann", {20: Relation.CONTACT}), set_of("ben", {20: Relation.CONTACT}))
    assert search(World((entry_of("ann"), entry_of("ben", 20)), sets)) == []


def test_at_most_three_are_named_strongest_ties_first() -> None:
    relations = [Relation.FOLLOWED_BY, Relation.FOLLOWS, Relation.CONTACT, Relation.CONNECTED]
    listed = dict(zip((30, 40, 50, 60), relations, strict=True))
    people: tuple[tuple[str, list[int]], ...] = (
        ("ann", []),
        ("ben", []),
        ("cem", [30]),
        ("dia", [40]),
        ("eve", [50]),
        ("fay", [60]),
    )
    directory = tuple(entry_of(name, *hashes) for name, hashes in people)
    found = search(World(directory, (set_of("ann", listed), set_of("ben", listed))))
    assert [(x.shared, x.introducers) for x in found] == [(4, ("fay", "eve", "dia"))]


def test_following_each_other_is_a_stronger_tie_than_following_and_that_than_being_followed() -> None:
    both = tie_strength([Relation.FOLLOWS, Relation.FOLLOWED_BY])
    assert both > tie_strength([Relation.FOLLOWS]) > tie_strength([Relation.FOLLOWED_BY]) > 0


def test_what_the_search_left_out_is_told() -> None:
    names = [f"p{n}" for n in range(9)]
    directory, sets = map(entry_of, names), [set_of(name, {500: Relation.CONNECTED}) for name in names]
    found = find_mutual_connections(directory, sets, cap=8)
    assert (found.pairs, found.cap, found.left_out) == ([], 8, 1)


def test_an_event_without_anybody_has_no_pairs() -> None:
    assert find_mutual_connections([], []).pairs == []
    assert find_mutual_connections([entry_of("ann")], [set_of("ann", {})]).pairs == []


def test_sets_cannot_be_added_once_the_search_has_begun() -> None:
    listed_twice = ListedTwice(10)
    search(World((entry_of("ann"),), (set_of("ann", {5: Relation.FOLLOWS}),)), listed_twice=listed_twice)
    with pytest.raises(RuntimeError, match="before the search"):
        listed_twice.add(set_of("ann", {6: Relation.FOLLOWS}))


@given(worlds, st.sets(st.sampled_from(NAMES)))
def test_sets_collected_once_are_searched_part_by_part(world: World, part: set[str]) -> None:
    collector = MutualCollector(world.directory)
    for each in world.sets:
        collector.add(each)
    parts = [collector.find(world.known, among=among).pairs for among in (part, set(NAMES) - part)]
    assert {*parts[0], *parts[1]} == set(search(world))


def test_a_collector_that_was_searched_takes_no_more_sets_and_no_other_cap() -> None:
    collector = MutualCollector([entry_of("ann")])
    collector.find(cap=5)
    with pytest.raises(RuntimeError, match="before the search"):
        collector.add(set_of("ann", {6: Relation.FOLLOWS}))
    with pytest.raises(ValueError, match="cap: 6"):
        collector.find(cap=6)


def test_hashes_as_they_are_made_fall_into_all_ranges() -> None:
    hashes = [hash_identity(Identity("github", f"h{n}"), bytes(32)) for n in range(1000)]
    one_set = set_of("ann", dict.fromkeys(hashes, Relation.FOLLOWS))
    listed_twice = ListedTwice(len(hashes))
    listed_twice.add(one_set)
    assert listed_twice.may_include(one_set.hashes).mean() < 0.5
    entries = mutual._Entries(mutual._People([entry_of("ann")]), None)
    entries.add(one_set)
    entries.finish()
    assert all(shard.keys.take().size for shard in entries.shards)


def test_a_search_for_one_of_many_takes_up_only_their_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    names = [f"p{n}" for n in range(20)]
    listed = dict.fromkeys(range(500, 510), Relation.FOLLOWS)
    taken_up = []
    really = mutual._Search._links_between

    def links_between(*arguments: Any) -> Any:
        taken_up.append(really(*arguments))
        return taken_up[-1]

    monkeypatch.setattr(mutual._Search, "_links_between", links_between)
    world = World(tuple(map(entry_of, names)), tuple(set_of(name, listed) for name in names))
    assert {"p3"} <= {name for pair in search(world, among={"p3"}) for name in (pair.a, pair.b)}
    assert [len(each) for each in taken_up] == [10]
