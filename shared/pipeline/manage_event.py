"""Make and end an event: its settings, its secrets, the schedule of each wave; and what an organizer asks of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from shared import storage
from shared.attendees import Attendee, Consent, attendee_id_of
from shared.connections import Relation
from shared.events import FOLLOW_UP, Event
from shared.introductions import Side
from shared.introductions.states import MeetingState
from shared.matching import Listing
from shared.pipeline.answer import said_in
from shared.pipeline.decide import stop
from shared.pipeline.forget_attendee import forget
from shared.pipeline.forget_memory import forget_memory
from shared.pipeline.remember import person_of
from shared.registrations import new_secret
from shared.services import (
    Scheduling,
    Secrets,
    add_schedules,
    create_schedules,
    delete_schedule,
    delete_schedules,
    fit_schedules,
    move_schedule,
    schedule_new_end,
)
from shared.slots import Slot
from shared.storage import attendees, events, imports, introductions, matches, meetings

OWN_PLATFORM = "icebreaker"
NEW_END_AFTER = timedelta(minutes=2)  # functions remember an event for one
# A moment that is past when the request arrives may be refused: AWS's pages do not say.
NOW_IS_IN = timedelta(seconds=3)


@dataclass(frozen=True, slots=True)
class CreatedEvent:
    """What came of making an event."""

    webhook_secret: str  # of the event's own webhook; shown once
    schedules: tuple[str, ...]  # of the waves that are still to come


def create_event(event: Event, *, secrets: Secrets, scheduling: Scheduling, now: datetime) -> CreatedEvent:
    """Make an event with everything that hangs on it, or nothing; the deployment's keys too, where there are none.

    :raises shared.storage.Conflict: where there is one of this id
    """
    make_keys(secrets)
    return create_event_with_keys(event, secrets=secrets, scheduling=scheduling, now=now)


def make_keys(secrets: Secrets) -> None:
    """Make the deployment's keys, unless there are some. No function may: who could make one could write one over."""
    secrets.ensure_hashing_key()
    secrets.ensure_link_keys()
    secrets.ensure_suppression_key()


def create_event_with_keys(event: Event, *, secrets: Secrets, scheduling: Scheduling, now: datetime) -> CreatedEvent:
    """The same where the keys are made already.

    :raises shared.storage.Conflict: where there is one of this id
    """
    newest = max(secrets.hashing_key_versions())
    events.create(replace(event, key_version=newest, id_key_version=newest))
    secret = new_secret()
    try:
        secrets.add_webhook_secret(event.event_id, OWN_PLATFORM, secret)
        names = create_schedules(event, scheduling=scheduling, now=now)
    except Exception:
        # An event that looks made but whose waves never come would be worse than none; a wave of no event does nothing.
        events.delete(event)
        secrets.forget_webhook(event.event_id, OWN_PLATFORM)
        # Each by its name: listing asks for a right to everybody's.
        for wave in sorted(_wave_names(event)):
            delete_schedule(event, wave, group=scheduling.group)
        raise
    return CreatedEvent(secret, tuple(names))


def change_event(before: Event, after: Event, *, scheduling: Scheduling, now: datetime) -> None:
    """Put an event's settings in the place of those it had, with the schedules that belong to them.

    Cut short, it is finished by doing it again, also from the event as it is then: a schedule of a wave that the event
    does not have does nothing, and whatever is scheduled otherwise than the event says is moved. A wave that is held
    back stays so.

    :param before: the event as it was read
    :raises SlotsInUse: where two have agreed to meet in a slot that would be gone, or at another time or place
    :raises shared.storage.Conflict: where somebody else changed it meanwhile, or there is no such event any more
    """
    if before.slots != after.slots:
        _check_slots_in_use(before, after.slots)
    old, new = _wave_names(before), _wave_names(after)
    add_schedules(after, new - old, scheduling=scheduling, now=now)
    if before.expires_at != after.expires_at:
        # When every function has heard of it. Should this be cut short here, it finds nothing to do.
        schedule_new_end(after, at=now + NEW_END_AFTER, scheduling=scheduling)
    events.update(after, since=before)
    fit_schedules(after, old - new, scheduling=scheduling, now=now)


