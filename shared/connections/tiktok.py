"""TikTok's "Download your data", as JSON (one file with everything) or as TXT (one file a list).

Source: public readers of user_data.json and
user_data_tiktok.json; TikTok documents none of it. The lists moved several times ("Activity", "Profile And Settings",
the top), so they are found by their keys: "Following" and "FansList", of {"Date", "UserName"}. JSON is English in
every language, TXT is not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from functools import partial
from typing import Any, Final

from shared.connections.connection import Connection, Relation
from shared.connections.entries import day_of, dict_of, identity_on, list_of, only, rows, text_of, walk
from shared.connections.export import Export, ExportFile, Rows
from shared.identities import Identity
from shared.tables import Reject, decoded_lines

FOLLOWING: Final = "tiktok-following"
FOLLOWERS: Final = "tiktok-followers"
_LISTS: Final = (("Following", FOLLOWING, Relation.FOLLOWS), ("FansList", FOLLOWERS, Relation.FOLLOWED_BY))
_MISSING: Final = "TikTok name"
# English and Dutch labels; those of further languages are not known.
_ENTRY: Final = re.compile(
    r"^(?:date|datum):[ \t]*\d{4}-\d\d-\d\d[^\r\n]{0,20}\r?\n[ \t]*(?:user ?name|gebruikersnaam):[ \t]*\S",
    re.IGNORECASE | re.MULTILINE,
)
_FIELD: Final = re.compile(r"\s*(date|datum|user ?name|gebruikersnaam):\s*(.*?)\s*", re.IGNORECASE)
_DAY: Final = ("date", "datum")
_FOLLOWERS_FILE: Final = re.compile(r"follower|fans|volgers?\b")
_OTHER_LISTS: Final = re.compile(r"block|blok|like|comment|share|view")


def recognizes(file: ExportFile) -> bool:
    """Whether the JSON holds one of the two lists, wherever it is."""
    return any(_entries(file, key) for key, _, _ in _LISTS)


def exports(file: ExportFile) -> Iterator[Export]:
    """Both lists, with days, and whose data it is."""

    for key, source, relation in _LISTS:
        if entries := _entries(file, key):
            yield Export(source, rows(entries, partial(_connection, relation), _MISSING), _owner(file))


def recognizes_text(file: ExportFile) -> bool:
    """Whether the text is a list of dates and names, and not, by its name, of the blocked or of likes."""
    return _ENTRY.search(file.text_head) is not None and not _OTHER_LISTS.search(file.name)


def exports_of_text(file: ExportFile) -> Iterator[Export]:
    """The one list; followers are told by the file's name."""
    followers = _FOLLOWERS_FILE.search(file.name) is not None
    relation = Relation.FOLLOWED_BY if followers else Relation.FOLLOWS
    yield Export(FOLLOWERS if followers else FOLLOWING, _text_rows(file, relation))


def _connection(relation: Relation, entry: Any) -> Connection | None:
    identity = identity_on("tiktok", text_of(dict_of(entry).get("UserName")))
    return Connection((identity,), relation, day_of(dict_of(entry).get("Date"))) if identity else None


def _text_rows(file: ExportFile, relation: Relation) -> Rows:
    since: date | None = None
    for number, line in enumerate(decoded_lines(file.stream), 1):
        match = _FIELD.fullmatch(line[:300])
        if match is None:
            continue
        if match[1].lower() in _DAY:
            since = day_of(match[2])
            continue
        identity = identity_on("tiktok", text_of(match[2]))
        missing = Reject(number, f"line {number} has no {_MISSING}")
        yield Connection((identity,), relation, since, line=number) if identity else missing
        since = None


def _entries(file: ExportFile, key: str) -> list[Any]:
    found = [entry for here in walk(list(file.values)) for entry in list_of(here.get(key))]
    return found if any("UserName" in dict_of(entry) for entry in found) else []


def _owner(file: ExportFile) -> tuple[Identity, ...]:
    for here in walk(list(file.values)):
        if "ProfileMap" in here:
            return only(identity_on("tiktok", text_of(dict_of(here["ProfileMap"]).get("userName"))))
    return ()
