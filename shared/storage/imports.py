"""What became of each upload."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from pynamodb.exceptions import DoesNotExist

from shared.connections.public import LISTS
from shared.events import Event
from shared.storage._table import ImportItem, expiry, partition


@dataclass(frozen=True, slots=True)
class ImportReport:
    """One upload: how far it came and what it gave."""

    upload: str  # the object's key in the uploads bucket
    kind: str  # "attendees" or "connections"
    state: str  # "running", "done" or "refused"
    read: int = 0  # rows or connections understood
    changed: int = 0  # of those, how many changed what was known
    rejected: int = 0
    source: str = ""  # of a connection set
    rejects: str = ""  # the key of the file that hands the rejected rows back
    reason: str = ""  # why it was refused
    notes: tuple[str, ...] = ()  # for example columns that were not understood
    # Of a fetched list: where it goes on, or how to see whether it has changed. Of an attendee list that is not done:
    # of which file "read" and "changed" speak, so that they are gone on from.
    resume: str = ""


def save(event: Event, report: ImportReport) -> None:
    """Keep how far an import has come, or how it ended."""
    ImportItem(
        pk=partition(event.event_id, "IMPORT"),
        sk=report.upload,
        report=asdict(report),
        expires_at=expiry(event),
    ).save()


def delete_of(event: Event, attendee_id: str) -> None:
    """Forget what became of the attendee's own uploads, and of the lists that were looked up for them."""
    pk, own = partition(event.event_id, "IMPORT"), f"uploads/{event.event_id}/connections/{attendee_id}/"
    with ImportItem.batch_write() as batch:
        wanted = ["pk", "sk", "kind"]
        for item in ImportItem.query(pk, ImportItem.sk.startswith(own), consistent_read=True, attributes_to_get=wanted):
            batch.delete(item)
        for source in LISTS:
            batch.delete(ImportItem(pk, f"fetch/{source}/{attendee_id}"))


def load_of(event: Event, attendee_id: str) -> list[ImportReport]:
    """Of the attendee's own uploads, and of the lists that were looked up for them."""
    pk, own = partition(event.event_id, "IMPORT"), f"uploads/{event.event_id}/connections/{attendee_id}/"
    found = [load(event, f"fetch/{source}/{attendee_id}") for source in LISTS]
    brought = [_report(item) for item in ImportItem.query(pk, ImportItem.sk.startswith(own))]
    return [*brought, *(report for report in found if report is not None)]


def load_all(event: Event) -> list[ImportReport]:
    """Of every upload of the event, and every list that was looked up for its attendees."""
    return [_report(item) for item in ImportItem.query(partition(event.event_id, "IMPORT"), consistent_read=True)]


def load(event: Event, upload: str) -> ImportReport | None:
    """How far the import of an upload has come; None where it has not begun."""
    try:
        item = ImportItem.get(partition(event.event_id, "IMPORT"), upload, consistent_read=True)
    except DoesNotExist:
        return None
    return _report(item)


def _report(item: ImportItem) -> ImportReport:
    return ImportReport(**(item.report | {"notes": tuple(item.report["notes"])}))
