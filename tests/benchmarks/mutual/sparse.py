"""The same odds by SciPy's sparse matrix product, to see whether it would pay off: one set an attendee, as invented."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from scipy import sparse  # type: ignore[import-untyped]

from shared.connections import Relation
from shared.matching.connection_set import ConnectionSet
from shared.matching.mutual import tie_strength

BLOCK = 500  # rows of the product at a time; all of it would not fit


def best_partners(sets: Iterable[ConnectionSet], *, cap: int, per_person: int) -> int:
    """How many best partners were found; without linking of identities, known pairs and introducers."""
    read = list(sets)
    bounds = np.cumsum([0, *(len(each) for each in read)])
    keys, columns, degrees = np.unique(
        np.concatenate([each.hashes for each in read]), return_inverse=True, return_counts=True
    )
    ties = np.array([0.0, *(tie_strength([relation]) for relation in Relation)])
    listed = sparse.csr_matrix(
        (ties[np.concatenate([each.relations for each in read])], columns, bounds), (len(read), len(keys))
    )
    kept = (degrees >= 2) & (degrees <= cap)
    listed, degrees = listed[:, kept], degrees[kept]
    weighted = listed @ sparse.diags(1 / np.log2(degrees))
    listed = listed.T.tocsr()
    found = 0
    for start in range(0, len(read), BLOCK):
        product = (weighted[start : start + BLOCK] @ listed).tocsr()
        for row in range(product.shape[0]):
            odds = product.data[product.indptr[row] : product.indptr[row + 1]]
            best = np.argpartition(odds, -min(per_person, len(odds)))[-per_person:] if len(odds) else odds
            found += len(best)
    return found
