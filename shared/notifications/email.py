"""An introduction as an e-mail: plain text and HTML, nothing loaded from anywhere, no tracking."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from functools import lru_cache
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from shared.notifications.letter import Letter

FALLBACK_LANGUAGE: Final = "en"


def compose_email(letter: Letter, *, to: str, sender: str, sender_name: str, now: datetime) -> EmailMessage:
    """The whole message, headers included.

    Answers go to the event's contact. "Auto-Submitted" (RFC 3834) keeps out-of-office replies away;
    "List-Unsubscribe" (RFC 2369) lets the mail program offer the way out that the text names too.
    """
    message = EmailMessage(policy=SMTP)
    message["From"] = Address(_header_text(sender_name), addr_spec=sender)
    message["To"] = Address(_header_text(letter.to_name), addr_spec=to)
    message["Reply-To"] = Address(_header_text(letter.event.organizer), addr_spec=letter.event.contact)
    message["Subject"] = _subject(letter)
    message["Date"] = format_datetime(now)
    domain = sender.rpartition("@")[2]
    message["Message-ID"] = f"<{letter.reference}@{domain}>"
    # All mails of one event stand together in the reader's mail program.
    message["References"] = f"<{letter.event.event_id}.event@{domain}>"
    message["Auto-Submitted"] = "auto-generated"
    message["List-Unsubscribe"] = f"<mailto:{letter.event.contact}?subject=stop%20{letter.event.event_id}>"
    message.set_content(_render("introduction.txt", letter), cte="quoted-printable")
    message.add_alternative(_render("introduction.html", letter), subtype="html", cte="quoted-printable")
    return message


def _subject(letter: Letter) -> str:
    names = [person.name for person in letter.people]
    if len(names) == 1:
        who = names[0]
    elif len(names) == 2:
        who = f"{names[0]} and {names[1]}"
    else:
        who = f"{names[0]} and {len(names) - 1} others you know"
    verb = "is" if len(names) == 1 else "are"
    return _header_text(f"{who} {verb} coming to {letter.event.name} too")


def _header_text(text: str) -> str:
    # A name with a line break must not become a header of its own.
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())


def _render(template: str, letter: Letter) -> str:
    return _environment().get_template(f"{FALLBACK_LANGUAGE}/{template}").render(letter=letter, event=letter.event)


@lru_cache(maxsize=1)
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("shared.notifications"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
