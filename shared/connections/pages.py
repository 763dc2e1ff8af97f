"""The HTML that Meta's networks write: headings, links and lines of text, in order.

Source: "Download your information" in the format HTML, as public readers of it describe: machine-made pages of
blocks, each with a heading or a link and, below, the time in the account's language. Read by Python's html.parser,
which expands no entities but HTML's own and fetches nothing.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from html.parser import HTMLParser
from typing import Final

from shared.connections.entries import text_of
from shared.connections.export import ExportFile

MAX_PAGE_BYTES: Final = 64 * 1024 * 1024
_LONGEST_TAG: Final = 64 * 1024  # a tag or comment, in characters
_PIECE: Final = 32 * 1024
_SILENT: Final = frozenset(("style", "script"))
_HEADINGS: Final = frozenset(("title", "h1", "h2", "h3"))
_MONTHS: Final = {
    month: number
    for number, months in enumerate(
        (
            "jan january januar janv janvier ene enero gen gennaio janeiro",
            "feb february februar févr février febrero febbraio fev fevereiro",
            "mar march mär märz mars marzo março",
            "apr april avr avril abr abril aprile",
            "may mai mayo mag maggio maio",
            "jun june juni juin junio giu giugno junho",
            "jul july juli juil juillet julio lug luglio julho",
            "aug august août ago agosto",
            "sep sept september septembre septiembre set settembre setembro",
            "oct october okt oktober octobre octubre ott ottobre out outubro",
            "nov november novembre noviembre novembro",
            "dec december dez dezember déc décembre dic diciembre dicembre dezembro",
        ),
        1,
    )
    for month in months.split()
}
_WORDY_DAY: Final = re.compile(
    r"(\w{3,10})\.? (\d{1,2}), (\d{4})\b|(\d{1,2})\.? (?:de )?(\w{3,10})\.? (?:de )?(\d{4})\b"
)


@dataclass(frozen=True, slots=True)
class Line:
    """A piece of text with what it stands in."""

    text: str
    href: str = ""  # of the link that the text is of
    heading: str = ""  # "title", "h1", "h2" or "h3"


def is_page(file: ExportFile) -> bool:
    """Whether the file begins like HTML."""
    begins = file.text_head.lstrip()[:200].lower()
    return begins.startswith(("<!doctype html", "<html")) or "<html" in begins


def lines_of_head(file: ExportFile) -> list[Line]:
    """The lines in the page's first bytes."""
    reader = _Reader()
    with suppress(ValueError):
        reader.read(file.text_head)
    reader.end_line()
    return reader.lines


def lines(file: ExportFile) -> Iterator[Line]:
    """Every line of the page, as it is read.

    :raises ValueError: where it is no page, or larger than MAX_PAGE_BYTES
    """
    reader = _Reader()
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    stream = file.stream
    size = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > MAX_PAGE_BYTES:
            raise ValueError(f"more than {MAX_PAGE_BYTES:,} bytes of HTML; choose the format JSON instead")
        reader.read(decoder.decode(piece))
        if len(reader.rawdata) > _LONGEST_TAG:
            raise ValueError("a tag is longer than any page has")
        yield from reader.lines
        reader.lines.clear()
    reader.read(decoder.decode(b"", final=True))
    reader.end_line()
    yield from reader.lines


def day_in(text: str) -> date | None:
    """The day that a line names: "Jan 02, 2024 3:04 pm", "2. Januar 2024, 15:04"; None for other languages."""
    match = _WORDY_DAY.match(text)
    if match is None:
        return None
    month, day, year = (match[1], match[2], match[3]) if match[1] else (match[5], match[4], match[6])
    number = _MONTHS.get(month.lower())
    try:
        return date(int(year), number, int(day)) if number else None
    except ValueError:
        return None


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[Line] = []
        self._href = self._heading = self._silent = ""
        self._text: list[str] = []

    def read(self, text: str) -> None:
        """Feed a piece of the page.

        :raises ValueError: at what html.parser cannot go on from, of which it says so by AssertionError
        """
        try:
            self.feed(text)
        except AssertionError as error:
            raise ValueError("its markup is damaged") from error

    def end_line(self) -> None:
        """Note the text since the last tag; it comes in pieces, as the page is fed."""
        if (text := text_of("".join(self._text))) and not self._silent:
            self.lines.append(Line(text, self._href, self._heading))
        self._text.clear()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.end_line()
        if tag == "a":
            self._href = next((value or "" for name, value in attrs if name == "href"), "")[:500]
        elif tag in _HEADINGS:
            self._heading = tag
        elif tag in _SILENT:
            self._silent = tag

    def handle_endtag(self, tag: str) -> None:
        self.end_line()
        if tag == "a":
            self._href = ""
        elif tag == self._heading:
            self._heading = ""
        elif tag == self._silent:
            self._silent = ""

    def handle_data(self, data: str) -> None:
        self._text.append(data)
