"""Which network a column header or a question speaks of."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from shared.identities.networks import NETWORKS

_NOT_A_WORD = re.compile(r"[\W_]+")


def network_of_label(label: str) -> str | None:
    """The network that a header, question title or key names; None where it names none or more than one.

    "Twitter handle", "Dein LinkedIn-Profil" and "X (Twitter)" all say what they mean in whole words.
    """
    words = f" {_plain(label[:200])} "
    named = {name for phrase, name in _phrases() if f" {phrase} " in words}
    return named.pop() if len(named) == 1 else None


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    without_marks = "".join(letter for letter in decomposed if not unicodedata.combining(letter))
    return _NOT_A_WORD.sub(" ", without_marks).strip()


@lru_cache(maxsize=1)
def _phrases() -> tuple[tuple[str, str], ...]:
    return tuple((_plain(p), network.name) for network in NETWORKS.values() for p in (network.name, *network.labels))
