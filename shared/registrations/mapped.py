"""Reads any platform's payload by a table of where in it what stands, in JMESPath (jmespath.org/specification.html)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import jmespath
from jmespath.exceptions import JMESPathError

from shared import identities
from shared.identities import Identity, network_of_label
from shared.registrations.answers import Answer, Understood, handles_in, in_order, understand
from shared.registrations.bodies import object_of
from shared.registrations.content import Content, Parser, Pointer, Received
from shared.registrations.errors import BadPayload
from shared.registrations.registration import Purpose, Registration, Status
from shared.registrations.settings import PlatformSettings, plain
from shared.registrations.texts import LOCALE, moment_of, one_line, shown

MOST_TICKETS = 500
MOST_ANSWERS = 200
HANDED_ON = "the ticket was passed on: what its former holder answered is not taken over"

# What the words for a ticket's state mean, unless a platform says otherwise; None: nobody comes yet.
STATES: Mapping[str, Status] = {
    **dict.fromkeys(("registered", "confirmed", "valid", "active", "approved", "attending", "paid", "complete",
                     "completed", "accepted", "checked in", "attended"), Status.REGISTERED),
    **dict.fromkeys(("cancelled", "canceled", "void", "voided", "refunded", "declined", "deleted", "rejected",
                     "pending", "pending approval", "awaiting payment", "waitlist", "waitlisted", "invited",
                     "in progress", "expired", "not attending", "no"), Status.CANCELLED),
}  # fmt: skip
ERASED = frozenset({"anonymized", "anonymised", "erased"})


@dataclass(frozen=True, slots=True)
class Map:
    """Where what stands. Each text is a JMESPath expression, asked of ``{payload, headers, ticket}``; empty: nowhere.

    ``answers`` gives objects with the lists ``labels`` and ``texts``, ``handles`` an object network → text, ``agreed``
    a list of purposes or a yes; ``ended`` is the reference of another ticket that ends because of this one.
    """

    reference: str
    kind: str = ""
    kinds: Mapping[str, Status] = field(default_factory=dict, hash=False)  # other kinds have nothing for us
    handed_on: frozenset[str] = frozenset()  # kinds by which a ticket goes to somebody else
    tickets: str = "payload"
    changed_at: str = ""  # where there is none, the time of sending counts
    status: str = ""
    statuses: Mapping[str, Status] = field(default_factory=dict, hash=False)  # before STATES
    event: str = ""
    test: str = ""
    challenge: str = ""
    name: str = ""
    first_name: str = ""
    last_name: str = ""
    email: str = ""
    phone: str = ""
    company: str = ""
    locale: str = ""
    answers: str = ""
    handles: str = ""
    agreed: str = ""
    ended: str = ""


def reader(platform: str, where: Map) -> Parser:
    """A parser for the room's table of platforms."""
    return partial(read, platform, where)


def read(platform: str, where: Map, received: Received, settings: PlatformSettings) -> Content:
    """What a delivery says, by ``where``. Raises BadPayload with a sentence for each field at fault."""
    payload = {"payload": object_of(received), "headers": dict(received.headers)}
    challenge = _search(where.challenge, payload)
    if isinstance(challenge, str) and challenge:
        return Content(challenge=challenge[:1000])
    kind = _text(_search(where.kind, payload))
    if where.kinds and not kind:
        raise BadPayload([f"{_shown_path(where.kind)}: is missing"])
    if where.kinds and kind not in where.kinds:
        return Content(reason=f"{shown(kind)} changes nobody's ticket")
    if _search(where.test, payload):
        return Content(reason="this is a test, and nobody comes with it")
    tickets = _search(where.tickets, payload)
    tickets = [tickets] if isinstance(tickets, dict) else tickets
    if not isinstance(tickets, list) or not tickets or len(tickets) > MOST_TICKETS:
        raise BadPayload([f"{_shown_path(where.tickets)}: must be one ticket or a list of 1 to {MOST_TICKETS}"])
    reading = _Reading(platform, where, received, settings, kind)
    for position, ticket in enumerate(tickets):
        reading.add({**payload, "ticket": ticket}, f"[{position}]" if len(tickets) > 1 else "")
    return reading.content()


