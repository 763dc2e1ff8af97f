"""Attendees, their tickets, and their entries in the directory that matching reads."""

from __future__ import annotations

import struct
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from pynamodb.exceptions import TransactWriteError

from shared.attendees import Attendee, Change, ProvenHandle, Ticket
from shared.events import Event
from shared.identities import Identity
from shared.matching import DirectoryEntry, findable_under
from shared.registrations import Status
from shared.storage._consent import read_consent, write_consent
from shared.storage._table import (
    AttendeeItem,
    Conflict,
    DirectoryItem,
    Item,
    TicketItem,
    batch_get,
    expiry,
    key_version_of,
    lost_a_race,
    of_no_newer_key,
    partition,
    query_shards,
    shard_of,
    transaction,
    written,
)

# Uploads of one person end at the same moment seldom, and never this many.
ATTEMPTS = 8


def load(event: Event, attendee_id: str) -> Attendee | None:
    """One attendee; None where there is nobody of this id."""
    return load_many(event, [attendee_id]).get(attendee_id)


def load_many(event: Event, attendee_ids: Iterable[str], *, consistent: bool = True) -> dict[str, Attendee]:
    """Those of the attendees that exist, by id.

    :param consistent: False: at half the price, as they were a moment ago
    """
    keys = (_key(event, "ATTENDEE", attendee_id) for attendee_id in attendee_ids)
    return {item.sk: _attendee(event, item) for item in batch_get(AttendeeItem, keys, consistent=consistent)}


def load_all(event: Event, shards: Collection[int] | None = None) -> Iterator[Attendee]:
    """Everybody, or who lies in some of the event's shards."""
    for item in query_shards(AttendeeItem, event, "ATTENDEE", consistent=False, shards=shards):
        yield _attendee(event, item)


def load_for_registrations(
    event: Event, named: Iterable[tuple[str, str | None]]
) -> tuple[dict[str, Ticket], dict[str, Attendee]]:
    """The stored tickets by Ticket.key and attendees by id that registrations are about, in one round trip.

    :param named: (Ticket.key, id of the attendee named or None) of each registration; 50 at most
    """
    keys: list[tuple[str, str]] = []
    for ticket_key, attendee_id in named:
        keys.append(_key(event, "TICKET", ticket_key))
        if attendee_id is not None:
            keys.append(_key(event, "ATTENDEE", attendee_id))
    tickets: dict[str, Ticket] = {}
    attendees: dict[str, Attendee] = {}
    for item in batch_get(Item, keys, consistent=True):
        if isinstance(item, TicketItem):
            tickets[item.sk] = _ticket(item)
        elif isinstance(item, AttendeeItem):
            attendees[item.sk] = _attendee(event, item)
    return tickets, attendees


def save(event: Event, changes: Iterable[tuple[Change, Mapping[str, Attendee]]], *, hashing_key: bytes) -> None:
    """Write changes, all of them or none, in one round trip; each attendee at most once among them.

    :param changes: each with the attendees it was computed from, by id
    :raises Conflict: where a ticket or attendee has changed since it was read, or the event's hashing key since
        ``event`` was; nothing is written
    """
    try:
        with transaction() as write:
            for change, before in changes:
                if change.ticket is not None:
                    _save_ticket(write, event, change.ticket)
                for attendee in change.attendees:
                    _save_attendee(write, event, attendee, before.get(attendee.attendee_id), hashing_key)
    except TransactWriteError as error:
        if lost_a_race(error):
            raise Conflict("an attendee or ticket was changed by another delivery at the same moment") from error
        raise


def save_attendee(event: Event, attendee: Attendee, before: Attendee, *, hashing_key: bytes) -> None:
    """Write one attendee as changed by themselves or the organizer.

    :raises Conflict: where they have changed since ``before`` was read
    """
    save(event, [(Change(attendees=(attendee,)), {before.attendee_id: before})], hashing_key=hashing_key)


def directory(event: Event) -> list[DirectoryEntry]:
    """The whole directory of the event.

    :raises Conflict: while some can be found under hashes of another key than the others, or than the event's as in
        ``event``. Who shares a name or a handle with whom cannot be seen then, and that decides what may be told.
    """
    entries = []
    for item in query_shards(DirectoryItem, event, "DIRECTORY", consistent=True):
        if item.hashes and key_version_of(item) != event.key_version:
            raise Conflict(
                f"the hashing key of {event.event_id!r} is being changed; matching goes on when that is done. If it "
                f"was cut short, `icebreaker key rotate --event {event.event_id}` finishes it"
            )
        entries.append(_entry(item))
    return entries


