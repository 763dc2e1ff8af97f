"""What one registration changes: the ticket, its holder, and whoever held it before."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from shared.attendees.attendee import LIST_PLATFORM, Attendee, Ticket
from shared.attendees.consent import BY_LIST, BY_PERSON, BY_REGISTRATION, Consent, Said
from shared.identities import Identity
from shared.registrations import Purpose, Registration, Status

# So many of one address make an item of about 25 KB; whoever has more tickets on it comes all the same.
MOST_TICKETS = 500
HANDED_ON = "the ticket changed hands and its answers did not: those of the earlier holder are not taken over"


@dataclass(frozen=True, slots=True)
class Change:
    """What has to be written for one registration; all of it together, or nothing."""

    ticket: Ticket | None = None
    attendees: tuple[Attendee, ...] = ()  # the holder, and the earlier holder of a ticket that changed hands

    def __bool__(self) -> bool:
        return self.ticket is not None or bool(self.attendees)


def register(
    registration: Registration,
    *,
    event_id: str,
    attendee_id: str | None,
    ticket: Ticket | None,
    holder: Attendee | None,
    previous_holder: Attendee | None,
) -> Change:
    """Work out what a registration changes; nothing where it repeats or is older than what is known.

    The later state of a ticket wins, whichever arrives last; at the same instant a cancellation wins. That makes
    a second delivery, a replay and a late retry change nothing, without a record of deliveries.

    :param attendee_id: of the person the registration names; None where it names nobody
    :param ticket: as stored, if it is
    :param holder: the attendee of that id, as stored, if there is one
    :param previous_holder: the attendee that the stored ticket belongs to, where it is another than ``holder``
    """
    if ticket is not None and _is_stale(registration, ticket):
        return Change()
    if ticket is None and holder is not None and len(holder.tickets) >= MOST_TICKETS:
        return Change()
    if holder is not None and holder.erased:
        return _to_nobody(registration, ticket, previous_holder)
    earlier_answers = _earlier_answers(registration, ticket, previous_holder)
    answers = _fingerprint(registration.identities, registration.agreed or frozenset())
    if earlier_answers and answers == earlier_answers:
        # Most platforms know no transfer: they change name and address and keep the answers. What is word for word
        # the earlier holder's is theirs, however often it is repeated: nobody agrees for somebody else.
        registration = replace(registration, identities=(), agreed=None, notes=(*registration.notes, HANDED_ON))
    keeps_holder = attendee_id is None and registration.status is Status.CANCELLED and ticket is not None
    new_ticket = Ticket(
        platform=registration.platform,
        reference=registration.reference,
        status=registration.status,
        changed_at=registration.changed_at,
        attendee_id=ticket.attendee_id if keeps_holder and ticket else attendee_id,
        # A cancellation, or an update of the name alone, repeats no answers: those before it stand.
        answers=answers or (ticket.answers if ticket and previous_holder is None else ""),
        earlier_answers=ticket.earlier_answers if keeps_holder and ticket else earlier_answers,
    )
    changed = []
    if previous_holder is not None:
        changed.append(
            _with_ticket(previous_holder, new_ticket) if keeps_holder else _without_ticket(previous_holder, new_ticket)
        )
    if attendee_id is not None:
        base = holder or Attendee(event_id=event_id, attendee_id=attendee_id, email=registration.email or "")
        updated = _with_consent(_with_profile(_with_ticket(base, new_ticket), registration), registration)
        if updated != holder:
            changed.append(updated)
    if _repeats(new_ticket, ticket) and not changed:
        return Change()
    return Change(ticket=new_ticket, attendees=tuple(changed))


def _to_nobody(registration: Registration, ticket: Ticket | None, previous_holder: Attendee | None) -> Change:
    """After a ticket went to somebody who asked to be forgotten: nobody holds it, whoever held it before.

    That is kept also where nobody held it before: an older message that comes late would give it to somebody.
    """
    said = _fingerprint(registration.identities, registration.agreed or frozenset())
    nobodys = Ticket(
        platform=registration.platform,
        reference=registration.reference,
        status=registration.status,
        changed_at=registration.changed_at,
        earlier_answers=said or (ticket.of_nobody().earlier_answers if ticket is not None else ""),
    )
    if previous_holder is not None:
        return Change(ticket=nobodys, attendees=(_without_ticket(previous_holder, nobodys),))
    if nobodys.names_somebody or _repeats(nobodys, ticket):
        return Change()
    return Change(ticket=nobodys)


def _repeats(new: Ticket, ticket: Ticket | None) -> bool:
    """Whether it says what is known; a platform's later word does not: another, said in between, may still come."""
    if ticket is None or replace(ticket, changed_at=new.changed_at) != new:
        return False
    return new.changed_at == ticket.changed_at or new.platform == LIST_PLATFORM


