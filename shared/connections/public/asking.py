"""What is asked of a network and what its answers can mean, and what all three have in common.

Source: RFC 9110, sections 10.2.3 (Retry-After) and 15; RFC 8288 (Link); GitHub's, Mastodon's and Bluesky's pages on
rate limits: the reset is given in seconds since 1970 (GitHub, Bluesky) or as ISO 8601 (Mastodon).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from shared import identities
from shared.connections.connection import Connection
from shared.identities import Identity

PAGE: Final = "page"

SHORTEST_WAIT_S: Final = 60.0
LONGEST_WAIT_S: Final = 24 * 3600.0
_LINK: Final = re.compile(r"<([^<>]*)>([^<>]*)")
_NEXT: Final = re.compile(r"\brel=\"?(?:[^\"]* )?next\b", re.IGNORECASE)
_FIRST_MOMENT: Final = 1_000_000_000  # a smaller number is how long to wait, not until when


class Answer(Protocol):
    """What a server answered; shared.services.web.Page is one."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...  # names in lower case
    @property
    def body(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class Request:
    """One GET, and what has to be remembered until its answer is read."""

    host: str
    target: str  # path and query
    step: str = PAGE
    account: str = ""  # user@domain, where the network has domains
    alias: str = ""  # the account's other name
    expected: int = 0  # how many the list is said to have; 0 where nobody said

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.target}"


@dataclass(frozen=True, slots=True)
class Found:
    """A page of the list; ``next`` is None on the last."""

    connections: tuple[Connection, ...]
    next: Request | None


@dataclass(frozen=True, slots=True)
class Onward:
    """Something has to be asked before the list."""

    request: Request


@dataclass(frozen=True, slots=True)
class Later:
    """The server asks to be left alone for a while."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Broken:
    """The server is not well; the same request may do better."""

    reason: str


@dataclass(frozen=True, slots=True)
class Nothing:
    """There is no list to be had; asking again changes nothing. The sentence is for whose list it is."""

    reason: str


Outcome = Found | Onward | Later | Broken | Nothing


def common(request: Request, answer: Answer, now: datetime) -> Outcome | None:
    """What an answer means whatever was asked; None where that depends on the network."""
    if answer.status in (429, 503):
        return Later(max(wait_after(answer, now), SHORTEST_WAIT_S))
    if answer.status >= 500 or answer.status == 408:
        return Broken(f"{request.host} answered {answer.status}")
    return None


def refused(request: Request, answer: Answer) -> Nothing:
    """What is left of the statuses once a network has looked at its own."""
    if answer.status in (401, 403, 422):
        return Nothing(f"{request.host} shows this list only to those who log in; upload your own export instead")
    if answer.status in (404, 410):
        return Nothing(f"{request.host} knows no account by the handle that was given")
    return Nothing(f"{request.host} answered {answer.status} instead of a list")


def wait_after(answer: Answer, now: datetime) -> float:
    """How many seconds the headers ask us to wait before the next request; 0 where they do not."""
    headers = answer.headers
    wait = _until(headers.get("retry-after", ""), now)
    if wait is None and "0" in (headers.get("x-ratelimit-remaining"), headers.get("ratelimit-remaining")):
        wait = _until(headers.get("x-ratelimit-reset") or headers.get("ratelimit-reset") or "", now)
    return min(max(wait, 0.0), LONGEST_WAIT_S) if wait is not None else 0.0


def _until(text: str, now: datetime) -> float | None:
    """Seconds from now: of a number of seconds, of seconds since 1970, or of a date in either of two forms."""
    text = text.strip()
    if re.fullmatch(r"[0-9]{1,12}(\.[0-9]{1,6})?", text):
        number = float(text)
        return number - now.timestamp() if number >= _FIRST_MOMENT else number
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            moment = parse(text)
        except (ValueError, TypeError, IndexError):
            continue
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp() - now.timestamp()
    return None


def next_target(answer: Answer, request: Request) -> str | None:
    """Path and query of the next page by the Link header; None on the last, or where it lies at another host."""
    for address, parameters in _LINK.findall(answer.headers.get("link", "")[:8192]):
        if _NEXT.search(parameters):
            return target_at(address, request.host)
    return None


def target_at(address: str, host: str) -> str | None:
    """Path and query of an https address at a host; None where it is none."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return None
    if parts.scheme != "https" or parts.netloc.lower().removesuffix(":443") != host or not parts.path.startswith("/"):
        return None
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def json_of(answer: Answer) -> Any:
    """The JSON of an answer's body; None where it is none."""
    try:
        return json.loads(answer.body)
    except (ValueError, RecursionError):
        return None


def identity_on(network: str, text: Any) -> Identity | None:
    """The identity on this network that a text of its API is; None where it is none."""
    found = identities.parse(text, network) if isinstance(text, str) and len(text) < 400 else None
    return found if isinstance(found, Identity) and found.network == network else None
