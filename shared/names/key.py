"""What a key of a name is: its kind, and a text on which the spellings of one person meet."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class KeyKind(StrEnum):
    """How much it means that two people share a key."""

    NAME_AND_COMPANY = "name+company"  # likely one person
    NAME = "name"  # possibly; only where the name is unique on both sides, and after asking


@dataclass(frozen=True, slots=True)
class NameKey:
    """One key of a person; what is hashed is the kind and the text."""

    kind: KeyKind
    text: str  # lower-case ASCII letters and digits, with "@" before the company
