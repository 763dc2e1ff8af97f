"""The code that an attendee puts into a profile: made for one handle of one attendee at one event, found as a word.

Source: our own; BLAKE2b is RFC 7693, base32 RFC 4648. Fifty bits, and nothing to try them on: a wrong guess has to be
written into the profile of somebody else.
"""

from __future__ import annotations

import base64
import hashlib
import unicodedata
from typing import Final

from shared.identities import Identity

PREFIX: Final = "icebreaker-"
_LENGTH: Final = 10
_LOWER: Final = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ", "abcdefghijklmnopqrstuvwxyz")
_WORD: Final = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-")


def code_for(event_id: str, attendee_id: str, identity: Identity, key: bytes) -> str:
    """The code of one claimed handle: 10 characters, a-z and 2-7.

    Keyed, so that nobody but its attendee, who gets it by mail, can know it; and of this handle only, so that a code
    seen in one profile proves nothing anywhere else.

    :param key: the event's key for ids
    """
    text = "\0".join((event_id, attendee_id, identity.network, identity.handle))
    digest = hashlib.blake2b(text.encode(), key=key, digest_size=10, person=b"proof").digest()
    return base64.b32encode(digest).decode().lower()[:_LENGTH]


def label_of(code: str) -> str:
    """What the attendee is asked to write: "icebreaker-" and the code."""
    return f"{PREFIX}{code}"


def holds_code(text: str, code: str) -> bool:
    """Whether the label of a code stands in a text as a word of its own.

    Case does not matter, nor do characters that cannot be seen, which copying drags along. Letters of other scripts
    part words, as some scripts have no spaces, and never stand for one of ours.
    """
    label = label_of(code)
    if not text.isascii():
        text = "".join(c for c in text if unicodedata.category(c) != "Cf")
    plain = "".join(c if c in _WORD else " " for c in text.translate(_LOWER))
    return bool(code) and label in plain.split()
