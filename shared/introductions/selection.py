"""Select the pairs to introduce in a wave: few each, nobody left out who need not be, the closest and strongest first.

A selection is a b-matching in the graph of candidates: a pair is selected or not, for both sides at once, nobody is in
more than k pairs, and nobody in more than m, over all waves, who are "new to you". Of these selections the best one

1. leaves as few people as possible without anyone,
2. then has the largest sum of weights: the strength, and 6 for people who know each other, 2 for likely ones.

What the steps 0, 2, 6 mean: a pair takes one place at either end, so letting it in pushes out at most two others, and
it outweighs any two of worse classes (two likely ones weigh at most 2 * 3, two new ones 2 * 1). So **a pair is never
left out for pairs of worse classes**, unless one of those is somebody's only introduction.

How it is found, and how good it is:

* Greedy by weight, at least half of the optimum (Avis, "A survey of heuristics for the weighted matching problem",
  Networks 13 (1983), 475-493, for matchings, cited from memory; the same argument holds here, without rule 1).
* Coverage by augmenting paths: who has nobody takes a place of somebody full, whose partner has others or finds
  another. Where no path is left, the full people S that were reached have only partners among the reached people I,
  who have no candidate outside S and nobody but S. So S can serve no more of I, and the number without anyone is
  **the smallest possible**, as long as k is at least 2 and each person's rest of m at least 2 or used up. (It is the
  formula of Las Vergnas, "An extension of Tutte's 1-factor theorem", Discrete Mathematics 23 (1978), 241-255, cited
  from memory.) Where one of them is 1, odd cycles may be in the way: two of three people are a pair, the third has
  nobody. Then it is near the smallest, as measured.
* Alternating paths that raise the sum of weights and uncover nobody, found for all people at once from the values of
  paths one step shorter (Bellman and Ford), until hardly any is found; at last single pairs, until no pair that is
  left out could be let in for one at either end, even if the two who lose somebody take each other. Once coverage
  counts no share of the optimum is proven; the gap to the linear-programming bound is measured:
  docs/introductions.md.

All sums are of whole numbers (strengths in steps of 2**-20) and ties go by id, so the order of the input is nothing.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import product
from typing import Final

import numpy as np
import numpy.typing as npt

from shared.introductions.meeting import Closeness

Integers = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

DEPTHS: Final = (1, 2, 3, 4)  # how many pairs a path lets in at most; further ones mostly go in circles
ENOUGH: Final = 10_000  # a depth is done when a round finds at most one path for so many pairs

_UNIT: Final = 1 << 20
_COVERED: Final = 1 << 40  # more than all weights of an alternating path together
_NEVER: Final = 1 << 60


BONUS: Final = {Closeness.KNOWN: 6, Closeness.LIKELY: 2, Closeness.NEW: 0}


class Reason(StrEnum):
    """Why somebody is introduced to nobody, in the words of the organizer's list."""

    NO_CANDIDATE = "no candidate"
    ALL_TOLD = "was told of every candidate before"
    ALL_FULL = "every candidate has as many introductions as the limits allow"


@dataclass(frozen=True, slots=True)
class Candidate:
    """Two people who may be introduced to each other, in either order."""

    a: str
    b: str
    strength: float  # above 0, at most 1
    closeness: Closeness


@dataclass(frozen=True, slots=True)
class Selection:
    """The pairs of a wave, and who is without."""

    pairs: tuple[Candidate, ...]  # a < b; closest, then strongest, then by id
    without: Mapping[str, Reason]  # by id, sorted

    def partners(self) -> dict[str, tuple[str, ...]]:
        """By person, sorted, whom they are introduced to, the best first; nobody who is without."""
        people: dict[str, list[str]] = {}
        for pair in self.pairs:
            people.setdefault(pair.a, []).append(pair.b)
            people.setdefault(pair.b, []).append(pair.a)
        return {person: tuple(people[person]) for person in sorted(people)}


