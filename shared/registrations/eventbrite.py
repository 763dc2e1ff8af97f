"""Eventbrite's webhooks say only where to look; the order or attendee is fetched, from Eventbrite's own host.

Source: eventbrite.com/platform/docs/webhooks (actions, ``api_url``), …/attendees (fields; ``answers`` with
``question``, ``question_id``, ``answer`` as public clients read them). ``api_url`` is the sender's to choose: only the
numbers in it are taken. Where the organizer collects nothing but the buyer's data, every attendee repeats the buyer.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from shared import identities
from shared.registrations.answers import Answer, understand
from shared.registrations.content import Content, Pointer, Received
from shared.registrations.fetching import Get
from shared.registrations.payloads import Payload, checked, json_object
from shared.registrations.registration import Registration, Status
from shared.registrations.settings import PlatformSettings
from shared.registrations.texts import moment_of, one_line, shown

ACTIONS = frozenset({"order.placed", "order.updated", "order.refunded", "attendee.updated"})
ORDER = re.compile(r"https://www\.eventbriteapi\.com/v3/orders/([0-9]{1,20})/?(?:\?.*)?")
ATTENDEE = re.compile(r"https://www\.eventbriteapi\.com/v3/events/([0-9]{1,20})/attendees/([0-9]{1,20})/?(?:\?.*)?")


class _Config(Payload):
    action: str


class _Notification(Payload):
    api_url: str
    config: _Config


def parse(received: Received, settings: PlatformSettings) -> Content:
    """The order or attendee that changed. Raises BadPayload."""
    told = checked(_Notification, json_object(received.body))
    if told.config.action not in ACTIONS:
        return Content(reason=f"{shown(told.config.action)} changes nobody's ticket")
    attendee = ATTENDEE.fullmatch(told.api_url)
    if attendee is not None:
        own = settings.option("event")
        if own and own != attendee[1]:
            return Content(reason="about another event")
        return Content(pointers=(Pointer("attendee", f"{attendee[1]}/{attendee[2]}"),))
    order = ORDER.fullmatch(told.api_url)
    if order is None:
        return Content(reason="api_url: is no order or attendee at www.eventbriteapi.com")
    return Content(pointers=(Pointer("order", order[1]),))


def follow(pointer: Pointer, settings: PlatformSettings, get: Get) -> Iterator[Registration]:
    """What has become of an attendee, or of each attendee of an order."""
    if pointer.kind == "attendee":
        event, attendee = pointer.reference.split("/")
        found = get(f"/v3/events/{event}/attendees/{attendee}/")
        attendees = [found] if found is not None else []
    else:
        attendees = _of_order(pointer.reference, get)
    own = settings.option("event")
    for each in attendees:
        if not own or str(each.get("event_id")) == own:
            yield _registration(each, settings)


def _of_order(order: str, get: Get) -> list[Mapping[str, Any]]:
    found = get(f"/v3/orders/{order}/?expand=attendees")
    return list(found["attendees"]) if found is not None else []


def _registration(attendee: Mapping[str, Any], settings: PlatformSettings) -> Registration:
    reference, changed_at = str(attendee["id"]), moment_of(attendee["changed"])
    away = attendee.get("cancelled") or attendee.get("refunded")
    if away or attendee.get("status") in ("Not Attending", "Deleted"):
        return Registration("", reference, Status.CANCELLED, changed_at)
    profile = attendee.get("profile") or {}
    said = understand(list(_answers(attendee)), settings)
    address = identities.email(str(profile.get("email") or "") or said.email)
    number = identities.phone(str(profile.get("cell_phone") or "") or said.phone)
    parts = f"{profile.get('first_name') or ''} {profile.get('last_name') or ''}"
    return Registration(
        platform="",
        reference=reference,
        status=Status.REGISTERED,
        changed_at=changed_at,
        name=one_line(parts) or one_line(str(profile.get("name") or "")),
        email=address.handle if address else None,
        phone=number.handle if number else None,
        company=one_line(str(profile.get("company") or "")) or said.company,
        identities=said.identities,
        agreed=said.agreed,
        notes=said.notes,
    )


def _answers(attendee: Mapping[str, Any]) -> Iterator[Answer]:
    for answer in attendee.get("answers") or ():
        labels = tuple(str(answer[key]) for key in ("question", "question_id") if answer.get(key))
        if labels:
            text = str(answer.get("answer") or "")
            yield Answer(labels, (text,) if text else ())
