"""Follow a pointer: fetch what a platform said has changed, from that platform, and store what it is now."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from shared import registrations
from shared.pipeline.forget_attendee import forget_holder
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.receive_registration import Receipt, store_registration
from shared.registrations import Status
from shared.services import PointerMessage, Secrets
from shared.services.web import Web

GONE = frozenset({404, 410})


class TryAgain(ConnectionError):
    """The platform has not answered with what was asked for; the queue comes back to it."""


def fetch_registrations(
    message: PointerMessage, *, events: KnownEvents, secrets: Secrets, web: Web, now: datetime
) -> Receipt:
    """Fetch and store. The state fetched is the present one, so repeating or delaying it does no harm.

    :raises TryAgain: the platform is busy, or refuses the token
    :raises LookupError: no token was set
    :raises shared.services.web.Unreachable: the platform cannot be reached
    :raises registrations.BadAnswer: the platform answered with something it does not document
    :raises shared.storage.Conflict: others kept writing the same ticket or person
    """
    event = events.get(message.event_id)
    if event is None:
        return Receipt(0, reason="the event is gone")
    settings = event.platform_settings(message.platform)
    key, id_key = secrets.hashing_key(event), secrets.id_key(event)

    def get(path: str) -> Any:
        api, host = registrations.APIS[message.platform], registrations.host_of(message.platform, settings)
        token = secrets.api_token(message.event_id, message.platform)
        headers = {"Authorization": api.authorization.format(token=token), "Accept": "application/json"}
        page = web.get(f"https://{host}{path}", host=host, headers=headers)
        if page.status in GONE:
            return None
        if page.status != 200:
            raise TryAgain(f"{host} answered with {page.status}")
        return json.loads(page.body)

    changed: list[str] = []
    tickets = 0
    for registration in registrations.follow(message.platform, message.pointer, settings, get):
        if registration.status is Status.ERASED:
            ticket_key = f"{registration.platform}#{registration.reference}"
            forgotten = forget_holder(event, ticket_key, hashing_key=key, now=now)
            changed += [forgotten] if forgotten else []
            tickets += forgotten is not None
            continue
        change = store_registration(event, registration, hashing_key=key, id_key=id_key)
        changed += [attendee.attendee_id for attendee in change.attendees]
        tickets += bool(change)
    return Receipt(tickets, tuple(changed))
