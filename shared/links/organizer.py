"""The organizer's way in: a link that signs in, and the session that it begins; both for one event and for some hours.

A token is base64url without padding: a byte of version and purpose, four bytes of the second (since 1970) from which on
it is good for nothing, eight bytes that make it unlike any other, and the signature of every link. No attendee's token
can be taken for one, nor the other way round: the purposes differ.

It is good only under the key that signs now: a change of the keys ends every sign-in and every session.
"""

from __future__ import annotations

import hmac
import secrets
from collections.abc import Callable
from datetime import UTC, datetime
from enum import IntEnum
from typing import Final

from shared.links.link import SIGNATURE_BYTES, VERSION, BadLink, Reason, decoded, encoded, signature_of
from shared.links.paths import ORGANIZER_PATH

SECOND_BYTES: Final = 4
UNLIKE_BYTES: Final = 8
NEW_EVENT: Final = "_new"  # in the place of an event's id, which never looks so: the pages on which one is made
SIGN_IN: Final = "sign-in"  # below the organizer's pages


class OrganizerPurpose(IntEnum):
    """What a token is for; the numbers go on after those of LinkPurpose."""

    SIGN_IN = 4  # stands in a link, and begins a session
    SESSION = 5  # stands in a cookie


def organizer_token(
    purpose: OrganizerPurpose,
    *,
    event_id: str,
    key: bytes,
    until: datetime,
    token_bytes: Callable[[int], bytes] = secrets.token_bytes,
) -> str:
    """A new token.

    :param key: that signs now
    """
    seconds = int(until.timestamp()).to_bytes(SECOND_BYTES, "big")
    said = bytes([VERSION << 4 | purpose]) + seconds + token_bytes(UNLIKE_BYTES)
    return encoded(said + signature_of(event_id, said, key))


def read_organizer_token(
    token: str, purpose: OrganizerPurpose, *, event_id: str, key: bytes, now: datetime
) -> datetime:
    """Until when a token is good.

    :raises BadLink: it was not made by us for this event and purpose, or is over
    """
    data = decoded(token)
    if len(data) != 1 + SECOND_BYTES + UNLIKE_BYTES + SIGNATURE_BYTES:
        raise BadLink(Reason.MALFORMED)
    said, signature = data[:-SIGNATURE_BYTES], data[-SIGNATURE_BYTES:]
    if not hmac.compare_digest(signature, signature_of(event_id, said, key)):
        raise BadLink(Reason.FORGED)
    if said[0] != VERSION << 4 | purpose:
        raise BadLink(Reason.ANOTHER_PURPOSE)
    until = datetime.fromtimestamp(int.from_bytes(said[1 : 1 + SECOND_BYTES], "big"), UTC)
    if now >= until:
        raise BadLink(Reason.EXPIRED)
    return until


def sign_in_link(base_url: str, *, event_id: str, key: bytes, until: datetime) -> str:
    """The link that shows the button which begins a session.

    :param base_url: of the HTTP API, with or without a slash at its end
    """
    token = organizer_token(OrganizerPurpose.SIGN_IN, event_id=event_id, key=key, until=until)
    return f"{base_url.rstrip('/')}{ORGANIZER_PATH.format(event_id=event_id)}/{SIGN_IN}/{token}"
