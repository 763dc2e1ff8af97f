"""Example mails in every language, light and dark, as wide as a desktop and a phone, drawn by Debian's Chromium.

Needs ``apt-get install chromium``; Playwright's own browsers are not downloaded.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal
from zoneinfo import ZoneInfo

from shared.connections import Relation
from shared.events import Event, Wave
from shared.introductions import how_they_know_each_other
from shared.introductions.words import asked_about, asked_about_new, how_new
from shared.matching import Evidence, Match
from shared.notifications import Kind, Letter, Person, Question, compose_email

if TYPE_CHECKING:
    from playwright.sync_api import Page

LANGUAGES: Final = ("en", "de", "de-formal", "fr", "es")
WIDTHS: Final = (600, 375)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")

PARIS: Final = ZoneInfo("Europe/Paris")
START: Final = datetime(2032, 6, 1, 9, tzinfo=PARIS)
EVENT: Final = Event(
    event_id="paris-1832",
    name="Paris 1832",
    starts_at=START,
    ends_at=START + timedelta(days=1, hours=9),
    time_zone="Europe/Paris",
    place="Paris, rue de la Chanvrerie",
    organizer="Les Amis de l’ABC",
    contact="abc@paris1832.example",
    meeting_point="Corinthe, 10:30",
    waves=(Wave("two-weeks-before", START - timedelta(days=14)),),
)

PAGE: Final = "https://ib.example/p/9f2c7d"
_MASTODON: Final = Evidence("mastodon", Relation.FOLLOWS, datetime(2022, 3, 1, tzinfo=UTC).date(), "mastodon-following")
_LINKEDIN: Final = Evidence("linkedin", Relation.CONNECTED, None, "linkedin-connections")
_GITHUB: Final = Evidence("github", Relation.FOLLOWS, None, "github-following")
_TIES: Final = {
    "Éponine Thénardier": Match("a", "b", (_MASTODON, _LINKEDIN), (_MASTODON,)),
    "Combeferre": Match("a", "b", (_LINKEDIN, _GITHUB)),
    "Jean Prouvaire": Match("a", "b", (_GITHUB,)),
}


def draw_mails(folder: Path) -> Iterator[Path]:
    """Write one PNG for each example, language, width and colour scheme; their paths."""
    from playwright.sync_api import sync_playwright

    folder.mkdir(parents=True, exist_ok=True)
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium") or "/usr/bin/chromium"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page()
        for language in LANGUAGES:
            for name, letter in examples(language).items():
                yield from _draw(page, name, language, letter, folder)
        browser.close()


def examples(language: str) -> Mapping[str, Letter]:
    """One letter of each sort, to an invented reader."""
    eponine, combeferre, prouvaire = (
        Person(name, company, how_they_know_each_other(_TIES[name], "a", language), url, network)
        for name, company, url, network in (
            ("Éponine Thénardier", "Gare de l’Est Systems", "https://mastodon.example/@eponine", "Mastodon"),
            ("Combeferre", "Hôpital Necker", "https://www.linkedin.com/in/combeferre", "LinkedIn"),
            ("Jean Prouvaire", "", "https://github.com/prouvaire", "GitHub"),
        )
    )
    answers = {"yes_url": f"{PAGE}/yes", "not_now_url": f"{PAGE}/not-now", "no_url": f"{PAGE}/no"}
    outcomes = {"met_url": f"{PAGE}/met", "missed_url": f"{PAGE}/missed"}
    known_more = replace(
        combeferre,
        shared_networks=("Bluesky",),
        mutuals=("Enjolras", "Courfeyrac"),
        last_met="Paris 1831",
        meet_at=START + timedelta(hours=1, minutes=30),
        meet_where="Corinthe",
    )
    bahorel = Person("Bahorel", "", how_new(4, ["Combeferre"], language), known=False)
    asked = (
        Question(asked_about(Match("a", "b", (_MASTODON,)), "a", language), f"{PAGE}/yes", f"{PAGE}/not-now"),
        Question(asked_about_new(4, language), f"{PAGE}/yes", f"{PAGE}/not-now"),
    )
    letter = partial(
        Letter,
        EVENT,
        "Marius Pontmercy",
        first=False,
        reference="paris-1832.x",
        locale=language,
        page_url=PAGE,
        unsubscribe_url=f"{PAGE}/stop",
    )
    return {
        "digest": letter(
            people=(replace(eponine, **answers), replace(combeferre, **answers)),
            confirm=(replace(prouvaire, **answers),),
            questions=asked,
            first=True,
        ),
        "later": letter(
            people=(replace(eponine, **answers),), confirm=(replace(prouvaire, **answers),), questions=asked
        ),
        "questions": letter(people=(), questions=asked),
        "agreed": letter(people=(), agreed=(known_more, bahorel), gone=("Jean Prouvaire",)),
        "retraction": letter(people=(), gone=("Jean Prouvaire", ""), kind=Kind.RETRACTION),
        "follow-up": letter(
            people=(),
            follow_up=(replace(combeferre, **outcomes), replace(eponine, **outcomes)),
            kind=Kind.FOLLOW_UP,
        ),
        "last": letter(people=(replace(eponine, **answers),), last=True),
    }


def _draw(page: Page, name: str, language: str, letter: Letter, folder: Path) -> Iterator[Path]:
    mail = compose_email(
        letter, to="marius@paris1832.example", sender="hello@icebreaker.example", sender_name="Icebreaker", now=START
    )
    body = mail.get_body(("html",))
    assert body is not None
    page.set_content(body.get_content())
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 400})
        # What sticks out sideways would have to be scrolled to.
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} in {language} is too wide"
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme)
            file = folder / f"{name}-{language}-{width}-{scheme}.png"
            page.screenshot(path=str(file), full_page=True)
            yield file
