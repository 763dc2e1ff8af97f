"""How far the fetching of one list has come, as text, so that it can be kept and gone on with elsewhere."""

from __future__ import annotations

import base64
import json
import struct
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from shared.connections.public import Request


@dataclass(slots=True)
class Progress:
    """How far one list has come; once it is done, how to see whether it has changed."""

    handle: str  # fingerprint of the handle that it belongs to
    begun_at: datetime
    seen_at: datetime  # when somebody last worked on it
    request: Request | None  # what to ask next; None when done
    count: int = 0  # connections read
    pages: int = 0
    failures: int = 0  # in a row
    hashes: set[int] = field(default_factory=set)  # of the identities read; none once they are kept as a set
    checks: list[tuple[Request, str]] = field(default_factory=list)  # pages to ask first if they changed, and ETags
    etags: list[tuple[Request, str]] = field(default_factory=list)  # of the first and the last page read
    digest: str = ""  # of the set that was kept last

    def to_json(self) -> str:
        """The progress as text: 11 bytes an identity and a few hundred more."""
        return json.dumps(
            {
                "handle": self.handle,
                "begun_at": self.begun_at.isoformat(),
                "seen_at": self.seen_at.isoformat(),
                "request": self.request and asdict(self.request),
                "count": self.count,
                "pages": self.pages,
                "failures": self.failures,
                "hashes": _text_of(self.hashes),
                "checks": [[asdict(request), etag] for request, etag in self.checks],
                "etags": [[asdict(request), etag] for request, etag in self.etags],
                "digest": self.digest,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Progress | None:
        """The inverse of :meth:`to_json`; None for what another release wrote, which then begins anew."""
        try:
            read = json.loads(text)
            return cls(
                **(
                    read
                    | {
                        "begun_at": datetime.fromisoformat(read["begun_at"]),
                        "seen_at": datetime.fromisoformat(read["seen_at"]),
                        "request": Request(**read["request"]) if read["request"] else None,
                        "hashes": _hashes_of(read["hashes"]),
                        "checks": _requests_of(read["checks"]),
                        "etags": _requests_of(read["etags"]),
                    }
                )
            )
        except (ValueError, KeyError, TypeError):
            return None

    def of_what_is_kept(self) -> Progress:
        """What is left to know of a list that is not gone on with: which set of it was kept."""
        return Progress(self.handle, self.begun_at, self.seen_at, None, digest=self.digest)

    def is_as_kept(self, text: str) -> bool:
        """Whether nothing but the time has changed since ``text`` was written."""
        kept = Progress.from_json(text)
        return kept is not None and replace(kept, seen_at=self.seen_at) == self


def _text_of(hashes: set[int]) -> str:
    return base64.b64encode(struct.pack(f"<{len(hashes)}Q", *sorted(hashes))).decode()


def _hashes_of(text: str) -> set[int]:
    packed = base64.b64decode(text)
    if len(packed) % 8:
        raise ValueError("no hashes: they have 8 bytes each")
    return {hashed for (hashed,) in struct.iter_unpack("<Q", packed)}


def _requests_of(pairs: list[Any]) -> list[tuple[Request, str]]:
    return [(Request(**request), etag) for request, etag in pairs]
