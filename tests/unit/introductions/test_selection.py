"""A wave keeps its limits, leaves out nobody who need not be, and prefers whom people know to whom they do not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from random import Random
from statistics import fmean

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.introductions.selection import BONUS, Candidate, Closeness, Reason, Selection, select

KNOWN, LIKELY, NEW = Closeness
PEOPLE = "abcdefgh"


def pair(ends: str, strength: float = 0.5, closeness: Closeness = KNOWN) -> Candidate:
    return Candidate(ends[0], ends[1], strength, closeness)


def ends_of(selection: Selection) -> list[str]:
    return [x.a + x.b for x in selection.pairs]


@st.composite
def graphs(draw: st.DrawFn, most: int = 10) -> list[Candidate]:
    ends = draw(st.lists(st.sampled_from(list(combinations(PEOPLE, 2))), max_size=most, unique=True))
    strengths = st.sampled_from([0.1, 0.3, 0.5, 0.7, 0.9, 0.95, 1.0])
    return [Candidate(a, b, draw(strengths), draw(st.sampled_from(Closeness))) for a, b in ends]


def within(pairs: Iterable[Candidate], *, k: int, m: int, new_to: dict[str, int]) -> bool:
    pairs = list(pairs)
    degree = Counter(end for x in pairs for end in (x.a, x.b))
    new = Counter(end for x in pairs if x.closeness is NEW for end in (x.a, x.b))
    return max(degree.values(), default=0) <= k and all(n + new_to.get(end, 0) <= m for end, n in new.items())


def everything(candidates: Sequence[Candidate], *, k: int, m: int, new_to: dict[str, int]) -> Iterator[list[Candidate]]:
    """Every selection that the limits allow."""
    for size in range(len(candidates) + 1):
        for some in combinations(candidates, size):
            if within(some, k=k, m=m, new_to=new_to):
                yield list(some)


def covered(pairs: Iterable[Candidate]) -> int:
    return len({end for x in pairs for end in (x.a, x.b)})


def weight(pairs: Iterable[Candidate]) -> float:
    return sum(BONUS[x.closeness] + x.strength for x in pairs)


limits = st.integers(1, 3)
earlier = st.dictionaries(st.sampled_from(PEOPLE), st.integers(0, 4), max_size=4)


@given(graphs(most=20), limits, st.integers(0, 3), earlier, st.sets(st.sampled_from(list(combinations(PEOPLE, 2)))))
def test_limits_are_kept_and_no_pair_comes_again(
    candidates: list[Candidate], k: int, m: int, new_to: dict[str, int], told: set[tuple[str, str]]
) -> None:
    selection = select(candidates, k=k, m=m, new_to=new_to, already=[(b, a) for a, b in told])
    assert within(selection.pairs, k=k, m=m, new_to=new_to)
    assert set(selection.pairs) <= set(candidates)
    assert told.isdisjoint((x.a, x.b) for x in selection.pairs)


@given(graphs(most=20), limits)
def test_who_is_told_of_somebody_is_told_to_them_in_the_same_wave(candidates: list[Candidate], k: int) -> None:
    partners = select(candidates, k=k, m=2).partners()
    assert all(person in partners[other] for person, others in partners.items() for other in others)


@settings(max_examples=60)
@given(graphs(), st.integers(2, 3), st.sampled_from([0, 2, 3]))
def test_as_few_people_as_possible_are_without_anyone(candidates: list[Candidate], k: int, m: int) -> None:
    most = max(covered(some) for some in everything(candidates, k=k, m=m, new_to={}))
    assert covered(select(candidates, k=k, m=m).pairs) == most


@settings(max_examples=60)
@given(graphs(), st.integers(2, 3), earlier)
def test_so_too_where_earlier_waves_used_up_all_but_two_mentions(
    candidates: list[Candidate], k: int, before: dict[str, int]
) -> None:
    new_to = {person: 4 if n > 2 else n for person, n in before.items()}
    most = max(covered(some) for some in everything(candidates, k=k, m=4, new_to=new_to))
    assert covered(select(candidates, k=k, m=4, new_to=new_to).pairs) == most


@settings(max_examples=60)
@given(graphs(), limits, st.integers(0, 3), earlier)
def test_limits_of_one_leave_at_most_a_third_more_without(
    candidates: list[Candidate], k: int, m: int, new_to: dict[str, int]
) -> None:
    most = max(covered(some) for some in everything(candidates, k=k, m=m, new_to=new_to))
    assert 3 * covered(select(candidates, k=k, m=m, new_to=new_to).pairs) >= 2 * most


def test_the_sum_of_weights_is_nearly_the_best_among_those() -> None:
    random = Random(1832)
    shares = []
    for _ in range(60):
        ends = random.sample(list(combinations(PEOPLE, 2)), 10)
        candidates = [Candidate(a, b, random.random(), random.choice(list(Closeness))) for a, b in ends]
        best = max((covered(some), weight(some)) for some in everything(candidates, k=2, m=2, new_to={}))
        selected = select(candidates, k=2, m=2).pairs
        assert covered(selected) == best[0]
        shares.append(weight(selected) / best[1])
    assert fmean(shares) > 0.99
    assert min(shares) > 0.85


@given(graphs(most=20), limits, st.integers(0, 3), st.randoms(use_true_random=False))
def test_the_order_of_the_input_changes_nothing(candidates: list[Candidate], k: int, m: int, random: Random) -> None:
    shuffled = [Candidate(x.b, x.a, x.strength, x.closeness) for x in candidates]
    random.shuffle(shuffled)
    assert select(shuffled, k=k, m=m) == select(candidates, k=k, m=m)


@given(graphs(most=24), st.integers(2, 3), st.sampled_from([0, 2, 3]))
def test_one_more_candidate_never_leaves_fewer_people_with_somebody(
    candidates: list[Candidate], k: int, m: int
) -> None:
    fewer = select(candidates[1:], k=k, m=m)
    assert covered(select(candidates, k=k, m=m).pairs) >= covered(fewer.pairs)


@given(graphs(most=24), limits, st.integers(0, 3))
def test_no_pair_is_left_out_for_pairs_of_worse_classes(candidates: list[Candidate], k: int, m: int) -> None:
    selected = list(select(candidates, k=k, m=m).pairs)
    for left_out in set(candidates) - set(selected):
        worse = [x for x in selected if x.closeness > left_out.closeness]
        for pushed_out in [*combinations(worse, 1), *combinations(worse, 2), ()]:
            instead = [x for x in selected if x not in pushed_out] + [left_out]
            assert covered(instead) < covered(selected) or not within(instead, k=k, m=m, new_to={})


def test_people_are_listed_the_closest_first_then_the_strongest() -> None:
    candidates = [pair("ab", 0.1, KNOWN), pair("ac", 0.9, NEW), pair("ad", 0.2, LIKELY), pair("ae", 0.3, LIKELY)]
    assert select(candidates, k=4, m=1).partners()["a"] == ("b", "e", "d", "c")


def test_the_only_candidate_of_many_is_not_spent_on_those_who_have_others() -> None:
    candidates = [pair("ab", 0.9), pair("ac", 0.9), pair("ad", 0.2), pair("ae", 0.1), pair("bc", 0.9)]
    assert ends_of(select(candidates, k=2, m=9)) == ["bc", "ad", "ae"]


def test_a_chain_of_people_makes_way_for_one_more() -> None:
    candidates = [pair("ab", 0.9), pair("cb", 0.8), pair("cd", 0.7), pair("ed", 0.6), pair("ef", 0.5), pair("bg", 0.1)]
    candidates += [pair("dh", 0.9)]
    selection = select(candidates, k=2, m=9)
    assert not selection.without


def test_whoever_stays_without_is_listed_with_the_reason() -> None:
    candidates = [pair("ab"), pair("ac", 0.4), pair("ad", 0.3), pair("ef", 0.9)]
    selection = select(candidates, k=2, m=9, already=[("f", "e")], people="abcdxyef")
    assert dict(selection.without) == {
        "d": Reason.ALL_FULL,
        "e": Reason.ALL_TOLD,
        "f": Reason.ALL_TOLD,
        "x": Reason.NO_CANDIDATE,
        "y": Reason.NO_CANDIDATE,
    }


def test_a_pair_given_twice_counts_once_by_the_closer_tie() -> None:
    candidates = [pair("ab", 0.9, NEW), pair("ba", 0.2, KNOWN), pair("ab", 0.1, KNOWN)]
    assert select(candidates, k=5, m=5).pairs == (pair("ab", 0.2, KNOWN),)


def test_nobody_to_introduce_is_no_error() -> None:
    assert select([], k=5, m=5) == Selection((), {})
    assert select([], k=5, m=5, people=["b", "a"]).without == {"a": Reason.NO_CANDIDATE, "b": Reason.NO_CANDIDATE}


@pytest.mark.parametrize("bad", [pair("aa"), pair("ab", 0.0), pair("ab", 1.1), pair("ab", float("nan"))])
def test_an_impossible_pair_is_refused(bad: Candidate) -> None:
    with pytest.raises(ValueError, match="a candidate needs"):
        select([bad], k=5, m=5)


@pytest.mark.parametrize(("k", "m"), [(0, 5), (5, -1)])
def test_an_impossible_limit_is_refused(k: int, m: int) -> None:
    with pytest.raises(ValueError, match="at least"):
        select([], k=k, m=m)


def test_introductions_that_are_given_away_already_count_towards_the_limit() -> None:
    candidates = [pair("a" + other) for other in "bcd"]
    assert len(select(candidates, k=3, m=3, used={"a": 2}).pairs) == 1
    assert select(candidates, k=2, m=2, used={"a": 2}).pairs == ()
