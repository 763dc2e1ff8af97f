"""Somebody before a browser, and what must hold of everything that they see.

Accessible (axe-core finds nothing), light and dark; no sideways scrolling on a phone; a page weighs less than 100 KB;
the browser has nothing to complain about: no script or style that the policy forbids, no error, nothing that does not
load.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from functools import cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Download, Locator, Page, Request

WIDTHS: Final = (375, 1280)
SCHEMES: Final[tuple[Literal["light", "dark"], ...]] = ("light", "dark")
MOST_BYTES: Final = 100 * 1024
PICTURES: Final = os.environ.get("ICEBREAKER_PICTURES")  # the folder in which every state is drawn; see tests/pictures
MOST_TABS: Final = 80
_AXE_OPTIONS: Final[dict[str, Any]] = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "rules": {"target-size": {"enabled": True}},
    "resultTypes": ["violations"],
}
_WEIGHT: Final = """() => [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")]
    .filter((each) => !each.name.endsWith(".json") && !each.name.includes(".json?"))
    .reduce((sum, each) => sum + each.decodedBodySize, 0)"""


class Reader:
    """One person with one browser window of their own."""

    def __init__(self, browser: Browser, *, scripts: bool = True) -> None:
        self.context = browser.new_context(
            java_script_enabled=scripts, reduced_motion="reduce", locale="en-GB", accept_downloads=True
        )
        self.context.set_default_timeout(15_000)
        self.page: Page = self.context.new_page()
        self.complaints: list[str] = []
        self.scripts = scripts
        self.page.on("console", self._heard)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("requestfailed", self._failed)

    def _heard(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self.complaints.append(message.text)

    def _failed(self, request: Request) -> None:
        # A file to keep ends the navigation that asked for it.
        if request.failure != "net::ERR_ABORTED":
            self.complaints.append(f"{request.method} {request.url}: {request.failure}")

    def opens(self, mail: EmailMessage, link: str) -> str:
        """Read a mail as a mail program shows it; where a link of it leads, by its words."""
        body = mail.get_body(("html",))
        assert body is not None
        program = self.context.new_page()
        program.set_content(body.get_content())
        there = {
            each.get_attribute("aria-label") or each.inner_text(): each.get_attribute("href") or ""
            for each in program.get_by_role("link").all()
        }
        program.close()
        assert link in there, f"the mail has no link {link!r}, but {sorted(there)}"
        return there[link]

    def goes_to(self, address: str, *, status: int = 200) -> None:
        answer = self.page.goto(address)
        assert answer is not None
        assert answer.status == status
        if status >= 400:
            self.minds_no(status)

    def minds_no(self, status: int) -> None:
        """Forget that the browser itself says of a page that it was refused; that is all it may say."""
        said = f"the server responded with a status of {status}"
        self.complaints = [each for each in self.complaints if said not in each]

    def sees(self, text: str) -> Locator:
        found = self.page.get_by_text(text).first
        found.wait_for()
        return found

    def presses(self, button: str, *, on: Locator | None = None) -> None:
        (on or self.page).get_by_role("button", name=button, exact=True).first.click()
        self.page.wait_for_load_state()

    def turns_to(self, part: str) -> None:
        """Go to another part of the page, by its name in the navigation."""
        self.page.get_by_role("navigation").get_by_role("link", name=part, exact=True).click()
        self.page.wait_for_load_state()

    def card(self, heading: str) -> Locator:
        return self.page.locator(".card", has=self.page.get_by_role("heading", name=heading))

    def keeps(self, link: str, *, on: Locator | None = None) -> str:
        """Save what a link offers; its content."""
        with self.page.expect_download() as promised:
            (on or self.page).get_by_role("link", name=link).click()
        download: Download = promised.value
        return download.path().read_text(encoding="utf-8")

    def tabs_to(self, target: Locator) -> None:
        """Reach something by the Tab key alone, and see that one is there."""
        target.wait_for()
        for _ in range(MOST_TABS):
            self.page.keyboard.press("Tab")
            if target.evaluate("each => each === document.activeElement"):
                assert target.evaluate("each => getComputedStyle(each).outlineStyle") != "none", "the focus is not seen"
                return
        raise AssertionError(f"no Tab reaches {target}")

    def checks(self, state: str) -> None:
        """Everything that must hold of whatever is on the screen."""
        for width in WIDTHS:
            self.page.set_viewport_size({"width": width, "height": 800})
            if not self.scripts:
                continue
            needed = self.page.evaluate("document.documentElement.scrollWidth")
            assert needed <= width, f"{state}: {needed} pixels are needed where {width} are there"
            for scheme in SCHEMES:
                self.page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                if PICTURES:
                    name = re.sub(r"[^a-z0-9]+", "-", state.lower())
                    self.page.screenshot(path=Path(PICTURES) / f"{name}-{width}-{scheme}.png", full_page=True)
                found = self._stumbles()
                assert not found, f"{state}, {width} wide, {scheme}:\n" + "\n".join(found)
        if self.scripts:
            weight = self.page.evaluate(_WEIGHT)
            assert 0 < weight < MOST_BYTES, f"{state}: {weight} bytes"
        assert not self.complaints, f"{state}: {self.complaints}"

    def _stumbles(self) -> list[str]:
        self.page.evaluate(axe())
        found = self.page.evaluate("options => axe.run(document, options)", _AXE_OPTIONS)
        return [
            f"{each['id']} ({each['help']}): {node['html'][:200]} {node.get('failureSummary', '')}"
            for each in found["violations"]
            for node in each["nodes"]
        ]


@contextmanager
def reading(browser: Browser, *, scripts: bool = True) -> Iterator[Reader]:
    reader = Reader(browser, scripts=scripts)
    try:
        yield reader
    finally:
        reader.context.close()


@cache
def axe() -> str:
    """axe-core's own source. Run by the debugger's door, which no policy of a page closes."""
    return (resources.files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
