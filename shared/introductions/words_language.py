"""A language's words: chosen by locale, read from its folder, filled in by Jinja2, plurals and dates by Babel.

A language is one folder of ``shared/introductions/languages``. ``writing.toml`` says how dates and lists are written;
every other file holds phrases under keys that are the same in all languages, each plain text with ``{{ places }}`` to
fill in. A phrase that depends on a number has one text for each plural category of its language (CLDR, "one", "few",
"other"). A folder may hold only what differs from another: "de-formal" goes on in "de", and everything in "en".
An organizer's own folder, built alike, goes before each of these.

Source: BCP 47 for locales, CLDR for plural categories (as Babel carries them).
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:  # both take long to import, and most who import this room put nothing into words
    from babel import Locale
    from jinja2 import Environment, Template

LANGUAGES: Final = Path(__file__).parent / "languages"
OWN: Final = Path(__file__).parents[2] / "templates"
FALLBACK: Final = "en"
WRITING: Final = "writing"
CATEGORIES: Final = frozenset({"zero", "one", "two", "few", "many", "other"})
# Nobody's mail needs more, and it bounds what is kept of locales that people typed.
_MOST_KEPT: Final = 64


class BrokenTemplate(ValueError):
    """A template cannot be used; the sentence names its file and line and says why."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """What stands under one key of one file."""

    forms: Mapping[str, str]  # by plural category; a phrase without a number has "other" only
    file: Path
    line: int  # from 1

    @property
    def where(self) -> str:
        return f"{self.file.parent.name}/{self.file.name}, line {self.line}"


@dataclass(frozen=True)
class Words:
    """The words in which one reader is written to."""

    language: str  # BCP 47, for the mail's own marking: "de"
    folder: str  # the most particular folder that was found: "de-formal"
    phrases: Mapping[str, Phrase] = field(repr=False)
    locale: Locale | None = field(repr=False, compare=False)  # None: a language that Babel does not know

    def say(self, key: str, /, n: int | None = None, **values: object) -> str:
        """One phrase, filled in: plain text, never markup.

        :param n: the number that the phrase depends on; it may be written as ``{{ n }}``
        :raises BrokenTemplate: no such phrase, or it cannot be filled in
        """
        phrase = self._phrase(key)
        text = phrase.forms.get("other" if n is None else self._category(n), phrase.forms["other"])
        if n is not None:
            values["n"] = n
        try:
            return _compiled(text).render(values)
        except Exception as error:
            raise BrokenTemplate(f"{phrase.where}: {key}: {error}") from error

    def list_of(self, items: Sequence[str]) -> str:
        """ "A, B and C"."""
        if len(items) < 2:
            return "".join(items)
        rest, last = self.setting("comma").join(items[:-1]), items[-1]
        exception = self.setting("and_exception_before")
        pattern = "and_exception" if exception and re.match(exception, last) else "and"
        return self._written(pattern, lambda text: text.format(rest, last))

    def day(self, when: date) -> str:
        """ "Friday 5 June"."""
        return self._date("day", when)

    def day_of_year(self, when: date) -> str:
        """ "5 June 2026"."""
        return self._date("day_of_year", when)

    def weekday(self, when: date) -> str:
        """ "Friday"."""
        return self._date("weekday", when)

    def weekday_short(self, when: date) -> str:
        """ "Fri"; for text messages."""
        return self._date("weekday_short", when)

    def time_of_day(self, when: time) -> str:
        """ "10:30"."""
        if self.locale is None:
            return f"{when:%H:%M}"
        from babel.dates import format_time

        return self._written("time", lambda pattern: format_time(when, pattern, locale=self.locale))

    def setting(self, key: str) -> str:
        """One line of ``writing.toml``; empty where there is none."""
        phrase = self.phrases.get(f"{WRITING}.{key}")
        return phrase.forms["other"] if phrase else ""

    def _date(self, key: str, when: date) -> str:
        if self.locale is None:
            return f"{when:%Y-%m-%d}"
        from babel.dates import format_date

        if when.day == 1 and self.setting(f"{key}_1st"):
            key = f"{key}_1st"
        return self._written(key, lambda pattern: format_date(when, pattern, locale=self.locale))

    def _written(self, key: str, write: Callable[[str], str]) -> str:
        try:
            return write(self.setting(key))
        except Exception as error:
            where = self.phrases[f"{WRITING}.{key}"].where
            raise BrokenTemplate(f"{where}: {key}: {type(error).__name__} {error}") from error

    def _phrase(self, key: str) -> Phrase:
        try:
            return self.phrases[key]
        except KeyError:
            raise BrokenTemplate(f'there is no phrase "{key}" in {self.folder} or {FALLBACK}') from None

    def _category(self, n: int) -> str:
        if self.locale is None:
            return "one" if n == 1 else "other"
        return str(self.locale.plural_form(n))


def words_for(*locales: str | None, templates: Path | None = None) -> Words:
    """The words for the first of these locales that there is a folder for; English where there is none.

    "de-informal" and "de_AT" are found in "de", "de-formal" in the folder of that name, whatever the case.

    :param templates: the organizer's own folder: its files and keys go before ours; without one, :func:`own_folder`
    :raises BrokenTemplate: something in the organizer's folder cannot be used
    """
    return _words_for(tuple(locale for locale in locales if locale), templates or own_folder())


def own_folder() -> Path | None:
    """The organizer's own words and templates, where the deployment has some: "templates" beside "shared"."""
    return OWN if OWN.is_dir() else None


