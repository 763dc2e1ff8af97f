"""The uploads bucket: read an upload as a stream, hand its rejects back in a folder of their own, forget it."""

from __future__ import annotations

import json
import secrets
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, BinaryIO, Final, cast
from urllib.parse import unquote

from botocore.config import Config

from shared.services._clients import client, client_with

# Told apart by the folder, never by the name: what lies below the first is imported, whatever it is called.
UPLOADS: Final = "uploads/"
REJECTS: Final = "rejects/"


@dataclass(frozen=True, slots=True)
class Upload:
    """One object of the bucket, opened."""

    key: str
    body: BinaryIO  # a stream: it is never in memory as a whole
    uploaded_at: datetime
    size: int  # bytes
    owner_email: str | None  # of whom the connections are, where the uploader named them by address
    basis: str = ""  # of an attendee list: on what the agreement in it rests, as whoever uploaded it said
    owner_id: str | None = None  # the same by id, where it came by their page: the form was signed for them alone


@dataclass(frozen=True, slots=True)
class UploadForm:
    """A form that a browser may send one file with, straight to the bucket."""

    url: str
    fields: tuple[tuple[str, str], ...]
    fields_of_script: str  # JSON; the same for a script, which is not to be sent on anywhere
    prefix: str  # of the key; the file's own name follows
    most: int  # bytes

    @property
    def origin(self) -> str:
        """What the page's policy must let it send to."""
        scheme, _, rest = self.url.partition("://")
        return f"{scheme}://{rest.partition('/')[0]}"

    @property
    def megabytes(self) -> int:
        """The most that a file may have."""
        return self.most // (1024 * 1024)


class Uploads:
    """The uploads of one deployment."""

    def __init__(self, bucket: str) -> None:
        self._bucket = bucket

    def open(self, key: str) -> Upload | None:
        """Open an upload; None where it is gone."""
        s3 = client("s3")
        try:
            answer = s3.get_object(Bucket=self._bucket, Key=key)
        except s3.exceptions.NoSuchKey:
            return None
        owner = answer["Metadata"].get("owner")
        return Upload(
            key=key,
            body=cast(BinaryIO, answer["Body"]),
            uploaded_at=answer["LastModified"],
            size=answer["ContentLength"],
            owner_email=unquote(owner) if owner else None,
            basis=unquote(answer["Metadata"].get("basis", "")),
            owner_id=answer["Metadata"].get("attendee"),
        )

    def put_rejects(self, key: str, body: BinaryIO) -> str:
        """Write the rejects file of an upload; its key."""
        rejects_key = f"{REJECTS}{key.removeprefix(UPLOADS)}.csv"
        client("s3").put_object(Bucket=self._bucket, Key=rejects_key, Body=body, ContentType="text/csv; charset=utf-8")
        return rejects_key

    @staticmethod
    def prefix_of(event_id: str, attendee_id: str) -> str:
        """Below which the uploads lie that an attendee made by their page."""
        return f"{UPLOADS}{event_id}/connections/{attendee_id}/"

    def form(self, prefix: str, attendee_id: str, *, back_to: str, most_bytes: int) -> UploadForm:
        """Let a browser send one file within the hour, of this size at most and for this attendee alone.

        Whatever it is, it is kept as bytes without a meaning: nothing from here is ever shown by a browser.

        :param back_to: where a browser without the page's script goes on, with the key in its query
        """
        prefix = f"{prefix}{secrets.token_hex(6)}/"
        common = {"x-amz-meta-attendee": attendee_id, "Content-Type": "application/octet-stream"}

        def signed(fields: dict[str, str]) -> dict[str, Any]:
            form: dict[str, Any] = _browser_client().generate_presigned_post(
                self._bucket,
                prefix + "${filename}",
                Fields=dict(fields),
                Conditions=[
                    *({name: value} for name, value in fields.items()),
                    ["content-length-range", 1, most_bytes],
                ],
                ExpiresIn=3600,
            )
            return form

        plain = signed(common | {"success_action_redirect": back_to})
        of_script = signed(common | {"success_action_status": "204"})
        return UploadForm(
            plain["url"], tuple(plain["fields"].items()), json.dumps(of_script["fields"]), prefix, most_bytes
        )

    def link_to(self, key: str) -> str:
        """Where a browser can get this object within ten minutes, as a file to keep."""
        link: str = _browser_client().generate_presigned_url(
            "get_object",
            Params={
                "Bucket": self._bucket,
                "Key": key,
                "ResponseContentDisposition": 'attachment; filename="rejects.csv"',
            },
            ExpiresIn=600,
        )
        return link

    def forget_of(self, event_id: str, attendee_id: str) -> None:
        """Delete what is left of an attendee's uploads: those that were refused, and rejected rows."""
        s3, uploaded = client("s3"), self.prefix_of(event_id, attendee_id)
        for prefix in (uploaded, REJECTS + uploaded.removeprefix(UPLOADS)):
            for page in s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                for item in page.get("Contents", ()):
                    s3.delete_object(Bucket=self._bucket, Key=item["Key"])

    def delete(self, key: str) -> None:
        """Remove a file; no matter whether it is there."""
        client("s3").delete_object(Bucket=self._bucket, Key=key)


@cache
def _browser_client() -> Any:
    """Signs addresses for browsers: of the bucket's own region, since a browser that is sent on loses its form."""
    return client_with("s3", Config(signature_version="s3v4", s3={"addressing_style": "virtual"}))
