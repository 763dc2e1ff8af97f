"""What an organizer says about the questions on their registration form."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.identities import network_of_label
from shared.registrations.registration import Purpose

HANDLES = "handles"
COMPANY = "company"
PHONE = "phone"
IGNORE = "ignore"
AGREED = {f"agreed:{purpose.value}": purpose for purpose in Purpose}

# The expressions that an organizer can give for a platform of their own; `Map` in mapped.py says what each is.
MAP_FIELDS = (
    "reference", "kind", "tickets", "changed_at", "status", "event", "test", "challenge", "name", "first_name",
    "last_name", "email", "phone", "company", "locale", "answers", "handles", "agreed", "ended",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PlatformSettings:
    """``questions``: title, slug or number of a question → what its answer is.

    That is a network ("linkedin"), "handles" (handles of any network), "company", "phone", "ignore", or
    "agreed:introduce", "agreed:connections", "agreed:fetch_connections", "agreed:remember", "agreed:text_messages". A
    question that is not named here is taken for what its title says.

    ``options``: what else the platform needs to be told, by name; its entry in the table of platforms lists the names.
    """

    questions: Mapping[str, str] = field(default_factory=dict, hash=False)
    options: Mapping[str, str] = field(default_factory=dict, hash=False)

    def option(self, name: str) -> str:
        """What an organizer set; empty where they did not."""
        return self.options.get(name, "")

    def meaning(self, *labels: str) -> str | None:
        """What the organizer says the question with these labels is; None where they say nothing."""
        stated = {plain(question): meaning for question, meaning in self.questions.items()}
        return next((stated[plain(label)] for label in labels if plain(label) in stated), None)


def problem_of_meaning(meaning: str) -> str:
    """Why ``meaning`` cannot stand on the right side of ``questions``; empty where it can."""
    if meaning in {HANDLES, COMPANY, PHONE, IGNORE, *AGREED} or network_of_label(meaning) is not None:
        return ""
    words = ", ".join([HANDLES, COMPANY, PHONE, IGNORE, *AGREED])
    return f'"{meaning}" is neither the name of a network nor one of {words}'


def plain(text: str) -> str:
    """Lower-case words without accents and punctuation, single spaces: a title and the slug made of it are equal."""
    letters = (letter for letter in unicodedata.normalize("NFKD", text) if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", " ", "".join(letters).casefold()).strip()
