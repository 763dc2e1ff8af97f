"""Debian's Chromium before the local stack: two events whose first mails have just gone out."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from infra.cli.deployment import find_deployment
from infra.local import LocalStack
from shared import storage
from shared.events import Event
from shared.pipeline import manage_event
from tests.conftest import point_at
from tests.pipeline.test_end_to_end import Webhook, icebreaker, wait_for

if TYPE_CHECKING:
    from playwright.sync_api import Browser

READERS = ("ann", "kim", "joe")  # whom Mack and Zoe know
WAVE = "first"
EVENT_TOML = """
[event]
id = "{event_id}"
name = "DemoCon"
starts = {starts:%Y-%m-%dT09:00}
ends = {ends:%Y-%m-%dT18:00}
time_zone = "Europe/Paris"
place = "Kennewick"
organizer = "The Demo Society"
contact = "hello@democon.example"
meeting_point = "the coffee bar, first break"

[[wave]]
name = "first"
at = {starts:%Y-%m-%dT07:00:00Z}

[[slot]]
days = [{starts:%Y-%m-%d}]
times = [10:30, 12:30]
minutes = 15
place = "the coffee bar, by the door"
capacity = 4
"""


@dataclass(frozen=True)
class Party:
    """An event at which everybody has their first mail."""

    stack: LocalStack
    event_id: str

    @property
    def event(self) -> Event:
        event = storage.events.load(self.event_id)
        assert event is not None
        return event

    def is_matched(self) -> bool:
        """Whether everybody is found whom Mack or Zoe knows."""
        return len(storage.matches.load_all(self.event)) == 2 * len(READERS)

    def send(self, wave: str) -> None:
        scheduling = find_deployment(self.stack.stack_name).scheduling
        manage_event.send_wave_now(self.event, wave, scheduling=scheduling, now=datetime.now(UTC))

    def mails_to(self, name: str) -> list[EmailMessage]:
        """What lies in somebody's mailbox, the newest last."""
        mails = self.stack.mailbox()
        return [mail for mail in mails if f"{name}@{self.event_id}.example" in mail["To"]]

    def next_mail_to(self, name: str, *, after: int) -> EmailMessage:
        wait_for(lambda: len(self.mails_to(name)) > after, f"mail {after + 1} to {name}")
        return self.mails_to(name)[after]


@pytest.fixture(autouse=True)
def aws(stack_as_aws: None) -> None:
    """Every test here works against the stack."""


@pytest.fixture(scope="session")
def parties(browser: Browser, stack: LocalStack, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Party]:
    """Both events, made side by side: what takes time is waiting."""
    with pytest.MonkeyPatch.context() as patch:
        point_at(stack, patch)
        storage.connect(stack.outputs["TableName"])
        made = {name: _make(stack, f"{name}con", tmp_path_factory.mktemp(name)) for name in ("story", "keys")}
        for party in made.values():
            wait_for(party.is_matched, "the matches")
            party.send(WAVE)
        for party in made.values():
            for name in (*READERS, "mack", "zoe"):
                party.next_mail_to(name, after=0)
    return made


def _make(stack: LocalStack, event_id: str, folder: Path) -> Party:
    starts = datetime.now(UTC) + timedelta(days=7)
    file = folder / "event.toml"
    file.write_text(EVENT_TOML.format(event_id=event_id, starts=starts, ends=starts + timedelta(days=1)))
    printed = icebreaker("event", "create", str(file))
    webhook = Webhook(stack, event_id, printed.partition("whsec_")[1] + printed.partition("whsec_")[2].split()[0])
    for name in (*READERS, "mack", "zoe"):
        assert webhook.post(name, email=f"{name}@{event_id}.example", company="Demo Works", locale="en") == 200
    # By the addresses that registrations came from, so that nobody has to be shown to be who they are.
    rows = [f"{name.title()},,,{name}@{event_id}.example,,,12 Mar 2024\n" for name in READERS]
    (folder / "Connections.csv").write_text(
        "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n" + "".join(rows)
    )
    cards = [
        f"BEGIN:VCARD\nVERSION:3.0\nFN:{name.title()}\nEMAIL:{name}@{event_id}.example\nEND:VCARD\n" for name in READERS
    ]
    (folder / "contacts.vcf").write_text("".join(cards))
    for owner, export in (("mack", "Connections.csv"), ("zoe", "contacts.vcf")):
        address = f"{owner}@{event_id}.example"
        icebreaker("connections", "import", str(folder / export), "--event", event_id, "--for", address)
    return Party(stack, event_id)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; Playwright's own browsers are not downloaded."""
    chromium = os.environ.get("CHROMIUM") or shutil.which("chromium")
    if chromium is None:
        pytest.skip("there is no chromium here: `apt-get install chromium` as root, or set CHROMIUM to where one is")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-dev-shm-usage"])
        yield browser
        browser.close()
