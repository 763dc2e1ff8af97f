"""What people do with their mail: they follow its links, each in their own way, the same in every run."""

from __future__ import annotations

import base64
import random
import re
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Final

from shared.introductions import Answer, Outcome
from shared.links.link import ANSWERS

READERS_AT_ONCE: Final = 4
_LINK: Final = re.compile(r"https?://\S+?/e/[a-z0-9-]+/([A-Za-z0-9_-]+)")
_HEAD_BYTES: Final = 1 + 2 + 10  # version and purpose, last day, attendee; then the meeting's reference and the answer


@dataclass(frozen=True, slots=True)
class Button:
    """A link of a mail that gives one answer about one person."""

    url: str
    reference: str
    answer: Answer | Outcome


@dataclass
class Readers:
    """Everybody's mailbox is read once; what was read stays read."""

    seed: int = 0
    says_yes: float = 0.85  # the share of questions that are answered so
    met: float = 0.8  # the share of meetings that both remember
    read: int = 0
    answers: dict[tuple[str, str], Answer | Outcome] = field(default_factory=dict)  # by reader's address and reference
    statuses: list[int] = field(default_factory=list)  # what the pages answered

    def answer(self, mailbox: list[EmailMessage], *, nobody_reads: str = "") -> int:
        """Answer what is new in all mailboxes but one; how many answers were given."""
        new, self.read = mailbox[self.read :], len(mailbox)
        readers = [(mail["To"].addresses[0].addr_spec, mail) for mail in new]
        decided = [
            (reader, button) for reader, mail in readers if reader != nobody_reads for button in self._decide(mail)
        ]
        with ThreadPoolExecutor(READERS_AT_ONCE) as pool:
            self.statuses += pool.map(lambda each: press(each[1].url), decided)
        for reader, button in decided:
            self.answers[reader, button.reference] = button.answer
        return len(decided)

    def _decide(self, mail: EmailMessage) -> Iterator[Button]:
        by_reference: dict[str, dict[Answer | Outcome, Button]] = {}
        for button in buttons(mail):
            by_reference.setdefault(button.reference, {})[button.answer] = button
        for reference, offered in by_reference.items():
            chance = random.Random(f"{self.seed} {mail['To']} {reference}").random()  # noqa: S311
            wanted: Iterable[Answer | Outcome]
            if Outcome.MET in offered:
                wanted = (Outcome.MET if chance < self.met else Outcome.MISSED,)
            else:
                wanted = (Answer.YES,) if chance < self.says_yes else (Answer.NOT_NOW, Answer.NEVER)
            chosen = next((offered[answer] for answer in wanted if answer in offered), None)
            if chosen is not None:
                yield chosen


def buttons(mail: EmailMessage) -> list[Button]:
    """Every answer that a mail offers."""
    found = (_button(link[0], link[1]) for link in _LINK.finditer(_text(mail)))
    return list(dict.fromkeys(button for button in found if button is not None))


def way_out(mail: EmailMessage) -> str:
    """Where one click ends the messages (RFC 8058)."""
    return str(re.findall(r"<(https?://[^>]+)>", mail["List-Unsubscribe"])[0])


def press(url: str) -> int:
    """Open a page and press its button, as a browser without JavaScript does; the status of the answer."""
    try:
        with urllib.request.urlopen(url, timeout=60) as page:
            form = _Form(page.read().decode())
        body = urllib.parse.urlencode(form.fields).encode()
        with urllib.request.urlopen(urllib.parse.urljoin(url, form.action or url), data=body, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def _button(url: str, token: str) -> Button | None:
    content = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))
    answer = content[_HEAD_BYTES:-14]
    if len(answer) != 6:
        return None  # the page, or the way out
    return Button(url, answer[:5].hex(), ANSWERS[answer[5]])


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    return str(body.get_content()) if body is not None else ""


class _Form(HTMLParser):
    """The first form of a page that is sent with POST: where it goes and what it carries."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.fields: list[tuple[str, str]] = []
        self._inside = self._done = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form" and (given.get("method") or "").lower() == "post" and not self._done:
            self._inside, self.action = True, given.get("action")
        elif self._inside and tag in ("input", "button") and given.get("name"):
            self.fields.append((given["name"] or "", given.get("value") or ""))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form" and self._inside:
            self._inside, self._done = False, True
