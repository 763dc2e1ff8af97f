"""Bluesky's follows: pages of its API (JSON), or the whole repository that its settings export (CAR).

Source: bluesky-social/atproto, lexicons/app/bsky/graph/{getFollows,getFollowers,follow}.json and
com/atproto/repo/listRecords.json; ipld.io/specs/transport/car/carv1; atproto.com/specs/repository (the root of a
repository is a commit, which names its owner). listRecords and the repository know people by DID only, which is what
lasts: a handle can change hands. The repository is read block by block, whatever its size.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, BinaryIO, Final

import libipld

from shared.connections.connection import Connection, Relation
from shared.connections.entries import day_of, dict_of, identity_on, list_of, only, rows, text_of
from shared.connections.export import Export, ExportFile, Rows
from shared.identities import Identity
from shared.tables import Reject

FOLLOWING: Final = "bluesky-following"
FOLLOWERS: Final = "bluesky-followers"
MAX_FOLLOW_BYTES: Final = 4096  # of one record; most have 150
MAX_BLOCK_BYTES: Final = 2 * 1024 * 1024  # the most that servers accept is 1 MiB
_MOST_ROOTS_BYTES: Final = 4096
_PIECE: Final = 1024 * 1024
_FOLLOW: Final = "app.bsky.graph.follow"
_FOLLOW_BYTES: Final = _FOLLOW.encode()
_MISSING: Final = "Bluesky DID or handle"
_LISTS: Final = (("follows", FOLLOWING, Relation.FOLLOWS), ("followers", FOLLOWERS, Relation.FOLLOWED_BY))


def recognizes(file: ExportFile) -> bool:
    """Whether the JSON holds profiles of Bluesky or records of following."""
    return any(_profiles(file, key) for key, _, _ in _LISTS) or bool(_records(file))


def exports(file: ExportFile) -> Iterator[Export]:
    """The lists that the pages hold. Profiles come without days, records without handles."""
    for key, source, relation in _LISTS:
        if profiles := _profiles(file, key):
            yield Export(source, rows(profiles, _of_profile(relation), _MISSING), _subject(file))
    if records := _records(file):
        yield Export(FOLLOWING, rows(records, _of_record, _MISSING), _owner_of(records[0]))


def recognizes_repository(file: ExportFile) -> bool:
    """Whether the file begins like a CAR of version 1."""
    try:
        return bool(_roots(_Blocks(file.head)))
    except ValueError:
        return False


def exports_of_repository(file: ExportFile) -> Iterator[Export]:
    """Whom the owner follows, by DID and with days; who follows them is not in their repository."""
    yield Export(FOLLOWING, _follows(_Blocks(stream=file.stream)), _owner_of_repository(file))


def _of_profile(relation: Relation) -> Callable[[Any], Connection | None]:
    def connection(profile: Any) -> Connection | None:
        found = _identities(profile)
        name = text_of(dict_of(profile).get("displayName"))
        return Connection(found, relation, name=name) if found else None

    return connection


def _of_record(record: Any) -> Connection | None:
    value = dict_of(dict_of(record).get("value"))
    subject = value.get("subject")
    # Drafts of the record had an object in the place of the DID.
    did = identity_on("bluesky", text_of(dict_of(subject).get("did") or subject))
    return Connection((did,), Relation.FOLLOWS, day_of(value.get("createdAt"))) if did else None


def _profiles(file: ExportFile, key: str) -> list[Any]:
    found = [profile for value in file.values for profile in list_of(dict_of(value).get(key))]
    return found if any(text_of(dict_of(profile).get("did")).startswith("did:") for profile in found) else []


def _records(file: ExportFile) -> list[Any]:
    found = [record for value in file.values for record in list_of(dict_of(value).get("records"))]
    return [record for record in found if _is_follow(dict_of(record).get("value"))]


def _is_follow(value: Any) -> bool:
    return dict_of(value).get("$type") == _FOLLOW


def _subject(file: ExportFile) -> tuple[Identity, ...]:
    return next((found for value in file.values if (found := _identities(dict_of(value).get("subject")))), ())


def _identities(profile: Any) -> tuple[Identity, ...]:
    did, handle = (text_of(dict_of(profile).get(key)) for key in ("did", "handle"))
    return only(identity_on("bluesky", did), identity_on("bluesky", handle))


def _owner_of(record: Any) -> tuple[Identity, ...]:
    # at://did:plc:…/app.bsky.graph.follow/…
    return only(identity_on("bluesky", text_of(dict_of(record).get("uri")).removeprefix("at://").partition("/")[0]))


def _follows(blocks: _Blocks) -> Rows:
    _roots(blocks)
    number = 0
    for _, block in blocks:
        # Most blocks are posts and likes; to decode them all would take ten times as long.
        if len(block) <= MAX_FOLLOW_BYTES and _FOLLOW_BYTES in block and _is_follow(value := _decoded(block)):
            number += 1
            yield _of_record({"value": value}) or Reject(number, f"entry {number} has no {_MISSING}")


def _owner_of_repository(file: ExportFile) -> tuple[Identity, ...]:
    """The DID in the commit, which servers write first or last; found where it stands in the first bytes."""
    blocks = _Blocks(file.head)
    roots = _roots(blocks)
    try:
        commit = next((_decoded(block) for cid, block in blocks if cid in roots), None)
    except ValueError:
        return ()
    return only(identity_on("bluesky", text_of(dict_of(commit).get("did"))))


def _roots(blocks: _Blocks) -> list[bytes]:
    header = dict_of(_decoded(blocks.take_header()))
    if header.get("version") != 1:
        raise ValueError("this is no CAR of version 1")
    return [root for root in list_of(header.get("roots")) if isinstance(root, bytes)]


def _decoded(block: bytes) -> Any:
    try:
        return libipld.decode_dag_cbor(block)
    except RecursionError as error:
        raise ValueError("a block is nested deeper than any record") from error


class _Blocks:
    """The blocks of a CAR: (CID, content), each behind its length."""

    def __init__(self, head: bytes = b"", stream: BinaryIO | None = None) -> None:
        self._pending = head
        self._at = 0
        self._stream = stream

    def take_header(self) -> bytes:
        """The header, which comes before the blocks."""
        return self._take(self._length(_MOST_ROOTS_BYTES))

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        while self._more(1):
            block = self._take(self._length(MAX_BLOCK_BYTES))
            end = _end_of_cid(block)
            yield block[:end], block[end:]

    def _length(self, most: int) -> int:
        """An unsigned LEB128 number.

        :raises ValueError: where the file breaks off, or the length is beyond reason
        """
        number = 0
        for shift in range(0, 35, 7):
            byte = self._take(1)[0]
            number |= (byte & 0x7F) << shift
            if byte < 0x80:
                if not 0 < number <= most:
                    break
                return number
        raise ValueError("a block of the repository is of no sensible length")

    def _take(self, size: int) -> bytes:
        if not self._more(size):
            raise ValueError("the repository breaks off within a block; download it once more")
        taken = self._pending[self._at : self._at + size]
        self._at += size
        return taken

    def _more(self, size: int) -> bool:
        pieces = [self._pending[self._at :]] if self._at + size > len(self._pending) else []
        have = sum(map(len, pieces))
        while pieces and have < size and self._stream and (piece := self._stream.read(_PIECE)):
            pieces.append(piece)
            have += len(piece)
        if pieces:
            self._pending, self._at = b"".join(pieces), 0
        return len(self._pending) - self._at >= size


def _end_of_cid(block: bytes) -> int:
    """Where the CID at the beginning ends: version, codec, hash function, length of the hash, hash."""
    # Of the numbers in the CIDs of a repository (1, 0x71 or 0x55, 0x12, 32) none takes more than a byte.
    return 4 + block[3] if len(block) > 4 and block[0] == 1 else 0
