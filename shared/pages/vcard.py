"""A card to keep: vCard 3.0, RFC 2426."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

_ESCAPES: Final = str.maketrans({"\\": "\\\\", ";": "\\;", ",": "\\,", "\n": " ", "\r": " "})
_LONGEST_LINE: Final = 75  # bytes, without the line end


def vcard(
    name: str, *, company: str = "", emails: Iterable[str] = (), profiles: Iterable[str] = (), note: str = ""
) -> str:
    """One card.

    :param profiles: addresses of web pages
    """
    lines = [
        "BEGIN:VCARD",
        "VERSION:3.0",
        f"FN:{_text(name)}",
        # Which of the words is the family's is not known: a guess would be wrong for half of the world.
        f"N:;{_text(name)};;;",
        *([f"ORG:{_text(company)}"] if company else []),
        *(f"EMAIL:{_text(each)}" for each in emails),
        *(f"URL:{_text(each)}" for each in profiles),
        *([f"NOTE:{_text(note)}"] if note else []),
        "END:VCARD",
    ]
    return "".join(f"{piece}\r\n" for line in lines for piece in _folded(line))


def _text(value: str) -> str:
    return "".join(character for character in value if character >= " ").translate(_ESCAPES)


def _folded(line: str) -> Iterator[str]:
    """The line in pieces that are short enough; each but the first begins with a space."""
    room, piece = _LONGEST_LINE, ""
    for character in line:
        size = len(character.encode())
        if size > room:
            yield piece
            room, piece = _LONGEST_LINE - 1, " "
        piece += character
        room -= size
    yield piece
