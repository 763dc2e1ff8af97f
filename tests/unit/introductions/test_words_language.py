"""Every language says everything, and an organizer's own words go first or fail with file and line."""

import re
import shutil
from datetime import date, time
from pathlib import Path

import pytest

from shared.introductions.words_language import (
    CATEGORIES,
    FALLBACK,
    LANGUAGES,
    WRITING,
    BrokenTemplate,
    Phrase,
    places_in,
    read_phrases,
    words_for,
)

FOLDERS = sorted(path.name for path in LANGUAGES.iterdir())
WHOLE = [name for name in FOLDERS if "-" not in name]


def own(folder: str) -> dict[str, Phrase]:
    return {key: phrase for file in sorted((LANGUAGES / folder).glob("*.toml")) for key, phrase in read_phrases(file)}


ENGLISH = own(FALLBACK)
PHRASES = [(folder, key, phrase) for folder in FOLDERS for key, phrase in own(folder).items()]
SENTENCES = [(folder, key, phrase) for folder, key, phrase in PHRASES if not key.startswith(f"{WRITING}.")]


@pytest.mark.parametrize("folder", WHOLE)
def test_every_language_has_every_phrase(folder: str) -> None:
    has = {key for key in own(folder) if not key.startswith(f"{WRITING}.")}
    assert has == {key for key in ENGLISH if not key.startswith(f"{WRITING}.")}


def test_every_phrase_fills_the_same_places_in_every_language() -> None:
    for folder, key, phrase in SENTENCES:
        assert places_in(phrase) == places_in(ENGLISH[key]), f"{folder}: {key}"


def test_a_phrase_that_depends_on_a_number_has_every_category_its_language_needs() -> None:
    for folder, key, phrase in SENTENCES:
        assert phrase.forms.keys() <= CATEGORIES
        assert (len(phrase.forms) > 1) == (len(ENGLISH[key].forms) > 1), f"{folder}: {key}"
        if len(phrase.forms) > 1:
            locale = words_for(folder).locale
            assert locale is not None
            assert {locale.plural_form(n) for n in range(1, 100)} <= phrase.forms.keys(), f"{folder}: {key}"


def test_no_phrase_is_pushy() -> None:
    for folder, key, phrase in SENTENCES:
        for text in phrase.forms.values():
            assert "!" not in text, f"{folder}: {key}"
            assert "  " not in text, f"{folder}: {key}"
            assert "..." not in text, f"{folder}: {key}"


def test_quotes_and_apostrophes_are_typographic() -> None:
    for folder, key, phrase in SENTENCES:
        text = " ".join(phrase.forms.values())
        if not key.startswith("text_message."):
            assert "'" not in text, f"{folder}: {key}"
        assert '"' not in text, f"{folder}: {key}"
    opening = {"en": "“", "de": "„", "fr": "«\u00a0", "es": "«"}
    for folder, quote in opening.items():
        assert f"{quote}stop" in words_for(folder).say("mail.stop", contact="x")


def test_french_has_a_space_that_does_not_break_before_double_signs() -> None:
    for _, key, phrase in [(f, k, p) for f, k, p in SENTENCES if f == "fr"]:
        for text in phrase.forms.values():
            for n, sign in enumerate(text):
                if sign in ":»" and n:
                    assert text[n - 1] == "\u00a0", f"{key}: {text}"
                if sign in "?!;" and n:
                    assert text[n - 1] == "\u202f", f"{key}: {text}"


def test_spanish_questions_are_opened() -> None:
    for _, key, phrase in [(f, k, p) for f, k, p in SENTENCES if f == "es"]:
        for text in phrase.forms.values():
            assert text.count("?") == text.count("¿"), f"{key}: {text}"


@pytest.mark.parametrize(
    ("locales", "folder"),
    [
        (("de",), "de"),
        (("de-informal",), "de"),
        (("de_AT",), "de"),
        (("DE-Formal",), "de-formal"),
        (("de-AT-formal",), "de-formal"),
        (("en-US",), "en-us"),
        (("en-IE",), "en"),
        (("es-419",), "es"),
        (("sv", "fr-CA"), "fr"),
        (("sv", "fi"), "en"),
        ((None, "es"), "es"),
        ((), "en"),
        (("../../etc",), "en"),
        (("",), "en"),
    ],
)
def test_the_language_is_the_readers_then_the_events_then_english(locales: tuple[str | None, ...], folder: str) -> None:
    assert words_for(*locales).folder == folder


