"""Instagram's following and followers, out of "Download your information", as JSON or HTML.

Source: public readers of it (aviolaris/instaunfollowers issue 113, Androz2091/instaddict issue 6):
``following.json`` {"relationships_following": […]}, ``followers_1.json`` a bare list or {"relationships_followers"};
the handle is the entry's ``value``, since 2025 its ``title``, or only in ``href``, there also as /_u/handle. The owner
is in ``personal_information.json``, whose labels are in the account's language; six languages are known here.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from shared.connections import meta
from shared.connections.connection import Relation
from shared.connections.entries import dict_of, identity_on, list_of, only, rows, text_of
from shared.connections.export import Export, ExportFile
from shared.identities import Identity

FOLLOWING: Final = "instagram-following"
FOLLOWERS: Final = "instagram-followers"
_MISSING: Final = "Instagram name"
_USERNAME: Final = frozenset(
    ("username", "benutzername", "nom d’utilisateur", "nom d'utilisateur", "nombre de usuario", "nome utente")
) | {"nome de usuário"}


def recognizes(file: ExportFile) -> bool:
    """Whether the JSON holds one of the two lists."""
    return _following(file) is not None or _followers(file) is not None


def exports(file: ExportFile) -> Iterator[Export]:
    """Both lists, as far as the file has them, with the day of each following."""
    for source, relation, entries in (
        (FOLLOWING, Relation.FOLLOWS, _following(file)),
        (FOLLOWERS, Relation.FOLLOWED_BY, _followers(file)),
    ):
        if entries is not None:
            yield Export(source, _rows(entries, relation))


def recognizes_page(file: ExportFile) -> bool:
    """Whether a page lists people of Instagram and is one of the two lists."""
    return meta.page_lists(file, "instagram") and meta.page_relation(file) is not None


def exports_of_page(file: ExportFile) -> Iterator[Export]:
    """The one list of a page; days are read in a few languages."""
    relation = meta.page_relation(file) or Relation.FOLLOWS
    source = FOLLOWERS if relation is Relation.FOLLOWED_BY else FOLLOWING
    yield Export(source, meta.page_rows(file, "instagram", relation))


def owner(file: ExportFile) -> tuple[Identity, ...]:
    """Whose data it is, from personal_information.json; the name is the same on Threads."""
    for user in meta.list_under(file.values, "profile_user") or ():
        for label, field in dict_of(dict_of(user).get("string_map_data")).items():
            handle = text_of(dict_of(field).get("value"))
            if meta.mended(label).lower() in _USERNAME:
                return only(identity_on("instagram", handle), identity_on("threads", handle))
    return ()


def _rows(entries: list[Any], relation: Relation) -> Iterator[Any]:
    return rows(entries, lambda entry: meta.entry_of(entry, "instagram", relation), _MISSING)


def _following(file: ExportFile) -> list[Any] | None:
    return meta.list_under(file.values, "relationships_following")


def _followers(file: ExportFile) -> list[Any] | None:
    bare = [entry for value in file.values for entry in list_of(value)]
    if any("instagram.com" in _address(entry) for entry in bare):
        return bare
    return meta.list_under(file.values, "relationships_followers")


def _address(entry: Any) -> str:
    return text_of(dict_of(next(iter(list_of(dict_of(entry).get("string_list_data"))), None)).get("href"))
