"""Fetch the public follow lists of attendees who asked for it, page by page, coming back later where a server asks.

Every list is a task of its own, which names nobody, so that it can lie in a queue. What has been read so far, and
where it goes on, is kept in the list's import report: whoever takes the task up continues there, and doing a page twice
changes nothing. Before every page and before anything is kept it is looked up whether the attendee still wants it.
"""

from __future__ import annotations

import json
import logging
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final

from shared import matching, storage
from shared.attendees import Attendee
from shared.connections.public import (
    LISTS,
    NETWORKS,
    Broken,
    FollowList,
    Found,
    Later,
    Nothing,
    Onward,
    Request,
    wait_after,
)
from shared.events import Event
from shared.identities import Identity
from shared.matching import hash_identity
from shared.pipeline.fetch_progress import Progress
from shared.pipeline.forget_connections import forget_connections
from shared.pipeline.known_events import KnownEvents
from shared.registrations import Purpose
from shared.services.web import NotPublic, Page, Unreachable, Web
from shared.storage import attendees, imports
from shared.storage.imports import ImportReport

if TYPE_CHECKING:
    from shared.matching import ConnectionSet

logger = logging.getLogger(__name__)

# Half of ten thousand a person and network, for each of its two lists.
MOST_CONNECTIONS: Final = 5_000
MOST_PAGES: Final = 500  # a server that gives empty pages for ever
# A server that is not well is asked again after 1, 2, 4 … minutes, four hours at most: for most of a day.
MOST_FAILURES: Final = 12
LONGEST_PAUSE: Final = timedelta(hours=4)
# A task that nobody has taken up for so long is lost, and the next change of the attendee makes a new one.
LOST_AFTER: Final = timedelta(days=2)
SHOW_EVERY: Final = timedelta(hours=6)

_ETAG: Final = re.compile(
    r'(?:W/)?"[!#-~]{1,200}"'
)  # RFC 9110, section 8.8.3; what else a server sends is not repeated
_NOT_WANTED: Final = "it is not wanted any more; nothing of it was kept"


@dataclass(frozen=True, slots=True)
class FetchTask:
    """One list of one attendee, to be fetched; what lies in the queue."""

    event_id: str
    attendee_id: str
    source: str
    not_before: float = 0.0  # seconds since 1970

    def to_json(self) -> str:
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> FetchTask:
        """The inverse of :meth:`to_json`; raises ValueError, TypeError or KeyError for anything else."""
        read = json.loads(text)
        return cls(
            str(read["event_id"]), str(read["attendee_id"]), str(read["source"]), float(read.get("not_before", 0))
        )


@dataclass(slots=True)
class Patience:
    """Which servers have asked to be left alone until when; shared by all tasks of a process."""

    _until: dict[str, datetime] = field(default_factory=dict)

    def leave(self, host: str, until: datetime) -> None:
        self._until[host] = max(until, self._until.get(host, until))

    def until(self, host: str, now: datetime) -> datetime | None:
        """The moment before which the host is not to be asked; None where it may be now."""
        moment = self._until.get(host)
        if moment is None or moment <= now:
            self._until.pop(host, None)
            return None
        return moment


@dataclass(frozen=True, slots=True)
class Tools:
    """What fetching needs of the world."""

    web: Web
    hashing_key: Callable[[Event], bytes]
    api_token: Callable[[str, str], str | None]  # of an event for a network; None where there is none
    clock: Callable[[], datetime]
    out_of_time: Callable[[], bool]  # whether to stop here and go on in another invocation
    patience: Patience


def fetch_connections(task: FetchTask, *, events: KnownEvents, tools: Tools) -> FetchTask | None:
    """Fetch a list as far as time and its server allow.

    :returns: the task to be taken up again, not before the moment it says; None where it is done, for good or ill
    """
    event, wanted = events.get(task.event_id), LISTS.get(task.source)
    if event is None or wanted is None:
        return None
    now = tools.clock()
    if now < event.ends_at and now.timestamp() < task.not_before:
        return task
    return _Fetch(event, task, wanted, tools).run()


