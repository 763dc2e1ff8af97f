"""Import one upload: an attendee list row by row, or each list of an export as a connection set; rejects go back."""

from __future__ import annotations

import logging
import tempfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Final, TypeVar

from shared import attendee_lists, connections, matching, storage, tables
from shared.attendees import Attendee, Change, attendee_id_of, register
from shared.attendees.consent import LONGEST_BASIS
from shared.connections import Connection
from shared.connections.export import Export, UnknownExport
from shared.events import Event
from shared.pipeline.forget_connections import forget_connections, forget_if_ended, is_ended
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.receive_registration import ATTEMPTS, store_registration
from shared.registrations import Purpose, Registration
from shared.registrations.texts import one_line
from shared.services import LongLists, Secrets, Uploads
from shared.services.uploads import Upload
from shared.storage import Conflict, attendees, imports
from shared.storage.imports import ImportReport
from shared.tables import Reject, UnreadableTable

logger = logging.getLogger(__name__)

RowT = TypeVar("RowT", Registration, Connection)

# Two reads and at most three writes each: within BatchGetItem's 100 keys and TransactWriteItems' 100 actions.
ROWS_PER_CALL = 30

# How far a list has come is kept after so many rows; cut short, at most as many are stored anew, which changes nothing.
ROWS_PER_NOTE = 40 * ROWS_PER_CALL

# Some 250,000 rows: as much as the three attempts of one invocation store, with time to spare.
LONG_LIST_BYTES = 20 * 1024 * 1024

MAX_EXPORT_BYTES = 256 * 1024 * 1024


MOST_REJECTS = 50_000  # handed back; a list that is broken altogether need not be, row by row


# Whoever tries list after list of guessed names, to see what changes, is slow at it; nobody has more real ones.
MOST_LISTS_A_DAY = 40


class NotAnUpload(ValueError):
    """The object's key does not say what it is."""


class OutOfTime(Exception):
    """There is no time for all of a list; what was stored is stored, and the next attempt goes on with the rest."""


def import_upload(
    key: str,
    *,
    uploads: Uploads,
    events: KnownEvents,
    secrets: Secrets,
    long_lists: LongLists | None = None,
    out_of_time: Callable[[], bool] = lambda: False,
) -> ImportReport | None:
    """Import the object ``uploads/<event>/attendees/<name>`` or ``uploads/<event>/connections/<name>``.

    The same file again changes nothing. What cannot be imported at all is reported as refused, with the reason,
    and stays where it is; an export that was imported is deleted, because it holds other people's data. A list that was
    cut short is gone on with: its rows are read again, and stored from where that stopped.

    :param long_lists: takes the lists that are too long for one invocation; None where all are imported here
    :param out_of_time: is asked between the rows of a list
    :returns: None where there is nothing to do here: the upload is gone, or is a long list
    :raises OutOfTime: where it said so; the same again goes on
    :raises NotAnUpload: where the key is none of these
    """
    event_id, kind = parse_key(key)
    event = events.get(event_id)
    if event is None:
        raise NotAnUpload(f"there is no event {event_id!r}")
    upload = uploads.open(key)
    if upload is None:
        return None
    if kind == "attendees" and long_lists is not None and upload.size > LONG_LIST_BYTES:
        long_lists.start(key, file_of(upload))
        return None
    try:
        report = (
            _import_attendees(event, upload, uploads, secrets, out_of_time)
            if kind == "attendees"
            else _import_connections(event, upload, uploads, secrets)
        )
    except (UnreadableTable, UnknownExport, Refused) as refusal:
        report = ImportReport(upload=key, kind=kind, state="refused", reason=str(refusal))
    imports.save(event, report)
    if report.state == "done" and kind == "connections":
        uploads.delete(key)
    return report


class Rejects(list[Reject]):
    """What could not be used, as far as somebody may want to mend it row by row."""

    left_out = 0

    def append(self, reject: Reject) -> None:
        """Keep the reject while there is room, else count it."""
        if len(self) < MOST_REJECTS:
            super().append(reject)
        else:
            self.left_out += 1


_NOT_AGREED: Final = "whose connections these are has not agreed that they be used; nothing was kept"


class Refused(ValueError):
    """The upload cannot be imported; the sentence is for whoever uploaded it."""


def parse_key(key: str) -> tuple[str, str]:
    """The event's id, and what the upload is: "attendees" or "connections".

    :raises NotAnUpload: where the key is none of an upload
    """
    parts = key.split("/", 3)
    if len(parts) != 4 or parts[0] != "uploads" or parts[2] not in ("attendees", "connections"):
        raise NotAnUpload(f"the key of an upload is uploads/<event>/attendees|connections/<name>, not {key!r}")
    return parts[1], parts[2]


