"""Every format has fixtures beside what they must become, and each is recognized by what it holds."""

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest

from shared.connections import FORMATS, Connection, Export, UnknownExport, open_exports
from shared.connections.__main__ import main
from shared.connections.export import ExportFile
from shared.tables import Reject

FOLDER = Path(__file__).parents[2] / "fixtures" / "connections"
LAST_RESORT = FORMATS[-1]

FIXTURES = {
    "LinkedIn Connections.csv": ("linkedin/Connections.csv", "linkedin/older.csv"),
    "X archive (following.js, follower.js)": ("x/following.js", "x/following-part1.js", "x/follower.js"),
    "Mastodon following_accounts.csv or followers.csv": (
        "mastodon/following_accounts.csv",
        "mastodon/following_without_header.csv",
        "mastodon/followers.csv",
        "mastodon/followers_without_header.csv",
    ),
    "Bluesky follows (JSON)": ("bluesky/getFollows.json", "bluesky/getFollowers.json", "bluesky/listRecords.json"),
    "Bluesky repository (CAR)": ("bluesky/repo.car",),
    "GitHub following or followers (JSON)": ("github/following.json", "github/followers.json"),
    "Instagram following and followers (JSON)": (
        "instagram/following.json",
        "instagram/followers_1.json",
        "instagram/followers_2.json",
    ),
    "Instagram following and followers (HTML)": ("instagram/following.html", "instagram/followers_1.html"),
    "Threads following and followers (JSON)": ("threads/following.json", "threads/followers.json"),
    "Threads following and followers (HTML)": ("threads/followers.html",),
    "Facebook friends (JSON)": ("facebook/your_friends.json", "facebook/friends_old.json"),
    "Facebook friends (HTML)": ("facebook/your_friends.html",),
    "TikTok data (JSON)": ("tiktok/user_data_tiktok.json", "tiktok/user_data.json"),
    "TikTok data (TXT)": ("tiktok/Following.txt", "tiktok/Follower.txt"),
    "YouTube subscriptions.csv": ("youtube/subscriptions.csv", "youtube/Abos.csv"),
    "Discord data package (user.json)": ("discord/user.json",),
    "vCard address book (.vcf)": ("contacts/phone-2.1.vcf", "contacts/apple.vcf", "contacts/nextcloud-4.0.vcf"),
    "Google Contacts CSV": ("contacts/google-new.csv", "contacts/google-old.csv"),
    "Outlook contacts CSV": ("contacts/outlook.csv", "contacts/outlook-de.csv"),
    "a plain list (one person a line)": ("list/people.txt", "list/people.csv"),
}
EVERY_FIXTURE = [(name, path) for name, paths in FIXTURES.items() for path in paths]
# Files of archives that list nobody whom the owner follows, or nobody at all.
NOT_LISTS = ("x/account.js", "x/block.js", "instagram/personal_information.json", "facebook/profile_information.json")
# Nothing but user@host: it takes the name to know that these are no e-mail addresses.
TOLD_BY_NAME = ("mastodon/followers_without_header.csv",)


def described(export: Export) -> list[dict[str, object]]:
    """A list as the expectations beside the fixtures write it."""
    return [
        {"source": export.source, "owner": [[identity.network, identity.handle] for identity in export.owner]},
        *map(_described_row, export),
    ]


def _described_row(row: Connection | Reject) -> dict[str, object]:
    if isinstance(row, Reject):
        assert row.cells == (), "a reject of an export must hold nothing of other people's data"
        return {"line": row.line, "reason": row.reason}
    return {
        "identities": [[identity.network, identity.handle] for identity in row.identities],
        "relation": row.relation.name,
        "since": row.since and row.since.isoformat(),
        "name": row.name,
        "company": row.company,
        "line": row.line,
    }


def read(data: bytes, filename: str = "") -> list[list[dict[str, object]]]:
    return [described(export) for export in open_exports(io.BytesIO(data), filename=filename)]


