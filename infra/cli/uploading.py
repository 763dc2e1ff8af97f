"""Upload a file and wait for what becomes of it."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import boto3

from shared import storage
from shared.events import Event
from shared.storage.imports import ImportReport

POLL_SECONDS = 0.5


class NotImported(RuntimeError):
    """The import did not end in time; the sentence says where to look."""


def upload(
    bucket: str,
    event: Event,
    kind: str,
    path: Path,
    *,
    owner: str | None = None,
    basis: str = "",
    progress: Callable[[int], None],
) -> str:
    """Put a file where ``import_upload`` finds it; its key.

    :param kind: "attendees" or "connections"
    :param owner: the e-mail address of whom the connections are
    :param basis: of an attendee list: on what the agreement in it rests
    :param progress: called with the number of bytes that went out since the last call
    """
    key = f"uploads/{event.event_id}/{kind}/{uuid.uuid4().hex[:12]}/{path.name}"
    # Metadata of S3 is ASCII; the address is not part of the key, which logs may show.
    metadata = {"owner": quote(owner, safe="@.+-_")} if owner else {}
    if basis:
        metadata["basis"] = quote(basis, safe=" ,.:;()+-_/")
    boto3.client("s3").upload_file(str(path), bucket, key, ExtraArgs={"Metadata": metadata}, Callback=progress)
    return key


def wait_for_report(event: Event, key: str, *, timeout_s: float) -> ImportReport:
    """What became of an upload.

    :raises NotImported: after ``timeout_s``
    """
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        report = storage.imports.load(event, key)
        if report is not None and report.state != "running":
            return report
        time.sleep(POLL_SECONDS)
    raise NotImported(f"the import of {key} did not end within {timeout_s:.0f} s; its function's log says why")


def download(bucket: str, key: str, path: Path) -> None:
    boto3.client("s3").download_file(bucket, key, str(path))