def _import_attendees(
    event: Event, upload: Upload, uploads: Uploads, secrets: Secrets, out_of_time: Callable[[], bool]
) -> ImportReport:
    report = _begun(event, upload)
    table = attendee_lists.read_attendee_list(upload.body, as_of=upload.uploaded_at)
    rejects = Rejects()
    rows = rows_of(upload, table, rejects)
    # Read again, for the rejects among them: reading a row takes a hundredth of the time that storing it does.
    noted = sum(1 for _ in islice(rows, report.read))
    while chunk := list(islice(rows, ROWS_PER_CALL)):
        changed = store_chunk(event, chunk, secrets)
        report = replace(report, read=report.read + len(chunk), changed=report.changed + changed)
        stop = out_of_time()
        if stop or report.read - noted >= ROWS_PER_NOTE:
            imports.save(event, report)
            noted = report.read
        if stop:
            raise OutOfTime(f"{report.read:,} rows are stored; the next attempt goes on with the others")
    return done(report, upload, table, rejects, uploads)


def rows_of(upload: Upload, table: attendee_lists.AttendeeList, rejects: Rejects) -> Iterator[Registration]:
    """The rows that can be used, as they are to be stored; ``rejects`` takes the others."""
    basis = one_line(upload.basis, LONGEST_BASIS)
    return (replace(row, basis=basis) for row in sorting_out(table, rejects))


def done(
    report: ImportReport, upload: Upload, table: attendee_lists.AttendeeList, rejects: Rejects, uploads: Uploads
) -> ImportReport:
    """The report of a list that was read to its end and stored; its rejects are handed back."""
    return replace(
        report,
        state="done",
        resume="",
        rejected=len(rejects) + rejects.left_out,
        rejects=hand_back(rejects, table.header, upload, uploads),
        notes=(
            *table.notes,
            *(f'column "{header}" was not understood and is left out' for header in table.unrecognized),
            *([f"only the first {MOST_REJECTS:,} rejected rows are handed back"] if rejects.left_out else []),
        ),
    )


def file_of(upload: Upload) -> str:
    """Tells the file from another that is put under the same key."""
    return f"{upload.uploaded_at.isoformat()} {upload.size}"


def _begun(event: Event, upload: Upload) -> ImportReport:
    """How far the list has come in attempts before this one, if it is the same file."""
    file = file_of(upload)
    known = imports.load(event, upload.key)
    if known is not None and known.state == "running" and known.resume == file:
        return known
    report = ImportReport(upload=upload.key, kind="attendees", state="running", resume=file)
    imports.save(event, report)
    return report


def store_chunk(event: Event, chunk: list[Registration], secrets: Secrets) -> int:
    """Store rows together, or one by one where they are about the same ticket or person; how many changed."""
    key, id_key = secrets.hashing_key(event), secrets.id_key(event)
    ids = [attendee_id_of(event.event_id, row.email or "", id_key) for row in chunk]
    ticket_keys = [f"{row.platform}#{row.reference}" for row in chunk]
    if len(set(ids)) < len(chunk) or len(set(ticket_keys)) < len(chunk):
        return sum(bool(store_registration(event, row, hashing_key=key, id_key=id_key)) for row in chunk)
    tickets, known = attendees.load_for_registrations(event, list(zip(ticket_keys, ids, strict=True)))
    changes: list[tuple[Change, dict[str, Attendee]]] = []
    one_by_one: list[Registration] = []
    for row, attendee_id, ticket_key in zip(chunk, ids, ticket_keys, strict=True):
        ticket = tickets.get(ticket_key)
        if ticket is not None and ticket.attendee_id != attendee_id:
            one_by_one.append(row)
            continue
        change = register(
            row,
            event_id=event.event_id,
            attendee_id=attendee_id,
            ticket=ticket,
            holder=known.get(attendee_id),
            previous_holder=None,
        )
        if change:
            changes.append((change, known))
    logger.info("rows", extra={"event_id": event.event_id, "attendees": ids})
    try:
        if changes:
            attendees.save(event, changes, hashing_key=key)
    except Conflict:
        return sum(bool(store_registration(event, row, hashing_key=key, id_key=id_key)) for row in chunk)
    return len(changes) + sum(
        bool(store_registration(event, row, hashing_key=key, id_key=id_key)) for row in one_by_one
    )