def select(
    candidates: Iterable[Candidate],
    *,
    k: int,
    m: int,
    already: Iterable[tuple[str, str]] = (),
    people: Iterable[str] = (),
    new_to: Mapping[str, int] | None = None,
    used: Mapping[str, int] | None = None,
) -> Selection:
    """The pairs to introduce in this wave.

    :param candidates: each pair once; of a pair given twice the closer, then the stronger counts
    :param k: introductions a person in this wave, at least 1
    :param m: people to whom one person is named as "new to you" over all waves, at least 0
    :param already: pairs who were introduced in an earlier wave or must not be, in either order
    :param people: everybody who would like an introduction, so that those without a candidate are listed too
    :param used: by person, how many of this wave's introductions are given away already
    :param new_to: by person, to how many they were named as "new to you" in earlier waves
    :raises ValueError: for a limit, a strength or a pair that cannot be
    """
    if k < 1 or m < 0:
        raise ValueError(f"k must be at least 1 and m at least 0, not {k} and {m}")
    best = _best_of_each(candidates)
    told = {(min(pair), max(pair)) for pair in already}
    pairs = [best[ends] for ends in sorted(best) if ends not in told]
    proposed = {person for ends in best for person in ends}
    del best  # a large event has millions of pairs
    graph = _Graph(pairs, k=k, m=m, new_to=new_to or {}, used=used or {})
    wave = _Wave(graph)
    wave.take_greedily()
    wave.cover()
    _Improvement(wave).run()
    selected = sorted((pairs[p] for p in graph.used(wave)), key=_best_first)
    return Selection(tuple(selected), _without(proposed, pairs, selected, people))


def _best_of_each(candidates: Iterable[Candidate]) -> dict[tuple[str, str], Candidate]:
    """By ends in order, the closest and strongest candidate, its own ends in order."""
    best: dict[tuple[str, str], Candidate] = {}
    for given in candidates:
        if given.a == given.b or not 0 < given.strength <= 1:
            raise ValueError("a candidate needs two people and a strength above 0 and at most 1")
        ends = (min(given.a, given.b), max(given.a, given.b))
        pair = given if ends[0] == given.a else Candidate(*ends, given.strength, given.closeness)
        if ends not in best or _best_first(pair) < _best_first(best[ends]):
            best[ends] = pair
    return best


def _best_first(pair: Candidate) -> tuple[int, float, str, str]:
    return (pair.closeness, -pair.strength, pair.a, pair.b)


def _without(
    given: Iterable[str],
    untold: Iterable[Candidate],
    selected: Iterable[Candidate],
    people: Iterable[str],
) -> dict[str, Reason]:
    have = {person for pair in selected for person in (pair.a, pair.b)}
    reasons = dict.fromkeys(people, Reason.NO_CANDIDATE)
    reasons.update(dict.fromkeys(given, Reason.ALL_TOLD))
    reasons.update(dict.fromkeys((person for pair in untold for person in (pair.a, pair.b)), Reason.ALL_FULL))
    return {person: reasons[person] for person in sorted(reasons.keys() - have)}


class _Graph:
    """The candidates as numbers: people in the order of their ids, usable pairs by weight, the heaviest first."""

    def __init__(
        self, pairs: list[Candidate], *, k: int, m: int, new_to: Mapping[str, int], used: Mapping[str, int]
    ) -> None:
        names = sorted({person for pair in pairs for person in (pair.a, pair.b)})
        number = {name: n for n, name in enumerate(names)}
        self.limit = [max(0, k - used.get(name, 0)) for name in names]
        self.new_limit = [max(0, m - new_to.get(name, 0)) for name in names]
        rows = []
        for p, pair in enumerate(pairs):
            a, b, new = number[pair.a], number[pair.b], pair.closeness is Closeness.NEW
            if self.limit[a] and self.limit[b] and (not new or (self.new_limit[a] and self.new_limit[b])):
                weight = BONUS[pair.closeness] * _UNIT + max(1, round(pair.strength * _UNIT))
                rows.append((-weight, a, b, new, p))
        rows.sort()
        self.weight = [-row[0] for row in rows]
        self.ends = [(row[1], row[2]) for row in rows]
        self.both = [row[1] + row[2] for row in rows]  # less one end it is the other
        self.new = [row[3] for row in rows]
        self._given = [row[4] for row in rows]
        self.around: list[list[int]] = [[] for _ in names]
        for p, (a, b) in enumerate(self.ends):
            self.around[a].append(p)
            self.around[b].append(p)

    def used(self, wave: _Wave) -> list[int]:
        """The places in the given list of the pairs selected."""
        return [given for given, chosen in zip(self._given, wave.chosen, strict=True) if chosen]