def _wave_names(event: Event) -> frozenset[str]:
    return frozenset(wave.name for wave in event.waves) | ({FOLLOW_UP} if event.follow_up else frozenset())


def send_wave_now(event: Event, wave: str, *, scheduling: Scheduling, now: datetime) -> Event:
    """Let one of an event's waves, or the morning after, run at once; the event as it is now.

    Those before it that have not run yet run at their time, and are of no use to whoever is told everything now.

    :raises LookupError: where the event has no such wave
    """
    at = now.astimezone(UTC) + NOW_IS_IN
    if wave == FOLLOW_UP:
        move_schedule(event, wave, at=at, scheduling=scheduling)
        return event
    if wave not in {each.name for each in event.waves}:
        known = ", ".join(each.name for each in event.waves)
        raise LookupError(f"{event.name} has no wave {wave!r}; it has {known} and {FOLLOW_UP}")
    waves = sorted((replace(each, at=at) if each.name == wave else each for each in event.waves), key=lambda w: w.at)
    moved = replace(event, waves=tuple(waves))
    # The event first: whoever registers from here on may come after the last wave, and is introduced at once.
    events.update(moved, since=event)
    move_schedule(moved, wave, at=at, scheduling=scheduling)
    return moved


def delete_event(event: Event, *, secrets: Secrets, scheduling: Scheduling) -> int:
    """End an event: no wave runs any more, no webhook is accepted, nothing is kept; how many items there were."""
    delete_schedules(event, group=scheduling.group)
    secrets.forget_event(event.event_id)
    return events.delete(event)


class SlotsInUse(Exception):
    """Two people have agreed to meet in a slot that would be gone; the sentence says which ones."""


def replace_slots(event: Event, slots: Sequence[Slot]) -> Event:
    """Put these slots in the place of the event's; the event as it is then.

    Where two have agreed to meet, their calendars say when and where: that slot must stay as it is, though more or
    fewer may fit into it.

    :raises SlotsInUse: where such a slot would be gone, or at another time or place
    :raises shared.events.BadEvent: where slots do not lie in the event
    :raises shared.storage.Conflict: where there is no such event any more
    """
    changed = replace(event, slots=tuple(sorted(slots, key=lambda slot: slot.preference)))
    _check_slots_in_use(event, slots)
    events.update(changed, since=event)
    return changed


def _check_slots_in_use(event: Event, slots: Sequence[Slot]) -> None:
    agreed = {meeting.slot_id for meeting in meetings.load_all(event) if meeting.state is MeetingState.AGREED}
    staying = {(slot.slot_id, slot.starts_at, slot.ends_at, slot.place) for slot in slots}
    gone = [
        f"{slot.starts_at:%Y-%m-%d %H:%M}, {slot.place}"
        for slot in event.slots
        if slot.slot_id in agreed and (slot.slot_id, slot.starts_at, slot.ends_at, slot.place) not in staying
    ]
    if gone:
        raise SlotsInUse(
            f"people have agreed to meet in slots that would be gone or change: {'; '.join(gone)}. "
            "Keep these as they are; nothing was changed"
        )


def withdraw_attendee(event: Event, email: str, *, secrets: Secrets, now: datetime) -> bool:
    """End everything a person agreed to, and forget what is remembered of earlier events; False where they are unknown.

    See :func:`stop`.
    """
    attendee = attendees.load(event, attendee_id_of(event.event_id, email, secrets.id_key(event)))
    if attendee is None or not stop(event, attendee.attendee_id, hashing_key=secrets.hashing_key(event), now=now):
        return False
    _forget_memory(event, attendee, secrets, now)
    return True


def erase_attendee(event: Event, email: str, *, secrets: Secrets, now: datetime) -> bool:
    """Forget a person; False where they are unknown. Cut short, it is finished by repeating it."""
    key = secrets.hashing_key(event)
    attendee = attendees.load(event, attendee_id_of(event.event_id, email, secrets.id_key(event)))
    if attendee is None:
        return False
    _forget_memory(event, attendee, secrets, now)
    forget(event, attendee, hashing_key=key, now=now)
    return True


