"""The zip that a network gives out as a whole: the lists in it are found, all else in it is left alone.

Source: PKWARE APPNOTE 6.3 through Python's zipfile, and what is known of hostile archives: David Fifield, "A better
zip bomb" (overlapping files; limits on what is unpacked, counted while it is, hold against it); "zip slip" (paths that
lead out of the archive; nothing is written here, but such an archive was made to harm). Nothing is unpacked to disk.
"""

from __future__ import annotations

import io
import re
import stat
import tempfile
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Final, cast

from shared.connections.export import Export, ExportFile, Rows, UnknownExport
from shared.connections.formats import FORMATS, OWNERS, Format, exports_of, format_of
from shared.identities import Identity

BEGINS: Final = (b"PK\x03\x04", b"PK\x05\x06")
MAX_ARCHIVE_BYTES: Final = 256 * 1024 * 1024  # of a stream that must be kept aside to be read
MAX_DIRECTORY_BYTES: Final = 16 * 1024 * 1024  # the archive's table of contents
MAX_MEMBERS: Final = 100_000  # an archive with ten years of pictures has fewer
MAX_LISTS: Final = 1_000  # files that may be lists by their name
MAX_OTHERS: Final = 50  # files that are looked into whatever they are called, where none is called like a list
MAX_MEMBER_BYTES: Final = 256 * 1024 * 1024  # unpacked, one file
MAX_UNPACKED_BYTES: Final = 512 * 1024 * 1024  # unpacked, all that is read
MAX_RATIO: Final = 200  # unpacked to packed; lists of people stay below 30
_RATIO_FROM: Final = 1024 * 1024  # bytes below which a ratio says nothing
_IN_MEMORY: Final = 8 * 1024 * 1024  # an upload below is not kept on disk while it is read
_PIECE: Final = 64 * 1024
_ENCRYPTED: Final = 0x1
_OF_LISTS: Final = (".csv", ".json", ".js", ".html", ".txt", ".vcf", ".car")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_IN_ARCHIVES: Final = tuple(known for known in FORMATS if known.members)
_Candidates = list[tuple[zipfile.ZipInfo, tuple[Format, ...]]]  # files, and of which formats they may be


def exports_in(stream: BinaryIO) -> Iterator[Export]:
    """Every list in an archive. Lists of one source in several files (followers_1, followers_2) are one.

    :param stream: need not be seekable; what is not is kept aside first, up to MAX_ARCHIVE_BYTES
    :raises UnknownExport: where there is none, or the archive is damaged, encrypted or made to harm
    """
    with tempfile.SpooledTemporaryFile(_IN_MEMORY) as aside:
        seekable = stream if stream.seekable() else _kept(stream, cast(BinaryIO, aside))
        with _damage_told(), zipfile.ZipFile(cast(BinaryIO, _Bounded(seekable))) as archive:
            yield from _exports(_Archive(archive))


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except UnknownExport:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, LookupError, OSError, RuntimeError, ValueError) as error:
        raise UnknownExport(f"the zip archive is damaged or cannot be unpacked ({error})") from error


@dataclass(frozen=True, slots=True)
class _Part:
    """A file in which a list is, or goes on."""

    member: zipfile.ZipInfo
    format: Format
    owner: tuple[Identity, ...]


@dataclass(slots=True)
class _Archive:
    """What of an archive may be read, and how much of it was."""

    zip: zipfile.ZipFile
    unpacked: int = 0
    lists: _Candidates = field(init=False)
    others: _Candidates = field(init=False)
    owners: list[tuple[zipfile.ZipInfo, Callable[[ExportFile], tuple[Identity, ...]]]] = field(init=False)

    def __post_init__(self) -> None:
        members = self.zip.infolist()
        if len(members) > MAX_MEMBERS:
            raise UnknownExport(
                f"the zip archive has {len(members):,} files; {MAX_MEMBERS:,} are the most that is read"
            )
        for member in members:
            _refuse_tricks(member)
        by_name = ((member, tuple(known for known in FORMATS if _is_called(known, member))) for member in members)
        self.lists = [(member, formats) for member, formats in by_name if formats]
        others = [member for member in members if _name(member).endswith(_OF_LISTS)]
        self.others = [(member, _IN_ARCHIVES) for member in others] if len(others) <= MAX_OTHERS else []
        if len(self.lists) > MAX_LISTS:
            raise UnknownExport(f"the zip archive has {len(self.lists):,} files that may be lists; upload yours alone")
        self.owners = [
            (member, of) for member in members for name, of in OWNERS.items() if re.fullmatch(name, _name(member))
        ]

    def open(self, member: zipfile.ZipInfo) -> ExportFile:
        """A member, whose reading is counted."""
        if member.flag_bits & _ENCRYPTED:
            raise UnknownExport(f"{_shown(member)} is encrypted; upload the archive without a password")
        if member.compress_type not in _METHODS:
            raise UnknownExport(f"{_shown(member)} is packed in an unusual way; make the archive anew")
        _refuse_bomb(member, member.file_size)
        file = ExportFile(_name(member), cast(BinaryIO, _Member(self, member)))
        if file.head.startswith(BEGINS):
            raise UnknownExport(f"{_shown(member)} is itself a zip archive; unpack it and upload the list in it")
        return file

    def count(self, size: int) -> None:
        """Note that so many bytes were unpacked."""
        self.unpacked += size
        if self.unpacked > MAX_UNPACKED_BYTES:
            raise UnknownExport(f"the zip archive unpacks to more than {MAX_UNPACKED_BYTES:,} bytes of lists")


