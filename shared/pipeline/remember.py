"""Remember after an event, of those who asked for it, what they brought, whom they met and whom not to meet again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Final

from shared import matching, storage
from shared.attendees import Attendee
from shared.connections import Relation
from shared.connections.public import LISTS
from shared.events import Event
from shared.identities import Identity
from shared.introductions import Answer, Meeting, MeetingState, PastEvent
from shared.matching import MET_SOURCE, NEVER_SOURCE, hash_identity
from shared.registrations import Purpose
from shared.storage import attendees, meetings, past_events

if TYPE_CHECKING:
    from shared.storage.connection_sets import KeptSet
    from shared.storage.memories import How, Remembered

# What needs NumPy is asked for by its name in its room: most answers on a page are nothing to be remembered, and their
# cold starts do not wait for it.

# From each event on at which somebody has it remembered anew.
LIFETIME: Final = timedelta(days=731)
# Writing a set costs as much as it is long: it is not written for every day that its time is longer.
RENEWED_AFTER: Final = timedelta(days=30)


def person_of(email: str, hashing_key: bytes) -> int:
    """Who somebody is across events: the keyed hash of their address, as it stands in connection sets too."""
    return hash_identity(Identity("email", email), hashing_key)


def remember(event: Event, *, hashing_key: bytes, now: datetime, shards: Collection[int] | None = None) -> int:
    """At the end of an event, copy what those brought who asked for it, and note who met; how many sets were written.

    Again, it writes what is new. It reads about twice what a full pass reads, and writes each set once an event.

    :param shards: only the memories of the attendees in these of the event's shards; None for all
    :raises shared.storage.Conflict: where somebody's memory kept being changed; running it again goes on
    """
    everybody = {attendee.attendee_id: attendee for attendee in attendees.load_all(event)}
    if not any(attendee.agreed(Purpose.REMEMBER) for attendee in everybody.values()):
        return 0
    decided = [m for m in meetings.load_all(event) if m.state is MeetingState.MET or _refusals(m)]
    some = None if shards is None else {e for e in everybody if storage.matches.shard_of(event, e) in shards}
    return _remember(event, everybody, decided, hashing_key, now, brought=True, some=some)


def remember_meetings(event: Event, decided: Iterable[Meeting], *, hashing_key: bytes, now: datetime) -> int:
    """Note what some meetings came to, as soon as one of the two has said so; how many sets were written.

    What was noted before and is not so any more is taken back. It may be repeated.

    :raises shared.storage.Conflict: as for :func:`remember`
    """
    decided = list(decided)
    everybody = attendees.load_many(event, {each for meeting in decided for each in meeting.pair})
    if not any(attendee.agreed(Purpose.REMEMBER) for attendee in everybody.values()):
        return 0
    return _remember(event, everybody, decided, hashing_key, now, brought=False)


@dataclass(frozen=True, slots=True)
class _Notes:
    """What is to be noted of one person's meetings at an event: by other person, whether it is so."""

    met: dict[int, bool] = field(default_factory=dict)
    never: dict[int, bool] = field(default_factory=dict)


def _remember(
    event: Event,
    everybody: Mapping[str, Attendee],
    decided: Iterable[Meeting],
    key: bytes,
    now: datetime,
    *,
    brought: bool,
    some: Set[str] | None = None,
) -> int:
    decided = list(decided)
    hashes = {each: person_of(attendee.email, key) for each, attendee in everybody.items() if attendee.email}
    agreeing = _agreeing(everybody, hashes)
    notes = _notes(decided, hashes, agreeing)
    if any(True in each.met.values() for each in notes.values()):
        # First: who finds that they met must find where.
        past_events.save(PastEvent(event.event_id, event.name, event.place, _first_day(event).year))
    work: dict[int, How] = {}
    for attendee_id in agreeing if brought else notes:
        if some is not None and attendee_id not in some:
            continue
        attendee, its_notes = everybody[attendee_id], notes.get(attendee_id, _Notes())
        work[hashes[attendee_id]] = _change(event, attendee if brought else None, its_notes, now)
    written = storage.memories.change_all(work)
    _forget_who_withdrew(event, agreeing, decided, hashes, now)
    return written


def _agreeing(everybody: Mapping[str, Attendee], hashes: Mapping[str, int]) -> list[str]:
    """Who wants to be remembered; what was agreed to before somebody asked to be forgotten counts no more."""
    asked = [each for each in hashes if everybody[each].agreed(Purpose.REMEMBER)]
    forgotten = storage.memories.forgotten(hashes[each] for each in asked)
    return [each for each in asked if _agreed_since(everybody[each], forgotten.get(hashes[each]))]


