"""Whatever is uploaded gives connections, rejects or the one error, in bounded time."""

import io
import time
import zipfile

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.connections import FORMATS, Connection, Export, UnknownExport, open_exports
from shared.connections.export import ExportFile
from shared.connections.formats import exports_of
from shared.identities import Identity
from shared.matching import pack_connections
from shared.tables import Reject
from tests.unit.connections.test_formats import EVERY_FIXTURE, FOLDER, NOT_LISTS

KEY = b"a key of no deployment"
DATA = {path: (FOLDER / path).read_bytes() for path in [*[path for _, path in EVERY_FIXTURE], *NOT_LISTS]}
SNIPPETS = [
    *(b"\x00", b"\xff\xfe", b"\xef\xbb\xbf", b"\r", b"\n", b'"', b"'", b"[", b"{", b"]}", b",", b";", b"\\",),
    *(b"null", b"1e999", b"-1", b"NaN", b"9" * 50, b"true", b'"\\ud800"', b"<", b"<!--", b"<a href=", b"<![CDATA["),
    *(b"&#x110000;", b"&#xd800;", b"BEGIN:VCARD", b"END:VCARD", b"=\r\n", b"=FF", b"\\n", b" ::: ", b"id:0", b"id:-1"),
    *(b"http://", b"https://[::1", b"@", b"did:", b"\xe2\x80\x8f", b"0000-00-00", b"9999-99-99 99:99:99"),
    *(b"<![CDAThttp", b"<![x", b"253402300800000", b"\xed\xa0\x80"),
]  # fmt: skip


def read_everything(data: bytes, filename: str) -> None:
    """Open and go through every list; only the one error may come of it."""
    try:
        for export in open_exports(io.BytesIO(data), filename=filename):
            check(export)
    except UnknownExport as error:
        assert str(error)


def check(export: Export) -> None:
    connections = []
    assert export.source
    assert all(isinstance(identity, Identity) for identity in export.owner)
    for row in export:
        assert isinstance(row, (Connection, Reject))
        if isinstance(row, Connection):
            (row.name + row.company).encode()
            connections.append(row)
    pack_connections("ann", export.source, connections, key=KEY)


@st.composite
def mutated(draw: st.DrawFn) -> tuple[bytes, str]:
    """A fixture in which pieces were replaced, doubled, cut out or put in, and its name or another's."""
    path = draw(st.sampled_from(sorted(DATA)))
    data = DATA[path]
    for _ in range(draw(st.integers(1, 5))):
        begin = draw(st.integers(0, len(data)))
        end = min(len(data), begin + draw(st.integers(0, 30)))
        piece = draw(st.sampled_from(SNIPPETS) | st.binary(max_size=8) | st.just(data[begin:end] * 3))
        data = data[:begin] + piece + data[end:]
    return data, draw(st.sampled_from([path, "followers_1.html", "export (3)", "following.json"]))


@given(st.binary(max_size=300), st.sampled_from(["", "following.csv", "followers_1.html", "a/b\\c.zip"]))
@example(b"[" * 100_000, "")
@example(b'{"a":' * 100_000, "")
@example(b"PK\x03\x04" * 10, "")
def test_any_bytes_give_connections_rejects_or_the_one_error(data: bytes, filename: str) -> None:
    read_everything(data, filename)


@settings(max_examples=400, deadline=2000)
@given(mutated())
def test_a_damaged_export_gives_connections_rejects_or_the_one_error(case: tuple[bytes, str]) -> None:
    read_everything(*case)


@settings(max_examples=150, deadline=2000)
@given(mutated(), st.booleans())
def test_a_damaged_export_in_an_archive_does_so_too(case: tuple[bytes, str], deflated: bool) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED if deflated else zipfile.ZIP_STORED) as writer:
        writer.writestr("folder/" + case[1].rpartition("/")[2], case[0])
        writer.writestr("data/account.js", DATA["x/account.js"])
    read_everything(buffer.getvalue(), "export.zip")


