"""What happens in Paris 1832, through the doors that real users use: HTTP, S3, the clock."""

from __future__ import annotations

import time
import urllib.error
import urllib.request
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from infra.cli.deployment import find_deployment
from infra.cli.uploading import upload, wait_for_report
from infra.demo.cast import Cast, Character, attendee_list, exports, registration_payload
from infra.local import LocalStack
from shared import registrations, storage
from shared.events import Event, event_from_toml
from shared.introductions import State
from shared.pipeline import manage_event
from shared.storage.imports import ImportReport

EVENT_ID: Final = "paris-1832"
PLATFORM: Final = manage_event.OWN_PLATFORM
# Long enough for everything to come in on two cores; the waves' full pass would mend it if it were not.
FIRST_WAVE_AFTER_S: Final = 60
SECOND_WAVE_AFTER_S: Final = 85
PATIENCE_S: Final = 90

EVENT_TOML: Final = """
[event]
id = "paris-1832"
name = "Paris 1832"
starts = {starts:%Y-%m-%dT09:00:00}
ends = {ends:%Y-%m-%dT18:00:00}
time_zone = "Europe/Paris"
place = "Paris, rue de la Chanvrerie"
organizer = "The Friends of the ABC"
contact = "abc@paris1832.example"
meeting_point = "the Corinthe wine-shop, in the first break"
expected_attendees = 77

[[wave]]
name = "first-wave"
at = {first:%Y-%m-%dT%H:%M:%SZ}

[[wave]]
name = "second-wave"
at = {second:%Y-%m-%dT%H:%M:%SZ}
"""


class Story:
    """One run; what it remembers is what a stranger could have written down while watching."""

    def __init__(self, stack: LocalStack, cast: Cast, folder: Path, console: Console) -> None:
        self._stack = stack
        self._cast = cast
        self.folder = folder
        self._console = console
        self._secret = ""
        self.event: Event
        self.webhook_answers: list[int] = []
        self.reports: list[ImportReport] = []

    def play(self) -> None:
        """Everything, in order; ends when the last wave's messages have gone out."""
        self._write_files()
        self._create_event()
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<34}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        ) as self._progress:
            self._register()
            self._import()
            self._wait_for_matches()
            self._wait_for_waves()

    def _write_files(self) -> None:
        people = list(self._cast.people)
        (self.folder / "connections").mkdir(parents=True)
        (self.folder / "attendees.csv").write_text(attendee_list(people, broken_row=True), encoding="utf-8-sig")
        on_the_list = [person for person in people if not person.by_webhook]
        (self.folder / "latecomers.csv").write_text(attendee_list(on_the_list, broken_row=True), encoding="cp1252")
        for person in people:
            if person.uploads:
                folder = self.folder / "connections" / person.email
                folder.mkdir()
                for name, content in exports(person, self._cast).items():
                    (folder / name).write_bytes(content)

    def _create_event(self) -> None:
        deployment = find_deployment(self._stack.stack_name)
        now = datetime.now(UTC)
        self.event = event_from_toml(
            EVENT_TOML.format(
                starts=now + timedelta(days=7),
                ends=now + timedelta(days=8),
                first=now + timedelta(seconds=FIRST_WAVE_AFTER_S),
                second=now + timedelta(seconds=SECOND_WAVE_AFTER_S),
            )
        )
        created = manage_event.create_event(
            self.event, secrets=deployment.secrets, scheduling=deployment.scheduling, now=now
        )
        self._secret = created.webhook_secret
        self._bucket = deployment.bucket

    def _register(self) -> None:
        people = [person for person in self._cast.people if person.by_webhook]
        began = datetime.now(UTC)
        for person in self._progress.track(people, description="Registrations by webhook"):
            self._post(person, "created", began)
        canceller = next(person for person in people if person.cancels)
        self._post(canceller, "cancelled", began + timedelta(seconds=1))
        # Platforms deliver twice, late and out of order: none of it may change anything.
        for person in people[:3]:
            self._post(person, "created", began)
        self._post(canceller, "created", began)

    def _post(self, person: Character, kind: str, at: datetime) -> None:
        body = registration_payload(person, kind=kind, timestamp=at.isoformat())
        headers = registrations.sign(
            PLATFORM, body, self._secret, delivery_id=f"msg_{person.email}_{kind}", now=datetime.now(UTC)
        )
        request = urllib.request.Request(
            f"{self._stack.api_url}/events/{EVENT_ID}/registrations/{PLATFORM}",
            data=body,
            headers={"content-type": "application/json", **headers},
        )
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                self.webhook_answers.append(answer.status)
        except urllib.error.HTTPError as error:
            self.webhook_answers.append(error.code)

    def _import(self) -> None:
        self._import_files("Attendee list", [("attendees", self.folder / "latecomers.csv", None)])
        self._import_files(
            "Connection exports",
            [("connections", path, path.parent.name) for path in sorted((self.folder / "connections").glob("*/*"))],
        )

    def _import_files(self, title: str, files: list[tuple[str, Path, str | None]]) -> None:
        task = self._progress.add_task(title, total=len(files))
        keys = [
            upload(self._bucket, self.event, kind, path, owner=owner, progress=lambda _: None)
            for kind, path, owner in files
        ]
        for key in keys:
            self.reports.append(wait_for_report(self.event, key, timeout_s=PATIENCE_S))
            self._progress.advance(task)

    def _wait_for_matches(self) -> None:
        expected = len(self._cast.expected_pairs())
        self._watch("Pairs who know each other", expected, lambda: len(storage.matches.load_all(self.event)))

    def _wait_for_waves(self) -> None:
        ends = self.event.waves[-1].at
        task = self._progress.add_task("Introductions sent", total=None)
        settled_for = 0
        deadline = time.monotonic() + (ends - datetime.now(UTC)).total_seconds() + PATIENCE_S
        while time.monotonic() < deadline and settled_for < 6:
            introductions = list(storage.introductions.load_all(self.event))
            done = sum(i.state not in (State.PLANNED, State.PUBLISHED, State.SENDING) for i in introductions)
            self._progress.update(task, completed=done, total=len(introductions) or None)
            quiet = done == len(introductions) and datetime.now(UTC) > ends + timedelta(seconds=15)
            settled_for = settled_for + 1 if quiet else 0
            time.sleep(0.5)

    def _watch(self, title: str, total: int, count: Callable[[], int]) -> None:
        task = self._progress.add_task(title, total=total)
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            so_far = count()
            self._progress.update(task, completed=so_far)
            if so_far >= total:
                return
            time.sleep(0.5)
