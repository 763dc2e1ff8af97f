"""What the entries of address books have in common, whichever program wrote them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from shared import identities
from shared.connections.connection import Connection, Relation
from shared.connections.entries import only, text_of
from shared.identities import Identity
from shared.tables import Reject

_MOST_IDENTITIES: Final = 100  # of one person


def contact(found: Iterable[Identity | None], *, name: str, company: str = "", line: int = 0) -> Connection | Reject:
    """One entry of an address book. Numbers without a country code belong to nobody in particular and are left out.

    An entry of which only the name is left is kept: whoever matches may do something with it.
    """
    listed = only(*found)[:_MOST_IDENTITIES]
    if not listed and not name:
        return Reject(line, "the entry has neither a name, an e-mail address, a profile nor a number with country code")
    return Connection(listed, Relation.CONTACT, name=name, company=company, line=line)


def page(text: str, label: str = "") -> Identity | None:
    """The identity that a web address in an address book is: a profile, or somebody's own site.

    :param label: what the entry calls it ("Twitter"), which says what a bare handle means
    """
    network = identities.network_of_label(label) if label else None
    found = identities.parse(text, network or "homepage") if text else None
    return found if isinstance(found, Identity) else None


def email(text: str) -> Identity | None:
    """The address in a cell, with or without a name around it."""
    return identities.email(text_of(text)) if text else None


def phone(text: str) -> Identity | None:
    """The number in a cell, where it has its country code."""
    return identities.phone(text_of(text)) if text else None
