"""Whom one person knows on a list: their own exports against it, on this machine, by the pipeline's own rules.

Nothing is hashed and nothing kept, so more can be said than the pipeline may: under which name an export has somebody,
and that two people of one name have different profiles on one network, which makes them two.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from enum import IntEnum
from pathlib import Path
from typing import Final

from infra.cli.exports import ReadExport, read_exports
from shared.attendee_lists import read_people
from shared.connections import Connection
from shared.identities import Identity
from shared.introductions.words import how_they_know_each_other, where_to_say_hello
from shared.matching import LIKELY, Evidence, Match
from shared.names import KeyKind, NameKey, name_keys
from shared.registrations import Registration, Status
from shared.tables import Reject

READER: Final = ""  # stands before every other in a Match
# An account has one handle on a network; of these one person has several.
_SEVERAL: Final = frozenset({"email", "phone", "homepage"})

Key = tuple[str, str]  # of an Identity


class Sure(IntEnum):
    """How sure it is that who is on the list is who the exports name."""

    CERTAIN = 0  # one handle, address or number
    LIKELY = 1  # name and company
    POSSIBLE = 2  # the name alone


@dataclass(frozen=True, slots=True)
class Listed:
    """Somebody on the list; several rows of one address are one person."""

    line: int
    name: str
    company: str
    email: str | None
    identities: tuple[Identity, ...]  # e-mail and phone included


@dataclass(frozen=True, slots=True)
class Acquaintance:
    """Somebody on the list whom the exports name."""

    person: Listed
    sure: Sure
    how: str  # one or two sentences
    since: date | None  # the earliest day that an export gives
    strength: float
    profile: Identity | None  # where to say hello
    called: tuple[str, ...] = ()  # what the exports say of whoever was found by name: "Bob Okafor, Harbour"


@dataclass
class Found:
    """What came of it."""

    people: int
    lists: dict[str, int]  # connections by source
    acquaintances: list[Acquaintance]  # the surest and closest first
    problems: list[str] = field(default_factory=list)  # one sentence each, naming the file


def whom_i_know(attendee_list: Path, exports: Iterable[Path]) -> Found:
    """Find whom the exports name among those on the list.

    :raises shared.tables.UnreadableTable: where the list cannot be read
    """
    problems: list[str] = []
    people = _people(attendee_list, problems)
    read = [export for path in exports for export in read_exports(path, path.name, problems)]
    lists = Counter[str]()
    for export in read:
        lists[export.source] += len(export.connections)
    finder = _Finder(people, attendee_list.name, problems)
    for export in read:
        finder.look_in(export)
    return Found(len(people), dict(lists), finder.acquaintances(), problems)


def _people(path: Path, problems: list[str]) -> list[Listed]:
    people: dict[object, Listed] = {}
    with path.open("rb") as file:
        table = read_people(file, as_of=datetime.now(UTC))
        problems += [f"{path.name}: {note}" for note in table.notes]
        problems += [f'{path.name}: column "{header}" was not understood' for header in table.unrecognized]
        for line, row in table.people:
            if isinstance(row, Reject):
                problems.append(f"{path.name}: line {line}: {row.reason}")
            elif row.status is Status.REGISTERED:
                problems += [f"{path.name}: line {line}: {note}" for note in row.notes]
                _add(people, _listed(line, row))
    return list(people.values())


def _listed(line: int, row: Registration) -> Listed:
    reachable = [Identity("email", row.email)] if row.email else []
    reachable += [Identity("phone", row.phone)] if row.phone else []
    return Listed(line, row.name, row.company, row.email, (*row.identities, *reachable))


def _add(people: dict[object, Listed], new: Listed) -> None:
    """Who has two tickets is one person: the same address, or where there is none, the same name and company."""
    key: object = new.email or (" ".join(new.name.casefold().split()), new.company.casefold())
    known = people.get(key, new)
    together = tuple(dict.fromkeys((*known.identities, *new.identities)))
    people[key] = Listed(known.line, known.name or new.name, known.company or new.company, known.email, together)


class _Finder:
    """The list, ready to be looked up in."""

    def __init__(self, people: list[Listed], list_name: str, problems: list[str]) -> None:
        self._people = people
        self._problems = problems
        self._evidence: defaultdict[int, set[Evidence]] = defaultdict(set)
        self._called: defaultdict[int, dict[str, None]] = defaultdict(dict)
        claims: defaultdict[Key, list[int]] = defaultdict(list)
        names: defaultdict[NameKey, list[int]] = defaultdict(list)
        for number, person in enumerate(people):
            for key in {identity.key for identity in person.identities}:
                claims[key].append(number)
            for name_key in name_keys(person.name, person.company) if person.name else ():
                names[name_key].append(number)
        for (space, handle), owners in claims.items():
            if len(owners) > 1:
                lines = ", ".join(str(people[owner].line) for owner in owners)
                problems.append(f'{list_name}: {space} "{handle}" stands on lines {lines}; nobody is found by it')
        # Of two with one handle, or of one name, neither can be told from the other by it.
        self._by_identity = {key: owners[0] for key, owners in claims.items() if len(owners) == 1}
        self._by_name = {key: owners[0] for key, owners in names.items() if len(owners) == 1}

    def look_in(self, export: ReadExport) -> None:
        if export.connections and all(map(_is_number_only, export.connections)):
            # X's archive is such a one.
            self._problems.append(
                f"{export.source}: it has numbers instead of handles and names; nobody on a list can be found by them"
            )
        unique = _names_of_one(export.connections)
        for number, connection in enumerate(export.connections):
            found = [(self._by_identity[i.key], i.network) for i in connection.identities if i.key in self._by_identity]
            for person, network in found:
                self._note(person, network, connection, export)
            if not found:
                by_name = self._likeness(connection, unique[number])
                if by_name is not None:
                    self._note(by_name[0], by_name[1].value, connection, export)
                    self._called[by_name[0]][", ".join(filter(None, (connection.name, connection.company)))] = None

    def _note(self, person: int, network: str, connection: Connection, export: ReadExport) -> None:
        self._evidence[person].add(Evidence(network, connection.relation, connection.since, export.source))

    def _likeness(self, connection: Connection, keys: Iterable[NameKey]) -> tuple[int, KeyKind] | None:
        """The one on the list who has a name of this connection, and how much that means."""
        found = {(key.kind, self._by_name[key]) for key in keys if key in self._by_name}
        for kind in (KeyKind.NAME_AND_COMPANY, KeyKind.NAME):
            of_kind = {person for each, person in found if each is kind}
            if of_kind:
                person = next(iter(of_kind))
                one = len(of_kind) == 1 and not _two_people(self._people[person].identities, connection.identities)
                return (person, kind) if one else None
        return None

    def acquaintances(self) -> list[Acquaintance]:
        found = [self._acquaintance(number, evidence) for number, evidence in self._evidence.items()]
        return sorted(found, key=lambda each: (each.sure, -each.strength, each.person.name.casefold()))

    def _acquaintance(self, number: int, evidence: set[Evidence]) -> Acquaintance:
        person = self._people[number]
        # What is certain says it all; what is likely beside it may be of somebody else.
        sure = min(map(_sureness, evidence))
        counts = tuple(sorted((e for e in evidence if _sureness(e) is sure), key=lambda e: e.order))
        match = Match(READER, str(number + 1), counts)
        return Acquaintance(
            person=person,
            sure=sure,
            how=how_they_know_each_other(match, READER, "en"),
            since=min((e.since for e in counts if e.since), default=None),
            strength=match.score,
            profile=where_to_say_hello(match, READER, person.identities),
            called=tuple(self._called[number]) if sure is not Sure.CERTAIN else (),
        )


def _sureness(evidence: Evidence) -> Sure:
    if evidence.network == KeyKind.NAME.value:
        return Sure.POSSIBLE
    return Sure.LIKELY if evidence.network == LIKELY else Sure.CERTAIN


def _names_of_one(connections: list[Connection]) -> list[list[NameKey]]:
    """The name keys of each connection that nobody else of the list has; entries that share an identity are one."""
    keys = [name_keys(each.name, each.company) if each.name else () for each in connections]
    whose: dict[Key, int] = {}
    owners: defaultdict[NameKey, set[int]] = defaultdict(set)
    for number, connection in enumerate(connections):
        owner = next((whose[i.key] for i in connection.identities if i.key in whose), number)
        whose.update((identity.key, owner) for identity in connection.identities)
        for key in keys[number]:
            owners[key].add(owner)
    return [[key for key in each if len(owners[key]) == 1] for each in keys]


def _two_people(one: Iterable[Identity], other: Iterable[Identity]) -> bool:
    """Whether they have different handles on one network."""
    handles: defaultdict[str, set[str]] = defaultdict(set)
    for identity in filter(_is_account, one):
        handles[identity.network].add(identity.handle)
    return any(i.handle not in handles.get(i.network, {i.handle}) for i in filter(_is_account, other))


def _is_number_only(connection: Connection) -> bool:
    return not connection.name and all(identity.handle.startswith("id:") for identity in connection.identities)


def _is_account(identity: Identity) -> bool:
    # A number is another name for some handle, for all that is known here.
    return identity.network not in _SEVERAL and not identity.handle.startswith("id:")
