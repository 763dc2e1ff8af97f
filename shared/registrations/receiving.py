"""From a delivery's bytes to Registrations: the table of platforms, and the one way through it."""

from __future__ import annotations

import base64
import hashlib
import importlib
import secrets as randomness
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol, cast

from shared.registrations import signatures
from shared.registrations.errors import BadPayload, UnknownPlatform
from shared.registrations.registration import Registration
from shared.registrations.settings import PlatformSettings

LARGEST_BODY = 256 * 1024  # bytes; API Gateway lets 10 MB through, and no ticket needs more than a few KB
CLOCKS_DIFFER_BY = timedelta(minutes=5)


class Parser(Protocol):
    """Turns an authentic body (header names lower-case) into registrations, or none and a reason. Raises BadPayload."""

    def __call__(
        self, headers: Mapping[str, str], body: bytes, settings: PlatformSettings, /
    ) -> tuple[tuple[Registration, ...], str]: ...


@dataclass(frozen=True, slots=True)
class Platform:
    """One entry of the table: how deliveries are signed, which module of this room reads them, and who says so.

    ``event_header`` is the header that says what a delivery is about, with what a test registration says there.
    """

    scheme: signatures.Scheme
    module: str
    source: str
    event_header: Mapping[str, str] = field(default_factory=dict)

    @property
    def parse(self) -> Parser:
        # Imported on first use: the models need pydantic, which a cold start pays for only if a delivery comes in.
        return cast("Parser", importlib.import_module(f"shared.registrations.{self.module}").parse)


PLATFORMS: Mapping[str, Platform] = {
    "icebreaker": Platform(
        signatures.STANDARD_WEBHOOKS,
        "icebreaker",
        "shared/registrations/icebreaker.py, https://www.standardwebhooks.com",
    ),
    "tito": Platform(
        signatures.TITO, "tito", "https://ti.to/docs/api/admin/3.1#webhooks", {"x-webhook-name": "ticket.completed"}
    ),
}
platforms: tuple[str, ...] = tuple(PLATFORMS)

NO_SETTINGS = PlatformSettings()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One authentic delivery.

    ``registrations`` is empty where there is nothing for us in it (somebody was checked in), and ``reason`` then says
    so; it is answered with 200 all the same. The same ``delivery_id`` marks the same delivery sent again.
    """

    registrations: tuple[Registration, ...]
    delivery_id: str | None
    reason: str = ""


def receive(
    platform: str,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    *,
    now: datetime,
    settings: PlatformSettings = NO_SETTINGS,
) -> Delivery:
    """What ``platform`` tells us in ``body`` (the raw bytes), once its signature is proven with one of ``secrets``.

    Header names count in any case; ``now`` is zone-aware. Raises UnknownPlatform, BadSignature or BadPayload, and
    nothing else, whatever arrives.
    """
    known = _known(platform)
    if len(body) > LARGEST_BODY:
        raise BadPayload([f"the body has {len(body)} bytes, more than the {LARGEST_BODY} allowed"])
    lowered = _lowered(headers)
    signatures.verify(known.scheme, lowered, body, secrets, now=now)
    registrations, reason = known.parse(lowered, body, settings)
    return Delivery(
        registrations=tuple(_not_ahead_of(now, registration) for registration in registrations),
        delivery_id=_delivery_id(platform, known, lowered, body),
        reason=reason,
    )


def understand_body(
    platform: str, headers: Mapping[str, str], body: bytes, settings: PlatformSettings = NO_SETTINGS
) -> tuple[tuple[Registration, ...], str]:
    """The registrations in ``body`` without asking who sent it, or none and a reason: for looking at payloads only.

    Raises UnknownPlatform or BadPayload.
    """
    known = _known(platform)
    return known.parse({**known.event_header, **_lowered(headers)}, body, settings)


def sign(platform: str, body: bytes, secret: str, *, delivery_id: str, now: datetime) -> dict[str, str]:
    """The headers with which ``platform`` would deliver ``body``, so that ``receive`` takes it.

    Raises UnknownPlatform, or BadSignature for a secret that cannot be used.
    """
    known = _known(platform)
    signed = signatures.headers_for(known.scheme, body, secret, delivery_id=delivery_id, now=now)
    return {**known.event_header, **signed}


def new_secret(token_bytes: Callable[[int], bytes] = randomness.token_bytes) -> str:
    """A fresh secret in the form of Standard Webhooks; Tito takes it as well, as a plain text."""
    return "whsec_" + base64.b64encode(token_bytes(32)).decode("ascii")


def _known(platform: str) -> Platform:
    if platform not in PLATFORMS:
        raise UnknownPlatform(f'"{platform[:80]}" is none of the platforms {", ".join(platforms)}')
    return PLATFORMS[platform]


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _delivery_id(platform: str, known: Platform, headers: Mapping[str, str], body: bytes) -> str:
    if known.scheme.delivery_id:
        return headers[known.scheme.delivery_id]
    about = "\n".join(headers.get(name, "") for name in known.event_header)
    # The bytes themselves: a ticket may change twice within the second to which platforms date their changes.
    return f"{platform}-{hashlib.sha256(about.encode('utf-8', 'surrogatepass') + bytes(1) + body).hexdigest()[:32]}"


def _not_ahead_of(now: datetime, registration: Registration) -> Registration:
    """A change dated in the future would win over every later one until that day came."""
    if registration.changed_at <= now + CLOCKS_DIFFER_BY:
        return registration
    note = f"dated {registration.changed_at.isoformat()}, which is still to come: taken as of its arrival"
    return replace(registration, changed_at=now.astimezone(UTC), notes=(*registration.notes, note))
