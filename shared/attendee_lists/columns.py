"""What each column means: by the platform whose export it is, by its header in several languages, by what it holds."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from shared.attendee_lists.exports import BUYERS, UNUSED, Export, export_of
from shared.attendee_lists.words import plain
from shared.identities import network_of_label, read
from shared.registrations import PlatformSettings, Purpose
from shared.registrations.answers import NO, YES, Answer, asks_to_introduce
from shared.registrations.answers import understand as understand_answers
from shared.tables import Row

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
        "ticket email", "attendee email", "attendee e mail", "attendee email address", "e mail adresse teilnehmer",
        "e mail teilnehmer in", "adresse mail du participant", "correo electronico del participante", "email", "e mail",
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
        "ticket reference", "ticket id", "attendee", "attendee id", "public id", "api id", "ticket number",
        "number", "id", "reference", "ticketnummer", "order position",
    ),
    "handles": (
        "social media", "social handles", "social profiles", "social media handles", "social links", "handles",
        "profiles", "profile", "social", "online profiles", "soziale netzwerke", "reseaux sociaux", "redes sociales",
    ),
    "agreed": (
        "agreed", "agree", "agreement", "consent", "introductions", "icebreaker", "einwilligung",
        "zustimmung", "consentement", "consentimiento", "consenso",
    ),
}  # fmt: skip

# The words for "email" of lower rank say that it is the attendee's own.
ATTENDEES_OWN_ADDRESS: Final = MEANINGS["email"].index("email")

PURPOSE_WORDS: Final[Mapping[str, Purpose]] = {
    "introduce": Purpose.INTRODUCE,
    "introductions": Purpose.INTRODUCE,
    "connections": Purpose.CONNECTIONS,
    "fetch connections": Purpose.FETCH,
    "follow lists": Purpose.FETCH,
    "remember": Purpose.REMEMBER,
    "text messages": Purpose.TEXT_MESSAGES,
    "texts": Purpose.TEXT_MESSAGES,
    "sms": Purpose.TEXT_MESSAGES,
}
INTRODUCE: Final = f"agreed:{Purpose.INTRODUCE.value}"

# Whoever paid is not who comes: such a column is never taken for the attendee's.
_BUYER: Final = re.compile(
    r"^(order|ordered|buyer|buyers|purchaser|purchasers|billing|invoice|registration|registrant|payer|payment|bezahler"
    r"|kaufer|bestell\w*|rechnung\w*|acheteur|commande|facturation|comprador|pedido|factura\w*|acquirente)\b"
)
# Of these, what a cell holds is somebody else's even where it is a profile's address.
_SOMEBODY_ELSE: Final = re.compile(
    r"\b(refer\w*|recommend\w*|invited|guest|friend\w*|colleague\w*|speaker\w*|sponsor\w*|company|employer|manager"
    r"|emergency|organi[sz]er\w*|event|ticket|qr|photo|image|avatar|picture|video|post|article|repo\w*|project|badge)\b"
)
_AGREED: Final = re.compile(r"^(agreed|agree|consent|einwilligung|zustimmung|consentement|consentimiento) (to )?(.+)$")
_CHOICE: Final = " \u2013 "  # pretix: "Question – Option", an en dash between them
_MOSTLY: Final = 0.6
_BY_HEADER: Final[Mapping[str, tuple[str, int]]] = {
    word: (meaning, rank) for meaning, words in reversed(list(MEANINGS.items())) for rank, word in enumerate(words)
}


@dataclass(frozen=True, slots=True)
class Column:
    """What one column was understood as."""

    position: int
    header: str
    meaning: str  # a key of MEANINGS, "network:<name>", "agreed:<purpose>" or "order" (a part of the reference)
    rank: int = 0  # among columns of one meaning the lowest that is filled counts


@dataclass(frozen=True, slots=True)
class Understanding:
    """What a list's columns mean."""

    columns: tuple[Column, ...]
    unrecognized: tuple[str, ...]  # headers that mean nothing to us
    export: Export | None = None  # the platform's own export that this is
    notes: tuple[str, ...] = ()  # what was concluded that the headers do not say, and what is left out on purpose


def understand(header: Sequence[str], rows: Sequence[Row] = ()) -> Understanding:
    """What each column of a header row means.

    :param rows: the first rows, which say what a column is where its header does not
    """
    export = export_of(header)
    found = [(position, text, _in(export, header, position)) for position, text in enumerate(header)]
    columns = [
        Column(at, text, *meaning) for at, text, meaning in found if meaning and meaning[0] not in (UNUSED, BUYERS)
    ]
    notes = [_recognized(export)] if export is not None else []
    unknown: list[str] = []
    for at, text, meaning in found:
        column, note = _by_content(at, text, [row.cells[at] for row in rows if at < len(row.cells)], meaning)
        if column is not None:
            columns.append(column)
        if note:
            notes.append(note)
        if column is None and meaning is None and (text or note) and not _is_a_no(text):
            unknown.append(text)
    buyers = [text for _, text, meaning in found if meaning is not None and meaning[0] == BUYERS]
    if any(_is_attendees_own(column) for column in columns):
        # Beside an address of the attendee's own, the general one is the buyer's: blank is better than theirs.
        buyers += [column.header for column in columns if column.meaning == "email" and not _is_attendees_own(column)]
        columns = [column for column in columns if column.meaning != "email" or _is_attendees_own(column)]
    if buyers:
        notes.append(f"left out, because they are about the order or who paid: {', '.join(buyers)}")
    ordered = sorted(columns, key=lambda column: (column.meaning, column.rank, column.position))
    return Understanding(tuple(ordered), tuple(unknown), export, tuple(notes))


