"""Answers of networks, written by hand after their documentation; everybody in them is invented."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from shared import identities
from shared.identities import Identity
from shared.proofs import Facts, code_for, label_of

KEY = b"k" * 32
EVENT = "democon"
ANN = "annattendeeid234"


@dataclass(frozen=True)
class Reply:
    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


def reply(content: Any, status: int = 200, **headers: str) -> Reply:
    body = content if isinstance(content, bytes) else content.encode() if isinstance(content, str) else None
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, json.dumps(content).encode() if body is None else body, named)


def identity(handle: str, network: str) -> Identity:
    found = identities.parse(handle, network)
    assert isinstance(found, Identity), found
    return found


def facts(
    claimed: Identity,
    email: str = "ann@example.org",
    *,
    event: str = EVENT,
    attendee: str = ANN,
    page_url: str | None = None,
) -> Facts:
    return Facts(email, code_for(event, attendee, claimed, KEY), page_url)


def label(claimed: Identity, **of: str) -> str:
    return label_of(facts(claimed, **of).code)


def github(login: str = "ann", **fields: Any) -> dict[str, Any]:
    """A public user, as a caller with a token sees it."""
    return {
        "login": login,
        "id": 583231,
        "html_url": f"https://github.com/{login}",
        "type": "User",
        "name": "Ann Example",
        "company": None,
        "blog": "",
        "location": None,
        "email": None,
        "bio": None,
        "public_repos": 2,
    } | fields


def mastodon(acct: str = "ann", note: str = "", fields: list[dict[str, Any]] | None = None, **more: Any) -> Any:
    return {"id": "1", "username": acct, "acct": acct, "note": note, "fields": fields or [], "emojis": []} | more


def verified(url: str) -> dict[str, Any]:
    return {"name": "Web", "value": link(url), "verified_at": "2026-01-02T03:04:05.000+00:00"}


def unverified(url: str) -> dict[str, Any]:
    return verified(url) | {"verified_at": None}


def link(url: str, rel: str = "me nofollow noopener") -> str:
    return f'<a href="{url}" rel="{rel}" target="_blank"><span class="invisible">https://</span>{url[8:]}</a>'


def bluesky(handle: str = "ann.bsky.social", **fields: Any) -> dict[str, Any]:
    return {"did": "did:plc:abc123", "handle": handle, "displayName": "Ann", "labels": []} | fields


def site(*links: str, body: str = "<p>Hello.</p>") -> str:
    """A home page with links that say "me"."""
    me = "".join(f'<li><a rel="me" href="{href}">me</a></li>' for href in links)
    return f"<!doctype html><html><head><title>Ann</title></head><body><ul>{me}</ul>{body}</body></html>"


def orcid(*, orcid_id: str = "0000-0002-1825-0097", **parts: Any) -> dict[str, Any]:
    return {
        "name": {"given-names": {"value": "Ann"}, "path": orcid_id},
        "biography": None,
        "researcher-urls": {"researcher-url": [], "path": f"/{orcid_id}/researcher-urls"},
        "emails": {"email": [], "path": f"/{orcid_id}/email"},
        "path": f"/{orcid_id}/person",
    } | parts


def actor(user: str = "ann", host: str = "lemmy.world", **fields: Any) -> dict[str, Any]:
    return {
        "@context": "https://www.w3.org/ns/activitystreams",
        "type": "Person",
        "id": f"https://{host}/u/{user}",
        "preferredUsername": user,
        "summary": "",
        "attachment": [],
    } | fields


def gitlab(bio: str = "", website: str = "", mail: str = "") -> str:
    contact = (
        f'<a href="{website}" target="_blank" rel="me noopener nofollow" itemprop="url">site</a>' if website else ""
    )
    contact += f'<a href="mailto:{mail}" itemprop="email">{mail}</a>' if mail else ""
    return (
        '<!DOCTYPE html><html><body><div class="user-profile-sidebar"><h2>About</h2>'
        f'<p class="profile-user-bio gl-mb-0">{bio}</p>{contact}</div><div id="js-profile-tabs"></div></body></html>'
    )