def revisions(event: Event) -> dict[str, int]:
    """The revision of every entry of the directory, by attendee."""
    items = query_shards(DirectoryItem, event, "DIRECTORY", consistent=True, attributes=["revision"])
    return {item.sk: int(item.revision or 0) for item in items}


def directory_as_it_is(event: Event) -> list[DirectoryEntry]:
    """The whole directory, for counting: while the hashing key is being changed, not all hashes are of one key."""
    return [_entry(item) for item in query_shards(DirectoryItem, event, "DIRECTORY", consistent=True)]


def directory_entries(event: Event, attendee_ids: Iterable[str]) -> dict[str, DirectoryEntry]:
    """Some of the directory's entries, by attendee."""
    keys = (_key(event, "DIRECTORY", attendee_id) for attendee_id in attendee_ids)
    return {item.sk: _entry(item) for item in batch_get(DirectoryItem, keys, consistent=True)}


def note_set(event: Event, attendee_id: str, source: str, digest: str, *, uploaded_at: datetime | None = None) -> None:
    """Tell the directory which content the attendee's set of this source has now; wakes matching if it is new.

    :param uploaded_at: of what the attendee uploaded, which counts towards the day's limit if it is new
    :raises Conflict: where other uploads of the attendee kept ending at the same moment, or the event's hashing key
        was changed since ``event`` was read, so that the set counts for nothing
    """
    _change_sets(event, attendee_id, lambda known: {**known, source: digest}, uploaded_at)


def hashed_under_older_keys(event: Event) -> list[str]:
    """The attendees whose entries' hashes were made under an older key than the event's."""
    items = query_shards(DirectoryItem, event, "DIRECTORY", consistent=True, attributes=["key_version"])
    return [item.sk for item in items if key_version_of(item) < event.key_version]


def rehash(event: Event, attendee_id: str, *, hashing_key: bytes) -> bool:
    """Make the hashes of an attendee's entry anew, under the event's key; False where they changed meanwhile.

    The attendee is written again as they are, which wakes whoever fetches their public lists.
    """
    attendee = load(event, attendee_id)
    try:
        with transaction() as write:
            if attendee is None:
                gone = AttendeeItem.pk.does_not_exist()
                write.condition_check(AttendeeItem, *_key(event, "ATTENDEE", attendee_id), condition=gone)
                _save_entry(write, event, attendee_id, _NOBODY)
            else:
                _save_profile(write, event, attendee, attendee)
                _save_entry(write, event, attendee_id, _directory_facts(attendee, hashing_key))
    except TransactWriteError as error:
        if lost_a_race(error):
            return False
        raise
    return True


def forget_some_sets(event: Event, attendee_id: str, gone: Collection[tuple[str, str]]) -> None:
    """Tell the directory that the attendee has no sets of these (source, digest) any more.

    :raises Conflict: as for :func:`note_set`
    """
    _change_sets(event, attendee_id, lambda known: dict(known.items() - set(gone)))


def forget_sets(event: Event, attendee_id: str) -> None:
    """Tell the directory that the attendee has no sets any more.

    :raises Conflict: as for :func:`note_set`
    """
    _change_sets(event, attendee_id, lambda _: {})


def release_tickets(event: Event, attendee: Attendee) -> None:
    """Forget that the attendee held their tickets; those that went to somebody else meanwhile stay theirs.

    What stays of a ticket is its number, state and time: without them an older message, delivered late, would give it
    to whoever held it before. A ticket whose number is their address is deleted.
    """
    keys = (_key(event, "TICKET", ticket_key) for ticket_key, _ in attendee.tickets)
    held = [item for item in batch_get(TicketItem, keys, consistent=True) if item.attendee_id == attendee.attendee_id]
    with TicketItem.batch_write() as batch:
        for item in held:
            ticket = _ticket(item)
            if ticket.names_somebody:
                batch.delete(item)
            else:
                _release(event, ticket)


def _release(event: Event, ticket: Ticket) -> None:
    written(_ticket_item(event, ticket.of_nobody()).save, condition=TicketItem.attendee_id == ticket.attendee_id)


