"""The networks on which people mostly meet people."""

from __future__ import annotations

import re
from typing import Final

from shared.identities.network import Network, words
from shared.identities.text import escaped, folded

_INSTAGRAM: Final = r"(?!.{31})[a-z0-9_](?:\.?[a-z0-9_])*"
_META: Final = words(
    "p reel reels tv stories explore accounts direct about legal developer privacy challenge emails session web "
    "graphql "
    "api oauth terms login search"
)
_NOT_A_PERSON_ON_VK: Final = r"(?:club|public|event|app|wall|photo|video|topic|album|audio|market)-?[0-9_]+"


def _linkedin(typed: str) -> str | None:
    # Member tokens, as LinkedIn's own export tools give them, are the one slug in which case matters.
    if typed[:5] == "ACoAA" and typed.isascii():
        return typed
    return folded(typed.removeprefix("@"))


def _linkedin_url(handle: str) -> str:
    if handle.startswith("id:"):
        return f"https://www.linkedin.com/profile/view?id={handle[3:]}"
    path = handle if handle.startswith("pub/") else f"in/{handle}"
    return f"https://www.linkedin.com/{escaped(path)}"


def _facebook(typed: str) -> str | None:
    # "johnsmith55", "John.Smith55" and "john.smith.55" are one person to Facebook (its help page on user names).
    handle = typed.removeprefix("@").lower()
    if handle.endswith((".php", ".aspx", ".html")):
        return None
    plain = handle.replace(".", "")
    return f"id:{plain}" if plain.isdecimal() and plain[0] != "0" else plain


def _vk(typed: str) -> str | None:
    handle = typed.removeprefix("@").lower()
    if handle.startswith("id") and handle[2:].isdecimal():
        return f"id:{handle[2:]}"
    return None if re.fullmatch(_NOT_A_PERSON_ON_VK, handle) else handle


def _discord(typed: str) -> str | None:
    handle = typed.removeprefix("@")
    if handle.isdecimal() and 17 <= len(handle) <= 20:
        return f"id:{handle}"
    return folded(handle)


