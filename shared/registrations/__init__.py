"""A ticketing platform's webhook becomes a Registration; one module per platform."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.registrations.errors import BadPayload, BadSignature, UnknownPlatform
from shared.registrations.registration import Purpose, Registration, Status
from shared.registrations.settings import PlatformSettings, problem_of_meaning
from shared.when_needed import when_needed

if TYPE_CHECKING:
    from shared.registrations.content import Content, Pointer
    from shared.registrations.fetching import APIS, BadAnswer, follow, host_of
    from shared.registrations.receiving import (
        Delivery,
        check_token,
        new_secret,
        platforms,
        problems_of_options,
        receive,
        shows_a_token,
        sign,
    )

__all__ = [
    "APIS",
    "BadAnswer",
    "BadPayload",
    "BadSignature",
    "Content",
    "Delivery",
    "PlatformSettings",
    "Pointer",
    "Purpose",
    "Registration",
    "Status",
    "UnknownPlatform",
    "check_token",
    "follow",
    "host_of",
    "new_secret",
    "platforms",
    "problem_of_meaning",
    "problems_of_options",
    "receive",
    "shows_a_token",
    "sign",
]

# Every function knows what somebody agreed to when they registered; the platforms, only who hears of them.
__getattr__ = when_needed(
    __name__,
    {
        "content": ("Content", "Pointer"),
        "fetching": ("APIS", "BadAnswer", "follow", "host_of"),
        "receiving": (
            "Delivery",
            "check_token",
            "new_secret",
            "platforms",
            "problems_of_options",
            "receive",
            "shows_a_token",
            "sign",
        ),
    },
)