def _recognized(export: Export) -> str:
    if export.sure == "guess":
        return (
            f"this looks like the export of {export.name}, whose columns have not been verified: check what came of it"
        )
    return f"this is read as the export of {export.name}"


def is_header(cells: Sequence[str]) -> bool:
    """Whether a row is an attendee list's header: it has a column for the address, or is known as a platform's."""
    if any(_ADDRESS.fullmatch(cell.strip()) for cell in cells):
        return False
    if export_of(cells) is not None:
        return True
    return any(meaning is not None and meaning[0] == "email" for meaning in map(_general, cells))


def names_people(cells: Sequence[str]) -> bool:
    """Whether a row is the header of a list in which people can at least be looked up: by address or by name."""
    if is_header(cells):
        return True
    if any(_ADDRESS.fullmatch(cell.strip()) for cell in cells):
        return False
    meanings = {meaning[0] for meaning in map(_general, cells) if meaning is not None}
    return "name" in meanings or {"first_name", "last_name"} <= meanings


_ADDRESS: Final = re.compile(r"[^\s@]+@[^\s@]+\.[^\W\d_]{2,}")


def _is_attendees_own(column: Column) -> bool:
    return column.meaning == "email" and column.rank < ATTENDEES_OWN_ADDRESS


def _in(export: Export | None, header: Sequence[str], position: int) -> tuple[str, int] | None:
    """The meaning of a column within its platform's export, else in general."""
    text = header[position]
    if export is not None:
        meaning = export.meanings().get(plain(text))
        if meaning is not None:
            # The same header again is of the invoice, or what an organizer asked for once more.
            again = any(plain(other) == plain(text) for other in header[:position])
            return (UNUSED, 0) if again else (meaning, 0)
    return _general(text)


def _general(header: str) -> tuple[str, int] | None:
    if len(header) > _LONGEST_HEADER:
        return None
    words = plain(header)
    if not words:
        return None
    if words in _BY_HEADER:
        return _BY_HEADER[words]
    if _BUYER.match(words):
        return BUYERS, 0
    return _question(header, words)


_LONGEST_HEADER: Final = 1_000


def _question(header: str, words: str) -> tuple[str, int] | None:
    agreed = _AGREED.match(words)
    if agreed is not None and agreed[3] in PURPOSE_WORDS:
        return f"agreed:{PURPOSE_WORDS[agreed[3]].value}", 0
    if _CHOICE in header:
        return _choice(header)
    if asks_to_introduce(header):
        return INTRODUCE, 0
    network = network_of_label(header)
    if network == "email":
        return ("email", 99) if "verified" not in words else None
    if network == "phone":
        return "phone", 99
    return (f"network:{network}", 0) if network else None


def _choice(header: str) -> tuple[str, int] | None:
    """A column for one option of a question, with a yes or a no in each cell."""
    question, _, option = header.rpartition(_CHOICE)
    if asks_to_introduce(question):
        return (INTRODUCE, 0) if _agrees(question, option) else None
    if asks_to_introduce(option):
        return INTRODUCE, 0
    if plain(option) in PURPOSE_WORDS and re.search(r"\b(agree|consent|icebreaker)\b", plain(question)):
        return f"agreed:{PURPOSE_WORDS[plain(option)].value}", 0
    return None


def _agrees(question: str, option: str) -> bool:
    settings = PlatformSettings({question: INTRODUCE})
    return bool(understand_answers([Answer((question,), (option,))], settings).agreed)


def _is_a_no(header: str) -> bool:
    """The column of an option that declines: it says what the others' being empty says already."""
    question, dash, option = header.rpartition(_CHOICE)
    return bool(dash) and asks_to_introduce(question) and plain(option).split(" ")[0] in NO


def _by_content(
    at: int, header: str, cells: Sequence[str], meaning: tuple[str, int] | None
) -> tuple[Column | None, str]:
    """A column of handles, recognized by what most of its cells are, with the sentence that says so."""
    words = plain(header)
    filled = [cell for cell in cells if cell.strip()]
    if meaning is not None or not filled or _SOMEBODY_ELSE.search(words) or _CHOICE in header:
        return None, "a column without a header is left out" if not words and meaning is None and filled else ""
    networks = Counter(network for cell in filled if (network := _network_of_address(cell)))
    if networks.total() < _MOSTLY * len(filled):
        return None, "" if words else "a column without a header is left out"
    name, count = networks.most_common(1)[0]
    one = count >= _MOSTLY * len(filled)
    called = f"the column “{header[:80]}”" if words else f"the {at + 1}. column, which has no header,"
    holds = f"{name} profiles" if one else "profiles of several networks"
    return Column(at, header, f"network:{name}" if one else "handles"), f"{called} is read as handles: it holds {holds}"


def _network_of_address(cell: str) -> str | None:
    """The network of a cell that is one profile's address, and nothing that could be read in another way."""
    text = cell.strip()
    if not ("/" in text or text.count("@") == 2) or plain(text) in YES:
        return None
    found = read(text).identities
    return found[0].network if len(found) == 1 and found[0].network not in ("email", "phone", "homepage") else None
