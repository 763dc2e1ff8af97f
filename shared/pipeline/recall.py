"""Recall what somebody asked to have remembered when they come to another event; forget it where they ask for that."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared import storage
from shared.attendees import Attendee
from shared.events import Event
from shared.matching import MET_SOURCE, NEVER_SOURCE
from shared.pipeline.forget_memory import forget_memory
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.remember import person_of
from shared.registrations import Purpose
from shared.storage import attendees
from shared.storage.stream import AttendeeChange, read_attendee_change

logger = logging.getLogger(__name__)


def recall(event: Event, attendee: Attendee, *, hashing_key: bytes) -> int:
    """Make what is remembered of an attendee sets of this event, as if they had brought them; how many were new.

    What they brought to this event themselves stays where it is newer, and what is there already is not written again.

    :raises shared.storage.Conflict: where other uploads of theirs kept ending at the same moment
    """
    if not (attendee.may_be_named and attendee.agreed(Purpose.REMEMBER)):
        return 0
    remembered = storage.memories.load(person_of(attendee.email, hashing_key), consistent=False)
    if not remembered:
        return 0
    entry = attendees.directory_entries(event, [attendee.attendee_id]).get(attendee.attendee_id)
    here = entry.set_digests if entry else {}
    recalled = set()
    for source, kept in remembered.items():
        if here.get(source) == kept.digest or not _may_be_used(event, attendee, source):
            continue
        state = storage.connection_sets.current_state(event, attendee.attendee_id, source)
        if state is None or (state[1] < kept.uploaded_at and state[0] != kept.digest):
            own = replace(kept.connection_set, attendee_id=attendee.attendee_id)
            storage.connection_sets.save(event, own, uploaded_at=kept.uploaded_at)
            state = storage.connection_sets.current_state(event, attendee.attendee_id, source)
        # Noted also where it was kept already: an earlier attempt may have ended between the two writes.
        if state is not None and state[0] == kept.digest:
            attendees.note_set(event, attendee.attendee_id, source, kept.digest)
            recalled.add((source, kept.digest))
    if recalled:
        _drop_if_withdrawn(event, attendee.attendee_id, recalled)
    return len(recalled)


def recall_for_changes(
    records: Iterable[Mapping[str, Any]],
    *,
    events: KnownEvents,
    hashing_key: Callable[[Event], bytes],
    now: datetime,
) -> list[str]:
    """Recall for the attendees in a batch of the table's stream who asked for it, and forget those who do no more.

    :param records: of attendees, as Lambda delivers them (NEW_AND_OLD_IMAGES)
    :returns: the sequence numbers of the records that must come again; the others are done
    """
    by_event: defaultdict[str, list[AttendeeChange]] = defaultdict(list)
    for record in records:
        change = read_attendee_change(record)
        if change is not None and (Purpose.REMEMBER in change.agreed | change.agreed_before or _ended_all(change)):
            by_event[change.event_id].append(change)
    failed: list[str] = []
    for event_id, changes in by_event.items():
        event = events.get(event_id)
        if event is None:
            continue  # deleted meanwhile; what is remembered does not hang on it
        known = attendees.load_many(event, {change.attendee_id for change in changes})
        for change in changes:
            attendee = known.get(change.attendee_id)
            try:
                if attendee is not None:
                    _follow(event, change, attendee, hashing_key(event), now)
            except Exception:
                logger.exception("not recalled, the stream will bring it again", extra={"event_id": event_id})
                failed.append(change.sequence_number)
    return failed


def recall_for_everybody(event: Event, *, hashing_key: Callable[[Event], bytes], now: datetime) -> None:
    """The same for every attendee of an event, where changes of it were lost.

    What somebody agreed to before is not known any more: whoever said themselves that nothing be remembered is
    forgotten as of that moment, however often this is repeated.
    """
    for attendee in attendees.load_all(event):
        no = attendee.consent.refused.get(Purpose.REMEMBER) if attendee.consent else None
        if attendee.agreed(Purpose.REMEMBER) and now < event.ends_at:
            recall(event, attendee, hashing_key=hashing_key(event))
        elif no is not None and attendee.email:
            forget_memory(event, attendee, hashing_key=hashing_key(event), at=no)


def _follow(event: Event, change: AttendeeChange, attendee: Attendee, key: bytes, now: datetime) -> None:
    if attendee.agreed(Purpose.REMEMBER):
        if now < event.ends_at:
            recall(event, attendee, hashing_key=key)
        return
    consent = attendee.consent
    # However they withdrew: on their page, at the ticketing platform, or by being erased.
    said_stop = consent is not None and consent.ended_by_person
    if change.email_before and (Purpose.REMEMBER in change.agreed_before or (_ended_all(change) and said_stop)):
        at = consent.changed_at if consent else now
        forget_memory(event, replace(attendee, email=change.email_before), hashing_key=key, at=at)


def _ended_all(change: AttendeeChange) -> bool:
    return bool(change.agreed_before) and not change.agreed


def _may_be_used(event: Event, attendee: Attendee, source: str) -> bool:
    if source in (f"{MET_SOURCE}{event.event_id}", f"{NEVER_SOURCE}{event.event_id}"):
        return False  # the event's own, who stand in its meetings
    return attendee.connections_may_be_used or source.startswith(NEVER_SOURCE)


def _drop_if_withdrawn(event: Event, attendee_id: str, recalled: set[tuple[str, str]]) -> None:
    # Who withdrew between the last look and the write would find kept what they were told is gone.
    attendee = attendees.load(event, attendee_id)
    if attendee is None or not attendee.agreed(Purpose.REMEMBER):
        attendees.forget_some_sets(event, attendee_id, recalled)
        storage.connection_sets.delete_of(event, attendee_id, {source for source, _ in recalled})