def _earlier_answers(registration: Registration, ticket: Ticket | None, earlier: Attendee | None) -> str:
    """The fingerprint of answers that belong to somebody who held the ticket before; empty where there are none."""
    if earlier is None:
        return ticket.earlier_answers if ticket is not None else ""
    if registration.name and registration.name.casefold() == earlier.name.casefold():
        return ""  # nobody else: an address was put right
    # What the form said, not what they changed on their page since: the form repeats what it said.
    present = _fingerprint(earlier.identities, earlier.consent.purposes if earlier.consent else frozenset())
    return (ticket.answers if ticket is not None else "") or present


def _fingerprint(identities: Iterable[Identity], agreed: frozenset[Purpose]) -> str:
    answers = [*(f"{each.network}:{each.handle}" for each in sorted(identities)), *sorted(agreed)]
    return hashlib.sha256("\n".join(answers).encode()).hexdigest()[:8] if answers else ""


def erase(attendee: Attendee, *, now: datetime) -> Attendee:
    """The attendee as someone to be forgotten; tickets are still named, for whoever releases them."""
    return Attendee(
        event_id=attendee.event_id,
        attendee_id=attendee.attendee_id,
        email="",
        consent=Consent.of(frozenset(), now, BY_PERSON),
        tickets=attendee.tickets,
        erased=True,
        revision=attendee.revision,
    )


def agree(
    attendee: Attendee,
    purposes: frozenset[Purpose],
    *,
    turned: frozenset[Purpose] = frozenset(),
    now: datetime,
) -> Attendee:
    """The attendee after they said to what they agree, and to nothing else.

    What they changed by it is their own word, which no registration or list overrides. What was so already stays as it
    was said: nobody who turns off one switch has spoken of the others.

    :param turned: of what they spoke in any case, though a form may have said the same meanwhile
    """
    changed = {
        each: each in purposes for each in Purpose if each in turned or (each in purposes) != attendee.agreed(each)
    }
    return _decided(attendee, changed, now)


def refuse(attendee: Attendee, purposes: frozenset[Purpose], *, now: datetime) -> Attendee:
    """The attendee after they said no to these purposes, agreed to or not; said again, it keeps its date."""
    return _decided(attendee, dict.fromkeys(sorted(purposes), False), now)


def _decided(attendee: Attendee, answers: Mapping[Purpose, bool], now: datetime) -> Attendee:
    return replace(attendee, consent=(attendee.consent or Consent()).decided(answers, now)) if answers else attendee


def _is_stale(registration: Registration, ticket: Ticket) -> bool:
    if registration.changed_at == ticket.changed_at:
        return ticket.status is Status.CANCELLED and registration.status is Status.REGISTERED
    return registration.changed_at < ticket.changed_at


def _with_ticket(attendee: Attendee, ticket: Ticket) -> Attendee:
    tickets = dict(attendee.tickets) | {ticket.key: ticket.status}
    return replace(attendee, tickets=tuple(sorted(tickets.items())))


def _without_ticket(attendee: Attendee, ticket: Ticket) -> Attendee:
    return replace(attendee, tickets=tuple(pair for pair in attendee.tickets if pair[0] != ticket.key))


def _with_profile(attendee: Attendee, registration: Registration) -> Attendee:
    # A cancellation often repeats only part of the profile; it has nothing to say about it.
    if registration.status is Status.CANCELLED and attendee.profile_changed_at is not None:
        return attendee
    if attendee.profile_changed_at is not None and registration.changed_at < attendee.profile_changed_at:
        return attendee
    updated = replace(
        attendee,
        name=registration.name or attendee.name,
        phone=registration.phone or attendee.phone,
        company=registration.company or attendee.company,
        locale=attendee.locale if attendee.locale_chosen else registration.locale or attendee.locale,
        identities=tuple(sorted(registration.identities)) or attendee.identities,
        notes=registration.notes,
    )
    # A list that is uploaded twice must change nothing.
    if updated == attendee and _is_of_a_list(registration):
        return attendee
    return replace(updated, profile_changed_at=registration.changed_at)


def _with_consent(attendee: Attendee, registration: Registration) -> Attendee:
    if registration.agreed is None:
        return attendee
    said = Said(registration.changed_at, BY_LIST if _is_of_a_list(registration) else BY_REGISTRATION)
    consent = (attendee.consent or Consent()).told(registration.agreed, said, basis=registration.basis)
    return replace(attendee, consent=consent)


def _is_of_a_list(registration: Registration) -> bool:
    return registration.platform == LIST_PLATFORM
