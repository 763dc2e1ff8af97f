"""Discord's data package: friends in ``account/user.json``.

Source: public readers of packages: "relationships", each with "id", "type" (1 is a friend, 2
somebody blocked, 3 and 4 requests) and "user"; types 2 to 4 after Discord's API, not verified in packages. The owner
is the object around it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from shared.connections.connection import Connection, Relation
from shared.connections.entries import dict_of, identity_on, list_of, numbered, only, rows, text_of
from shared.connections.export import Export, ExportFile
from shared.identities import Identity

SOURCE: Final = "discord-friends"
_FRIEND: Final = (1, "FRIEND")


def recognizes(file: ExportFile) -> bool:
    """Whether the JSON holds relationships to users."""
    return any("user" in dict_of(entry) and "type" in dict_of(entry) for entry in _relationships(file))


def exports(file: ExportFile) -> Iterator[Export]:
    """The friends, by number and name; friends agreed to it both, so the relation is CONNECTED."""
    friends = [entry for entry in _relationships(file) if dict_of(entry).get("type") in _FRIEND]
    owners = (_identities(value) for value in file.values)
    yield Export(SOURCE, rows(friends, _connection, "Discord id"), next((owner for owner in owners if owner), ()))


def _connection(entry: Any) -> Connection | None:
    user = dict_of(dict_of(entry).get("user"))
    found = _identities({"id": dict_of(entry).get("id"), **user})
    name = text_of(user.get("global_name") or dict_of(entry).get("nickname"))
    return Connection(found, Relation.CONNECTED, name=name) if found else None


def _identities(user: Any) -> tuple[Identity, ...]:
    number, name = (text_of(dict_of(user).get(key)) for key in ("id", "username"))
    return only(numbered(number, "discord"), identity_on("discord", name))


def _relationships(file: ExportFile) -> list[Any]:
    return [entry for value in file.values for entry in list_of(dict_of(value).get("relationships"))]