def _change_sets(
    event: Event,
    attendee_id: str,
    change: Callable[[Mapping[str, str]], Mapping[str, str]],
    uploaded_at: datetime | None = None,
) -> None:
    for _ in range(ATTEMPTS):
        entry = directory_entries(event, [attendee_id]).get(attendee_id, DirectoryEntry(attendee_id))
        known, wanted = entry.set_digests, change(entry.set_digests)
        if wanted == known:
            return
        sets = DirectoryItem.sets.set(_sets_text(wanted)) if wanted else DirectoryItem.sets.remove()
        actions = [sets, *_touched(event)]
        if uploaded_at is not None:
            actions.append(
                DirectoryItem.uploads.set(",".join(map(_utc, (*entry.uploads_before(uploaded_at), uploaded_at))))
            )
        # All sources stand in one attribute, written over what was read: two sources may arrive at once.
        unchanged = DirectoryItem.sets == _sets_text(known) if known else DirectoryItem.sets.does_not_exist()
        if wanted.items() - known.items():
            unchanged &= of_no_newer_key(DirectoryItem.key_version, event.key_version)
        item = DirectoryItem(*_key(event, "DIRECTORY", attendee_id))
        if written(item.update, actions=actions, condition=unchanged):
            return
    raise Conflict("other uploads of the same attendee kept ending at the same moment, or the hashing key was changed")


def _touched(event: Event) -> list[Any]:
    return [
        DirectoryItem.revision.set((DirectoryItem.revision | 0) + 1),
        DirectoryItem.kind.set(DirectoryItem),
        DirectoryItem.expires_at.set(expiry(event)),
    ]


def _save_ticket(write: Any, event: Event, ticket: Ticket) -> None:
    item = _ticket_item(event, ticket)
    write.save(item, condition=TicketItem.pk.does_not_exist() | (TicketItem.changed_at <= item.changed_at))


def _ticket_item(event: Event, ticket: Ticket) -> TicketItem:
    pk, sk = _key(event, "TICKET", ticket.key)
    return TicketItem(
        pk=pk,
        sk=sk,
        status=ticket.status.value,
        changed_at=_utc(ticket.changed_at),
        attendee_id=ticket.attendee_id,
        answers=ticket.answers or None,
        earlier_answers=ticket.earlier_answers or None,
        expires_at=expiry(event),
    )


def _save_attendee(write: Any, event: Event, attendee: Attendee, before: Attendee | None, key: bytes) -> None:
    _save_profile(write, event, attendee, before)
    entry, known = _directory_facts(attendee, key), _directory_facts(before, key) if before else None
    if entry != known:
        _save_entry(write, event, attendee.attendee_id, entry)


def _save_profile(write: Any, event: Event, attendee: Attendee, before: Attendee | None) -> None:
    pk, sk = _key(event, "ATTENDEE", attendee.attendee_id)
    revision = before.revision if before else 0
    item = AttendeeItem(pk=pk, sk=sk, profile=_profile(attendee), revision=revision + 1, expires_at=expiry(event))
    unchanged = AttendeeItem.revision == revision if before else AttendeeItem.pk.does_not_exist()
    write.save(item, condition=unchanged)


def _save_entry(write: Any, event: Event, attendee_id: str, facts: _Facts) -> None:
    hashes, networks, registered, agreed, uses_connections = facts
    version = event.key_version
    write.update(
        DirectoryItem(*_key(event, "DIRECTORY", attendee_id)),
        actions=[
            DirectoryItem.hashes.set(hashes) if hashes else DirectoryItem.hashes.remove(),
            DirectoryItem.networks.set(networks) if networks else DirectoryItem.networks.remove(),
            DirectoryItem.registered.set(registered),
            DirectoryItem.agreed.set(agreed),
            DirectoryItem.uses_connections.set(uses_connections),
            *([DirectoryItem.key_version.set(version)] if version > 1 else []),
            *_touched(event),
        ],
        # Whoever read the event before its key was changed would put hashes of the old one among those of the new.
        condition=of_no_newer_key(DirectoryItem.key_version, version),
    )


_Facts = tuple[bytes, str, int, int, int]
_NOBODY: Final[_Facts] = (b"", "", 0, 0, 0)


