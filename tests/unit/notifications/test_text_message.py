"""A text message is one message, in every language, whatever the names."""

import shutil
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events import Event
from shared.introductions.words_language import LANGUAGES
from shared.notifications import Kind, Letter, Person, Question, compose_text_message
from shared.notifications.text_message import GSM
from tests import democon

EVENT = replace(democon.EVENT, meeting_point="the coffee bar, first break")
FOLDERS = sorted(path.name for path in LANGUAGES.iterdir())
LONG = replace(EVENT, name="International Conference on " + "N" * 92, meeting_point="behind the " + "m" * 180)
# As long as the host is AWS's own and the event's id has 20 characters.
LONG_LINK = f"https://{'h' * 10}.execute-api.eu-central-1.amazonaws.com/e/{'e' * 20}/{'t' * 36}"
LINK = "https://ib.example/p/abcdefgh"


def letter(*names: str, event: Event = EVENT, **more: object) -> Letter:
    told = tuple(Person(name, "", "How.") for name in names)
    return Letter(event, "Ann", told, True, "democon.w.abc", **more)  # type: ignore[arg-type]


names = st.text(st.characters(exclude_categories=["Cs"]), max_size=40).filter(str.strip)


people = st.lists(
    st.builds(
        lambda name, hours: Person(name, "", "How.", meet_at=hours and democon.START + timedelta(hours=hours)),
        names,
        st.none() | st.integers(1, 40),
    ),
    max_size=5,
).map(tuple)
letters = st.builds(
    Letter,
    st.sampled_from([EVENT, LONG]),
    st.just("Ann"),
    people,
    st.booleans(),
    st.just("r"),
    st.sampled_from(FOLDERS),
    st.sampled_from(list(Kind)),
    page_url=st.sampled_from(["", LINK, LONG_LINK]),
    confirm=people,
    questions=st.lists(st.just(Question("somebody you follow")), max_size=5).map(tuple),
    agreed=people,
    gone=st.lists(names | st.just(""), max_size=5).map(tuple),
    follow_up=people,
    last=st.booleans(),
).filter(lambda x: bool(x.people or x.confirm or x.questions or x.agreed or x.gone or x.follow_up or x.last))


@given(letters)
def test_a_text_message_is_one_message_whatever_it_says(of: Letter) -> None:
    text = compose_text_message(of)
    assert 0 < len(text) <= 160
    assert set(text) <= GSM
    # Only the page can take an answer, and it shows what had to be left out here.
    assert of.page_url in text


def said(**parts: object) -> str:
    return compose_text_message(Letter(EVENT, "Ann", (), False, "r", page_url=LINK, **parts))  # type: ignore[arg-type]


MACK = Person("Mack Miller", "", "How.")
SLOT = replace(MACK, meet_at=democon.START + timedelta(days=1, hours=1, minutes=30), meet_where="coffee bar")
ASKED = Question("somebody you follow on Mastodon")


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"questions": (ASKED,) * 2}, "2 people you may know are coming to DemoCon. May we introduce you? Answer: "),
        ({"confirm": (MACK,), "questions": (ASKED,)}, "Do you know Mack Miller? May we introduce you to one more? "),
        ({"agreed": (SLOT,)}, "You and Mack Miller: Tue 10:30, coffee bar. More: "),
        ({"agreed": (replace(MACK, name="Ida"),), "last": True}, "Ida would like to meet you too, at DemoCon. "),
        ({"agreed": (MACK,)}, "Mack Miller would like to meet you too, at DemoCon. More: "),
        ({"agreed": (MACK, SLOT)}, "You and Mack Miller: Tue 10:30, coffee bar. Mack Miller would like to meet you "),
        ({"gone": ("Ida", "Uma")}, "Please don't count on meeting Ida and Uma at DemoCon any more. More: "),
        ({"gone": ("",)}, "Please don't count on meeting one of the people we told you about any more. More: "),
        ({"follow_up": (MACK,), "kind": Kind.FOLLOW_UP}, "Did you meet Mack Miller at DemoCon? Answer: "),
        ({"questions": (ASKED,), "last": True}, "Somebody you may know is coming to DemoCon. May we introduce you? "),
        ({"last": True}, "This is our last text about it. More: "),
    ],
)
def test_each_part_in_a_text_message(parts: dict[str, object], text: str) -> None:
    assert said(**parts).startswith(text)
    assert LINK in said(**parts)
    assert said(**parts).endswith("No more texts? Tell us.")


def test_who_is_gone_is_said_before_what_can_wait() -> None:
    text = said(agreed=(SLOT,), questions=(ASKED,) * 3, gone=("Wolfeschlegelsteinhausenbergerdorff " * 5,))
    assert text.startswith("You and Mack Miller: Tue 10:30, coffee bar. A change to your introductions. ")


def test_a_slot_is_said_of_who_is_told_of_for_the_first_time_too() -> None:
    text = compose_text_message(Letter(EVENT, "Ann", (SLOT, replace(MACK, name="Ida")), False, "r", page_url=LINK))
    assert text.startswith("You and Mack Miller: Tue 10:30, coffee bar. ")


def test_who_is_not_known_is_not_said_to_be_known() -> None:
    new = Person("Wolfeschlegelsteinhausenbergerdorff " * 5, "", "How.", known=False)
    text = compose_text_message(Letter(EVENT, "Ann", (new, new), False, "r", page_url=LINK))
    assert text.startswith("2 people you might like to meet are coming. More: ")


@pytest.mark.parametrize(
    ("parts", "text"),
    [
        ({"people": (MACK,)}, "Mack Miller is coming to DemoCon too."),
        ({"agreed": (SLOT,)}, "You and Mack Miller: Tue 10:30."),
        ({"questions": (ASKED,) * 2}, "May we introduce you?"),
        ({"gone": ("Ida",)}, "A change to your introductions."),
    ],
)
def test_the_address_of_a_host_of_awss_own_still_fits(parts: dict[str, object], text: str) -> None:
    fields = {"people": (), "first": False, "reference": "r", "page_url": LONG_LINK, **parts}
    composed = compose_text_message(Letter(EVENT, "Ann", **fields))  # type: ignore[arg-type]
    assert composed.startswith(f"{text} ")
    assert composed.endswith(f" {LONG_LINK}")


def test_without_a_page_the_organizer_is_asked() -> None:
    text = compose_text_message(Letter(EVENT, "Ann", (), False, "r", questions=(ASKED,)))
    assert "May we introduce you? Ask the organizer for details. No more texts? Tell us." in text


@pytest.mark.parametrize("locale", FOLDERS)
@pytest.mark.parametrize("part", ["people", "confirm", "agreed", "gone", "follow_up"])
def test_long_names_leave_a_whole_sentence_and_the_way_to_end_it(locale: str, part: str) -> None:
    name = "Wolfeschlegelsteinhausenbergerdorff " * 6
    who = name if part == "gone" else Person(name, "", "How.")
    text = compose_text_message(replace(letter(event=LONG, locale=locale, page_url=LINK), **{part: (who,) * 5}))
    assert text.endswith(".")
    assert LINK in text
    assert "Wolfe" not in text


def test_it_names_as_many_as_fit_and_counts_the_others() -> None:
    assert compose_text_message(letter("Mack", "Zoë")) == (
        "Mack and Zoe are coming to DemoCon too. Say hello at the coffee bar, first break. No more texts? Tell us."
    )
    five = [f"{letter_} Longfellow-Featherstonehaugh" for letter_ in "ABCDE"]
    text = compose_text_message(letter(*five))
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
