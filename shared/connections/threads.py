"""Threads' following and followers, out of Instagram's or Meta's "Download your information", as JSON or HTML.

Source: public readers of it: ``following.json`` with the key
"text_post_app_text_post_app_following", ``followers.json`` likewise; ``title`` is the display name here, ``value`` may
be missing, the page is at threads.net or threads.com, with and without "@". That the HTML looks like Instagram's is
not verified.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from shared.connections import meta
from shared.connections.connection import Relation
from shared.connections.entries import rows
from shared.connections.export import Export, ExportFile

_LISTS: Final = (
    ("threads-following", Relation.FOLLOWS, "text_post_app_text_post_app_following"),
    ("threads-followers", Relation.FOLLOWED_BY, "text_post_app_text_post_app_followers"),
)


def recognizes(file: ExportFile) -> bool:
    """Whether the JSON holds one of the two lists."""
    return any(meta.list_under(file.values, key) is not None for _, _, key in _LISTS)


def exports(file: ExportFile) -> Iterator[Export]:
    """Both lists, as far as the file has them, with names and days."""
    for source, relation, key in _LISTS:
        entries = meta.list_under(file.values, key)
        if entries is not None:
            yield Export(source, _rows(entries, relation))


def recognizes_page(file: ExportFile) -> bool:
    """Whether a page lists people of Threads and is one of the two lists."""
    return meta.page_lists(file, "threads") and meta.page_relation(file) is not None


def exports_of_page(file: ExportFile) -> Iterator[Export]:
    """The one list of a page."""
    relation = meta.page_relation(file) or Relation.FOLLOWS
    source = next(source for source, of, _ in _LISTS if of is relation)
    yield Export(source, meta.page_rows(file, "threads", relation))


def _rows(entries: list[Any], relation: Relation) -> Iterator[Any]:
    return rows(entries, lambda entry: meta.entry_of(entry, "threads", relation), "Threads name")
