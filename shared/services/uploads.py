"""The uploads bucket: read an upload as a stream, hand its rejects back beside it, forget it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO, cast
from urllib.parse import unquote

from shared.services._clients import client

REJECTS_SUFFIX = ".rejects.csv"


@dataclass(frozen=True, slots=True)
class Upload:
    """One object of the bucket, opened."""

    key: str
    body: BinaryIO  # a stream: it is never in memory as a whole
    uploaded_at: datetime
    size: int  # bytes
    owner_email: str | None  # of whom the connections are, where the uploader named them by address


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
        )

    def put_rejects(self, key: str, body: BinaryIO) -> str:
        """Write the rejects file of an upload beside it; its key."""
        rejects_key = key + REJECTS_SUFFIX
        client("s3").put_object(Bucket=self._bucket, Key=rejects_key, Body=body, ContentType="text/csv; charset=utf-8")
        return rejects_key

    def delete(self, key: str) -> None:
        client("s3").delete_object(Bucket=self._bucket, Key=key)
