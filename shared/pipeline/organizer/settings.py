"""The event as it is set up, and its own webhook: its address, a new secret, and a try that leaves no trace."""

from __future__ import annotations

import json
from typing import Final

from shared import registrations
from shared.pages import Reply
from shared.pipeline.manage_event import OWN_PLATFORM
from shared.pipeline.organizer.visit import OrganizerVisit

NOBODY: Final = "Test Person"
ADDRESS: Final = "test.person@example.org"  # nobody's, by RFC 2606


def show(visit: OrganizerVisit) -> Reply:
    return _page(visit)


def post_secret(visit: OrganizerVisit) -> Reply:
    """Shown in this one answer, and never again."""
    secret = registrations.new_secret()
    visit.tools.secrets.add_webhook_secret(visit.event.event_id, OWN_PLATFORM, secret)
    return _page(visit, secret=secret)


def post_test(visit: OrganizerVisit) -> Reply:
    """Sign a registration as a platform would, and read it as a webhook's is read; it is not stored."""
    event, active = visit.event, visit.tools.secrets.webhook_secrets(visit.event.event_id, OWN_PLATFORM)
    if not active:
        return _page(visit, tried="There is no secret, so nothing is accepted. Make one first.")
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
        return _page(visit, tried=f"It was refused: {error}")
    names = ", ".join(f"{each.name} <{each.email}>" for each in delivery.registrations)
    return _page(
        visit,
        tried=f"A registration signed with the newest secret is accepted, and read as {names}. It was not stored. "
        "Whether your platform reaches the address, and signs with this secret, only a registration of its own shows.",
    )


def _page(visit: OrganizerVisit, *, secret: str = "", tried: str = "") -> Reply:
    event = visit.event
    return visit.framed(
        "event.html",
        "event",
        done=tried,
        secret=secret,
        webhook=f"{visit.request.base_url}/events/{event.event_id}/registrations/{OWN_PLATFORM}",
    )
