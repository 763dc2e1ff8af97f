"""Single values as platforms write them: texts made safe to show, and points in time."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

LONGEST_TEXT = 200
LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,3}")


def one_line(text: str, longest: int = LONGEST_TEXT) -> str:
    """``text`` without line breaks, control and direction characters, and without more than one space in a row."""
    kept = (" " if unicodedata.category(c) in {"Cc", "Zl", "Zp"} else c for c in text[: 4 * longest] if not _unseen(c))
    return " ".join("".join(kept).split())[:longest].rstrip()


def shown(text: str) -> str:
    """``text`` in quotation marks, short enough for a sentence about it."""
    line = one_line(text, 80)
    return f'"{line}"'


def moment(text: str) -> datetime:
    """A point in time in UTC from ISO 8601 with a zone, or from Tito's ``2022-03-26 07:36:07 UTC``.

    Raises ValueError with a sentence.
    """
    try:
        read = datetime.fromisoformat(re.sub(r"\s*UTC$", "+00:00", text.strip()))
        if read.tzinfo is not None:
            return read.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise ValueError(f"{shown(text)} is no time with a zone, as in 2026-05-04T09:30:00Z")


def _unseen(character: str) -> bool:
    # U+200C and U+200D join letters in several scripts, and are kept.
    return unicodedata.category(character) in {"Cf", "Cs"} and character not in "\u200c\u200d"
