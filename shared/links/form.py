"""The hidden field of every form: shows that the form came from the page that the link leads to."""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Sequence

FORM_BYTES = 12


def form_token(token: str, keys: Sequence[bytes]) -> str:
    """What the forms of the page behind this token carry."""
    return _made(token, keys[0])


def is_form_token(claimed: str, token: str, keys: Sequence[bytes]) -> bool:
    """Whether a form came from the page behind this token."""
    return any(hmac.compare_digest(claimed.encode("utf-8", "replace"), _made(token, key).encode()) for key in keys)


def _made(token: str, key: bytes) -> str:
    digest = hashlib.blake2b(token.encode("utf-8", "replace"), key=key, digest_size=FORM_BYTES, person=b"form")
    return base64.urlsafe_b64encode(digest.digest()).decode()