def _exports(archive: _Archive) -> Iterator[Export]:
    # Somebody may have put files together under names of their own; they are looked into where nothing else is found.
    found = _lists_in(archive, archive.lists) or _lists_in(archive, archive.others)
    if not found:
        names = ", ".join(known.name for known in _IN_ARCHIVES)
        raise UnknownExport(f"the zip archive has no list that can be read; those are: {names}")
    of_networks = [owner for member, of in archive.owners for owner in of(archive.open(member))]
    for source, parts in found.items():
        network = source.partition("-")[0]
        told = next((part.owner for part in parts if part.owner), ())
        yield Export(
            source,
            _rows(archive, source, parts),
            told or tuple(owner for owner in of_networks if owner.network == network),
        )


def _lists_in(archive: _Archive, candidates: _Candidates) -> dict[str, list[_Part]]:
    """Every list by its source: the files it is in."""
    found: defaultdict[str, list[_Part]] = defaultdict(list)
    for member, formats in candidates:
        file = archive.open(member)
        known = format_of(file, formats)
        for export in exports_of(file, known) if known else ():
            found[export.source].append(_Part(member, cast(Format, known), export.owner))
    return found


def _rows(archive: _Archive, source: str, parts: list[_Part]) -> Rows:
    with _damage_told():
        for part in parts:
            for export in exports_of(archive.open(part.member), part.format):
                if export.source == source:
                    yield from export


def _refuse_tricks(member: zipfile.ZipInfo) -> None:
    path = member.filename.replace("\\", "/")
    if path.startswith("/") or re.match(r"[A-Za-z]:", path) or ".." in path.split("/") or "\0" in member.orig_filename:
        raise UnknownExport(f"{_shown(member)} leads out of the zip archive; no network gives out such a one")
    if stat.S_ISLNK(member.external_attr >> 16):
        raise UnknownExport(f"{_shown(member)} is a link to another file; no network gives out such an archive")
    if path.lower().endswith(".zip"):
        raise UnknownExport(f"{_shown(member)} is itself a zip archive; unpack it and upload the list in it")


def _refuse_bomb(member: zipfile.ZipInfo, unpacked: int) -> None:
    if unpacked > _RATIO_FROM and unpacked > MAX_RATIO * member.compress_size:
        raise UnknownExport(f"{_shown(member)} unpacks to more than {MAX_RATIO} times its size")


def _is_called(known: Format, member: zipfile.ZipInfo) -> bool:
    return not member.is_dir() and re.fullmatch(known.members or r"(?!)", _name(member)) is not None


def _name(member: zipfile.ZipInfo) -> str:
    return member.filename.replace("\\", "/").rpartition("/")[2].lower()


def _shown(member: zipfile.ZipInfo) -> str:
    return f'the file "{ascii(member.filename)[1:-1][-80:]}" in the zip archive'


def _kept(stream: BinaryIO, aside: BinaryIO) -> BinaryIO:
    size = 0
    while piece := stream.read(_PIECE):
        size += len(piece)
        if size > MAX_ARCHIVE_BYTES:
            raise UnknownExport(
                f"the zip archive has more than {MAX_ARCHIVE_BYTES:,} bytes; upload only the lists of people in it"
            )
        aside.write(piece)
    aside.seek(0)
    return aside


class _Member(io.RawIOBase):
    """A file of the archive that is unpacked as it is read, and no further than the limits."""

    def __init__(self, archive: _Archive, member: zipfile.ZipInfo) -> None:
        self._archive = archive
        self._member = member
        self._file = archive.zip.open(member)
        self._read = 0

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        piece = self._file.read(_PIECE if size is None or size < 0 else min(size, _PIECE))
        self._read += len(piece)
        self._archive.count(len(piece))
        if self._read > MAX_MEMBER_BYTES:
            raise UnknownExport(f"{_shown(self._member)} unpacks to more than {MAX_MEMBER_BYTES:,} bytes")
        _refuse_bomb(self._member, self._read)
        return piece


class _Bounded(io.RawIOBase):
    """The archive's own bytes. Python reads the table of contents in one piece, as large as the archive says."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        return self._stream.seek(offset, whence)

    def tell(self) -> int:
        return self._stream.tell()

    def read(self, size: int = -1) -> bytes:
        if size is not None and size > MAX_DIRECTORY_BYTES:
            raise UnknownExport(f"the zip archive's table of contents is larger than {MAX_DIRECTORY_BYTES:,} bytes")
        return self._stream.read(MAX_DIRECTORY_BYTES if size is None or size < 0 else size)
