"""A list in which people are only looked up: any attendee list, or names copied from a conference's page."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import BinaryIO, Final

from shared import identities
from shared.attendee_lists.reading import LIST_PLATFORM, read_attendee_list
from shared.identities import Identity
from shared.registrations import Registration, Status
from shared.registrations.texts import one_line
from shared.tables import NoHeader, Reject, UnreadableTable, decoded_lines

MOST_LINES: Final = 200_000
LONGEST_LINE: Final = 500
LONGEST_BLOCK: Final = 12  # lines about one person
_LONGEST_TEXT: Final = 200
_MARKS: Final = re.compile(r"^(?:[-*•‣▪·–—]|\d{1,4}[.)])\s+")
# What stands between a name and what follows it; a comma last, since names have commas too.
_BETWEEN: Final = re.compile(r"\t+|\s*[|;•→]\s*|\s+[-–—/]+\s+|\s*\(|\s+(?:at|bei|chez)\s+|\s+@\s*|:\s+")
_UNSPACED: Final = re.compile(r"[\u0e00-\u0fff\u1000-\u109f\u3040-\uffff]")  # scripts that put no spaces between words
_ADDRESS: Final = re.compile(r"https?://\S+|www\.\S+|\S+@\S+\.\S+|\S+\.\w{2,}/\S+")


@dataclass(frozen=True, slots=True)
class PeopleList:
    """Whoever a list names, each with the line on which they stand; ``people`` can be gone through once."""

    people: Iterator[tuple[int, Registration | Reject]]
    kind: str  # the file's format, in words
    notes: tuple[str, ...] = ()  # sentences about the list as a whole
    unrecognized: tuple[str, ...] = ()  # headers that mean nothing to us


def read_people(stream: BinaryIO, *, as_of: datetime) -> PeopleList:
    """Open a list of people: what :func:`read_attendee_list` reads, with or without addresses, or lines of names.

    :param stream: from its beginning, seekable
    :param as_of: when the list spoke
    :raises shared.tables.UnreadableTable: where it is neither; also while going through it
    """
    try:
        table = read_attendee_list(stream, as_of=as_of, names_are_enough=True)
    except NoHeader:
        stream.seek(0)
        # JSON and workbooks have names of their own for everything; what those names mean must be known.
        if stream.read(4).lstrip()[:1] in (b"{", b"[") or _begins(stream, b"PK\x03\x04"):
            raise
        stream.seek(0)
        return PeopleList(_from_lines(_lines(stream), as_of), "lines of names")
    return PeopleList(table.numbered(), table.kind, table.notes, table.unrecognized)


def _begins(stream: BinaryIO, signature: bytes) -> bool:
    stream.seek(0)
    return stream.read(len(signature)) == signature


def _lines(stream: BinaryIO) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(decoded_lines(stream), 1):
        if number > MOST_LINES:
            raise UnreadableTable(f"line {number:,}: a list of names has at most {MOST_LINES:,} lines")
        yield number, _MARKS.sub("", line.strip())


def _from_lines(lines: Iterable[tuple[int, str]], as_of: datetime) -> Iterator[tuple[int, Registration | Reject]]:
    """One person a line; or one a block, where blank lines stand between blocks of several: the name comes first."""
    blocks = [list(block) for blank, block in groupby(lines, key=lambda line: not line[1]) if not blank]
    in_blocks = len(blocks) > 1 and sum(len(block) > 1 for block in blocks) > len(blocks) / 2
    if in_blocks and max(map(len, blocks)) <= LONGEST_BLOCK:
        people = [(block[0][0], [text for _, text in block]) for block in blocks]
    else:
        people = [(number, [text]) for block in blocks for number, text in block]
    for number, texts in people:
        yield number, _person(number, texts, as_of)


def _person(number: int, texts: Sequence[str], as_of: datetime) -> Registration | Reject:
    if any(len(text) > LONGEST_LINE for text in texts):
        return Reject(number, f"the line is longer than {LONGEST_LINE} characters; write one person a line")
    found = [identity for text in texts for identity in _addresses(text)]
    bare = [_ADDRESS.sub(" ", text).strip(" ,;|<>()") for text in texts]
    name, rest = _name_and_rest(bare[0])
    # Which part is the company and which what they do there, nothing says: each may be it.
    about = [part.strip() for text in (rest, *bare[1:]) for part in text.split(",")]
    if len(name.split()) < 2 and not found and not _UNSPACED.search(name):
        return Reject(number, f'"{texts[0][:80]}" is no name of two words')
    address = next((identity for identity in found if identity.network == "email"), None)
    return Registration(
        platform=LIST_PLATFORM,
        reference="",
        status=Status.REGISTERED,
        changed_at=as_of,
        name=one_line(name, _LONGEST_TEXT),
        email=address.handle if address else None,
        company=one_line(" | ".join(filter(None, about)), _LONGEST_TEXT),
        identities=tuple(sorted({identity for identity in found if identity.network != "email"})),
    )


def _addresses(text: str) -> Iterator[Identity]:
    for address in _ADDRESS.findall(text):
        found = identities.read(address.strip(",;|<>()")).identities
        # A company's own site is not somebody.
        yield from (identity for identity in found if identity.network != "homepage")


def _name_and_rest(text: str) -> tuple[str, str]:
    """ "Ada Kowalska, CTO at Seine Data" in two; "O'Neil, Ann" is one name."""
    parts = _BETWEEN.split(text, maxsplit=1)
    name, comma, after = parts[0].partition(",")
    rest = [part.strip(" )") for part in parts[1:]]
    if comma and (len(name.split()) > 1 or _UNSPACED.search(name)):
        return name.strip(), " | ".join([after.strip(), *rest])
    return parts[0].strip(), " | ".join(rest)
