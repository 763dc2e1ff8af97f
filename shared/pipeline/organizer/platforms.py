"""The ticketing platforms: of each its address, its secret (shown once or typed in, never shown again), its token, and
what it needs to be told."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Final
from urllib.parse import quote

from shared import registrations
from shared.events import BadEvent
from shared.events.changes import version_of
from shared.pages import Reply
from shared.pipeline.manage_event import OWN_PLATFORM
from shared.pipeline.organizer.visit import OrganizerVisit
from shared.registrations.receiving import GENERIC, PLATFORMS
from shared.registrations.signatures import BY_NAME
from shared.storage import events

GITHUB: Final = "github"  # sells no tickets; with a token it answers more often whom people know
NAMES: Final[Mapping[str, str]] = {
    OWN_PLATFORM: "Icebreaker’s own format",
    "tito": "Tito",
    "pretix": "pretix",
    "eventyay": "Eventyay",
    "eventbrite": "Eventbrite",
    "luma": "Luma",
    "tickettailor": "Ticket Tailor",
    "hievents": "Hi.Events",
    "zoom": "Zoom Events",
    "cvent": "Cvent",
    "swoogo": "Swoogo",
    "zuddl": "Zuddl",
    GENERIC: "Another platform",
}
TOKEN_OF: Final[Mapping[str, str]] = {GITHUB: "GitHub"}
NOBODY: Final = "Test Person"
ADDRESS: Final = "test.person@example.org"  # nobody's, by RFC 2606
# SSM keeps 4 KB, two secrets of a webhook side by side among them.
LONGEST: Final = 1000
LONGEST_OPTION: Final = 1000
HINTS: Final[Mapping[str, str]] = {
    "organizer": "As it stands in the platform’s addresses.",
    "event": "The platform’s own id or short name of the event.",
    "host": "Of an installation of your own, as in tickets.example.org.",
}
DONE: Final[Mapping[str, str]] = {
    "secret": "The secret is kept. It is shown nowhere; the one before it stays good beside it.",
    "token": "The token is kept. It is shown to that service and to nobody else.",
    "options": "Saved. It holds within a minute.",
}


def show(visit: OrganizerVisit) -> Reply | None:
    return _page(visit, done=DONE.get(visit.request.query.get("done", ""), ""))


def post_new_secret(visit: OrganizerVisit) -> Reply | None:
    """Make one of ours: it is shown in this one answer, and never again."""
    platform = _platform(visit)
    if platform is None or not _takes_ours(platform):
        return None
    secret = registrations.new_secret()
    visit.tools.secrets.add_webhook_secret(visit.event.event_id, platform, secret)
    return _page(visit, secret=secret)


def post_secret(visit: OrganizerVisit) -> Reply | None:
    """Keep the one that the platform made."""
    platform = _platform(visit)
    if platform is None or not _takes_theirs(platform):
        return None
    secret = visit.request.value("secret").strip()
    problem = _problem_of(secret) or _unusable(visit, platform, secret)
    if problem:
        return _page(visit, problems={"secret": f"The secret {problem}."}, status=422)
    visit.tools.secrets.add_webhook_secret(visit.event.event_id, platform, secret)
    return Reply.to(f"{visit.below(f'platforms/{platform}')}?done=secret")


def post_token(visit: OrganizerVisit) -> Reply | None:
    """Keep the token with which an API is asked."""
    name = visit.rest[1]
    if name not in (*registrations.APIS, GITHUB):
        return None
    token = visit.request.value("token").strip()
    problem = _problem_of(token)
    if problem:
        return _page(visit, problems={"token": f"The token {problem}."}, status=422)
    visit.tools.secrets.set_api_token(visit.event.event_id, name, token)
    return Reply.to(f"{visit.below(f'platforms/{name}')}?done=token")


def post_options(visit: OrganizerVisit) -> Reply | None:
    """Keep what the platform needs to be told."""
    platform = _platform(visit)
    if platform is None or not PLATFORMS[platform].options:
        return None
    typed = visit.request.values
    options = {name: text for name in PLATFORMS[platform].options if (text := typed.get(name, "").strip())}
    problems = {name: f"{name}: is too long" for name, text in options.items() if len(text) > LONGEST_OPTION}
    for problem in registrations.problems_of_options(platform, options):
        problems.setdefault(problem.partition(":")[0], problem)
    if not problems and typed.get("version") != version_of(visit.event):
        problems[""] = "Somebody else changed the event meanwhile. Nothing of yours is saved; save again to do so."
    if problems:
        return _page(visit, problems=problems, typed=options, status=422)
    others = {name: told for name, told in visit.event.platforms.items() if name != platform}
    try:
        after = replace(visit.event, platforms=others | ({platform: options} if options else {}))
    except BadEvent as error:
        return _page(visit, problems={"": str(error)}, typed=options, status=422)
    events.update(after, since=visit.event)
    return Reply.to(f"{visit.below(f'platforms/{platform}')}?done=options")


def post_test(visit: OrganizerVisit) -> Reply | None:
    """Sign a registration as a platform would, and read it as a webhook's is read; it is not stored."""
    if visit.rest[1] != OWN_PLATFORM:
        return None
    event, active = visit.event, visit.tools.secrets.webhook_secrets(visit.event.event_id, OWN_PLATFORM)
    if not active:
        return _page(visit, done="There is no secret, so nothing is accepted. Make one first.")
    body = json.dumps(
        {
            "type": "registration.created",
            "timestamp": visit.now.isoformat(),
            "data": {"reference": "test", "name": NOBODY, "email": ADDRESS, "agreed": ["introduce"]},
        }
    ).encode()
    headers = registrations.sign(OWN_PLATFORM, body, active[0], delivery_id="test", now=visit.now)
    try:
        delivery = registrations.receive(
            OWN_PLATFORM, headers, body, active, now=visit.now, settings=event.platform_settings(OWN_PLATFORM)
        )
    except (registrations.BadSignature, registrations.BadPayload) as error:
        return _page(visit, done=f"It was refused: {error}")
    names = ", ".join(f"{each.name} <{each.email}>" for each in delivery.registrations)
    return _page(
        visit,
        done=f"A registration signed with the newest secret is accepted, and read as {names}. It was not stored. "
        "Whether your platform reaches the address, and signs with this secret, only a registration of its own shows.",
    )


