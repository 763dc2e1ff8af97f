"""Looks up what a platform only pointed at: from that platform's own host, and nothing but what was pointed at."""

from __future__ import annotations

import importlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Protocol

from shared.registrations.content import Pointer
from shared.registrations.registration import Registration, Status
from shared.registrations.settings import PlatformSettings

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)  # whoever is to be forgotten is, whenever that was said
HOST = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")


class Get(Protocol):
    """Gets the JSON at a path of the platform's API; None where there is nothing (any more)."""

    def __call__(self, path: str, /) -> Any: ...


class BadAnswer(ValueError):
    """The platform's API answered with something else than it documents; the sentence says to what."""


@dataclass(frozen=True, slots=True)
class Api:
    """Where a platform's API is: its host, unless the event's settings name another, and how it wants the token."""

    host: str
    authorization: str  # the header's value, with {token}
    module: str


APIS = {
    "pretix": Api("pretix.eu", "Token {token}", "pretix"),
    "eventyay": Api("eventyay.com", "Token {token}", "pretix"),
    "eventbrite": Api("www.eventbriteapi.com", "Bearer {token}", "eventbrite"),
}


def host_of(platform: str, settings: PlatformSettings) -> str:
    """The one host that is asked for this platform."""
    return settings.option("host") or APIS[platform].host


def follow(platform: str, pointer: Pointer, settings: PlatformSettings, get: Get) -> Iterator[Registration]:
    """The registrations that a pointer leads to, as they are now.

    :raises BadAnswer: where an answer of the API cannot be understood
    """
    if pointer.kind == "erased":
        yield Registration(platform, pointer.reference, Status.ERASED, _LONG_AGO)
        return
    module = importlib.import_module(f"shared.registrations.{APIS[platform].module}")
    try:
        for registration in module.follow(pointer, settings, get):
            yield replace(registration, platform=platform)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadAnswer(f"the answer of {platform} about an {pointer.kind} is not as documented: {error!r}") from error