SOCIAL: Final = (
    Network(
        name="x",
        title="X",
        pattern=r"[a-z0-9_]{1,15}",
        source="help.x.com on user names; Wikidata P2002",
        hosts=("x.com", "twitter.com"),
        paths=(
            "intent/user?screen_name={}",
            "intent/user?user_id={} -> id:{}",
            "intent/follow?screen_name={}",
            "intent/follow?user_id={} -> id:{}",
            "i/user/{} -> id:{}",
            "#!/{}",
            "{}",
        ),
        also=("twitter:user?screen_name={}", "twitter:user?id={} -> id:{}"),
        elsewhere=("t.co", "pic.twitter.com", "help.x.com", "help.twitter.com", "developer.x.com"),
        numbers=True,
        display="@{}",
        url="https://x.com/{}",
        number_url="https://x.com/i/user/{}",
        reserved=words(
            "home share intent hashtag search search-advanced i login logout signup explore settings privacy tos about "
            "messages notifications compose download jobs account who_to_follow lists bookmarks communities following "
            "followers oauth session personalization rules status widgets"
        ),
        labels=("twitter", "x twitter", "twitter x", "x.com"),
        alone=("x", "tw", "tweet", "tweets"),
        examples={
            "@Ann": "ann",
            "ann": "ann",
            "https://x.com/ann?s=21": "ann",
            "https://mobile.twitter.com/Ann/": "ann",
            "twitter.com/@ann": "ann",
            "https://twitter.com/#!/ann": "ann",
            "https://x.com/ann/status/12": "ann",
            "https://twitter.com/intent/user?screen_name=Ann": "ann",
            "https://twitter.com/intent/user?user_id=18969923": "id:18969923",
            "https://x.com/i/user/42": "id:42",
            "id:12345": "id:12345",
            "twitter://user?screen_name=ann": "ann",
            "＠ａｎｎ": "ann",
            "https://x.com/homer": "homer",
            "x.com/ian_example": "ian_example",
        },
        nobody=(
            "https://x.com/Home",
            "https://x.com/i/lists/12",
            "https://twitter.com/hashtag/python",
            "https://twitter.com/intent/tweet?text=hello",
            "https://x.com/search?q=ann",
            "https://t.co/abc",
        ),
    ),
    Network(
        name="linkedin",
        title="LinkedIn",
        # Slugs LinkedIn makes from a name keep the letters, marks and emoji of every script.
        pattern=r"[a-z0-9\u0080-\U0010ffff](?:[a-z0-9_\-\u0080-\ufffc\U00010000-\U0010ffff]){0,119}"
        r"|ACoAA[A-Za-z0-9_-]{20,60}"
        r"|pub/[^/\s%?#]{1,100}(?:/[0-9a-f]{1,4}){3}",
        source="linkedin.com/help answer 87; Wikidata P6634",
        hosts=("linkedin.com",),
        paths=(
            "in/{}",
            "mwlite/in/{}",
            "m/in/{}",
            "pub/{}/{}/{}/{} -> pub/{}/{}/{}/{}",
            "profile/view?id={} -> id:{}",
        ),
        also=("linkedin:in/{}",),
        elsewhere=("lnkd.in", "business.linkedin.com", "learning.linkedin.com"),
        case="fold",
        ascii=False,
        odd=_linkedin,
        numbers=True,
        url="https://www.linkedin.com/in/{}",
        odd_url=_linkedin_url,
        reserved=words("me edit unavailable"),
        labels=("linkedin", "linked in", "领英", "領英", "링크드인", "リンクトイン"),
        alone=("li", "in"),
        examples={
            "https://www.linkedin.com/in/ann-oneil-1a2b/": "ann-oneil-1a2b",
            "de.linkedin.com/in/Ann-ONeil?trk=x": "ann-oneil",
            "linkedin.com/in/j%C3%B6rg-m": "jörg-m",
            "linkedin.com/in/jo%CC%88rg-m": "jörg-m",
            "https://linkedin.com/in/%E2%80%ABann%E2%80%AC%E2%80%8E-1a2b3c": "ann-1a2b3c",
            "https://www.linkedin.com/in/%E0%A4%85%E0%A4%A8%E0%A5%81-1a2b": "अनु-1a2b",
            "ann-oneil": "ann-oneil",
            "in/ann-oneil": "ann-oneil",
            "https://www.linkedin.com/mwlite/in/ann-oneil": "ann-oneil",
            "https://www.linkedin.com/in/ann-oneil/en": "ann-oneil",
            "https://www.linkedin.com/in/ann-oneil/details/experience/": "ann-oneil",
            "http://www.linkedin.com/pub/ann-oneil/1/2a/3b4": "pub/ann-oneil/1/2a/3b4",
            "https://www.linkedin.com/in/company-ann": "company-ann",
        },
        nobody=(
            "https://www.linkedin.com/company/acme",
            "https://www.linkedin.com/school/acme",
            "https://www.linkedin.com/showcase/acme",
            "https://www.linkedin.com/in/me/",
            "https://www.linkedin.com/in/your-name",
            "https://www.linkedin.com/feed/",
            "https://www.linkedin.com/posts/ann_hello-activity-12",
            "https://lnkd.in/abc",
        ),
    ),
    Network(
        name="instagram",
        title="Instagram",
        pattern=_INSTAGRAM,
        source="Wikidata P2003",
        hosts=("instagram.com", "instagr.am"),
        paths=("_u/{}", "_n/{}", "{}"),
        also=("ig.me/m/{}", "instagram:user?username={}"),
        elsewhere=("help.instagram.com", "about.instagram.com"),
        numbers=True,
        display="@{}",
        url="https://www.instagram.com/{}/",
        reserved=_META,
        labels=("instagram", "insta"),
        alone=("ig",),
        examples={
            "@Ann.Example": "ann.example",
            "https://www.instagram.com/ann_e/?igsh=abc": "ann_e",
            "https://www.instagram.com/_u/ann": "ann",
            "https://ig.me/m/ann": "ann",
            "instagr.am/ann": "ann",
            "instagram.com/peter": "peter",
            "instagram.com/ann/reels/": "ann",
        },
        nobody=("https://www.instagram.com/p/abc123/", "instagram.com/explore/tags/x", "instagram.com/reel/abc"),
    ),
    Network(
        name="threads",
        title="Threads",
        pattern=_INSTAGRAM,
        source="Wikidata P2003 lists threads.net as a second address of the Instagram name",
        hosts=("threads.net", "threads.com"),
        paths=("@{}", "{}"),
        display="@{}",
        url="https://www.threads.com/@{}",
        name_space="instagram",
        reserved=_META | words("t search"),
        alone=("threads", "thread"),
        labels=("threads.net", "threads.com"),
        examples={
            "https://www.threads.net/@Ann": "ann",
            "@ann": "ann",
            "threads.com/@ann/post/1": "ann",
            "threads.net/ann": "ann",
        },
        nobody=("https://www.threads.net/t/abc", "threads.com/search?q=x"),
    ),
    Network(
        name="facebook",
        title="Facebook",
        pattern=r"[a-z0-9]{3,50}|id:[1-9][0-9]{3,19}",
        source="facebook.com/help 105399436216001; Wikidata P2013",
        hosts=("facebook.com", "fb.com", "web.facebook.com", "mbasic.facebook.com", "business.facebook.com"),
        paths=("profile.php?id={} -> id:{}", "people/*/{} -> id:{}", "#!/{}", "{}"),
        also=("m.me/{}", "fb.me/{}", "fb:profile/{} -> id:{}", "messenger.com/t/{}"),
        elsewhere=("fb.watch", "developers.facebook.com", "about.facebook.com", "facebook.me"),
        odd=_facebook,
        numbers=True,
        url="https://www.facebook.com/{}",
        number_url="https://www.facebook.com/profile.php?id={}",
        reserved=words(
            "groups pages events watch marketplace profile.php people sharer sharer.php share share.php story.php pg "
            "photo photo.php photos permalink.php login login.php help policies gaming hashtag public messages "
            "settings "
            "friends notifications reel reels stories video videos posts dialog plugins ads business privacy terms "
            "careers home home.php search bookmarks memories saved me"
        ),
        labels=("facebook",),
        alone=("fb", "messenger"),
        examples={
            "facebook.com/Ann.ONeil.55": "annoneil55",
            "annoneil55": "annoneil55",
            "https://m.facebook.com/ann.oneil55/": "annoneil55",
            "https://de-de.facebook.com/ann.oneil55": "annoneil55",
            "https://www.facebook.com/profile.php?id=1000123": "id:1000123",
            "https://www.facebook.com/people/Ann-ONeil/1000123": "id:1000123",
            "https://www.facebook.com/1000123": "id:1000123",
            "m.me/annoneil": "annoneil",
            "facebook.com/melissa": "melissa",
        },
        nobody=(
            "https://www.facebook.com/groups/python",
            "https://www.facebook.com/profile.php",
            "https://www.facebook.com/sharer/sharer.php?u=x",
            "https://facebook.com/events/123",
        ),
    ),
    Network(
        name="tiktok",
        title="TikTok",
        pattern=r"(?!.{25})[a-z0-9_.]+[a-z0-9_]",
        source="Wikidata P7085",
        hosts=("tiktok.com",),
        paths=("@{}", "share/user/{} -> id:{}"),
        elsewhere=("vm.tiktok.com", "vt.tiktok.com"),
        numbers=True,
        display="@{}",
        url="https://www.tiktok.com/@{}",
        reserved=words("foryou discover live"),
        labels=("tiktok", "tik tok", "douyin tiktok"),
        alone=("tt",),
        examples={
            "https://www.tiktok.com/@Ann.Example?lang=en": "ann.example",
            "@ann": "ann",
            "https://m.tiktok.com/@ann/video/12": "ann",
        },
        nobody=("https://vm.tiktok.com/abc/", "https://www.tiktok.com/tag/x", "https://www.tiktok.com/foryou"),
    ),
    Network(
        name="snapchat",
        title="Snapchat",
        pattern=r"[a-z](?:[a-z0-9_.\-]{0,13}[a-z0-9])",
        source="Wikidata P2984",
        hosts=("snapchat.com",),
        paths=("add/{}", "@{}"),
        also=("snapchat:add/{}",),
        url="https://www.snapchat.com/add/{}",
        labels=("snapchat",),
        alone=("snap",),
        examples={"https://www.snapchat.com/add/Ann-E": "ann-e", "ann.e": "ann.e", "snapchat.com/@ann": "ann"},
        nobody=("https://www.snapchat.com/discover/x", "https://www.snapchat.com/spotlight"),
    ),
    Network(
        name="reddit",
        title="Reddit",
        pattern=r"[a-z0-9_-]{3,20}",
        source="Wikidata P4265",
        hosts=("reddit.com", "old.reddit.com", "new.reddit.com", "np.reddit.com", "i.reddit.com"),
        paths=("user/{}", "u/{}", "r/u_{}"),
        elsewhere=("redd.it", "i.redd.it"),
        display="u/{}",
        url="https://www.reddit.com/user/{}",
        reserved=words("me deleted"),
        labels=("reddit",),
        unmistakable=r"/?u/[A-Za-z0-9_-]{3,20}",
        odd=lambda typed: typed.removeprefix("@").lower().removeprefix("/").removeprefix("u/"),
        examples={
            "u/Ann_E": "ann_e",
            "/u/ann_e": "ann_e",
            "https://old.reddit.com/u/ann_e/": "ann_e",
            "https://www.reddit.com/user/ann_e/comments/": "ann_e",
            "ann_e": "ann_e",
        },
        nobody=("https://www.reddit.com/r/python", "https://redd.it/abc", "https://www.reddit.com/user/me"),
    ),
    Network(
        name="pinterest",
        title="Pinterest",
        pattern=r"[a-z0-9_]{3,30}",
        source="Wikidata P3836",
        hosts=(
            *("pinterest.com", "pinterest.de", "pinterest.fr", "pinterest.es", "pinterest.it", "pinterest.ca"),
            *(
                "pinterest.co.uk",
                "pinterest.com.au",
                "pinterest.com.mx",
                "pinterest.at",
                "pinterest.ch",
                "pinterest.nz",
            ),
            *("pinterest.se", "pinterest.dk", "pinterest.pt", "pinterest.jp", "pinterest.co.kr", "pinterest.ie"),
            *("pinterest.cl", "pinterest.ph", "pinterest.ru"),
        ),
        paths=("{}",),
        elsewhere=("pin.it", "help.pinterest.com"),
        url="https://www.pinterest.com/{}/",
        reserved=words("pin search ideas business today settings login about explore source topics categories videos"),
        labels=("pinterest",),
        examples={
            "https://de.pinterest.com/Ann_E/boards/": "ann_e",
            "pinterest.co.uk/ann_e": "ann_e",
            "@ann_e": "ann_e",
        },
        nobody=("https://www.pinterest.com/pin/123/", "https://pin.it/abc"),
    ),
    Network(
        name="telegram",
        title="Telegram",
        pattern=r"[a-z][a-z0-9_]{3,31}",
        source="core.telegram.org/api/links; Wikidata P3789",
        hosts=("t.me", "telegram.me", "telegram.dog"),
        paths=("s/{}", "{}"),
        also=("{}.t.me", "tg:resolve?domain={}"),
        elsewhere=("telegram.org", "web.telegram.org", "telegra.ph"),
        languages=False,
        display="@{}",
        url="https://t.me/{}",
        reserved=words(
            "joinchat addstickers addemoji share proxy socks login setlanguage invoice addtheme addlist boost contact "
            "giftcode confirmphone iv msg"
        ),
        labels=("telegram",),
        alone=("tg",),
        examples={
            "https://t.me/Ann_Example": "ann_example",
            "telegram.me/ann_example": "ann_example",
            "t.me/s/ann_example": "ann_example",
            "tg://resolve?domain=ann_example": "ann_example",
            "annexample.t.me": "annexample",
            "@ann_example": "ann_example",
        },
        nobody=("https://t.me/joinchat/AbC", "https://t.me/+AbCdEf", "https://t.me/c/123/4"),
    ),
    Network(
        name="discord",
        title="Discord",
        pattern=r"(?!.*\.\.)[a-z0-9_.]{2,32}|[^\s@#:`]{2,32}#[0-9]{4}|id:[1-9][0-9]{16,19}",
        source="Wikidata P9101; discord.com on user names",
        hosts=("discord.com", "discordapp.com", "ptb.discord.com", "canary.discord.com"),
        paths=("users/{} -> id:{}",),
        also=("discord:-/users/{} -> id:{}",),
        elsewhere=("discord.gg",),
        ascii=False,
        odd=_discord,
        numbers=True,
        number_url="https://discord.com/users/{}",
        reserved=words("everyone here discord"),
        labels=("discord",),
        examples={
            "Ann.Example": "ann.example",
            "Ann#1234": "ann#1234",
            "https://discord.com/users/80351110224678912": "id:80351110224678912",
            "80351110224678912": "id:80351110224678912",
            "@ann_e": "ann_e",
        },
        nobody=("https://discord.gg/abc", "https://discord.com/invite/abc", "https://discord.com/channels/1/2"),
    ),
    Network(
        name="signal",
        title="Signal",
        pattern=r"[a-z_][a-z0-9_]{2,31}\.[0-9]{2,9}",
        source="support.signal.org on user names",
        elsewhere=("signal.group", "signal.org"),
        alone=("signal",),
        labels=("signal username",),
        examples={"ann.42": "ann.42", "@Ann_E.01": "ann_e.01"},
        nobody=("https://signal.group/#abc",),
    ),
    Network(
        name="wechat",
        title="WeChat",
        pattern=r"[a-z][a-z0-9_-]{5,19}",
        source="WeChat ID: 6 to 20 characters, as its settings page says",
        also=("weixin:dl/chat?={}",),
        labels=("wechat", "weixin", "微信"),
        examples={"Ann_Example": "ann_example", "weixin://dl/chat?ann_example": "ann_example"},
    ),
    Network(
        name="vk",
        title="VK",
        pattern=r"[a-z0-9_](?:\.?[a-z0-9_]){1,31}|id:[1-9][0-9]{0,14}",
        source="Wikidata P3185",
        hosts=("vk.com", "vk.ru", "vkontakte.ru"),
        paths=("{}",),
        also=("vk.me/{}",),
        odd=_vk,
        numbers=True,
        url="https://vk.com/{}",
        number_url="https://vk.com/id{}",
        reserved=words("feed im groups friends login settings search about dev video music market apps docs support"),
        labels=("vkontakte", "вконтакте"),
        alone=("vk", "вк"),
        examples={
            "https://m.vk.com/Ann_E": "ann_e",
            "vk.com/id123": "id:123",
            "@ann_e": "ann_e",
            "id123": "id:123",
        },
        nobody=("https://vk.com/club123", "https://vk.com/feed", "https://vk.com/wall-1_2"),
    ),
    Network(
        name="xing",
        title="XING",
        pattern=r"[^\W_](?:[\w-]{0,98}\w)?",
        source="xing.com profile addresses",
        hosts=("xing.com",),
        paths=("profile/{}",),
        case="fold",
        ascii=False,
        url="https://www.xing.com/profile/{}",
        labels=("xing",),
        examples={
            "https://www.xing.com/profile/Ann_ONeil12/cv": "ann_oneil12",
            "xing.com/profile/J%C3%B6rg_M": "jörg_m",
            "Ann_ONeil": "ann_oneil",
        },
        nobody=("https://www.xing.com/pages/acme", "https://www.xing.com/companies/acme", "xing.com/events/abc"),
    ),
    Network(
        name="meetup",
        title="Meetup",
        pattern=r"[1-9][0-9]{0,11}",
        source="meetup.com: the URL of Member Profile in its attendee export",
        hosts=("meetup.com",),
        paths=("members/{}", "*/members/{}", "*/*/members/{}"),
        elsewhere=("meet.meetup.com",),
        url="https://www.meetup.com/members/{}/",
        labels=("meetup profile", "meetup.com", "meetup id", "member profile"),
        alone=("meetup",),
        examples={
            "https://www.meetup.com/members/123456/": "123456",
            "https://www.meetup.com/de-DE/members/123456": "123456",
            "https://www.meetup.com/some-group/members/123456/profile/": "123456",
            "123456": "123456",
        },
        nobody=("https://www.meetup.com/some-group/events/123/",),
    ),
    Network(
        name="luma",
        title="Luma",
        pattern=r"usr-[A-Za-z0-9]{6,40}|[a-z0-9_](?:[a-z0-9_.-]{0,38}[a-z0-9_])?",
        source="lu.ma profile addresses",
        hosts=("lu.ma", "luma.com"),
        paths=("user/{}",),
        languages=False,
        odd=lambda typed: typed if typed[:4] == "usr-" else typed.removeprefix("@").lower(),
        url="https://lu.ma/user/{}",
        labels=("luma profile", "lu.ma"),
        alone=("luma",),
        examples={
            "https://lu.ma/user/Ann": "ann",
            "luma.com/user/usr-AbCdEf123": "usr-AbCdEf123",
            "ann_e": "ann_e",
        },
        nobody=("https://lu.ma/some-event", "https://luma.com/calendar/manage"),
    ),
)
