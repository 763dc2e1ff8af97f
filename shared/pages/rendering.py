"""A page as HTML: Jinja2 templates, everything escaped, phrases in the reader's language."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from shared.introductions.words_language import Words, words_for
from shared.pages.exchange import Reply, Request
from shared.pages.static_files import static_path

if TYPE_CHECKING:
    from jinja2 import Environment

TEMPLATES: Final = Path(__file__).parent / "templates"


def page(template: str, request: Request, words: Words, *, status: int = 200, **values: object) -> Reply:
    """A whole page.

    :param template: a file of ``templates``
    :param values: what the template names
    """
    text = (
        _environment()
        .get_template(template)
        .render(words=words, say=words.say, root=request.root, static=static_path, **values)
    )
    return Reply(status, text)


def preferred_words(request: Request) -> Words:
    """The words for somebody of whom only the browser's languages are known."""
    asked = (part.partition(";")[0].strip() for part in request.headers.get("accept-language", "")[:200].split(","))
    return words_for(*[tag for tag in asked if tag and tag.isascii() and tag.replace("-", "").isalnum()][:5])


@cache
def _environment() -> Environment:
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
