"""Join what changed with everything the event has, in both directions, and keep the matches true."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from shared.events import Event
from shared.matching import ConnectionSet, DirectoryEntry, Listing, find_listings
from shared.pipeline.known_events import KnownEvents
from shared.storage import Conflict, attendees, connection_sets, matches
from shared.storage.matches import ListingUpdate
from shared.storage.stream import DirectoryChange

logger = logging.getLogger(__name__)

# Each further round means that somebody changed while we looked; after these the batch is tried again later.
ROUNDS = 6


@dataclass(frozen=True, slots=True)
class Changes:
    """What woke matching: whose directory entry changed, and in which way."""

    findable: frozenset[str] = frozenset()  # attendees whose identities or agreement changed
    sets: frozenset[str] = frozenset()  # attendees whose sets changed

    @property
    def attendees(self) -> frozenset[str]:
        return self.findable | self.sets


def match_attendees(event: Event, changes: Changes) -> int:
    """Bring the matches of the changed attendees up to date; how many directions of pairs were written.

    The result depends only on what is stored, not on order or repetition. Nothing slips between two batches at
    work at the same moment: whoever is woken later reads what both wrote, each write carries the revisions it was
    computed from and never replaces newer knowledge, and whoever wrote looks again whether it had changed.

    :raises Conflict: where attendees kept changing; what was written is right as far as it goes
    """
    written = 0
    pending: Changes | None = changes
    for _ in range(ROUNDS):
        if pending is None:
            return written
        updates, refused = _one_round(event, pending)
        written += len(updates) - refused
        pending = _changed_meanwhile(event, updates)
    if pending is None:
        return written
    raise Conflict(f"{len(pending.attendees)} attendees kept changing while they were matched")


def match_everybody(event: Event) -> int:
    """One full pass over the event, as every wave begins with; how many directions of pairs were written."""
    everybody = frozenset(entry.attendee_id for entry in attendees.directory(event))
    return match_attendees(event, Changes(findable=everybody, sets=everybody))


def _one_round(event: Event, changes: Changes) -> tuple[list[ListingUpdate], int]:
    directory = {entry.attendee_id: entry for entry in attendees.directory(event)}
    everybody = directory.keys() <= changes.attendees
    stored = matches.listings(event) if everybody else matches.listings_of(event, sorted(changes.attendees))
    sets = _sets_to_join(event, directory, changes)

    true_now = {
        (listing.lister, listing.listed): listing for listing in _join(directory, sets, changes, everybody=everybody)
    }
    known = {(listing.lister, listing.listed): listing for listing in stored}
    updates = []
    for pair in sorted(true_now.keys() | known.keys()):
        lister, listed = pair
        if lister not in changes.attendees and listed not in changes.findable:
            continue  # this direction was not looked at
        listing = true_now.get(pair, Listing(lister, listed, ()))
        if listing != known.get(pair, Listing(lister, listed, ())):
            updates.append(ListingUpdate(listing, _revision(directory, lister), _revision(directory, listed)))
    return updates, matches.save(event, updates)


def _join(
    directory: Mapping[str, DirectoryEntry],
    sets: Iterable[ConnectionSet],
    changes: Changes,
    *,
    everybody: bool,
) -> list[Listing]:
    entries = directory.values()
    if everybody:
        return find_listings(entries, sets)
    sets = list(sets)
    # Forward: the changed attendees' own sets against the whole directory. Reverse: everybody's against them.
    own = [s for s in sets if s.attendee_id in changes.attendees]
    others = [s for s in sets if s.attendee_id not in changes.attendees]
    return find_listings(entries, own) + find_listings(entries, others, among=changes.findable)


def _sets_to_join(event: Event, directory: Mapping[str, DirectoryEntry], changes: Changes) -> Iterable[ConnectionSet]:
    """The sets that take part, exactly those that the directory speaks of.

    Only a change of identities or agreement needs everybody's sets. They are read about a second late, at half
    the price; the directory, read as of now, gives away which ones are late, and those are read again.
    """
    wanted = {
        (entry.attendee_id, source): entry.set_digests[source]
        for entry in directory.values()
        for source in entry.active_sources
        if changes.findable or entry.attendee_id in changes.attendees
    }
    late = dict(wanted)
    if changes.findable:
        for connection_set, digest in connection_sets.load_all(event):
            owner = (connection_set.attendee_id, connection_set.source)
            if wanted.get(owner) == digest:
                late.pop(owner, None)
                yield connection_set
    for attendee_id in sorted({attendee_id for attendee_id, _ in late}):
        for connection_set, _ in connection_sets.load_of(event, attendee_id):
            if (attendee_id, connection_set.source) in late:
                yield connection_set


def _changed_meanwhile(event: Event, updates: Collection[ListingUpdate]) -> Changes | None:
    used: dict[str, int] = {}
    for update in updates:
        used[update.listing.lister] = update.lister_revision
        used[update.listing.listed] = update.listed_revision
    if not used:
        return None
    now = attendees.directory_entries(event, used)
    newer = frozenset(a for a, revision in used.items() if _revision(now, a) != revision)
    if newer:
        return Changes(findable=newer, sets=newer)
    # A write refused though nobody is newer: another batch wrote first what we know as well.
    return None


def _revision(directory: Mapping[str, DirectoryEntry], attendee_id: str) -> int:
    entry = directory.get(attendee_id)
    return entry.revision if entry else 0


def match_changes(changes: Iterable[DirectoryChange], *, events: KnownEvents) -> list[str]:
    """Match what a batch of the table's stream says has changed, each event by itself.

    :returns: the sequence numbers of the changes whose event could not be matched now; the others are done
    """
    by_event: defaultdict[str, list[DirectoryChange]] = defaultdict(list)
    for change in changes:
        by_event[change.event_id].append(change)
    failed: list[str] = []
    for event_id, its_changes in by_event.items():
        event = events.get(event_id)
        if event is None:
            continue  # deleted meanwhile, and its matches with it
        try:
            match_attendees(
                event,
                Changes(
                    findable=frozenset(c.attendee_id for c in its_changes if c.findable),
                    sets=frozenset(c.attendee_id for c in its_changes if c.sets),
                ),
            )
        except Exception:
            logger.exception("event not matched, the stream will bring it again", extra={"event_id": event_id})
            failed.extend(c.sequence_number for c in its_changes)
    return failed
