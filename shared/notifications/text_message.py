"""A letter as one text message: 160 characters of the GSM alphabet, or 70 of any script.

Source: 3GPP TS 23.038, tables of the GSM 7 bit default alphabet; a message with any other character is sent as UCS-2,
in which 70 units of 16 bits fit. Which of the two is a setting of the language: ``text_message_alphabet``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final

from shared.introductions.words_language import Words
from shared.notifications.letter import Kind, Letter
from shared.notifications.rendering import named, one_line, words_of

# GSM 03.38 basic character set, less those that take two places.
GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_PLAIN: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_DASHES: Final = str.maketrans(dict.fromkeys("–—‑‐−", "-") | dict.fromkeys("\u00a0\u202f", " ") | {"…": "..."})


@dataclass(frozen=True, slots=True)
class Alphabet:
    """In what a language's text messages are written."""

    most: int  # units that fit in one message
    units: Callable[[str], int]
    spelled: Callable[[str], str]  # a text in this alphabet


def compose_text_message(letter: Letter, templates: Path | None = None) -> str:
    """As many names as fit, never a name cut in half; beyond the alphabet, letters lose their accents.

    What does not fit is left out in this order: the meeting point, names from the last one on (they are counted
    instead), every name, and at last the link.

    :raises BrokenTemplate: one of the organizer's own words cannot be used; names file and line
    """
    words = words_of(letter, templates)
    alphabet = _alphabet_of(words)
    for text in _by_preference(letter, words):
        spelled = alphabet.spelled(text)
        if alphabet.units(spelled) <= alphabet.most:
            return spelled
    return alphabet.spelled(_brief(letter, words))[: alphabet.most]


def _by_preference(letter: Letter, words: Words) -> Iterator[str]:
    """Every way to say it, the fullest first."""
    event = letter.event
    end = words.say("text_message.end")
    link = words.say("text_message.link", url=letter.page_url) if letter.page_url else ""
    introduction = letter.kind is Kind.INTRODUCTION
    place = words.say("text_message.place", place=event.meeting_point) if event.meeting_point and introduction else ""
    key = "text_message.coming" if introduction else "text_message.retraction"
    names = _names(letter, words)
    said = [
        words.say(key, n=len(names), names=_listed(names, shown, words), event=one_line(event.name))
        for shown in range(len(names), 0, -1)
    ]
    brief = _brief(letter, words)
    yield _joined(said[0], place, link, end)
    yield from (_joined(text, link, end) for text in (*said, brief))
    yield from (_joined(text, end) for text in (*said, brief))


def _names(letter: Letter, words: Words) -> list[str]:
    alphabet = _alphabet_of(words)
    # A name of which the alphabet leaves nothing says nothing.
    return [alphabet.spelled(named(p, words)) or words.say("mail.somebody") for p in letter.people]


def _listed(names: list[str], shown: int, words: Words) -> str:
    rest = len(names) - shown
    return words.list_of([*names[:shown], *([words.say("text_message.more", n=rest)] if rest else [])])


def _brief(letter: Letter, words: Words) -> str:
    if letter.kind is Kind.INTRODUCTION:
        return words.say("text_message.brief", n=len(letter.people))
    return words.say("text_message.retraction_brief")


def _alphabet_of(words: Words) -> Alphabet:
    return ALPHABETS.get(words.setting("text_message_alphabet"), ALPHABETS["gsm"])


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _gsm(text: str) -> str:
    return "".join(map(_gsm_letter, unicodedata.normalize("NFC", text).translate(_PLAIN).translate(_DASHES))).strip()


@lru_cache(maxsize=4096)
def _gsm_letter(letter: str) -> str:
    if letter in GSM:
        return letter
    without_accent = unicodedata.normalize("NFKD", letter)[0]
    if without_accent in GSM and not without_accent.isspace():
        return without_accent
    from anyascii import anyascii  # large tables, needed for few names

    return "".join(c for c in anyascii(letter) if c in GSM)


def _utf_16_units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2


ALPHABETS: Final = {
    "gsm": Alphabet(160, len, _gsm),
    "ucs2": Alphabet(70, _utf_16_units, str),
}
