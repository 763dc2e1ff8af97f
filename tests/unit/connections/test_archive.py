"""A whole archive gives every list in it; one that was made to harm is refused, quickly and with a clear sentence."""

import io
import stat
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Mapping

import pytest

from shared.connections import UnknownExport, archive, open_exports
from shared.identities import Identity
from tests.unit.connections.test_formats import FOLDER, described

BOMB = 48 * 1024 * 1024  # bytes, unpacked


def zipped(files: Mapping[str, bytes | str], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    """An archive; texts name fixtures."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as writer:
        for name, content in files.items():
            writer.writestr(name, (FOLDER / content).read_bytes() if isinstance(content, str) else content)
    return buffer.getvalue()


class Unseekable(io.RawIOBase):
    """As an object in a bucket comes."""

    def __init__(self, data: bytes) -> None:
        self._data = io.BytesIO(data)

    def read(self, size: int = -1) -> bytes:
        return self._data.read(size)


def lists(data: bytes) -> dict[str, list[dict[str, object]]]:
    return {str(rows[0]["source"]): rows for rows in (described(export) for export in open_exports(io.BytesIO(data)))}


def handles(rows: list[dict[str, object]]) -> list[str]:
    return [identity[1] for row in rows for identity in row.get("identities", ())]  # type: ignore[attr-defined]


def refusal(data: bytes) -> str:
    with pytest.raises(UnknownExport) as raised:
        lists(data)
    return str(raised.value)


X: dict[str, bytes | str] = {
    "data/following.js": "x/following.js",
    "data/following-part1.js": "x/following-part1.js",
    "data/follower.js": "x/follower.js",
    "data/block.js": "x/block.js",
    "data/account.js": "x/account.js",
    "data/tweets.js": b"window.YTD.tweets.part0 = []",
    "Your archive.html": b"<html></html>",
}


def test_an_archive_of_x_gives_both_lists_and_its_owner() -> None:
    found = lists(zipped(X))
    assert found.keys() == {"x-following", "x-followers"}
    assert handles(found["x-following"]) == ["id:18969923", "id:1001", "grace_example", "id:1002"]
    assert handles(found["x-followers"]) == ["id:424242"]
    for export in open_exports(io.BytesIO(zipped(X))):
        assert export.owner == (Identity("x", "ann_example"), Identity("x", "id:77001"))


def test_folders_around_and_capitals_change_nothing() -> None:
    inside: dict[str, bytes | str] = {f"twitter-2024-01-01/{name.upper()}": content for name, content in X.items()}
    assert lists(zipped(inside)) == lists(zipped(X))


def test_an_archive_of_meta_gives_every_list_of_its_networks() -> None:
    found = lists(
        zipped(
            {
                "connections/followers_and_following/following.json": "instagram/following.json",
                "connections/followers_and_following/followers_1.json": "instagram/followers_1.json",
                "connections/followers_and_following/followers_2.json": "instagram/followers_2.json",
                "connections/followers_and_following/close_friends.json": b'{"relationships_close_friends": []}',
                "your_instagram_activity/threads/following.json": "threads/following.json",
                "your_instagram_activity/threads/followers.json": "threads/followers.json",
                "connections/friends/your_friends.json": "facebook/your_friends.json",
                "personal_information/personal_information/personal_information.json": (
                    "instagram/personal_information.json"
                ),
                "profile_information/profile_information.json": "facebook/profile_information.json",
            }
        )
    )
    assert {source: rows[0]["owner"] for source, rows in found.items()} == {
        "instagram-following": [["instagram", "ann.oneil"]],
        "instagram-followers": [["instagram", "ann.oneil"]],
        "threads-following": [["threads", "ann.oneil"]],
        "threads-followers": [["threads", "ann.oneil"]],
        "facebook-friends": [["facebook", "annoneil55"]],
    }
    assert handles(found["instagram-followers"]) == ["dan", "eve.e"]


@pytest.mark.parametrize(
    ("files", "sources"),
    [
        ({"Connections.csv": "linkedin/Connections.csv", "messages.csv": b"FROM,TO\na,b\n"}, {"linkedin-connections"}),
        ({"user_data_tiktok.json": "tiktok/user_data_tiktok.json"}, {"tiktok-following", "tiktok-followers"}),
        (
            {
                "TikTok/Activity/Following.txt": "tiktok/Following.txt",
                "TikTok/Activity/Block List.txt": "tiktok/Follower.txt",
            },
            {"tiktok-following"},
        ),
        (
            {
                "Takeout/YouTube und YouTube Music/Abos/Abos.csv": "youtube/Abos.csv",
                "Takeout/Kontakte/Alle Kontakte/Alle Kontakte.vcf": "contacts/apple.vcf",
                "Takeout/Kontakte/Meine Kontakte/Meine Kontakte.csv": "contacts/google-new.csv",
                "Takeout/archive_browser.html": b"<html></html>",
            },
            {"youtube-subscriptions", "vcard-contacts", "google-contacts"},
        ),
        (
            {"followers_1.html": "instagram/followers_1.html", "blocked.html": "instagram/followers_1.html"},
            {"instagram-followers"},
        ),
        ({"package/Account/user.json": "discord/user.json"}, {"discord-friends"}),
        ({"following_accounts.csv": "mastodon/following_accounts.csv"}, {"mastodon-following"}),
        ({"repo.car": "bluesky/repo.car"}, {"bluesky-following"}),
        ({"following.json": "github/following.json"}, {"github-following"}),
    ],
)
def test_lists_are_found_in_the_archives_of_each_platform(files: dict[str, bytes | str], sources: set[str]) -> None:
    assert lists(zipped(files)).keys() == sources


def test_an_archive_that_cannot_be_gone_back_in_is_kept_aside(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped(X)
    found = [described(export) for export in open_exports(Unseekable(data))]  # type: ignore[arg-type]
    assert [rows[0]["source"] for rows in found] == ["x-following", "x-followers"]
    monkeypatch.setattr(archive, "MAX_ARCHIVE_BYTES", len(data) - 1)
    with pytest.raises(UnknownExport, match="upload only the lists of people in it"):
        list(open_exports(Unseekable(data)))  # type: ignore[arg-type]


def test_an_archive_without_a_list_says_what_was_looked_for() -> None:
    for data in (zipped({}), zipped({"photo.jpg": b"\xff\xd8"}), zipped({"Connections.csv": b"hello"})):
        assert "has no list that can be read; those are: LinkedIn Connections.csv, X archive" in refusal(data)


def test_lists_under_names_of_ones_own_are_found_where_nothing_else_is() -> None:
    mine: dict[str, bytes | str] = {
        "mine/insta.json": "instagram/following.json",
        "mine/x.js": "x/follower.js",
        "mine/notes.txt": b"hello",
    }
    assert lists(zipped(mine)).keys() == {"instagram-following", "x-followers"}
    assert lists(zipped({**mine, "a.csv": "linkedin/Connections.csv"})).keys() == {"linkedin-connections"}


def test_a_plain_list_is_not_looked_for_in_archives() -> None:
    assert "no list" in refusal(zipped({"people.txt": "list/people.txt"}))


@pytest.mark.parametrize("name", ["data/more.zip", "data/More.ZIP", "Connections.csv"])
def test_an_archive_within_an_archive_is_refused(name: str) -> None:
    inner = zipped({"Connections.csv": "linkedin/Connections.csv"})
    assert "itself a zip archive; unpack it" in refusal(zipped({"data/follower.js": "x/follower.js", name: inner}))


@pytest.mark.parametrize(
    "name", ["../following.js", "data/../../following.js", "/etc/following.js", "C:/x/following.js", "a\\..\\..\\b.js"]
)
def test_paths_that_lead_out_of_the_archive_are_refused(name: str) -> None:
    assert "leads out of the zip archive" in refusal(zipped({name: "x/following.js"}))


def test_a_link_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as writer:
        link = zipfile.ZipInfo("data/following.js")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        writer.writestr(link, "/etc/passwd")
    assert "is a link to another file" in refusal(buffer.getvalue())


def test_an_encrypted_list_is_refused() -> None:
    data = bytearray(zipped({"Connections.csv": "linkedin/Connections.csv"}))
    data[6] |= 1
    data[data.index(b"PK\x01\x02") + 8] |= 1
    assert "is encrypted; upload the archive without a password" in refusal(bytes(data))


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_unusual_ways_of_packing_are_refused(method: int) -> None:
    assert "packed in an unusual way" in refusal(zipped({"Connections.csv": "linkedin/Connections.csv"}, method))


def test_entities_in_a_page_of_an_archive_are_refused() -> None:
    page = b'<!DOCTYPE html [<!ENTITY a "b">]><html><title>Followers</title></html>'
    assert "declares XML entities" in refusal(zipped({"followers_1.html": page}))


@pytest.mark.parametrize(
    "data",
    [b"PK\x03\x04", b"PK\x05\x06" + b"\xff" * 18, zipped(X)[:-30], zipped(X)[:300], zipped(X)[:200] + zipped(X)[210:]],
)
def test_a_damaged_archive_is_refused(data: bytes) -> None:
    assert "damaged" in refusal(data) or "no list" in refusal(data)


def bomb(name: str, begin: bytes, pattern: bytes) -> bytes:
    """An archive with one file that unpacks to BOMB bytes, made without unpacking it."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = pattern * (1024 * 1024 // len(pattern))
    packed, checksum, size = packer.compress(begin), zlib.crc32(begin), len(begin)
    while size < BOMB:
        packed += packer.compress(block)
        checksum, size = zlib.crc32(block, checksum), size + len(block)
    packed += packer.flush()
    encoded = name.encode()
    fields = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, checksum, len(packed), size, len(encoded), 0)
    local = b"PK\x03\x04" + fields + encoded + packed
    central = b"PK\x01\x02" + struct.pack("<H", 20) + fields + struct.pack("<HHHII", 0, 0, 0, 0, 0) + encoded
    return local + central + b"PK\x05\x06" + struct.pack("<HHHHIIH", 0, 0, 1, 1, len(central), len(local), 0)


