"""The text of a file that somebody wrote by hand."""

from __future__ import annotations

from pathlib import Path

from infra.cli.terminal import NotDone


def text_in(file: Path) -> str:
    """What stands in it; some editors put a mark before it.

    :raises NotDone: where it is no text
    """
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise NotDone(f"{file.name} is no text in UTF-8; save it as such") from None