def _import_connections(event: Event, upload: Upload, uploads: Uploads, secrets: Secrets) -> ImportReport:
    imports.save(event, ImportReport(upload=upload.key, kind="connections", state="running"))
    if upload.size > MAX_EXPORT_BYTES:
        raise Refused(f"the file has {upload.size:,} bytes; {MAX_EXPORT_BYTES:,} is the most that is read")
    key = secrets.hashing_key(event)
    owner = _owner(event, upload, secrets.id_key(event))
    entry = attendees.directory_entries(event, [owner.attendee_id]).get(owner.attendee_id)
    if entry is not None and len(entry.uploads_before(upload.uploaded_at)) >= MOST_LISTS_A_DAY:
        raise Refused(f"{MOST_LISTS_A_DAY} lists a day are the most that are read; this one can come tomorrow")
    rejects = Rejects()
    sources: list[str] = []
    read = changed = 0
    for export in connections.open_exports(upload.body, filename=upload.key.rpartition("/")[2]):
        owner = _with_aliases(event, owner, export, key)
        count, is_new = _import_list(event, owner, export, upload, rejects, key)
        logger.info(
            "list of connections",
            extra={"event_id": event.event_id, "attendee_id": owner.attendee_id, "source": export.source},
        )
        sources.append(export.source)
        read += count
        changed += count if is_new else 0
    return ImportReport(
        upload=upload.key,
        kind="connections",
        state="done",
        read=read,
        changed=changed,
        rejected=len(rejects) + rejects.left_out,
        source=", ".join(sources),
        rejects=hand_back(rejects, (), upload, uploads),
    )


def _import_list(
    event: Event, owner: Attendee, export: Export, upload: Upload, rejects: list[Reject], key: bytes
) -> tuple[int, bool]:
    """Keep one list as a connection set; how many connections it has, and whether that was news."""
    count = 0

    def counted(rows: Iterable[Connection]) -> Iterator[Connection]:
        nonlocal count
        for connection in rows:
            count += 1
            yield connection

    packed = matching.pack_connections(owner.attendee_id, export.source, counted(sorting_out(export, rejects)), key=key)
    changed = storage.connection_sets.save(event, packed, uploaded_at=upload.uploaded_at)
    # Repeated even where the set was kept already: an earlier attempt may have ended between the two writes.
    if storage.connection_sets.current_digest(event, owner.attendee_id, export.source) == packed.digest:
        attendees.note_set(event, owner.attendee_id, export.source, packed.digest, uploaded_at=upload.uploaded_at)
    if forget_if_ended(event, owner.attendee_id):
        raise Refused(_NOT_AGREED)
    return count, changed


def _with_aliases(event: Event, owner: Attendee, export: Export, key: bytes) -> Attendee:
    """Keep what the archive says its owner's number is."""
    for attempt in range(ATTEMPTS):
        after = owner.with_aliases(export.owner)
        if after == owner:
            return owner
        try:
            attendees.save_attendee(event, after, owner, hashing_key=key)
        except Conflict:
            if attempt == ATTEMPTS - 1:
                raise
        owner = attendees.load(event, owner.attendee_id) or owner
    return owner


def _owner(event: Event, upload: Upload, id_key: bytes) -> Attendee:
    if upload.owner_id is None and upload.owner_email is None:
        raise Refused("the upload does not say whose connections these are: its metadata has no “owner”")
    owner = attendees.load(event, upload.owner_id or attendee_id_of(event.event_id, upload.owner_email or "", id_key))
    if owner is not None and is_ended(owner):
        forget_connections(event, owner.attendee_id)  # an attempt before may have kept some, and ended there
    if owner is None or not owner.attending:
        raise Refused("whose connections these are is not registered for this event with that address")
    if not (owner.agreed(Purpose.INTRODUCE) and owner.agreed(Purpose.CONNECTIONS)):
        raise Refused(_NOT_AGREED)
    return owner


def sorting_out(rows: Iterable[RowT | Reject], rejects: list[Reject]) -> Iterator[RowT]:
    """The rows that can be used; the others go to ``rejects`` on the way."""
    for row in rows:
        if isinstance(row, Reject):
            rejects.append(row)
        else:
            yield row


def hand_back(rejects: list[Reject], header: tuple[str, ...], upload: Upload, uploads: Uploads) -> str:
    """Put the rejected rows beside the upload; under which key, empty where there are none."""
    if not rejects:
        return ""
    with tempfile.TemporaryFile() as file:
        tables.write_rejects(rejects, header, file)
        file.seek(0)
        return uploads.put_rejects(upload.key, file)
