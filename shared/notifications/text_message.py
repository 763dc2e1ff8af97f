"""An introduction as one text message of at most 160 characters of the GSM alphabet."""

from __future__ import annotations

import unicodedata
from typing import Final

from shared.notifications.letter import Letter

MAX_CHARACTERS: Final = 160

# GSM 03.38 basic character set, less those that take two places.
_GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)


def compose_text_message(letter: Letter) -> str:
    """As many names as fit, never a name cut in half; beyond the alphabet, letters lose their accents."""
    names = [_gsm(person.name) or "somebody you know" for person in letter.people]
    where = f" Say hello at {_gsm(letter.event.meeting_point)}." if letter.event.meeting_point else ""
    for ending in (where, ""):
        for shown in range(len(names), 0, -1):
            text = f"{_listed(names, shown)} coming to {_gsm(letter.event.name)} too.{ending} No more texts? Tell us."
            if len(text) <= MAX_CHARACTERS:
                return text
    return f"{len(names)} people you know are coming too. The details are with the organizer."[:MAX_CHARACTERS]


def _listed(names: list[str], shown: int) -> str:
    rest = len(names) - shown
    listed = [*names[:shown], *([f"{rest} more you know"] if rest else [])]
    if len(listed) == 1:
        return f"{listed[0]} is"
    return f"{', '.join(listed[:-1])} and {listed[-1]} are"


def _gsm(text: str) -> str:
    letters = []
    for letter in unicodedata.normalize("NFC", " ".join(text.split())):
        if letter in _GSM:
            letters.append(letter)
        else:
            plain = unicodedata.normalize("NFKD", letter).encode("ascii", "ignore").decode()
            kept = "".join(c for c in plain if c in _GSM)
            letters.append(kept or ("'" if letter in "’‘ʼ" else "-" if letter in "–—‑" else ""))
    return "".join(letters).strip()
