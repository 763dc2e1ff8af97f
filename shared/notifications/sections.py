"""A letter's parts in the reader's language, before they take the form of text or HTML; which leads, and the subject.

Every part is one section: how it opens, a card for each person or question, and what is said about it below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from shared.introductions.words import told_apart
from shared.introductions.words_language import Words
from shared.notifications.letter import Kind, Letter, Person

MOST_LISTED: Final = 3  # networks, and mutual acquaintances: enough to begin a talk with
# Joins letters and emoji of one word; every other invisible character can only mislead.
# The second is this machine: a stack that runs here to be tried out.
_SAFE: Final = ("https://", "http://127.0.0.1:")
_JOINERS: Final = frozenset("\u200c\u200d")


@dataclass(frozen=True, slots=True)
class Link:
    """Words to click on."""

    text: str
    url: str
    quiet: bool = True  # not the one to be seen first


@dataclass(frozen=True, slots=True)
class Card:
    """One person, or one question about somebody who is not named."""

    name: str  # of a question: the sentence that says whom it is about
    company: str = ""
    how: str = ""
    about: tuple[str, ...] = ()  # sentences
    meet: str = ""
    url: str = ""  # where to say hello
    greet: str = ""  # what to click on for that
    answers: tuple[Link, ...] = ()


@dataclass(frozen=True, slots=True)
class Section:
    """One part of the letter."""

    part: str
    opening: tuple[str, ...]  # sentences
    cards: tuple[Card, ...] = ()
    notes: tuple[str, ...] = ()  # paragraphs below the cards
    links: tuple[Link, ...] = ()
    before: tuple[str, ...] = ()  # paragraphs above the cards


def sections_of(letter: Letter, words: Words) -> list[Section]:
    """Every part that the letter has; what is certain first, then what is asked."""
    parts = (
        (letter.follow_up, _follow_up),
        (letter.agreed, _agreed),
        (letter.people, _told),
        (letter.confirm, _confirm),
        (letter.questions, _questions),
        (letter.people or letter.confirm, _ease),
        (letter.gone, _gone),
        (letter.last, _last),
    )
    return [write(letter, words) for has, write in parts if has]


def subject_of(letter: Letter, words: Words) -> str:
    """What the message is about, in one line: its most important part."""
    event = one_line(letter.event.name)
    if letter.follow_up and letter.kind is Kind.FOLLOW_UP:
        return words.say("parts.follow_up.subject", event=event)
    if letter.agreed or first_slot(letter.people):
        return _subject_of_agreed((*letter.agreed, *letter.people), letter.agreed, words, event)
    if letter.people:
        names = [named(person, words) for person in letter.people]
        if len(names) > 2:
            known = all(person.known for person in letter.people)
            more = "mail.names_and_more" if known else "parts.told.names_and_more"
            listed = words.say(more, n=len(names) - 1, names=names[0])
        else:
            listed = words.list_of(names)
        return words.say("mail.subject", n=len(names), names=listed, event=event)
    if letter.confirm:
        names = [named(person, words) for person in letter.confirm]
        return words.say("parts.confirm.subject", n=len(names), names=words.list_of(names), event=event)
    if letter.questions:
        return words.say("parts.questions.subject", event=event)
    if letter.gone:
        return words.say("retraction.subject", event=event)
    return words.say("parts.follow_up.subject" if letter.follow_up else "parts.last.subject", event=event)


def named(person: Person, words: Words) -> str:
    """The person's name as one line; a kind word where they registered none that can be read."""
    return one_line(person.name) or words.say("mail.somebody")


def one_line(text: str) -> str:
    """A text that people typed, without line breaks and without what turns the direction of writing around."""
    return " ".join("".join(c if c.isprintable() or c in _JOINERS else " " for c in text).split())


def web_address(url: str | None) -> str:
    """The address, where it is one; any other kind might run something."""
    return url if url and url.startswith(_SAFE) and url.isprintable() and " " not in url else ""


