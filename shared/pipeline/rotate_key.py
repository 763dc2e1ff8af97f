"""Change the hashing key: for events from now on, or of one event whose key is no secret any more."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from shared.events import Event
from shared.pipeline import known_events
from shared.pipeline.match_attendees import match_everybody
from shared.services import Secrets
from shared.storage import attendees, connection_sets, events

# Functions look an event up anew after a minute, and whatever began before that has ended after Lambda's quarter of an
# hour: until then somebody may still write under the old key.
KNOWN_FOR_S = known_events.REMEMBERED_FOR_S + 5
LONGEST_RUN_S = 15 * 60
LOOK_AGAIN_S = 20

Watch = Callable[[int], None]  # is told how many entries and sets were replaced so far


class StillUsed(ValueError):
    """A version of the key that cannot be forgotten; the sentence says why."""


@dataclass(frozen=True, slots=True)
class KeyVersion:
    """One version of the hashing key and the events that need it."""

    version: int
    hashing: tuple[str, ...]  # events whose hashes are made under it, sorted
    naming: tuple[str, ...]  # events whose attendees have their ids from it, sorted
    changing: tuple[str, ...]  # of the first, those whose older hashes are still being replaced


def key_versions(secrets: Secrets) -> list[KeyVersion]:
    """Every version of the hashing key, the newest first."""
    known: Sequence[Event] = sorted(events.load_all(), key=lambda event: event.event_id)
    return [
        KeyVersion(
            version,
            hashing=tuple(event.event_id for event in known if event.key_version == version),
            naming=tuple(event.event_id for event in known if event.id_key_version == version),
            changing=tuple(event.event_id for event in known if event.key_version == version and event.rehashing),
        )
        for version in secrets.hashing_key_versions()
    ]


def forget_key(version: int, *, secrets: Secrets) -> None:
    """Delete a version of the hashing key.

    :raises StillUsed: where there is no such version, or it is the newest, or an event needs it
    """
    versions = key_versions(secrets)
    known = {each.version: each for each in versions}.get(version)
    if known is None:
        raise StillUsed(f"there is no version {version} of the hashing key; `icebreaker key list` shows them all")
    if known is versions[0]:
        raise StillUsed(f"version {version} is the newest, which the next event takes; `icebreaker key rotate` first")
    using = sorted({*known.hashing, *known.naming})
    if using:
        raise StillUsed(f"version {version} is needed until these events are deleted or changed: {', '.join(using)}")
    secrets.forget_hashing_key(version)


def rotate_event_key(
    event: Event, *, secrets: Secrets, sleep: Callable[[float], None] = time.sleep, watch: Watch = lambda _: None
) -> Event:
    """Make all hashes of an event anew under the newest key; the attendees keep their ids.

    The directory's are made of what attendees registered. Connection sets cannot be: they stop taking part and are
    deleted, and come back with the next upload. Cut short, it is finished by repeating it.

    :raises shared.storage.Conflict: where somebody else is changing the event's key
    """
    event = begin(event, secrets=secrets)
    sleep(KNOWN_FOR_S)
    replaced = waited = 0
    while True:
        now = rehash(event, secrets=secrets)
        replaced += now
        watch(replaced)
        if waited >= LONGEST_RUN_S and not now:
            break
        sleep(LOOK_AGAIN_S)
        waited += LOOK_AGAIN_S
    return end(event)


def begin(event: Event, *, secrets: Secrets) -> Event:
    """Let everything of the event be hashed under the newest key from now on, or go on with what was begun.

    From here until the last entry is replaced, nobody at the event is matched, and nothing false is.
    """
    newest = secrets.ensure_hashing_key()
    if newest == event.key_version:
        if event.rehashing:
            return event
        newest = secrets.add_hashing_key()
    return events.change_key(event, key_version=newest, rehashing=True)


def rehash(event: Event, *, secrets: Secrets) -> int:
    """Replace what is still hashed under an older key, once over; how many entries and sets that were.

    What changes at the same moment is counted, and left to the next time.
    """
    key = secrets.hashing_key(event)
    outdated = attendees.hashed_under_older_keys(event)
    for attendee_id in outdated:
        attendees.rehash(event, attendee_id, hashing_key=key)
    gone = connection_sets.digests_of_older_keys(event)
    for attendee_id, sets in gone.items():
        # In this order: while there is a set, the next time finds it, and with it what the directory says of it.
        attendees.forget_some_sets(event, attendee_id, sets)
        connection_sets.delete_of_older_keys(event, attendee_id)
    return len(outdated) + sum(map(len, gone.values()))


def end(event: Event) -> Event:
    """Match everybody once more, since what woke matching meanwhile may have been given up, and call it done."""
    match_everybody(event)
    return events.change_key(event, key_version=event.key_version, rehashing=False)
