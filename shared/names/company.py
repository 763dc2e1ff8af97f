"""A company as people write it → the word or two it is known by.

Legal forms are those of `cleanco` (MIT licence) and a few it lacks. The first distinctive word stands for the company
("Google", "Google LLC", "Google Cloud"): people of one full name at two companies that begin alike are rarer than
people who write their company in two ways, as docs/matching-measured.md shows.
"""

from __future__ import annotations

import re
from functools import cache
from typing import Final

from shared.names.folding import prepare, spell, to_ascii, words
from shared.names.vocabulary import UNSPACED_LEGAL_FORMS, vocabulary

MAX_COMPANIES: Final = 2
_SHORT: Final = 2  # letters of a word that does not stand alone: JP Morgan

_UNSPACED: Final = re.compile("|".join(map(re.escape, UNSPACED_LEGAL_FORMS)))
_ASIDE: Final = re.compile(r"\(([^()]*)\)|\[([^\[\]]*)\]")
_ADDRESS: Final = re.compile(
    r"\b(?:https?://)?(?:www\.)?(\w[\w-]*)\.(?:com|org|net|io|ai|co|dev|app|de|fr|uk|eu)\b", re.IGNORECASE
)
_AT: Final = re.compile(r"@|(?<=\w)\s+(?:at|bei|chez)\s+", re.IGNORECASE)
_BETWEEN: Final = re.compile(r"[|;•·→]|\s[-–—/]\s|(?<=\w{3})/(?=\w{3})")
_POINT: Final = re.compile(r"(?<=\w)\.\s?(?=\w\.)|(?<=\w)\.(?=\w)|(?<=\w)\.")
_SHORT_AMPERSAND: Final = re.compile(r"\b(\w{1,2})&(\w{1,2})\b")
_NOT_ANY_MORE: Final = re.compile(r"^\s*(?:ex|former|formerly|previously|prev)\b[\s:.-]*", re.IGNORECASE)


def read_companies(text: str) -> tuple[str, ...]:
    """The companies a text names, at most `MAX_COMPANIES`, each one word; none for "self-employed" and the like."""
    text = _UNSPACED.sub(" ", prepare(text))
    asides = [next(filter(None, groups), "") for groups in _ASIDE.findall(text)]
    *_, named = [part for part in _AT.split(_ASIDE.sub(" ", text)) if part.strip()] or [""]
    parts = [part for part in _BETWEEN.split(named) if not _NOT_ANY_MORE.match(part)]
    mains = [found for part in parts if (found := _words(part.split(",")[0]))]
    if not mains or _is_none(mains[0]):
        return ()
    heads = [_head(found) for found in mains if not _is_none(found)]
    other = [name for aside in asides if (name := _also_called(aside, mains[0]))]
    return tuple(dict.fromkeys(filter(None, [*heads, *other])))[:MAX_COMPANIES]


def _words(text: str) -> list[str]:
    """The words in ASCII; "&" between two of them is "and"."""
    plain = _SHORT_AMPERSAND.sub(r"\1\2", _POINT.sub("", _ADDRESS.sub(r"\1", text)))
    plain = plain.replace("&", " and ").replace("+", " and ")
    return [word for found in words(plain) if (word := to_ascii(found))]


def _is_none(found: list[str]) -> bool:
    known = vocabulary()
    return found[0] in known.no_company or tuple(found) in known.no_companies


def _head(found: list[str]) -> str:
    """The first distinctive word, with the common words before it; "" where nothing is left to tell companies apart.

    Partners stay together (Smith & Wesson, Smith & Nephew).
    """
    known = vocabulary()
    noise = known.company_noise | legal_forms()
    while len(found) > 1 and found[0] in noise:
        found = found[1:]
    head, *rest = found
    open_ended = head in known.common_words
    for word in rest:
        if word in known.joiners:
            open_ended = True
        elif word in noise or (word in known.places and len(head) <= _SHORT):
            continue
        elif open_ended or len(head) <= _SHORT:
            head += word
            open_ended = word in known.common_words
        else:
            break
    return spell(head) if len(head) > 1 else ""


def _also_called(aside: str, main: list[str]) -> str:
    """The other name in "Google (YouTube)" or "Amazon Web Services (AWS)": one word, no place or remark; else ""."""
    known = vocabulary()
    found = [word for word in _words(_NOT_ANY_MORE.sub("", aside)) if word not in known.company_noise]
    if len(found) != 1 or found[0] in known.not_a_company | set(main):
        return ""
    return _head(found)


@cache
def legal_forms() -> frozenset[str]:
    """The legal forms of one word that `cleanco` knows, in ASCII."""
    from cleanco.clean import prepare_default_terms  # type: ignore[import-untyped]

    return frozenset(to_ascii(parts[0]) for size, parts in prepare_default_terms() if size == 1)
