"""What one entry of any export or follow list is turned into."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum

from shared.identities import Identity


class Relation(IntEnum):
    """How the owner of an export is tied to the person listed; the values are stored, so they never change."""

    FOLLOWS = 1  # the owner follows the listed person
    FOLLOWED_BY = 2  # the listed person follows the owner
    CONNECTED = 3  # both agreed to it on that network (LinkedIn, Facebook friends)
    CONTACT = 4  # an entry of the owner's address book
    MET = 5  # both said afterwards that they met at an earlier event
    NEVER = 6  # no tie: at an earlier event the owner asked not to be introduced to the listed person


@dataclass(frozen=True, slots=True)
class Connection:
    """One person listed in an export: under which identities, how tied, since when."""

    identities: tuple[Identity, ...]  # every identity the entry gives, e-mail addresses included
    relation: Relation
    since: date | None = None
    name: str = ""
    company: str = ""
    line: int = 0  # of the file, from 1; 0 where the format has no lines
