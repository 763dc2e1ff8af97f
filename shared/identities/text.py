"""Bring typed text into one form: visible characters, plain punctuation, decoded escapes."""

from __future__ import annotations

import unicodedata
from typing import Final

MAX_CHARACTERS: Final = 2_000

# Full-width forms (Unicode block FF00), the dots that IDNA takes for a dot, and typographic hyphens and spaces.
_PLAIN: Final[dict[int, int]] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},
    **str.maketrans("\u3002\uff61", ".."),
    **str.maketrans("\u2010\u2011\u2012\u2013\u2014\u2212", "------"),
    **str.maketrans("\u00a0\u2007\u202f\u3000", "    "),
}
# Letters of other scripts that look like a Latin one (a selection of Unicode's confusables, UTS 39).
_LOOKS_LIKE: Final[dict[int, int]] = str.maketrans(
    "аеорсухіјѕһԁԛԝАВЕЅІЈКМНОРСТХΑΒΕΖΗΙΚΜΝΟΡΤΥΧορνıɡɑ",
    "aeopcyxijshdqwABESIJKMHOPCTXABEZHIKMNOPTYXopviga",
)
# Hyphens stay: a handle may begin or end with one; so may an underscore and a tilde.
_AROUND: Final = " \t\r\n<>()[]{}\"'`“”„‘’‚«»‹›,;:!?…"
_AFTER: Final = _AROUND + "."


def clean(text: str) -> str:
    """At most MAX_CHARACTERS of the text, composed (NFC), without what cannot be seen and the quotes around it."""
    text = text[:MAX_CHARACTERS]
    if not text.isascii():
        text = visible(text.translate(_PLAIN))
    elif not text.isprintable():
        text = "".join(c for c in text if c.isprintable() or c in "\n\t")
    return text.lstrip(_AROUND if not text.startswith("(+") else " ").rstrip(_AFTER)


def visible(text: str) -> str:
    """The text in NFC without characters of the Unicode categories Cf and Cc (direction, joiners, controls)."""
    composed = unicodedata.normalize("NFC", text)
    return unicodedata.normalize(
        "NFC", "".join(c for c in composed if c in "\n\t" or unicodedata.category(c) not in ("Cf", "Cc", "Cs"))
    )


def latin(text: str) -> str:
    """ASCII where the text only looks different: full-width, mathematical, and single Cyrillic or Greek look-alikes.

    A word that is Cyrillic or Greek throughout stays as it is: it was not meant to be Latin.
    """
    text = unicodedata.normalize("NFKC", text)
    if any(c.isascii() and c.isalpha() for c in text):
        return text.translate(_LOOKS_LIKE)
    return text


def folded(text: str) -> str | None:
    """The caseless form, in NFC; None for the few texts that have no stable one."""
    for _ in range(4):
        again = unicodedata.normalize("NFC", text.casefold())
        if again == text:
            return text
        text = again
    return None


def unescaped(text: str) -> str:
    """Percent-encoding undone, twice where it was done twice; what is no UTF-8 becomes U+FFFD, which no handle has."""
    if "%" not in text:
        return text
    once = _unescaped_once(text)
    return visible(_unescaped_once(once) if "%" in once else once)


def _unescaped_once(text: str) -> str:
    first, *rest = text.split("%")
    decoded = bytearray(first.encode("utf-8", "replace"))
    for piece in rest:
        code = piece[:2]
        if len(code) == 2 and all(c in "0123456789abcdefABCDEF" for c in code):
            decoded.append(int(code, 16))
            decoded += piece[2:].encode("utf-8", "replace")
        else:
            decoded += b"%" + piece.encode("utf-8", "replace")
    return decoded.decode("utf-8", "replace")


def escaped(text: str) -> str:
    """The text as it stands in an address: everything but ASCII percent-encoded."""
    if text.isascii():
        return text
    return "".join(c if c.isascii() else "".join(f"%{byte:02X}" for byte in c.encode()) for c in text)


def shown(text: str) -> str:
    """The text as a message quotes it: short, and never a private key (Nostr's NIP-19 calls it nsec)."""
    if "nsec1" in text.lower():
        return "nsec1…"
    return text if len(text) <= 80 else f"{text[:79]}…"
