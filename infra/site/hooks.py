"""What mkdocs does not do by itself: pages that lie elsewhere, links into the source, and mermaid from our own site."""

from __future__ import annotations

import importlib.resources
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT: Final = Path(__file__).resolve().parents[2]
ELSEWHERE: Final = {"contributing.md": "CONTRIBUTING.md", "changelog.md": "CHANGELOG.md", "security.md": "SECURITY.md"}
REFERENCE: Final = "reference"
MERMAID: Final = "assets/mermaid.js"
LARGE: Final = 20  # lines
_DIAGRAM: Final = re.compile(r'<pre class="mermaid"><code>(?P<source>.*?)</code></pre>', re.DOTALL)
_FENCE: Final = re.compile(r"(^```.*?^```$)", re.MULTILINE | re.DOTALL)
_LINK: Final = re.compile(r"(?P<before>!?\[(?P<text>[^\]]*)\])\((?P<path>[^)#\s:]+)(?P<anchor>#[^)\s]*)?\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Leave out of the navigation what is not there (yet), and put under "More" what it does not name."""
    docs = Path(config.docs_dir)
    there = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")} | set(ELSEWHERE)
    named: set[str] = set()
    config.nav = _present(config.nav or [], there, named)
    if more := sorted(there - named):
        config.nav.append({"More": more})
    return config


def _present(entries: list[Any], there: set[str], named: set[str]) -> list[Any]:
    kept: list[Any] = []
    for entry in entries:
        title, target = next(iter(entry.items()))
        if isinstance(target, list):
            target = _present(target, there, named)
        elif target == f"{REFERENCE}/":
            target = [f"{REFERENCE}/index.md", *(f"{REFERENCE}/{room}.md" for room in _rooms())]
        elif target in there:
            named.add(target)
        else:
            continue
        kept.append({title: target})
    return kept


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that lie outside of docs/, a page for each room, and mermaid's script."""
    for page, source in ELSEWHERE.items():
        files.append(File.generated(config, page, content=(ROOT / source).read_text()))
    rooms = _rooms()
    lines = "\n".join(f"- [{room}]({room}.md): {words}" for room, words in rooms.items())
    files.append(File.generated(config, f"{REFERENCE}/index.md", content=_REFERENCE.format(lines=lines)))
    for room in rooms:
        text = f"# shared.{room}\n\n::: shared.{room}\n"
        files.append(File.generated(config, f"{REFERENCE}/{room}.md", content=text))
    script = importlib.resources.files("mermaidx") / "assets" / "mermaid.js"
    files.append(File.generated(config, MERMAID, content=script.read_bytes()))
    return files


_REFERENCE: Final = """# Reference

What each room of `shared/` gives to the others, from its docstrings. The rooms are pure: no AWS, no storage, no clock.
[How it works](../architecture.md#the-rooms) says which is for what, and [the HTTP API](../openapi.md) what comes in
from outside.

{lines}
"""


def _rooms() -> dict[str, str]:
    """The rooms that say what is theirs to give, each with the first sentence of its docstring."""
    rooms = {}
    for door in sorted((ROOT / "shared").glob("*/__init__.py")):
        text = door.read_text()
        if "__all__" in text and door.parent.name not in ("storage", "services", "pipeline"):
            rooms[door.parent.name] = text.split('"""')[1].strip().split("\n\n")[0].replace("\n", " ")
    return rooms


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, **_: Any) -> str:
    """Lead links to files outside of docs/ to their page here, to the repository, or nowhere."""
    place = ROOT / ELSEWHERE.get(page.file.src_uri, f"docs/{page.file.src_uri}")
    pieces = _FENCE.split(markdown)
    mend = _mender(place.parent, Path(page.file.src_uri).parent, config.repo_url)
    pieces[::2] = [_LINK.sub(mend, piece) for piece in pieces[::2]]
    return "".join(pieces)


def _mender(folder: Path, here: Path, repo_url: str | None) -> Callable[[re.Match[str]], str]:
    pages = {source: page for page, source in ELSEWHERE.items()}

    def mend(link: re.Match[str]) -> str:
        target = (folder / link["path"]).resolve()
        if not target.is_relative_to(ROOT) or not target.exists():
            return link[0]  # where it leads nowhere, mkdocs says so
        name = target.relative_to(ROOT).as_posix()
        depth = "../" * len(here.parts)
        if name in pages:
            return f"{link['before']}({depth}{pages[name]}{link['anchor'] or ''})"
        if name.startswith("docs/"):
            return f"{link['before']}({depth}{name.removeprefix('docs/')}{link['anchor'] or ''})"
        if repo_url:
            return f"{link['before']}({repo_url.rstrip('/')}/blob/main/{name})"
        return link["text"] if "`" in link["text"] else f"`{link['text']}`"

    return mend


def on_post_page(output: str, page: Page, **_: Any) -> str:
    """Give a page with diagrams the script that draws them, ahead of the theme's, which would fetch it elsewhere."""
    if 'class="mermaid"' not in output:
        return output
    up = "../" * page.url.count("/")
    before, bundle, after = output.rpartition(f'<script src="{up}assets/javascripts/bundle')
    output = f'{before}<script src="{up}{MERMAID}"></script>{bundle}{after}'
    return _DIAGRAM.sub(_with_room, output)


def _with_room(diagram: re.Match[str]) -> str:
    """A large diagram gets as much room as it needs, and is moved sideways."""
    large = diagram["source"].count("\n") > LARGE
    return f'<div class="large">{diagram[0]}</div>' if large else diagram[0]
