"""What the data of an earlier release must become: one step from each version of their shapes to the next.

Every event says in its item which version its data have; the first goes unsaid. A release reads those of all releases
before it, so functions need not wait for a step, and refuses those of a newer one, which it might misread.

A new step is a function added at the end of :data:`MIGRATIONS`. It may be cut short and is then repeated, and functions
of this release run meanwhile, so it writes on conditions, as they do. Where a field is only added, none is needed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from shared.events import Event, event_from_dict
from shared.storage._table import ALL_EVENTS, Conflict, EventItem, written

FIRST: Final = 1

Migration = Callable[[Event], None]

# The first makes version 2 of version 1.
MIGRATIONS: tuple[Migration, ...] = ()


class NewerData(RuntimeError):
    """The data were written by a newer release than this one; the sentence says what to do."""


def newest() -> int:
    """The version that this release writes."""
    return FIRST + len(MIGRATIONS)


def version_of(item: EventItem) -> int:
    """The version of an event's data.

    :raises NewerData: where this release does not know it
    """
    version = int(item.schema_version or FIRST)
    if version > newest():
        raise NewerData(
            f"the data of {item.sk!r} are of version {version}, and this release knows {newest()}: "
            "deploy the newer one again"
        )
    return version


def versions() -> dict[str, int]:
    """The version of each event's data."""
    return {str(item.sk): version_of(item) for item in EventItem.query(ALL_EVENTS)}


def migrate(event_id: str) -> int:
    """Take an event's data through the steps that are before them; how many there were.

    :raises Conflict: somebody else does the same
    :raises NewerData: where this release does not know the version
    """
    item = EventItem.get(ALL_EVENTS, event_id, consistent_read=True)
    before = version_of(item)
    for version in range(before, newest()):
        MIGRATIONS[version - FIRST](event_from_dict(item.settings))
        at_this = EventItem.schema_version == version
        if version == FIRST:
            at_this |= EventItem.schema_version.does_not_exist()
        if not written(item.update, actions=[EventItem.schema_version.set(version + 1)], condition=at_this):
            raise Conflict(f"the data of {event_id!r} are being migrated by somebody else; look again")
    return newest() - before
