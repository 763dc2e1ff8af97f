"""How slots are found for as many pairs as possible: put up what fits, make room, then let pairs displace each other.

Source: giving meetings times so that nobody is in two places is edge colouring with capacities and forbidden colours,
NP-hard already without them (Holyer, "The NP-completeness of edge-coloring", SIAM J. Comput. 10, 1981). The order of
the first placing is that of DSATUR (Brélaz, CACM 22, 1979); displacing with growing penalties follows the guided
ejection search of Nagata and Bräysy (Operations Research Letters 37, 2009), without chance. Room is made by augmenting
paths as in a maximum flow. All sources from memory, the rules themselves are held by tests against brute force.
"""

from __future__ import annotations

import heapq
from collections import Counter, deque
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from shared.slots.board import NOWHERE, Board, best, bits

PATIENCE: Final = 10_000  # attempts without one pair more, until the search ends
TABU: Final = 7  # displacements before a pair may return to where it was displaced from


def fill(board: Board) -> None:
    """Puts up what fits, the pairs with the fewest possible slots first, each in its best slot."""
    beside = _neighbours(board)
    load = Counter(person for pair in board.pairs for person in pair)

    def entry(pair: int) -> tuple[int, int, int]:
        one, other = board.pairs[pair]
        return (board.free(pair) & board.open).bit_count(), -load[one] - load[other], pair

    heap = [entry(pair) for pair in board.waiting()]
    heapq.heapify(heap)
    while heap:
        choices, _, pair = heapq.heappop(heap)
        free = board.free(pair) & board.open
        if board.where[pair] != NOWHERE or not free:
            continue
        if free.bit_count() != choices:  # a slot has filled up since
            heapq.heappush(heap, entry(pair))
            continue
        board.put(pair, best(free))
        for near in beside[pair]:
            if board.where[near] == NOWHERE:
                heapq.heappush(heap, entry(near))


def make_room(board: Board, pair: int) -> bool:
    """Puts a pair up in a full slot in which both have time, by moving other pairs along to where there is room.

    The fewest pairs are moved. False, and nothing changed, where no such row of moves was found.
    """
    came: dict[int, tuple[int, int]] = {}  # slot -> the slot before it and the pair that moves here from there
    starts = board.free(pair)
    seen, queue = starts, list(bits(starts))
    for slot in queue:
        if board.open >> slot & 1:
            return _shift(board, pair, slot, came)
        for member in board.members[slot]:
            found = board.free_beside(member) & ~seen
            seen |= found
            for further in bits(found):
                came[further] = (slot, member)
                queue.append(further)
    return False


def displace(board: Board, unavoidable: int, kept: Sequence[int]) -> None:
    """Lets each waiting pair displace one other, which must look for another slot, until at most ``unavoidable`` wait.

    One for one, so that the number of those waiting never grows; whoever has displaced or waited often is displaced
    last. Pairs that had a slot before (``kept``) are moved where that lets one more in, but never displaced. What led
    to nothing is taken back.
    """
    found = list(board.where)
    waiting = board.waiting()
    pool = deque(pair for pair in waiting if board.allowed[pair])
    target = unavoidable - (len(waiting) - len(pool))
    penalty = [1] * len(kept)
    barred: dict[tuple[int, int], int] = {}
    step = last_success = 0
    while len(pool) > target and step < last_success + PATIENCE:
        step += 1
        pair = pool.popleft()
        if put_easily(board, pair) or make_room(board, pair):
            found, last_success = list(board.where), step
            continue
        penalty[pair] += 1
        slots = [slot for slot in bits(board.allowed[pair]) if barred.get((pair, slot), 0) <= step]
        chosen = _cheapest(board, pair, slots, penalty, kept)
        if chosen is None:
            pool.append(pair)
            continue
        slot, displaced = chosen
        barred[displaced, board.where[displaced]] = step + TABU + len(pool)
        board.take(displaced)
        board.put(pair, slot)
        pool.append(displaced)
    board.restore(found)


def put_easily(board: Board, pair: int) -> bool:
    """Puts a pair up where there is room, or where moving one other pair elsewhere makes it; False where neither is."""
    free = board.free(pair) & board.open
    if free:
        board.put(pair, best(free))
        return True
    for slot in bits(board.allowed[pair]):
        met = board.in_the_way(pair, slot)
        if len(met) > 1 or (met and board.room[slot] + (board.where[met[0]] == slot) <= 0):
            continue
        for other in met or board.members[slot]:
            target = board.free_beside(other) & board.open
            if met:  # they share a person, who will be in this slot
                target &= ~board.clashes[slot]
            if target:
                board.take(other)
                board.put(pair, slot)
                board.put(other, best(target))
                return True
    return False


def settle(board: Board, kept: Sequence[int]) -> None:
    """Moves pairs back to where they had better stay, and all others to better slots, while that is possible."""
    changed = True
    while changed:
        changed = False
        for pair, slot in enumerate(board.where):
            if slot in (NOWHERE, kept[pair]):
                continue
            wanted = 1 << kept[pair] if kept[pair] != NOWHERE else (1 << slot) - 1
            target = board.free_beside(pair) & board.open & wanted
            if target:
                board.move(pair, best(target))
                changed = True


def _cheapest(
    board: Board, pair: int, slots: Iterable[int], penalty: Sequence[int], kept: Sequence[int]
) -> tuple[int, int] | None:
    """The slot whose taking displaces one pair, the one with the smallest penalty, and that pair; None without one."""
    found: list[tuple[int, int, int]] = []
    for slot in slots:
        met = board.in_the_way(pair, slot)
        if len(met) > 1 or (met and board.room[slot] + (board.where[met[0]] == slot) <= 0):
            continue
        others = met or board.members[slot]
        found += [(penalty[other], slot, other) for other in others if kept[other] == NOWHERE]
    return min(found)[1:] if found else None


def _shift(board: Board, pair: int, slot: int, came: Mapping[int, tuple[int, int]]) -> bool:
    """Carries out a row of moves from its end, or nothing of it where two of them touch the same person."""
    done: list[tuple[int, int]] = []
    while slot in came:
        before, member = came[slot]
        if not board.free_beside(member) & board.open & 1 << slot:
            break
        done.append((member, before))
        board.move(member, slot)
        slot = before
    else:
        if board.free(pair) & board.open & 1 << slot:
            board.put(pair, slot)
            return True
    for member, before in reversed(done):
        board.move(member, before)
    return False


def _neighbours(board: Board) -> list[list[int]]:
    """For each pair those that share a person with it."""
    of_person: list[list[int]] = [[] for _ in board.meetings]
    for pair, people in enumerate(board.pairs):
        for person in people:
            of_person[person].append(pair)
    return [
        [near for person in people for near in of_person[person] if near != pair]
        for pair, people in enumerate(board.pairs)
    ]
