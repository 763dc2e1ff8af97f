"""A letter says each of its parts, in every language, and no more than it may."""

import itertools
import re
from dataclasses import replace
from datetime import timedelta
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.introductions.words_language import LANGUAGES
from shared.notifications import Kind, Letter, Person, Question, compose_text_message
from shared.notifications.rendering import render, subject
from tests import democon
from tests.democon import START
from tests.unit.notifications.test_messages import mail, parts, plain

EVENT = replace(democon.EVENT, meeting_point="the coffee bar")
FOLDERS = sorted(path.name for path in LANGUAGES.iterdir())
TO = "https://ib.example/a/"
PAGE = "https://ib.example/p/abc"
STOP = "https://ib.example/stop/abc"
MACK = Person("Mack Miller", "Acme", "You follow each other on Mastodon.", "https://fosstodon.org/@mack", "Mastodon")
SLOT = {"meet_at": START + timedelta(days=1, hours=1, minutes=30), "meet_where": "coffee bar"}
ASKED = Question("somebody you follow on Mastodon", f"{TO}ask-yes", f"{TO}ask-no")

PARTS: dict[str, Any] = {
    "people": (replace(MACK, yes_url=f"{TO}told-yes", not_now_url=f"{TO}told-later", no_url=f"{TO}told-no"),),
    "confirm": (replace(MACK, name="Zoë", yes_url=f"{TO}confirm-yes", no_url=f"{TO}confirm-no"),),
    "questions": (ASKED, replace(ASKED, about="somebody who may know you")),
    "agreed": (replace(MACK, name="Ida", **SLOT), replace(MACK, name="Inés")),
    "gone": ("Otto", ""),
    "follow_up": (replace(MACK, name="Uma", met_url=f"{TO}met", missed_url=f"{TO}missed"),),
    "last": True,
}
ALL_TOGETHER = [combination for n in range(1, 8) for combination in itertools.combinations(PARTS, n)]


def letter(*said: str, **more: Any) -> Letter:
    told = {part: PARTS[part] for part in said}
    fields = {"people": (), "first": False, "reference": "r", "page_url": PAGE, **told, **more}
    return Letter(EVENT, "Ann", **fields)


def english(of: Letter) -> str:
    return plain(render(of, "txt"))


@pytest.mark.parametrize("locale", FOLDERS)
def test_any_parts_together_are_a_letter(locale: str) -> None:
    for combination in ALL_TOGETHER:
        one = letter(*combination, locale=locale)
        assert subject(one)
        for form in ("txt", "html"):
            body = render(one, form)
            assert {name for name in ("Mack", "Zoë", "Ida", "Otto", "Uma") if name in body} == {
                name
                for name, part in (
                    ("Mack", "people"),
                    ("Zoë", "confirm"),
                    ("Ida", "agreed"),
                    ("Otto", "gone"),
                    ("Uma", "follow_up"),
                )
                if part in combination
            }
            assert "{{" not in body


@pytest.mark.parametrize("locale", FOLDERS)
def test_every_answer_is_one_address_in_either_form(locale: str) -> None:
    message = mail(letter(*PARTS, locale=locale))
    text, html = parts(message)
    for address in (
        "told-yes",
        "told-later",
        "told-no",
        "confirm-yes",
        "confirm-no",
        "ask-yes",
        "ask-no",
        "met",
        "missed",
    ):
        # In plain text on a line of its own, so that no program breaks it.
        assert re.search(rf"^ *{re.escape(TO + address)}\r?$", text, re.MULTILINE)
        assert f'href="{TO}{address}"' in html


def test_it_says_in_english_what_is_asked_and_what_an_answer_does() -> None:
    told, confirm, asked = english(letter("people")), english(letter("confirm")), english(letter("questions"))
    assert "I’d like to meet: https://ib.example/a/told-yes Not now: https://ib.example/a/told-later" in told
    assert "I don’t know this person: https://ib.example/a/told-no" in told
    assert "If you both say you would like to meet, we tell you both." in told
    assert "If you would rather not, do nothing: that is never told either." in told
    assert "You seem to know somebody who is coming to DemoCon. Is this who you know?" in confirm
    assert "See the profile on Mastodon" in confirm
    assert "They are told nothing unless you say yes." in confirm
    assert "* Somebody you follow on Mastodon Yes, introduce us: https://ib.example/a/ask-yes Not now:" in asked
    assert "We ask both of you, and give no names before you have both said yes." in asked
    agreed, follow_up = english(letter("agreed")), english(letter("follow_up", kind=Kind.FOLLOW_UP))
    assert "Ida and Inés would like to meet you too." in agreed
    assert "Your time and place: Tuesday 2 June, 10:30, coffee bar." in agreed
    assert "No time is set: just say hello when you see each other." in agreed
    assert "Did you meet? * Uma, Acme Yes, we met: https://ib.example/a/met No, not this time:" in follow_up
    assert "Either answer is fine, and so is none." in follow_up
    assert "See you there" not in follow_up


