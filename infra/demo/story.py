"""What happens in Paris 1832, through the doors that real users use: HTTP, S3, mail and its links."""

from __future__ import annotations

import urllib.error
import urllib.request
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from infra.demo.cast import SEED, Cast, Character, attendee_list, exports, registration_payload
from infra.local import LocalStack
from infra.rehearsal.readers import Readers, way_out
from infra.rehearsal.steps import Steps
from shared import registrations, storage
from shared.events import AT_ONCE, FOLLOW_UP, Event, event_from_toml
from shared.pipeline import manage_event
from shared.storage.imports import ImportReport

EVENT_ID: Final = "paris-1832"
PLATFORM: Final = manage_event.OWN_PLATFORM
FIRST_WAVE: Final = "three-days-before"
SECOND_WAVE: Final = "one-day-before"
# Paris by day, and where French is spoken by day when it is night there: no telephone rings at night.
PLACES: Final = {
    "Europe/Paris": "Paris, rue de la Chanvrerie",
    "America/Martinique": "Fort-de-France, rue de la Chanvrerie",
    "Pacific/Tahiti": "Papeete, rue de la Chanvrerie",
    "Pacific/Noumea": "Nouméa, rue de la Chanvrerie",
}

EVENT_TOML: Final = """
[event]
id = "paris-1832"
name = "Paris 1832"
starts = {starts:%Y-%m-%dT09:00}
ends = {ends:%Y-%m-%dT18:00}
time_zone = "{zone}"
place = "{place}"
organizer = "The Friends of the ABC"
contact = "abc@paris1832.example"
meeting_point = "the Corinthe wine-shop, in the first break"
expected_attendees = 77
waves = [3, 1]

[[slot]]
days = [{starts:%Y-%m-%d}, {ends:%Y-%m-%d}]
times = [10:30, 12:30, 15:30]
minutes = 15
place = "the Corinthe wine-shop, by the door"
capacity = 4

[[slot]]
days = [{starts:%Y-%m-%d}, {ends:%Y-%m-%d}]
times = [10:30, 12:30, 15:30]
minutes = 15
place = "the Café Musain, back room"
capacity = 6
rank = 1
"""


class Story:
    """One run; what it remembers is what a stranger could have written down while watching."""

    def __init__(self, stack: LocalStack, cast: Cast, folder: Path, console: Console) -> None:
        self._stack = stack
        self._cast = cast
        self.folder = folder
        self._console = console
        self._secret = ""
        self.webhook_answers: list[int] = []
        self.readers = Readers(seed=SEED)
        self.late_wave = ""
        self.reports: list[ImportReport] = []

    @property
    def event(self) -> Event:
        return self._steps.event

    def play(self) -> None:
        """Everything, in order; ends when the morning after is answered."""
        self._write_files()
        with Progress(
            SpinnerColumn(),
            TextColumn("{task.description:<34}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=self._console,
        ) as self._progress:
            self._create_event()
            self._register()
            self._import()
            self._wait_for_matches()
            self._steps.send(FIRST_WAVE)
            self._read("Mails answered")
            self._some_leave()
            self._steps.send(SECOND_WAVE)
            self._read("Mails answered again")
            self._somebody_comes_late()
            self._read("Late mails answered")
            self._steps.send(FOLLOW_UP)
            self._read("Did you meet?")

    def _write_files(self) -> None:
        people = list(self._cast.people)
        (self.folder / "connections").mkdir(parents=True)
        (self.folder / "attendees.csv").write_text(attendee_list(people, broken_row=True), encoding="utf-8-sig")
        on_the_list = [person for person in people if not person.by_webhook and not person.comes_late]
        (self.folder / "latecomers.csv").write_text(attendee_list(on_the_list, broken_row=True), encoding="cp1252")
        for person in people:
            if person.uploads:
                folder = self.folder / "connections" / person.email
                folder.mkdir()
                for name, content in exports(person, self._cast).items():
                    (folder / name).write_bytes(content)

    def _create_event(self) -> None:
        now = datetime.now(UTC)
        zone = next(zone for zone in PLACES if 9 <= now.astimezone(ZoneInfo(zone)).hour < 19)
        starts = now.astimezone(ZoneInfo(zone)) + timedelta(days=7)
        event = event_from_toml(
            EVENT_TOML.format(starts=starts, ends=starts + timedelta(days=1), zone=zone, place=PLACES[zone])
        )
        self._steps = Steps(self._stack, event, self._progress)
        self._secret = self._steps.create()

    def _register(self) -> None:
        people = [person for person in self._cast.people if person.by_webhook and not person.comes_late]
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
        exports = sorted((self.folder / "connections").glob("*/*"))
        self.reports += self._steps.import_files("Attendee list", [("attendees", self.folder / "latecomers.csv", None)])
        self.reports += self._steps.import_files(
            "Connection exports", [("connections", path, path.parent.name) for path in exports]
        )

    def _wait_for_matches(self) -> None:
        expected = len(self._cast.expected_pairs(at_first=True))
        self._steps.watch("Pairs who know each other", expected, lambda: len(storage.matches.load_all(self.event)))

    def _read(self, title: str) -> None:
        answered = self.readers.answer(self._stack.mailbox(), nobody_reads=self._cast.the("bounces").email)
        self._steps.show(title, answered)

    def _some_leave(self) -> None:
        """One cancels at the ticketing platform, one ends the messages by one click."""
        self._post(self._cast.the("leaves"), "cancelled", datetime.now(UTC) + timedelta(seconds=1))
        withdraws = self._cast.the("withdraws")
        mail = next(mail for mail in self._stack.mailbox() if withdraws.email in mail["To"])
        urllib.request.urlopen(way_out(mail), data=b"List-Unsubscribe=One-Click", timeout=30).close()

    def _somebody_comes_late(self) -> None:
        """After the last wave somebody registers whom others know: they are introduced at once."""
        late = self._cast.the("comes_late")
        self._post(late, "created", datetime.now(UTC))

        def told() -> int:
            at_once = [i for i in storage.introductions.load_all(self.event) if i.wave.startswith(AT_ONCE)]
            people = storage.attendees.load_many(self.event, {i.attendee_id for i in at_once})
            self.late_wave = next(
                (i.wave for i in at_once if people[i.attendee_id].email == late.email), self.late_wave
            )
            return int(bool(self.late_wave))

        self._steps.watch("A late registration", 1, told)
        if self.late_wave:
            self._steps.settle(self.late_wave)