class _Wave:
    """A selection in the making; it keeps to the limits from beginning to end."""

    def __init__(self, graph: _Graph) -> None:
        self.graph = graph
        self.chosen = [False] * len(graph.ends)
        self.partners: list[list[int]] = [[] for _ in graph.around]  # the pairs chosen
        self.new = [0] * len(graph.around)  # how many of them are new to each other

    def take_greedily(self) -> None:
        """Take each pair for which there is room, the heaviest first."""
        for p, (a, b) in enumerate(self.graph.ends):
            if self.has_room(a, p) and self.has_room(b, p):
                self.toggle(p)

    def has_room(self, person: int, pair: int) -> bool:
        """Whether this pair fits into what the person has."""
        if len(self.partners[person]) >= self.graph.limit[person]:
            return False
        return not self.graph.new[pair] or self.new[person] < self.graph.new_limit[person]

    def in_the_way(self, person: int, pair: int) -> list[int]:
        """The pairs of a person without room of which any one would have to go for this one."""
        if self.graph.new[pair] and self.new[person] >= self.graph.new_limit[person]:
            return [p for p in self.partners[person] if self.graph.new[p]]
        return self.partners[person]

    def toggle(self, pair: int) -> None:
        """Take the pair, or give it up."""
        step = -1 if self.chosen[pair] else 1
        for person in self.graph.ends[pair]:
            if step > 0:
                self.partners[person].append(pair)
            else:
                self.partners[person].remove(pair)
            self.new[person] += step * self.graph.new[pair]
        self.chosen[pair] = step > 0

    def improve(self, pairs: Sequence[int]) -> bool:
        """Toggle these pairs if that keeps the limits and makes the selection better; else change nothing."""
        people = {person for pair in pairs for person in self.graph.ends[pair]}
        before = sum(1 for person in people if self.partners[person])
        gain = sum(-self.graph.weight[p] if self.chosen[p] else self.graph.weight[p] for p in pairs)
        for pair in pairs:
            self.toggle(pair)
        gain += _COVERED * (sum(1 for person in people if self.partners[person]) - before)
        if gain > 0 and all(self._within_limits(person) for person in people):
            return True
        for pair in pairs:
            self.toggle(pair)
        return False

    def _within_limits(self, person: int) -> bool:
        return (
            len(self.partners[person]) <= self.graph.limit[person] and self.new[person] <= self.graph.new_limit[person]
        )

    def cover(self) -> None:
        """Give somebody to everybody who can have one, by augmenting paths."""
        hopeless = _Reached({}, set())
        for person in [n for n, partners in enumerate(self.partners) if not partners]:
            reached = _Reached({person: ()}, set())
            path = () if self.partners[person] else self._path_from(person, reached, hopeless)
            if not path:
                hopeless.paths.update(reached.paths)
                hopeless.asked.update(reached.asked)
            self.improve(path)

    def _path_from(self, start: int, reached: _Reached, hopeless: _Reached) -> tuple[int, ...]:
        """The pairs to toggle so that this person has somebody and nobody else loses their last; empty if none."""
        queue = deque([start])
        while queue:
            needy = queue.popleft()
            for pair in self.graph.around[needy]:
                other = self.graph.both[pair] - needy
                path = (*reached.paths[needy], pair)
                if self.chosen[pair] or (other in reached.paths and self._is_on(path[:-1], other)):
                    continue
                if self.has_room(other, pair):
                    return path
                for obstacle in self._unasked(other, pair, reached, hopeless):
                    left = self.graph.both[obstacle] - other
                    if len(self.partners[left]) > 1:
                        return (*path, obstacle)
                    if left not in reached.paths:
                        reached.paths[left] = (*path, obstacle)
                        queue.append(left)
        return ()

    def _unasked(self, person: int, pair: int, reached: _Reached, hopeless: _Reached) -> list[int]:
        """The pairs in the way of this one, unless the search has come by this person before."""
        obstacles = self.in_the_way(person, pair)
        place = (person, len(obstacles) == len(self.partners[person]))
        if {place, (person, True)} & (reached.asked | hopeless.asked):
            return []
        reached.asked.add(place)
        return obstacles

    def _is_on(self, path: tuple[int, ...], person: int) -> bool:
        return any(person in self.graph.ends[pair] for pair in path)


