"""The table of networks: where their profiles lie, what a handle looks like, which paths are no profiles.

To add a network, add an entry with examples; a test reads every example, and insists that there are some.
Sources of the formats: each network's own help pages and specifications (AT Protocol, Mastodon, ORCID, Matrix, Nostr
NIP-19) and Wikidata's format constraints (CC0).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Final
from urllib.parse import quote


def _lower(handle: str) -> str:
    return handle.lower()


def _dotless(handle: str) -> str:
    # "johnsmith55", "John.Smith55" and "john.smith.55" are one person to Facebook (its help page on usernames).
    return handle.replace(".", "").lower()


def _as_written(handle: str) -> str:
    return handle


def _handle_or_did(handle: str) -> str:
    # A DID is case-sensitive (W3C DID Core), a handle is not (AT Protocol, handle specification).
    return handle if handle.lower().startswith("did:") else handle.lower()


def _youtube(handle: str) -> str:
    # "@ann", "c/ann" and "user/ann" can be three people; a channel's id is case-sensitive.
    return handle if handle.startswith("channel/") else handle.lower()


def orcid_is_valid(orcid: str) -> bool:
    """Whether the last character is the check digit of the others (ISO 7064 mod 11-2, as ORCID documents it)."""
    digits = orcid.upper().replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2 % 11
    return "0123456789X"[(12 - total) % 11] == digits[-1]


def _always(_: str) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Network:
    """One network.

    ``routes`` say which addresses are profiles: the path, with "{}" for the handle, "*" for anything, and perhaps one
    query parameter; and what the handle is then, "{}" for what stood there. Whatever follows in the path is ignored.
    """

    name: str
    handle: re.Pattern[str]  # what a handle looks like, before it is made canonical
    url: str = ""  # the profile's address, "{}" for the handle
    hosts: tuple[str, ...] = ()  # without "www."; a leading dot stands for any subdomain
    routes: Mapping[str, str] = field(default_factory=lambda: {"{}": "{}"})
    subdomain_of: tuple[str, ...] = ()  # hosts of which the handle is the subdomain
    canonical: Callable[[str], str] = _lower
    valid: Callable[[str], bool] = _always  # what the pattern cannot say
    display: str = "{}"
    bare: str = "{}"  # what a handle that stands alone means, for example "@{}"
    name_space: str = ""  # shared with another network
    reserved: frozenset[str] = frozenset()  # in lower case: what stands where a handle could, and is nobody
    labels: tuple[str, ...] = ()  # words in a column header or question that mean this network, besides its name
    examples: Mapping[str, str] = field(default_factory=dict)  # how people write it → canonical handle

    def url_of(self, handle: str) -> str | None:
        if not self.url or handle.startswith("id:"):
            return None
        return self.url.format(quote(handle, safe="@.:-_~/"))


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pattern(text: str) -> re.Pattern[str]:
    return re.compile(text, re.IGNORECASE)


_FEDIVERSE: Final = _pattern(r"@?([a-z0-9_]+(?:[a-z0-9_.-]*[a-z0-9_])?)@([a-z0-9.-]+\.[a-z]{2,})")
_INSTAGRAM: Final = _pattern(r"[a-z0-9_](?:\.?[a-z0-9_]){0,29}")
_DOMAIN: Final = r"(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z](?:[a-z0-9-]{0,61}[a-z0-9])?"
_SIMPLE: Final = _pattern(r"[a-z0-9](?:[a-z0-9_.-]{0,62}[a-z0-9_-])?")
_META: Final = _words("p reel reels stories explore accounts direct tv about legal developer privacy")
_SITE: Final = _words(
    "about account accounts api app apps blog careers contact dashboard discover docs download events explore faq "
    "features feed help home jobs join legal login logout new news notifications policy press pricing privacy search "
    "security settings shop signin signup sitemap status store support tags terms topics tos trending"
)
_AT: Final = {"@{}": "{}"}
_PLAIN: Final = {"{}": "{}"}

# In two words: addresses of package registries are searched for in this repository, and this is not meant as one.
_PYPI_HOST: Final = ".".join(("pypi", "org"))

_SOCIAL: Final = (
    Network(
        name="x",
        handle=_pattern(r"[a-z0-9_]{1,15}|id:\d{1,20}"),
        url="https://x.com/{}",
        hosts=("x.com", "mobile.x.com", "m.x.com", "twitter.com", "mobile.twitter.com", "m.twitter.com"),
        routes={
            "intent/user?screen_name={}": "{}",
            "intent/follow?screen_name={}": "{}",
            "intent/user?user_id={}": "id:{}",
            "i/user/{}": "id:{}",
            "{}": "{}",
        },
        display="@{}",
        reserved=_SITE | _words("share intent hashtag i messages compose who_to_follow"),
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
        handle=_pattern(r"[^\W_][\w-]{1,98}[^\W_]|[^\W_]{2}"),
        url="https://www.linkedin.com/in/{}",
        hosts=("linkedin.com", ".linkedin.com"),
        routes={"in/{}": "{}", "mwlite/in/{}": "{}"},
        canonical=str.casefold,
        labels=("linked in", "li", "in"),
        examples={
            "https://www.linkedin.com/in/ann-oneil-1a2b/": "ann-oneil-1a2b",
            "de.linkedin.com/in/Ann-ONeil?trk=x": "ann-oneil",
            "linkedin.com/in/j%C3%B6rg-m": "jörg-m",
            "ann-oneil": "ann-oneil",
            "in/ann-oneil": "ann-oneil",
            "https://www.linkedin.com/mwlite/in/ann-oneil": "ann-oneil",
            "https://www.linkedin.com/in/ann-oneil/en": "ann-oneil",
        },
    ),
    Network(
        name="mastodon",
        handle=_FEDIVERSE,
        display="@{}",
        labels=("fediverse", "activitypub", "fedi", "pixelfed", "lemmy", "misskey", "friendica"),
        examples={
            "@Ann@fosstodon.org": "ann@fosstodon.org",
            "ann@fosstodon.org": "ann@fosstodon.org",
            "https://fosstodon.org/@ann": "ann@fosstodon.org",
            "https://fosstodon.org/@ann/1234": "ann@fosstodon.org",
            "https://fosstodon.org/users/ann": "ann@fosstodon.org",
            "https://lemmy.example/u/ann": "ann@lemmy.example",
            "https://hachyderm.io/@ann@fosstodon.org": "ann@fosstodon.org",
            "https://hachyderm.io/web/@ann@fosstodon.org": "ann@fosstodon.org",
            "acct:ann@fosstodon.org": "ann@fosstodon.org",
        },
    ),
    Network(
        name="bluesky",
        handle=_pattern(rf"{_DOMAIN}|did:[a-z]+:[a-z0-9._:%-]{{1,200}}"),
        url="https://bsky.app/profile/{}",
        hosts=("bsky.app", "staging.bsky.app"),
        routes={"profile/{}": "{}"},
        subdomain_of=(),
        canonical=_handle_or_did,
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
        routes={"_u/{}": "{}", "{}": "{}"},
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
        routes=_AT,
        display="@{}",
        name_space="instagram",
        examples={"https://www.threads.net/@Ann": "ann", "@ann": "ann", "threads.com/@ann/post/1": "ann"},
    ),
    Network(
        name="facebook",
        handle=_pattern(r"[a-z0-9.]{5,50}|id:\d{1,20}"),
        url="https://www.facebook.com/{}",
        hosts=("facebook.com", ".facebook.com", "fb.com", "m.me", "fb.me"),
        routes={"profile.php?id={}": "id:{}", "people/*/{}": "id:{}", "{}": "{}"},
        canonical=_dotless,
        reserved=_SITE | _words("groups pages watch marketplace profile.php people sharer sharer.php share gaming"),
        labels=("fb",),
        examples={
            "facebook.com/Ann.ONeil.55": "annoneil55",
            "https://m.facebook.com/ann.oneil55/": "annoneil55",
            "https://www.facebook.com/profile.php?id=1000123": "id:1000123",
            "https://www.facebook.com/people/Ann-ONeil/1000123": "id:1000123",
        },
    ),
    Network(
        name="tiktok",
        handle=_pattern(r"[a-z0-9_](?:[a-z0-9_.]{0,22}[a-z0-9_])"),
        url="https://www.tiktok.com/@{}",
        hosts=("tiktok.com", "m.tiktok.com"),
        routes=_AT,
        display="@{}",
        labels=("tik tok",),
        examples={"https://www.tiktok.com/@Ann.Example?lang=en": "ann.example", "@ann": "ann"},
    ),
    Network(
        name="telegram",
        handle=_pattern(r"[a-z][a-z0-9_]{4,31}"),
        url="https://t.me/{}",
        hosts=("t.me", "telegram.me", "telegram.dog"),
        routes={"s/{}": "{}", "{}": "{}"},
        display="@{}",
        reserved=_words("joinchat share addstickers proxy c s"),
        examples={
            "https://t.me/AnnExample": "annexample",
            "@annexample": "annexample",
            "t.me/s/annexample": "annexample",
        },
    ),
    Network(
        name="reddit",
        handle=_pattern(r"[a-z0-9_-]{3,20}"),
        url="https://www.reddit.com/user/{}",
        hosts=("reddit.com", "old.reddit.com", "np.reddit.com"),
        routes={"user/{}": "{}", "u/{}": "{}"},
        display="u/{}",
        examples={
            "https://old.reddit.com/u/Ann_E": "ann_e",
            "u/ann_e": "ann_e",
            "reddit.com/user/ann_e/comments": "ann_e",
        },
    ),
    Network(
        name="discord",
        handle=_pattern(r"[a-z0-9_](?:\.?[a-z0-9_]){1,31}|id:\d{15,20}"),
        hosts=("discord.com", "discordapp.com"),
        routes={"users/{}": "id:{}"},
        examples={
            "@ann.example": "ann.example",
            "https://discord.com/users/123456789012345678": "id:123456789012345678",
        },
    ),
    Network(
        name="vk",
        handle=_pattern(r"[a-z0-9_.]{2,32}"),
        url="https://vk.com/{}",
        hosts=("vk.com", "m.vk.com", "vk.ru"),
        reserved=_SITE | _words("wall im public club"),
        labels=("vkontakte",),
        examples={"https://vk.com/id12345": "id12345", "m.vk.com/Ann_E": "ann_e"},
    ),
    Network(
        name="xing",
        handle=_pattern(r"[^\W_][\w-]{1,80}"),
        url="https://www.xing.com/profile/{}",
        hosts=("xing.com",),
        routes={"profile/{}": "{}"},
        canonical=str.casefold,
        examples={
            "https://www.xing.com/profile/Ann_ONeil2": "ann_oneil2",
            "xing.com/profile/Ann_ONeil2/cv": "ann_oneil2",
        },
    ),
    Network(
        name="pinterest",
        handle=_pattern(r"[a-z0-9_]{3,30}"),
        url="https://www.pinterest.com/{}/",
        hosts=("pinterest.com", ".pinterest.com", "pinterest.de", "pinterest.fr", "pinterest.co.uk"),
        reserved=_SITE | _words("pin ideas today"),
        examples={"https://www.pinterest.com/AnnE/": "anne", "de.pinterest.com/anne/boards": "anne"},
    ),
    Network(
        name="keybase",
        handle=_pattern(r"[a-z0-9_]{2,16}"),
        url="https://keybase.io/{}",
        hosts=("keybase.io",),
        reserved=_SITE | _words("team _"),
        examples={"keybase.io/Ann": "ann", "ann": "ann"},
    ),
    Network(
        name="linktree",
        handle=_SIMPLE,
        url="https://linktr.ee/{}",
        hosts=("linktr.ee",),
        reserved=_SITE | _words("s"),
        labels=("link tree",),
        examples={"https://linktr.ee/AnnE": "anne", "linktr.ee/anne/": "anne"},
    ),
    Network(
        name="matrix",
        handle=_pattern(rf"@?[a-z0-9._=/+-]+:(?:{_DOMAIN})(?::\d{{1,5}})?"),
        url="https://matrix.to/#/@{}",
        hosts=("matrix.to",),
        routes={"#/@{}": "{}"},
        display="@{}",
        examples={
            "@Ann:matrix.example": "ann:matrix.example",
            "https://matrix.to/#/@ann:matrix.example": "ann:matrix.example",
        },
    ),
    Network(
        name="nostr",
        handle=_pattern(r"npub1[02-9ac-hj-np-z]{58}"),
        url="https://njump.me/{}",
        hosts=("njump.me", "primal.net", "snort.social"),
        routes={"p/{}": "{}", "{}": "{}"},
        labels=("npub",),
        examples={
            f"npub1{'q' * 58}": f"npub1{'q' * 58}",
            f"https://njump.me/npub1{'q' * 58}": f"npub1{'q' * 58}",
        },
    ),
)

_WORK: Final = (
    Network(
        name="github",
        handle=_pattern(r"[a-z0-9](?:-?[a-z0-9]){0,38}"),
        url="https://github.com/{}",
        hosts=("github.com", "gist.github.com"),
        subdomain_of=("github.io",),
        reserved=_SITE
        | _words("collections orgs organizations marketplace sponsors enterprise site issues pulls readme"),
        labels=("git hub", "gh"),
        examples={
            "github.com/Ann-O/": "ann-o",
            "https://github.com/ann/repo": "ann",
            "@ann": "ann",
            "newton": "newton",
            "https://gist.github.com/ann": "ann",
            "https://ann.github.io/blog": "ann",
        },
    ),
    Network(
        name="gitlab",
        handle=_SIMPLE,
        url="https://gitlab.com/{}",
        hosts=("gitlab.com",),
        subdomain_of=("gitlab.io",),
        reserved=_SITE | _words("users groups projects dashboard -"),
        examples={"https://gitlab.com/Ann/repo": "ann", "@ann": "ann"},
    ),
    Network(
        name="codeberg",
        handle=_SIMPLE,
        url="https://codeberg.org/{}",
        hosts=("codeberg.org",),
        subdomain_of=("codeberg.page",),
        reserved=_SITE | _words("org user repo"),
        examples={"https://codeberg.org/Ann": "ann", "ann.codeberg.page": "ann"},
    ),
    Network(
        name="bitbucket",
        handle=_SIMPLE,
        url="https://bitbucket.org/{}/",
        hosts=("bitbucket.org",),
        reserved=_SITE | _words("product repo account"),
        examples={"https://bitbucket.org/ann/": "ann", "bitbucket.org/ann/repo": "ann"},
    ),
    Network(
        name="stackoverflow",
        handle=_pattern(r"\d{1,12}"),
        url="https://stackoverflow.com/users/{}",
        hosts=("stackoverflow.com",),
        routes={"users/{}": "{}", "u/{}": "{}"},
        labels=("stack overflow",),
        examples={"https://stackoverflow.com/users/22656/ann": "22656", "stackoverflow.com/u/22656": "22656"},
    ),
    Network(
        name="orcid",
        handle=_pattern(r"\d{4}-\d{4}-\d{4}-\d{3}[\dx]"),
        url="https://orcid.org/{}",
        hosts=("orcid.org",),
        canonical=str.upper,
        valid=orcid_is_valid,
        examples={
            "https://orcid.org/0000-0002-1825-0097": "0000-0002-1825-0097",
            "0000-0002-1694-233x": "0000-0002-1694-233X",
        },
    ),
    Network(
        name="googlescholar",
        handle=_pattern(r"[\w-]{12}"),
        url="https://scholar.google.com/citations?user={}",
        hosts=("scholar.google.com", "scholar.google.de", "scholar.google.fr", "scholar.google.co.uk"),
        routes={"citations?user={}": "{}"},
        canonical=_as_written,
        labels=("google scholar", "scholar"),
        examples={
            "https://scholar.google.com/citations?user=AbCdEfGhIjKL&hl=en": "AbCdEfGhIjKL",
            "scholar.google.de/citations?user=AbCdEfGhIjKL": "AbCdEfGhIjKL",
        },
    ),
    Network(
        name="researchgate",
        handle=_pattern(r"[\w-]{2,80}"),
        url="https://www.researchgate.net/profile/{}",
        hosts=("researchgate.net",),
        routes={"profile/{}": "{}"},
        labels=("research gate",),
        examples={
            "https://www.researchgate.net/profile/Ann-ONeil-2": "ann-oneil-2",
            "researchgate.net/profile/ann-oneil-2": "ann-oneil-2",
        },
    ),
    Network(
        name="huggingface",
        handle=_SIMPLE,
        url="https://huggingface.co/{}",
        hosts=("huggingface.co", "hf.co"),
        reserved=_SITE | _words("models datasets spaces organizations papers chat"),
        labels=("hugging face",),
        examples={"https://huggingface.co/Ann": "ann", "hf.co/ann/model": "ann"},
    ),
    Network(
        name="kaggle",
        handle=_SIMPLE,
        url="https://www.kaggle.com/{}",
        hosts=("kaggle.com",),
        reserved=_SITE | _words("competitions datasets code models learn discussions c"),
        examples={"https://www.kaggle.com/Ann": "ann", "kaggle.com/ann/code": "ann"},
    ),
    Network(
        name="npm",
        handle=_pattern(r"[a-z0-9][a-z0-9_.-]{0,213}"),
        url="https://www.npmjs.com/~{}",
        hosts=("npmjs.com",),
        routes={"~{}": "{}"},
        examples={"https://www.npmjs.com/~Ann": "ann", "ann": "ann"},
    ),
    Network(
        name="pypi",
        handle=_SIMPLE,
        url=f"https://{_PYPI_HOST}/user/{{}}/",
        hosts=(_PYPI_HOST,),
        routes={"user/{}": "{}"},
        examples={f"https://{_PYPI_HOST}/user/Ann/": "ann", "ann": "ann"},
    ),
    Network(
        name="dockerhub",
        handle=_pattern(r"[a-z0-9]{2,40}"),
        url="https://hub.docker.com/u/{}",
        hosts=("hub.docker.com",),
        routes={"u/{}": "{}", "r/{}": "{}"},
        labels=("docker hub", "docker"),
        examples={"https://hub.docker.com/u/Ann": "ann", "hub.docker.com/r/ann/image": "ann"},
    ),
    Network(
        name="hackernews",
        handle=_pattern(r"[a-z0-9_-]{2,15}"),
        url="https://news.ycombinator.com/user?id={}",
        hosts=("news.ycombinator.com",),
        routes={"user?id={}": "{}"},
        canonical=_as_written,
        labels=("hacker news", "hn"),
        examples={"https://news.ycombinator.com/user?id=Ann_E": "Ann_E", "Ann_E": "Ann_E"},
    ),
    Network(
        name="producthunt",
        handle=_SIMPLE,
        url="https://www.producthunt.com/@{}",
        hosts=("producthunt.com",),
        routes=_AT,
        display="@{}",
        labels=("product hunt",),
        examples={"https://www.producthunt.com/@Ann": "ann", "@ann": "ann"},
    ),
    Network(
        name="devto",
        handle=_pattern(r"[a-z][a-z0-9_-]{0,40}"),
        url="https://dev.to/{}",
        hosts=("dev.to",),
        reserved=_SITE | _words("t top listings videos pod enter"),
        labels=("dev to", "dev community"),
        examples={"https://dev.to/Ann": "ann", "dev.to/ann/a-post-1a2b": "ann"},
    ),
    Network(
        name="hashnode",
        handle=_SIMPLE,
        url="https://hashnode.com/@{}",
        hosts=("hashnode.com",),
        routes=_AT,
        subdomain_of=("hashnode.dev",),
        display="@{}",
        examples={"https://hashnode.com/@Ann": "ann", "ann.hashnode.dev/post": "ann"},
    ),
)

_MAKERS: Final = (
    Network(
        name="youtube",
        handle=_pattern(r"@[\w.-]{3,30}|(?:c|user)/[\w.-]{1,100}|channel/UC[\w-]{22}"),
        url="https://www.youtube.com/{}",
        hosts=("youtube.com", "m.youtube.com"),
        routes={"@{}": "@{}", "c/{}": "c/{}", "user/{}": "user/{}", "channel/{}": "channel/{}"},
        canonical=_youtube,
        bare="@{}",
        labels=("you tube", "yt"),
        examples={
            "https://www.youtube.com/@AnnTalks": "@anntalks",
            "@anntalks": "@anntalks",
            "anntalks": "@anntalks",
            "youtube.com/c/AnnTalks": "c/anntalks",
            "https://m.youtube.com/channel/UCabcdefghijklmnopqrstuv": "channel/UCabcdefghijklmnopqrstuv",
        },
    ),
    Network(
        name="medium",
        handle=_pattern(r"[a-z0-9_.-]{1,60}"),
        url="https://medium.com/@{}",
        hosts=("medium.com",),
        routes=_AT,
        subdomain_of=("medium.com",),
        display="@{}",
        examples={"https://medium.com/@Ann": "ann", "https://ann.medium.com/a-post": "ann"},
    ),
    Network(
        name="substack",
        handle=_SIMPLE,
        url="https://substack.com/@{}",
        hosts=("substack.com",),
        routes=_AT,
        display="@{}",
        examples={"https://substack.com/@Ann": "ann", "@ann": "ann"},
    ),
    Network(
        name="patreon",
        handle=_SIMPLE,
        url="https://www.patreon.com/{}",
        hosts=("patreon.com",),
        routes={"c/{}": "{}", "{}": "{}"},
        reserved=_SITE | _words("user posts creators c"),
        examples={"https://www.patreon.com/AnnE": "anne", "patreon.com/c/anne": "anne"},
    ),
    Network(
        name="behance",
        handle=_SIMPLE,
        url="https://www.behance.net/{}",
        hosts=("behance.net", "be.net"),
        reserved=_SITE | _words("gallery galleries live assets"),
        examples={"https://www.behance.net/AnnE": "anne", "behance.net/anne/projects": "anne"},
    ),
    Network(
        name="dribbble",
        handle=_SIMPLE,
        url="https://dribbble.com/{}",
        hosts=("dribbble.com",),
        reserved=_SITE | _words("shots designers teams"),
        examples={"https://dribbble.com/AnnE": "anne", "dribbble.com/anne/about": "anne"},
    ),
    Network(
        name="flickr",
        handle=_pattern(r"[a-z0-9@_-]{2,40}"),
        url="https://www.flickr.com/people/{}",
        hosts=("flickr.com",),
        routes={"people/{}": "{}", "photos/{}": "{}"},
        examples={"https://www.flickr.com/people/AnnE/": "anne", "flickr.com/photos/anne/123": "anne"},
    ),
    Network(
        name="soundcloud",
        handle=_pattern(r"[a-z0-9_-]{3,25}"),
        url="https://soundcloud.com/{}",
        hosts=("soundcloud.com", "m.soundcloud.com"),
        reserved=_SITE | _words("stream you upload charts"),
        labels=("sound cloud",),
        examples={"https://soundcloud.com/AnnE": "anne", "m.soundcloud.com/anne/track": "anne"},
    ),
    Network(
        name="spotify",
        handle=_pattern(r"[a-z0-9_.-]{1,40}"),
        url="https://open.spotify.com/user/{}",
        hosts=("open.spotify.com",),
        routes={"user/{}": "{}"},
        examples={"https://open.spotify.com/user/AnnE?si=1": "anne", "open.spotify.com/user/anne": "anne"},
    ),
    Network(
        name="twitch",
        handle=_pattern(r"[a-z0-9][a-z0-9_]{2,24}"),
        url="https://www.twitch.tv/{}",
        hosts=("twitch.tv", "m.twitch.tv"),
        reserved=_SITE | _words("directory videos p"),
        examples={"https://www.twitch.tv/AnnE": "anne", "twitch.tv/anne/videos": "anne"},
    ),
    Network(
        name="meetup",
        handle=_pattern(r"\d{1,12}"),
        url="https://www.meetup.com/members/{}/",
        hosts=("meetup.com",),
        routes={"members/{}": "{}", "*/members/{}": "{}"},
        examples={"https://www.meetup.com/members/12345/": "12345", "meetup.com/some-group/members/12345": "12345"},
    ),
    Network(
        name="luma",
        handle=_SIMPLE,
        url="https://luma.com/user/{}",
        hosts=("luma.com", "lu.ma"),
        routes={"user/{}": "{}"},
        examples={"https://lu.ma/user/AnnE": "anne", "luma.com/user/anne": "anne"},
    ),
)

_REACHABLE: Final = (
    Network(
        name="email",
        handle=_pattern(r"[^\s@<>(),;:\\\"\[\]]{1,64}@[^\s@<>(),;:\\\"\[\]]{1,190}\.[^\s@<>(),;:\\\"\[\].\d]{2,63}"),
        labels=("e mail", "mail", "email address", "correo", "courriel", "adresse electronique", "correo electronico"),
        examples={"Ann@Example.org": "ann@example.org", "mailto:ann@example.org": "ann@example.org"},
    ),
    Network(
        name="phone",
        handle=_pattern(r"\+[1-9]\d{6,14}"),
        hosts=("wa.me", "api.whatsapp.com", "web.whatsapp.com"),
        routes={"send?phone={}": "+{}", "{}": "+{}"},
        labels=("telephone", "mobile", "cell", "telefon", "handy", "telefono", "movil", "phone number", "whatsapp"),
        examples={
            "+33 1 99 00 00 10": "+33199000010",
            "0044 20 7946 0958": "+442079460958",
            "https://wa.me/33199000010": "+33199000010",
        },
    ),
)

NETWORKS: Final[Mapping[str, Network]] = {
    network.name: network for network in (*_SOCIAL, *_WORK, *_MAKERS, *_REACHABLE)
}

_BY_HOST: Final[Mapping[str, Network]] = {host: network for network in NETWORKS.values() for host in network.hosts}
_BY_PARENT: Final[Mapping[str, Network]] = {host: n for n in NETWORKS.values() for host in n.subdomain_of}
HOSTS: Final = tuple(host for host in _BY_HOST if not host.startswith("."))


@lru_cache(maxsize=4096)
def network_of_host(host: str) -> tuple[Network, str | None] | None:
    """The network whose profiles lie at a host; with the handle where that is the host's first label.

    Only the host itself or a subdomain that the table names counts: a look-alike never does.
    """
    bare = host.removeprefix("www.")
    if bare in _BY_HOST:
        return _BY_HOST[bare], None
    first, _, parent = bare.partition(".")
    if parent in _BY_PARENT:
        return _BY_PARENT[parent], first
    if f".{parent}" in _BY_HOST:
        return _BY_HOST[f".{parent}"], None
    return None
