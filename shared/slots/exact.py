"""The best plan for a few pairs, by trying all of them (branch and bound), and bounds that hold for any number."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

from shared.slots.board import NOWHERE, Board, best, bits
from shared.slots.search import fill, make_room

MOST_PAIRS: Final = 12
MOST_STEPS: Final = 20_000


def improve(board: Board, kept: Sequence[int]) -> bool:
    """Leaves the board at the best plan.

    That is the one with the most pairs that had a slot before (``kept``), then with the most pairs, then with the most
    in the same slot as before, then with the best slots. True where that is proven; False, and the board at
    least as good as it was, where it would take too long.
    """
    if len(board.pairs) > MOST_PAIRS:
        return False
    return _Search(board, kept).run()


def most_possible(board: Board) -> int:
    """A number of pairs that no plan exceeds: by the people's time, and by the slots' room. The board is empty."""
    return min(_by_people(board), _by_room(board))


class _Search:
    def __init__(self, board: Board, kept: Sequence[int]) -> None:
        self.board = board
        self.kept = kept
        count = len(board.pairs) + 1
        self.of_kept = len(board.room) * count
        self.of_meeting = self.of_kept * count
        self.of_earlier = self.of_meeting * count
        self.order = sorted(range(len(board.pairs)), key=lambda pair: (board.allowed[pair].bit_count(), pair))
        self.found = list(board.where)
        self.most = sum(self.value(pair, slot) for pair, slot in enumerate(board.where) if slot != NOWHERE)
        self.steps = 0

    def run(self) -> bool:
        self.board.restore([NOWHERE] * len(self.board.pairs))
        self.descend(0, 0)
        self.board.restore(self.found)
        return self.steps <= MOST_STEPS

    def value(self, pair: int, slot: int) -> int:
        earlier = self.of_earlier * (self.kept[pair] != NOWHERE)
        return earlier + self.of_meeting + self.of_kept * (self.kept[pair] == slot) - slot

    def descend(self, depth: int, value: int) -> None:
        self.steps += 1
        if self.steps > MOST_STEPS or value + self.still_possible(depth) <= self.most:
            return
        if depth == len(self.order):
            self.most, self.found = value, list(self.board.where)
            return
        pair = self.order[depth]
        slots = sorted(bits(self.board.free(pair) & self.board.open), key=lambda slot: -self.value(pair, slot))
        for slot in slots:
            self.board.put(pair, slot)
            self.descend(depth + 1, value + self.value(pair, slot))
            self.board.take(pair)
        self.descend(depth + 1, value)

    def still_possible(self, depth: int) -> int:
        """What the pairs from ``depth`` on would add if none were in the way of another."""
        total = 0
        for pair in self.order[depth:]:
            free = self.board.free(pair) & self.board.open
            if free:
                kept = self.kept[pair]
                total += self.value(pair, kept if kept != NOWHERE and free >> kept & 1 else best(free))
        return total


def _by_people(board: Board) -> int:
    """Whoever has more pairs than slots one after another cannot meet them all."""
    wanted = Counter(person for pair, people in enumerate(board.pairs) if board.allowed[pair] for person in people)
    possible = [0] * len(board.meetings)
    for pair, people in enumerate(board.pairs):
        for person in people:
            possible[person] |= board.allowed[pair]
    most = {person: min(number, _one_after_another(board, possible[person])) for person, number in wanted.items()}
    over = {person for person in most if most[person] < wanted[person]}
    others = sum(1 for pair, people in enumerate(board.pairs) if board.allowed[pair] and not over.intersection(people))
    return min(sum(most.values()) // 2, sum(most[person] for person in over) + others)


def _one_after_another(board: Board, mask: int) -> int:
    """How many of these slots one person can be in at most.

    Counted as rows of slots that all exclude each other, so that it is never too small.
    """
    number = 0
    while mask:
        group = mask & board.clashes[best(mask)]
        together = 0
        for slot in bits(group):
            if not together & ~board.clashes[slot]:
                together |= 1 << slot
        mask &= ~together
        number += 1
    return number


def _by_room(board: Board) -> int:
    """As many pairs as there would be room for if everybody could be in several places: a maximum flow."""
    alone = Board(
        [(2 * pair, 2 * pair + 1) for pair in range(len(board.pairs))],
        board.allowed,
        [1 << slot for slot in range(len(board.room))],
        board.room,
        2 * len(board.pairs),
    )
    fill(alone)
    for pair in alone.waiting():
        if alone.free(pair) and not make_room(alone, pair):
            continue
    return len(alone.pairs) - len(alone.waiting())