@lru_cache(maxsize=_MOST_KEPT)
def _words_for(locales: tuple[str, ...], templates: Path | None) -> Words:
    roots = [LANGUAGES] if templates is None else [templates, LANGUAGES]
    for locale in (*locales, FALLBACK):
        chain = _folders_for(locale, roots)
        if chain:
            break
    phrases: dict[str, Phrase] = {}
    for name in reversed(dict.fromkeys((*chain, FALLBACK))):
        for root in reversed(roots):
            phrases.update(_phrases_in(root, name))
    language = _subtags(locale)[0]
    return Words(language, chain[0], phrases, _babel_locale(locale, language))


def languages() -> list[tuple[str, str]]:
    """Every language that one can choose to read in, by its own name: ("de-formal", "Deutsch (Sie)")."""
    return sorted(
        (name, phrase.forms["other"])
        for name, folder in _folders(LANGUAGES).items()
        if (folder / f"{WRITING}.toml").is_file()
        for key, phrase in read_phrases(folder / f"{WRITING}.toml")
        if key == f"{WRITING}.name"
    )


def _folders_for(locale: str, roots: Iterable[Path]) -> list[str]:
    """The folders in which a locale's words are looked for, the most particular first; none where there are none."""
    present = {name for root in roots for name in _folders(root)}
    language, *rest = _subtags(locale)
    names = [f"{language}-{subtag}" for subtag in reversed(rest)] + [language]
    return [name for name in names if name in present]


def _subtags(locale: str) -> list[str]:
    return locale.replace("_", "-").lower().split("-")


@cache
def _folders(root: Path) -> Mapping[str, Path]:
    return {path.name.lower(): path for path in sorted(root.iterdir()) if path.is_dir()} if root.is_dir() else {}


@cache
def _phrases_in(root: Path, name: str) -> Mapping[str, Phrase]:
    folder = _folders(root).get(name)
    if folder is None:
        return {}
    found = {key: phrase for file in sorted(folder.glob("*.toml")) for key, phrase in read_phrases(file)}
    if root != LANGUAGES:
        check_phrases(found)
    return found


def read_phrases(file: Path) -> Iterator[tuple[str, Phrase]]:
    """Every phrase of a file with its key, which begins with the file's name: "mail.opening".

    :raises BrokenTemplate: the file is no TOML, or something in it is no text
    """
    text = file.read_bytes().decode("utf-8", "replace")
    try:
        content = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        line = re.search(r"line (\d+)", str(error))
        at = line[1] if line else str(text.count("\n") + 1)
        raise BrokenTemplate(f"{file.parent.name}/{file.name}, line {at}: not TOML: {error}") from error
    for path, value in _flat(content, ()):
        forms = value if isinstance(value, dict) else {"other": value}
        phrase = Phrase({c: form for c, form in forms.items() if isinstance(form, str)}, file, _line_of(text, path))
        if len(phrase.forms) < len(forms):
            raise BrokenTemplate(f"{phrase.where}: {'.'.join(path)}: must be a text, in quotes")
        yield ".".join((file.stem, *path)), phrase


def check_phrases(phrases: Mapping[str, Phrase]) -> None:
    """Refuse what could not be said once it is needed.

    :raises BrokenTemplate: a key that English does not have, a place that nothing fills, or broken Jinja2
    """
    known = _phrases_in(LANGUAGES, FALLBACK)
    for key, phrase in phrases.items():
        if key.startswith(f"{WRITING}."):
            continue
        if key not in known:
            raise BrokenTemplate(f'{phrase.where}: there is no phrase "{key}"; mistyped?')
        unknown = places_in(phrase) - places_in(known[key])
        if unknown:
            can = ", ".join(sorted(places_in(known[key]))) or "none"
            raise BrokenTemplate(
                f"{phrase.where}: {key}: nothing fills {{{{ {sorted(unknown)[0]} }}}}; what can be filled in: {can}"
            )


def places_in(phrase: Phrase) -> frozenset[str]:
    """The names of the places to fill in, over all plural forms.

    :raises BrokenTemplate: the phrase is no Jinja2
    """
    from jinja2 import TemplateSyntaxError, meta

    try:
        parsed = [_jinja().parse(text) for text in phrase.forms.values()]
    except TemplateSyntaxError as error:
        raise BrokenTemplate(f"{phrase.where}: {error}") from error
    return frozenset().union(*map(meta.find_undeclared_variables, parsed))


def _flat(content: Mapping[str, object], above: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    for key, value in content.items():
        path = (*above, key)
        if isinstance(value, dict) and not ("other" in value and value.keys() <= CATEGORIES):
            yield from _flat(value, path)
        else:
            yield path, value


def _line_of(text: str, path: tuple[str, ...]) -> int:
    """Where a key stands, from 1: below its table's header, or as the header of its own."""
    lines = text.splitlines()
    header = next((n for n, line in enumerate(lines) if line.strip() == f"[{'.'.join(path)}]"), None)
    if header is not None:
        return header + 1
    *tables, key = path
    start = next((n for n, line in enumerate(lines) if line.strip() == f"[{'.'.join(tables)}]"), 0) if tables else 0
    at_key = re.compile(rf"\s*(?:{re.escape('.'.join(path))}|{re.escape(key)})\s*=")
    return next((n for n in range(start, len(lines)) if at_key.match(lines[n])), start) + 1


def _babel_locale(locale: str, language: str) -> Locale | None:
    from babel import Locale, UnknownLocaleError

    for tag in (locale.replace("_", "-"), language):
        try:
            return Locale.parse(tag, sep="-")
        except (UnknownLocaleError, ValueError):
            continue
    return None


@lru_cache(maxsize=2048)
def _compiled(text: str) -> Template:
    return _jinja().from_string(text)


@cache
def _jinja() -> Environment:
    from jinja2 import StrictUndefined
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    # What comes out is plain text; whoever puts it into HTML escapes it as a whole, names and phrases alike.
    return ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined)