def _archive() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as writer:
        for path in ("x/following.js", "x/account.js", "contacts/apple.vcf", "instagram/followers_1.html"):
            writer.writestr(path, DATA[path])
    return buffer.getvalue()


ARCHIVE = _archive()


@settings(max_examples=300, deadline=2000)
@given(
    st.lists(st.tuples(st.integers(0, len(ARCHIVE) - 1), st.integers(0, 255)), min_size=1, max_size=6), st.booleans()
)
def test_a_damaged_archive_does_so_too(changes: list[tuple[int, int]], cut: bool) -> None:
    data = bytearray(ARCHIVE)
    for at, byte in changes:
        data[at] = byte
    read_everything(bytes(data[: changes[0][0]] if cut else data), "")


@settings(max_examples=150, deadline=2000)
@given(mutated())
def test_every_format_that_recognizes_a_damaged_export_is_as_tame(case: tuple[bytes, str]) -> None:
    for known in FORMATS:
        file = ExportFile(case[1].rpartition("/")[2].lower(), io.BytesIO(case[0]))
        try:
            for export in exports_of(file, known) if known.recognizes(file) else ():
                check(export)
        except UnknownExport as error:
            assert str(error)


HOSTILE_BYTES = 256 * 1024
HOSTILE = {
    "spaces": (b"", b" "),
    "line ends": (b"", b"\n"),
    "quotes": (b"", b'"'),
    "quoted line ends": (b'First Name,Last Name,Connected On\n"', b"a\n"),
    "commas": (b"First Name,Last Name,Connected On\n", b","),
    "brackets": (b"", b"[],"),
    "empty lists": (b"[", b"[],"),
    "digits": (b"[", b"9"),
    "escapes": (b'["', b"\\u0041"),
    "tags": (b"<html><title>Followers</title>", b"<a"),
    "comments": (b"<html><title>Followers</title>", b"<!--"),
    "declarations": (b"<html><title>Followers</title>", b"<!"),
    "sections": (b"<html><title>Followers</title>", b"<![CDATA["),
    "instructions": (b"<html><title>Followers</title>", b"<?"),
    "end tags": (b"<html><title>Followers</title>", b"</"),
    "attributes": (b"<html><title>Followers</title><a ", b"a='"),
    "entities": (b"<html><title>Followers</title>", b"&#"),
    "links": (b"<html><title>Followers</title>", b"<a href=https://instagram.com/ann>a</a>"),
    "scripts": (b"<html><title>Followers</title><script>", b"</scrip"),
    "cards": (b"", b"BEGIN:VCARD\n"),
    "folds": (b"BEGIN:VCARD\nNOTE:a\n", b" a\n"),
    "soft ends": (b"BEGIN:VCARD\n", b"NOTE;ENCODING=QUOTED-PRINTABLE:a=\n"),
    "parameters": (b"BEGIN:VCARD\nNOTE", b';a="b'),
    "properties": (b"BEGIN:VCARD\n", b"URL:a\n"),
    "mail in cards": (b"BEGIN:VCARD\nEMAIL:", b"a@"),
    "addresses": (b"ann@example.org\n", b"ann@example.org,"),
    "lines of addresses": (b"", b"a@b.example," * 20 + b"\n"),
    "unions": (b"", b"Date: 2024-01-01\nUsername: \n"),
    "dates": (b"", b"date:"),
    "blocks": (DATA["bluesky/repo.car"], b"\x01"),
    "assignment": (b"window.YTD.following.part0 = [", b'{"following":{}},'),
    "channels": (
        b"Id,Url,Title\n",
        b"UCaaaaaaaaaaaaaaaaaaaaaa,http://www.youtube.com/channel/UCaaaaaaaaaaaaaaaaaaaaaa,\n",
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("filename", ["", "followers_1.html"])
def test_hostile_repetition_takes_time_in_proportion(name: str, filename: str) -> None:
    begin, pattern = HOSTILE[name]
    data = begin + pattern * (HOSTILE_BYTES // len(pattern))
    started = time.process_time()
    read_everything(data, filename)
    # So much of honest contacts takes a quarter of a second; what grows with the square would take minutes.
    assert time.process_time() - started < 5