def described(person: Person, words: Words, answers: Iterable[Link] = (), greet: str = "mail.greet") -> Card:
    """What is said about one person; what is not known is not mentioned.

    :param greet: the phrase to click on for the person's profile
    """
    network = one_line(person.profile_network)
    return Card(
        name=named(person, words),
        company=one_line(person.company),
        how=one_line(person.how),
        about=tuple(_to_talk_about(person, words)),
        meet=_meeting(person, words, "mail.meet"),
        url=web_address(person.profile_url),
        greet=words.say(greet, network=network) if network else words.say(f"{greet}_online"),
        answers=tuple(answers),
    )


def first_slot(people: Iterable[Person]) -> tuple[Person, datetime] | None:
    """Who is met first, and when; None where nobody has a slot."""
    first = next(iter(by_time(people)), None)
    return (first, first.meet_at) if first is not None and first.meet_at is not None else None


def by_time(people: Iterable[Person]) -> list[Person]:
    """In the order in which they are met; those without a time last."""
    return sorted(people, key=lambda p: (p.meet_at is None, p.meet_at.timestamp() if p.meet_at else 0.0, p.name))


def sentence(clause: str) -> str:
    """A clause as a sentence of its own."""
    text = capital(one_line(clause))
    return text if text.endswith((".", "?", "!", "…")) else text + "."


def capital(text: str) -> str:
    """Begins with a capital letter."""
    return text[:1].upper() + text[1:]


def _told(letter: Letter, words: Words) -> Section:
    people, event = letter.people, one_line(letter.event.name)
    known = all(person.known for person in people)
    cards = tuple(
        described(p, words, _answers(words, "told", yes=p.yes_url, not_now=p.not_now_url, no=p.no_url)) for p in people
    )
    notes = [_joined(words.say("mail.agreed", n=len(people)), _place(letter, people, words))]
    if any(web_address(person.yes_url) for person in people):
        notes.append(words.say("parts.told.answer"))
    elif any(card.url for card in cards):
        notes.append(words.say("mail.first_word"))
    opening = words.say("mail.opening" if known else "parts.told.opening", n=len(people), event=event)
    return Section("told", (opening,), cards, tuple(notes))


def _agreed(letter: Letter, words: Words) -> Section:
    people = by_time(letter.agreed)
    names = words.list_of([named(person, words) for person in people])
    # A no on the page is told nobody, also after both said yes: a mail's answer reaches somebody who can pass it on.
    notes = (_place(letter, people, words), words.say("parts.agreed.ease"))
    return Section(
        "agreed",
        (words.say("parts.agreed.opening", n=len(people), names=names),),
        tuple(_with_slot(person, words) for person in people),
        tuple(note for note in notes if note),
    )


def _with_slot(person: Person, words: Words) -> Card:
    card = described(person, words)
    meet = _meeting(person, words, "parts.agreed.meet")
    about = card.about if meet else (*card.about, words.say("parts.agreed.no_slot"))
    return replace(card, about=about, meet=meet)


def _confirm(letter: Letter, words: Words) -> Section:
    n = len(letter.confirm)
    return Section(
        "confirm",
        (words.say("parts.confirm.opening", n=n, event=one_line(letter.event.name)),),
        tuple(
            # Nobody is greeted before it is clear who they are.
            described(p, words, _answers(words, "confirm", yes=p.yes_url, no=p.no_url), greet="parts.confirm.look")
            for p in letter.confirm
        ),
        (words.say("parts.confirm.why", n=n),),
    )


def _questions(letter: Letter, words: Words) -> Section:
    abouts = told_apart([one_line(question.about) for question in letter.questions], words)
    return Section(
        "questions",
        (words.say("parts.questions.opening", n=len(letter.questions), event=one_line(letter.event.name)),),
        tuple(
            Card(
                capital(about),
                answers=_answers(words, "questions", yes=question.yes_url, no=question.not_now_url),
            )
            for question, about in zip(letter.questions, abouts, strict=True)
        ),
        (words.say("parts.questions.why"),),
        before=(words.say("parts.questions.each"),) if len(abouts) > 1 else (),
    )


