"""Icebreaker's own webhook, for platforms and scripts that can send what they are told to.

The body is JSON under Standard Webhooks (https://www.standardwebhooks.com):

    {"type": "registration.created",          or registration.updated, registration.cancelled, registration.erased
     "timestamp": "2026-05-04T09:30:00Z",     when the ticket came to be so; the latest state of a ticket counts
     "data": {
       "reference": "A-17",                   the ticket's stable name; all that the last two need
       "name": "Ada Example",
       "email": "ada@example.org",
       "phone": "+353 1 234 5678",            optional, as are all below
       "company": "Example Ltd",
       "locale": "en-IE",
       "handles": {"github": "ada-example"},  or a list of texts: ["https://github.com/ada-example"]
       "agreed": ["introduce"]}}              of introduce, connections, fetch_connections, remember,
                                              text_messages; left out: not asked
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema
from pydantic.json_schema import models_json_schema

from shared import identities
from shared.identities import Identity
from shared.registrations.answers import handles_in, in_order
from shared.registrations.content import Content, Pointer, Received
from shared.registrations.payloads import Payload, checked, json_object
from shared.registrations.registration import Purpose, Registration, Status
from shared.registrations.settings import PlatformSettings
from shared.registrations.texts import LOCALE, moment, one_line, shown

NAME = "icebreaker"
STATUS = {
    "registration.created": Status.REGISTERED,
    "registration.updated": Status.REGISTERED,
    "registration.cancelled": Status.CANCELLED,
}
ERASED = "registration.erased"  # the person behind the ticket is to be forgotten
Handles = tuple[tuple[str | None, str], ...]  # (network or None, what was typed)


def _moment(value: Any) -> datetime:
    if not isinstance(value, str):
        raise ValueError("must be a text with a time, as in 2026-05-04T09:30:00Z")
    return moment(value)


def _email(text: str) -> str:
    identity = identities.email(text)
    if identity is None:
        raise ValueError(f"{shown(text)} is no e-mail address")
    return identity.handle


def _line(text: str) -> str:
    line = one_line(text)
    if not line:
        raise ValueError("must not be empty")
    return line


def _handles(value: Any) -> Handles:
    if value is None:
        return ()
    entries = list(value.items()) if isinstance(value, dict) else value
    if not isinstance(entries, list):
        raise ValueError("must be an object (network: handle) or a list of texts")
    pairs = entries if isinstance(value, dict) else [(None, text) for text in entries]
    if len(pairs) > 30:
        raise ValueError("has more than 30 entries")
    if not all(isinstance(text, str | None) and len(text or "") <= 500 for _, text in pairs):
        raise ValueError("each handle must be a text of at most 500 characters")
    return tuple((network, text) for network, text in pairs if text)


def _purpose(value: Any) -> Purpose:
    if value not in list(Purpose):
        raise ValueError(f"{shown(str(value))} is none of {', '.join(Purpose)}")
    return Purpose(value)


Line = Annotated[str, Field(max_length=200), AfterValidator(_line)]
Moment = Annotated[datetime, BeforeValidator(_moment)]
Agreed = Annotated[list[Annotated[Purpose, BeforeValidator(_purpose)]], Field(max_length=20)]


_HANDLE = {"type": ["string", "null"], "maxLength": 500}
HANDLES_SCHEMA = {
    "anyOf": [
        {"type": "object", "additionalProperties": _HANDLE, "maxProperties": 30},
        {"type": "array", "items": _HANDLE, "maxItems": 30},
        {"type": "null"},
    ]
}


class _Kind(Payload):
    type: str


class _Person(Payload):
    reference: Line
    name: Line
    email: Annotated[str, AfterValidator(_email)]
    phone: Annotated[str, Field(max_length=200)] | None = None
    company: Annotated[str, Field(max_length=200)] | None = None
    locale: Annotated[str, Field(max_length=200)] | None = None
    handles: Annotated[Handles, BeforeValidator(_handles), WithJsonSchema(HANDLES_SCHEMA)] = ()
    agreed: Agreed | None = None


class _Ticket(Payload):
    reference: Line


class _Registered(Payload):
    type: Literal["registration.created", "registration.updated"]
    timestamp: Moment
    data: _Person


class _Cancelled(Payload):
    type: Literal["registration.cancelled", "registration.erased"]
    timestamp: Moment
    data: _Ticket


def schemas() -> tuple[dict[str, Any], dict[str, Any]]:
    """JSON Schemas of this format for OpenAPI: those by name, and the one of a delivery."""
    models = (_Registered, _Cancelled)
    references, found = models_json_schema(
        [(model, "validation") for model in models], ref_template="#/components/schemas/{model}"
    )
    return found["$defs"], {"anyOf": [references[model, "validation"] for model in models]}


def parse(received: Received, settings: PlatformSettings) -> Content:  # noqa: ARG001
    """The registration in a delivery, or the reason why there is none. Raises BadPayload."""
    content = json_object(received.body)
    kind = checked(_Kind, content).type
    if kind == ERASED:
        return Content(pointers=(Pointer("erased", checked(_Cancelled, content).data.reference),))
    status = STATUS.get(kind)
    if status is None:
        return Content(reason=f"type: {shown(kind)} is none of {', '.join((*STATUS, ERASED))}")
    if status is Status.CANCELLED:
        cancelled = checked(_Cancelled, content)
        return Content((Registration(NAME, cancelled.data.reference, status, cancelled.timestamp),))
    registered = checked(_Registered, content)
    return Content((_registration(registered.timestamp, registered.data),))


def _registration(changed_at: datetime, person: _Person) -> Registration:
    phone = identities.phone(person.phone) if person.phone else None
    locale = person.locale if person.locale and LOCALE.fullmatch(person.locale) else None
    found, notes = _read_handles(person.handles)
    if person.phone and phone is None:
        notes.append(
            f"data.phone: {shown(person.phone)} is no phone number with its country code, as in +353 1 234 5678"
        )
    if person.locale and locale is None:
        notes.append(f'data.locale: {shown(person.locale)} is no language tag, as in "en" or "pt-BR"')
    return Registration(
        platform=NAME,
        reference=person.reference,
        status=Status.REGISTERED,
        changed_at=changed_at,
        name=person.name,
        email=person.email,
        phone=phone.handle if phone else None,
        company=one_line(person.company or ""),
        identities=in_order(found),
        agreed=None if person.agreed is None else frozenset(person.agreed),
        locale=locale,
        notes=tuple(notes),
    )


def _read_handles(handles: Handles) -> tuple[list[Identity], list[str]]:
    found: list[Identity] = []
    notes: list[str] = []
    for label, text in handles:
        network = identities.network_of_label(label) if label else None
        field = f"data.handles.{one_line(label, 40)}" if label else "data.handles"
        if label and network is None:
            notes.append(f"{field}: no network of this name is known")
        read, problems = handles_in(text, network)
        found += read
        notes += [f"{field}: {problem}" for problem in problems]
    return found, notes
