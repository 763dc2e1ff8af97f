"""What ``icebreaker who`` writes: cards for an address book, and a page for a browser."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from infra.cli.acquaintances import Acquaintance, Found, Sure
from shared.pages.vcard import vcard

TEMPLATE: Final = Path(__file__).parent / "templates" / "who.html"
STYLE: Final = Path(__file__).parents[2] / "shared" / "pages" / "static" / "page.css"
HEADINGS: Final[Mapping[Sure, str]] = {
    Sure.CERTAIN: "People you know",
    Sure.LIKELY: "Probably people you know: name and company are the same",
    Sure.POSSIBLE: "Perhaps people you know: only the name is the same",
}


def month(day: date) -> str:
    """ "March 2019": on which day is nothing that anybody remembers."""
    return f"{day:%B %Y}"


def cards(found: Found, title: str) -> str:
    """A card of everybody who is certain; of whom only the name is the same, a card might be somebody else's."""
    return "".join(_card(each, title) for each in found.acquaintances if each.sure is Sure.CERTAIN)


def _card(each: Acquaintance, title: str) -> str:
    person = each.person
    profiles = [identity.url for identity in person.identities if (identity.url or "").startswith("https://")]
    return vcard(
        person.name or person.email or "",
        company=person.company,
        emails=filter(None, [person.email]),
        profiles=filter(None, profiles),
        note=f"{title}. {each.how}",
    )


def web_page(found: Found, title: str) -> str:
    """One file that needs nothing else, and asks nobody for anything."""
    from jinja2 import Environment, StrictUndefined

    groups = [(HEADINGS[sure], group) for sure in Sure if (group := [e for e in found.acquaintances if e.sure is sure])]
    template = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    return template.from_string(TEMPLATE.read_text(encoding="utf-8")).render(
        title=title, style=STYLE.read_text(encoding="utf-8"), groups=groups, found=found, month=month
    )