def _ease(_: Letter, words: Words) -> Section:
    return Section("ease", (), notes=(words.say("mail.ease"),))


def _gone(letter: Letter, words: Words) -> Section:
    event = one_line(letter.event.name)
    names = [name for name in map(one_line, letter.gone) if name]
    nameless = len(letter.gone) - len(names)
    opening = []
    if names:
        opening.append(words.say("retraction.opening", n=len(names), names=words.list_of(names), event=event))
    if nameless:
        too = words.say("retraction.nameless_too", n=nameless)
        opening.append(too if names else words.say("retraction.nameless", n=nameless, event=event))
    # Who is still there is the only way to find out who is not.
    still = [words.say("retraction.still")] if nameless and web_address(letter.page_url) else []
    return Section("gone", tuple(opening), notes=(" ".join([*still, words.say("retraction.ease")]),))


def _follow_up(letter: Letter, words: Words) -> Section:
    n, event = len(letter.follow_up), one_line(letter.event.name)
    return Section(
        "follow_up",
        (words.say("parts.follow_up.opening", n=n, event=event),),
        tuple(
            Card(
                named(person, words),
                one_line(person.company),
                answers=_answers(words, "follow_up", yes=person.met_url, no=person.missed_url),
            )
            for person in letter.follow_up
        ),
        (words.say("parts.follow_up.why"),),
    )


def _last(letter: Letter, words: Words) -> Section:
    page = web_address(letter.page_url)
    again = words.say("parts.last.page" if page else "parts.last.write", contact=letter.event.contact)
    opening = words.say("parts.last.opening", event=one_line(letter.event.name))
    links = (Link(words.say("parts.last.again"), page),) if page else ()
    return Section("last", (opening,), notes=(again,), links=links)


def _answers(words: Words, part: str, **urls: str) -> tuple[Link, ...]:
    """Each under its name in parts.toml, the yes first; afterwards neither answer is nicer than the other."""
    return tuple(
        Link(words.say(f"parts.{part}.{answer}"), url, quiet=answer != "yes" or part == "follow_up")
        for answer, url in urls.items()
        if web_address(url)
    )


def _subject_of_agreed(people: Sequence[Person], agreed: Sequence[Person], words: Words, event: str) -> str:
    first = first_slot(people)
    if first is None:
        names = words.list_of([named(person, words) for person in agreed])
        return words.say("parts.agreed.subject", n=len(agreed), names=names, event=event)
    person, at = first
    when = capital(when_in_words(at, words, words.weekday))
    return words.say("parts.agreed.subject_slot", when=when, names=named(person, words), event=event)


def when_in_words(at: datetime, words: Words, day: Callable[[datetime], str]) -> str:
    """ "Tuesday 10:30"."""
    return words.say("parts.when", day=day(at), time=words.time_of_day(at.time()))


def _to_talk_about(person: Person, words: Words) -> Iterator[str]:
    listed = (person.shared_networks[:MOST_LISTED], person.mutuals[:MOST_LISTED])
    networks, mutuals = ([one_line(text) for text in texts] for texts in listed)
    if networks:
        yield words.say("mail.also_on", n=len(networks), networks=words.list_of(networks))
    if mutuals:
        yield words.say("mail.mutuals", n=len(mutuals), names=words.list_of(mutuals))
    if person.last_met:
        yield words.say("mail.last_met", occasion=one_line(person.last_met))
    if person.both_new:
        yield words.say("mail.both_new")


def _meeting(person: Person, words: Words, key: str) -> str:
    at = person.meet_at
    when = [words.day(at.date()), words.time_of_day(at.time())] if at else []
    details = ", ".join([*when, *([one_line(person.meet_where)] if person.meet_where else [])])
    return words.say(key, details=details) if details else ""


def _place(letter: Letter, people: Iterable[Person], words: Words) -> str:
    place = one_line(letter.event.meeting_point or "")
    has_own = all(person.meet_at or person.meet_where for person in people)
    return words.say("mail.place", place=place) if place and not has_own else ""


def _joined(*sentences: str) -> str:
    return " ".join(text for text in sentences if text)
