"""Facebook's friends, out of "Download your information", as JSON or HTML: names and days, never handles.

Source: public readers of it: ``your_friends.json`` or ``friends.json`` {"friends_v2": [{"name",
"timestamp"}]}, in older ones {"friends"}; whoever has names only is not introduced by them, but may be shown them. The
HTML page (a section with <h2>name</h2> and, below, the day) is after such readers too. The owner's page is in
``profile_information.json``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from shared.connections import meta, pages
from shared.connections.connection import Connection, Relation
from shared.connections.entries import day_of, dict_of, identity_on, only, rows, text_of
from shared.connections.export import Export, ExportFile, Rows
from shared.identities import Identity

SOURCE: Final = "facebook-friends"
_KEYS: Final = ("friends_v2", "friends")
# As the page calls itself; further languages are not known.
_TITLE: Final = re.compile(
    r"(?:your )?(?:facebook )?friends|(?:deine )?freunde|(?:vos )?ami(?:\(e\))?s|(?:tus )?amigos", re.I
)
_PAGE_HEADINGS: Final = ("title", "h1")


def recognizes(file: ExportFile) -> bool:
    """Whether the JSON holds a list of friends."""
    return any("name" in dict_of(friend) for friend in _friends(file)) or _is_empty(file)


def exports(file: ExportFile) -> Iterator[Export]:
    """The one list; friends agreed to it both, so the relation is CONNECTED."""

    def connection(friend: Any) -> Connection | None:
        name = meta.name_of(dict_of(friend).get("name"))
        since = day_of(dict_of(friend).get("timestamp"))
        return Connection((), Relation.CONNECTED, since, name) if name else None

    yield Export(SOURCE, rows(_friends(file), connection, "name"))


def recognizes_page(file: ExportFile) -> bool:
    """Whether a page calls itself that of friends; those of requests and removed friends look the same."""
    if not pages.is_page(file):
        return False
    lines = pages.lines_of_head(file)
    titles = [line.text for line in lines if line.heading in _PAGE_HEADINGS]
    return any(map(_TITLE.fullmatch, titles)) and any(pages.day_in(line.text) for line in lines)


def exports_of_page(file: ExportFile) -> Iterator[Export]:
    """The one list of a page."""
    yield Export(SOURCE, _page_rows(file))


def owner(file: ExportFile) -> tuple[Identity, ...]:
    """Whose data it is, from profile_information.json."""
    for value in file.values:
        profile = dict_of(dict_of(value).get("profile_v2"))
        address, handle = (text_of(profile.get(key)) for key in ("profile_uri", "username"))
        return only(identity_on("facebook", address), identity_on("facebook", handle))
    return ()


def _friends(file: ExportFile) -> list[Any]:
    return next((found for key in _KEYS if (found := meta.list_under(file.values, key))), [])


def _is_empty(file: ExportFile) -> bool:
    return meta.list_under(file.values, _KEYS[0]) == []


def _page_rows(file: ExportFile) -> Rows:
    name = ""
    for line in pages.lines(file):
        since = pages.day_in(line.text)
        if since is None and line.heading not in _PAGE_HEADINGS:
            name = line.text
        elif since is not None and name:
            yield Connection((), Relation.CONNECTED, since, name)
            name = ""
