"""Single values as platforms write them: texts made safe to show, and points in time."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime

LONGEST_TEXT = 200
MOST_SECONDS = 10**11  # what is more is meant in milliseconds: in seconds it would be the year 5138
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


def moment_of(value: object) -> datetime:
    """A point in time in UTC, as any platform writes it: ISO 8601, seconds or milliseconds since 1970.

    A time without a zone counts as UTC. Raises ValueError with a sentence.
    """
    if isinstance(value, str) and not re.fullmatch(r"[0-9]{9,14}", value.strip()):
        try:
            return datetime.fromisoformat(value.strip()).replace(tzinfo=UTC) if _is_zoneless(value) else moment(value)
        except (ValueError, OverflowError):
            raise ValueError(f"{shown(value)} is no time, as in 2026-05-04T09:30:00Z") from None
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("must be a time, as in 2026-05-04T09:30:00Z")
    seconds = float(value)
    try:
        return datetime.fromtimestamp(seconds / 1000 if abs(seconds) > MOST_SECONDS else seconds, tz=UTC)
    except (ValueError, OverflowError, OSError):
        raise ValueError(f"{shown(str(value))} is no time in seconds or milliseconds since 1970") from None


def _is_zoneless(text: str) -> bool:
    return not re.search(r"(UTC|[Zz]|[0-9][+-][0-9]{2}:?[0-9]{2})$", text.strip())


def _unseen(character: str) -> bool:
    # U+200C and U+200D join letters in several scripts, and are kept.
    return unicodedata.category(character) in {"Cf", "Cs"} and character not in "\u200c\u200d"
