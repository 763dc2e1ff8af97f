"""The networks on which people show what they make."""

from __future__ import annotations

from typing import Final

from shared.identities.network import Network, words
from shared.identities.text import escaped, folded

_SITE: Final = words(
    "about account api app apps blog careers company contact creators discover download downloads explore faq features "
    "feed help home jobs legal login logout new news policy press pricing privacy register search security settings "
    "shop "
    "signin signup status store support tags terms tos topics trending upload"
)


def _youtube(typed: str) -> str | None:
    # "@ann", "c/ann" and "user/ann" can be three people; a channel's id is case-sensitive.
    if typed.lower().startswith("channel/"):
        return f"channel/{typed[8:]}"
    if typed[:2] == "UC" and len(typed) == 24 and typed.isascii():
        return f"channel/{typed}"
    handle = folded(typed)
    if handle is None or handle.startswith(("@", "c/", "user/")):
        return handle
    return f"@{handle}"


def _youtube_url(handle: str) -> str:
    return f"https://www.youtube.com/{escaped(handle)}"


def _flickr(typed: str) -> str:
    # An account's own number ends in a capital N and two digits.
    return typed.removeprefix("@").lower().replace("@n", "@N")


def _own_domain(domain: str) -> tuple[str, ...]:
    return (f"{{}}.{domain} -> {{}}.{domain}",)


