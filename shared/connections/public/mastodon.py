"""Whom a fediverse account follows, and who follows it, from its own server's Mastodon API, eighty a page.

Four steps: WebFinger at the handle's domain says which server keeps the account (one hop, as a redirect or as a link,
and no second); the server looks the account up; then come the pages. Accounts of the same server are written without
a domain in the API, and get theirs here.

Source: docs.joinmastodon.org/methods/accounts (lookup, following, followers; limit 80; Link by max_id), /spec/webfinger
and /admin/config (WEB_DOMAIN); RFC 7033; mastodon/mastodon, app/controllers: api/v1/accounts/lookup_controller.rb and
following_accounts_controller.rb (a hidden list is an empty one), api/base_controller.rb (401 where the server answers
only who logs in), concerns/api/rate_limit_headers.rb (``X-RateLimit-Reset`` in ISO 8601). Not verified: other software
that speaks this API without login (Pleroma, Akkoma). Misskey, Pixelfed and GoToSocial do not; their lists are refused.
"""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote, urlsplit

from shared.connections.connection import Connection, Relation
from shared.connections.public.asking import (
    PAGE,
    Answer,
    Broken,
    Found,
    Nothing,
    Onward,
    Outcome,
    Request,
    common,
    identity_on,
    json_of,
    next_target,
    refused,
    target_at,
)
from shared.identities import Identity

HEADERS: Final = {"Accept": "application/json"}
_WEBFINGER: Final = "/.well-known/webfinger"
_LISTS: Final = {
    Relation.FOLLOWS: ("following", "following_count"),
    Relation.FOLLOWED_BY: ("followers", "followers_count"),
}
# The steps before the list. "there" is WebFinger at the server that the handle's domain sent us to; "alias" looks the
# account up by the name it has on its server, where the handle's domain is another name for somebody there.
_HERE, _THERE, _ACCOUNT, _ALIAS = "webfinger", "webfinger there", "account", "alias"
_NAME_IN_ADDRESS: Final = re.compile(r"/(?:users/|@)([A-Za-z0-9_.-]{1,100})/?")
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")

_NO_SERVER: Final = "no server that can be asked answers for the domain of the handle that was given"
_FARTHER: Final = "the handle's domain names a server that names yet another; give the account's own address instead"
_HIDDEN: Final = "the account hides whom it follows and who follows it; upload your own export instead"


def first(handle: str, relation: Relation) -> Request:  # noqa: ARG001
    """What to ask first for user@domain."""
    domain = handle.partition("@")[2]
    return Request(domain, f"{_WEBFINGER}?resource=acct:{quote(handle, safe='')}", _HERE, account=handle)


def read(request: Request, answer: Answer, relation: Relation, now: datetime) -> Outcome:
    """What an answer means."""
    outcome = common(request, answer, now)
    if outcome is not None:
        return outcome
    if request.step in (_HERE, _THERE):
        return _webfinger(request, answer)
    if request.step in (_ACCOUNT, _ALIAS):
        return _account(request, answer, relation)
    return _page(request, answer, relation)


def _webfinger(request: Request, answer: Answer) -> Outcome:
    if 300 <= answer.status < 400:
        return _redirected(request, answer.headers.get("location", ""))
    if answer.status != 200:
        return refused(request, answer) if answer.status in (404, 410) else Nothing(_NO_SERVER)
    document = json_of(answer)
    address = _self_link(document)
    server = _host_of(address)
    if server is None:
        return Nothing(_NO_SERVER)
    if request.step == _THERE and server != request.host:
        return Nothing(_FARTHER)
    account = identity_on("mastodon", _text(document, "subject"))
    handle = account.handle if account else request.account
    name = _name_in(address) or handle.partition("@")[0]
    return Onward(_lookup(server, handle, handle, _ACCOUNT, alias=f"{name}@{server}"))


def _redirected(request: Request, location: str) -> Outcome:
    server = _host_of(location)
    target = target_at(location, server) if server else None
    if server is None or target is None or not target.startswith(f"{_WEBFINGER}?"):
        return Nothing(_NO_SERVER)
    if request.step == _THERE or server == request.host:
        return Nothing(_FARTHER)
    return Onward(replace(request, host=server, target=target, step=_THERE))


def _lookup(server: str, wanted: str, account: str, step: str, *, alias: str = "") -> Request:
    target = f"/api/v1/accounts/lookup?acct={quote(wanted, safe='')}"
    return Request(server, target, step, account=account, alias=alias)


def _account(request: Request, answer: Answer, relation: Relation) -> Outcome:
    found = json_of(answer) if answer.status == 200 else None
    number = _text(found, "id")
    # An account "ann@elsewhere" is one that this server merely knows of.
    if not isinstance(found, dict) or "@" in (_text(found, "acct") or "@") or not number or not _ID.fullmatch(number):
        if request.alias and answer.status in (200, 404):
            name = request.alias.partition("@")[0]
            return Onward(_lookup(request.host, name, request.alias, _ALIAS))
        return refused(request, answer) if answer.status != 200 else Nothing(_NO_SERVER)
    path, count = _LISTS[relation]
    said = found.get(count)
    return Onward(
        Request(
            request.host,
            f"/api/v1/accounts/{number}/{path}?limit=80",
            PAGE,
            account=request.account,
            expected=said if isinstance(said, int) else 0,
        )
    )


def _page(request: Request, answer: Answer, relation: Relation) -> Outcome:
    if answer.status != 200:
        return refused(request, answer)
    people = json_of(answer)
    if not isinstance(people, list):
        return Broken(f"{request.host} answered something else than a list")
    if not people and request.expected > 0:
        return Nothing(_HIDDEN)
    target = next_target(answer, request)
    return Found(
        tuple(
            Connection((who,), relation)
            for person in people
            if (who := _person(person, request.account.partition("@")[2])) is not None
        ),
        replace(request, target=target, expected=0) if target else None,
    )


def _person(person: Any, domain: str) -> Identity | None:
    account = _text(person, "acct")
    if not account:
        return None
    return identity_on("mastodon", account if "@" in account else f"{account}@{domain}")


def _self_link(document: Any) -> str:
    links = document.get("links") if isinstance(document, dict) else None
    for link in links if isinstance(links, list) else ():
        if _text(link, "rel") == "self" and "json" in (_text(link, "type") or ""):
            return _text(link, "href") or ""
    return ""


def _host_of(address: str) -> str | None:
    """The host of an https address on the usual port; None for anything else."""
    try:
        parts = urlsplit(address)
        host = parts.hostname
    except ValueError:
        return None
    return host if parts.scheme == "https" and host and target_at(address, host) is not None else None


def _name_in(address: str) -> str | None:
    match = _NAME_IN_ADDRESS.fullmatch(urlsplit(address).path)
    return match[1] if match else None


def _text(value: Any, name: str) -> str | None:
    text = value.get(name) if isinstance(value, dict) else None
    return text if isinstance(text, str) and len(text) < 2000 else None
