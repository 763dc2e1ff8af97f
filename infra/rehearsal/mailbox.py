"""What a run leaves to look at: every mail as it was sent, as a page and as text, and a page that lists them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, Final

TEMPLATE: Final = Path(__file__).with_name("index.html")


@dataclass(frozen=True, slots=True)
class Kept:
    """One mail, and the names of its files within the folder."""

    name: str  # without ending
    to: str
    subject: str
    has_page: bool


def write_mails(mails: Iterable[EmailMessage], folder: Path) -> list[Kept]:
    """Each mail as it was sent, and beside it its HTML for a browser and its text."""
    folder.mkdir(parents=True)
    return [_write(number, mail, folder) for number, mail in enumerate(mails, 1)]


def _write(number: int, mail: EmailMessage, folder: Path) -> Kept:
    to = mail["To"].addresses[0]
    name = f"{number:03}-{re.sub(r'[^a-z0-9-]+', '-', to.username.lower())}"
    (folder / f"{name}.eml").write_bytes(mail.as_bytes())
    page, text = mail.get_body(("html",)), mail.get_body(("plain",))
    if page is not None:
        (folder / f"{name}.html").write_text(page.get_content(), encoding="utf-8")
    if text is not None:
        (folder / f"{name}.txt").write_text(text.get_content(), encoding="utf-8")
    return Kept(name, to.addr_spec, str(mail["Subject"]), has_page=page is not None)


def write_index(
    path: Path, *, title: str, rounds: Sequence[tuple[str, Sequence[Kept]]], texts: Sequence[Mapping[str, Any]]
) -> None:
    """The page that lists what went out.

    :param rounds: the mails of each wave, under what it is called
    :param texts: text messages, each with ``PhoneNumber`` and ``Message``
    """
    from jinja2 import Environment, StrictUndefined

    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    html = template.from_string(TEMPLATE.read_text(encoding="utf-8")).render(title=title, rounds=rounds, texts=texts)
    path.write_text(html, encoding="utf-8")


def in_rounds(kept: Sequence[Kept], ends: Iterable[tuple[str, int]]) -> Iterator[tuple[str, Sequence[Kept]]]:
    """The mails by wave.

    :param ends: each wave, and how many mails there were in all when it was done
    """
    begin = 0
    for wave, end in ends:
        if end > begin:
            yield wave, kept[begin:end]
        begin = end