def fetch_for_changes(
    records: Iterable[Mapping[str, Any]],
    *,
    events: KnownEvents,
    hashing_key: Callable[[Event], bytes],
    now: datetime,
    put: Put,
) -> list[str]:
    """Put on the queue what the attendees in a batch of the table's stream want fetched, and forget what no longer.

    :param records: of attendees, as Lambda delivers them (NEW_AND_OLD_IMAGES)
    :returns: the sequence numbers of the records that must come again; the others are done
    """
    by_event: defaultdict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for record in records:
        change = record["dynamodb"]
        if _speaks_of_fetching(change):
            event_id = change["Keys"]["pk"]["S"].split("#")[1]
            by_event[event_id][change["Keys"]["sk"]["S"]].append(change["SequenceNumber"])
    failed: list[str] = []
    for event_id, changed in by_event.items():
        try:
            event = events.get(event_id)
            if event is not None and now < event.ends_at:
                for attendee_id, attendee in _loaded(event, changed):
                    _plan(event, attendee_id, attendee, hashing_key(event), now, put)
        except Exception:
            logger.exception("lists not asked for, the stream will bring them again", extra={"event_id": event_id})
            failed.extend(number for numbers in changed.values() for number in numbers)
    return failed


Put = Callable[[FetchTask], None]


def fetch_for_everybody(event: Event, *, hashing_key: Callable[[Event], bytes], now: datetime, put: Put) -> None:
    """The same for every attendee of an event, where changes of it were lost. What was fetched is asked for again."""
    if now >= event.ends_at:
        return
    asked = {each.upload.rpartition("/")[2] for each in imports.load_all(event) if each.upload.startswith("fetch/")}
    for attendee in attendees.load_all(event):
        if attendee.agreed(Purpose.FETCH) or attendee.attendee_id in asked:
            _plan(event, attendee.attendee_id, attendee, hashing_key(event), now, put)


def _speaks_of_fetching(change: Mapping[str, Any]) -> bool:
    # The profile is one text: this spares a read for everybody who never asked, and is looked at closely later.
    images = (change.get(name, {}) for name in ("OldImage", "NewImage"))
    return any(Purpose.FETCH.value in image.get("profile", {}).get("S", "") for image in images)


def _loaded(event: Event, attendee_ids: Iterable[str]) -> list[tuple[str, Attendee | None]]:
    ids = list(attendee_ids)
    known = attendees.load_many(event, ids)
    return [(attendee_id, known.get(attendee_id)) for attendee_id in ids]


def _plan(event: Event, attendee_id: str, attendee: Attendee | None, key: bytes, now: datetime, put: Put) -> None:
    for source, wanted in LISTS.items():
        handle = _handle_to_fetch(attendee, wanted.network)
        report = imports.load(event, _report_name(source, attendee_id))
        if handle is None:
            if report is not None and report.resume:
                _take_back(event, attendee_id, report, now)
                imports.save(event, replace(report, resume=""))
        elif not _under_way(report, _fingerprint(handle, key), now):
            put(FetchTask(event.event_id, attendee_id, source))


def _take_back(event: Event, attendee_id: str, report: ImportReport, now: datetime) -> None:
    """Empty the set that was fetched; one that was uploaded since stays."""
    progress = Progress.from_json(report.resume)
    kept = storage.connection_sets.current_digest(event, attendee_id, report.source)
    if progress is not None and progress.digest and progress.digest == kept:
        empty = _packed(attendee_id, LISTS[report.source], set())
        if storage.connection_sets.save(event, empty, uploaded_at=now):
            attendees.note_set(event, attendee_id, report.source, empty.digest)


def _under_way(report: ImportReport | None, fingerprint: str, now: datetime) -> bool:
    if report is None or report.state != "running" or not report.resume:
        return False
    progress = Progress.from_json(report.resume)
    return progress is not None and progress.handle == fingerprint and now - progress.seen_at < LOST_AFTER


def _handle_to_fetch(attendee: Attendee | None, network: str) -> Identity | None:
    """The handle whose list the attendee wants fetched: the first that they gave of this network."""
    if attendee is None or not attendee.connections_may_be_used or not attendee.agreed(Purpose.FETCH):
        return None
    return next((identity for identity in attendee.identities if identity.network == network), None)


def _fingerprint(handle: Identity, key: bytes) -> str:
    return f"{hash_identity(handle, key):016x}"


def _report_name(source: str, attendee_id: str) -> str:
    return f"fetch/{source}/{attendee_id}"


