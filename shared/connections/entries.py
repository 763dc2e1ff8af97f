"""What the entries of exports have in common: texts, times and handles of whatever type a file gives them."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime
from typing import Any, Final

from shared import identities
from shared.connections.connection import Connection
from shared.connections.export import Rows
from shared.identities import Identity
from shared.tables import Reject

_LONGEST_TEXT: Final = 300
_UNPRINTABLE: Final = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff]")
_MILLISECONDS_FROM: Final = 100_000_000_000  # seconds of the year 5138
_FIRST_YEAR: Final = 2002  # before any of these networks
_ISO_DAY: Final = re.compile(r"(\d{4})-(\d{2})-(\d{2})(?!\d)")


def text_of(value: Any) -> str:
    """A text on one line and of bounded length; nothing for what is no text or number."""
    if isinstance(value, bool) or not isinstance(value, (str, int)):
        return ""
    text = str(value)[: 2 * _LONGEST_TEXT]
    if not text.isprintable():
        text = _UNPRINTABLE.sub("", text)
    return " ".join(text.split())[:_LONGEST_TEXT]


def list_of(value: Any) -> list[Any]:
    """The list that a value is; empty for anything else."""
    return value if isinstance(value, list) else []


def dict_of(value: Any) -> dict[str, Any]:
    """The object that a value is; empty for anything else."""
    return value if isinstance(value, dict) else {}


def day_of(value: Any) -> date | None:
    """The day (UTC) of seconds or milliseconds since 1970, or of a text that begins with an ISO date."""
    if isinstance(value, str) and (match := _ISO_DAY.match(value)):
        return _day(*map(int, match.groups()))
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 15:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return None
    seconds = value / 1000 if abs(value) >= _MILLISECONDS_FROM else value
    try:
        day = datetime.fromtimestamp(seconds, UTC).date()
    except (ValueError, OverflowError, OSError):
        return None
    return day if day.year >= _FIRST_YEAR else None


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day) if year >= _FIRST_YEAR else None
    except ValueError:
        return None


def identity_on(network: str, text: str) -> Identity | None:
    """The identity on one network that a handle, id or address is; None where it is none, or on another network."""
    found = identities.parse(text, network) if text else None
    return found if isinstance(found, Identity) and found.network == network else None


def numbered(number: str, network: str) -> Identity | None:
    """The identity that a network's numeric id is."""
    return identity_on(network, f"id:{number}") if number.isascii() and number.isdigit() else None


def only(*found: Identity | None) -> tuple[Identity, ...]:
    """Those that were found, each once."""
    return tuple(dict.fromkeys(identity for identity in found if identity is not None))


def rows(entries: Iterable[Any], connection: Callable[[Any], Connection | None], missing: str) -> Rows:
    """A connection for each entry of a list; a reject, "entry 3 has no …", where it gives none."""
    for number, entry in enumerate(entries, 1):
        yield connection(entry) or Reject(number, f"entry {number} has no {missing}")


def walk(value: Any) -> Iterator[dict[str, Any]]:
    """Every object within a JSON value, outer ones first."""
    waiting = [value]
    while waiting:
        here = waiting.pop()
        if isinstance(here, dict):
            yield here
            waiting += reversed(list(here.values()))
        elif isinstance(here, list):
            waiting += reversed(here)
