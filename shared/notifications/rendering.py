"""A letter becomes text and HTML: the templates' form, filled with the sentences of the reader's language.

A template (``letter.html``) is the same for all languages and takes every sentence from ``say``. An organizer's own
folder, built like ``shared/introductions/languages`` with the templates beside the languages, goes first; what it does
not have is ours. A template in the folder of a language is for that language alone, and one that is called by a kind of
letter (``retraction.html``) is for that kind alone.
"""

from __future__ import annotations

import textwrap
import traceback
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import quote

from shared.events import MOST_WAVES
from shared.introductions.words_language import BrokenTemplate, Words, own_folder, words_for
from shared.notifications.letter import Kind, Letter
from shared.notifications.sections import capital, described, one_line, sections_of, subject_of, web_address

if TYPE_CHECKING:  # takes long to import, and most who import this room render nothing
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES: Final = Path(__file__).parent / "templates"
LINE_LENGTH: Final = 72
# The parts of the notice; why it may be sent is said by which way somebody agreed.
NOTICE: Final = ("who", "why", "what", "source", "seen_by", "until", "rights", "page")


def words_of(letter: Letter, templates: Path | None = None) -> Words:
    """The words in which the reader is written to: their language, or the event's, or English."""
    return words_for(letter.locale, letter.event.locale, templates=templates)


def render(letter: Letter, form: str, templates: Path | None = None) -> str:
    """The body in one form, "txt" or "html".

    :raises BrokenTemplate: naming file and line
    """
    from jinja2 import TemplateSyntaxError

    words = words_of(letter, templates)
    name = f"{letter.kind}.{form}"
    try:
        template = _environment(templates or own_folder()).select_template(
            [
                f"{folder}{of}"
                for of in (name, f"letter.{form}")
                for folder in (f"{words.folder}/", f"{words.language}/", "")
            ]
        )
        return template.render(_context(letter, words))
    except BrokenTemplate:
        raise
    except TemplateSyntaxError as error:
        raise BrokenTemplate(f"{error.name}, line {error.lineno}: {error.message}") from error
    except Exception as error:  # whatever somebody else's template does
        raise BrokenTemplate(f"{_place_of(error, name)}: {error}") from error


def subject(letter: Letter, templates: Path | None = None) -> str:
    """The subject line: what the message is about, in one line."""
    return one_line(subject_of(letter, words_of(letter, templates)))


def sender_in_words(letter: Letter, service: str, templates: Path | None = None) -> str:
    """Who a mail is from: the organizers, whom its reader knows, by a service that they may not: "X via Icebreaker"."""
    organizer, service = one_line(letter.event.organizer), one_line(service)
    if not service or service.casefold() == organizer.casefold():
        return organizer
    return one_line(words_of(letter, templates).say("mail.sender", organizer=organizer, service=service))


def mail_to_stop(letter: Letter) -> str:
    """The mailto: address that ends the messages."""
    return f"mailto:{quote(letter.event.contact, safe='@')}?subject=stop%20{letter.event.event_id}"


def _context(letter: Letter, words: Words) -> Mapping[str, object]:
    event = letter.event
    days = [words.day(day) for day in dict.fromkeys((letter.first_day, letter.last_day))]
    page = web_address(letter.page_url)
    notice = [part for part in NOTICE if page or part != "page"]
    return {
        "words": words,
        "say": words.say,
        "letter": letter,
        "event": event,
        "event_name": one_line(event.name),
        "organizer": one_line(event.organizer),
        "to_name": one_line(letter.to_name),
        "sections": sections_of(letter, words),
        # For templates of an organizer's own that tell of people and of nothing else.
        "people": [described(person, words) for person in letter.people],
        "days": days[0] if len(days) == 1 else words.say("mail.days", first=days[0], last=days[1]),
        "deleted_on": words.day_of_year(letter.deleted_on),
        "agreed_by": letter.agreed_by,
        "notice": [(part, f"{part}.{letter.agreed_by if part == 'why' else 'text'}") for part in notice],
        "most": MOST_WAVES if letter.kind is Kind.INTRODUCTION and not letter.last else 0,
        "signoff": words.say("parts.follow_up.signoff" if letter.kind is Kind.FOLLOW_UP else "mail.signoff"),
        "mail_to_stop": mail_to_stop(letter),
        "page_url": page,
        "unsubscribe_url": web_address(letter.unsubscribe_url),
    }


def _wrapped(text: str, indent: int = 0) -> str:
    """Lines that any reader of plain text shows whole; addresses are never broken."""
    space = " " * indent
    return textwrap.fill(
        str(text),
        LINE_LENGTH,
        initial_indent=space,
        subsequent_indent=space,
        break_long_words=False,
        break_on_hyphens=False,
    )


def _linked(text: str, shown: str, address: str) -> Markup:
    """HTML of a sentence in which ``shown`` leads to ``address``."""
    from markupsafe import Markup, escape

    before, found, after = text.partition(shown)
    link = Markup('<a href="{}">{}</a>').format(address, found) if found else Markup("")
    return escape(before) + link + escape(after)


def _place_of(error: BaseException, name: str) -> str:
    """The template's file and line that an error was raised in, as Jinja2 writes it into the traceback."""
    frames = [f for f in traceback.extract_tb(error.__traceback__) if f.filename.endswith((".txt", ".html"))]
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else name


@cache
def _environment(templates: Path | None) -> Environment:
    from jinja2 import ChoiceLoader, FileSystemLoader, StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    folders = [TEMPLATES] if templates is None else [templates, TEMPLATES]
    environment = ImmutableSandboxedEnvironment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=lambda name: bool(name and name.endswith(".html")),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["wrapped"] = _wrapped
    environment.filters["linked"] = _linked
    environment.filters["capital"] = capital
    return environment
