"""Nothing on the built site is loaded from anywhere else: ``python -m infra.checks.site build/site``.

Links that a reader may follow are no matter; what a browser fetches by itself is.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from typing import Final

# What fetches by itself, by which attribute; of <link> those that are not fetched are told by their rel.
_FETCHING: Final = {
    "script": "src", "img": "src", "iframe": "src", "source": "src", "video": "src", "audio": "src", "embed": "src",
    "object": "data", "link": "href",
}  # fmt: skip
_NOT_FETCHED: Final = {"canonical", "next", "prev", "edit", "alternate"}
_ELSEWHERE: Final = re.compile(r"\s*(?:[a-z][a-z0-9+.-]*:)?//", re.IGNORECASE)
_IN_STYLES: Final = re.compile(r"""(?:url\(\s*["']?|@import\s+["'])((?:https?:)?//[^"')\s]+)""")


class _Fetched(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        address = attributes.get(_FETCHING.get(tag, ""), "")
        if _ELSEWHERE.match(address) and not _NOT_FETCHED & set(attributes.get("rel", "").split()):
            self.found.append(address)
        self.found += _IN_STYLES.findall(attributes.get("style", ""))


def fetched_from_elsewhere(site: Path) -> Iterator[str]:
    """Each address that a page or style of the site fetches from another host, with where it stands."""
    for file in sorted(site.rglob("*")):
        if file.suffix == ".html":
            page = _Fetched()
            text = file.read_text()
            page.feed(text)
            found = page.found + _IN_STYLES.findall("".join(re.findall(r"<style.*?</style>", text, re.DOTALL)))
        elif file.suffix == ".css":
            found = _IN_STYLES.findall(file.read_text())
        else:
            continue
        yield from (f"{file.relative_to(site)}: {address}" for address in found)


def main(arguments: list[str]) -> int:
    """Print them; 1 where there are some."""
    found = list(fetched_from_elsewhere(Path(arguments[0])))
    sys.stderr.writelines(f"{line} is loaded from elsewhere\n" for line in found)
    return 1 if found else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
