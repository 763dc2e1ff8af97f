"""Match an attendee list with a folder of exports on this machine: the pipeline's own parsing and joining, no AWS."""

from __future__ import annotations

import csv
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO

from infra.cli.exports import read_exports
from shared import identities
from shared.attendee_lists import read_attendee_list
from shared.attendees import Attendee, attendee_id_of, register
from shared.matching import (
    ConnectionSet,
    DirectoryEntry,
    Evidence,
    Match,
    find_listings,
    findable_under,
    listings_to_matches,
    pack_connections,
)
from shared.registrations import Purpose
from shared.tables import Reject

EVENT_ID = "offline"


@dataclass
class OfflineResult:
    """What was found, and what could not be used."""

    matches: list[Match]
    addresses: dict[str, str]  # e-mail address by attendee id
    attendees: int
    sets: int
    problems: list[str] = field(default_factory=list)  # one sentence each
    missing: list[str] = field(default_factory=list)  # without which nobody is found, whatever the files hold


def match_offline(
    attendee_list: Path,
    connections: Path,
    *,
    assume_agreed: bool,
    watch: Callable[[list[tuple[Path, str]]], Iterable[tuple[Path, str]]] = list,
) -> OfflineResult:
    """Find who knows whom.

    :param connections: a folder with one file or subfolder for each attendee, named by e-mail address
    :param assume_agreed: leave the list's agreement aside
    :param watch: goes through the exports it is given, and may show how far it has come
    :raises shared.tables.UnreadableTable: where the list has no recognizable header
    """
    # Of this run only: nothing that is written down hangs on it.
    key = secrets.token_bytes(32)
    problems: list[str] = []
    people = _attendees(attendee_list, key, problems, assume_agreed=assume_agreed)
    exports = list(exports_in(connections))
    missing = list(_missing(people, exports, key))
    sets = list(_sets(connections, watch(exports), people, key, problems))
    directory = [DirectoryEntry(attendee_id, findable=_findable(person, key)) for attendee_id, person in people.items()]
    return OfflineResult(
        matches=listings_to_matches(find_listings(directory, sets)),
        addresses={attendee_id: person.email for attendee_id, person in people.items()},
        attendees=len(people),
        sets=len(sets),
        problems=problems,
        missing=missing,
    )


def what_is_missing(attendee_list: Path, connections: Path, *, assume_agreed: bool) -> list[str]:
    """Sentences on that without which nobody is found, whatever the exports hold; none of them is opened.

    :raises shared.tables.UnreadableTable: where the list has no recognizable header
    """
    key = secrets.token_bytes(32)
    people = _attendees(attendee_list, key, [], assume_agreed=assume_agreed)
    return list(_missing(people, exports_in(connections), key))


def _missing(people: Mapping[str, Attendee], exports: Iterable[tuple[Path, str]], key: bytes) -> Iterator[str]:
    if not any(person.may_be_named for person in people.values()):
        yield "Nobody on the list agreed to be introduced: --assume-agreed looks as if all had."
    if not any(_owner(address, people, key) for _, address in exports):
        yield "The folder holds no export named after an address on the list."


def _findable(person: Attendee, key: bytes) -> tuple[tuple[int, str], ...]:
    name, company = (person.name, person.company) if person.may_be_named else ("", "")
    return findable_under(person.findable_identities, key, name=name, company=company)


def write_pairs(result: OfflineResult, file: TextIO) -> None:
    """Write the pairs as CSV with the columns a, b (e-mail addresses, a < b), evidence and score; sorted."""
    writer = csv.writer(file)
    writer.writerow(["a", "b", "evidence", "score"])
    rows = []
    for match in result.matches:
        a, b = sorted((result.addresses[match.a], result.addresses[match.b]))
        evidence = [
            _in_words(lister, listed, piece)
            for lister, listed in ((a, b), (b, a))
            for piece in match.listed_by(match.a if result.addresses[match.a] == lister else match.b)
        ]
        rows.append([a, b, "; ".join(evidence), f"{match.score:.4f}"])
    writer.writerows(sorted(rows))


def _in_words(lister: str, listed: str, evidence: Evidence) -> str:
    since = f" since {evidence.since}" if evidence.since else ""
    relation = evidence.relation.name.lower().replace("_", " ")
    return f"{lister} lists {listed} on {evidence.network} ({relation}{since}, {evidence.source})"


def _attendees(path: Path, key: bytes, problems: list[str], *, assume_agreed: bool) -> dict[str, Attendee]:
    people: dict[str, Attendee] = {}
    with path.open("rb") as file:
        table = read_attendee_list(file, as_of=datetime.fromtimestamp(path.stat().st_mtime, UTC))
        problems += [f"{path.name}: {note}" for note in table.notes]
        problems += [f'{path.name}: column "{header}" was not understood' for header in table.unrecognized]
        for row in table:
            if isinstance(row, Reject):
                problems.append(f"{path.name}: row {row.line}: {row.reason}")
                continue
            if assume_agreed:
                row = replace(row, agreed=frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS}))
            problems += [f"{path.name}: {row.email}: {note}" for note in row.notes]
            attendee_id = attendee_id_of(EVENT_ID, row.email or "", key)
            change = register(
                row,
                event_id=EVENT_ID,
                attendee_id=attendee_id,
                ticket=None,
                holder=people.get(attendee_id),
                previous_holder=None,
            )
            people.update((person.attendee_id, person) for person in change.attendees)
    return people


def _sets(
    folder: Path,
    exports: Iterable[tuple[Path, str]],
    people: dict[str, Attendee],
    key: bytes,
    problems: list[str],
) -> Iterator[ConnectionSet]:
    for path, address in exports:
        owner = _owner(address, people, key)
        name = path.relative_to(folder)
        if owner is None:
            problems.append(f"{name}: nobody on the list has the address {address!r}")
        elif not owner.connections_may_be_used:
            problems.append(f"{name}: left aside, its owner has not agreed that connections be used or is not coming")
        else:
            yield from _sets_of(path, name, owner, people, key, problems)


def _owner(address: str, people: Mapping[str, Attendee], key: bytes) -> Attendee | None:
    email = identities.email(address)
    return people.get(attendee_id_of(EVENT_ID, email.handle, key)) if email else None


def _sets_of(
    path: Path, name: Path, owner: Attendee, people: dict[str, Attendee], key: bytes, problems: list[str]
) -> Iterator[ConnectionSet]:
    for export in read_exports(path, name, problems):
        people[owner.attendee_id] = owner = owner.with_aliases(export.owner)
        yield pack_connections(owner.attendee_id, export.source, export.connections, key=key)


def exports_in(folder: Path) -> Iterator[tuple[Path, str]]:
    """Every export with its owner's address: of the subfolder it is in, or of the file's own name."""
    for path in sorted(folder.iterdir()):
        if path.is_dir():
            yield from ((file, path.name) for file in sorted(path.iterdir()) if file.is_file())
        elif identities.email(path.stem) is not None:
            yield path, path.stem
        else:
            yield path, path.name
