"""The networks of people who write software."""

from __future__ import annotations

from typing import Final

from shared.identities.network import Network, words

# In two words: addresses of package registries are searched for in this repository, and this is not meant as one.
_PYPI_HOST = ".".join(("pypi", "org"))

_SITE: Final = words(
    "about account admin api blog contact dashboard docs explore faq features feed help home jobs join legal login "
    "logout "
    "new news notifications pricing privacy search security settings signin signup status support tags terms topics"
)


def _npm(typed: str) -> str:
    return typed.removeprefix("~").removeprefix("@").lower()


def _sourcehut(typed: str) -> str:
    return typed.removeprefix("@").removeprefix("~").lower()


def _hashnode(typed: str) -> str:
    return typed.removeprefix("@").lower()


DEVELOPERS: Final = (
    Network(
        name="github",
        title="GitHub",
        # Accounts that an enterprise manages end in an underscore and its short code.
        pattern=r"(?!.{46})[a-z0-9](?:-?[a-z0-9])*(?:_[a-z0-9]{1,12})?",
        source="docs.github.com on user names; Wikidata P2037",
        hosts=("github.com", "gist.github.com", "raw.githubusercontent.com"),
        paths=("sponsors/{}", "stars/{}", "{}"),
        also=("{}.github.io", "avatars.githubusercontent.com/u/{} -> id:{}"),
        elsewhere=("docs.github.com", "github.blog", "githubusercontent.com"),
        languages=False,
        numbers=True,
        url="https://github.com/{}",
        reserved=_SITE
        | words(
            "apps collections codespaces copilot customer-stories discussions enterprise events github-copilot issues "
            "marketplace mobile nonprofit organizations orgs premium-support pulls readme sessions site solutions "
            "sponsors "
            "stars team trending users watching gist discover resources stories"
        ),
        labels=("github", "git hub"),
        alone=("gh", "git"),
        examples={
            "github.com/Ann-O/": "ann-o",
            "https://github.com/ann/repo": "ann",
            "@ann": "ann",
            "newton": "newton",
            "github.com/newton": "newton",
            "https://gist.github.com/ann": "ann",
            "ann.github.io": "ann",
            "https://ann.github.io/project/": "ann",
            "https://github.com/ann?tab=repositories": "ann",
            "https://avatars.githubusercontent.com/u/583231?v=4": "id:583231",
            "ann_acme": "ann_acme",
            "аnn": "ann",
        },
        nobody=(
            "https://github.com/features",
            "https://github.com/Orgs/acme/people",
            "https://github.com/topics/python",
            "https://github.com/username",
            "https://docs.github.com/rest",
        ),
    ),
    Network(
        name="gitlab",
        title="GitLab",
        pattern=r"(?!.*[._-]{2})[a-z0-9_](?:[a-z0-9_.-]{0,253}[a-z0-9_])?",
        source="docs.gitlab.com, reserved names and limits on user names",
        hosts=("gitlab.com",),
        paths=("users/{}", "{}"),
        also=("{}.gitlab.io",),
        elsewhere=("about.gitlab.com", "docs.gitlab.com"),
        languages=False,
        url="https://gitlab.com/{}",
        reserved=_SITE
        | words("-  groups users projects snippets dashboard public assets uploads profile unsubscribes"),
        labels=("gitlab", "git lab"),
        alone=("gl",),
        examples={"https://gitlab.com/Ann.E": "ann.e", "@ann": "ann", "gitlab.com/ann/project/-/issues": "ann"},
        nobody=(
            "https://gitlab.com/explore/projects",
            "https://gitlab.com/groups/acme",
            "https://gitlab.com/-/profile",
        ),
    ),
    Network(
        name="codeberg",
        title="Codeberg",
        pattern=r"[a-z0-9](?:[a-z0-9_.-]{0,38}[a-z0-9_-])?",
        source="Forgejo's rules on user names",
        hosts=("codeberg.org",),
        paths=("{}",),
        also=("{}.codeberg.page",),
        elsewhere=("docs.codeberg.org", "blog.codeberg.org"),
        languages=False,
        url="https://codeberg.org/{}",
        reserved=_SITE | words("assets avatars user org repo issues pulls milestones attachments"),
        labels=("codeberg",),
        examples={"https://codeberg.org/Ann/project": "ann", "ann.codeberg.page": "ann", "@ann": "ann"},
        nobody=("https://codeberg.org/explore/repos", "https://codeberg.org/user/login"),
    ),
    Network(
        name="bitbucket",
        title="Bitbucket",
        pattern=r"[a-z0-9_-]{1,62}",
        source="support.atlassian.com on workspace ids",
        hosts=("bitbucket.org",),
        paths=("{}",),
        languages=False,
        url="https://bitbucket.org/{}/",
        reserved=_SITE | words("product dashboard repo snippets workspaces socialauth site"),
        labels=("bitbucket",),
        examples={"https://bitbucket.org/Ann_E/repo": "ann_e", "ann-e": "ann-e"},
        nobody=("https://bitbucket.org/product/features", "https://bitbucket.org/dashboard/overview"),
    ),
    Network(
        name="sourcehut",
        title="sourcehut",
        pattern=r"[a-z_][a-z0-9_-]{1,29}",
        source="meta.sr.ht's rules on user names",
        hosts=("sr.ht", "git.sr.ht", "hg.sr.ht", "lists.sr.ht", "todo.sr.ht", "meta.sr.ht"),
        paths=("~{}",),
        languages=False,
        odd=_sourcehut,
        display="~{}",
        url="https://sr.ht/~{}",
        labels=("sourcehut", "source hut", "sr.ht"),
        examples={"https://git.sr.ht/~Ann/repo": "ann", "~ann": "ann", "sr.ht/~ann_e": "ann_e"},
        nobody=("https://sr.ht/projects",),
    ),
    Network(
        name="stackoverflow",
        title="Stack Overflow",
        pattern=r"[1-9][0-9]{0,9}",
        source="stackoverflow.com profile addresses",
        hosts=("stackoverflow.com",),
        paths=("users/{}", "u/{}"),
        languages=False,
        url="https://stackoverflow.com/users/{}",
        labels=("stackoverflow", "stack overflow"),
        alone=("so",),
        examples={
            "https://stackoverflow.com/users/12345/ann-example": "12345",
            "https://stackoverflow.com/u/12345": "12345",
            "12345": "12345",
        },
        nobody=(
            "https://stackoverflow.com/questions/12345",
            "https://stackoverflow.com/users",
            "pt.stackoverflow.com/users/1",
        ),
    ),
    Network(
        name="npm",
        title="npm",
        pattern=r"[a-z0-9][a-z0-9._-]{0,213}",
        source="docs.npmjs.com on user names",
        hosts=("npmjs.com", "npmjs.org"),
        paths=("~{}",),
        odd=_npm,
        display="~{}",
        url="https://www.npmjs.com/~{}",
        labels=("npm", "npmjs"),
        examples={"https://www.npmjs.com/~Ann": "ann", "~ann": "ann", "ann-e": "ann-e"},
        nobody=("https://www.npmjs.com/package/left", "https://www.npmjs.com/search?q=x"),
    ),
    Network(
        name="pypi",
        title="PyPI",
        pattern=r"[a-z0-9](?:[a-z0-9._-]{0,48}[a-z0-9])?",
        source="the Python Package Index's rules on user names",
        hosts=(_PYPI_HOST, "pypi.python.org"),
        paths=("user/{}",),
        languages=False,
        url=f"https://{_PYPI_HOST}/user/{{}}/",
        labels=("pypi",),
        examples={f"https://{_PYPI_HOST}/user/Ann.E/": "ann.e", "ann-e": "ann-e"},
        nobody=(f"https://{_PYPI_HOST}/project/left/", f"https://{_PYPI_HOST}/org/acme/"),
    ),
    Network(
        name="dockerhub",
        title="Docker Hub",
        pattern=r"[a-z0-9]{4,30}",
        source="docs.docker.com on Docker IDs",
        hosts=("hub.docker.com",),
        paths=("u/{}", "r/{}"),
        url="https://hub.docker.com/u/{}",
        labels=("dockerhub", "docker hub", "docker id"),
        alone=("docker",),
        examples={"https://hub.docker.com/u/AnnE": "anne", "hub.docker.com/r/anne/image": "anne", "anne": "anne"},
        nobody=("https://hub.docker.com/_/python", "https://hub.docker.com/search?q=x"),
    ),
    Network(
        name="hackernews",
        title="Hacker News",
        pattern=r"[A-Za-z0-9_-]{2,15}",
        source="news.ycombinator.com; Wikidata P7171",
        hosts=("news.ycombinator.com",),
        paths=("user?id={}", "submitted?id={}", "threads?id={}"),
        case="exact",
        url="https://news.ycombinator.com/user?id={}",
        labels=("hacker news", "hackernews", "ycombinator"),
        alone=("hn",),
        examples={"https://news.ycombinator.com/user?id=AnnE": "AnnE", "ann-e": "ann-e"},
        nobody=("https://news.ycombinator.com/item?id=123", "https://news.ycombinator.com/newest"),
    ),
    Network(
        name="lobsters",
        title="Lobsters",
        pattern=r"[a-z0-9][a-z0-9_-]{0,24}",
        source="lobste.rs's rules on user names",
        hosts=("lobste.rs",),
        paths=("~{}", "u/{}"),
        odd=_sourcehut,
        display="~{}",
        url="https://lobste.rs/~{}",
        labels=("lobsters", "lobste.rs"),
        examples={"https://lobste.rs/~Ann": "ann", "lobste.rs/u/ann": "ann", "ann": "ann"},
        nobody=("https://lobste.rs/s/abc/title", "https://lobste.rs/t/python"),
    ),
    Network(
        name="producthunt",
        title="Product Hunt",
        pattern=r"[a-z0-9_]{1,40}",
        source="producthunt.com profile addresses",
        hosts=("producthunt.com",),
        paths=("@{}",),
        display="@{}",
        url="https://www.producthunt.com/@{}",
        labels=("product hunt", "producthunt"),
        alone=("ph",),
        examples={"https://www.producthunt.com/@Ann_E": "ann_e", "@ann_e": "ann_e"},
        nobody=("https://www.producthunt.com/posts/thing", "https://www.producthunt.com/products/thing"),
    ),
    Network(
        name="devto",
        title="DEV",
        pattern=r"[a-z0-9_][a-z0-9_-]{0,60}",
        source="dev.to profile addresses",
        hosts=("dev.to",),
        paths=("{}",),
        languages=False,
        url="https://dev.to/{}",
        reserved=_SITE
        | words(
            "t top latest enter videos pod podcasts challenges code-of-conduct p listings readinglist connect shop +"
        ),
        labels=("dev.to", "devto", "dev community"),
        examples={"https://dev.to/Ann_E/a-post-1a2b": "ann_e", "@ann": "ann"},
        nobody=("https://dev.to/t/python", "https://dev.to/settings"),
    ),
    Network(
        name="hashnode",
        title="Hashnode",
        # A blog's name need not be its author's: "ann" and "ann.hashnode.dev" may be two people.
        pattern=r"[a-z0-9_-]{1,60}|[a-z0-9-]{1,63}\.hashnode\.dev",
        source="hashnode.com profile addresses",
        hosts=("hashnode.com",),
        paths=("@{}",),
        also=("{}.hashnode.dev -> {}.hashnode.dev",),
        odd=_hashnode,
        claims=r"[A-Za-z0-9-]+\.hashnode\.dev",
        display="{}",
        odd_url=lambda handle: f"https://{handle}" if "." in handle else f"https://hashnode.com/@{handle}",
        labels=("hashnode",),
        examples={
            "https://hashnode.com/@Ann": "ann",
            "@ann": "ann",
            "https://ann.hashnode.dev/a-post": "ann.hashnode.dev",
        },
        nobody=("https://hashnode.com/n/python",),
    ),
    Network(
        name="codepen",
        title="CodePen",
        pattern=r"[a-z0-9_-]{1,40}",
        source="codepen.io profile addresses",
        hosts=("codepen.io",),
        paths=("{}",),
        url="https://codepen.io/{}",
        reserved=_SITE | words("pen pens collection collections trending spark challenges team topic pro"),
        labels=("codepen", "code pen"),
        examples={"https://codepen.io/Ann-E/pen/abc": "ann-e", "@ann": "ann"},
        nobody=("https://codepen.io/pen/", "https://codepen.io/trending"),
    ),
    Network(
        name="sessionize",
        title="Sessionize",
        pattern=r"[a-z0-9](?:[a-z0-9-]{0,98}[a-z0-9])?",
        source="sessionize.com speaker addresses",
        hosts=("sessionize.com",),
        paths=("{}",),
        url="https://sessionize.com/{}/",
        reserved=_SITE | words("app playbook speakers-directory event-organizers speakers api-docs view s cfp image"),
        labels=("sessionize",),
        examples={"https://sessionize.com/Ann-Example/": "ann-example", "ann": "ann"},
        nobody=("https://sessionize.com/pricing", "https://sessionize.com/app/speaker"),
    ),
    Network(
        name="speakerdeck",
        title="Speaker Deck",
        pattern=r"[a-z0-9_-]{1,40}",
        source="speakerdeck.com profile addresses",
        hosts=("speakerdeck.com",),
        paths=("{}",),
        url="https://speakerdeck.com/{}",
        reserved=_SITE | words("c p player features pro"),
        labels=("speaker deck", "speakerdeck"),
        examples={"https://speakerdeck.com/Ann_E/my-talk": "ann_e", "ann": "ann"},
        nobody=("https://speakerdeck.com/c/technology", "https://speakerdeck.com/features"),
    ),
)
