"""The board on which meetings are put up and taken down: who is where, and which slots still have room.

People, pairs and slots are numbers here, in an order that does not depend on how they came in; slots stand best
first. Sets of slots are the bits of whole numbers, the lowest bit the best slot.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

NOWHERE: Final = -1


class Board:
    """Pairs and their slots; keeps every rule itself, so that a search on it cannot break one.

    ``clashes[s]`` are the slots that nobody can be in who is in s, itself among them; ``allowed[e]`` the slots to
    which both of pair e can ever come; ``room[s]`` how many pairs still fit.
    """

    def __init__(
        self,
        pairs: Sequence[tuple[int, int]],
        allowed: Sequence[int],
        clashes: Sequence[int],
        room: Sequence[int],
        people: int,
    ) -> None:
        self.pairs = pairs
        self.allowed = allowed
        self.clashes = clashes
        self.room = list(room)
        self.where = [NOWHERE] * len(pairs)
        self.members: list[dict[int, None]] = [{} for _ in room]
        self.meetings: list[list[int]] = [[] for _ in range(people)]
        self.blocked = [0] * people
        self.open = sum(1 << slot for slot, left in enumerate(room) if left > 0)

    def free(self, pair: int) -> int:
        """The slots in which both of a pair that is not up have time, whether or not there is room."""
        one, other = self.pairs[pair]
        return self.allowed[pair] & ~(self.blocked[one] | self.blocked[other])

    def free_beside(self, pair: int) -> int:
        """The same for a pair that is up, as if it were not; without its own slot."""
        slot = self.where[pair]
        mask = self.allowed[pair] & ~(1 << slot)
        for person in self.pairs[pair]:
            for met in self.meetings[person]:
                if met != pair:
                    mask &= ~self.clashes[self.where[met]]
        return mask

    def put(self, pair: int, slot: int) -> None:
        self.where[pair] = slot
        self.members[slot][pair] = None
        self.room[slot] -= 1
        if self.room[slot] <= 0:
            self.open &= ~(1 << slot)
        for person in self.pairs[pair]:
            self.meetings[person].append(pair)
            self.blocked[person] |= self.clashes[slot]

    def take(self, pair: int) -> None:
        slot = self.where[pair]
        self.where[pair] = NOWHERE
        del self.members[slot][pair]
        self.room[slot] += 1
        if self.room[slot] > 0:
            self.open |= 1 << slot
        for person in self.pairs[pair]:
            meetings = self.meetings[person]
            meetings.remove(pair)
            mask = 0
            for met in meetings:
                mask |= self.clashes[self.where[met]]
            self.blocked[person] = mask

    def move(self, pair: int, slot: int) -> None:
        self.take(pair)
        self.put(pair, slot)

    def in_the_way(self, pair: int, slot: int) -> list[int]:
        """The meetings of these two that exclude this slot, in the pairs' order."""
        clashes = self.clashes[slot]
        return sorted(
            {met for person in self.pairs[pair] for met in self.meetings[person] if clashes >> self.where[met] & 1}
        )

    def restore(self, where: Sequence[int]) -> None:
        """Everything as it was when ``where`` was copied."""
        changed = [pair for pair, slot in enumerate(where) if self.where[pair] != slot]
        for pair in changed:
            if self.where[pair] != NOWHERE:
                self.take(pair)
        for pair in changed:
            if where[pair] != NOWHERE:
                self.put(pair, where[pair])

    def waiting(self) -> list[int]:
        return [pair for pair, slot in enumerate(self.where) if slot == NOWHERE]


def bits(mask: int) -> Iterator[int]:
    """The slots of a set, best first."""
    while mask:
        lowest = mask & -mask
        yield lowest.bit_length() - 1
        mask ^= lowest


def best(mask: int) -> int:
    """The best slot of a set that is not empty."""
    return (mask & -mask).bit_length() - 1