def _agreed_since(attendee: Attendee, forgotten_at: datetime | None) -> bool:
    if forgotten_at is None or attendee.consent is None:
        return forgotten_at is None
    agreement = attendee.consent.agreements.get(Purpose.REMEMBER)
    return agreement is not None and agreement.at > forgotten_at


def _notes(decided: Iterable[Meeting], hashes: Mapping[str, int], agreeing: Iterable[str]) -> dict[str, _Notes]:
    notes: defaultdict[str, _Notes] = defaultdict(_Notes)
    agreed = frozenset(agreeing)
    for meeting in decided:
        met = meeting.state is MeetingState.MET and agreed.issuperset(meeting.pair)
        refusals = _refusals(meeting)
        for each in meeting.pair:
            other = meeting.other(each)
            if each in agreed and other in hashes:
                notes[each].met[hashes[other]] = met
                notes[each].never[hashes[other]] = each in refusals
    return dict(notes)


def _refusals(meeting: Meeting) -> list[str]:
    """Who of the two does not want to be introduced to the other, at no later event either."""
    return [each for each in meeting.pair if meeting.side(each).answer is Answer.NEVER]


def _change(event: Event, attendee: Attendee | None, notes: _Notes, now: datetime) -> How:
    """What becomes of a person's memory; of what they brought only where ``attendee`` is given."""
    expires_at = int((now + LIFETIME).timestamp())
    renew_before = int((now + LIFETIME - RENEWED_AFTER).timestamp())

    def how(known: Remembered) -> Iterable[KeptSet]:
        after = dict(known)
        for kept in _brought(event, attendee) if attendee is not None else ():
            before = after.get(kept.source)
            if before is None or (before.uploaded_at < kept.uploaded_at and before.digest != kept.digest):
                after[kept.source] = kept
        for prefix, relation, entries in (
            (MET_SOURCE, Relation.MET, notes.met),
            (NEVER_SOURCE, Relation.NEVER, notes.never),
        ):
            source = f"{prefix}{event.event_id}"
            noted = _noted(after.get(source), source, relation, entries, event, now)
            if noted is not None:
                after[source] = noted
        for source, kept in after.items():
            is_new = source not in known or known[source].digest != kept.digest
            if is_new or (attendee is not None and kept.expires_at < renew_before):
                yield replace(kept, expires_at=expires_at)

    return how


def _brought(event: Event, attendee: Attendee) -> Iterable[KeptSet]:
    """The sets that an attendee brought to the event, to be remembered."""
    if not attendee.agreed(Purpose.CONNECTIONS):
        return
    for kept in storage.connection_sets.load_kept(event, attendee.attendee_id):
        # Notes of earlier events lie in the memory, and may have been taken back there. A list that was fetched by a
        # claimed handle would look like an export once it is remembered; it can be fetched anew.
        fetched = kept.source in LISTS and attendee.agreed(Purpose.FETCH)
        if not fetched and not kept.source.startswith((MET_SOURCE, NEVER_SOURCE)):
            yield kept


def _noted(
    known: KeptSet | None, source: str, relation: Relation, entries: Mapping[int, bool], event: Event, now: datetime
) -> KeptSet | None:
    """The set of those whom somebody met, or does not want to meet, with these entries put in or taken out."""
    people = set(known.connection_set.hashes.tolist()) if known else set()
    wanted = (people | {each for each, so in entries.items() if so}) - {each for each, so in entries.items() if not so}
    if wanted == people:
        return known
    content = matching.pack_people("", source, wanted, relation, since=_first_day(event))
    if known is not None:
        return storage.memories.changed(known, content, now=now)
    return storage.connection_sets.KeptSet(content, content.digest, now, 0, event.key_version)


def _first_day(event: Event) -> date:
    return event.starts_at.date()


def _forget_who_withdrew(
    event: Event, agreed: Iterable[str], decided: Iterable[Meeting], hashes: Mapping[str, int], now: datetime
) -> None:
    # Who withdrew while we wrote would find kept what they were told is gone.
    agreed = list(agreed)
    still = attendees.load_many(event, agreed)
    forgotten = storage.memories.forgotten(hashes[each] for each in agreed)
    source = f"{MET_SOURCE}{event.event_id}"
    for each in agreed:
        attendee = still.get(each)
        if (
            attendee is not None
            and attendee.agreed(Purpose.REMEMBER)
            and _agreed_since(attendee, forgotten.get(hashes[each]))
        ):
            continue
        others = [meeting.other(each) for meeting in decided if each in meeting.pair]
        storage.memories.forget(
            hashes[each], at=now, met=[(source, hashes[other]) for other in others if other in hashes]
        )