def _forget_memory(event: Event, attendee: Attendee, secrets: Secrets, now: datetime) -> None:
    """Forget what is remembered of a person, under whatever key."""
    for version in secrets.hashing_key_versions():
        key = secrets.hashing_key(replace(event, key_version=version))
        forget_memory(event, attendee, hashing_key=key, at=now)


def everything_about(event: Event, email: str, *, secrets: Secrets) -> dict[str, Any] | None:
    """All that is kept of a person, as JSON-able values for them to see; None where they are unknown."""
    attendee = attendees.load(event, attendee_id_of(event.event_id, email, secrets.id_key(event)))
    return (
        None
        if attendee is None or attendee.erased
        else everything_of(event, attendee, hashing_key=secrets.hashing_key(event))
    )


def everything_of(event: Event, attendee: Attendee, *, hashing_key: bytes) -> dict[str, Any]:
    """The same of an attendee who was looked up."""
    consent, told = attendee.consent, introductions.load_of(event, attendee.attendee_id)
    met = meetings.load_of(event, attendee.attendee_id, said_in(told))
    person = person_of(attendee.email, hashing_key)
    return {
        "event": event.name,
        "name": attendee.name,
        "email": attendee.email,
        "phone": attendee.phone,
        "company": attendee.company,
        "language": attendee.locale,
        "profiles": [identity.url or identity.display for identity in attendee.identities],
        "agreed": sorted(consent.purposes) if consent else [],
        "agreed_on": consent and consent.changed_at.isoformat(),
        "agreed_by": consent and consent.given_by,
        "said_to_each_purpose": _said_to_each(consent) if consent else {},
        "tickets": dict(attendee.tickets),
        "connections_as_keyed_hashes": {
            found.source: len(found) for found, _ in storage.connection_sets.load_of(event, attendee.attendee_id)
        },
        "remembered_for_later_events": {
            source: {"people": len(kept.connection_set), "until": _day(kept.expires_at)}
            for source, kept in storage.memories.load(person).items()
        },
        "uploads": [
            {"source": each.source, "state": each.state, "read": each.read, "reason": each.reason}
            for each in imports.load_of(event, attendee.attendee_id)
        ],
        "people_you_know_here": sum(map(_is_tie, matches.listings_of(event, [attendee.attendee_id]))),
        "introductions": [
            {"wave": each.wave, "channel": each.channel, "people": len(each.people), "state": each.state}
            for each in told
        ],
        "answers": [_answers(meeting.side(attendee.attendee_id)) for meeting in met.values()],
        "deleted_on": event.expires_at.date().isoformat(),
    }


def _said_to_each(consent: Consent) -> dict[str, Any]:
    """What a person said to each purpose they were asked about; the words are numbered in docs/privacy.md."""
    said: dict[str, Any] = {
        purpose.value: {"agreed": False, "on": refusal.at.isoformat(), "by": refusal.given_by}
        for purpose, refusal in consent.refusals.items()
    }
    for purpose, yes in consent.agreements.items():
        said[purpose.value] = {
            "agreed": True,
            "on": yes.at.isoformat(),
            "by": yes.given_by,
            "version_of_the_words": yes.version,
            "basis": yes.basis,
        }
    return dict(sorted(said.items()))


def _day(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _is_tie(listing: Listing) -> bool:
    # That somebody asked not to be introduced is theirs to know.
    return any(piece.relation is not Relation.NEVER for piece in listing.evidence)


def _answers(side: Side) -> dict[str, Any]:
    """What somebody answered about one person, without saying who that is: it is not the other's answer to have."""
    return {
        "answer": side.answer,
        "answered_on": side.answered_at and side.answered_at.isoformat(),
        "met": side.outcome,
        "met_said_on": side.outcome_at and side.outcome_at.isoformat(),
    }