def test_questions_that_read_alike_are_numbered_and_are_said_to_be_about_different_people() -> None:
    somebody = replace(ASKED, about="somebody who may know you")
    several = english(letter(questions=(somebody, ASKED, somebody)))
    assert "Each is somebody else; you can say yes to any or all. * Somebody who may know you (1 of 2) Yes" in several
    assert "* Somebody you follow on Mastodon Yes" in several
    assert "* Somebody who may know you (2 of 2) Yes" in several
    assert "Each is somebody else" not in english(letter(questions=(ASKED,)))
    assert "Somebody who may know you (1 of 2)" in plain(render(letter(questions=(somebody, somebody)), "html"))


def test_who_must_not_be_named_any_more_is_counted() -> None:
    assert "Please don’t count on meeting one of the people we told you about at DemoCon any more." in (
        english(letter(gone=("",), kind=Kind.RETRACTION))
    )
    both = english(letter("gone"))
    assert "We told you that Otto would be at DemoCon. Please don’t count on it any more." in both
    assert "The same goes for one other person we told you about." in both
    assert "Your page shows who is still there." in both
    assert "Your page" not in english(letter("gone", page_url=""))


def test_the_last_one_says_so_and_how_to_hear_again() -> None:
    with_page, without = english(letter("people", "last")), english(letter("people", "last", page_url=""))
    for said in (with_page, without):
        assert "this is our last message about DemoCon" in said
        assert "messages like this are sent" not in said
    assert f"To my page: {PAGE}" in with_page
    assert "answer about anyone on your page; “not now” counts too" in with_page
    assert "a line to hello@democon.example is enough" in without


@pytest.mark.parametrize(
    ("parts_of_it", "more", "expected"),
    [
        (("people", "questions", "gone"), {}, "Mack Miller is coming to DemoCon too"),
        (("questions", "gone"), {}, "Would you like to be introduced at DemoCon?"),
        (("confirm", "questions"), {}, "Do you know Zoë?"),
        (("gone", "last"), {}, "A change to your introductions for DemoCon"),
        (("agreed", "people"), {}, "Tuesday 10:30: you and Ida at DemoCon"),
        ((), {"people": (MACK, replace(MACK, name="Ida", **SLOT))}, "Tuesday 10:30: you and Ida at DemoCon"),
        ((), {"agreed": (MACK,)}, "Mack Miller would like to meet you too, at DemoCon"),
        (("follow_up", "gone"), {"kind": Kind.FOLLOW_UP}, "Did you meet at DemoCon?"),
        (("last",), {}, "Your introductions for DemoCon"),
        ((), {"people": (MACK, MACK, replace(MACK, known=False))}, "Mack Miller and 2 other people are coming"),
        (("agreed",), {"locale": "fr"}, "Mardi à 10\u00a0h\u00a030\u00a0: vous et Ida à DemoCon"),
        (("agreed",), {"locale": "de"}, "Dienstag, 10:30\u00a0Uhr: du und Ida bei DemoCon"),
    ],
)
def test_the_subject_is_what_matters_most(parts_of_it: tuple[str, ...], more: dict[str, Any], expected: str) -> None:
    assert " ".join(subject(letter(*parts_of_it, **more)).split()).startswith(" ".join(expected.split()))


def test_who_is_not_known_is_not_said_to_be_known() -> None:
    new = replace(MACK, known=False)
    for people in ((new,), (MACK, new), (MACK, MACK, new)):
        one = letter(people=people)
        assert "you already know" not in english(one) + subject(one)
        assert "people you know" not in english(one) + subject(one)


names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30)


@given(names, st.sampled_from(FOLDERS))
def test_no_part_lets_a_name_become_a_header_or_markup(name: str, locale: str) -> None:
    evil = replace(MACK, name=name + '\r\nBcc: x@example.org "><script>', company="<b>", how="<i>", **SLOT)
    one = letter(
        people=(evil,),
        confirm=(evil,),
        agreed=(evil,),
        follow_up=(evil,),
        gone=(evil.name,),
        questions=(Question("<u>somebody</u>", 'https://x.example/"onclick="', "javascript:alert(1)"),),
        locale=locale,
    )
    for each in (one, replace(one, agreed=()), replace(one, agreed=(), people=())):
        message = mail(each)
        assert message["Bcc"] is None
        html = parts(message)[1]
        for markup in ("<script", "<i>", "<u>", 'onclick="', "javascript:"):
            assert markup not in html


