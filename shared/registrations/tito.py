"""Tito's webhooks: tickets made, completed, passed on and voided (https://ti.to/docs/api/admin/3.1#webhooks).

Fields as in teamtito/api-docs, data/3.1/tickets/webhook_payload.json and data/3.1/registrations/webhook_payload.json.
What those leave open is read with care: `answers` has two shapes, `response` may be a list, times are written in two
ways, and the header with the trigger is not signed, so the signed body has the last word on whether a ticket is void.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from shared import identities
from shared.registrations.answers import Answer, Understood, asks_to_introduce, understand
from shared.registrations.content import Content, Received
from shared.registrations.errors import BadPayload
from shared.registrations.payloads import Payload, checked, json_object
from shared.registrations.registration import Registration, Status
from shared.registrations.settings import PlatformSettings, plain
from shared.registrations.texts import LOCALE, moment, one_line, shown

NAME = "tito"
TICKET_TRIGGERS: Mapping[str, Status] = {
    "ticket.created": Status.REGISTERED,
    "ticket.completed": Status.REGISTERED,
    "ticket.reassigned": Status.REGISTERED,
    "ticket.updated": Status.REGISTERED,
    "ticket.unsnoozed": Status.REGISTERED,
    "ticket.unvoided": Status.REGISTERED,
    "ticket.voided": Status.CANCELLED,
}
# The other registration triggers repeat tickets without saying which are void, so they would bring a voided one back;
# each ticket reports itself through the triggers above.
REGISTRATION_CANCELLED = "registration.cancelled"


class _Ticket(Payload):
    reference: str | None = None
    slug: str | None = None
    name: str | None = None
    first_name: str | None = None
    last_name: str | None = None
    email: str | None = None
    phone_number: str | None = None
    company_name: str | None = None
    state_name: str | None = None
    updated_at: str | None = None
    test_mode: bool | None = None
    answers: Any = None
    responses: Any = None
    opt_ins: Any = None
    registration: Any = None


class _Order(Payload):
    updated_at: str | None = None
    cancelled_at: str | None = None
    locale: str | None = None
    test_mode: bool | None = None
    tickets: list[_Ticket]


def parse(received: Received, settings: PlatformSettings) -> Content:
    """The tickets in a delivery, or the reason why there is none. Raises BadPayload."""
    trigger = received.headers.get("x-webhook-name", "").strip()
    if not trigger:
        raise BadPayload(["header X-Webhook-Name: missing, so we cannot tell what happened to the ticket"])
    if trigger not in TICKET_TRIGGERS and trigger != REGISTRATION_CANCELLED:
        return Content(reason=f"{shown(trigger)} changes nobody's ticket")
    content = json_object(received.body)
    expected = trigger.split(".")[0]
    found = content.get("_type") or expected  # payloads before 2019 have no _type
    if found != expected:
        raise BadPayload([f"_type: {shown(str(found))} does not go with the trigger {trigger}"])
    if content.get("test_mode") is True:
        return Content(reason="the ticket was made in test mode, and nobody comes with it")
    if trigger == REGISTRATION_CANCELLED:
        cancelled = _cancelled_order(content)
        return Content(cancelled, "" if cancelled else "the registration has no tickets")
    return Content((_ticket(trigger, content, settings),))


def _cancelled_order(content: Mapping[str, Any]) -> tuple[Registration, ...]:
    order = checked(_Order, content)
    problems = []
    cancelled = []
    for index, ticket in enumerate(order.tickets):
        try:
            changed_at = _changed_at(ticket.updated_at, order.updated_at, order.cancelled_at)
            cancelled.append(Registration(NAME, _reference(ticket), Status.CANCELLED, changed_at, name=_name(ticket)))
        except BadPayload as error:
            problems += [f"tickets[{index}].{problem}" for problem in error.problems]
    if problems:
        raise BadPayload(problems)
    return tuple(cancelled)


def _ticket(trigger: str, content: Mapping[str, Any], settings: PlatformSettings) -> Registration:
    ticket = checked(_Ticket, content)
    order = ticket.registration if isinstance(ticket.registration, dict) else {}
    known = Registration(
        platform=NAME,
        reference=_reference(ticket),
        status=Status.CANCELLED if ticket.state_name == "void" else TICKET_TRIGGERS[trigger],
        changed_at=_changed_at(ticket.updated_at, order.get("updated_at")),
        name=_name(ticket),
        company=one_line(ticket.company_name or ""),
        locale=_locale(order.get("locale")),
    )
    if trigger == "ticket.reassigned":
        note = "the ticket was passed on: what its former holder answered is not taken over"
        return _with_answers(known, ticket, Understood(notes=(note,)))
    return _with_answers(known, ticket, _with_opt_ins(understand(_answers(ticket), settings), ticket, settings))


def _with_answers(known: Registration, ticket: _Ticket, said: Understood) -> Registration:
    email_text = (ticket.email or "").strip()
    phone_text = (ticket.phone_number or "").strip() or said.phone
    email = identities.email(email_text) if email_text else None
    phone = identities.phone(phone_text) if phone_text else None
    notes = list(said.notes)
    if email_text and email is None:
        notes.append(f"email: {shown(email_text)} is no e-mail address, so this ticket counts as unassigned")
    if phone_text and phone is None:
        notes.append(
            f"phone_number: {shown(phone_text)} is no phone number with its country code, as in +353 1 234 5678"
        )
    return replace(
        known,
        email=email.handle if email else None,
        phone=phone.handle if phone else None,
        company=known.company or said.company,
        identities=said.identities,
        agreed=said.agreed,
        notes=tuple(notes),
    )


def _reference(ticket: _Ticket) -> str:
    reference = one_line(ticket.reference or ticket.slug or "")
    if not reference:
        raise BadPayload(["reference: is missing"])
    return reference


def _name(ticket: _Ticket) -> str:
    return one_line(ticket.name or "") or one_line(f"{ticket.first_name or ''} {ticket.last_name or ''}")


def _locale(value: object) -> str | None:
    return value if isinstance(value, str) and LOCALE.fullmatch(value) else None


def _changed_at(*texts: object) -> datetime:
    text = next((text for text in texts if isinstance(text, str) and text), None)
    if text is None:
        raise BadPayload(["updated_at: is missing"])
    try:
        return moment(text)
    except ValueError as error:
        raise BadPayload([f"updated_at: {error}"]) from None


def _answers(ticket: _Ticket) -> list[Answer]:
    """`answers` and `responses` hold the same answers; a response whose question is among `answers` is left out."""
    answers = list(_from_answers(ticket.answers))
    titles = {plain(label) for answer in answers for label in answer.labels}
    responses = ticket.responses if isinstance(ticket.responses, dict) else {}
    further = [Answer((slug,), _texts(value)) for slug, value in responses.items() if plain(slug) not in titles]
    for slug_only in further:
        # An organizer who rewords a title leaves the slug as it was; the text tells which belong together.
        twins = [index for index, answer in enumerate(answers) if answer.texts and answer.texts == slug_only.texts]
        if len(twins) == 1:
            answers[twins[0]] = replace(answers[twins[0]], labels=answers[twins[0]].labels + slug_only.labels)
        else:
            answers.append(slug_only)
    return answers


def _from_answers(entries: object) -> Iterator[Answer]:
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        question = entry["question"] if isinstance(entry.get("question"), dict) else {}
        labels = (question.get("title"), question.get("slug"), question.get("id"), entry.get("question_id"))
        named = tuple(str(label) for label in labels if isinstance(label, str | int) and str(label).strip())
        if named:
            yield Answer(named, _texts(entry.get("response")) or _texts(entry.get("humanized_response")))


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    if isinstance(value, list):
        return tuple(text for part in value if not isinstance(part, list) for text in _texts(part))
    return (str(value),) if isinstance(value, bool | int) else ()


def _with_opt_ins(said: Understood, ticket: _Ticket, settings: PlatformSettings) -> Understood:
    """Opt-ins count like questions answered with yes or no.

    Tito does not document how a ticket shows an opt-in that was declined, so one without a plain `accepted` or
    `opted_in` counts only if the organizer's settings name it.
    """
    answers = []
    notes = list(said.notes)
    for entry in ticket.opt_ins if isinstance(ticket.opt_ins, list) else []:
        fields = entry if isinstance(entry, dict) else {"name": entry}
        labels = tuple(str(fields[key]) for key in ("name", "title", "slug", "id") if fields.get(key))
        accepted = next((fields[key] for key in ("accepted", "opted_in") if isinstance(fields.get(key), bool)), None)
        stated = settings.meaning(*labels) is not None
        if accepted is None and not stated and any(asks_to_introduce(label) for label in labels):
            notes.append(f"opt_ins: {shown(labels[0])} does not say whether it was accepted; name it in the settings")
        elif labels and (stated or accepted is not None):
            answers.append(Answer(labels, ("no" if accepted is False else "yes",)))
    further = understand(answers, settings)
    agreed = (
        None
        if said.agreed is further.agreed is None
        else (said.agreed or frozenset()) | (further.agreed or frozenset())
    )
    return replace(said, agreed=agreed, notes=(*notes, *further.notes))
