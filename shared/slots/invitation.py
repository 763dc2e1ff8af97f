"""A meeting as an event that mail programs put into a calendar: invited to, changed, cancelled.

Sources: RFC 5545 (the format: 3.1 lines of 75 octets, 3.3.11 texts, 3.8.4 and 3.8.7 properties), RFC 5546 (3.2.2 what a
REQUEST must have, 3.2.5 a CANCEL, 2.1.4 the sequence), RFC 6047 (the MIME part), RFC 6868 (what parameters cannot hold
otherwise), RFC 7986 (5.3: a UID says nothing about anybody): certain. How mail programs like it, see the docs, section
Slots. Each of the two gets an event of their own, with themselves as only attendee: neither address reaches the other.
Times are in UTC, so that no program needs our idea of a time zone's rules.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final, Literal, TypeAlias
from urllib.parse import quote

Method: TypeAlias = Literal["REQUEST", "CANCEL"]

PRODUCT: Final = "-//Icebreaker//Slots//EN"
FILE_NAME: Final = "invite.ics"
LINE_OCTETS: Final = 75
NAMESPACE: Final = uuid.UUID("5d0c4f6b-8d6c-5f53-9a39-0c3f0f2f7a51")  # made for this purpose, without meaning

LINE_ENDS: Final = re.compile(r"\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
FORBIDDEN: Final = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
ADDRESS: Final = re.compile(r"[^\s\x00-\x1f\x7f<>@]+@[^\s\x00-\x1f\x7f<>@]+")
ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": "\\n"})
CARETS: Final = str.maketrans({"^": "^^", '"': "^'", "\n": "^n"})


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A name and an e-mail address. Raises ValueError where the address is none."""

    name: str
    address: str

    def __post_init__(self) -> None:
        if not ADDRESS.fullmatch(self.address):
            raise ValueError("an invitation needs an e-mail address without spaces, as in ann@example.org")


@dataclass(frozen=True, slots=True)
class Invitation:
    """One person's meeting as it stands now; ``summary``, ``description`` and ``place`` are what they read.

    ``sequence`` is 0 at first and greater with every change of time or place and with the cancellation. Raises
    ValueError for times without a zone or in the wrong order, and for a sequence below 0.
    """

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    place: str
    summary: str
    description: str
    organizer: Mailbox
    attendee: Mailbox
    asks_for_answer: bool = True  # without it some programs show no buttons; answers go to the organizer's address

    def __post_init__(self) -> None:
        if self.starts_at.utcoffset() is None or self.ends_at.utcoffset() is None:
            raise ValueError("a meeting's times need a time zone")
        if self.ends_at.astimezone(UTC) <= self.starts_at.astimezone(UTC):
            raise ValueError("a meeting must end after it begins")
        if not 0 <= self.sequence < 1 << 31:
            raise ValueError(f"sequence: {self.sequence} must be 0 or greater")


@dataclass(frozen=True, slots=True)
class CalendarPart:
    """What goes into a mail: the bytes, and how the MIME part that holds them is described."""

    content: bytes
    method: Method

    @property
    def parameters(self) -> dict[str, str]:
        """Of the text/calendar part, the last in multipart/alternative, in base64 so that its line ends survive.

        "method" must be the METHOD within, or programs show a file and no invitation.
        """
        return {"charset": "utf-8", "method": self.method, "name": FILE_NAME}


def uid_for(event_id: str, one: str, other: str, attendee: str) -> str:
    """The UID of the event in ``attendee``'s calendar about the meeting of these two (ids); the same for ever.

    It differs between the two, because a calendar that both can see would otherwise take their events for one.
    """
    first, second = sorted((one, other))
    return str(uuid.uuid5(NAMESPACE, "\x1f".join((event_id, first, second, attendee))))


def request(invitation: Invitation, *, stamp: datetime) -> CalendarPart:
    """The invitation, or its change where the sequence has grown. ``stamp`` is the time of sending, zone-aware."""
    return _part("REQUEST", "CONFIRMED", invitation, stamp)


def cancel(invitation: Invitation, *, stamp: datetime) -> CalendarPart:
    """The cancellation: of the same UID, with a greater sequence than what was sent before."""
    return _part("CANCEL", "CANCELLED", invitation, stamp)


def _part(method: Method, status: str, invitation: Invitation, stamp: datetime) -> CalendarPart:
    if stamp.utcoffset() is None:
        raise ValueError("stamp: needs a time zone")
    lines = [
        "BEGIN:VCALENDAR",
        f"PRODID:{PRODUCT}",
        "VERSION:2.0",
        "CALSCALE:GREGORIAN",
        f"METHOD:{method}",
        "BEGIN:VEVENT",
        f"UID:{_text(invitation.uid)}",
        f"SEQUENCE:{invitation.sequence}",
        f"DTSTAMP:{_moment(stamp)}",
        f"DTSTART:{_moment(invitation.starts_at)}",
        f"DTEND:{_moment(invitation.ends_at)}",
        f"SUMMARY:{_text(invitation.summary)}",
        f"DESCRIPTION:{_text(invitation.description)}",
        f"LOCATION:{_text(invitation.place)}",
        f"ORGANIZER;CN={_quoted(invitation.organizer.name)}:{_address(invitation.organizer)}",
        _attendee(invitation),
        f"STATUS:{status}",
        f"TRANSP:{'OPAQUE' if method == 'REQUEST' else 'TRANSPARENT'}",
        "END:VEVENT",
        "END:VCALENDAR",
    ]
    return CalendarPart(b"".join(folded + b"\r\n" for line in lines for folded in _folded(line)), method)


def _attendee(invitation: Invitation) -> str:
    answer = "TRUE" if invitation.asks_for_answer else "FALSE"
    return (
        f"ATTENDEE;CUTYPE=INDIVIDUAL;ROLE=REQ-PARTICIPANT;PARTSTAT=NEEDS-ACTION;RSVP={answer}"
        f";CN={_quoted(invitation.attendee.name)}:{_address(invitation.attendee)}"
    )


def _moment(moment: datetime) -> str:
    in_utc = moment.astimezone(UTC)
    return f"{in_utc.year:04}{in_utc:%m%dT%H%M%SZ}"


def _printable(text: str) -> str:
    """Line ends as \\n, without the characters that RFC 5545 forbids."""
    return FORBIDDEN.sub("", LINE_ENDS.sub("\n", text))


def _text(text: str) -> str:
    return _printable(text).translate(ESCAPES)


def _quoted(text: str) -> str:
    return f'"{_printable(text).translate(CARETS)}"'


def _address(mailbox: Mailbox) -> str:
    return "mailto:" + quote(mailbox.address, safe="@!$'*+-._~")


def _folded(line: str) -> Iterator[bytes]:
    """The line in pieces of at most 75 octets, all but the first begun by a space; no character is torn."""
    piece = b""
    for character in line:
        octets = character.encode()
        if len(piece) + len(octets) > LINE_OCTETS:
            yield piece
            piece = b" "
        piece += octets
    yield piece
