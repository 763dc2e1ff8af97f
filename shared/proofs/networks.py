"""Where each network shows a profile to anybody, and where in the answer its owner speaks: one table.

Networks that are not in the table cannot be asked without logging in (LinkedIn, X, Instagram, Facebook, Threads,
TikTok, Snapchat, WeChat, Xing, Discord and others), or only through a page made by scripts. There somebody else's
export that names the same person is the only corroboration.

Source, with each entry. Only what the account's owner alone writes is taken: not the texts of repositories, posts, or
pinned items, and not what others write about them. Not verified against the live services: none could be asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal
from urllib.parse import quote

from shared import identities
from shared.identities import Identity
from shared.proofs.links import web_address

_JSON: Final = {"Accept": "application/json"}
_ACTIVITY: Final = {"Accept": "application/activity+json"}
_PAGE: Final = {"Accept": "text/html"}
_GITHUB: Final = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}

Owned = Callable[[Identity, Any], bool]


@dataclass(frozen=True, slots=True)
class Json:
    """Where things stand in an answer in JSON: JMESPath expressions, each giving a text or a list of texts."""

    owner: str  # what must be the handle's own name, or the answer is somebody else's
    owned: Owned
    bio: tuple[str, ...] = ()
    mail: tuple[str, ...] = ()
    links: tuple[str, ...] = ()
    verified: tuple[str, ...] = ()  # links that the network itself has seen linking back
    also: str = ""  # the account's other name
    html: bool = False  # whether the texts are HTML


@dataclass(frozen=True, slots=True)
class Html:
    """Where things stand in an answer in HTML; links count with rel="me" only."""

    bio_class: str = ""
    bio_meta: str = ""
    mail: Literal["", "me", "itemprop"] = ""  # which mailto: links count: with rel="me", or with itemprop="email"


@dataclass(frozen=True, slots=True)
class Source:
    """How one network is asked for one profile."""

    url: str  # "{}" the handle, "{user}" and "{host}" of user@host
    read: Json | Html
    headers: Mapping[str, str] = field(default_factory=lambda: _JSON)
    number_url: str = ""  # for a handle that is a number: "id:583231"
    has_site: bool = False  # whether a handle that is a domain is a site of the account's

    def url_for(self, identity: Identity) -> str | None:
        """The https address to ask; None for a handle that this network cannot be asked about."""
        handle = identity.handle
        numbered = handle.startswith("id:")
        template = self.number_url if numbered else self.url
        user, _, host = handle.partition("@")
        return template.format(_escaped(handle.removeprefix("id:")), user=_escaped(user), host=host) or None


def _escaped(handle: str) -> str:
    return quote(handle, safe="/~:@.-_")


def _is_handle(identity: Identity, value: Any) -> bool:
    found = identities.parse(value, identity.network) if isinstance(value, str) and len(value) < 400 else None
    return isinstance(found, Identity) and found.handle == identity.handle


def _is_login_or_number(identity: Identity, value: Any) -> bool:
    login, number = value if isinstance(value, list) and len(value) == 2 else (None, None)
    return f"id:{number}" == identity.handle or _is_handle(identity, login)


def _is_user(identity: Identity, value: Any) -> bool:
    """Accounts of the server that was asked are written without its name, those of others with it."""
    return isinstance(value, str) and value.lower() == identity.handle.partition("@")[0]


def _is_actor(identity: Identity, value: Any) -> bool:
    name, where = value if isinstance(value, list) and len(value) == 2 else (None, None)
    address = web_address(where) if isinstance(where, str) else None
    return _is_user(identity, name) and address is not None and address.host == identity.handle.partition("@")[2]


def _is_either(identity: Identity, value: Any) -> bool:
    return isinstance(value, list) and identity.handle in value


def _is_same(identity: Identity, value: Any) -> bool:
    return isinstance(value, str | int) and str(value) == identity.handle


def _is_person(identity: Identity, value: Any) -> bool:
    return bool(value == f"/{identity.handle}/person")


_ACTOR: Final = Json(
    owner="[preferredUsername, id]",
    owned=_is_actor,
    bio=("summary", "attachment[].value"),
    links=("attachment[].value",),
    html=True,
)

SOURCES: Final[Mapping[str, Source]] = {
    # docs.github.com/rest/users/users, "Get a user". `email` is shown only to callers with a token, and GitHub lets
    # people choose among addresses that it has verified. 60 requests an hour without a token.
    "github": Source(
        "https://api.github.com/users/{}",
        Json("[login, id]", _is_login_or_number, ("bio",), ("email",), ("blog",), also="login"),
        _GITHUB,
        number_url="https://api.github.com/user/{}",
    ),
    # gitlab-org/gitlab lib/api/users.rb: a single user only after logging in, so the page itself:
    # app/views/users/_profile_sidebar.html.haml. Not verified: whether gitlab.com shows it to programs.
    "gitlab": Source("https://gitlab.com/{}", Html(bio_class="profile-user-bio", mail="itemprop"), _PAGE),
    # go-gitea/gitea services/convert/user.go, which Forgejo shares: to strangers `email` is a placeholder.
    "codeberg": Source(
        "https://codeberg.org/api/v1/users/{}",
        Json("login", _is_handle, ("description",), links=("website",), also="login"),
    ),
    # bluesky-social/atproto lexicons/app/bsky/actor/defs.json, profileViewDetailed; `website` came with #4224. The
    # handle is "handle.invalid" where its domain does not name the account back.
    "bluesky": Source(
        "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor={}",
        Json("[handle, did]", _is_either, ("description",), links=("website",), also="handle"),
        has_site=True,
    ),
    # docs.joinmastodon.org/methods/accounts (lookup) and /entities/Account; app/serializers/rest/account_serializer.rb.
    # An account whose server has another name than its handle is not found this way.
    "mastodon": Source(
        "https://{host}/api/v1/accounts/lookup?acct={user}",
        Json(
            "acct",
            _is_user,
            bio=("note", "fields[].value"),
            links=("fields[].value",),
            verified=("fields[?verified_at].value",),
            html=True,
        ),
    ),
    # ActivityPub 4.1, actor objects; FEP-fb2a on PropertyValue. Servers that demand signed requests answer 401.
    "lemmy": Source("https://{host}/u/{user}", _ACTOR, _ACTIVITY),
    "pixelfed": Source("https://{host}/users/{user}", _ACTOR, _ACTIVITY),
    # info.orcid.org, API tutorial "read data on a record", 3.0; only what the owner made public is there.
    "orcid": Source(
        "https://pub.orcid.org/v3.0/{}/person",
        Json(
            "path",
            _is_person,
            bio=("biography.content",),
            mail=("emails.email[?verified].email",),
            links=('"researcher-urls"."researcher-url"[].url.value',),
        ),
    ),
    # github.com/HackerNews/API.
    "hackernews": Source(
        "https://hacker-news.firebaseio.com/v0/user/{}.json", Json("id", _is_same, ("about",), html=True)
    ),
    # lobsters/lobsters app/models/user.rb, as_json.
    "lobsters": Source(
        "https://lobste.rs/~{}.json", Json("username", _is_handle, ("about",), links=("homepage",), also="username")
    ),
    # forem/forem app/views/api/v1/shared/_user_show_extended.json.jbuilder; the API's own page on by_username.
    "devto": Source(
        "https://dev.to/api/users/by_username?url={}",
        Json("username", _is_handle, ("summary",), links=("website_url",), also="username"),
    ),
    # api.stackexchange.com/docs/users-by-ids; `about_me` needs a filter, so there is no bio. 300 requests a day.
    "stackoverflow": Source(
        "https://api.stackexchange.com/2.3/users/{}?site=stackoverflow",
        Json("items[0].user_id", _is_same, links=("items[0].website_url",)),
    ),
    # The preview that t.me shows to anybody; its og:description is the bio. Not documented, widely read so.
    "telegram": Source("https://t.me/{}", Html(bio_meta="og:description"), _PAGE),
    # microformats.org/wiki/RelMeAuth: what a page calls "me". Its text is not the owner's alone: there are comments.
    "homepage": Source("https://{}", Html(mail="me"), _PAGE),
}
