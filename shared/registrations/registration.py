"""What any registration, from whichever platform or list, is turned into."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from shared.identities import Identity


class Status(StrEnum):
    """Whether the ticket still admits its holder."""

    REGISTERED = "registered"
    CANCELLED = "cancelled"
    ERASED = "erased"  # the source wants the person behind it forgotten


class Purpose(StrEnum):
    """What a person can agree to, each by itself; silence means no."""

    INTRODUCE = "introduce"  # be named to people who already know them, and hear of those
    CONNECTIONS = "connections"  # have the connections they bring used for this event
    FETCH = "fetch_connections"  # have their public follow lists looked up by the handles they gave
    REMEMBER = "remember"  # keep those connections for later events
    TEXT_MESSAGES = "text_messages"  # be told by text message instead of e-mail


@dataclass(frozen=True, slots=True)
class Registration:
    """One ticket as its source described it at one moment.

    ``agreed`` is None where the source says nothing about agreement (an update without the question leaves what
    was agreed as it is); an empty set is a no. ``notes`` are sentences about what could not be understood (for
    example an unreadable handle); they never hold the registration up.
    """

    platform: str  # "icebreaker", "tito", … or "list"
    reference: str  # the ticket's stable name within its platform
    status: Status
    changed_at: datetime  # time-zone aware; the later state of a ticket wins, whichever arrives last
    name: str = ""
    email: str | None = None  # canonical (as in Identity "email"); None until the ticket is assigned to somebody
    phone: str | None = None  # E.164
    company: str = ""
    identities: tuple[Identity, ...] = ()  # handles as claimed, without e-mail and phone; sorted, no repeats
    agreed: frozenset[Purpose] | None = None
    basis: str = ""  # on what that rests, where whoever hands a list in says so
    locale: str | None = None  # BCP 47, for example "en" or "pt-BR"
    notes: tuple[str, ...] = field(default=())