def test_every_format_has_a_fixture_and_every_fixture_a_format() -> None:
    assert {known.name for known in FORMATS} == FIXTURES.keys()
    assert all(FIXTURES.values())
    written = {str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*") if path.is_file()}
    data = {path for path in written if not path.endswith(".expected.jsonl")}
    assert data == {path for _, path in EVERY_FIXTURE} | set(NOT_LISTS)
    assert written - data == {f"{path}.expected.jsonl" for _, path in EVERY_FIXTURE}


@pytest.mark.parametrize(("name", "path"), EVERY_FIXTURE)
def test_a_fixture_becomes_what_is_written_beside_it(name: str, path: str) -> None:
    file = FOLDER / path
    expected = [json.loads(line) for line in Path(f"{file}.expected.jsonl").read_text("utf-8").splitlines()]
    assert [row for rows in read(file.read_bytes(), file.name) for row in rows] == expected


@pytest.mark.parametrize(("name", "path"), EVERY_FIXTURE)
def test_a_fixture_is_recognized_as_its_own_format_only(name: str, path: str) -> None:
    file = FOLDER / path

    def recognized(filename: str) -> list[str]:
        data = file.read_bytes()
        return [
            known.name
            for known in FORMATS
            if known is not LAST_RESORT and known.recognizes(ExportFile(filename, io.BytesIO(data)))
        ]

    expected = [] if name == LAST_RESORT.name else [name]
    assert recognized(file.name.lower()) == expected
    if path not in TOLD_BY_NAME:
        assert recognized("export (3)") == expected


@pytest.mark.parametrize(("name", "path"), EVERY_FIXTURE)
def test_a_stream_that_gives_a_few_bytes_at_a_time_reads_the_same(name: str, path: str) -> None:
    class Trickle(io.RawIOBase):
        def __init__(self, data: bytes) -> None:
            self._data = io.BytesIO(data)

        def read(self, size: int = -1) -> bytes:
            return self._data.read(min(size, 7) if size >= 0 else 7)

    file = FOLDER / path
    trickled = [described(export) for export in open_exports(Trickle(file.read_bytes()), filename=file.name)]  # type: ignore[arg-type]
    assert trickled == read(file.read_bytes(), file.name)


@pytest.mark.parametrize("path", NOT_LISTS)
def test_what_lists_nobody_the_owner_follows_is_refused(path: str) -> None:
    with pytest.raises(UnknownExport):
        read((FOLDER / path).read_bytes(), Path(path).name)


@pytest.mark.parametrize("known", FORMATS, ids=lambda known: known.name)
def test_every_format_says_in_two_lines_how_to_get_it(known: object) -> None:
    lines = known.how.splitlines()  # type: ignore[attr-defined]
    assert len(lines) == 2
    assert all(20 < len(line) < 120 and line.endswith((".", "json")) for line in lines)


@pytest.mark.parametrize("data", [b"", b"hello", b"\x00" * 100, b"{}", b"[]", b"First Name\nAnn\n", b"%PDF-1.7\n"])
def test_an_unknown_file_is_refused_with_what_is_known(data: bytes) -> None:
    with pytest.raises(UnknownExport, match=r"LinkedIn Connections\.csv, X archive .*, Mastodon following_accounts"):
        read(data)


@pytest.mark.parametrize(
    ("data", "source"),
    [
        (b'{"relationships_following": []}', "instagram-following"),
        (b'{"text_post_app_text_post_app_following": []}', "threads-following"),
        (b'{"friends_v2": []}', "facebook-friends"),
        (b"window.YTD.following.part0 = []", "x-following"),
        (b"Account address,Show boosts\n", "mastodon-following"),
    ],
)
def test_an_empty_list_is_a_list(data: bytes, source: str) -> None:
    assert read(data) == [[{"source": source, "owner": []}]]


@pytest.mark.parametrize(
    "header",
    [
        "Prénom,Nom,Société,Tél. mobile,Adresse de messagerie",
        "Nombre,Apellidos,Organización,Teléfono móvil,Dirección de correo electrónico",
        "Voornaam,Achternaam,Bedrijf,Mobiele telefoon,E-mailadres",
        "First Name,Last Name,Organization,Mobile Number,Primary Email",
    ],
)
def test_outlooks_columns_are_known_in_several_languages(header: str) -> None:
    (rows,) = read(f"{header}\nAnn,O'Neil,Acme,+33 1 99 00 00 10,ann@example.org\n".encode())
    assert rows[1]["identities"] == [["email", "ann@example.org"], ["phone", "+33199000010"]]
    assert (rows[1]["name"], rows[1]["company"]) == ("Ann O'Neil", "Acme")


def test_tiktoks_dutch_lists_are_read() -> None:
    (rows,) = read(b"Datum: 2024-01-03 00:00:00\nGebruikersnaam: bob.example\n\n", "Volger.txt")
    assert rows[0]["source"] == "tiktok-followers"
    assert rows[1]["identities"] == [["tiktok", "bob.example"]]


def test_markup_that_cannot_be_gone_on_from_is_refused() -> None:
    page = (FOLDER / "instagram/followers_1.html").read_bytes()
    with pytest.raises(UnknownExport, match="its markup is damaged"):
        read(page.replace(b"</main>", b"<![CDAThttp[x]]></main>"))


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b'"Notes:"\r\n', b"\xef\xbb\xbf\r\n"])
def test_linkedins_notes_may_be_there_or_not(before: bytes) -> None:
    data = (FOLDER / "linkedin/Connections.csv").read_bytes()
    (rows,) = read(before + data[data.index(b"First Name") :])
    assert len(rows) == 1 + 4


@pytest.mark.parametrize("path", ["x/following.js", "github/following.json", "instagram/following.json"])
def test_a_mark_before_the_text_changes_nothing(path: str) -> None:
    data = (FOLDER / path).read_bytes()
    assert read(b"\xef\xbb\xbf" + data, Path(path).name) == read(data, Path(path).name)


def test_json_that_breaks_off_is_refused_with_where() -> None:
    data = (FOLDER / "instagram/following.json").read_bytes()
    with pytest.raises(UnknownExport, match="breaks off or is damaged in line 4"):
        read(data[:200])


def test_json_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shared.connections.export.MAX_JSON_BYTES", 100)
    with pytest.raises(UnknownExport, match="more than 100 bytes of JSON"):
        read((FOLDER / "instagram/following.json").read_bytes())


