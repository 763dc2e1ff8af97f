"""HTML as tags and text, in time that grows no faster than the page, whatever it holds.

The standard library's html.parser takes quadratic time over "<a <a <a …" in releases before the repair of
CVE-2025-6069, and which release a Lambda runs on is not ours to choose; pages come from strangers.

Source: WHATWG HTML, 13.2.5 (tokenization) and 13.2.6.2 (elements whose content is text). Left out, because it decides
nothing here: the tree, and scripts within comments within scripts. Every pattern is possessive or matches one way only.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

_LONGEST_VALUE: Final = 2_000
_MOST_ATTRIBUTES: Final = 100
_RAW: Final = frozenset("script style textarea title iframe noscript noembed noframes xmp".split())
_REST: Final = "plaintext"
_NAME: Final = re.compile(r"[^\t\n\f\r />]++")
_SPACE: Final = re.compile(r"[\t\n\f\r /]*+")
_ATTRIBUTE: Final = re.compile(r"[^\t\n\f\r />][^\t\n\f\r />=]*+")
_EQUALS: Final = re.compile(r"[\t\n\f\r ]*+=[\t\n\f\r ]*+")
_UNQUOTED: Final = re.compile(r"[^\t\n\f\r >]*+")
_COMMENT_END: Final = re.compile(r"--!?>")
_LETTERS: Final = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; ``name`` in lower case."""

    name: str
    closes: bool = False
    values: Mapping[str, str] = field(default_factory=dict)  # of the attributes; the first where one is written twice


def tags_and_text(page: str) -> Iterator[Tag | str]:
    """The tags of a page and the text between them, in order; comments and what stands in scripts are neither."""
    at = 0
    while (begins := page.find("<", at)) >= 0:
        if begins > at:
            yield unescaped(page[at:begins])
        follows = page[begins + 1 : begins + 2]
        if follows in _LETTERS or (follows == "/" and page[begins + 2 : begins + 3] in _LETTERS):
            tag, at = _tag(page, begins)
            if tag is None:
                return
            yield tag
            if not tag.closes and tag.name in _RAW:
                at = _end_of_raw(page, at, tag.name)
                yield Tag(tag.name, closes=True)
            elif tag.name == _REST:
                break
        elif follows and follows in "!?/":
            at = _end_of_comment(page, begins)
        else:
            yield "<"
            at = begins + 1
    if at < len(page):
        yield unescaped(page[at:])


def unescaped(text: str) -> str:
    """The text with its character references replaced; as it is where they are beyond all bounds."""
    try:
        return html.unescape(text)
    except ValueError:
        return text  # a number of thousands of digits


def _tag(page: str, begins: int) -> tuple[Tag | None, int]:
    """The tag and where it ends; None where the page ends before it does: then it is no tag."""
    closes = page[begins + 1] == "/"
    name = _NAME.match(page, begins + 1 + closes)
    assert name is not None
    values: dict[str, str] = {}
    at = name.end()
    while True:
        at = _end_of(_SPACE, page, at)
        if at >= len(page):
            return None, at
        if page[at] == ">":
            return Tag(name[0].lower(), closes, values), at + 1
        attribute, value, at = _attribute(page, at)
        if at < 0:
            return None, len(page)
        if len(value) <= _LONGEST_VALUE and len(values) < _MOST_ATTRIBUTES:
            values.setdefault(attribute[:_LONGEST_VALUE].lower(), unescaped(value))


def _attribute(page: str, at: int) -> tuple[str, str, int]:
    """Name, value as written, and where the attribute ends; -1 where the page ends within it."""
    ends = _end_of(_ATTRIBUTE, page, at)
    name = page[at:ends]
    equals = _EQUALS.match(page, ends)
    if equals is None:
        return name, "", ends
    at = equals.end()
    quote = page[at : at + 1]
    if quote in ('"', "'"):
        ends = page.find(quote, at + 1)
        return (name, page[at + 1 : ends], ends + 1) if ends >= 0 else (name, "", -1)
    ends = _end_of(_UNQUOTED, page, at)
    return name, page[at:ends], ends


def _end_of(pattern: re.Pattern[str], page: str, at: int) -> int:
    found = pattern.match(page, at)
    return found.end() if found is not None else at


def _end_of_raw(page: str, at: int, name: str) -> int:
    found = re.compile(rf"</{name}[\t\n\f\r />]", re.IGNORECASE).search(page, at)
    if found is None:
        return len(page)
    _, ends = _tag(page, found.start())
    return ends


def _end_of_comment(page: str, begins: int) -> int:
    if page.startswith("<!--", begins):
        found = _COMMENT_END.search(page, begins + 2)
        return found.end() if found is not None else len(page)
    ends = page.find(">", begins)
    return ends + 1 if ends >= 0 else len(page)
