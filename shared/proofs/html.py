"""What a page in HTML says of its owner: its links with rel="me", and its visible text.

Source: WHATWG HTML, 4.6.7 (link types: tokens parted by ASCII whitespace, without case); microformats.org/wiki/rel-me;
XFN 1.1; schema.org/email for itemprop.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from shared.proofs.markup import Tag, tags_and_text

# Beyond this nothing is read: head and the top of the page come first.
MOST_CHARACTERS: Final = 512 * 1024
_MOST_LINKS: Final = 200
_LINKS: Final = frozenset(("a", "area", "link"))
# What stands in these is not part of the page as it is shown.
_NOT_SHOWN: Final = frozenset(
    "script style template textarea title iframe noscript noembed noframes xmp object svg math select".split()
)
_ASCII_SPACE: Final = str.maketrans("\t\n\f\r", "    ")
_LINE: Final = frozenset("br p div li ul ol tr td th h1 h2 h3 h4 h5 h6 section article header footer dd dt".split())


@dataclass(slots=True)
class Page:
    """What was read of a page, or of a piece of one."""

    me: list[str] = field(default_factory=list)  # the addresses of links with rel="me", as written
    links: list[str] = field(default_factory=list)  # of all links that can be clicked
    mail: list[str] = field(default_factory=list)  # of links marked as the owner's address, itemprop="email"
    meta: dict[str, str] = field(default_factory=dict)  # by name or property, the first of each
    text: str = ""  # all of it, or of the elements that were asked for


def read_html(text: str, text_of: str = "") -> Page:
    """What a page says; never raises.

    :param text_of: a class; the text is only of the elements that have it
    """
    page, pieces = Page(), list[str]()
    hidden, wanted = _Inside(), _Inside()
    for token in tags_and_text(text[:MOST_CHARACTERS]):
        if isinstance(token, str):
            piece = token
        else:
            piece = "\n" if token.name in _LINE else ""
            was_hidden = bool(hidden.tag)
            hidden.step(token, begins=token.name in _NOT_SHOWN)
            if was_hidden or hidden.tag:
                continue
            wanted.step(token, begins=bool(text_of) and text_of.lower() in _tokens(token, "class"))
            _take(token, page)
        if not hidden.tag and (wanted.tag or not text_of):
            pieces.append(piece)
    page.text = "".join(pieces)
    return page


@dataclass(slots=True)
class _Inside:
    """Whether the reader is in an element of some sort, counting elements of the same name within it."""

    tag: str = ""  # "" outside
    depth: int = 0

    def step(self, token: Tag, *, begins: bool) -> None:
        if self.tag:
            self.depth += (-1 if token.closes else 1) if token.name == self.tag else 0
            self.tag = self.tag if self.depth else ""
        elif begins and not token.closes:
            self.tag, self.depth = token.name, 1


def _take(token: Tag, page: Page) -> None:
    if token.closes:
        return
    values = token.values
    if token.name == "meta":
        name = values.get("property") or values.get("name") or ""
        page.meta.setdefault(name.lower(), values.get("content", ""))
    if token.name not in _LINKS or "href" not in values:
        return
    kinds = (
        (page.me, "me" in _tokens(token, "rel")),
        (page.mail, "email" in _tokens(token, "itemprop")),
        (page.links, token.name == "a"),
    )
    for links, counts in kinds:
        if counts and len(links) < _MOST_LINKS:
            links.append(values["href"])


def _tokens(token: Tag, attribute: str) -> list[str]:
    return token.values.get(attribute, "").translate(_ASCII_SPACE).lower().split(" ")