def test_json_nested_beyond_sense_is_refused() -> None:
    with pytest.raises(UnknownExport):
        read(b'{"relationships_following": ' + b"[" * 200_000)


@pytest.mark.parametrize(
    "data",
    [
        b'<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY lol "lol"><!ENTITY l2 "&lol;&lol;">]><lolz>&l2;</lolz>',
        b'<!DOCTYPE html [ <!ENTITY xxe SYSTEM "file:///etc/passwd"> ]><html><title>Followers</title></html>',
    ],
)
def test_xml_entities_are_refused(data: bytes) -> None:
    with pytest.raises(UnknownExport, match="declares XML entities"):
        read(data, "followers_1.html")


def test_a_block_list_is_never_read_as_people_somebody_follows() -> None:
    with pytest.raises(UnknownExport):
        read((FOLDER / "instagram/followers_1.html").read_bytes().replace(b"Followers", b"Blocked"), "blocked.html")
    with pytest.raises(UnknownExport):
        read((FOLDER / "tiktok/Following.txt").read_bytes(), "Block List.txt")


def test_one_bad_card_costs_no_other() -> None:
    good = b"BEGIN:VCARD\nVERSION:3.0\nFN:Ann\nEMAIL:ann@example.org\nEND:VCARD\n"
    bad = b'BEGIN:VCARD\nFN;X="unclosed:\x00\xff\nEMAIL;ENCODING=QUOTED-PRINTABLE;CHARSET=nonsense:=ZZ=\n'
    (rows,) = read(good + bad + good + b"END:VCARD\nEND:VCARD\n" + good)
    assert [row["identities"] for row in rows[1:] if row.get("identities")] == [[["email", "ann@example.org"]]] * 3


def test_a_picture_on_one_line_costs_no_other_card() -> None:
    picture = b"PHOTO;ENCODING=BASE64;TYPE=JPEG:" + b"A" * 3_000_000
    card = b"BEGIN:VCARD\nFN:Ann\n" + picture + b"\nEMAIL:ann@example.org\nEND:VCARD\n"
    (rows,) = read(card * 2)
    assert [row["identities"] for row in rows[1:]] == [[["email", "ann@example.org"]]] * 2


def test_a_long_page_is_read_in_pieces_that_cut_nothing() -> None:
    entry = '<div><a href="https://www.instagram.com/ann{0}">ännß{0}</a></div><div>Jan 02, 2024 3:04 pm</div>\n'
    page = "<html><title>Followers</title>" + "".join(map(entry.format, range(3_000)))
    (rows,) = read(page.encode())
    assert [row["identities"] for row in rows[1:]] == [[["instagram", f"ann{number}"]] for number in range(3_000)]
    assert {row["since"] for row in rows[1:]} == {"2024-01-02"}


@pytest.mark.parametrize(
    ("written", "day"),
    [
        ("Jan 02, 2024 3:04 pm", "2024-01-02"),
        ("2. Januar 2024, 15:04", "2024-01-02"),
        ("2 janv. 2024 15:04", "2024-01-02"),
        ("3 de marzo de 2021 a las 4:05", "2021-03-03"),
        ("13 Smarch 2024", None),
        ("Feb 30, 2024", None),
    ],
)
def test_days_of_pages_are_read_in_several_languages(written: str, day: str | None) -> None:
    page = f"<html><title>Followers</title><a href='https://instagram.com/ann'>ann</a><p>{written}</p></html>"
    (rows,) = read(page.encode())
    assert [row["since"] for row in rows[1:]] == [day]


def test_the_command_writes_an_object_for_each_identity(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.argv", ["connections", str(FOLDER / "linkedin/Connections.csv")])
    assert main() == 0
    out, err = capsys.readouterr()
    assert json.loads(out.splitlines()[2]) == {
        "network": "email",
        "handle": "bea@example.org",
        "relation": "connected",
        "since": "2022-02-07",
        "name": "Béa",
        "company": "",
    }
    assert err.splitlines()[-1] == "linkedin-connections: 3 connections, 1 rejected"


def test_the_command_sums_up_every_list(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["connections", str(FOLDER / "tiktok/user_data_tiktok.json")])
    assert main() == 0
    assert capsys.readouterr().err.splitlines() == [
        "line 2: entry 2 has no TikTok name",
        "tiktok-following: 1 connections, 1 rejected, of tiktok ann.oneil",
        "tiktok-followers: 1 connections, 0 rejected, of tiktok ann.oneil",
    ]


def test_the_command_says_what_cannot_be_read(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for path, message in ((FOLDER / "x/block.js", "no export that can be read"), (FOLDER / "missing", "No such file")):
        monkeypatch.setattr("sys.argv", ["connections", str(path)])
        assert main() == 1
        assert message in capsys.readouterr().err


def test_who_only_knows_connections_does_not_wait_for_the_readers_of_exports() -> None:
    code = (
        "import sys; from shared.connections import Connection, Relation; "
        "sys.exit('shared.connections.formats' in sys.modules or 'libipld' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
