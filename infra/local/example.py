"""A small event to try things out with: invented people, who knows whom, and a first wave that has gone out."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from infra.cli.deployment import Deployment, find_deployment
from infra.cli.uploading import upload, wait_for_report
from infra.local.stack import LocalStack
from shared import storage
from shared.attendees import attendee_id_of
from shared.events import Event, event_from_toml
from shared.introductions import State
from shared.pipeline import manage_event

EVENT_ID: Final = "try-it"
READER: Final = "ada@try-it.example"
PATIENCE_S: Final = 60
EVENT_TOML: Final = """
[event]
id = "try-it"
name = "Try it"
starts = {starts:%Y-%m-%dT09:00}
ends = {ends:%Y-%m-%dT18:00}
time_zone = "Europe/Paris"
place = "Brussels"
organizer = "The Try It Society"
contact = "hello@try-it.example"
meeting_point = "the coffee bar, first break"
waves = [5, 1]

[[slot]]
days = [{starts:%Y-%m-%d}]
times = [10:30, 12:30, 15:30]
minutes = 15
place = "the coffee bar, by the door"
capacity = 4
"""
ATTENDEES: Final = """Name,E-mail,Company,GitHub,Mastodon,Agreed
Ada Kowalska,ada@try-it.example,Seine Data,ada-kowalska,,"introduce, connections"
Ben Okafor,ben@try-it.example,Harbour Systems,ben-okafor,@ben@fosstodon.example,"introduce, connections"
Chloé Martin,chloe@try-it.example,ABC Café Labs,,@chloe@fosstodon.example,"introduce, connections"
Dmitri Sokolov,dmitri@try-it.example,,dsokolov,,"introduce, connections"
Emi Tanaka,emi@try-it.example,North Pier Press,emi-tanaka,,"introduce, connections"
Farid Haddad,farid@try-it.example,Rue Plumet Gardens,,,no
"""
LINKEDIN: Final = """First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ben,Okafor,https://www.linkedin.com/in/ben-okafor,ben@try-it.example,Harbour Systems,,12 Mar 2019
Chloé,Martin,https://www.linkedin.com/in/chloe-martin,chloe@try-it.example,ABC Café Labs,,02 Sep 2022
Farid,Haddad,,farid@try-it.example,Rue Plumet Gardens,,30 Jan 2024
Somebody,Else,https://www.linkedin.com/in/somebody-else,,Elsewhere,,01 Feb 2020
"""
CARDS: Final = """BEGIN:VCARD
VERSION:3.0
FN:Ada Kowalska
EMAIL:ada@try-it.example
END:VCARD
BEGIN:VCARD
VERSION:3.0
FN:Dmitri Sokolov
EMAIL:dmitri@try-it.example
END:VCARD
"""
PAIRS: Final = 4  # Ada with Ben, Chloé and Emi; Emi with Dmitri. Farid did not agree.


def make_example(stack: LocalStack, folder: Path) -> list[str]:
    """Make the event and wait until its first mails are there; lines that say where to look.

    This process's AWS must be the stack.

    :param folder: for the files that are uploaded
    """
    deployment = find_deployment(stack.stack_name)
    now = datetime.now(UTC)
    starts = now + timedelta(days=7)
    event = event_from_toml(EVENT_TOML.format(starts=starts, ends=starts + timedelta(days=1)))
    manage_event.create_event(event, secrets=deployment.secrets, scheduling=deployment.scheduling, now=now)
    folder.mkdir(parents=True, exist_ok=True)
    for kind, name, content, owner in (
        ("attendees", "attendees.csv", ATTENDEES, None),
        ("connections", "Connections.csv", LINKEDIN, READER),
        ("connections", "contacts.vcf", CARDS, "emi@try-it.example"),
    ):
        (folder / name).write_text(content, encoding="utf-8")
        key = upload(deployment.bucket, event, kind, folder / name, owner=owner, progress=lambda _: None)
        wait_for_report(event, key, timeout_s=PATIENCE_S)
    _wait(lambda: len(storage.matches.load_all(event)) == PAIRS)
    manage_event.send_wave_now(event, event.waves[0].name, scheduling=deployment.scheduling, now=datetime.now(UTC))
    _wait(lambda: _is_out(event))
    return _links(deployment, event)


def _links(deployment: Deployment, event: Event) -> list[str]:
    reader = attendee_id_of(EVENT_ID, READER, deployment.secrets.id_key(event))
    until = datetime.now(UTC) + timedelta(days=1)
    return [
        f"An attendee's page:    {deployment.links_of(event, reader).page()}",
        f"The organizer's pages: {deployment.organizer_link(event.event_id, until=until)}",
    ]


def _is_out(event: Event) -> bool:
    """Whether every introduction has gone out: pages show what was said, and nothing before."""
    found = list(storage.introductions.load_all(event))
    return bool(found) and all(each.state in (State.SENT, State.DELIVERED) for each in found)


def _wait(condition: Callable[[], bool]) -> None:
    """Until it holds, or patience ends: what is late then comes by itself."""
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and not condition():
        time.sleep(0.5)