LINKEDIN_HEADER = b"First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"


@pytest.mark.parametrize(
    ("name", "begin", "pattern"),
    [
        ("Connections.csv", LINKEDIN_HEADER, b"Ann,O'Neil,,,,,12 Mar 2024\n"),
        ("Connections.csv", LINKEDIN_HEADER, b"\x00"),
        ("data/following.js", b"window.YTD.following.part0 = [", b" "),
        ("following.json", b"[", b"[],"),
        ("following.json", b'{"relationships_following": [', b"{},"),
        ("followers_1.html", b"<html><title>Followers</title><a href='https://instagram.com/ann'>a</a>", b"<p>"),
        ("all.vcf", b"BEGIN:VCARD\nFN:Ann\n", b"NOTE:a\n"),
        ("repo.car", (FOLDER / "bluesky/repo.car").read_bytes(), b"\x00"),
        ("data/account.js", b"window.YTD.account.part0 = [", b" "),
    ],
)
def test_a_bomb_is_refused_quickly_and_with_little_memory(name: str, begin: bytes, pattern: bytes) -> None:
    data = bomb(name, begin, pattern)
    assert len(data) * 100 < BOMB
    tracemalloc.start()
    started = time.process_time()
    try:
        refusal(data)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert time.process_time() - started < 3
    assert peak < 16 * 1024 * 1024


