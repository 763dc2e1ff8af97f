"""Tokens that say for whom, for what and until when a link is good, signed under a key of the deployment.

A token is base64url without padding: a byte of version and purpose, two bytes of the last day (days since 1970), the
ten bytes of the attendee's id, for an answer the five bytes of the meeting's reference and a byte of the answer, and
14 bytes of keyed BLAKE2b over all of it and the event. A page's token has 36 characters, an answer's 44, and every bit
of them counts: no two texts are the same token.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum, StrEnum
from typing import Final

from shared.introductions.meeting import Answer, Outcome
from shared.links.paths import address

VERSION: Final = 1
SIGNATURE_BYTES: Final = 14
ATTENDEE_BYTES: Final = 10
REFERENCE_BYTES: Final = 5
EPOCH: Final = date(1970, 1, 1)
LAST_DAY: Final = EPOCH + timedelta(days=0xFFFF)
LONGEST_TOKEN: Final = 64

# Numbers that stand in links which are out there: never change one.
ANSWERS: Final[dict[int, Answer | Outcome]] = {
    1: Answer.YES,
    2: Answer.NOT_NOW,
    3: Answer.NEVER,
    4: Outcome.MET,
    5: Outcome.MISSED,
}
NUMBERS: Final = {answer: number for number, answer in ANSWERS.items()}


class LinkPurpose(IntEnum):
    """What a link is for; the numbers stand in links which are out there."""

    PAGE = 1  # the attendee's own page, with everything it can do
    ANSWER = 2  # one answer about one meeting
    STOP = 3  # end the messages


class Reason(StrEnum):
    """Why a link is refused; for logs and counts, never for whoever holds the link."""

    MALFORMED = "malformed"
    FORGED = "forged"
    EXPIRED = "expired"
    ANOTHER_PURPOSE = "another purpose"


class BadLink(ValueError):
    """A link that is good for nothing here."""

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(f"the link is refused: {reason}")


@dataclass(frozen=True, slots=True)
class Link:
    """What a token says, once its signature was found good."""

    purpose: LinkPurpose
    attendee_id: str
    expires: date  # the last day (UTC) on which it is good
    reference: str | None = None  # Meeting.reference, for an answer
    answer: Answer | Outcome | None = None


@dataclass(frozen=True, slots=True)
class Links:
    """The links of one attendee.

    :param base_url: where the HTTP API answers
    :param keys: the newest first, which signs
    :param expires: the last day (UTC) on which they are good: that of the event's data
    """

    base_url: str
    keys: Sequence[bytes] = field(repr=False)
    event_id: str
    attendee_id: str
    expires: date

    def page(self) -> str:
        """The attendee's page."""
        return self._link(LinkPurpose.PAGE)

    def answer(self, reference: str, answer: Answer | Outcome) -> str:
        """Asks once whether this answer is meant, and then gives it.

        :param reference: Meeting.reference
        """
        return self._link(LinkPurpose.ANSWER, bytes.fromhex(reference) + bytes([NUMBERS[answer]]))

    def stop(self) -> str:
        """Asks once, and ends the messages; a one-click POST to it ends them at once (RFC 8058)."""
        return self._link(LinkPurpose.STOP)

    def _link(self, purpose: LinkPurpose, detail: bytes = b"") -> str:
        head = bytes([VERSION << 4 | purpose]) + _day_number(self.expires).to_bytes(2, "big")
        said = head + base64.b32decode(self.attendee_id.upper()) + detail
        return address(self.base_url, self.event_id, encoded(said + signature_of(self.event_id, said, self.keys[0])))


def read_link(
    token: str, *, event_id: str, keys: Sequence[bytes], now: datetime, purpose: LinkPurpose | None = None
) -> Link:
    """What a token says.

    :param keys: all that may have signed it
    :param purpose: the only one that is wanted; without one, each is
    :raises BadLink: it was not made by us for this event, is over, or is for something else
    """
    data = decoded(token)
    if len(data) <= SIGNATURE_BYTES:
        raise BadLink(Reason.MALFORMED)
    said, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    # Every key is tried, whichever fits, and nothing is looked at before one does.
    good = [hmac.compare_digest(signature, signature_of(event_id, said, key)) for key in keys]
    if not any(good):
        raise BadLink(Reason.FORGED)
    link = _understood(said)
    if now.astimezone(UTC).date() > link.expires:
        raise BadLink(Reason.EXPIRED)
    if purpose is not None and link.purpose is not purpose:
        raise BadLink(Reason.ANOTHER_PURPOSE)
    return link


def _understood(said: bytes) -> Link:
    try:
        version, purpose = said[0] >> 4, LinkPurpose(said[0] & 0xF)
        day = EPOCH + timedelta(days=int.from_bytes(said[1:3], "big"))
        attendee, detail = said[3 : 3 + ATTENDEE_BYTES], said[3 + ATTENDEE_BYTES :]
        answers = purpose is LinkPurpose.ANSWER
        if (
            version != VERSION
            or len(attendee) != ATTENDEE_BYTES
            or len(detail) != (REFERENCE_BYTES + 1 if answers else 0)
        ):
            raise BadLink(Reason.MALFORMED)
        reference, answer = (detail[:-1].hex(), ANSWERS[detail[-1]]) if answers else (None, None)
    except (ValueError, LookupError):  # signed by a later version of ours
        raise BadLink(Reason.MALFORMED) from None
    return Link(purpose, base64.b32encode(attendee).decode().lower(), day, reference, answer)


def _day_number(day: date) -> int:
    if not EPOCH <= day <= LAST_DAY:
        raise ValueError(f"a link cannot end on {day}: it must be on one of the days from {EPOCH} to {LAST_DAY}")
    return (day - EPOCH).days


def signature_of(event_id: str, said: bytes, key: bytes) -> bytes:
    # The id of an event has no NUL, so that nothing can move from one part into the other.
    return hashlib.blake2b(
        event_id.encode("utf-8", "replace") + b"\0" + said, key=key, digest_size=SIGNATURE_BYTES, person=b"link"
    ).digest()


def encoded(data: bytes) -> str:
    """Bytes as they stand in an address."""
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decoded(token: str) -> bytes:
    """What ``encoded`` was given.

    :raises BadLink: where it is nothing that ``encoded`` writes
    """
    if not token.isascii() or len(token) > LONGEST_TOKEN:
        raise BadLink(Reason.MALFORMED)
    try:
        data = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    except (binascii.Error, ValueError):
        raise BadLink(Reason.MALFORMED) from None
    # The decoder passes over foreign characters, and over bits that no byte needs.
    if encoded(data) != token:
        raise BadLink(Reason.MALFORMED)
    return data
