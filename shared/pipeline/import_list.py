"""Import a long attendee list in shares, side by side: what comes of it is what one import of it comes to.

A share is not a stretch of the file. Of two rows about one person or one ticket the later counts, so they may not be
stored side by side: all rows of a person are in one share, in their order, and so are all rows of people who are named
with the same ticket. Nothing of a list passes through Step Functions, which keeps what it sees for 90 days: each share
reads the file itself.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from shared.attendee_lists import read_attendee_list
from shared.attendees import attendee_id_of
from shared.events import Event
from shared.pipeline.import_upload import (
    ROWS_PER_CALL,
    NotAnUpload,
    Rejects,
    done,
    file_of,
    parse_key,
    rows_of,
    store_chunk,
)
from shared.pipeline.known_events import KnownEvents
from shared.registrations import Registration
from shared.services import Secrets, Uploads
from shared.services.uploads import Upload
from shared.storage import imports
from shared.storage.imports import ImportReport
from shared.tables import UnreadableTable

# Each share reads the whole file: fewer would be read less often, and more are done side by side.
ROWS_PER_SHARE = 50_000


@dataclass(frozen=True, slots=True)
class Share:
    """One share of a list: of people by their id, or (the last) of those who are named with somebody else's ticket."""

    number: int
    of: int
    tied: bool  # whether there are any such people


@dataclass(frozen=True, slots=True)
class LongList:
    """A list that is imported in shares, and what takes part in that."""

    key: str
    events: KnownEvents
    uploads: Uploads
    secrets: Secrets
    rows_per_share: int = ROWS_PER_SHARE

    def begin(self) -> tuple[str, list[Share]]:
        """Read all of it: which file it is, and its shares; none where it is gone or cannot be read, which is reported.

        :raises NotAnUpload: where the key is not of an event's attendee list
        """
        event = self._event()
        upload = self.uploads.open(self.key)
        if upload is None:
            return "", []
        file = file_of(upload)
        try:
            rows = rows_of(upload, read_attendee_list(upload.body, as_of=upload.uploaded_at), Rejects())
            count, tied = self._look(event, rows)
        except UnreadableTable as refusal:
            imports.save(event, ImportReport(self.key, "attendees", "refused", reason=str(refusal)))
            return file, []
        imports.save(event, ImportReport(self.key, "attendees", "running", resume=file))
        shares = -(-count // self.rows_per_share) + bool(tied)
        return file, [Share(number, shares, bool(tied)) for number in range(shares)]

    def store(self, file: str, share: Share) -> int:
        """Store one share; how many rows changed something.

        The same again changes nothing, where a list names each ticket once: as in an import of one piece. Nothing is
        done for a file that is gone or replaced by another, which has an import of its own.
        """
        event = self._event()
        tied: frozenset[str] = frozenset()
        if share.tied:
            upload = self._open(file)
            if upload is None:
                return 0
            tied = self._look(event, self._rows(upload))[1]
        upload = self._open(file)
        if upload is None:
            return 0
        rows = self._rows_of_share(event, self._rows(upload), share, tied)
        changed = 0
        while chunk := list(islice(rows, ROWS_PER_CALL)):
            changed += store_chunk(event, chunk, self.secrets)
        return changed

    def end(self, file: str, changed: int) -> ImportReport | None:
        """Hand its rejects back and report it, after all shares are stored; None where there is nothing to report.

        :param changed: how many rows changed something, of all shares
        """
        event = self._event()
        known = imports.load(event, self.key)
        if known is None or known.resume != file:
            return None
        upload = self._open(file)
        if upload is None:
            report = ImportReport(self.key, "attendees", "refused", reason="the file was gone before it was imported")
        else:
            table, rejects = read_attendee_list(upload.body, as_of=upload.uploaded_at), Rejects()
            read = sum(1 for _ in rows_of(upload, table, rejects))
            report = ImportReport(self.key, "attendees", "running", read=read, changed=changed)
            report = done(report, upload, table, rejects, self.uploads)
        imports.save(event, report)
        return report

    def _event(self) -> Event:
        event_id, kind = parse_key(self.key)
        event = self.events.get(event_id)
        if event is None or kind != "attendees":
            raise NotAnUpload(f"{self.key!r} is no attendee list of an event that there is")
        return event

    def _open(self, file: str) -> Upload | None:
        upload = self.uploads.open(self.key)
        return upload if upload is not None and file_of(upload) == file else None

    def _rows(self, upload: Upload) -> Iterator[Registration]:
        return rows_of(upload, read_attendee_list(upload.body, as_of=upload.uploaded_at), Rejects())

    def _id(self, event: Event, row: Registration, key: bytes) -> str:
        return attendee_id_of(event.event_id, row.email or "", key)

    def _look(self, event: Event, rows: Iterable[Registration]) -> tuple[int, frozenset[str]]:
        """How many rows there are, and who is named with a ticket with which somebody else is named too."""
        key = self.secrets.id_key(event)
        holders: dict[int, str] = {}
        tied: set[str] = set()
        count = 0
        for row in rows:
            count += 1
            attendee_id = self._id(event, row, key)
            # By hash, since there are many; where two tickets have the same, two people more are tied.
            holder = holders.setdefault(hash(row.reference), attendee_id)
            if holder != attendee_id:
                tied |= {holder, attendee_id}
        return count, frozenset(tied)

    def _rows_of_share(
        self, event: Event, rows: Iterable[Registration], share: Share, tied: frozenset[str]
    ) -> Iterator[Registration]:
        key = self.secrets.id_key(event)
        by_id, last = share.of - share.tied, share.of - 1
        for row in rows:
            attendee_id = self._id(event, row, key)
            number = last if attendee_id in tied else zlib.crc32(attendee_id.encode()) % by_id
            if number == share.number:
                yield row