@dataclass(frozen=True, slots=True)
class _Reached:
    """What a search for an augmenting path came across."""

    paths: dict[int, tuple[int, ...]]  # by person who would be left with nobody, the pairs to toggle until then
    asked: set[tuple[int, bool]]  # people without room, and whether for any of their pairs


class _Arcs:
    """Pairs seen from one end, in the order of the people there, so that each one's best is found for all at once."""

    def __init__(self, tails: Integers, heads: Integers, pairs: Integers, people: int) -> None:
        self.tails, self.heads, self.pairs = tails, heads, pairs
        self._people = people
        self._starts = np.flatnonzero(np.diff(tails, prepend=-1))

    @classmethod
    def of(cls, graph: _Graph) -> _Arcs:
        """Both arcs of each pair."""
        ends = np.array(graph.ends, np.int64).reshape(-1, 2)
        tails, heads = ends.T.ravel(), ends[:, ::-1].T.ravel()
        order = np.argsort(tails, kind="stable")
        return cls(tails[order], heads[order], np.tile(np.arange(len(ends)), 2)[order], len(graph.around))

    def only(self, wanted: Flags) -> _Arcs:
        return _Arcs(self.tails[wanted], self.heads[wanted], self.pairs[wanted], self._people)

    def best(self, values: Integers) -> Integers:
        """By person the greatest of these values, one for each arc; far below zero where there is none."""
        best = np.full(self._people, -_NEVER)
        if len(values):
            best[self.tails[self._starts]] = np.maximum.reduceat(values, self._starts)
        return best


@dataclass(frozen=True, slots=True)
class _Layer:
    """By person, what alternating paths that let in at most so many pairs are worth."""

    room: list[int]  # a place for whoever comes: below zero what has to be given up for it
    room_for_new: list[int]  # a place for somebody new to them
    refill: list[int]  # one more partner
    refill_known: list[int]  # one more partner who is not new to them


