"""Every request of a browser gets an answer: the page, the file, or the page that says what is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from shared.pages import Reply, Request, page, preferred_words, static_file
from shared.pipeline.serve_attendee import bad_link, serve_attendee
from shared.pipeline.visit import Tools
from shared.storage import Conflict


def serve_page(
    request: Request, *, tools: Tools, now: datetime, failed: Callable[[Exception], None] = lambda _: None
) -> Reply:
    """Answer a request; whatever goes wrong is an answer too.

    :param failed: told of what must not have happened
    """
    try:
        return _served(request, tools, now)
    except Conflict:
        return _say(request, "stale", status=400)
    except Exception as error:
        failed(error)
        return _say(request, "broken", status=500)


def _served(request: Request, tools: Tools, now: datetime) -> Reply:
    first = request.parts[0]
    if first == "static" and len(request.parts) == 2 and request.method == "GET":
        return static_file(request.parts[1]) or bad_link(request)
    if first == "e":
        return serve_attendee(request, tools=tools, now=now)
    return bad_link(request)


def _say(request: Request, what: str, *, status: int) -> Reply:
    words = preferred_words(request)
    title, text = words.say(f"page.{what}.title"), words.say(f"page.{what}.text")
    return page("notice.html", request, words, status=status, over="", heading=title, texts=[text], onward="")
