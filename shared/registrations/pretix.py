"""pretix' webhooks say only which order changed; the order is fetched. eventyay, a fork of pretix, does the same.

Source: pretix/pretix, doc/api/webhooks.rst (actions, retries, "do not trust": the body is a trigger and no more),
doc/api/resources/orders.rst, questions.rst (fields); fossasia/eventyay, app/eventyay/api/webhooks.py (actions).
A position keeps its ``id`` when it is moved to another order, so that is a ticket's reference.
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
from shared.registrations.texts import LOCALE, moment_of, one_line, shown

SLUG = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,98}")
ORDER_ACTION = re.compile(r"(pretix|eventyay)\.event\.order\.")
CUSTOMER_ANONYMIZED = frozenset({"pretix.customer.anonymized", "eventyay.customer.anonymized"})
MOST_PAGES = 100


class _Notification(Payload):
    action: str
    organizer: str
    event: str | None = None
    code: str | None = None
    customer: str | None = None


def parse(received: Received, settings: PlatformSettings) -> Content:
    """The order that changed, or the customer who is to be forgotten. Raises BadPayload."""
    told = checked(_Notification, json_object(received.body))
    for name, value in (("organizer", told.organizer), ("event", told.event)):
        own = settings.option(name)
        if own and value is not None and value != own:
            return Content(reason=f"about another {name}")
    if told.action in CUSTOMER_ANONYMIZED:
        return _pointer("customer", told.organizer, settings.option("event") or None, told.customer)
    if ORDER_ACTION.match(told.action):
        return _pointer("order", told.organizer, told.event, told.code)
    return Content(reason=f"{shown(told.action)} changes nobody's ticket")


def _pointer(kind: str, *parts: str | None) -> Content:
    slugs = [part for part in parts if part is not None and SLUG.fullmatch(part)]
    if len(slugs) < len(parts):
        return Content(reason=f"it does not say which {kind}")
    return Content(pointers=(Pointer(kind, "/".join(slugs)),))


def follow(pointer: Pointer, settings: PlatformSettings, get: Get) -> Iterator[Registration]:
    """What has become of an order's positions, or of every position of a customer who is to be forgotten."""
    organizer, event, code = pointer.reference.split("/")
    base = f"/api/v1/organizers/{organizer}/events/{event}"
    if pointer.kind == "customer":
        for order in _pages(f"{base}/orders/?customer={code}&include_canceled_positions=true", get):
            for position in order.get("positions", ()):
                yield _registration(order, position, Status.ERASED)
        return
    order = get(f"{base}/orders/{code}/?include_canceled_positions=true")
    if order is None or order.get("testmode"):
        return
    questions = {question["id"]: question for question in _pages(f"{base}/questions/", get)}
    coming = [position for position in order["positions"] if not position.get("canceled")]
    for position in order["positions"]:
        # Add-ons (a workshop, a dinner) admit nobody by themselves.
        if position.get("addon_to") is None:
            alone = sum(each.get("addon_to") is None for each in coming) == 1
            yield _position(order, position, questions, settings, alone=alone)


def _position(
    order: Mapping[str, Any],
    position: Mapping[str, Any],
    questions: Mapping[int, Mapping[str, Any]],
    settings: PlatformSettings,
    *,
    alone: bool,
) -> Registration:
    admitted = order["status"] == "p" or (order["status"] == "n" and order.get("valid_if_pending"))
    if not admitted or position.get("canceled"):
        return _registration(order, position, Status.CANCELLED)
    known = _registration(order, position, Status.REGISTERED)
    said = understand(list(_answers(position, questions)), settings)
    # Whoever orders one ticket orders it for themselves; of several nobody knows who is who.
    typed = position.get("attendee_email") or said.email or (order.get("email") if alone else None) or ""
    address = identities.email(typed)
    number = identities.phone(said.phone) if said.phone else None
    locale = str(order.get("locale") or "")
    return Registration(
        platform=known.platform,
        reference=known.reference,
        status=known.status,
        changed_at=known.changed_at,
        name=one_line(position.get("attendee_name") or ""),
        email=address.handle if address else None,
        phone=number.handle if number else None,
        company=one_line(position.get("company") or "") or said.company,
        identities=said.identities,
        agreed=said.agreed,
        locale=locale if LOCALE.fullmatch(locale) else None,
        notes=said.notes,
    )


def _registration(order: Mapping[str, Any], position: Mapping[str, Any], status: Status) -> Registration:
    return Registration("", str(position["id"]), status, moment_of(order["last_modified"]))


def _answers(position: Mapping[str, Any], questions: Mapping[int, Mapping[str, Any]]) -> Iterator[Answer]:
    for answer in position.get("answers", ()):
        title = questions.get(answer["question"], {}).get("question", "")
        titles = list(title.values()) if isinstance(title, dict) else [title]  # one for each language
        labels = (*titles, answer.get("question_identifier"), str(answer["question"]))
        named = tuple(one_line(label) for label in labels if label)
        text = str(answer.get("answer") or "")
        yield Answer(named, (text,) if text else ())


def _pages(path: str, get: Get) -> Iterator[Mapping[str, Any]]:
    for page in range(1, MOST_PAGES + 1):
        found = get(f"{path}{'&' if '?' in path else '?'}page={page}")
        if found is None:
            return
        yield from found["results"]
        if not found.get("next"):
            return
