"""A letter becomes text and HTML: the templates' form, filled with the sentences of the reader's language.

A template (``introduction.html``) is the same for all languages and takes every sentence from ``say``. An organizer's
own folder, built like ``shared/introductions/languages`` with the templates beside the languages, goes first; what it
does not have is ours. A template in the folder of a language is for that language alone.
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
from shared.introductions.words_language import BrokenTemplate, Words, words_for
from shared.notifications.letter import Kind, Letter, Person

if TYPE_CHECKING:  # takes long to import, and most who import this room render nothing
    from jinja2 import Environment
    from markupsafe import Markup

TEMPLATES: Final = Path(__file__).parent / "templates"
LINE_LENGTH: Final = 72
MOST_LISTED: Final = 3  # networks, and mutual acquaintances: enough to begin a talk with
NOTICE: Final = ("who", "why", "what", "source", "seen_by", "until", "rights")
# Joins letters and emoji of one word; every other invisible character can only mislead.
_JOINERS: Final = frozenset("\u200c\u200d")


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
        template = _environment(templates).select_template([f"{words.folder}/{name}", f"{words.language}/{name}", name])
        return template.render(_context(letter, words))
    except BrokenTemplate:
        raise
    except TemplateSyntaxError as error:
        raise BrokenTemplate(f"{error.name}, line {error.lineno}: {error.message}") from error
    except Exception as error:  # whatever somebody else's template does
        raise BrokenTemplate(f"{_place_of(error, name)}: {error}") from error


def subject(letter: Letter, templates: Path | None = None) -> str:
    """The subject line: what the message is about, in one line."""
    words, event = words_of(letter, templates), one_line(letter.event.name)
    if letter.kind is not Kind.INTRODUCTION:
        return one_line(words.say(f"{letter.kind}.subject", event=event))
    names = [named(person, words) for person in letter.people]
    if len(names) > 2:
        listed = words.say("mail.names_and_more", n=len(names) - 1, names=names[0])
    else:
        listed = words.list_of(names)
    return one_line(words.say("mail.subject", n=len(names), names=listed, event=event))


def named(person: Person, words: Words) -> str:
    """The person's name as one line; a kind word where they registered none that can be read."""
    return one_line(person.name) or words.say("mail.somebody")


def one_line(text: str) -> str:
    """A text that people typed, without line breaks and without what turns the direction of writing around."""
    return " ".join("".join(c if c.isprintable() or c in _JOINERS else " " for c in text).split())


def mail_to_stop(letter: Letter) -> str:
    """The mailto: address that ends the messages."""
    return f"mailto:{quote(letter.event.contact, safe='@')}?subject=stop%20{letter.event.event_id}"


def _context(letter: Letter, words: Words) -> Mapping[str, object]:
    event = letter.event
    days = [words.day(day) for day in dict.fromkeys((letter.first_day, letter.last_day))]
    return {
        "words": words,
        "say": words.say,
        "letter": letter,
        "event": event,
        "event_name": one_line(event.name),
        "organizer": one_line(event.organizer),
        "to_name": one_line(letter.to_name),
        "people": [_described(person, words) for person in letter.people],
        "names": words.list_of([named(person, words) for person in letter.people]),
        "days": days[0] if len(days) == 1 else words.say("mail.days", first=days[0], last=days[1]),
        "deleted_on": words.day_of_year(letter.deleted_on),
        "notice": NOTICE,
        "most": MOST_WAVES if letter.kind is Kind.INTRODUCTION else 0,
        "place": "" if all(p.meet_at or p.meet_where for p in letter.people) else event.meeting_point,
        "mail_to_stop": mail_to_stop(letter),
    }


def _described(person: Person, words: Words) -> Mapping[str, object]:
    url = person.profile_url or ""
    network = one_line(person.profile_network)
    return {
        "name": named(person, words),
        "company": one_line(person.company),
        "how": one_line(person.how),
        "about": _to_talk_about(person, words),
        "meet": _meeting(person, words),
        # An address of any other kind might run something.
        "url": url if url.startswith("https://") and url.isprintable() and " " not in url else "",
        "greet": words.say("mail.greet", network=network) if network else words.say("mail.greet_online"),
    }


def _to_talk_about(person: Person, words: Words) -> list[str]:
    listed = (person.shared_networks[:MOST_LISTED], person.mutuals[:MOST_LISTED])
    networks, mutuals = ([one_line(text) for text in texts] for texts in listed)
    return [
        *([words.say("mail.also_on", n=len(networks), networks=words.list_of(networks))] if networks else []),
        *([words.say("mail.mutuals", n=len(mutuals), names=words.list_of(mutuals))] if mutuals else []),
        *([words.say("mail.last_met", occasion=one_line(person.last_met))] if person.last_met else []),
        *([words.say("mail.both_new")] if person.both_new else []),
    ]


def _meeting(person: Person, words: Words) -> str:
    at = person.meet_at
    when = [words.day(at.date()), words.time_of_day(at.time())] if at else []
    details = ", ".join([*when, *([one_line(person.meet_where)] if person.meet_where else [])])
    return words.say("mail.meet", details=details) if details else ""


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
    return environment
