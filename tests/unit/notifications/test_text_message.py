"""A text message is one message, in every language, whatever the names."""

import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import Event
from shared.introductions.words_language import LANGUAGES
from shared.notifications import Kind, Letter, Person, compose_text_message
from shared.notifications.text_message import GSM
from tests import democon

EVENT = replace(democon.EVENT, meeting_point="the coffee bar, first break")
FOLDERS = sorted(path.name for path in LANGUAGES.iterdir())
LONG = replace(EVENT, name="International Conference on " + "N" * 92, meeting_point="behind the " + "m" * 180)
LINK = "https://ib.example/p/abcdefgh"


def letter(*names: str, event: Event = EVENT, **more: object) -> Letter:
    people = tuple(Person(name, "", "How.") for name in names)
    return Letter(event, "Ann", people, True, "democon.w.abc", **more)  # type: ignore[arg-type]


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(str.strip)


@given(
    st.lists(names, min_size=1, max_size=5),
    st.sampled_from(FOLDERS),
    st.sampled_from(list(Kind)),
    st.sampled_from([EVENT, LONG]),
    st.sampled_from(["", LINK]),
)
def test_a_text_message_is_one_message(people: list[str], locale: str, kind: Kind, event: Event, link: str) -> None:
    text = compose_text_message(letter(*people, event=event, locale=locale, kind=kind, page_url=link))
    assert 0 < len(text) <= 160
    assert set(text) <= GSM


@pytest.mark.parametrize("locale", FOLDERS)
@pytest.mark.parametrize("kind", list(Kind))
def test_long_names_leave_a_whole_sentence_and_the_way_to_end_it(locale: str, kind: Kind) -> None:
    people = ["Wolfeschlegelsteinhausenbergerdorff " * 6] * 5
    text = compose_text_message(letter(*people, event=LONG, locale=locale, kind=kind, page_url=LINK))
    assert text.endswith(".")
    assert LINK in text
    assert "Wolfe" not in text


def test_it_names_as_many_as_fit_and_counts_the_others() -> None:
    assert compose_text_message(letter("Mack", "Zoë")) == (
        "Mack and Zoe are coming to DemoCon too. Say hello at the coffee bar, first break. No more texts? Tell us."
    )
    people = [f"{letter_} Longfellow-Featherstonehaugh" for letter_ in "ABCDE"]
    text = compose_text_message(letter(*people))
    assert text.startswith("A Longfellow-Featherstonehaugh, B Longfellow-Featherstonehaugh")
    assert "and 2 more are coming to DemoCon too." in text


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        ("de", "Mack und Zoe sind auch bei DemoCon dabei. Für ein Hallo: Foyer. Keine SMS mehr? Sag Bescheid."),
        ("fr", "Mack et Zoe participent aussi à DemoCon. Pour dire bonjour : Foyer. Arreter ces SMS ? Dites-le-nous."),
        ("es", "Mack y Zoe también irán a DemoCon. Para saludar: Foyer. ¿No quieres más SMS? Dínoslo."),
    ],
)
def test_letters_beyond_the_alphabet_lose_their_accents_and_no_others_do(locale: str, text: str) -> None:
    without = text.translate(str.maketrans("áí", "ai"))  # not in the GSM alphabet, which has à, é, ñ, ö, ü
    said = compose_text_message(letter("Mack", "Zoë", event=replace(EVENT, meeting_point="Foyer"), locale=locale))
    assert said == without


def test_names_of_other_scripts_are_spelled_in_latin_letters() -> None:
    assert compose_text_message(letter("Анна")).startswith("Anna is coming")
    assert compose_text_message(letter("\ue000")).startswith("somebody you know is coming")


def test_a_language_beyond_the_alphabet_has_seventy_characters(tmp_path: Path) -> None:
    folder = tmp_path / "xx"
    shutil.copytree(LANGUAGES / "en", folder)
    writing = folder / "writing.toml"
    writing.write_text(writing.read_text().replace('text_message_alphabet = "gsm"', 'text_message_alphabet = "ucs2"'))
    (folder / "text_message.toml").write_text('coming = { one = "{{ names }} придёт.", other = "{{ names }} придут." }')
    text = compose_text_message(letter("Анна", "Зоя", event=replace(EVENT, meeting_point=""), locale="xx"), tmp_path)
    assert text == "Анна and Зоя придут. No more texts? Tell us."
    for name in ("Анна" * 4, "Анна" * 30, "🎻" * 40):
        said = compose_text_message(letter(name, name, locale="xx"), tmp_path)
        assert len(said.encode("utf-16-be")) // 2 <= 70
