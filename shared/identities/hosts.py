"""Names of computers: what one looks like, and its one spelling."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
# RFC 3696, section 2: a top-level domain is not all-numeric; here it begins with a letter, as all do.
_TOP: Final = r"[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"


# A list has thousands of addresses at few hosts.
@lru_cache(maxsize=4096)
def host(text: str) -> str | None:
    """The public host name, lower-case and in ASCII (IDNA), or None: no addresses by number, no name without a dot."""
    name = text.lower().removesuffix(".")
    if len(name) > 253:
        return None
    if not name.isascii():
        try:
            name = name.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return None
    *labels, top = name.split(".")
    if not labels or not re.fullmatch(_TOP, top) or len(top) < 2:
        return None
    return name if all(re.fullmatch(_LABEL, label) for label in labels) else None


def user_at_host(text: str) -> tuple[str, str] | None:
    """(user, host) of "user@host", or None; the user as typed."""
    user, at, name = text.rpartition("@")
    its_host = host(name)
    return (user, its_host) if at and user and its_host else None
