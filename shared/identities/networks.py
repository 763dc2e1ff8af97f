"""The table of networks: where their profiles lie, what a handle looks like, which paths are no profiles.

To add a network, add an entry with examples; a test reads every example, and insists that there are some.
Sources of the formats: each network's help pages, Wikidata's format constraints (CC0), and the AT Protocol's and
Mastodon's own specifications, as gathered in docs/architecture.md.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote


def _lower(handle: str) -> str:
    return handle.lower()


def _dotless(handle: str) -> str:
    # "johnsmith55", "John.Smith55" and "john.smith.55" are one person to Facebook (its help page on usernames).
    return handle.replace(".", "").lower()


@dataclass(frozen=True, slots=True)
class Network:
    """One network."""

    name: str
    handle: re.Pattern[str]  # what a handle looks like, before it is made canonical
    url: str = ""  # the profile's address, "{}" for the handle
    hosts: tuple[str, ...] = ()  # without "www."; a leading dot stands for any subdomain
    prefixes: tuple[str, ...] = ("",)  # path segments before the handle; "" for none
    bare_prefix: str = ""  # what a handle in an address begins with, for example "@"
    canonical: Callable[[str], str] = _lower
    display: str = "{}"
    name_space: str = ""  # shared with another network
    reserved: frozenset[str] = frozenset()  # first path segments that are nobody, in lower case
    labels: tuple[str, ...] = ()  # words in a column header or question that mean this network, besides its name
    examples: Mapping[str, str] = field(default_factory=dict)  # how people write it → canonical handle

    def url_of(self, handle: str) -> str | None:
        if not self.url:
            return None
        if handle.startswith("id:"):
            return None
        return self.url.format(quote(handle, safe="@.:-_~"))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_FEDIVERSE: Final = re.compile(r"@?([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)@([a-z0-9.-]+\.[a-z]{2,})", re.IGNORECASE)
_INSTAGRAM: Final = re.compile(r"[a-z0-9_](?:\.?[a-z0-9_]){0,29}", re.IGNORECASE)
_DOMAIN: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?", re.I)
_META: Final = _words("p reel reels stories explore accounts direct tv about legal developer privacy")

_TABLE: Final = (
    Network(
        name="x",
        handle=re.compile(r"[a-z0-9_]{1,15}|id:\d{1,20}", re.IGNORECASE),
        url="https://x.com/{}",
        hosts=("x.com", "mobile.x.com", "m.x.com", "twitter.com", "mobile.twitter.com", "m.twitter.com"),
        display="@{}",
        reserved=_words(
            "home share intent hashtag search i login signup explore settings privacy tos about messages notifications "
            "compose download jobs account who_to_follow"
        ),
        labels=("twitter", "x twitter", "x handle", "tw"),
        examples={
            "@Ann": "ann",
            "ann": "ann",
            "https://x.com/ann?s=21": "ann",
            "https://mobile.twitter.com/Ann/": "ann",
            "twitter.com/@ann": "ann",
            "https://x.com/ann/status/12": "ann",
            "https://twitter.com/intent/user?screen_name=Ann": "ann",
            "https://twitter.com/intent/user?user_id=18969923": "id:18969923",
            "https://x.com/i/user/42": "id:42",
        },
    ),
    Network(
        name="linkedin",
        handle=re.compile(r"[^\W_](?:[\w-]{1,98})[^\W_]|[^\W_]{2}", re.IGNORECASE),
        url="https://www.linkedin.com/in/{}",
        hosts=("linkedin.com", ".linkedin.com"),
        prefixes=("in", "mwlite/in"),
        canonical=str.casefold,
        reserved=_words("company school showcase groups feed jobs"),
        labels=("linked in", "li", "in"),
        examples={
            "https://www.linkedin.com/in/ann-oneil-1a2b/": "ann-oneil-1a2b",
            "de.linkedin.com/in/Ann-ONeil?trk=x": "ann-oneil",
            "linkedin.com/in/j%C3%B6rg-m": "jörg-m",
            "ann-oneil": "ann-oneil",
            "https://www.linkedin.com/mwlite/in/ann-oneil": "ann-oneil",
            "https://www.linkedin.com/in/ann-oneil/en": "ann-oneil",
        },
    ),
    Network(
        name="github",
        handle=re.compile(r"[a-z0-9](?:-?[a-z0-9]){0,38}", re.IGNORECASE),
        url="https://github.com/{}",
        hosts=("github.com", "gist.github.com"),
        reserved=_words(
            "features pricing about topics collections trending orgs organizations settings marketplace explore login "
            "join search sponsors apps enterprise security site contact notifications issues pulls new readme"
        ),
        labels=("git hub", "gh"),
        examples={
            "github.com/Ann-O/": "ann-o",
            "https://github.com/ann/repo": "ann",
            "@ann": "ann",
            "newton": "newton",
            "https://gist.github.com/ann": "ann",
        },
    ),
    Network(
        name="mastodon",
        handle=_FEDIVERSE,
        display="@{}",
        labels=("fediverse", "activitypub", "fedi", "pixelfed"),
        examples={
            "@Ann@fosstodon.org": "ann@fosstodon.org",
            "ann@fosstodon.org": "ann@fosstodon.org",
            "https://fosstodon.org/@ann": "ann@fosstodon.org",
            "https://fosstodon.org/users/ann": "ann@fosstodon.org",
            "https://hachyderm.io/@ann@fosstodon.org": "ann@fosstodon.org",
            "acct:ann@fosstodon.org": "ann@fosstodon.org",
        },
    ),
    Network(
        name="bluesky",
        handle=re.compile(rf"{_DOMAIN.pattern}|did:[a-z]+:[a-zA-Z0-9._:%-]{{1,200}}", re.IGNORECASE),
        url="https://bsky.app/profile/{}",
        hosts=("bsky.app", "staging.bsky.app"),
        prefixes=("profile",),
        # A DID is case-sensitive (W3C DID Core), a handle is not (AT Protocol, handle specification).
        canonical=lambda handle: handle if handle.lower().startswith("did:") else handle.lower(),
        display="@{}",
        reserved=_words("handle.invalid"),
        labels=("bsky", "blue sky"),
        examples={
            "@ann.bsky.social": "ann.bsky.social",
            "https://bsky.app/profile/Ann.example": "ann.example",
            "https://bsky.app/profile/did:plc:ABC123": "did:plc:ABC123",
        },
    ),
    Network(
        name="instagram",
        handle=_INSTAGRAM,
        url="https://www.instagram.com/{}/",
        hosts=("instagram.com", "m.instagram.com", "instagr.am"),
        prefixes=("", "_u"),
        display="@{}",
        reserved=_META,
        labels=("insta", "ig"),
        examples={
            "@Ann.Example": "ann.example",
            "https://www.instagram.com/ann_e/?igsh=abc": "ann_e",
            "https://www.instagram.com/_u/ann": "ann",
            "instagram.com/peter": "peter",
        },
    ),
    Network(
        name="threads",
        handle=_INSTAGRAM,
        url="https://www.threads.com/@{}",
        hosts=("threads.net", "threads.com"),
        bare_prefix="@",
        display="@{}",
        name_space="instagram",
        reserved=_META,
        examples={"https://www.threads.net/@Ann": "ann", "@ann": "ann", "threads.com/@ann/post/1": "ann"},
    ),
    Network(
        name="facebook",
        handle=re.compile(r"[a-z0-9.]{5,50}|id:\d{1,20}", re.IGNORECASE),
        url="https://www.facebook.com/{}",
        hosts=(
            "facebook.com",
            "m.facebook.com",
            "web.facebook.com",
            "mbasic.facebook.com",
            ".facebook.com",
            "fb.com",
            "m.me",
            "fb.me",
        ),
        canonical=_dotless,
        reserved=_words(
            "groups pages events watch marketplace profile.php people sharer sharer.php share "
            "login help policies gaming"
        ),
        labels=("fb",),
        examples={
            "facebook.com/Ann.ONeil.55": "annoneil55",
            "https://m.facebook.com/ann.oneil55/": "annoneil55",
            "https://www.facebook.com/profile.php?id=1000123": "id:1000123",
            "https://www.facebook.com/people/Ann-ONeil/1000123": "id:1000123",
        },
    ),
    Network(
        name="youtube",
        handle=re.compile(r"@[\w.-]{3,30}|(?:c|user)/[\w.-]{1,100}|channel/UC[\w-]{22}", re.IGNORECASE),
        url="https://www.youtube.com/{}",
        hosts=("youtube.com", "m.youtube.com"),
        # "@ann", "c/ann" and "user/ann" can be three people; a channel's id is case-sensitive.
        canonical=lambda handle: handle if handle.startswith("channel/") else handle.lower(),
        reserved=_words("watch playlist results feed shorts embed premium gaming"),
        labels=("you tube", "yt"),
        examples={
            "https://www.youtube.com/@AnnTalks": "@anntalks",
            "@anntalks": "@anntalks",
            "youtube.com/c/AnnTalks": "c/anntalks",
            "https://m.youtube.com/channel/UCabcdefghijklmnopqrstuv": "channel/UCabcdefghijklmnopqrstuv",
        },
    ),
    Network(
        name="email",
        handle=re.compile(r"[^\s@<>(),;:\\\"\[\]]{1,64}@[^\s@<>(),;:\\\"\[\]]{1,190}\.[^\s@<>(),;:\\\"\[\].\d]{2,63}"),
        labels=("e mail", "mail", "email address", "correo", "courriel", "adresse electronique", "correo electronico"),
        examples={"Ann@Example.org": "ann@example.org", "mailto:ann@example.org": "ann@example.org"},
    ),
    Network(
        name="phone",
        handle=re.compile(r"\+[1-9]\d{6,14}"),
        labels=("telephone", "mobile", "cell", "telefon", "handy", "telefono", "movil", "phone number"),
        examples={"+33 1 99 00 00 10": "+33199000010", "0044 20 7946 0958": "+442079460958"},
    ),
)

NETWORKS: Final[Mapping[str, Network]] = {network.name: network for network in _TABLE}