@pytest.mark.parametrize(
    ("locale", "day", "day_of_year", "at"),
    [
        ("en", "Monday 1 June", "1 June 2026", "14:05"),
        ("en-US", "Monday, June 1", "June 1, 2026", "2:05 PM"),
        ("de", "Montag, 1. Juni", "1. Juni 2026", "14:05 Uhr"),
        ("fr", "lundi 1er juin", "1er juin 2026", "14 h 05"),
        ("es", "lunes 1 de junio", "1 de junio de 2026", "14:05"),
    ],
)
def test_dates_and_times_are_written_as_the_language_writes_them(
    locale: str, day: str, day_of_year: str, at: str
) -> None:
    words = words_for(locale)
    written = (words.day(date(2026, 6, 1)), words.day_of_year(date(2026, 6, 1)), words.time_of_day(time(14, 5)))
    assert tuple(text.replace("\u00a0", " ") for text in written) == (day, day_of_year, at)
    assert "\u00a0" in written[0]  # a day and its month stay on one line


def test_lists_are_written_as_the_language_writes_them() -> None:
    assert words_for("en").list_of(["A", "B", "C"]) == "A, B and C"
    assert words_for("de").list_of(["A", "B"]) == "A und B"
    assert words_for("fr").list_of(["A"]) == "A"
    spanish = words_for("es")
    assert spanish.list_of(["LinkedIn", "Instagram"]) == "LinkedIn e Instagram"
    assert [spanish.list_of(["Ana", name]) for name in ("Inés", "Hilda", "Ian", "Hiela")] == [
        "Ana e Inés",
        "Ana e Hilda",
        "Ana y Ian",
        "Ana y Hiela",
    ]


YOURS = {word + ending for word in ("dein", "euer", "eur") for ending in ("", "e", "em", "en", "er", "es")}
INFORMAL = YOURS | {"du", "dir", "dich", "euch", "seid", "habt", "würdet", "hallo", "sag", "schreib", "bist", "hast"}


def test_formal_german_says_nowhere_du() -> None:
    words = words_for("de-formal")
    for key, phrase in words.phrases.items():
        if not key.startswith(f"{WRITING}."):
            said = set(re.findall(r"\w+", " ".join(phrase.forms.values()).lower()))
            assert not said & INFORMAL, key


class TestOwnWords:
    def test_a_copied_folder_is_a_language(self, tmp_path: Path) -> None:
        shutil.copytree(LANGUAGES / "de", tmp_path / "tlh")
        words = words_for("tlh", templates=tmp_path)
        assert words.language == "tlh"
        assert words.say("mail.hello", name="Ann") == "Hallo Ann,"
        assert words.say("mail.opening", n=2, event="X").startswith("2 Menschen")
        assert words.day(date(2026, 6, 1)) == "2026-06-01"  # no calendar of that language is known

    def test_one_phrase_of_their_own_leaves_the_others(self, tmp_path: Path) -> None:
        write(tmp_path / "de" / "mail.toml", 'signoff = "Bis dann"')
        words = words_for("de", templates=tmp_path)
        assert words.say("mail.signoff") == "Bis dann"
        assert words.say("mail.hello_nameless") == "Hallo,"
        assert words_for("en", templates=tmp_path).say("mail.signoff") == "See you there,"

    @pytest.mark.parametrize(
        ("content", "message"),
        [
            ('\nsignoff = "Bis {{ dann"', r"de/mail.toml, line 2: .*"),
            ('# a\n# b\nsignoff = "Bis {{ when }}"', r"de/mail.toml, line 3: mail.signoff: nothing fills {{ when }}"),
            ('hello = "Hi {{ nam }}"', r"line 1: .*nothing fills {{ nam }}; what can be filled in: name"),
            ('\n\nsingoff = "Bis dann"', r'de/mail.toml, line 3: there is no phrase "mail.singoff"; mistyped\?'),
            ("signoff = 5", r"de/mail.toml, line 1: signoff: must be a text, in quotes"),
            ('signoff = "a"\nhello = b', r"de/mail.toml, line 2: not TOML"),
            ('[opening]\none = "a"\nother = "{{ x }}"', r"de/mail.toml, line 1: mail.opening: nothing fills {{ x }}"),
        ],
    )
    def test_a_mistake_is_named_by_file_and_line(self, tmp_path: Path, content: str, message: str) -> None:
        write(tmp_path / "de" / "mail.toml", content)
        with pytest.raises(BrokenTemplate, match=message):
            words_for("de", templates=tmp_path)

    def test_a_pattern_that_is_none_is_named_by_file_and_line(self, tmp_path: Path) -> None:
        write(tmp_path / "de" / "writing.toml", 'comma = ", "\nand = "{} {} {}"')
        with pytest.raises(BrokenTemplate, match=r"de/writing.toml, line 2: and: "):
            words_for("de", templates=tmp_path).list_of(["A", "B"])

    def test_a_phrase_runs_nothing(self, tmp_path: Path) -> None:
        write(tmp_path / "en" / "mail.toml", 'hello = "{{ name.__class__.__mro__ }}"')
        with pytest.raises(BrokenTemplate, match=r"line 1: mail.hello: .*unsafe"):
            words_for("en", templates=tmp_path).say("mail.hello", name="Ann")


def write(file: Path, content: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content, encoding="utf-8")
