"""A display name → the words of the name, without titles, degrees, emoji, remarks and pronouns.

A name may be written twice in one field ("Wang Xiaoming 王小明", "Robert (Bob) Smith"): each writing comes out by
itself, the main one first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from shared.names.folding import fold, is_latin, korean_family_name, prepare, split_unspaced, to_ascii, words
from shared.names.nicknames import formal_names
from shared.names.vocabulary import vocabulary

Writing = tuple[str, ...]  # words in lower-case ASCII, in the order written; two or more

MAX_WRITINGS: Final = 3
MAX_WORDS: Final = 8

_ASIDE: Final = re.compile(
    r"""\(([^()]*)\)|\[([^\[\]]*)\]|\{([^{}]*)\}|"([^"]*)"|[“”„«‟]([^“”„«»‟]*)[“”»‟]|(?<!\w)['‘]([^'‘’]{2,})['’](?!\w)"""
)
# What follows is about the person, not the person's name. A hyphen only where spaces stand around it.
_STROKE: Final = re.compile(r"[|\\/@~:;=<>→»•●★☆✦✨#()\[\]{}]|\s[-–—‐‑·]+(?:\s|$)|—|–(?!\w)")
_POINTED: Final = re.compile(r"\w[\w.]*\.[\w.]*")
_ADDRESS: Final = re.compile(r"https?://\S+|www\.\S+|[^\s@]+@[^\s@]+\.[^\s@]+")
_HONORIFIC: Final = re.compile(r"(?<=\w)\s*(?:さん|さま|様|先生|선생님|님|씨|女士|小姐)$")


def read_name(text: str) -> tuple[Writing, ...]:
    """The writings of the name in the text; none where it holds no name of two words."""
    text = _ADDRESS.sub(" ", prepare(text))
    asides = [next(filter(None, groups), "") for groups in _ASIDE.findall(text)]
    main = _main_words(_ASIDE.sub(" ", text))
    readings = [*_by_script(main), *(reading for aside in asides for reading in _with_aside(main, aside))]
    writings = dict.fromkeys(filter(None, map(_writing, readings)))
    return tuple(writings)[:MAX_WRITINGS]


def _main_words(text: str) -> list[str]:
    """The words before the first stroke, or of the first part that has two of them; the given name first."""
    parts = [_HONORIFIC.sub("", part) for part in _STROKE.split(text)]
    candidates = [found for part in parts if (found := _without_commas(part))]
    return next((found for found in candidates if len(found) > 1), candidates[0] if candidates else [])


def _without_commas(text: str) -> list[str]:
    """The words of "O'Neil, Ann, PhD" in the order Ann O'Neil."""
    segments = [found for segment in re.split("[,、،]", text) if (found := _bare(_split(segment)))]
    if not segments:
        return []
    family, *rest = segments
    given = next((segment for segment in rest if not _is_suffix(segment, beside=family)), [])
    return [*given, *family]


def _split(text: str) -> list[str]:
    """The words of a text; "Ph.D." and "J.R." are one word, "A.J.Smith" is three."""
    return words(_POINTED.sub(_resolve_points, text))


def _resolve_points(match: re.Match[str]) -> str:
    pieces = match[0].strip(".").split(".")
    known = vocabulary()
    if to_ascii("".join(pieces)) in known.degrees_after_comma | known.titles:
        return "".join(pieces) + " "
    return ("" if all(len(piece) <= 2 for piece in pieces) else " ").join(pieces) + " "


def _bare(found: list[str]) -> list[str]:
    """Without titles before and degrees behind, as long as a word is left."""
    known = vocabulary()
    while len(found) > 1 and to_ascii(found[0]) in known.titles:
        found = found[1:]
    while len(found) > 1 and to_ascii(found[-1]) in known.degrees:
        found = found[:-1]
    return found


def _is_suffix(segment: list[str], *, beside: list[str]) -> bool:
    """Whether what stands after a comma are degrees: all of them known, or capitals beside a name that is not."""
    if all(to_ascii(word) in vocabulary().degrees_after_comma for word in segment):
        return True
    return all(word.isupper() and len(word) > 1 for word in segment) and not all(word.isupper() for word in beside)


def _by_script(found: list[str]) -> Iterable[list[str]]:
    """The name as it is; where it is written in Latin letters and in others, each by itself, Latin first."""
    latin = [word for word in found if is_latin(word)]
    other = [word for word in found if not is_latin(word)]
    if len(latin) > 1 and other:
        return (latin, other)
    return (found,)


def _with_aside(main: list[str], aside: str) -> Iterable[list[str]]:
    """Who is also called otherwise: in full, by another given name, or by another family name."""
    asides = vocabulary().asides
    called = [word for word in _split(aside) if to_ascii(word) not in asides]
    if not main or not 1 <= len(called) <= 4:
        return ()
    if len(called) > 1 or len(split_unspaced(called[0])) > 1:
        return (called,)
    first, last = main[0], main[-1]
    if any(to_ascii(word) in vocabulary().maiden for word in words(aside)):
        return ([first, called[0]],)
    if len(main) == 1 or set(formal_names(fold(called[0]))) & set(formal_names(fold(first))):
        return ()
    return ([called[0], last], [first, called[0], last])


def _writing(found: list[str]) -> Writing | None:
    """The words in ASCII; None where fewer than two are left, or they stand for nobody."""
    found = _bare(found)[:MAX_WORDS]
    pieces = split_unspaced(found[0]) if len(found) == 1 else list(map(korean_family_name, found))
    plain = [ascii_word for piece in pieces if (ascii_word := to_ascii(piece)) and not ascii_word.isdigit()]
    writing = tuple(_without_initials(plain))
    known = vocabulary()
    if len(writing) < 2 or writing in known.nobodies or all(word in known.nobody for word in writing):
        return None
    return writing


def _without_initials(plain: list[str]) -> list[str]:
    """Initials go, if two words are left; else those before the family name become one word ("J R Smith").

    An O in between stays: it may be the one of O'Neil.
    """
    whole = [word for i, word in enumerate(plain) if len(word) > 1 or (word == "o" and 0 < i < len(plain) - 1)]
    if len(whole) != 1:
        return whole
    initials = "".join(word for word in plain if len(word) == 1)
    return [initials, *whole] if len(initials) > 1 else []
