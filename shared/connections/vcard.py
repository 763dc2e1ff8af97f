"""vCard 2.1, 3.0 and 4.0: what phones, Apple, Google, Nextcloud and most mail programs give for an address book.

Source: versit vCard 2.1 (quoted-printable, CHARSET, bare types), RFC 2426 (3.0), RFC 6350 (4.0), RFC 9554
(SOCIALPROFILE), RFC 4770 (IMPP); Apple's item1.URL with item1.X-ABLabel and X-SOCIALPROFILE after files of its
Contacts. Own reader: the library vobject 0.9.9 gives up the file at a card that is cut off, and takes seven
times as long (5,000 cards: 0.86 s, here 0.12 s); here a line that cannot be understood costs that line only. UTF-16 is
not read.
"""

from __future__ import annotations

import quopri
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, Final

from shared import identities
from shared.connections import contacts
from shared.connections.connection import Connection
from shared.connections.entries import text_of
from shared.connections.export import Export, ExportFile, Rows
from shared.identities import Identity
from shared.tables import Reject

SOURCE: Final = "vcard-contacts"
MAX_PROPERTY_BYTES: Final = 64 * 1024  # what is longer is a picture, of which the beginning is enough
_MOST_PROPERTIES: Final = 2_000  # of a card
_PIECE: Final = 64 * 1024
_BEGIN: Final = re.compile(rb"(?im)^[ \t]*BEGIN:VCARD[ \t]*\r?$")
_HEAD: Final = re.compile(r'((?:[^":]|"[^"]*")*):')
_PARAMETER: Final = re.compile(r';((?:[^";]|"[^"]*")*)')
_ESCAPED: Final = re.compile(r"\\(.)")
_APPLE_LABEL: Final = re.compile(r"_\$!<(.*)>!\$_")
_ENCODINGS: Final = frozenset(("QUOTED-PRINTABLE", "BASE64", "B", "8BIT", "7BIT"))
# Parameters in which programs say of which network a profile is, and under which name.
_SERVICE: Final = ("SERVICE-TYPE", "X-SERVICE-TYPE", "TYPE")
_USER: Final = ("USERNAME", "X-USER", "X-USERID")


@dataclass(frozen=True, slots=True)
class _Property:
    name: str  # in capitals, without its group
    group: str
    parameters: dict[str, str]  # by name in capitals; several values joined by commas
    value: str

    def first(self, names: tuple[str, ...]) -> str:
        return next((self.parameters[name] for name in names if self.parameters.get(name)), "")

    def parts(self) -> list[str]:
        """The components that semicolons separate, without their escapes."""
        return [text_of(_unescaped(part)) for part in re.split(r"(?<!\\);", self.value)]

    def text(self) -> str:
        return text_of(_unescaped(self.value))


@dataclass(slots=True)
class _Card:
    line: int
    version: str = ""
    properties: list[_Property] = field(default_factory=list)


def recognizes(file: ExportFile) -> bool:
    """Whether a card begins in the first bytes, with nothing but blank lines before."""
    match = _BEGIN.search(file.head)
    return match is not None and not file.head[: match.start()].removeprefix(b"\xef\xbb\xbf").strip()


def exports(file: ExportFile) -> Iterator[Export]:
    """Everybody in the address book; cards of groups are passed over."""
    yield Export(SOURCE, _rows(file.stream))


def _rows(stream: BinaryIO) -> Rows:
    for card in _cards(_unfolded(_physical_lines(stream))):
        row = _connection(card)
        if row is not None:
            yield row


def _connection(card: _Card) -> Connection | Reject | None:
    by_name: defaultdict[str, list[_Property]] = defaultdict(list)
    for written in card.properties:
        by_name[written.name].append(written)
    kinds = by_name["KIND"] + by_name["X-ADDRESSBOOKSERVER-KIND"]
    if any(kind.text().lower() == "group" for kind in kinds):
        return None
    labels = {label.group: _APPLE_LABEL.sub(r"\1", label.text()) for label in by_name["X-ABLABEL"] if label.group}
    found = [identity for written in card.properties if (identity := _identity(written, labels.get(written.group, "")))]
    company = by_name["ORG"][0].parts()[0] if by_name["ORG"] else ""
    return contacts.contact(found, name=_name(by_name), company=company, line=card.line)


def _name(by_name: dict[str, list[_Property]]) -> str:
    formatted = next((name for written in by_name.get("FN", ()) if (name := written.text())), "")
    if formatted:
        return formatted
    for written in by_name.get("N", ()):
        family, given, *_ = [*written.parts(), ""]
        return f"{given} {family}".strip()
    return ""


def _identity(written: _Property, label: str) -> Identity | None:
    reader = _READERS.get(written.name)
    if reader is not None:
        return reader(written, label)
    # X-TWITTER, X-GITHUB and the like, as KDE and others write them.
    network = identities.network_of_label(written.name[2:]) if written.name.startswith("X-") else None
    return _on(network, written.text()) if network else None


