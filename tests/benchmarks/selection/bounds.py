"""What a selection cannot exceed, by HiGHS: the fewest people without anyone, and then the largest sum of weights.

SciPy is needed here only. The matrix has a row a person for k, one for m, and one that counts a person as covered by
at most their pairs; the last row asks for as many covered people as the first solution found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import Bounds, LinearConstraint, milp

from shared.introductions.selection import Candidate, Closeness


@dataclass(frozen=True, slots=True)
class Problem:
    """Candidates as a matrix; the first variables are the pairs, the others whether a person is covered."""

    rows: sparse.csr_matrix
    limits: npt.NDArray[np.float64]
    pairs: int
    people: int


def problem(candidates: Sequence[Candidate], *, k: int, m: int) -> Problem:
    """The limits as rows of a matrix."""
    names = sorted({end for pair in candidates for end in (pair.a, pair.b)})
    number = {name: n for n, name in enumerate(names)}
    ends = np.array([(number[pair.a], number[pair.b]) for pair in candidates])
    pairs, people = len(candidates), len(names)
    touches = sparse.csr_matrix(
        (np.ones(2 * pairs), (ends.T.ravel(), np.tile(np.arange(pairs), 2))), shape=(people, pairs)
    )
    new = sparse.diags([float(pair.closeness is Closeness.NEW) for pair in candidates])
    nobody = sparse.csr_matrix((people, people))
    rows = sparse.bmat([[touches, nobody], [touches @ new, nobody], [-touches, sparse.identity(people)]], format="csr")
    limits = np.repeat([float(k), float(m), 0.0], people)
    return Problem(rows, limits, pairs, people)


def fewest_without(of: Problem, *, seconds: float = 600.0) -> tuple[int, bool]:
    """How many of those with a candidate must stay without, and whether HiGHS proved it."""
    goal = np.concatenate([np.zeros(of.pairs), -np.ones(of.people)])
    whole = np.concatenate([np.ones(of.pairs), np.zeros(of.people)])
    done = milp(
        goal,
        constraints=LinearConstraint(of.rows, -np.inf, of.limits),
        bounds=Bounds(0, 1),
        integrality=whole,
        options={"time_limit": seconds},
    )
    return of.people + round(float(done.fun)), done.status == 0


def most_weight(of: Problem, weights: npt.NDArray[np.float64], *, without: int) -> float:
    """The linear-programming bound on the sum of weights where at most so many stay without."""
    covered = sparse.csr_matrix(np.concatenate([np.zeros(of.pairs), -np.ones(of.people)]))
    done = milp(
        np.concatenate([-weights, np.zeros(of.people)]),
        constraints=[
            LinearConstraint(of.rows, -np.inf, of.limits),
            LinearConstraint(covered, -np.inf, [-(of.people - without)]),
        ],
        bounds=Bounds(0, 1),
    )
    if done.status != 0:
        raise RuntimeError(f"HiGHS found no bound: {done.message}")
    return -float(done.fun)
