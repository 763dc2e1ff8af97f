"""An upload becomes the lists in it: one file is one list or several, a zip archive as many as it holds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from shared.connections import archive
from shared.connections.export import Export, ExportFile, UnknownExport
from shared.connections.formats import FORMATS, exports_of, format_of


def open_exports(stream: BinaryIO, *, filename: str = "") -> Iterator[Export]:
    """Recognize an upload, and give each list in it: whom one follows on a network, who follows, and so on.

    Go through each list before asking for the next.

    :param stream: from its beginning; it need not be seekable
    :param filename: consulted only where two lists have the same form
    :raises UnknownExport: where it is none that is known, is damaged or was made to harm; also while iterating
    """
    file = ExportFile(filename.replace("\\", "/").rpartition("/")[2].lower(), stream)
    if file.head.startswith(archive.BEGINS):
        yield from archive.exports_in(_from_the_beginning(file, stream))
        return
    known = format_of(file)
    if known is None:
        names = ", ".join(known.name for known in FORMATS)
        raise UnknownExport(f"this is no export that can be read; those are: {names}")
    yield from exports_of(file, known)


def _from_the_beginning(file: ExportFile, stream: BinaryIO) -> BinaryIO:
    if not _is_seekable(stream):
        return file.stream
    stream.seek(0)
    return stream


def _is_seekable(stream: BinaryIO) -> bool:
    # The body of an S3 object is no io object and has no such method.
    return bool(getattr(stream, "seekable", bool)())
