"""A letter as one text message: 160 characters of the GSM alphabet, or 70 of any script.

Source: 3GPP TS 23.038, tables of the GSM 7 bit default alphabet; a message with any other character is sent as UCS-2,
in which 70 units of 16 bits fit. Which of the two is a setting of the language: ``text_message_alphabet``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Final

from shared.introductions.words_language import Words
from shared.notifications.letter import Kind, Letter, Person
from shared.notifications.rendering import words_of
from shared.notifications.sections import by_time, first_slot, named, one_line, web_address, when_in_words

# GSM 03.38 basic character set, less those that take two places.
GSM: Final = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
_PLAIN: Final = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"'})
_DASHES: Final = str.maketrans(dict.fromkeys("–—‑‐−", "-") | dict.fromkeys("\u00a0\u202f", " ") | {"…": "..."})


@dataclass(frozen=True, slots=True)
class Alphabet:
    """In what a language's text messages are written."""

    most: int  # units that fit in one message
    units: Callable[[str], int]
    spelled: Callable[[str], str]  # a text in this alphabet


@dataclass(frozen=True, slots=True)
class Saying:
    """One part of the letter, said at lengths to choose from."""

    forms: tuple[str, ...]  # the fullest first; the last one names nobody
    asks: bool = False  # an answer is hoped for, and only the page can take it
    least: str = ""  # before a page's address that leaves room for little else
    must: bool = False  # goes on even where it costs the others their names


def compose_text_message(letter: Letter, templates: Path | None = None) -> str:
    """As many names as fit, never a name cut in half; beyond the alphabet, letters lose their accents.

    What does not fit is left out in this order: the meeting point, what the lesser parts say, names from the last one
    on (they are counted instead), every name, how to end the messages, and at last the page's address: only there can a
    question be answered, and the messages be ended.

    :raises BrokenTemplate: one of the organizer's own words cannot be used; names file and line
    :raises ValueError: the letter says nothing that a text message has words for
    """
    words = words_of(letter, templates)
    alphabet = _alphabet_of(words)
    sayings = list(_sayings(letter, words))
    if not sayings:
        raise ValueError("a letter with nothing to say makes no text message")
    for text in _by_preference(letter, sayings, words):
        spelled = alphabet.spelled(text)
        if alphabet.units(spelled) <= alphabet.most:
            return spelled
    return alphabet.spelled(sayings[0].forms[-1])[: alphabet.most]


def _by_preference(letter: Letter, sayings: Sequence[Saying], words: Words) -> Iterator[str]:
    """Every way to say it, the fullest first."""
    end, ask = words.say("text_message.end"), words.say("text_message.no_page")
    asks = any(saying.asks for saying in sayings)
    page = web_address(letter.page_url)
    link = words.say("text_message.answer" if asks else "text_message.link", url=page) if page else ""
    whole = [saying.forms[0] for saying in sayings]
    for place in (_place(letter, words), ""):
        yield _joined(*whole, place, link or (ask if asks else ""), end)
    lead = sayings[0]
    bodies = list(_bodies(*sayings))
    # Who is told of nobody by name, or is asked, needs a way to go on.
    ways = [(body, link or (ask if asks or nameless else "")) for body, nameless in bodies]
    yield from (_joined(body, way, end) for body, way in ways)
    for body, way in ways:
        yield _joined(body, way)
        yield _joined(body, page or way)
    if page:
        yield _joined(lead.least or words.say("text_message.least"), page)
    for way in (ask, ""):
        yield from (_joined(body, way, end) for body, _ in bodies)


def _bodies(lead: Saying, *others: Saying) -> Iterator[tuple[str, bool]]:
    """The lead with as much of the others as there is room for, names before lesser parts; True where it names none."""
    briefs = [saying.forms[-1] for saying in others]
    least = sum(saying.must for saying in others)
    for form in lead.forms:
        for n in range(len(briefs), least - 1, -1):
            yield _joined(form, *briefs[:n]), form == lead.forms[-1]
    for n in range(least - 1, -1, -1):
        yield _joined(lead.forms[-1], *briefs[:n]), True


def _sayings(letter: Letter, words: Words) -> Iterator[Saying]:
    """What leads, then what must not be left out, then the others."""
    follow_up = _named_saying("follow_up", letter.follow_up, letter, words, asks=True)
    if follow_up:
        follow_up = replace(follow_up, least=words.say("text_message.follow_up_least"))
    people = [p for p in letter.people if not p.meet_at]
    brief = "brief" if all(p.known for p in people) else "brief_new"
    told = _named_saying("coming", people, letter, words, brief=brief)
    parts = (
        follow_up if letter.kind is Kind.FOLLOW_UP else None,
        _agreed(letter, words),
        told,
        _named_saying("confirm", letter.confirm, letter, words, asks=True),
        _asked(letter, words),
        _gone(letter, words),
        follow_up if letter.kind is not Kind.FOLLOW_UP else None,
        Saying((words.say("text_message.last"),)) if letter.last else None,
    )
    said = [part for part in parts if part]
    yield from said[:1]
    yield from sorted(said[1:], key=lambda part: not part.must)


