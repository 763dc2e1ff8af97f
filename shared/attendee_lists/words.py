"""The form in which headers, answers and statuses are compared."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Final

_NOT_A_WORD: Final = re.compile(r"[\W_]+")


@lru_cache(maxsize=4096)
def plain(text: str) -> str:
    """The text as lower-case words without accents and punctuation."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return _NOT_A_WORD.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


def plain_set(text: str) -> frozenset[str]:
    """The phrases of a text, separated by commas or line ends, each in that form."""
    return frozenset(plain(phrase) for phrase in re.split(r"[,\n]", text)) - {""}
