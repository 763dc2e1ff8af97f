"""X's archive: ``data/following.js`` and ``data/follower.js``, which know people by their numeric id only.

Source: the archive's own README ("following.js", "follower.js", "account.js"); timhutton/twitter-archive-parser,
parser.py; JSON behind "window.YTD.following.part0 = ", with a mark, a semicolon or neither, large lists in several
files (following-part1.js). The page of a person is an intent address with the id, in some files their profile's
address. What the archive says of its owner (account.js) makes people find each other by id.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from shared.connections.connection import Connection, Relation
from shared.connections.entries import dict_of, identity_on, list_of, numbered, only, rows, text_of
from shared.connections.export import MAX_JSON_BYTES, Export, ExportFile, json_values, whole_text
from shared.identities import Identity

_ASSIGNED: Final = re.compile(r"\s*(?:window\.)?YTD\.(\w{1,40})\.part\d{1,5}\s*=\s*")
# The name of the list, which is also the key of its entries.
_LISTS: Final = {"following": ("x-following", Relation.FOLLOWS), "follower": ("x-followers", Relation.FOLLOWED_BY)}


def recognizes(file: ExportFile) -> bool:
    """Whether the file assigns one of the two lists."""
    return _assigned(file) in _LISTS


def exports(file: ExportFile) -> Iterator[Export]:
    """The one list; the archive gives no dates and no names."""
    source, relation = _LISTS[_assigned(file)]
    key = _assigned(file)
    people = (dict_of(dict_of(entry).get(key)) for entry in _entries(file))

    def connection(person: dict[str, Any]) -> Connection | None:
        found = only(numbered(text_of(person.get("accountId")), "x"), identity_on("x", text_of(person.get("userLink"))))
        return Connection(found, relation) if found else None

    yield Export(source, rows(people, connection, "account id"))


def owner(file: ExportFile) -> tuple[Identity, ...]:
    """Whose archive it is, from its account.js: the handle and the numeric id."""
    if _assigned(file) != "account":
        return ()
    account = next((dict_of(dict_of(entry).get("account")) for entry in _entries(file)), {})
    handle = identity_on("x", text_of(account.get("username")))
    return only(handle, numbered(text_of(account.get("accountId")), "x"))


def _assigned(file: ExportFile) -> str:
    match = _ASSIGNED.match(file.text_head)
    return match[1] if match else ""


def _entries(file: ExportFile) -> list[Any]:
    text = whole_text(file.stream, MAX_JSON_BYTES, "JSON")
    match = _ASSIGNED.match(text)
    body = text[match.end() if match else 0 :].rstrip().removesuffix(";")
    return list_of(next(json_values(body), None))
