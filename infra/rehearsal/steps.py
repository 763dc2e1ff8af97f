"""The steps of an event on the local stack, each until all that follows from it is done."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from rich.progress import Progress

from infra.cli.deployment import Deployment, find_deployment
from infra.cli.uploading import upload, wait_for_report
from infra.local import LocalStack
from shared import storage
from shared.events import Event
from shared.introductions import Channel, Introduction, State
from shared.notifications.day_hours import may_text
from shared.pipeline import manage_event
from shared.storage.imports import ImportReport

PATIENCE_S: Final = 90
# Of so many seconds without any change nothing more is expected.
QUIET_S: Final = 2.0
_POLL_S: Final = 0.4


class Steps:
    """One event on one stack, which must be this process's AWS."""

    def __init__(self, stack: LocalStack, event: Event, progress: Progress, *, patience_s: float = PATIENCE_S) -> None:
        self.event = event
        self.deployment: Deployment = find_deployment(stack.stack_name)
        self._progress = progress
        self._patience_s = patience_s
        self._waves = _Waves(stack)

    def create(self) -> str:
        """Make the event; the secret of its webhook."""
        deployment = self.deployment
        created = manage_event.create_event(
            self.event, secrets=deployment.secrets, scheduling=deployment.scheduling, now=datetime.now(UTC)
        )
        return created.webhook_secret

    def import_files(self, title: str, files: Sequence[tuple[str, Path, str | None]]) -> list[ImportReport]:
        """Import files, each with its kind and whose it is; what became of each."""
        task = self._progress.add_task(title, total=len(files))
        keys = [
            upload(self.deployment.bucket, self.event, kind, path, owner=owner, progress=lambda _: None)
            for kind, path, owner in files
        ]
        reports = []
        for key in keys:
            reports.append(wait_for_report(self.event, key, timeout_s=self._patience_s))
            self._progress.advance(task)
        return reports

    def send(self, wave: str) -> None:
        """Let a wave run now, and wait until its messages went out."""
        scheduling = self.deployment.scheduling
        self.event = manage_event.send_wave_now(self.event, wave, scheduling=scheduling, now=datetime.now(UTC))
        self.settle(wave)

    def settle(self, wave: str) -> int:
        """Wait until a wave's introductions are there, and no longer on their way; how many there are."""
        task = self._progress.add_task(f"Wave: {wave}", total=None)
        deadline, planned = self._deadline(), False
        since, before = time.monotonic(), -1
        while True:
            planned = planned or wave in self._waves.told()
            of_wave = [each for each in storage.introductions.load_all(self.event) if each.wave == wave]
            done = sum(map(self._is_done, of_wave))
            self._progress.update(task, completed=done, total=len(of_wave) or None)
            if done != before:
                since, before = time.monotonic(), done
            quiet = time.monotonic() - since >= QUIET_S
            if (planned and done == len(of_wave) and quiet) or time.monotonic() > deadline:
                self._progress.update(task, completed=done, total=len(of_wave) or 1)
                return len(of_wave)
            time.sleep(_POLL_S)

    def _is_done(self, introduction: Introduction) -> bool:
        if introduction.channel is Channel.TEXT_MESSAGE:
            # It has no receipt, and none goes out at night.
            if introduction.state is State.SENT:
                return True
            if introduction.state is State.PUBLISHED:
                return not may_text(self.event, datetime.now(UTC))
        return introduction.state not in (State.PLANNED, State.PUBLISHED, State.SENDING, State.SENT)

    def next_wave(self, known: frozenset[str], *, within_s: float) -> str | None:
        """The first wave that the topic tells of beside those that are known; None where none comes in time."""
        deadline = time.monotonic() + within_s
        while time.monotonic() < deadline:
            new = self._waves.told() - known
            if new:
                return min(new)
            time.sleep(_POLL_S)
        return None

    @property
    def waves(self) -> frozenset[str]:
        """Every wave that the topic told of so far."""
        return self._waves.told()

    def watch(self, title: str, total: int, count: Callable[[], int]) -> None:
        """Wait until there are so many."""
        task = self._progress.add_task(title, total=total)
        deadline = self._deadline()
        while time.monotonic() < deadline:
            so_far = count()
            self._progress.update(task, completed=so_far)
            if so_far >= total:
                return
            time.sleep(_POLL_S)

    def show(self, title: str, count: int) -> None:
        """Say that something is done, and how much of it."""
        self._progress.update(self._progress.add_task(title, total=count or 1), completed=count or 1)

    def _deadline(self) -> float:
        return time.monotonic() + self._patience_s


class _Waves:
    """Hears on the topic which waves ran, as subscribers can: one that tells nobody anything leaves no other trace."""

    def __init__(self, stack: LocalStack) -> None:
        self._sqs: Any = stack.client("sqs")
        self._url = self._sqs.create_queue(QueueName="waves-of-the-rehearsal")["QueueUrl"]
        attributes = self._sqs.get_queue_attributes(QueueUrl=self._url, AttributeNames=["QueueArn"])
        stack.client("sns").subscribe(
            TopicArn=stack.outputs["TopicArn"],
            Protocol="sqs",
            Endpoint=attributes["Attributes"]["QueueArn"],
            Attributes={"FilterPolicy": json.dumps({"kind": ["wave"]}), "RawMessageDelivery": "true"},
        )
        self._told: set[str] = set()

    def told(self) -> frozenset[str]:
        while messages := self._sqs.receive_message(QueueUrl=self._url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                self._told.add(json.loads(message["Body"])["wave"])
                self._sqs.delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])
        return frozenset(self._told)
