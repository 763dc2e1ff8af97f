"""A whole event in minutes, with an organizer's own list and exports: what would go out, and to how many.

Nothing reaches anybody: mails and text messages end in the embedded stack, and its functions that ask others are off.
"""

from __future__ import annotations

import csv
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Final

from rich.progress import Progress

from infra.cli.offline import exports_in
from infra.local import LocalStack, running
from infra.local.stack import become_client_of, forget_aws
from infra.rehearsal.clock import still_to_come
from infra.rehearsal.mailbox import in_rounds, write_index, write_mails
from infra.rehearsal.readers import Readers
from infra.rehearsal.steps import Steps
from shared.attendee_lists import understand
from shared.attendee_lists.columns import is_header
from shared.events import AT_ONCE, FOLLOW_UP, Event
from shared.introductions import State
from shared.notifications.day_hours import may_text
from shared.pipeline.event_progress import Funnel, funnel
from shared.storage.imports import ImportReport
from shared.tables import open_any_table

PATIENCE_S: Final = 900
AT_ONCE_S: Final = 45  # the local stack gathers news for twenty seconds; the schedule is looked at every second
MARK: Final = ".rehearsal"  # says that a folder may be replaced by the next one


class NotRehearsed(Exception):
    """The sentence says why, and what to do."""


@dataclass
class Rehearsed:
    """What came of it."""

    event: Event  # with the dates that it was rehearsed with
    weeks: int  # by which it was moved
    numbers: Funnel
    mails: int
    texts: int
    answers: int
    rounds: list[tuple[str, int]]  # mails by wave
    problems: list[str] = field(default_factory=list)  # one sentence each
    night: bool = False  # text messages waited for the morning


def rehearse(
    event: Event,
    attendee_list: Path,
    connections: Path,
    out: Path,
    *,
    assume_agreed: bool,
    says_yes: float,
    progress: Progress,
) -> Rehearsed:
    """Play the event, write what went out to ``out``, and stop everything again.

    :param connections: a folder with one file or subfolder for each attendee, named by e-mail address
    :param says_yes: the share of questions that those who are asked answer with yes
    :raises NotRehearsed: where ``out`` is somebody's, or the list was refused
    """
    event, weeks = still_to_come(event, now=datetime.now(UTC))
    _make_room(out)
    forget_aws()
    with (
        tempfile.TemporaryDirectory(prefix="rehearsal-") as workspace,
        running(Path(workspace) / "stack", cut_off=True) as stack,
    ):
        become_client_of(stack)
        play = _Play(stack, Steps(stack, event, progress, patience_s=PATIENCE_S), Readers(says_yes=says_yes))
        play.import_all(attendee_list, connections, Path(workspace), assume_agreed=assume_agreed)
        play.play()
        return play.result(out, weeks)


def _make_room(out: Path) -> None:
    if out.exists() and not out.is_dir():
        raise NotRehearsed(f"{out} is a file; name a folder with --out")
    if out.is_dir() and any(out.iterdir()):
        if not (out / MARK).exists():
            raise NotRehearsed(f"{out} has something else in it; name a new folder with --out")
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)
    (out / MARK).touch()


class _Play:
    """One run."""

    def __init__(self, stack: LocalStack, steps: Steps, readers: Readers) -> None:
        self._stack, self._steps, self._readers = stack, steps, readers
        self._problems: list[str] = []
        self._ends: list[tuple[str, int]] = []  # each wave, and how many mails there were in all after it
        self._answers = 0

    def import_all(self, attendee_list: Path, connections: Path, workspace: Path, *, assume_agreed: bool) -> None:
        self._steps.create()
        path = everybody_agrees(attendee_list, workspace) if assume_agreed else attendee_list
        [report] = self._steps.import_files("Attendee list", [("attendees", path, None)])
        if report.state == "refused":
            raise NotRehearsed(f"{attendee_list.name}: {report.reason}")
        self._note(attendee_list.name, report)
        files = [("connections", path, owner) for path, owner in exports_in(connections)]
        for (_, path, _), report in zip(files, self._steps.import_files("Connections", files), strict=True):
            self._note(str(path.relative_to(connections)), report)

    def _note(self, name: str, report: ImportReport) -> None:
        self._problems += [f"{name}: {note}" for note in report.notes]
        if report.state == "refused":
            self._problems.append(f"{name}: {report.reason}")
        elif report.rejected:
            rows = "one row" if report.rejected == 1 else f"{report.rejected:,} rows"
            self._problems.append(f"{name}: {rows} could not be used; `icebreaker attendees import` hands them back")

    def play(self) -> None:
        answered = 0
        for wave in self._steps.event.waves:
            self._steps.send(wave.name)
            answered = self._read(wave.name)
        # What was answered to the last wave is told in mails of their own, which may be answered in turn.
        while answered and (at_once := self._next_at_once()):
            self._steps.settle(at_once)
            answered = self._read(at_once)
        if self._steps.event.follow_up:
            self._steps.send(FOLLOW_UP)
            self._read(FOLLOW_UP)

    def _next_at_once(self) -> str | None:
        known = frozenset(name for name, _ in self._ends)
        planned = frozenset(wave.name for wave in self._steps.event.waves)
        wave = self._steps.next_wave(known | planned, within_s=AT_ONCE_S)
        return wave if wave is not None and wave.startswith(AT_ONCE) else None

    def _read(self, wave: str) -> int:
        mails = self._stack.mailbox()
        self._ends.append((wave, len(mails)))
        given = self._readers.answer(mails)
        self._answers += given
        self._steps.show("Answered", given)
        return given

    def result(self, out: Path, weeks: int) -> Rehearsed:
        mails: Sequence[EmailMessage] = self._stack.mailbox()
        texts = self._stack.text_messages()
        kept = write_mails(mails, out / "mails")
        rounds = list(in_rounds(kept, self._ends))
        event, numbers = self._steps.event, funnel(self._steps.event)
        write_index(out / "index.html", title=event.name, rounds=rounds, texts=texts)
        return Rehearsed(
            event=event,
            weeks=weeks,
            numbers=numbers,
            mails=len(mails),
            texts=len(texts),
            answers=self._answers,
            rounds=[(wave, len(of_wave)) for wave, of_wave in rounds],
            problems=self._problems,
            night=not may_text(event, datetime.now(UTC)) and bool(numbers.introductions.get(State.PUBLISHED)),
        )


def everybody_agrees(attendee_list: Path, folder: Path) -> Path:
    """The list with another last column, in which everybody agrees to be introduced and to their connections' use."""
    path = folder / f"{attendee_list.stem}.csv"
    with attendee_list.open("rb") as file, path.open("w", newline="", encoding="utf-8") as copy:
        table = open_any_table(file, is_header)
        answers = {c.position for c in understand(table.header).columns if c.meaning.startswith("agreed")}
        writer = csv.writer(copy)
        writer.writerow([*("" if at in answers else text for at, text in enumerate(table.header)), "Agreed"])
        for row in table.rows:
            cells = (row.cells + ("",) * len(table.header))[: len(table.header)]
            kept = ("" if at in answers else text for at, text in enumerate(cells))
            writer.writerow([*kept, "introduce, connections"])
    return path
