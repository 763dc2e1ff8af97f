"""Join what changed with everything the event has, in both directions, and keep the matches true."""

from __future__ import annotations

import logging
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.events import Event
from shared.matching import BY_NAME, ByAttendee, ConnectionSet, DirectoryEntry, Listing, Match, find_listings
from shared.matching.evidence import listings_to_matches
from shared.matching.join import join
from shared.pipeline.at_once import CallWave
from shared.pipeline.known_events import KnownEvents
from shared.storage import Conflict, attendees, connection_sets, matches, passes
from shared.storage.matches import ListingUpdate
from shared.storage.stream import DirectoryChange

logger = logging.getLogger(__name__)

# Each further round means that somebody changed while we looked; after these the batch is tried again later.
ROUNDS = 6

# Who lists a new attendee can stand in anybody's sets. Past a thousand attendees reading them all for every few
# arrivals would cost more than everything else, so arrivals wait for the night's full pass, or for the next wave's.
LARGEST_AT_ONCE = 2  # shards

NIGHT = timedelta(hours=12)  # longer than all attempts of one night, shorter than from one to the next


def _nobody(_: Event) -> bool:
    return False


@dataclass(frozen=True, slots=True)
class Changes:
    """What woke matching: whose directory entry changed, and in which way."""

    findable: frozenset[str] = frozenset()  # attendees whose identities or agreement changed
    sets: frozenset[str] = frozenset()  # attendees whose sets changed
    hashes: frozenset[int] = frozenset()  # under which the first could be found before, or can be now

    @property
    def attendees(self) -> frozenset[str]:
        return self.findable | self.sets


class MatchingFailed(Exception):
    """Events that could not be matched; the log has each with its reason."""


class OutOfTime(Exception):
    """A full pass stopped before it was done; what it wrote is right, and another pass goes on from there."""


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


def match_everybody(
    event: Event,
    *,
    shards: Collection[int] | None = None,
    also: Callable[[ConnectionSet], None] | None = None,
    out_of_time: Callable[[], bool] = lambda: False,
) -> int:
    """One full pass over the event, as every wave begins with; how many directions of pairs were written.

    It reads everything once, and holds the directory and the pairs as numbers. What is right already is not written
    again, so a pass that was cut short goes on where it stopped. Passes for some of the shards may run side by side:
    each reads everything, since anybody may list anybody, and writes the items of its own attendees.

    :param shards: only the ties of the attendees in these; None for all
    :param also: is handed every set that takes part, each once, on its way into the join
    :param out_of_time: is asked before each shard's matches are looked at, once some were written
    :raises OutOfTime: where it said so; the next pass writes the rest
    :raises Conflict: where attendees kept changing; what was written is right as far as it goes
    """
    directory = {entry.attendee_id: entry for entry in attendees.directory(event)}
    everybody = frozenset(directory)
    sets = _sets_to_join(event, directory, Changes(findable=everybody, sets=everybody))
    if also is not None:
        sets = _passing_on(sets, also)
    shards = range(event.shards) if shards is None else shards
    found = ByAttendee(join(directory.values(), sets))
    in_shard: defaultdict[int, list[str]] = defaultdict(list)
    for attendee_id in found.attendee_ids():
        in_shard[matches.shard_of(event, attendee_id)].append(attendee_id)
    touched = _Pairs()
    written = done = 0
    for shard in shards:
        if written and out_of_time():
            break
        work = _work_of_shard(event, shard, directory, found, in_shard.pop(shard, []))
        for ties, updates in work:
            touched.add(updates)
            written += sum(update.listing.lister == ties.attendee_id for update in updates)
        matches.save_ties(event, work)
        done += 1
    del found
    # Also where time is up: what was written from revisions that are no more must not stand until somebody comes again.
    newer = _newer(directory, touched.attendees(), attendees.revisions(event)) if touched else frozenset()
    if newer:
        written += match_attendees(event, Changes(findable=newer, sets=touched.partners_of(newer)))
    if done < len(shards):
        raise OutOfTime(f"{done} of {len(shards)} shards are matched; the next pass goes on with the others")
    return written


def hand_on_sets(event: Event, also: Callable[[ConnectionSet], None]) -> None:
    """What ``also`` of :func:`match_everybody` is handed, where the pass itself is over."""
    directory = {entry.attendee_id: entry for entry in attendees.directory(event)}
    everybody = frozenset(directory)
    for each in _sets_to_join(event, directory, Changes(findable=everybody, sets=everybody)):
        also(each)


def look_at_everybody(event: Event, also: Callable[[ConnectionSet], None]) -> list[Match]:
    """The matches that a full pass would leave, with nothing written.

    :param also: as for :func:`match_everybody`
    """
    directory = {entry.attendee_id: entry for entry in attendees.directory(event)}
    everybody = frozenset(directory)
    sets = _sets_to_join(event, directory, Changes(findable=everybody, sets=everybody))
    return listings_to_matches(join(directory.values(), _passing_on(sets, also)).listings())