def connected(visit: OrganizerVisit) -> list[tuple[str, str, bool]]:
    """Every platform, by its name: whether this event has a secret for its webhook."""
    known = visit.tools.secrets.platforms_with("webhooks", visit.event.event_id)
    return [(name, NAMES.get(name, name), name in known) for name in PLATFORMS]


def address_of(visit: OrganizerVisit, platform: str) -> str:
    """Where the platform's webhook delivers."""
    return f"{visit.request.base_url}/events/{visit.event.event_id}/registrations/{platform}"


def _page(
    visit: OrganizerVisit,
    *,
    done: str = "",
    secret: str = "",
    problems: Mapping[str, str] | None = None,
    typed: Mapping[str, str] | None = None,
    status: int = 200,
) -> Reply | None:
    name = visit.rest[1]
    if name not in PLATFORMS and name not in TOKEN_OF:
        return None
    event, secrets = visit.event, visit.tools.secrets
    webhook = name in PLATFORMS
    asked = name in (*registrations.APIS, GITHUB)
    shows_token = webhook and registrations.shows_a_token(name)
    address = address_of(visit, name)
    return visit.framed(
        "platform.html",
        "event",
        status=status,
        done=done,
        platform=name,
        title=NAMES.get(name) or TOKEN_OF[name],
        webhook=webhook,
        address=address,
        shows_token=shows_token,
        takes_ours=webhook and _takes_ours(name),
        takes_theirs=webhook and _takes_theirs(name),
        own=name == OWN_PLATFORM,
        has_secret=webhook and name in secrets.platforms_with("webhooks", event.event_id),
        has_token=asked and name in secrets.platforms_with("tokens", event.event_id),
        asked=asked,
        host=_host(visit, name) if asked else "",
        secret=secret,
        address_with_token=f"{address}?token={quote(secret, safe='')}" if secret and shows_token else "",
        options=_options(name, event.platforms.get(name, {}) if typed is None else typed),
        hints=HINTS if name != GENERIC else {"signature": ", ".join(BY_NAME)},
        problems=defaultdict(str, problems or {}),
        version=version_of(event),
    )


def _options(platform: str, said: Mapping[str, str]) -> Iterable[tuple[str, str]]:
    return [(name, said.get(name, "")) for name in PLATFORMS[platform].options] if platform in PLATFORMS else []


def _platform(visit: OrganizerVisit) -> str | None:
    """The platform that the path names, if there is such a one."""
    return visit.rest[1] if visit.rest[1] in PLATFORMS else None


def _takes_ours(platform: str) -> bool:
    """Whether the secret is one of our making: where nothing is signed, nobody else can make it."""
    return platform in (OWN_PLATFORM, GENERIC) or registrations.shows_a_token(platform)


def _takes_theirs(platform: str) -> bool:
    return platform == GENERIC or not _takes_ours(platform)


def _host(visit: OrganizerVisit, name: str) -> str:
    if name == GITHUB:
        return "api.github.com"
    return registrations.host_of(name, visit.event.platform_settings(name))


def _problem_of(text: str) -> str:
    if not text:
        return "is missing"
    if len(text) > LONGEST:
        return f"is longer than {LONGEST:,} characters"
    return "" if re.fullmatch(r"[\x21-\x7e]+", text) else "has spaces or signs in it that no secret has"


def _unusable(visit: OrganizerVisit, platform: str, secret: str) -> str:
    """Why nothing could ever be proven by this secret; without the secret in it."""
    told = visit.event.platform_settings(platform).option("signature")
    signs_as = OWN_PLATFORM if told == "standard-webhooks" else platform
    try:
        registrations.sign(signs_as, b"{}", secret, delivery_id="try", now=visit.now)
    except registrations.BadSignature:
        return "is not of the kind that this platform makes"
    return ""
