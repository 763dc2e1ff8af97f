"""Any other platform: the organizer says in the event's settings where in its payload what stands.

The names are those of ``Map``, the values JMESPath expressions over ``{payload, headers, ticket}``:

    [platforms.generic]
    signature = "token"            # or standard-webhooks, base64-of-body, hex-of-body, sha256-hex-of-body
    tickets = "payload.attendees"  # left out: the payload is the ticket
    reference = "ticket.id"
    changed_at = "ticket.modified"
    status = "ticket.state"        # words such as cancelled, void, refunded, anonymized are understood
    name = "ticket.full_name"
    email = "ticket.email"
    answers = "ticket.fields[].{labels: [label], texts: [value]}"
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.registrations.content import Content, Received
from shared.registrations.errors import BadPayload
from shared.registrations.mapped import Map, problem_of, read
from shared.registrations.settings import MAP_FIELDS, PlatformSettings

NAME = "generic"


def parse(received: Received, settings: PlatformSettings) -> Content:
    """What a delivery says, by the organizer's own map. Raises BadPayload."""
    expressions: dict[str, Any] = {name: settings.option(name) for name in MAP_FIELDS if settings.option(name)}
    if "reference" not in expressions:
        raise BadPayload(["the event's settings say nothing in [platforms.generic] about where the reference stands"])
    own = {"event": settings.option("event_id")} if settings.option("event_id") else {}
    return read(NAME, Map(**expressions), received, PlatformSettings(settings.questions, own))


def problems_of(options: Mapping[str, str]) -> list[str]:
    """What is wrong with an organizer's map, each in a sentence that begins with its key."""
    problems = [f"{name}: {problem}" for name in MAP_FIELDS if (problem := problem_of(options.get(name, "payload")))]
    if not options.get("reference"):
        problems.append("reference: is missing; it says where a ticket's stable name stands")
    return problems
