"""Forget what somebody asked to have remembered: theirs, and that they met others, in the memories of those."""

from __future__ import annotations

from datetime import datetime

from shared import storage
from shared.attendees import Attendee
from shared.events import Event
from shared.matching import MET_SOURCE, NEVER_SOURCE
from shared.pipeline.remember import person_of
from shared.storage import attendees


def forget_memory(event: Event, attendee: Attendee, *, hashing_key: bytes, at: datetime) -> None:
    """Forget all that is remembered of a person, and what came of it to this event. It may be repeated.

    What they brought to this event itself stays. What they agreed to before ``at``, at whatever event, is remembered
    no more; what they agree to later is.

    :param attendee: as they were before they asked: with their address
    :raises shared.storage.Conflict: where others kept changing the same memories
    """
    person = person_of(attendee.email, hashing_key)
    recalled = {kept.source: kept.digest for kept in storage.memories.load(person).values()}
    met = storage.memories.forget(person, at=at)
    entry = attendees.directory_entries(event, [attendee.attendee_id]).get(attendee.attendee_id)
    own = entry.set_digests if entry else {}
    gone = {
        (source, digest)
        for source, digest in own.items()
        if recalled.get(source) == digest or source.startswith((MET_SOURCE, NEVER_SOURCE))
    }
    if gone:
        attendees.forget_some_sets(event, attendee.attendee_id, gone)
        storage.connection_sets.delete_of(event, attendee.attendee_id, {source for source, _ in gone})
    for other in attendees.load_all(event) if met else ():
        if other.email and person_of(other.email, hashing_key) in met:
            _forget_meeting(event, other.attendee_id, person, at)


def _forget_meeting(event: Event, attendee_id: str, person: int, now: datetime) -> None:
    """Take a person out of what an attendee was reminded of for this event."""
    for kept in storage.connection_sets.load_kept(event, attendee_id):
        if not kept.source.startswith(MET_SOURCE):
            continue
        left = storage.memories.without_person(kept, person, now=now)
        if left is not kept and storage.connection_sets.save(event, left.connection_set, uploaded_at=left.uploaded_at):
            attendees.note_set(event, attendee_id, left.source, left.digest)