@pytest.mark.parametrize("declared", [1_000, 900_000])
def test_a_bomb_that_lies_about_its_size_is_refused(declared: int) -> None:
    data = bytearray(bomb("all.vcf", b"BEGIN:VCARD\nFN:Ann\n", b"NOTE:a\n"))
    for at in (22, data.rindex(b"PK\x01\x02") + 24):
        data[at : at + 4] = struct.pack("<I", declared)
    assert "damaged" in refusal(bytes(data))


def test_what_is_unpacked_is_counted_over_all_files(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_UNPACKED_BYTES", 10_000)
    many: dict[str, bytes | str] = {f"contacts/{number}.vcf": "contacts/apple.vcf" for number in range(20)}
    assert "unpacks to more than 10,000 bytes of lists" in refusal(zipped(many))


def test_one_file_has_its_own_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_MEMBER_BYTES", 100)
    message = refusal(zipped({"Connections.csv": "linkedin/Connections.csv"}))
    assert message == 'the file "Connections.csv" in the zip archive unpacks to more than 100 bytes'


def test_too_many_files_or_lists_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_LISTS", 2)
    assert "has 3 files that may be lists" in refusal(zipped({f"{n}.vcf": "contacts/apple.vcf" for n in range(3)}))
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    assert "has 3 files; 2 are the most" in refusal(zipped({f"{n}.jpg": b"" for n in range(3)}))


def test_a_table_of_contents_beyond_reason_is_not_even_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "MAX_DIRECTORY_BYTES", 70_000)
    names: dict[str, bytes | str] = {f"{'x' * 100}{number}.jpg": b"" for number in range(1_000)}
    assert "table of contents is larger than 70,000 bytes" in refusal(zipped(names))