class _Values:
    """What alternating paths from everybody are worth in one state of the wave, whoever else they meet on the way.

    A path may come by somebody twice; then it is worth less than this, and whoever follows it must look.
    """

    def __init__(self, wave: _Wave, arcs: _Arcs, depth: int) -> None:
        graph = wave.graph
        self._weights = np.array(graph.weight, np.int64)
        self._new = np.array(graph.new, np.bool_)
        self._chosen = np.array(wave.chosen, np.bool_)
        self._degree = np.array([len(partners) for partners in wave.partners], np.int64)
        self._has_place = self._degree < np.array(graph.limit, np.int64)
        self._open_to_new = np.array(wave.new, np.int64) < np.array(graph.new_limit, np.int64)
        self._held, self._free = arcs.only(self._chosen[arcs.pairs]), arcs.only(~self._chosen[arcs.pairs])
        self._refill = self._refill_known = np.full(len(self._degree), -_NEVER)
        self.layers = [self._next_layer() for _ in range(depth)]

    def _next_layer(self) -> _Layer:
        new_held, new_free = self._new[self._held.pairs], self._new[self._free.pairs]
        freed = self._left_by() - self._weights[self._held.pairs]
        entry = np.where(self._degree == 0, _COVERED, 0)
        room = np.where(self._has_place, entry, self._held.best(freed))
        room_for_new = np.where(self._open_to_new, room, self._held.best(np.where(new_held, freed, -_NEVER)))
        value = self._weights[self._free.pairs]
        value = value + np.where(new_free, room_for_new[self._free.heads], room[self._free.heads])
        self._refill, self._refill_known = self._free.best(value), self._free.best(np.where(new_free, -_NEVER, value))
        return _Layer(room.tolist(), room_for_new.tolist(), self._refill.tolist(), self._refill_known.tolist())

    def _left_by(self) -> Integers:
        """For each arc of a chosen pair, what losing that pair means to the person at its head, but for its weight."""
        heads = self._held.heads
        fits_all = self._new[self._held.pairs] | self._open_to_new[heads]
        refill = np.where(fits_all, self._refill[heads], self._refill_known[heads])
        return np.maximum(refill, np.where(self._degree[heads] > 1, 0, -_COVERED))

    def starts(self) -> list[tuple[int, int]]:
        """Where paths of some value start, the best first: a person, and the pair they give up or -1 for none."""
        more = np.where(self._open_to_new, self._refill, self._refill_known) + np.where(self._degree == 0, _COVERED, 0)
        more = np.where(self._has_place, more, 0)
        held = self._held
        lost = np.where(self._degree[held.tails] > 1, 0, -_COVERED)
        change = self._left_by() + lost - self._weights[held.pairs]
        people, arcs = np.flatnonzero(more > 0), np.flatnonzero(change > 0)
        starts = [(value, n, -1) for value, n in zip(more[people].tolist(), people.tolist(), strict=True)]
        given_up = (change[arcs].tolist(), held.tails[arcs].tolist(), held.pairs[arcs].tolist())
        starts += list(zip(*given_up, strict=True))
        return [(n, p) for _, n, p in sorted(starts, reverse=True)]