def _directory_facts(attendee: Attendee, key: bytes) -> _Facts:
    name, company = (attendee.name, attendee.company) if attendee.may_be_named else ("", "")
    findable = findable_under(attendee.findable_identities, key, name=name, company=company)
    return (
        struct.pack(f"<{len(findable)}Q", *(hashed for hashed, _ in findable)),
        ",".join(network for _, network in findable),
        int(attendee.attending),
        int(attendee.may_be_named),
        int(attendee.connections_may_be_used),
    )


def _entry(item: DirectoryItem) -> DirectoryEntry:
    packed = item.hashes or b""
    hashes = struct.unpack(f"<{len(packed) // 8}Q", packed)
    return DirectoryEntry(
        attendee_id=item.sk,
        revision=int(item.revision or 0),
        findable=tuple(zip(hashes, (item.networks or "").split(","), strict=False)),
        registered=bool(item.registered),
        agreed=bool(item.agreed),
        uses_connections=bool(item.uses_connections),
        set_digests=dict(pair.split("=") for pair in item.sets.split(",")) if item.sets else {},
        uploads=tuple(map(datetime.fromisoformat, item.uploads.split(","))) if item.uploads else (),
    )


def _sets_text(sets: Mapping[str, str]) -> str:
    return ",".join(f"{source}={digest}" for source, digest in sorted(sets.items()))


def _key(event: Event, kind: str, name: str) -> tuple[str, str]:
    return partition(event.event_id, kind, shard_of(name, event.shards)), name


def _utc(moment: datetime) -> str:
    # One zone and one width, so that DynamoDB compares these strings as times.
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _ticket(item: TicketItem) -> Ticket:
    platform, _, reference = item.sk.partition("#")
    return Ticket(
        platform=platform,
        reference=reference,
        status=Status(item.status),
        changed_at=datetime.fromisoformat(item.changed_at),
        attendee_id=item.attendee_id,
        answers=item.answers or "",
        earlier_answers=item.earlier_answers or "",
    )


def _profile(attendee: Attendee) -> dict[str, Any]:
    consent = attendee.consent
    profile = {
        "email": attendee.email,
        "name": attendee.name,
        "phone": attendee.phone,
        "company": attendee.company,
        "locale": attendee.locale,
        "locale_chosen": attendee.locale_chosen,
        "identities": [[i.network, i.handle, i.display] for i in attendee.identities],
        "aliases": [[[i.network, i.handle, i.display] for i in pair] for pair in attendee.aliases],
        "proven": [
            [p.identity.network, p.identity.handle, p.identity.display, p.kind, _utc(p.seen_at)]
            for p in attendee.proven
        ],
        "looks": [int(at.timestamp()) for at in attendee.looks],
        "consent": consent and write_consent(consent),
        "tickets": [[key, status.value] for key, status in attendee.tickets],
        "changed_at": attendee.profile_changed_at and _utc(attendee.profile_changed_at),
        "notes": list(attendee.notes),
        "erased": attendee.erased,
    }
    return {name: value for name, value in profile.items() if value}


def _attendee(event: Event, item: AttendeeItem) -> Attendee:
    profile: dict[str, Any] = item.profile
    consent = profile.get("consent")
    changed_at = profile.get("changed_at")
    return Attendee(
        event_id=event.event_id,
        attendee_id=item.sk,
        email=profile.get("email", ""),
        name=profile.get("name", ""),
        phone=profile.get("phone"),
        company=profile.get("company", ""),
        locale=profile.get("locale"),
        locale_chosen=profile.get("locale_chosen", False),
        identities=tuple(Identity(*parts) for parts in profile.get("identities", ())),
        aliases=tuple((Identity(*handle), Identity(*alias)) for handle, alias in profile.get("aliases", ())),
        proven=tuple(
            ProvenHandle(Identity(*parts), kind, datetime.fromisoformat(seen_at))
            for *parts, kind, seen_at in profile.get("proven", ())
        ),
        looks=tuple(datetime.fromtimestamp(second, UTC) for second in profile.get("looks", ())),
        consent=read_consent(consent) if consent else None,
        tickets=tuple((key, Status(status)) for key, status in profile.get("tickets", ())),
        profile_changed_at=changed_at and datetime.fromisoformat(changed_at),
        notes=tuple(profile.get("notes", ())),
        erased=profile.get("erased", False),
        revision=int(item.revision),
    )
