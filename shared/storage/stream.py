"""What the table's stream says of the directory: which attendee's entry changed, and in which way."""

from __future__ import annotations

import base64
import json
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# What decides under which hashes somebody is found and whether their sets take part; the revision does not.
_FINDABLE = ("hashes", "networks", "agreed", "uses_connections")
_SETS = ("sets",)


@dataclass(frozen=True, slots=True)
class DirectoryChange:
    """One change of one directory entry."""

    sequence_number: str  # of the stream record
    event_id: str
    attendee_id: str
    findable: bool  # identities or agreement changed
    sets: bool  # the attendee's sets changed
    hashes: frozenset[int] = frozenset()  # under which the attendee could be found, or can be now


@dataclass(frozen=True, slots=True)
class AttendeeChange:
    """One change of one attendee."""

    sequence_number: str  # of the stream record
    event_id: str
    attendee_id: str
    email_before: str  # empty where there was none yet
    agreed_before: frozenset[str]  # the purposes
    agreed: frozenset[str]


def read_attendee_change(record: Mapping[str, Any]) -> AttendeeChange | None:
    """Read a stream record as Lambda delivers it (NEW_AND_OLD_IMAGES); None where it is no attendee's."""
    change = record["dynamodb"]
    parts = change["Keys"]["pk"]["S"].split("#")
    if len(parts) != 4 or parts[2] != "ATTENDEE":
        return None
    old, new = (json.loads(change.get(name, {}).get("profile", {}).get("S", "{}")) for name in ("OldImage", "NewImage"))
    return AttendeeChange(
        sequence_number=change["SequenceNumber"],
        event_id=parts[1],
        attendee_id=change["Keys"]["sk"]["S"],
        email_before=old.get("email", ""),
        agreed_before=_agreed(old),
        agreed=_agreed(new),
    )


def read_directory_change(record: Mapping[str, Any]) -> DirectoryChange | None:
    """Read a stream record as Lambda delivers it (NEW_AND_OLD_IMAGES); None where it is no directory entry."""
    change = record["dynamodb"]
    parts = change["Keys"]["pk"]["S"].split("#")
    if len(parts) != 4 or parts[2] != "DIRECTORY":
        return None
    old, new = change.get("OldImage", {}), change.get("NewImage", {})
    return DirectoryChange(
        sequence_number=change["SequenceNumber"],
        event_id=parts[1],
        attendee_id=change["Keys"]["sk"]["S"],
        findable=any(old.get(name) != new.get(name) for name in _FINDABLE),
        sets=any(old.get(name) != new.get(name) for name in _SETS),
        hashes=frozenset(_hashes(old)) | frozenset(_hashes(new)),
    )


def _agreed(profile: Mapping[str, Any]) -> frozenset[str]:
    consent = profile.get("consent")
    return frozenset(consent[0]) if consent else frozenset()


def _hashes(image: Mapping[str, Any]) -> tuple[int, ...]:
    value = image.get("hashes", {}).get("B", b"")
    packed = base64.b64decode(value) if isinstance(value, str) else bytes(value)
    return struct.unpack(f"<{len(packed) // 8}Q", packed)
