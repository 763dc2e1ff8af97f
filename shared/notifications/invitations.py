"""What one of two people who meet finds in their calendar, in their language.

It names the other by what an introduction names them by, and holds no address but the reader's own and the event's.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from shared.events import Event
from shared.introductions.words_language import words_for
from shared.notifications.sections import one_line
from shared.slots import Invitation, Mailbox, Slot, uid_for


@dataclass(frozen=True, slots=True)
class Reader:
    """Whose calendar it is."""

    attendee_id: str
    name: str
    address: str
    locale: str | None = None  # BCP 47; without one, the event's


@dataclass(frozen=True, slots=True)
class Companion:
    """Whom they meet, in the words of that person's own registration."""

    attendee_id: str
    name: str
    company: str = ""


def invitation_for(
    event: Event,
    slot: Slot,
    *,
    to: Reader,
    other: Companion,
    sequence: int,
    templates: Path | None = None,
) -> Invitation:
    """One side of a meeting, to be sent by ``shared.slots.request`` or ``shared.slots.cancel``.

    It asks for no answer: both have said yes, and every answer would be a mail to the event's contact.

    :param sequence: greater with every change of the slot, and with the cancellation
    :param templates: the organizer's own words (see ``shared.introductions.words_language``)
    :raises BrokenTemplate: one of those cannot be used; names file and line
    :raises ValueError: the reader's address is none
    """
    words = words_for(to.locale, event.locale, templates=templates)
    name = one_line(other.name) or words.say("mail.somebody")
    company = one_line(other.company)
    lines = (
        words.say("calendar.agreed", event=one_line(event.name)),
        f"{name}, {company}" if company else name,
        words.say("calendar.ease"),
        words.say("calendar.cannot", contact=event.contact),
    )
    return Invitation(
        uid=uid_for(event.event_id, to.attendee_id, other.attendee_id, to.attendee_id),
        sequence=sequence,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        place=slot.place,
        summary=words.say("calendar.summary", name=name),
        description="\n".join(lines),
        organizer=Mailbox(one_line(event.organizer), event.contact),
        attendee=Mailbox(one_line(to.name), to.address),
        asks_for_answer=False,
    )