class _Reading:
    """Gathers what the tickets of one delivery say, and everything that is wrong with them."""

    def __init__(self, platform: str, where: Map, received: Received, settings: PlatformSettings, kind: str) -> None:
        self._platform = platform
        self._where = where
        self._received = received
        self._settings = settings
        self._kind = kind
        self._found: list[Registration] = []
        self._erased: list[Pointer] = []
        self._problems: list[str] = []
        self._others = 0

    def content(self) -> Content:
        if self._problems:
            raise BadPayload(self._problems[:20])
        reason = "" if self._found or self._erased else "about another event"
        return Content(tuple(self._found), reason, tuple(self._erased))

    def add(self, ticket: Mapping[str, Any], position: str) -> None:
        own = self._settings.option("event")
        if own and self._where.event and _text(_search(self._where.event, ticket)) != own:
            self._others += 1
            return
        reference = _text(_search(self._where.reference, ticket))
        if not reference:
            self._problems.append(f"{_shown_path(self._where.reference)}{position}: is missing")
            return
        try:
            changed_at = _search(self._where.changed_at, ticket)
            known = Registration(
                platform=self._platform,
                reference=reference,
                status=Status.REGISTERED,
                changed_at=moment_of(changed_at) if changed_at is not None else self._received.sent_at,
            )
        except ValueError as error:
            self._problems.append(f"{_shown_path(self._where.changed_at)}{position}: {error}")
            return
        said = _text(_search(self._where.status, ticket))
        if plain(said) in ERASED:
            self._erased.append(Pointer("erased", reference))
            return
        status, notes = self._status(said)
        if status is Status.CANCELLED:
            # Who does not come need not be known here; who held the ticket is known already.
            self._found.append(replace(known, status=status))
        else:
            self._found.append(self._with_person(known, ticket, notes))
        ended = _text(_search(self._where.ended, ticket))
        if ended and ended != reference:
            self._found.append(replace(known, reference=ended, status=Status.CANCELLED))

    def _status(self, said: str) -> tuple[Status, list[str]]:
        by_kind = self._where.kinds.get(self._kind, Status.REGISTERED)
        if by_kind is Status.CANCELLED or not said:
            return by_kind, []
        known = self._where.statuses.get(said) or self._where.statuses.get(said.lower()) or STATES.get(plain(said))
        if known is None:
            return by_kind, [
                f"{_shown_path(self._where.status)}: {shown(said)} is no state we know; taken for a ticket"
            ]
        return known, []

    def _with_person(self, known: Registration, ticket: Mapping[str, Any], notes: list[str]) -> Registration:
        where = self._where
        said = self._said(ticket)
        email, notes_of_email = _email(_text(_search(where.email, ticket)) or said.email, where.email)
        phone, notes_of_phone = _phone(_text(_search(where.phone, ticket)) or said.phone, where.phone)
        parts = (_text(_search(where.first_name, ticket)), _text(_search(where.last_name, ticket)))
        locale = _text(_search(where.locale, ticket)).replace("_", "-")
        return replace(
            known,
            name=" ".join(filter(None, parts)) or _text(_search(where.name, ticket)),
            email=email,
            phone=phone,
            company=_text(_search(where.company, ticket)) or said.company,
            identities=said.identities,
            agreed=said.agreed,
            locale=locale if LOCALE.fullmatch(locale) else None,
            notes=(*notes, *said.notes, *notes_of_email, *notes_of_phone),
        )

    def _said(self, ticket: Mapping[str, Any]) -> Understood:
        if self._kind in self._where.handed_on:
            return Understood(notes=(HANDED_ON,))
        said = understand(list(_answers(_search(self._where.answers, ticket))), self._settings)
        handles, notes = _handles(_search(self._where.handles, ticket))
        agreed, unclear = _agreed(_search(self._where.agreed, ticket))
        return replace(
            said,
            identities=in_order((*said.identities, *handles)),
            agreed=said.agreed if agreed is None else (said.agreed or frozenset()) | agreed,
            notes=(*said.notes, *notes, *unclear),
        )


def problem_of(expression: str) -> str:
    """What is wrong with a JMESPath expression, in a sentence; empty where it can be asked."""
    try:
        jmespath.compile(expression)
    except (JMESPathError, RecursionError) as error:
        return f"{shown(expression)} is no JMESPath expression: {one_line(str(error))}"
    return ""


def _search(expression: str, content: Mapping[str, Any]) -> Any:
    if not expression:
        return None
    try:
        return jmespath.search(expression, content)
    except JMESPathError as error:
        raise BadPayload([f"{_shown_path(expression)}: {one_line(str(error))}"]) from None


def _shown_path(expression: str) -> str:
    return one_line(expression.removeprefix("payload."), 120) or "the payload"


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return one_line(str(value))


def _texts(value: object) -> tuple[str, ...]:
    """Every text in an answer; a box that is ticked or not is a yes or a no."""
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    if isinstance(value, str):
        return (value,) if value.strip() else ()
    if isinstance(value, int | float):
        return (str(value),)
    if isinstance(value, list):
        return tuple(text for part in value if not isinstance(part, list) for text in _texts(part))
    return ()


def _answers(found: object) -> Iterator[Answer]:
    for entry in found[:MOST_ANSWERS] if isinstance(found, list) else ():
        if isinstance(entry, dict):
            named = entry.get("labels")
            labels = tuple(filter(None, map(_text, named if isinstance(named, list) else [named])))
            if labels:
                yield Answer(labels, tuple(dict.fromkeys(_texts(entry.get("texts")))))


def _handles(found: object) -> tuple[list[Identity], list[str]]:
    read: list[Identity] = []
    notes: list[str] = []
    for label, value in list(found.items())[:MOST_ANSWERS] if isinstance(found, dict) else ():
        network = network_of_label(str(label))
        for text in _texts(value) if network not in (None, "email", "phone") else ():
            handles, problems = handles_in(text, network)
            read += handles
            notes += [f"{one_line(str(label), 40)}: {problem}" for problem in problems]
    return read, notes


def _agreed(found: object) -> tuple[frozenset[Purpose] | None, list[str]]:
    if found is None:
        return None, []
    texts = _texts(found)
    purposes = frozenset(Purpose(text) for text in texts if text in list(Purpose))
    if purposes:
        return purposes, []
    if any(plain(text) == "yes" for text in texts):
        return frozenset({Purpose.INTRODUCE}), []
    unclear = [text for text in texts if plain(text) != "no"]
    return frozenset(), [
        f"agreed: {shown(text)} is neither a purpose nor a yes, so it counts as no" for text in unclear
    ]


def _email(text: str, path: str) -> tuple[str | None, list[str]]:
    if not text:
        return None, []
    address = identities.email(text)
    if address is None:
        return None, [f"{_shown_path(path)}: {shown(text)} is no e-mail address, so this ticket counts as unassigned"]
    return address.handle, []


def _phone(text: str, path: str) -> tuple[str | None, list[str]]:
    if not text:
        return None, []
    number = identities.phone(text)
    if number is None:
        sentence = f"{shown(text)} is no phone number with its country code, as in +353 1 234 5678"
        return None, [f"{_shown_path(path)}: {sentence}"]
    return number.handle, []
