"""The networks without one owner: a handle carries its server or its key."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from shared.identities import bech32
from shared.identities.hosts import host, user_at_host
from shared.identities.network import Network, words

_USER: Final = r"[a-z0-9_](?:[a-z0-9_.-]{0,98}[a-z0-9_])?"
_AT_HOST: Final = rf"{_USER}@[a-z0-9.-]{{4,253}}"
_SOURCE: Final = "mastodon/mastodon app/models/account.rb; RFC 7565 (acct)"
_LEMMY: Final = (
    *("lemmy.world", "lemmy.ml", "lemm.ee", "lemmy.ca", "lemmy.zip", "programming.dev", "feddit.org"),
    *("feddit.de", "sh.itjust.works", "beehaw.org", "sopuli.xyz", "slrpnk.net", "discuss.tchncs.de"),
)
_PIXELFED: Final = ("pixelfed.social", "pixelfed.de", "pixelfed.art", "pixelfed.eu", "pixelfed.uno", "pixey.org")
# Providers of mail only: what ends in one of them is an e-mail address, even in a column for Mastodon.
_MAIL: Final = words(
    "gmail.com googlemail.com outlook.com hotmail.com live.com msn.com yahoo.com icloud.com me.com mac.com aol.com "
    "gmx.de gmx.net gmx.at gmx.ch web.de t-online.de proton.me protonmail.com pm.me fastmail.com mail.ru yandex.ru "
    "qq.com 163.com 126.com orange.fr free.fr laposte.net libero.it wp.pl zoho.com hey.com"
)
# Servers that speak for another network of this table.
_BRIDGES: Final = words("bsky.brid.gy")
# Pixelfed keeps its people at the root, beside its own pages.
_NOBODY_ON_PIXELFED: Final = words(
    "i p about login register site discover timeline account settings help privacy terms stories web"
)
_HEX: Final = r"[0-9a-f]{64}"
_LOCAL: Final = r"[A-Za-z0-9._=/+-]{1,255}"
_PORT: Final = r"[0-9]{1,5}"
_V6: Final = r"\[[0-9a-f:.]{2,45}\]"


def _user_and_host(typed: str) -> str | None:
    # A server shows people of other servers too: "/u/ann@lemmy.ml" at lemmy.world.
    found = user_at_host("@".join(typed.removeprefix("@").split("@", 2)[:2]))
    return f"{found[0].lower()}@{found[1]}" if found and found[1] not in _MAIL else None


def _fediverse(typed: str) -> str | None:
    from shared.identities.addresses import network_at

    handle = _user_and_host(typed)
    if handle is None:
        return None
    server = handle.rpartition("@")[2]
    its_network = network_at(server)
    if server in _BRIDGES or (its_network is not None and its_network.name_space != "mastodon"):
        return None  # at "ann@x.com" nobody answers
    return handle


def _fediverse_url(handle: str) -> str:
    user, _, server = handle.partition("@")
    return f"https://{server}/u/{user}" if server in _LEMMY else f"https://{server}/@{user}"


def _lemmy_url(handle: str) -> str:
    user, _, server = handle.partition("@")
    return f"https://{server}/@{user}" if server in _PIXELFED else f"https://{server}/u/{user}"


def _pixelfed(typed: str) -> str | None:
    handle = _fediverse(typed)
    return None if handle is None or handle.partition("@")[0] in _NOBODY_ON_PIXELFED else handle


def _with_server(*prefixes: str) -> Callable[[str], str | None]:
    def canonical(typed: str) -> str | None:
        for prefix in prefixes:
            typed = typed.removeprefix(prefix)
        return _fediverse(typed)

    return canonical


def _bluesky(typed: str) -> str | None:
    # A DID is case-sensitive (W3C DID Core), a handle is not (AT Protocol, handle specification).
    handle = typed.removeprefix("@")
    return handle if handle.startswith("did:") else host(handle)


def _matrix(typed: str) -> str | None:
    local, colon, server = typed.removeprefix("@").partition(":")
    if not colon or not re.fullmatch(_LOCAL, local):
        return None
    name, _, port = server.lower().partition("]")[0:3] if server.startswith("[") else server.lower().partition(":")
    if server.startswith("["):
        name, port = f"{name}]", port.removeprefix(":")
        known = name if re.fullmatch(_V6, name) else None
    else:
        known = host(name)
    if known is None or (port and not re.fullmatch(_PORT, port)):
        return None
    # Old user ids keep their capitals (Matrix appendices, historical user identifiers), servers have none.
    return f"@{local}:{known}:{port}" if port else f"@{local}:{known}"


def _nostr(typed: str) -> str | None:
    text = typed.lower().removeprefix("nostr:")
    if re.fullmatch(_HEX, text):
        return text
    return bech32.public_key(text) or _user_and_host(typed)


def _shown_on_nostr(handle: str) -> str:
    return handle if "@" in handle else bech32.npub(handle)


OPEN_NETWORKS: Final = (
    Network(
        name="mastodon",
        title="Mastodon",
        pattern=_AT_HOST,
        source=_SOURCE,
        also=("acct:{}", "web+ap:{}"),
        odd=_fediverse,
        display="@{}",
        odd_url=_fediverse_url,
        labels=("mastodon", "fediverse", "activitypub", "fediverso", "misskey", "pleroma", "friendica", "gotosocial"),
        alone=("fedi", "masto", "toot"),
        claims=r"@?[^@\s/:]+@[^@\s/:]+",
        unmistakable=r"@[^@\s/:]+@[^@\s/:]+",
        examples={
            "@Ann@fosstodon.org": "ann@fosstodon.org",
            "ann@fosstodon.org": "ann@fosstodon.org",
            "https://fosstodon.org/@ann": "ann@fosstodon.org",
            "https://fosstodon.org/@ann/112233": "ann@fosstodon.org",
            "https://fosstodon.org/users/ann": "ann@fosstodon.org",
            "https://hachyderm.io/@ann@fosstodon.org": "ann@fosstodon.org",
            "https://hachyderm.io/web/@ann@fosstodon.org": "ann@fosstodon.org",
            "acct:ann@fosstodon.org": "ann@fosstodon.org",
            "fosstodon.org/@ann": "ann@fosstodon.org",
        },
        nobody=("https://fosstodon.org/web/accounts/123",),
    ),
    Network(
        name="lemmy",
        title="Lemmy",
        pattern=_AT_HOST,
        source=_SOURCE,
        also=tuple(f"{server}/u/{{}} -> {{}}@{server}" for server in _LEMMY),
        odd=_with_server("/u/", "u/"),
        display="@{}",
        odd_url=_lemmy_url,
        name_space="mastodon",
        labels=("lemmy", "kbin", "mbin"),
        claims=r"(?:/?u/|@)?[^@\s/:]+@[^@\s/:]+",
        examples={
            "https://lemmy.world/u/Ann": "ann@lemmy.world",
            "https://lemmy.world/u/ann@lemmy.ml": "ann@lemmy.ml",
            "u/ann@lemmy.ml": "ann@lemmy.ml",
            "@ann@lemmy.ml": "ann@lemmy.ml",
        },
        nobody=("https://lemmy.world/c/python", "https://lemmy.world/post/123"),
    ),
    Network(
        name="pixelfed",
        title="Pixelfed",
        pattern=_AT_HOST,
        source=_SOURCE,
        also=tuple(f"{server}/{path} -> {{}}@{server}" for server in _PIXELFED for path in ("@{}", "users/{}", "{}")),
        odd=_pixelfed,
        display="@{}",
        odd_url=_fediverse_url,
        name_space="mastodon",
        labels=("pixelfed",),
        claims=r"@?[^@\s/:]+@[^@\s/:]+",
        examples={
            "https://pixelfed.social/Ann": "ann@pixelfed.social",
            "https://pixelfed.social/users/ann": "ann@pixelfed.social",
            "@ann@pixelfed.de": "ann@pixelfed.de",
        },
        nobody=("https://pixelfed.social/p/ann/123", "https://pixelfed.social/site/about"),
    ),
    Network(
        name="bluesky",
        title="Bluesky",
        pattern=r"[a-z0-9.-]{3,253}|did:(?:plc:[a-zA-Z0-9]{1,64}|web:[A-Za-z0-9.:%_-]{3,253})",
        source="atproto.com/specs/handle and /did",
        hosts=("bsky.app", "staging.bsky.app", "main.bsky.dev", "deer.social", "blacksky.community"),
        paths=("profile/{}",),
        also=("at:{}", "bsky:profile/{}"),
        languages=False,
        odd=_bluesky,
        display="@{}",
        displayed=lambda handle: handle if handle.startswith("did:") else f"@{handle}",
        url="https://bsky.app/profile/{}",
        reserved=words("handle.invalid"),
        labels=("bluesky", "bsky", "blue sky", "atproto"),
        claims=r"@?[^@\s/:]+\.[^@\s/:.]+|did:[a-z]+:[^\s/]+",
        unmistakable=r"did:(?:plc|web):[^\s/]+|@?[A-Za-z0-9-]+\.bsky\.social",
        examples={
            "@ann.bsky.social": "ann.bsky.social",
            "ann.example": "ann.example",
            "https://bsky.app/profile/Ann.example": "ann.example",
            "https://bsky.app/profile/did:plc:ABC123": "did:plc:ABC123",
            "https://bsky.app/profile/ann.example/post/3k": "ann.example",
            "did:plc:abc123": "did:plc:abc123",
            "at://ann.example/app.bsky.feed.post/3k": "ann.example",
        },
        nobody=("https://bsky.app/search?q=x", "https://bsky.app/profile/handle.invalid"),
    ),
    Network(
        name="matrix",
        title="Matrix",
        pattern=r"@[A-Za-z0-9._=/+\-]+:(?:[a-z0-9.-]+|\[[0-9a-f:.]+\])(?::[0-9]+)?",
        source="spec.matrix.org appendices, user identifiers and matrix.to",
        also=("matrix.to/#/{}", "app.element.io/#/user/{}", "matrix:u/{}", "matrix:user/{}"),
        odd=_matrix,
        odd_url=lambda handle: "https://matrix.to/#/" + handle.replace("/", "%2F"),
        labels=("matrix id", "element matrix", "matrix handle", "matrix account"),
        alone=("matrix", "element"),
        claims=r"@?[^@\s:/]+:\S+",
        unmistakable=r"@[^@\s:/]+:[A-Za-z0-9.-]+\.[A-Za-z0-9:.-]+",
        examples={
            "@ann:matrix.org": "@ann:matrix.org",
            "ann:Matrix.org": "@ann:matrix.org",
            "https://matrix.to/#/@ann:example.org": "@ann:example.org",
            "https://matrix.to/#/%40ann%3Aexample.org": "@ann:example.org",
            "matrix:u/ann:example.org": "@ann:example.org",
            "@ann:example.org:8448": "@ann:example.org:8448",
        },
        nobody=("https://matrix.to/#/#room:example.org", "https://matrix.to/#/!abc:example.org"),
    ),
    Network(
        name="nostr",
        title="Nostr",
        pattern=rf"[0-9a-f]{{64}}|{_AT_HOST}",
        source="NIP-05, NIP-19, NIP-21",
        hosts=("njump.me", "primal.net", "snort.social", "iris.to", "nostr.com"),
        paths=("p/{}", "profile/{}", "{}"),
        also=("nostr:{}", "web+nostr:{}"),
        odd=_nostr,
        displayed=_shown_on_nostr,
        odd_url=lambda handle: f"https://njump.me/{_shown_on_nostr(handle)}",
        labels=("nostr", "npub", "nip05", "nip 05"),
        claims=r"[^@\s/:]+@[^@\s/:]+",
        unmistakable=r"(?:nostr:)?(?:npub|nprofile|NPUB)1[a-zA-Z0-9]+",
        examples={
            "npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w6": (
                "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"
            ),
            "https://njump.me/npub180cvv07tjdrrgpa0j7j7tmnyl2yr6yr7l8j4s3evf6u64th6gkwsyjh6w6": (
                "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d"
            ),
            "nostr:nprofile1qqsrhuxx8l9ex335q7he0f09aej04zpazpl0ne2cgukyawd24mayt8gpp4mhxue69uhhytnc9e3k7mgpz4mhxue69uhkg6n"
            "zv9ejuumpv34kytnrdaksjlyr9p": "3bf0c63fcb93463407af97a5e5ee64fa883d107ef9e558472c4eb9aaaefa459d",
            "Ann@example.org": "ann@example.org",
        },
        nobody=("https://njump.me/note1abc",),
    ),
    Network(
        name="keybase",
        title="Keybase",
        pattern=r"[a-z0-9](?:_?[a-z0-9]){1,15}",
        source="book.keybase.io",
        hosts=("keybase.io",),
        paths=("{}",),
        url="https://keybase.io/{}",
        reserved=words("team docs download blog account login popular-teams jobs inv _ api signup"),
        labels=("keybase",),
        examples={"https://keybase.io/Ann": "ann", "ann_e": "ann_e"},
        nobody=("https://keybase.io/team/acme", "https://keybase.io/download"),
    ),
)
