"""What a column header means: header words in several languages, the attendee's before the buyer's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.identities import network_of_label
from shared.registrations import Purpose

# What a header says, in words; the first that fits counts. Written in plain lower-case letters without accents:
# headers are compared in that form.
MEANINGS: Final[Mapping[str, tuple[str, ...]]] = {
    "first_name": (
        "first name", "given name", "ticket first name", "attendee first name", "vorname", "prenom", "nombre",
        "nome proprio", "voornaam", "fornavn", "imie", "first",
    ),
    "last_name": (
        "last name", "surname", "family name", "ticket last name", "attendee last name", "nachname", "familienname",
        "nom de famille", "apellido", "apellidos", "cognome", "sobrenome", "achternaam", "etternavn", "nazwisko", "last",
    ),
    "name": (
        "ticket full name", "attendee name", "full name", "name", "teilnehmername", "teilnehmer", "vollstandiger name",
        "nom complet", "nom du participant", "nom", "nombre completo", "nombre del asistente", "nome completo", "nome",
        "naam", "navn", "imie i nazwisko", "participant",
    ),
    "email": (
        "ticket email", "attendee email", "attendee e mail", "e mail adresse teilnehmer", "email", "e mail",
        "email address", "e mail address", "e mail adresse", "mail", "courriel", "adresse e mail", "adresse email",
        "correo", "correo electronico", "endereco de email", "e mailadres", "e post", "adres e mail", "indirizzo email",
    ),
    "phone": (
        "ticket phone number", "attendee phone", "phone", "phone number", "mobile", "mobile phone", "cell phone",
        "telephone", "telefon", "telefonnummer", "handynummer", "telefono", "numero de telephone", "telefone", "movil",
    ),
    "company": (
        "ticket company name", "attendee company", "company", "company name", "organization", "organisation", "employer",
        "affiliation", "firma", "unternehmen", "entreprise", "societe", "empresa", "organizacion", "azienda", "bedrijf",
    ),
    "locale": ("locale", "language", "sprache", "langue", "idioma", "lingua", "taal", "preferred language"),
    "status": (
        "attendee status", "approval status", "registration state", "ticket status", "status", "statut", "estado", "stato",
    ),
    "void": ("void status", "void", "voided", "cancelled", "canceled"),
    "reference": (
        "ticket reference", "ticket id", "attendee", "attendee id", "position id", "public id", "api id", "ticket number",
        "number", "id", "reference", "ticketnummer", "order position",
    ),
    "handles": (
        "social media", "social handles", "social profiles", "social media handles", "social links", "handles",
        "profiles", "profile", "social", "online profiles", "soziale netzwerke", "reseaux sociaux", "redes sociales",
    ),
    "agreed": (
        "agreed", "agree", "agreement", "consent", "introduce me", "introductions", "icebreaker", "einwilligung",
        "zustimmung", "consentement", "consentimiento", "consenso",
    ),
}  # fmt: skip

# The first so many words for "email" say that it is the attendee's own.
ATTENDEES_OWN_ADDRESS: Final = 4

PURPOSE_WORDS: Final[Mapping[str, Purpose]] = {
    "introduce": Purpose.INTRODUCE,
    "introductions": Purpose.INTRODUCE,
    "connections": Purpose.CONNECTIONS,
    "remember": Purpose.REMEMBER,
    "text messages": Purpose.TEXT_MESSAGES,
    "texts": Purpose.TEXT_MESSAGES,
    "sms": Purpose.TEXT_MESSAGES,
}

# Whoever paid is not who comes: such a column is never taken for the attendee's.
_BUYER: Final = re.compile(r"^(order|buyer|purchaser|billing|invoice|registration|payment|kaufer|bestell\w*)\b")
_AGREED: Final = re.compile(r"^(agreed|agree|consent|einwilligung|zustimmung|consentement|consentimiento) (to )?(.+)$")
_NOT_A_WORD: Final = re.compile(r"[\W_]+")
_BY_HEADER: Final[Mapping[str, tuple[str, int]]] = {
    word: (meaning, rank) for meaning, words in reversed(list(MEANINGS.items())) for rank, word in enumerate(words)
}


@dataclass(frozen=True, slots=True)
class Column:
    """What one column was understood as."""

    position: int
    header: str
    meaning: str  # a key of MEANINGS, "network:<name>" or "agreed:<purpose>"
    rank: int = 0  # among columns of one meaning the lowest that is filled counts


def plain(text: str) -> str:
    """The text in the form in which headers and answers are compared: lower-case words without accents."""
    decomposed = unicodedata.normalize("NFKD", text).casefold()
    return _NOT_A_WORD.sub(" ", "".join(c for c in decomposed if not unicodedata.combining(c))).strip()


def understand(header: Sequence[str]) -> tuple[tuple[Column, ...], tuple[str, ...]]:
    """What each column of a header row means, and the headers that mean nothing to us."""
    columns: list[Column] = []
    unknown: list[str] = []
    for position, text in enumerate(header):
        found = _meaning(text)
        if found is not None:
            columns.append(Column(position, text, *found))
        elif text:
            unknown.append(text)
    if any(_is_attendees_own(column) for column in columns):
        # Beside an address of the attendee's own, the general one is the buyer's: blank is better than theirs.
        columns = [column for column in columns if column.meaning != "email" or _is_attendees_own(column)]
    return tuple(sorted(columns, key=lambda column: (column.meaning, column.rank, column.position))), tuple(unknown)


def _is_attendees_own(column: Column) -> bool:
    return column.meaning == "email" and column.rank < ATTENDEES_OWN_ADDRESS


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row is an attendee list's header: it has a column for the address."""
    columns, _ = understand(cells)
    return any(column.meaning == "email" for column in columns) and not any("@" in cell for cell in cells)


def _meaning(header: str) -> tuple[str, int] | None:
    words = plain(header)
    if not words or _BUYER.match(words):
        return None
    if words in _BY_HEADER:
        return _BY_HEADER[words]
    agreed = _AGREED.match(words)
    if agreed is not None and agreed[3] in PURPOSE_WORDS:
        return f"agreed:{PURPOSE_WORDS[agreed[3]].value}", 0
    network = network_of_label(header)
    if network == "email":
        return ("email", 99) if "verified" not in words else None
    if network == "phone":
        return "phone", 99
    return (f"network:{network}", 0) if network else None