def _profile(written: _Property, label: str) -> Identity | None:
    text = written.text()
    network = identities.network_of_label(written.first(_SERVICE).partition(",")[0] or label)
    found = identities.parse(text) if text else None
    if isinstance(found, Identity):
        return found
    scheme, _, handle = text.partition(":")
    network = network or identities.network_of_label(scheme)
    if network is None:
        return None
    return _on(network, written.first(_USER)) or _on(network, handle) or _on(network, text)


def _nickname(written: _Property) -> Identity | None:
    # "annie" is nobody's account; "@ann@fosstodon.org" is.
    found = identities.parse(written.text()) if "@" in written.value else None
    return found if isinstance(found, Identity) else None


def _on(network: str, text: str) -> Identity | None:
    found = identities.parse(text, network) if text else None
    return found if isinstance(found, Identity) else None


_READERS: Final[dict[str, Callable[[_Property, str], Identity | None]]] = {
    "EMAIL": lambda written, _: contacts.email(written.text()),
    "TEL": lambda written, _: contacts.phone(written.text().partition(";")[0]),
    "URL": lambda written, label: contacts.page(written.text(), label),
    "X-SOCIALPROFILE": _profile,
    "SOCIALPROFILE": _profile,
    "IMPP": _profile,
    "NICKNAME": lambda written, _: _nickname(written),
}


def _cards(lines: Iterator[tuple[int, bytes]]) -> Iterator[_Card]:
    """Every card, also one that is not ended before the next begins or the file ends."""
    card: _Card | None = None
    for number, line in lines:
        written = _property(line)
        if written is None:
            continue
        mark = (written.name, written.value.strip().upper())
        if mark in (("BEGIN", "VCARD"), ("END", "VCARD")):
            if card is not None:
                yield card
            card = _Card(number) if written.name == "BEGIN" else None
        elif card is not None and len(card.properties) < _MOST_PROPERTIES:
            card.properties.append(written)
    if card is not None:
        yield card


def _property(line: bytes) -> _Property | None:
    text = line[:MAX_PROPERTY_BYTES].decode("utf-8", "replace")
    match = _HEAD.match(text)
    head = match[1] if match else text.partition(":")[0]
    if len(head) == len(text) or not head.strip():
        return None
    label, semicolon, rest = head.partition(";")
    group, _, name = label.strip().rpartition(".")
    parameters = _parameters(semicolon + rest)
    return _Property(name.upper(), group.upper(), parameters, _decoded(line, len(head.encode()) + 1, parameters))


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for written in _PARAMETER.findall(text):
        name, equals, value = written.partition("=")
        if not equals:
            name, value = ("ENCODING", name) if name.strip().upper() in _ENCODINGS else ("TYPE", name)
        name, value = name.strip().upper(), value.strip().strip('"')
        found[name] = f"{found[name]},{value}" if name in found else value
    return found


def _decoded(line: bytes, begins: int, parameters: dict[str, str]) -> str:
    """The value, out of quoted-printable and the character set that its parameters name."""
    value = line[begins:MAX_PROPERTY_BYTES]
    if parameters.get("ENCODING", "").upper() == "QUOTED-PRINTABLE":
        value = quopri.decodestring(value)
    for charset in (parameters.get("CHARSET") or "utf-8", "utf-8"):
        try:
            return value.decode(charset)
        except (LookupError, ValueError):
            continue
    return value.decode("cp1252", "replace")


def _unfolded(lines: Iterator[tuple[int, bytes]]) -> Iterator[tuple[int, bytes]]:
    """Lines with their continuations: those that begin with a space, and those after quoted-printable's "="."""
    begins, whole = 0, b""
    soft = False
    for number, line in lines:
        if whole and soft and not _BEGIN.match(line):
            whole = whole[:-1] + line.lstrip(b" \t")
        elif whole and line[:1] in (b" ", b"\t"):
            whole += line[1:] if len(whole) < MAX_PROPERTY_BYTES else b""
        else:
            if whole:
                yield begins, whole
            begins, whole = number, line
        soft = whole.endswith(b"=") and b"QUOTED-PRINTABLE" in whole[:500].partition(b":")[0].upper()
    if whole:
        yield begins, whole


def _physical_lines(stream: BinaryIO) -> Iterator[tuple[int, bytes]]:
    number = 1
    pending = b""
    while piece := stream.read(_PIECE):
        *complete, pending = (pending + piece).split(b"\n")
        for line in complete:
            yield number, line.rstrip(b"\r").removeprefix(b"\xef\xbb\xbf")
            number += 1
        pending = pending[:MAX_PROPERTY_BYTES]
    yield number, pending.rstrip(b"\r")


def _unescaped(text: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match[1] in "nN" else match[1], text)
