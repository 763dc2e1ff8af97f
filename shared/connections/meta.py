"""What Meta's three networks write alike: entries of JSON, texts whose bytes were taken for letters, pages of links.

Source: "Download your information" of Instagram, Threads and Facebook as public readers of it describe; Meta documents
none of it. In JSON, UTF-8 bytes are written as if each were a letter (stackoverflow.com/questions/50008296).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

from shared.connections import pages
from shared.connections.connection import Connection, Relation
from shared.connections.entries import day_of, dict_of, identity_on, list_of, text_of
from shared.connections.export import ExportFile
from shared.identities import Identity
from shared.tables import Reject

_FOLLOWERS_FILE: Final = re.compile(r"followers?(?:_\d+)?\.html?")
_FOLLOWING_FILE: Final = re.compile(r"following(?:_\d+)?\.html?")
# As the page calls itself; what it is called in further languages is not known.
_FOLLOWERS_TITLE: Final = re.compile(r"followers?|follower:innen|abonnenten|abonnés|seguidores", re.IGNORECASE)
_FOLLOWING_TITLE: Final = re.compile(
    r"following|gefolgt|abonniert|abonnements|seguidos|siguiendo|seguindo", re.IGNORECASE
)


def mended(text: str) -> str:
    """A text whose UTF-8 bytes were written as one letter each, as it was meant; any other as it is."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return text


def name_of(value: Any) -> str:
    """A person's name as they write it."""
    return text_of(mended(value)) if isinstance(value, str) else ""


def list_under(values: Iterable[Any], key: str) -> list[Any] | None:
    """The entries of the list that goes by a key, at the top of any of the values; None where there is no such list."""
    found = [value[key] for value in values if isinstance(dict_of(value).get(key), list)]
    return [entry for entries in found for entry in entries] if found else None


def entry_of(entry: Any, network: str, relation: Relation) -> Connection | None:
    """The account that an entry lists: by value, by title or by its page, whichever there is."""
    title = dict_of(entry).get("title")
    data = dict_of(next(iter(list_of(dict_of(entry).get("string_list_data"))), None))
    texts = [text_of(data.get("value")), text_of(data.get("href"))]
    if network == "instagram":
        texts.insert(1, text_of(title))
    identity = next((found for text in texts if (found := identity_on(network, text)) is not None), None)
    if identity is None:
        return None
    name = name_of(title)
    named = name if name.lower() != identity.handle else ""
    return Connection((identity,), relation, day_of(data.get("timestamp")), named)


def page_relation(file: ExportFile) -> Relation | None:
    """Which list a page is, by its name or else its title; the pages of blocked or hidden people look the same."""
    by_pattern = ((_FOLLOWERS_FILE, Relation.FOLLOWED_BY), (_FOLLOWING_FILE, Relation.FOLLOWS))
    for pattern, relation in by_pattern:
        if pattern.fullmatch(file.name):
            return relation
    titles = [line.text for line in pages.lines_of_head(file) if line.heading in ("title", "h1")]
    by_title = ((_FOLLOWERS_TITLE, Relation.FOLLOWED_BY), (_FOLLOWING_TITLE, Relation.FOLLOWS))
    return next((relation for pattern, relation in by_title if any(map(pattern.fullmatch, titles))), None)


def page_lists(file: ExportFile, network: str) -> bool:
    """Whether a page begins with links to people of a network."""
    return pages.is_page(file) and any(_linked(line, network) for line in pages.lines_of_head(file))


def page_rows(file: ExportFile, network: str, relation: Relation) -> Iterator[Connection | Reject]:
    """Everybody whom a page links to, with the day in the line below."""
    waiting: Identity | None = None
    for line in pages.lines(file):
        found = _linked(line, network)
        if waiting is not None and (found is not None or pages.day_in(line.text) is not None):
            yield Connection((waiting,), relation, None if found else pages.day_in(line.text))
            waiting = None
        waiting = found or waiting
    if waiting is not None:
        yield Connection((waiting,), relation)


def _linked(line: pages.Line, network: str) -> Identity | None:
    return identity_on(network, line.href) if "://" in line.href else None
