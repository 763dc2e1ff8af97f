"""The shapes: Attendee, and the Tickets that admit them."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from shared.attendees.consent import Consent
from shared.identities import Identity
from shared.registrations import Purpose, Status

LIST_PLATFORM = "list"
# Each look asks every network and site that somebody names; whoever writes a code into a profile needs two or three.
MOST_LOOKS_A_DAY: Final = 10


def attendee_id_of(event_id: str, email: str, key: bytes) -> str:
    """Name a person at an event without saying who they are.

    The e-mail address is the person, because every message goes there. The id is keyed, so that whoever sees ids
    in a log or a key cannot find out whose they are by trying addresses.

    :param email: canonical, as in Identity "email"
    :returns: 16 characters, a-z and 2-7
    """
    digest = hashlib.blake2b(f"{event_id}\0{email}".encode(), key=key, digest_size=10, person=b"attendee").digest()
    return base64.b32encode(digest).decode().lower()


def address_hash_of(email: str, key: bytes) -> str:
    """Name an address across events without saying whose it is, to remember that nobody writes to it any more.

    :param email: canonical, as in Identity "email"
    :returns: 32 characters, a-z and 2-7: so many that no two addresses share them
    """
    digest = hashlib.blake2b(email.encode(), key=key, digest_size=20, person=b"address").digest()
    return base64.b32encode(digest).decode().lower()


@dataclass(frozen=True, slots=True)
class Ticket:
    """One ticket as last heard of; it outlives cancellation, so that an older message cannot bring it back."""

    platform: str
    reference: str
    status: Status
    changed_at: datetime
    attendee_id: str | None = None  # None while it is assigned to nobody
    answers: str = ""  # fingerprint of what its form last said; too short to find anybody by
    earlier_answers: str = ""  # the same of an earlier holder

    @property
    def key(self) -> str:
        """Names the ticket among those of all platforms."""
        return f"{self.platform}#{self.reference}"

    @property
    def names_somebody(self) -> bool:
        """Whether its number is an address, as in lists without numbers: it may not outlive who is forgotten."""
        return "@" in self.reference

    def of_nobody(self) -> Ticket:
        """The ticket after its holder was forgotten; what its form said still is not the next holder's word."""
        return replace(self, attendee_id=None, answers="", earlier_answers=self.answers or self.earlier_answers)


@dataclass(frozen=True, slots=True)
class ProvenHandle:
    """A handle that was shown to be the attendee's, in which way, and when that was last seen."""

    identity: Identity
    kind: str  # shared.proofs.Kind
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class Attendee:
    """A person at one event, with what they registered and what they agreed to."""

    event_id: str
    attendee_id: str
    email: str
    name: str = ""
    phone: str | None = None
    company: str = ""
    locale: str | None = None
    locale_chosen: bool = False  # by themselves: no registration changes it
    identities: tuple[Identity, ...] = ()  # as claimed, without e-mail and phone
    aliases: tuple[tuple[Identity, Identity], ...] = ()  # (handle, the number their own archive gives for it)
    proven: tuple[ProvenHandle, ...] = ()
    looks: tuple[datetime, ...] = ()  # when they last had their profiles looked at, those of a day
    consent: Consent | None = None  # None: never asked, which means no
    tickets: tuple[tuple[str, Status], ...] = ()  # (Ticket.key, status), sorted
    profile_changed_at: datetime | None = None  # of the registration that the profile was taken from
    notes: tuple[str, ...] = ()  # what could not be understood, for the organizer
    erased: bool = False  # asked to be forgotten: a tombstone that no registration or list brings back to life
    revision: int = 0  # counts the writes; the store's optimistic lock

    @property
    def attending(self) -> bool:
        """Whether any ticket admits them.

        A list says less than the ticketing platform: its rows count only for people of whom no platform has
        spoken, so that last week's list does not bring back who cancelled yesterday.
        """
        from_platforms = [status for key, status in self.tickets if not key.startswith(f"{LIST_PLATFORM}#")]
        return Status.REGISTERED in (from_platforms or [status for _, status in self.tickets])

    def agreed(self, purpose: Purpose) -> bool:
        """Whether they agreed to this, and have not taken it back."""
        return self.consent is not None and purpose in self.consent.agreements

    @property
    def may_be_named(self) -> bool:
        """Whether they may be introduced at all: coming, and agreed."""
        return self.attending and self.agreed(Purpose.INTRODUCE)

    @property
    def connections_may_be_used(self) -> bool:
        """Whether the connections they bring may say whom they know: coming, and agreed to both."""
        return self.may_be_named and self.agreed(Purpose.CONNECTIONS)

    @property
    def findable_identities(self) -> tuple[Identity, ...]:
        """Every identity under which somebody else's connections may find them; none unless they may be named."""
        if not self.may_be_named:
            return ()
        reachable = [Identity("email", self.email)]
        if self.phone:
            reachable.append(Identity("phone", self.phone))
        numbers = (alias for handle, alias in self.aliases if handle in self.identities)
        return (*self.identities, *numbers, *reachable)

    @property
    def proven_networks(self) -> frozenset[str]:
        """The networks on which whoever lists them means this very person: all that they claim there is proven."""
        proven = {each.identity.key for each in self.proven}
        claimed = {*self.identities, *(alias for _, alias in self.aliases)}
        doubtful = {each.network for each in claimed if each.key not in proven}
        return frozenset({"email"} | {each.network for each in claimed} - doubtful)

    def looking(self, now: datetime) -> Attendee | None:
        """The attendee who is about to have their profiles looked at; None where that was often enough for a day."""
        of_the_day = tuple(at for at in self.looks if now - at < timedelta(days=1))
        return None if len(of_the_day) >= MOST_LOOKS_A_DAY else replace(self, looks=(*of_the_day, now))

    def with_proofs(
        self, proven: Iterable[tuple[Identity, str]], unproven: Iterable[Identity], *, now: datetime
    ) -> Attendee:
        """The attendee after their profiles were looked at; what could not be asked stays as it was."""
        found = {identity: ProvenHandle(identity, kind, now) for identity, kind in proven}
        asked = {*found, *unproven}
        kept = [each for each in self.proven if each.identity not in asked and each.identity in self.identities]
        return replace(self, proven=tuple(sorted([*kept, *found.values()], key=lambda each: each.identity)))

    def with_aliases(self, owner: Iterable[Identity]) -> Attendee:
        """The attendee after an archive of theirs said under which identities its network knows them.

        Some archives (X) list people by number alone, so uploaders find each other only by their numbers. A number is
        taken where the archive names a handle that they registered too. An archive can be edited: an alias is claimed
        like the handle, never proven.
        """
        named = tuple(owner)
        handles = {each.key: each for each in self.identities}
        own = [handles[each.key] for each in named if each.key in handles]
        new = {(handle, each) for handle in own for each in named if each.key != handle.key}
        kept = {pair for pair in self.aliases if pair[0] not in own}
        return replace(self, aliases=tuple(sorted(kept | new))) if own else self