class _Improvement:
    """Alternating paths that make a wave better, round after round."""

    def __init__(self, wave: _Wave) -> None:
        self._wave, self._graph = wave, wave.graph
        self._arcs = _Arcs.of(wave.graph)
        self._pair_of = {self._key(a, b): p for p, (a, b) in enumerate(wave.graph.ends)}
        self._layers: list[_Layer] = []
        self._met: set[int] = set()  # people whom a path of this round came by

    def run(self) -> None:
        """Improve until hardly a path is found; then until no single pair could be let in."""
        enough = len(self._graph.ends) // ENOUGH
        while True:
            for depth in DEPTHS:
                while self._round(depth) > enough:
                    pass
            swaps = self._let_in_singly()
            if swaps <= enough:
                break
        while swaps:
            swaps = self._let_in_singly()

    def _round(self, depth: int) -> int:
        """Take the paths of this state that are worth most and meet nobody twice; how many there were."""
        values = _Values(self._wave, self._arcs, depth)
        self._layers, self._met = values.layers, set()
        taken = 0
        for person, pair in values.starts():
            path = self._path(person, pair)
            if self._wave.improve(path):
                self._met.update(end for p in path for end in self._graph.ends[p])
                taken += 1
        return taken

    def _path(self, person: int, pair: int) -> list[int]:
        """The pairs to toggle along the best path from a person, who gives up this pair first unless it is -1."""
        path = [] if pair < 0 else [pair]
        met = {person} if pair < 0 else set(self._graph.ends[pair])
        if self._met.isdisjoint(met):
            start = person if pair < 0 else self._graph.both[pair] - person
            self._follow(start, pair >= 0 and self._graph.new[pair], path, met)
            return path
        return []

    def _follow(self, person: int, lost_new: bool, path: list[int], met: set[int]) -> None:
        """Go on from a person with a place to give, as long as it is worth something."""
        for depth in reversed(range(len(self._layers))):
            layer = self._layers[depth]
            any_fits = lost_new or self._wave.new[person] < self._graph.new_limit[person]
            alone = len(self._wave.partners[person]) <= 1
            if (layer.refill if any_fits else layer.refill_known)[person] <= (-_COVERED if alone else 0):
                return
            entered = self._best_entry(person, any_fits, layer, met)
            if entered < 0:
                return
            other = self._graph.both[entered] - person
            path.append(entered)
            met.add(other)
            if self._wave.has_room(other, entered):
                return
            gone = self._best_exit(other, entered, depth, met)
            if gone < 0:
                return
            person, lost_new = self._graph.both[gone] - other, self._graph.new[gone]
            path.append(gone)
            met.add(person)

    def _best_entry(self, person: int, any_fits: bool, layer: _Layer, met: set[int]) -> int:
        best, found = -_NEVER, -1
        graph = self._graph
        for pair in graph.around[person]:
            other = graph.both[pair] - person
            if self._wave.chosen[pair] or other in met or other in self._met or not (any_fits or not graph.new[pair]):
                continue
            value = graph.weight[pair] + (layer.room_for_new if graph.new[pair] else layer.room)[other]
            if value > best:
                best, found = value, pair
        return found

    def _best_exit(self, person: int, entered: int, depth: int, met: set[int]) -> int:
        best, found = -_NEVER, -1
        graph, wave = self._graph, self._wave
        for pair in wave.in_the_way(person, entered):
            other = graph.both[pair] - person
            if other in met or other in self._met:
                continue
            value = 0 if len(wave.partners[other]) > 1 else -_COVERED
            if depth:
                below = self._layers[depth - 1]
                any_fits = graph.new[pair] or wave.new[other] < graph.new_limit[other]
                value = max(value, (below.refill if any_fits else below.refill_known)[other])
            if value - graph.weight[pair] > best:
                best, found = value - graph.weight[pair], pair
        return found

    def _let_in_singly(self) -> int:
        """Let in each pair that outweighs what it pushes out, at most one pair at either end; how many there were.

        Where a pair is pushed out at both ends, the two who lose somebody may take each other.
        """
        return sum(
            any(self._wave.improve(choice) for choice in self._choices(pair))
            for pair in range(len(self._graph.ends))
            if not self._wave.chosen[pair]
        )

    def _choices(self, pair: int) -> list[list[int]]:
        """What may be toggled with this pair, as far as it could be worth it; the least loss first."""
        weight, (a, b) = self._graph.weight, self._graph.ends[pair]
        covers = not (self._wave.partners[a] and self._wave.partners[b])
        all_out_a, all_out_b = self._pushed_out(a, pair), self._pushed_out(b, pair)
        choices: list[tuple[int, list[int]]] = []
        # The heavier of two pairs that are let in together brings at least half.
        if not covers and self._lightest(all_out_a) + self._lightest(all_out_b) >= 2 * weight[pair]:
            return []
        for out_a, out_b in product(all_out_a, all_out_b):
            out = out_a + out_b
            loss = sum(weight[p] for p in out) - weight[pair]
            choices.append((loss, [pair, *out]))
            if len(out) == 2 and loss < weight[pair]:
                other = self._pair_of.get(self._key(self._left(out[0], a), self._left(out[1], b)))
                if other is not None and not self._wave.chosen[other]:
                    choices.append((loss - weight[other], [pair, *out, other]))
        return [choice for loss, choice in sorted(choices) if loss < 0 or covers]

    def _key(self, a: int, b: int) -> int:
        """Two people as one number, in either order; a fourth of the memory of two tuples."""
        return min(a, b) * len(self._graph.around) + max(a, b)

    def _lightest(self, choices: list[list[int]]) -> int:
        return min(sum(self._graph.weight[p] for p in out) for out in choices)

    def _pushed_out(self, person: int, pair: int) -> list[list[int]]:
        return [[]] if self._wave.has_room(person, pair) else [[p] for p in self._wave.in_the_way(person, pair)]

    def _left(self, pair: int, person: int) -> int:
        return self._graph.both[pair] - person
