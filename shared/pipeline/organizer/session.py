"""Signing in and out: the link shows a button, the button begins a session, and the session is a cookie."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from shared.links import (
    ORGANIZER_PATH,
    BadLink,
    OrganizerPurpose,
    form_token,
    is_form_token,
    organizer_token,
    read_organizer_token,
)
from shared.pages import Reply, Request

COOKIE: Final = "icebreaker-organizer"
SESSION: Final = timedelta(hours=12)
# A link in a mail leads to the sign-in page, which needs no cookie: none ever has to come along from another site.
ATTRIBUTES: Final = "HttpOnly; Secure; SameSite=Strict"


def session_of(request: Request, event_id: str, *, key: bytes, now: datetime) -> str | None:
    """The token of the session that the request is part of; None where there is none that is good for this event."""
    for token in request.cookies_named(COOKIE):
        if _is_good(token, OrganizerPurpose.SESSION, event_id, key, now):
            return token
    return None


def is_sign_in(token: str, event_id: str, *, key: bytes, now: datetime) -> bool:
    """Whether this is the token of a link that signs in."""
    return _is_good(token, OrganizerPurpose.SIGN_IN, event_id, key, now)


def sign_in_form(token: str, key: bytes) -> str:
    return form_token(token, [key])


def form_is_of(request: Request, token: str, key: bytes) -> bool:
    return is_form_token(request.value("form"), token, [key])


def begun(request: Request, event_id: str, onward: str, *, key: bytes, now: datetime) -> Reply:
    """Begin a session, and go on."""
    token = organizer_token(OrganizerPurpose.SESSION, event_id=event_id, key=key, until=now + SESSION)
    cookie = _cookie(request, event_id, token, int(SESSION.total_seconds()))
    return Reply(303, headers={"Location": onward}, cookie=cookie)


def ended(request: Request, event_id: str, onward: str) -> Reply:
    """Let the browser forget its session, and go on."""
    return Reply(303, headers={"Location": onward}, cookie=_cookie(request, event_id, "", 0))


def _cookie(request: Request, event_id: str, value: str, seconds: int) -> str:
    # As the browser sees it: the local stack's API lies below a path of its own.
    path = urlsplit(request.base_url).path.rstrip("/") + ORGANIZER_PATH.format(event_id=event_id)
    return f"{COOKIE}={value}; Path={path}; Max-Age={seconds}; {ATTRIBUTES}"


def _is_good(token: str, purpose: OrganizerPurpose, event_id: str, key: bytes, now: datetime) -> bool:
    try:
        read_organizer_token(token, purpose, event_id=event_id, key=key, now=now)
    except BadLink:
        return False
    return True