def _named_saying(
    key: str, people: Sequence[Person], letter: Letter, words: Words, *, brief: str = "", asks: bool = False
) -> Saying | None:
    if not people:
        return None
    names = _names(people, words)
    event = one_line(letter.event.name)
    said = [
        words.say(f"text_message.{key}", n=len(names), names=_listed(names, shown, words), event=event)
        for shown in range(len(names), 0, -1)
    ]
    return Saying((*said, words.say(f"text_message.{brief or key + '_brief'}", n=len(names))), asks)


def _agreed(letter: Letter, words: Words) -> Saying | None:
    # Who has a time and place agreed to meet, even where they are told of for the first time.
    with_slot = [p for p in letter.people if p.meet_at]
    people = by_time((*letter.agreed, *with_slot))
    first = first_slot(people)
    by_name = _named_saying("agreed", people, letter, words)
    if first is None or by_name is None:
        return by_name
    timed = [p for p in people if p.meet_at]
    untimed = [p for p in people if not p.meet_at]
    rest = _named_saying("agreed", untimed, letter, words)
    one = first[0]
    forms = (
        _joined(*(_slot(p, words) for p in timed), *(rest.forms[:1] if rest else ())),
        _joined(*(_slot(p, words) for p in timed)),
        _slot(one, words),
        _slot(one, words, where=False),
        by_name.forms[-1],
    )
    return Saying(tuple(dict.fromkeys(forms)))


def _slot(person: Person, words: Words, *, where: bool = True) -> str:
    assert person.meet_at is not None
    when = when_in_words(person.meet_at, words, words.weekday_short)
    place = one_line(person.meet_where) if where else ""
    (name,) = _names([person], words)
    return words.say("text_message.agreed_slot", names=name, details=", ".join([when, *([place] if place else [])]))


def _asked(letter: Letter, words: Words) -> Saying | None:
    n = len(letter.questions)
    if not n:
        return None
    if letter.agreed or letter.people or letter.confirm:
        return Saying((words.say("text_message.asked_more", n=n),), asks=True)
    least = words.say("text_message.asked_least")
    full = words.say("text_message.asked", n=n, event=one_line(letter.event.name))
    return Saying((full, words.say("text_message.asked_brief", n=n)), asks=True, least=least)


def _gone(letter: Letter, words: Words) -> Saying | None:
    if not letter.gone:
        return None
    brief = words.say("text_message.retraction_brief")
    people = [Person(name, "", "") for name in letter.gone if one_line(name)]
    nameless = len(letter.gone) - len(people)
    of_them = words.say("text_message.retraction_nameless", n=nameless) if nameless else ""
    by_name = _named_saying("retraction", people, letter, words, brief="retraction_brief")
    named_forms = by_name.forms[:-1] if by_name else ("",)
    return Saying((*(_joined(form, of_them) for form in named_forms), brief), must=True)


def _names(people: Iterable[Person], words: Words) -> list[str]:
    alphabet = _alphabet_of(words)
    # A name of which the alphabet leaves nothing says nothing.
    return [alphabet.spelled(named(p, words)) or words.say("mail.somebody") for p in people]


def _listed(names: list[str], shown: int, words: Words) -> str:
    rest = len(names) - shown
    return words.list_of([*names[:shown], *([words.say("text_message.more", n=rest)] if rest else [])])


def _place(letter: Letter, words: Words) -> str:
    place = one_line(letter.event.meeting_point or "")
    return words.say("text_message.place", place=place) if place and letter.people else ""


def _alphabet_of(words: Words) -> Alphabet:
    return ALPHABETS.get(words.setting("text_message_alphabet"), ALPHABETS["gsm"])


def _joined(*sentences: str) -> str:
    return " ".join(sentence for sentence in sentences if sentence)


def _gsm(text: str) -> str:
    return "".join(map(_gsm_letter, unicodedata.normalize("NFC", text).translate(_PLAIN).translate(_DASHES))).strip()


@lru_cache(maxsize=4096)
def _gsm_letter(letter: str) -> str:
    if letter in GSM:
        return letter
    without_accent = unicodedata.normalize("NFKD", letter)[0]
    if without_accent in GSM and not without_accent.isspace():
        return without_accent
    from anyascii import anyascii  # large tables, needed for few names

    return "".join(c for c in anyascii(letter) if c in GSM)


def _utf_16_units(text: str) -> int:
    return len(text.encode("utf-16-be")) // 2


ALPHABETS: Final = {
    "gsm": Alphabet(160, len, _gsm),
    "ucs2": Alphabet(70, _utf_16_units, str),
}
