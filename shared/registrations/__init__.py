"""A ticketing platform's webhook becomes a Registration; one module per platform."""

from shared.registrations.errors import BadPayload, BadSignature, UnknownPlatform
from shared.registrations.receiving import Delivery, new_secret, platforms, receive, sign
from shared.registrations.registration import Purpose, Registration, Status
from shared.registrations.settings import PlatformSettings, problem_of_meaning

__all__ = [
    "BadPayload",
    "BadSignature",
    "Delivery",
    "PlatformSettings",
    "Purpose",
    "Registration",
    "Status",
    "UnknownPlatform",
    "new_secret",
    "platforms",
    "problem_of_meaning",
    "receive",
    "sign",
]
