"""What people asked to have remembered beyond an event, each in a partition of their own that names nobody.

A partition is named after the keyed hash of its person's address. In it lie connection sets, as they lie at an event:
what the person brought, whom they met (``met-<event>``) and whom they do not want to be introduced to again
(``never-<event>``), the latter two as hashes of addresses, which are the names of those people's partitions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from shared.matching import MET_SOURCE, ConnectionSet
from shared.storage._table import (
    Conflict,
    ConnectionSetItem,
    Item,
    PersonItem,
    batch_get,
    in_parallel,
    written,
)
from shared.storage.connection_sets import KeptSet, assembled, write

# How long it is known that somebody asked to be forgotten: longer than any event at which they agreed before is kept.
KNOWN_FOR: Final = timedelta(days=731)
ATTEMPTS: Final = 8

_FORGOTTEN: Final = "FORGOTTEN"
_SET: Final = "SET"

Remembered = Mapping[str, KeptSet]  # by source
How = Callable[[Remembered], Iterable[KeptSet]]


def load(person: int, *, consistent: bool = True) -> dict[str, KeptSet]:
    """What is remembered of a person, by source; their sets are nobody's at any event.

    :param person: the keyed hash of their address
    """
    items = ConnectionSetItem.query(
        _partition(person), ConnectionSetItem.sk.startswith(f"{_SET}#"), consistent_read=consistent
    )
    return {
        kept.source: replace(kept, connection_set=replace(kept.connection_set, attendee_id=""))
        for kept in assembled(items)
    }


def change(person: int, how: How) -> int:
    """Read what is remembered of a person and put in its place what ``how`` makes of it; how many sets were written.

    :raises Conflict: where others kept changing it
    """
    written = 0
    for _ in range(ATTEMPTS):
        known = load(person)
        refused = False
        for wanted in how(known):
            if _save(person, wanted, known.get(wanted.source)):
                written += 1
            else:
                refused = True
        if not refused:
            return written
    raise Conflict("what is remembered of the same person kept being changed by others")


def change_all(work: Mapping[int, How]) -> int:
    """The same for several people, a few at a time."""
    return sum(in_parallel(lambda each: change(*each), list(work.items())))


def forgotten(people: Iterable[int]) -> dict[int, datetime]:
    """When those of these people who did so last asked to be forgotten."""
    by_key = {(_partition(person), _FORGOTTEN): person for person in people}
    return {
        by_key[item.pk, item.sk]: datetime.fromisoformat(item.forgotten_at)
        for item in batch_get(PersonItem, by_key, consistent=True)
    }


def forget(person: int, *, at: datetime, met: Iterable[tuple[str, int]] = ()) -> set[int]:
    """Forget a person, also in what is remembered of those they met; who these are. It may be repeated.

    That they asked for it stays for a while, so that what they had agreed to before counts no more.

    :param at: when they asked
    :param met: further (source, person) of whom it may be remembered that they met
    :raises Conflict: where others kept changing the same memories
    """
    _note_forgotten(person, at)
    entries = {*met} | {
        (source, other)
        for source, kept in load(person).items()
        if source.startswith(MET_SOURCE)
        for other in kept.connection_set.hashes.tolist()
    }
    in_parallel(lambda entry: change(entry[1], lambda known: _without(known, entry[0], person, at)), sorted(entries))
    with Item.batch_write() as batch:
        for item in Item.query(
            _partition(person),
            Item.sk.startswith(f"{_SET}#"),
            consistent_read=True,
            attributes_to_get=["pk", "sk", "kind"],
        ):
            batch.delete(item)
    return {other for _, other in entries}


def without_person(kept: KeptSet, person: int, *, now: datetime) -> KeptSet:
    """A set of people whom somebody met, without one of them; the same where they are not in it."""
    others = kept.connection_set.hashes != person
    if others.all():
        return kept
    return changed(kept, kept.connection_set.only(others), now=now)


def changed(kept: KeptSet, content: ConnectionSet, *, now: datetime) -> KeptSet:
    """A kept set with other content; later than it was, whatever the clock says."""
    later = max(now, kept.uploaded_at + timedelta(microseconds=1))
    return replace(kept, connection_set=content, digest=content.digest, uploaded_at=later)


def _save(person: int, wanted: KeptSet, known: KeptSet | None) -> bool:
    """Write a set in place of the known one; False where that is another by now."""
    as_known = ConnectionSetItem.digest == known.digest if known else None
    return write(_partition(person), _SET, wanted, as_known)


def _without(known: Remembered, source: str, person: int, now: datetime) -> Iterable[KeptSet]:
    kept = known.get(source)
    if kept is None:
        return []
    left = without_person(kept, person, now=now)
    return [] if left is kept else [left]


def _note_forgotten(person: int, at: datetime) -> None:
    text = at.astimezone(UTC).isoformat(timespec="microseconds")
    item = PersonItem(_partition(person), _FORGOTTEN, forgotten_at=text, expires_at=int((at + KNOWN_FOR).timestamp()))
    written(item.save, condition=PersonItem.pk.does_not_exist() | (PersonItem.forgotten_at < text))


def _partition(person: int) -> str:
    return f"PERSON#{person:014x}"