CREATORS: Final = (
    Network(
        name="youtube",
        title="YouTube",
        pattern=r"@(?!.{31})[\w.·-]{3,}|(?:c|user)/[\w.-]{1,100}|channel/UC[A-Za-z0-9_-]{22}",
        source="support.google.com on handles; Wikidata P11245, P2397",
        hosts=("youtube.com", "music.youtube.com", "gaming.youtube.com"),
        paths=(
            "@{} -> @{}",
            "channel/{} -> channel/{}",
            "c/{} -> c/{}",
            "user/{} -> user/{}",
            "{} -> c/{}",
        ),
        elsewhere=("youtu.be", "studio.youtube.com", "youtube-nocookie.com"),
        ascii=False,
        odd=_youtube,
        odd_url=_youtube_url,
        reserved=words("@me")
        | frozenset(
            f"c/{word}"
            for word in "watch playlist results feed shorts embed premium gaming live v c user channel channels t "
            "about "
            "account redirect howyoutubeworks creators ads hashtag post clip trending music kids tv music_premium "
            "attribution_link signin logout upload playlists videos browse oembed watch_videos s".split()
        ),
        labels=("youtube", "you tube"),
        alone=("yt",),
        claims=r"@?[^@\s/:]+",
        examples={
            "https://www.youtube.com/@AnnTalks": "@anntalks",
            "https://www.youtube.com/@AnnTalks/videos": "@anntalks",
            "@anntalks": "@anntalks",
            "anntalks": "@anntalks",
            "youtube.com/c/AnnTalks": "c/anntalks",
            "youtube.com/AnnTalks": "c/anntalks",
            "youtube.com/user/AnnTalks": "user/anntalks",
            "https://m.youtube.com/channel/UCabcdefghijklmnopqrstuv": "channel/UCabcdefghijklmnopqrstuv",
            "UCabcdefghijklmnopqrstuv": "channel/UCabcdefghijklmnopqrstuv",
            "https://www.youtube.com/@%E3%81%82%E3%82%93%E3%81%AA": "@あんな",
        },
        nobody=(
            "https://www.youtube.com/watch?v=abc",
            "https://youtu.be/abc",
            "https://www.youtube.com/Playlist?list=x",
        ),
    ),
    Network(
        name="twitch",
        title="Twitch",
        pattern=r"[a-z0-9][a-z0-9_]{2,24}",
        source="Wikidata P5797",
        hosts=("twitch.tv",),
        paths=("{}",),
        elsewhere=("clips.twitch.tv", "dev.twitch.tv"),
        url="https://www.twitch.tv/{}",
        reserved=_SITE | words("directory videos clips p downloads subscriptions inventory wallet drops turbo prime"),
        labels=("twitch",),
        examples={"https://m.twitch.tv/Ann_E": "ann_e", "twitch.tv/ann_e/about": "ann_e", "ann_e": "ann_e"},
        nobody=("https://www.twitch.tv/directory/all", "https://www.twitch.tv/videos/123"),
    ),
    Network(
        name="medium",
        title="Medium",
        pattern=r"[a-z0-9_](?:[a-z0-9_.-]{0,98}[a-z0-9_-])?|u/[0-9a-f]{8,16}",
        source="medium.com profile addresses",
        hosts=("medium.com",),
        paths=("@{}", "u/{} -> u/{}"),
        also=("{}.medium.com",),
        languages=False,
        claims=r"u/[0-9a-f]{8,16}",
        displayed=lambda handle: handle if handle.startswith("u/") else f"@{handle}",
        odd_url=lambda handle: f"https://medium.com/{handle if handle.startswith('u/') else '@' + handle}",
        reserved=_SITE | words("me m p tag www cdn miro policy"),
        labels=("medium.com", "medium blog", "medium profile", "medium handle", "medium account"),
        alone=("medium",),
        examples={
            "https://medium.com/@Ann.E/a-post-1a2b": "ann.e",
            "https://ann-e.medium.com/": "ann-e",
            "https://medium.com/u/1a2b3c4d5e6f": "u/1a2b3c4d5e6f",
            "@ann": "ann",
        },
        nobody=("https://medium.com/some-publication/post-1a2b", "https://help.medium.com/x", "https://medium.com/me"),
    ),
    Network(
        name="substack",
        title="Substack",
        # A publication is not its author: "ann" and "ann.substack.com" may be two people.
        pattern=r"[a-z0-9][a-z0-9_-]{0,60}|[a-z0-9-]{1,63}\.substack\.com",
        source="substack.com profile addresses",
        hosts=("substack.com",),
        paths=("@{}", "profile/{}"),
        also=_own_domain("substack.com"),
        languages=False,
        claims=r"[A-Za-z0-9-]+\.substack\.com",
        odd_url=lambda handle: f"https://{handle}" if "." in handle else f"https://substack.com/@{handle}",
        reserved=words("www.substack.com on.substack.com support.substack.com open.substack.com blog.substack.com"),
        labels=("substack",),
        examples={
            "https://substack.com/@Ann": "ann",
            "@ann": "ann",
            "https://Ann.substack.com/p/hello": "ann.substack.com",
            "ann.substack.com": "ann.substack.com",
        },
        nobody=("https://substack.com/inbox", "https://support.substack.com/x"),
    ),
    Network(
        name="patreon",
        title="Patreon",
        pattern=r"[a-z0-9_]{2,64}",
        source="Wikidata P4175",
        hosts=("patreon.com",),
        paths=("user?u={} -> id:{}", "c/{}", "cw/{}", "{}"),
        numbers=True,
        url="https://www.patreon.com/{}",
        number_url="https://www.patreon.com/user?u={}",
        reserved=_SITE | words("posts user c cw bepatron join messages policy product apps"),
        labels=("patreon",),
        examples={
            "https://www.patreon.com/Ann_E": "ann_e",
            "patreon.com/c/ann_e/posts": "ann_e",
            "https://www.patreon.com/user?u=12345": "id:12345",
        },
        nobody=("https://www.patreon.com/posts/hello-123", "https://www.patreon.com/login"),
    ),
    Network(
        name="behance",
        title="Behance",
        pattern=r"[a-z0-9_-]{2,40}",
        source="behance.net profile addresses",
        hosts=("behance.net",),
        paths=("{}",),
        url="https://www.behance.net/{}",
        reserved=_SITE | words("gallery joblist galleries live assets onboarding collection portfolio pro hire"),
        labels=("behance",),
        examples={"https://www.behance.net/Ann_E": "ann_e", "ann-e": "ann-e"},
        nobody=("https://www.behance.net/gallery/123/x", "https://www.behance.net/joblist"),
    ),
    Network(
        name="dribbble",
        title="Dribbble",
        pattern=r"[a-z0-9_-]{2,40}",
        source="dribbble.com profile addresses",
        hosts=("dribbble.com",),
        paths=("{}",),
        url="https://dribbble.com/{}",
        reserved=_SITE | words("shots designers freelance-jobs session stories learn pro teams projects hiring"),
        labels=("dribbble", "dribble"),
        examples={"https://dribbble.com/Ann_E/shots": "ann_e", "ann-e": "ann-e"},
        nobody=("https://dribbble.com/shots/123-x", "https://dribbble.com/designers"),
    ),
    Network(
        name="flickr",
        title="Flickr",
        pattern=r"[a-z0-9_-]{1,64}|[0-9]{4,12}@N[0-9]{2}",
        source="Wikidata P3267",
        hosts=("flickr.com",),
        paths=("people/{}", "photos/{}"),
        elsewhere=("flic.kr",),
        odd=_flickr,
        url="https://www.flickr.com/people/{}",
        claims=r"[0-9]+@[nN][0-9]{2}",
        reserved=words("tags popular upload me friends"),
        labels=("flickr",),
        examples={
            "https://www.flickr.com/photos/Ann_E/123": "ann_e",
            "https://www.flickr.com/people/12345678@N00/": "12345678@N00",
            "12345678@n00": "12345678@N00",
            "ann_e": "ann_e",
        },
        nobody=("https://www.flickr.com/groups/x", "https://flic.kr/p/abc"),
    ),
    Network(
        name="soundcloud",
        title="SoundCloud",
        pattern=r"[a-z0-9_-]{3,50}",
        source="Wikidata P3040",
        hosts=("soundcloud.com",),
        paths=("{}",),
        elsewhere=("on.soundcloud.com", "snd.sc"),
        url="https://soundcloud.com/{}",
        reserved=_SITE | words("stream you charts pages imprint popular people groups mobile checkout messages go"),
        labels=("soundcloud", "sound cloud"),
        examples={"https://m.soundcloud.com/Ann-E/track": "ann-e", "ann_e": "ann_e"},
        nobody=("https://soundcloud.com/discover", "https://on.soundcloud.com/abc"),
    ),
    Network(
        name="spotify",
        title="Spotify",
        pattern=r"[a-z0-9._-]{1,64}",
        source="developer.spotify.com, Spotify URIs",
        hosts=("open.spotify.com",),
        paths=("user/{}", "*/user/{}"),
        also=("spotify:user:{}",),
        elsewhere=("spotify.link",),
        url="https://open.spotify.com/user/{}",
        labels=("spotify",),
        examples={
            "https://open.spotify.com/user/Ann.E?si=abc": "ann.e",
            "https://open.spotify.com/intl-de/user/ann": "ann",
            "spotify:user:ann": "ann",
        },
        nobody=("https://open.spotify.com/track/abc", "https://open.spotify.com/artist/abc"),
    ),
    Network(
        name="tumblr",
        title="Tumblr",
        pattern=r"[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?",
        source="Wikidata P3943",
        hosts=("tumblr.com",),
        paths=("blog/view/{}", "blog/{}", "{}"),
        also=("{}.tumblr.com",),
        languages=False,
        url="https://www.tumblr.com/{}",
        reserved=_SITE | words("dashboard tagged explore blog likes following reblog assets www media api docs live"),
        labels=("tumblr",),
        examples={
            "https://ann-e.tumblr.com/post/1": "ann-e",
            "https://www.tumblr.com/Ann-E/123": "ann-e",
            "tumblr.com/blog/view/ann": "ann",
        },
        nobody=("https://www.tumblr.com/dashboard", "https://www.tumblr.com/tagged/x"),
    ),
    Network(
        name="linktree",
        title="Linktree",
        pattern=r"[a-z0-9_.]{1,40}",
        source="linktr.ee profile addresses",
        hosts=("linktr.ee", "linktree.com"),
        paths=("{}",),
        languages=False,
        url="https://linktr.ee/{}",
        reserved=_SITE | words("s admin marketplace products"),
        labels=("linktree", "linktr.ee"),
        examples={"https://linktr.ee/Ann.E?utm_source=x": "ann.e", "@ann": "ann"},
        nobody=("https://linktr.ee/s/pricing", "https://linktr.ee/login"),
    ),
    Network(
        name="steam",
        title="Steam",
        pattern=r"[a-z0-9_-]{2,32}|id:7656[0-9]{13}",
        source="developer.valvesoftware.com, SteamID",
        hosts=("steamcommunity.com",),
        paths=("id/{}", "profiles/{} -> id:{}"),
        numbers=True,
        url="https://steamcommunity.com/id/{}",
        number_url="https://steamcommunity.com/profiles/{}",
        labels=("steam id", "steam profile", "steamcommunity"),
        alone=("steam",),
        examples={
            "https://steamcommunity.com/id/Ann_E/": "ann_e",
            "https://steamcommunity.com/profiles/76561197960287930": "id:76561197960287930",
        },
        nobody=("https://steamcommunity.com/groups/x", "https://steamcommunity.com/app/10"),
    ),
)