def test_only_web_addresses_are_clicked_on() -> None:
    for address in ("javascript:alert(1)", "http://plain.example", "https://x.example/a b", "https://x.example/\u202e"):
        bad = replace(MACK, yes_url=address, not_now_url=address, no_url=address, met_url=address, missed_url=address)
        one = letter(
            people=(bad,),
            confirm=(bad,),
            follow_up=(bad,),
            questions=(Question("somebody", address, address),),
            page_url=address,
            unsubscribe_url="",
        )
        for form in ("txt", "html"):
            assert address not in render(one, form)


MUCH = Person(
    "Ż" * 40,
    "字" * 40,
    "How they know each other. " * 8,
    "https://social.example/@" + "m" * 60,
    "Mastodon",
    mutuals=("Ć" * 40,) * 3,
    last_met="Paris 1831",
    meet_at=START,
    meet_where="x" * 80,
    **dict.fromkeys(("yes_url", "not_now_url", "no_url", "met_url", "missed_url"), TO + "x" * 120),
)
FIVE = (MUCH,) * 5
# At most five are new in a mail; those who agreed and those who are gone come on top.
FULLEST: list[dict[str, Any]] = [
    {"people": FIVE, "agreed": FIVE, "gone": (MUCH.name,) * 5},
    {"confirm": FIVE, "agreed": FIVE, "gone": (MUCH.name,) * 5},
    {"questions": (Question("somebody " * 10, MUCH.yes_url, MUCH.no_url),) * 5, "agreed": FIVE, "gone": ("",) * 5},
    {"follow_up": FIVE, "gone": (MUCH.name,) * 5, "kind": Kind.FOLLOW_UP},
]


@pytest.mark.parametrize("locale", FOLDERS)
@pytest.mark.parametrize("said", FULLEST)
def test_the_fullest_mail_stays_under_100_kilobytes(locale: str, said: dict[str, Any]) -> None:
    one = letter(first=True, last=True, unsubscribe_url=STOP, locale=locale, **said)
    assert len(mail(one).as_bytes()) < 100_000


@pytest.mark.parametrize("locale", FOLDERS)
@pytest.mark.parametrize("part", list(PARTS))
def test_the_way_to_the_page_and_the_way_out_stand_in_every_mail(locale: str, part: str) -> None:
    one = letter(part, locale=locale, unsubscribe_url=STOP)
    for form in ("txt", "html"):
        body = render(one, form)
        assert PAGE in body
        assert STOP in body


def test_the_first_message_mentions_the_page_where_there_is_one() -> None:
    assert "Your page – There you see what we keep about you" in english(letter("people", first=True))
    assert "Your page –" not in english(letter("people", first=True, page_url=""))


def test_only_a_yes_stands_out_and_afterwards_no_answer_does() -> None:
    once_said = render(letter(people=(replace(MACK, no_url=f"{TO}no"),)), "html")
    assert 'class="button quiet"' in once_said
    assert 'class="button"' not in once_said
    assert "we tell you both" not in once_said
    assert 'class="button"' not in render(letter("follow_up", kind=Kind.FOLLOW_UP), "html")
    assert 'class="button"' in render(letter("questions"), "html")


class _Buttons(HTMLParser):
    """Each link of a class, with its style."""

    def __init__(self) -> None:
        super().__init__()
        self.styles: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "a" and "button" in (given.get("class") or ""):
            self.styles.append(given.get("style") or "")


def test_buttons_are_links_44_pixels_high_even_without_the_style_sheet() -> None:
    buttons = _Buttons()
    buttons.feed(render(letter(*PARTS), "html"))
    assert len(buttons.styles) == 12
    for style in buttons.styles:
        padding, line = re.search(r"padding: (\d+)px", style), re.search(r"line-height: (\d+)px", style)
        assert padding
        assert line
        assert 2 * int(padding[1]) + int(line[1]) + 2 >= 44  # with its border


def test_the_words_are_the_readers_in_every_part() -> None:
    said = {locale: [subject(letter(part, locale=locale)) for part in PARTS] for locale in ("en", "de", "fr", "es")}
    for one, other in itertools.combinations(said.values(), 2):
        assert not set(one) & set(other)


def test_meetings_are_told_in_the_order_in_which_they_take_place_and_the_subject_names_the_first() -> None:
    later, sooner = START + timedelta(hours=3), START + timedelta(hours=1)
    people = (
        replace(MACK, name="Nobody Knows When", meet_at=None),
        replace(MACK, name="Late", meet_at=later, meet_where="the bar"),
        replace(MACK, name="Zoe", meet_at=sooner, meet_where="the bar"),
        replace(MACK, name="Bea", meet_at=sooner, meet_where="the bar"),
    )
    for told in itertools.permutations(people):
        one = letter(agreed=told)
        text = render(one, "txt")
        cards = [text.index(f"* {name}") for name in ("Bea", "Zoe", "Late", "Nobody Knows When")]
        assert cards == sorted(cards)
        assert "Bea" in subject(one)
        texted = compose_text_message(one)
        assert texted.index("Bea") < texted.index("Zoe") < texted.index("Late")
