"""The pages that are read, and the blocks of code in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from sybil import Document
from sybil.parsers.markdown.lexers import RawFencedCodeBlockLexer

from tests.template import ROOT

PAGES: Final = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / ".github").rglob("*.md")])
_FENCED: Final = RawFencedCodeBlockLexer(re.compile(r'(?P<language>[\w-]*)(?: title="(?P<title>[^"\n]+)")?[ \t]*\n'))


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block; ``title`` is the file that it is."""

    page: Path
    line: int
    language: str
    title: str
    source: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """Every fenced block of a page, in order."""
    text = page.read_text()
    for region in _FENCED(Document(text, str(page))):
        found = region.lexemes
        yield Block(
            page, text.count("\n", 0, region.start) + 1, found["language"], found["title"] or "", str(found["source"])
        )
