"""What a delivery is to those who read it, and what they find in it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from shared.registrations.registration import Registration
from shared.registrations.settings import PlatformSettings


@dataclass(frozen=True, slots=True)
class Received:
    """An authentic delivery, as it came: header names in lower case, the raw body, and when it was sent, in UTC."""

    headers: Mapping[str, str]
    body: bytes
    sent_at: datetime


@dataclass(frozen=True, slots=True)
class Pointer:
    """Something to be looked up, because the platform only says that it changed: an order, an attendee.

    ``reference`` is made of what the platform sent, checked for its form; never an address to call.
    """

    kind: str  # "order", "attendee", "customer", or "erased": the person behind a ticket is to be forgotten
    reference: str

    def to_json(self) -> str:
        """The pointer as text."""
        return json.dumps([self.kind, self.reference])

    @classmethod
    def from_json(cls, text: str) -> Pointer:
        """The pointer that ``to_json`` wrote.

        :raises ValueError: also TypeError, for what it did not write
        """
        kind, reference = json.loads(text)
        return cls(str(kind), str(reference))


@dataclass(frozen=True, slots=True)
class Content:
    """What a delivery says: registrations, pointers to look up, a challenge to answer, or why it is none of these."""

    registrations: tuple[Registration, ...] = ()
    reason: str = ""
    pointers: tuple[Pointer, ...] = ()
    challenge: str = ""


class Parser(Protocol):
    """Turns an authentic delivery into what it says. Raises BadPayload."""

    def __call__(self, received: Received, settings: PlatformSettings, /) -> Content: ...