def _work_of_shard(
    event: Event, shard: int, directory: Mapping[str, DirectoryEntry], found: ByAttendee, concerned: Iterable[str]
) -> list[tuple[matches.Ties, list[ListingUpdate]]]:
    """The attendees of a shard whose ties are not as they should be, with what is to be written."""
    stored = matches.load_shard(event, shard)
    work = []
    for attendee_id in sorted(stored.keys() | set(concerned)):
        ties = stored.pop(attendee_id, matches.Ties(attendee_id, {}))
        updates = _differences(directory, ties.listings(), found.listings_of(attendee_id))
        if updates:
            work.append((ties, updates))
    return work


class _Pairs:
    """Who was written about together with whom, as numbers: a first pass writes everybody's ties."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._pairs = array("L")

    def __bool__(self) -> bool:
        return bool(self._pairs)

    def add(self, updates: Iterable[ListingUpdate]) -> None:
        for update in updates:
            for attendee_id in (update.listing.lister, update.listing.listed):
                self._pairs.append(self._numbers.setdefault(attendee_id, len(self._numbers)))

    def attendees(self) -> Iterable[str]:
        return self._numbers.keys()

    def partners_of(self, some: Collection[str]) -> frozenset[str]:
        """Those of the pairs that have a member among ``some``, both members of each."""
        wanted = {self._numbers[each] for each in some}
        names = list(self._numbers)
        pairs = zip(self._pairs[::2], self._pairs[1::2], strict=True)
        return frozenset(names[each] for pair in pairs if not wanted.isdisjoint(pair) for each in pair)


def _newer(directory: Mapping[str, DirectoryEntry], concerned: Iterable[str], now: Mapping[str, int]) -> frozenset[str]:
    return frozenset(each for each in concerned if now.get(each, 0) != _revision(directory, each))


def _one_round(event: Event, changes: Changes) -> tuple[list[ListingUpdate], int]:
    directory = {entry.attendee_id: entry for entry in attendees.directory(event)}
    changes = _arrivals_later(directory, changes) if _is_large(event) else _with_namesakes(directory, changes)
    # Who lists a changed attendee changes with what they can be found under, not with their own sets.
    stored = [
        listing
        for listing in matches.agreed_listings_of(event, sorted(changes.attendees))
        if listing.lister in changes.attendees or listing.listed in changes.findable
    ]
    true_now = _join(directory, _sets_to_join(event, directory, changes), changes)
    updates = _differences(directory, stored, true_now)
    return updates, matches.save(event, updates)


def _is_large(event: Event) -> bool:
    return event.shards > LARGEST_AT_ONCE


def _arrivals_later(directory: Mapping[str, DirectoryEntry], changes: Changes) -> Changes:
    """The changes without what needs everybody's sets; own sets are joined, and who left is matched no more."""
    arrivals = frozenset(each for each in changes.findable if each in directory and directory[each].findable)
    return Changes(findable=changes.findable - arrivals, sets=changes.sets | arrivals)


def _with_namesakes(directory: Mapping[str, DirectoryEntry], changes: Changes) -> Changes:
    """The changes, and whoever shares a name with somebody of them: a name counts only while one attendee has it."""
    hashes = changes.hashes | {
        hashed for each in changes.findable if each in directory for hashed, _ in directory[each].findable
    }
    namesakes = {
        entry.attendee_id
        for entry in directory.values()
        for hashed, network in entry.findable
        if network in BY_NAME and hashed in hashes
    }
    return replace(changes, findable=changes.findable | namesakes)


def _differences(
    directory: Mapping[str, DirectoryEntry], stored: Iterable[Listing], true_now: Iterable[Listing]
) -> list[ListingUpdate]:
    """What must be written to make what is stored true."""
    now = {(listing.lister, listing.listed): listing for listing in true_now}
    known = {(listing.lister, listing.listed): listing for listing in stored}
    return [
        ListingUpdate(now.get(pair, Listing(*pair, ())), _revision(directory, pair[0]), _revision(directory, pair[1]))
        for pair in sorted(now.keys() | known.keys())
        if now.get(pair) != known.get(pair)
    ]


def _join(directory: Mapping[str, DirectoryEntry], sets: Iterable[ConnectionSet], changes: Changes) -> list[Listing]:
    sets = list(sets)
    # Forward: the changed attendees' own sets against the whole directory. Reverse: everybody's against them.
    own = [s for s in sets if s.attendee_id in changes.attendees]
    others = [s for s in sets if s.attendee_id not in changes.attendees]
    return find_listings(directory.values(), own) + find_listings(directory.values(), others, among=changes.findable)


