"""From a delivery's bytes to Registrations: the table of platforms, and the one way through it."""

from __future__ import annotations

import base64
import hashlib
import importlib
import secrets as randomness
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import cast

from shared.registrations import signatures
from shared.registrations.content import Content, Parser, Pointer, Received
from shared.registrations.errors import BadPayload, BadSignature, UnknownPlatform
from shared.registrations.fetching import HOST
from shared.registrations.registration import Registration
from shared.registrations.settings import MAP_FIELDS, PlatformSettings

LARGEST_BODY = 256 * 1024  # bytes; API Gateway lets 10 MB through, and no ticket needs more than a few KB
CLOCKS_DIFFER_BY = timedelta(minutes=5)
GENERIC = "generic"


@dataclass(frozen=True, slots=True)
class Platform:
    """One entry of the table: how deliveries prove whom they come from, which module of this room reads them, and who
    says so.

    ``event_header`` is the header that says what a delivery is about, with what a test registration says there.
    ``options`` are the names that the event's settings may hold for this platform.
    """

    scheme: signatures.Scheme | signatures.Token
    module: str
    source: str
    event_header: Mapping[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ("event",)

    @property
    def parse(self) -> Parser:
        # Imported on first use: the models need pydantic, which a cold start pays for only if a delivery comes in.
        return cast("Parser", importlib.import_module(f"shared.registrations.{self.module}").parse)


# Platforms that send no webhooks (Humanitix, Meetup, Indico, alf.io) come in as attendee lists.
PLATFORMS: Mapping[str, Platform] = {
    "icebreaker": Platform(
        signatures.STANDARD_WEBHOOKS,
        "icebreaker",
        "shared/registrations/icebreaker.py, https://www.standardwebhooks.com",
        options=(),
    ),
    "tito": Platform(
        signatures.TITO,
        "tito",
        "https://ti.to/docs/api/admin/3.1#webhooks",
        {"x-webhook-name": "ticket.completed"},
        options=(),
    ),
    "pretix": Platform(
        signatures.TOKEN,
        "pretix",
        "https://docs.pretix.eu/dev/api/webhooks.html",
        options=("organizer", "event", "host"),
    ),
    "eventyay": Platform(
        signatures.TOKEN,
        "pretix",
        "fossasia/eventyay, app/eventyay/api/webhooks.py",
        options=("organizer", "event", "host"),
    ),
    "eventbrite": Platform(signatures.TOKEN, "eventbrite", "https://www.eventbrite.com/platform/docs/webhooks"),
    "luma": Platform(signatures.LUMA, "luma", "https://docs.luma.com/reference/webhook_guest_registered"),
    "tickettailor": Platform(
        signatures.TICKET_TAILOR, "ticket_tailor", "https://developers.tickettailor.com/docs/webhook/security"
    ),
    "hievents": Platform(signatures.HI_EVENTS, "hi_events", "HiEventsDev/Hi.Events, WebhookDispatchService.php"),
    "zoom": Platform(signatures.ZOOM, "zoom", "https://developers.zoom.us/docs/api/events/events"),
    "cvent": Platform(signatures.TOKEN, "cvent", "https://developers.cvent.com/docs/webhooks/technical-requirements"),
    "swoogo": Platform(
        signatures.TOKEN, "swoogo", "https://developer.swoogo.com/api-reference/webhooks/create-webhook"
    ),
    "zuddl": Platform(
        signatures.ZUDDL, "zuddl", "https://docs.zuddl.com/api-reference/ticketingwebhooks/ticket-transferred-activity"
    ),
    "generic": Platform(
        signatures.TOKEN,
        "generic",
        "shared/registrations/generic.py, https://jmespath.org/specification.html",
        options=("signature", "event_id", *MAP_FIELDS),
    ),
}
platforms: tuple[str, ...] = tuple(PLATFORMS)

NO_SETTINGS = PlatformSettings()


@dataclass(frozen=True, slots=True)
class Delivery:
    """One authentic delivery.

    ``registrations`` and ``pointers`` are empty where there is nothing for us in it (somebody was checked in), and
    ``reason`` then says so; it is answered with 200 all the same. ``answer`` is what the platform wants to hear back,
    where it asks. The same ``delivery_id`` marks the same delivery sent again.
    """

    registrations: tuple[Registration, ...]
    delivery_id: str | None
    reason: str = ""
    pointers: tuple[Pointer, ...] = ()
    answer: Mapping[str, str] = field(default_factory=dict, hash=False)


def receive(
    platform: str,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    *,
    now: datetime,
    settings: PlatformSettings = NO_SETTINGS,
    query: Mapping[str, str] = signatures.NO_QUERY,
) -> Delivery:
    """What ``platform`` tells us in ``body`` (the raw bytes), once it is proven by one of ``secrets`` who sent it.

    Header names count in any case; ``now`` is zone-aware; ``query`` is what stands in the address after "?". Raises
    UnknownPlatform, BadSignature or BadPayload, and nothing else, whatever arrives.
    """
    known = _known(platform)
    if len(body) > LARGEST_BODY:
        raise BadPayload([f"the body has {len(body)} bytes, more than the {LARGEST_BODY} allowed"])
    lowered = _lowered(headers)
    scheme = _scheme(known, settings)
    sent_at = signatures.verify(scheme, lowered, body, secrets, now=now, query=query)
    content = known.parse(Received(lowered, body, sent_at.astimezone(UTC)), settings)
    return Delivery(
        registrations=tuple(_not_ahead_of(now, registration) for registration in content.registrations),
        delivery_id=_delivery_id(platform, known, scheme, lowered, body),
        reason=content.reason,
        pointers=content.pointers,
        answer=signatures.answer_challenge(content.challenge, secrets[0]) if content.challenge else {},
    )


def check_token(
    platform: str,
    headers: Mapping[str, str],
    secrets: Sequence[str],
    query: Mapping[str, str],
    settings: PlatformSettings,
) -> None:
    """Return if a request without a body shows the token, as Cvent's does before it delivers anything.

    Raises UnknownPlatform, or BadSignature also where the platform signs instead.
    """
    scheme = _scheme(_known(platform), settings)
    if not isinstance(scheme, signatures.Token):
        raise BadSignature(f"{platform} signs what it sends, so there is nothing to be asked for here")
    signatures.verify(scheme, _lowered(headers), b"", secrets, now=datetime.now(UTC), query=query)


def shows_a_token(platform: str) -> bool:
    """Whether the platform signs nothing, and shows a token of ours instead."""
    return isinstance(_known(platform).scheme, signatures.Token)


def problems_of_options(platform: str, options: Mapping[str, str]) -> list[str]:
    """What is wrong with an event's settings for a platform, each in a sentence that begins with its key."""
    if platform not in PLATFORMS:
        return [str(_unknown(platform))]
    known = PLATFORMS[platform].options
    problems = [
        f"{name}: there is no such setting; there are {', '.join(known) or 'none'}"
        for name in options
        if name not in known
    ]
    if options.get("host") and not HOST.fullmatch(options["host"]):
        problems.append(f'host: "{options["host"][:80]}" is no host, as in tickets.example.org')
    if options.get("signature", "token") not in signatures.BY_NAME:
        problems.append(f"signature: must be one of {', '.join(signatures.BY_NAME)}")
    if platform == GENERIC:
        from shared.registrations.generic import problems_of  # JMESPath is needed only here

        problems += problems_of(options)
    return problems


def understand_body(
    platform: str, headers: Mapping[str, str], body: bytes, settings: PlatformSettings = NO_SETTINGS
) -> Content:
    """What a body says, without asking who sent it: for looking at payloads only.

    Raises UnknownPlatform or BadPayload.
    """
    known = _known(platform)
    return known.parse(Received({**known.event_header, **_lowered(headers)}, body, datetime.now(UTC)), settings)


def sign(platform: str, body: bytes, secret: str, *, delivery_id: str, now: datetime) -> dict[str, str]:
    """The headers with which ``platform`` would deliver ``body``, so that ``receive`` takes it.

    Raises UnknownPlatform, or BadSignature for a secret that cannot be used.
    """
    known = _known(platform)
    signed = signatures.headers_for(known.scheme, body, secret, delivery_id=delivery_id, now=now)
    return {**known.event_header, **signed}


def new_secret(token_bytes: Callable[[int], bytes] = randomness.token_bytes) -> str:
    """A fresh secret in the form of Standard Webhooks; every other scheme takes it as well, as a plain text."""
    return "whsec_" + base64.b64encode(token_bytes(32)).decode("ascii")


def _known(platform: str) -> Platform:
    if platform not in PLATFORMS:
        raise _unknown(platform)
    return PLATFORMS[platform]


def _unknown(platform: str) -> UnknownPlatform:
    return UnknownPlatform(f'"{platform[:80]}" is none of the platforms {", ".join(platforms)}')


def _scheme(known: Platform, settings: PlatformSettings) -> signatures.Scheme | signatures.Token:
    return signatures.BY_NAME.get(settings.option("signature"), known.scheme)


def _lowered(headers: Mapping[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}


def _delivery_id(
    platform: str,
    known: Platform,
    scheme: signatures.Scheme | signatures.Token,
    headers: Mapping[str, str],
    body: bytes,
) -> str:
    if isinstance(scheme, signatures.Scheme) and scheme.delivery_id:
        return headers[scheme.delivery_id]
    about = "\n".join(headers.get(name, "") for name in known.event_header)
    # The bytes themselves: a ticket may change twice within the second to which platforms date their changes.
    return f"{platform}-{hashlib.sha256(about.encode('utf-8', 'surrogatepass') + bytes(1) + body).hexdigest()[:32]}"


def _not_ahead_of(now: datetime, registration: Registration) -> Registration:
    """A change dated in the future would win over every later one until that day came."""
    if registration.changed_at <= now + CLOCKS_DIFFER_BY:
        return registration
    note = f"dated {registration.changed_at.isoformat()}, which is still to come: taken as of its arrival"
    return replace(registration, changed_at=now.astimezone(UTC), notes=(*registration.notes, note))