class _Ended(Exception):
    """There is nothing more to do for this list."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class _Unchanged(_Ended):
    """The list is what it was."""


class _Fetch:
    """One invocation's work on one task."""

    def __init__(self, event: Event, task: FetchTask, wanted: FollowList, tools: Tools) -> None:
        self._event = event
        self._task = task
        self._list = wanted
        self._network = NETWORKS[wanted.network]
        self._tools = tools
        self._key = tools.hashing_key(event)
        self._report = imports.load(event, _report_name(task.source, task.attendee_id))

    @cached_property
    def _token(self) -> str | None:
        return self._tools.api_token(self._event.event_id, self._list.network) if self._network.takes_token else None

    def run(self) -> FetchTask | None:
        handle = self._wanted_handle()
        if handle is None:
            self._end(_NOT_WANTED)
            return None
        if self._tools.clock() >= self._event.ends_at:
            self._end("the event ended before the list could be fetched")
            return None
        progress = self._resumed(handle)
        try:
            while progress.request is not None:
                again_at = self._step(progress)
                if again_at is not None:
                    return self._suspended(progress, again_at)
            self._keep(progress)
        except _Unchanged:
            self._confirm(progress)
        except _Ended as ended:
            self._end(ended.reason, progress)
        return None

    def _resumed(self, handle: Identity) -> Progress:
        """Where an earlier invocation stopped, or the beginning."""
        fingerprint, now = _fingerprint(handle, self._key), self._tools.clock()
        begin = Progress(fingerprint, now, now, self._network.first(handle.handle, self._list.relation))
        earlier = Progress.from_json(self._report.resume) if self._report and self._report.resume else None
        if self._report is None or earlier is None:
            return begin
        if earlier.handle != fingerprint:
            _take_back(self._event, self._task.attendee_id, self._report, now)
            return begin
        if earlier.request is not None:
            return earlier
        kept = storage.connection_sets.current_digest(self._event, self._task.attendee_id, self._task.source)
        begin.digest = earlier.digest
        if earlier.digest == kept:
            begin.checks, begin.etags = list(earlier.etags), earlier.etags
        return begin

    def _step(self, progress: Progress) -> datetime | None:
        """Ask once. None to go on at once, or when to go on."""
        now = self._tools.clock()
        request, etag = progress.checks[0] if progress.checks else (progress.request, "")
        assert request is not None
        if self._tools.out_of_time():
            return now
        busy = self._tools.patience.until(request.host, now)
        if busy is not None:
            return busy
        self._insist_on_being_wanted(progress)
        try:
            page = self._tools.web.get(request.url, host=request.host, headers=self._headers(etag))
        except NotPublic as error:
            raise _Ended(str(error)) from error
        except Unreachable as error:
            return self._failed(progress, error)
        now = self._tools.clock()
        wait = wait_after(page, now)
        if wait:
            self._tools.patience.leave(request.host, now + timedelta(seconds=wait))
        if etag and page.status in (200, 304):
            self._checked(progress, page)
            return None
        return self._read(progress, request, page)

    def _checked(self, progress: Progress, page: Page) -> None:
        if page.status == 200:
            progress.checks, progress.etags = [], []
            return
        progress.checks.pop(0)
        if not progress.checks:
            raise _Unchanged("the list is as it was")

    def _read(self, progress: Progress, request: Request, page: Page) -> datetime | None:
        now = self._tools.clock()
        match self._network.read(request, page, self._list.relation, now):
            case Found() as found:
                self._take(progress, request, page, found)
            case Onward(onward):
                progress.request = onward
            case Later(seconds):
                self._tools.patience.leave(request.host, now + timedelta(seconds=seconds))
                return now + timedelta(seconds=seconds)
            case Broken(reason):
                return self._failed(progress, reason)
            case Nothing(reason):
                raise _Ended(reason)
        progress.failures = 0
        progress.pages += 1
        if progress.pages >= MOST_PAGES:
            progress.request = None
        return None

    def _take(self, progress: Progress, request: Request, page: Page, found: Found) -> None:
        connections = found.connections[: MOST_CONNECTIONS - progress.count]
        progress.count += len(connections)
        progress.hashes.update(
            hash_identity(identity, self._key) for connection in connections for identity in connection.identities
        )
        # A list changes at one end or shifts at the other: the first and the last page together give that away.
        etag = page.headers.get("etag", "")
        progress.etags = [*progress.etags[:1], (request, etag if _ETAG.fullmatch(etag) else "")]
        progress.request = found.next if progress.count < MOST_CONNECTIONS else None

    def _failed(self, progress: Progress, reason: object) -> datetime:
        progress.failures += 1
        if progress.failures > MOST_FAILURES:
            raise _Ended(f"{reason}; it was tried {MOST_FAILURES} times")
        return self._tools.clock() + min(timedelta(minutes=2 ** (progress.failures - 1)), LONGEST_PAUSE)

    def _headers(self, etag: str) -> dict[str, str]:
        headers = dict(self._network.headers)
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if etag:
            headers["If-None-Match"] = etag
        return headers

    def _wanted_handle(self) -> Identity | None:
        attendee = attendees.load(self._event, self._task.attendee_id)
        return _handle_to_fetch(attendee, self._list.network)

    def _insist_on_being_wanted(self, progress: Progress) -> None:
        handle = self._wanted_handle()
        if handle is None or _fingerprint(handle, self._key) != progress.handle:
            raise _Ended(_NOT_WANTED)

    def _keep(self, progress: Progress) -> None:
        """Keep the whole list as the attendee's set of this source."""
        self._insist_on_being_wanted(progress)
        event, attendee_id, source = self._event, self._task.attendee_id, self._task.source
        packed = _packed(attendee_id, self._list, progress.hashes)
        # As of when fetching began: an export that was uploaded meanwhile is the newer word.
        changed = storage.connection_sets.save(event, packed, uploaded_at=progress.begun_at)
        if storage.connection_sets.current_digest(event, attendee_id, source) == packed.digest:
            attendees.note_set(event, attendee_id, source, packed.digest)
        self._forget_if_not_wanted()
        progress.digest = packed.digest
        progress.hashes = set()
        if not all(etag for _, etag in progress.etags):
            progress.etags = []
        self._save("done", progress, changed=progress.count if changed else 0, notes=self._notes(progress))

    def _forget_if_not_wanted(self) -> None:
        # Who withdrew between the last look and the write would find kept what they were told is gone.
        attendee = attendees.load(self._event, self._task.attendee_id)
        if attendee is None or not attendee.agreed(Purpose.CONNECTIONS):
            forget_connections(self._event, self._task.attendee_id)
            raise _Ended(_NOT_WANTED)

    def _notes(self, progress: Progress) -> tuple[str, ...]:
        if progress.count < MOST_CONNECTIONS:
            return ()
        return (f"only the first {MOST_CONNECTIONS:,} entries of the list were read",)

    def _suspended(self, progress: Progress, again_at: datetime) -> FetchTask:
        now = self._tools.clock()
        # Thousands may wait for one server: who has not come farther writes only to show that they still wait.
        if self._report is None or not progress.is_as_kept(self._report.resume) or now - progress.seen_at > SHOW_EVERY:
            progress.seen_at = now
            waits = again_at > now
            notes = (f"{self._network.title} asks us to wait; the list goes on later by itself",) if waits else ()
            self._save("running", progress, notes=notes)
        return replace(self._task, not_before=again_at.timestamp())

    def _confirm(self, progress: Progress) -> None:
        """The list is as it was: nothing is written, unless the report says that somebody is still looking."""
        if self._report is not None and self._report.state != "done":
            progress.request = None
            self._save("done", progress)

    def _end(self, reason: str, progress: Progress | None = None) -> None:
        """Give up. What an earlier fetch kept stays, unless it is not wanted any more."""
        if reason == _NOT_WANTED:
            if self._report is None:
                return  # it was never begun
            _take_back(self._event, self._task.attendee_id, self._report, self._tools.clock())
            progress = None
        report = ImportReport(
            upload=_report_name(self._task.source, self._task.attendee_id),
            kind="connections",
            state="refused",
            source=self._task.source,
            reason=reason,
            resume=progress.of_what_is_kept().to_json() if progress and progress.digest else "",
        )
        if report != self._report:
            imports.save(self._event, report)

    def _save(self, state: str, progress: Progress, *, changed: int = 0, notes: tuple[str, ...] = ()) -> None:
        self._report = ImportReport(
            upload=_report_name(self._task.source, self._task.attendee_id),
            kind="connections",
            state=state,
            read=progress.count,
            changed=changed,
            source=self._task.source,
            notes=notes,
            resume=progress.to_json(),
        )
        imports.save(self._event, self._report)


def _packed(attendee_id: str, wanted: FollowList, hashes: set[int]) -> ConnectionSet:
    """The set that pack_connections would make of the same list: one relation, no dates."""
    import numpy as np  # most runs only look at who asks for a list

    count = len(hashes)
    return matching.ConnectionSet(
        attendee_id,
        wanted.source,
        np.fromiter(sorted(hashes), np.uint64, count),
        np.full(count, wanted.relation, np.uint8),
        np.zeros(count, np.uint16),
    )