def _sets_to_join(event: Event, directory: Mapping[str, DirectoryEntry], changes: Changes) -> Iterable[ConnectionSet]:
    """The sets that take part, exactly those that the directory speaks of.

    Only a change of identities or agreement needs everybody's sets. They are read about a second late, at half
    the price; the directory, read as of now, gives away which ones are late, and those are read again.
    """
    everybodys = any(each in directory and directory[each].findable for each in changes.findable)
    wanted = {
        (entry.attendee_id, source): entry.set_digests[source]
        for entry in directory.values()
        for source in entry.active_sources
        if everybodys or entry.attendee_id in changes.attendees
    }
    late = dict(wanted)
    if everybodys:
        for connection_set, digest in connection_sets.load_all(event):
            owner = (connection_set.attendee_id, connection_set.source)
            if wanted.get(owner) == digest:
                late.pop(owner, None)
                yield connection_set
    for attendee_id in sorted({attendee_id for attendee_id, _ in late}):
        for connection_set, _ in connection_sets.load_of(event, attendee_id):
            if (attendee_id, connection_set.source) in late:
                yield connection_set


def _passing_on(sets: Iterable[ConnectionSet], also: Callable[[ConnectionSet], None]) -> Iterator[ConnectionSet]:
    for each in sets:
        also(each)
        yield each


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
        # The others of their pairs too: an item may be gone by now in which this batch would see what it wrote.
        return Changes(findable=newer, sets=frozenset(used))
    # A write refused though nobody is newer: another batch wrote first what we know as well.
    return None


def _revision(directory: Mapping[str, DirectoryEntry], attendee_id: str) -> int:
    entry = directory.get(attendee_id)
    return entry.revision if entry else 0


def match_changes(
    changes: Iterable[DirectoryChange], *, events: KnownEvents, call_wave: CallWave = _nobody
) -> list[str]:
    """Match what a batch of the table's stream says has changed, each event by itself.

    :param call_wave: asked for a wave where matches have changed; it knows whether one is due
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
        if _is_large(event):
            its_changes = _urgent(event, its_changes)
        try:
            written = match_attendees(
                event,
                Changes(
                    findable=frozenset(c.attendee_id for c in its_changes if c.findable),
                    sets=frozenset(c.attendee_id for c in its_changes if c.sets),
                    hashes=frozenset(hashed for c in its_changes if c.findable for hashed in c.hashes),
                ),
            )
            if written:
                call_wave(event)
        except Exception:
            logger.exception("event not matched, the stream will bring it again", extra={"event_id": event_id})
            failed.extend(c.sequence_number for c in its_changes)
    return failed


def match_anew(event: Event, *, call_wave: CallWave = _nobody, out_of_time: Callable[[], bool] = lambda: False) -> None:
    """One full pass over an event, for the night or because changes of it were lost.

    :raises OutOfTime: where there was no time for all of it; doing the same again goes on
    """
    try:
        if match_everybody(event, out_of_time=out_of_time):
            call_wave(event)
    except OutOfTime:
        call_wave(event)  # something was written, and the next attempt may find nothing more
        raise


def match_large_events(
    all_events: Iterable[Event],
    *,
    now: datetime,
    call_wave: CallWave = _nobody,
    out_of_time: Callable[[], bool] = lambda: False,
) -> int:
    """The night's full pass over every event that is still to come and too large to match each arrival at once.

    Events that were matched this night already are passed over, so that a night that was cut short can be repeated.

    :returns: how many events were matched
    :raises OutOfTime: where there was no time for all of them
    :raises MatchingFailed: where some could not be matched; all the others are
    """
    tonight = now - NIGHT
    due = [event for event in all_events if _is_large(event) and event.ends_at > now]
    matched, failed = 0, []
    for event in due:
        last = passes.last_finished(event)
        if last is not None and last > tonight:
            continue
        if matched and out_of_time():
            raise OutOfTime("some events are not matched yet; the next attempt goes on with them")
        try:
            match_anew(event, call_wave=call_wave, out_of_time=out_of_time)
        except OutOfTime:
            raise
        except Exception:
            logger.exception("event not matched tonight, trying the others", extra={"event_id": event.event_id})
            failed.append(event.event_id)
        else:
            passes.note_finished(event, now)
            matched += 1
    if failed:
        raise MatchingFailed(f"{len(failed)} of {len(due)} large events could not be matched tonight")
    return matched


def _urgent(event: Event, changes: list[DirectoryChange]) -> list[DirectoryChange]:
    """The changes of a large event that need not wait: of those who bring connections, and of those who left."""
    entries = attendees.directory_entries(event, {change.attendee_id for change in changes})
    return [
        change
        for change in changes
        if change.attendee_id not in entries
        or not entries[change.attendee_id].findable
        or entries[change.attendee_id].active_sources
    ]
