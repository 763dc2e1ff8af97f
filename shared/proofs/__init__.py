"""Whether a handle that an attendee claims is theirs: what to ask the network, and whether its answer proves it.

Nothing here talks to anybody. ``ask`` says what to ask, ``find_proof`` what the answer proves. Where it proves
nothing, ``sites_of`` names the websites that the profile leads to, and ``find_proof_at`` what one of them proves.
"""

from shared.proofs.code import code_for, label_of
from shared.proofs.finding import (
    Site,
    ask,
    asks_to_wait,
    find_proof,
    find_proof_at,
    onward,
    page_with_code,
    sites_of,
)
from shared.proofs.networks import SOURCES
from shared.proofs.proof import Answer, Facts, Kind, Proof, Question

networks: tuple[str, ...] = tuple(SOURCES)

__all__ = [
    "Answer",
    "Facts",
    "Kind",
    "Proof",
    "Question",
    "Site",
    "ask",
    "asks_to_wait",
    "code_for",
    "find_proof",
    "find_proof_at",
    "label_of",
    "networks",
    "onward",
    "page_with_code",
    "sites_of",
]
