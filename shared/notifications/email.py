"""A letter as an e-mail: plain text and HTML, nothing loaded from anywhere, no tracking."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from email.headerregistry import Address, HeaderRegistry, UnstructuredHeader
from email.message import EmailMessage
from email.policy import SMTP, Policy
from email.utils import format_datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared.notifications.letter import Letter
from shared.notifications.rendering import mail_to_stop, render, sender_in_words, subject, words_of
from shared.notifications.sections import one_line

if TYPE_CHECKING:
    from shared.slots import CalendarPart


# They hold addresses and ids, and programs read them.
_FOR_PROGRAMS: Final = ("In-Reply-To", "References", "List-Unsubscribe", "X-Icebreaker-Trace")


class _AsItStands(UnstructuredHeader):
    """A header of ASCII that is folded at its spaces and nowhere else.

    The library writes a word that is longer than a line as encoded words (RFC 2047), which no mail program undoes
    within an address: there would be no one-click way out, and no conversation.
    """

    def fold(self, *, policy: Policy) -> str:
        return f"{self.name}: " + f"{policy.linesep} ".join(str(self).split(" ")) + policy.linesep  # type: ignore[attr-defined]


def _policy() -> Policy:
    registry = HeaderRegistry()
    for name in _FOR_PROGRAMS:
        registry.map_to_type(name, _AsItStands)  # type: ignore[arg-type]
    return SMTP.clone(header_factory=registry)


_POLICY: Final = _policy()


def compose_email(
    letter: Letter,
    *,
    to: str,
    sender: str,
    sender_name: str,
    now: datetime,
    templates: Path | None = None,
    calendar: Sequence[CalendarPart] = (),
) -> EmailMessage:
    """The whole message, headers included.

    Answers go to the event's contact. "Auto-Submitted" (RFC 3834) keeps out-of-office replies away;
    "List-Unsubscribe" (RFC 2369, RFC 8058) lets the mail program offer the way out that the text names too. All
    mails of one event answer the same, never sent, message, so that mail programs show them as one conversation.
    "X-Icebreaker-Trace" is what `icebreaker trace` is asked about a mail that somebody hands on.

    :param sender_name: of the service, which stands behind the organizers' name; theirs alone where it is empty
    :param templates: the organizer's own templates and words (see ``rendering``)
    :param calendar: invitations and cancellations, the one that mail programs should show first (see ``invitations``)
    :raises BrokenTemplate: one of those cannot be used; names file and line
    """
    event, domain = letter.event, sender.rpartition("@")[2]
    message = EmailMessage(policy=_POLICY)
    message["From"] = Address(_in_header(sender_in_words(letter, sender_name, templates)), addr_spec=sender)
    message["To"] = Address(_in_header(letter.to_name), addr_spec=to)
    message["Reply-To"] = Address(_in_header(event.organizer), addr_spec=event.contact)
    message["Subject"] = _in_header(subject(letter, templates))
    message["Date"] = format_datetime(now)
    message["Message-ID"] = f"<{letter.reference}@{domain}>"
    thread = f"<{event.event_id}.event@{domain}>"
    message["In-Reply-To"] = thread
    message["References"] = thread
    message["Auto-Submitted"] = "auto-generated"
    # SES puts an id of its own in the place of Message-ID.
    message["X-Icebreaker-Trace"] = letter.reference
    _add_way_out(message, letter)
    message.set_content(render(letter, "txt", templates), cte="quoted-printable")
    message.add_alternative(render(letter, "html", templates), subtype="html", cte="quoted-printable")
    _add_calendar(message, calendar)
    # Only now: setting a content takes away every header about it.
    message["Content-Language"] = words_of(letter, templates).language
    return message


def _in_header(text: str) -> str:
    """A text that people typed, as it may stand in a header.

    The library takes "=?utf-8?q?=0D=0A…?=" for an encoded word, and writes out the line break that it stands for.
    """
    return one_line(text).replace("=?", "= ?")


def _add_way_out(message: EmailMessage, letter: Letter) -> None:
    ways = [letter.unsubscribe_url] if letter.unsubscribe_url else []
    message["List-Unsubscribe"] = ", ".join(f"<{way}>" for way in (*ways, mail_to_stop(letter)))
    if ways:
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"


def _add_calendar(message: EmailMessage, parts: Sequence[CalendarPart]) -> None:
    """The first part as what the mail says, for programs that take it from there; each as a file, for all the others.

    The files are no "text/calendar" but "application/ics", as Google Calendar's are: programs that look for invitations
    everywhere would otherwise find the first one twice.
    """
    for part in parts[:1]:
        message.add_alternative(part.content, maintype="text", subtype="calendar", cte="base64", params=part.parameters)
    for number, part in enumerate(parts, 1):
        name = f"invite-{number}.ics"
        message.add_attachment(
            part.content, maintype="application", subtype="ics", filename=name, params={"name": name}
        )
