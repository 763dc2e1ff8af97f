"""An export is recognized by what it holds, and gives every connection in it."""

import io
import json
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.connections import FORMATS, Connection, Relation, UnknownExport, open_export
from shared.identities import Identity
from shared.tables import Reject

LINKEDIN = b"""Notes:
"When exporting your connection data, some of the email addresses may be missing."

First Name,Last Name,URL,Email Address,Company,Position,Connected On
Ann,O'Neil,https://www.linkedin.com/in/ann-oneil/,,"Acme, Inc.",Engineer,12 Mar 2024
Bea,,https://www.linkedin.com/in/b%C3%A9a-1a2b,bea@example.org,,,7-Feb-22
,,,,,,
Cara,Doe,,,Acme,,03/15/2024
"""
MASTODON = (
    b"Account address,Show boosts,Notify on new posts,Languages\nann@fosstodon.org,true,false,\nnobody,true,false,\n"
)
GITHUB = json.dumps(
    [{"login": "Ann", "id": 1, "html_url": "https://github.com/Ann", "type": "User"}, {"id": 2}]
).encode()

EXAMPLES = {
    "LinkedIn Connections.csv": (LINKEDIN, "linkedin-connections"),
    "Mastodon following_accounts.csv": (MASTODON, "mastodon-following"),
    "GitHub following or followers (JSON)": (GITHUB, "github-following"),
}


def read(data: bytes, filename: str = "") -> list[Connection | Reject]:
    return list(open_export(io.BytesIO(data), filename=filename))


def test_every_format_has_an_example() -> None:
    assert {known.name for known in FORMATS} == EXAMPLES.keys()


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_format_is_recognized_whatever_the_file_is_called(name: str) -> None:
    data, source = EXAMPLES[name]
    assert open_export(io.BytesIO(data), filename="export (3).txt").source == source


def test_linkedin_gives_profile_address_date_and_company() -> None:
    ann, bea, cara = read(LINKEDIN)
    assert ann == Connection(
        (Identity("linkedin", "ann-oneil"),), Relation.CONNECTED, date(2024, 3, 12), "Ann O'Neil", "Acme, Inc.", 5
    )
    assert isinstance(bea, Connection)
    assert bea.identities == (Identity("linkedin", "béa-1a2b"), Identity("email", "bea@example.org"))
    assert bea.since == date(2022, 2, 7)
    assert isinstance(cara, Connection)
    assert (cara.identities, cara.name, cara.since) == ((), "Cara Doe", date(2024, 3, 15))


@pytest.mark.parametrize("before", [b"", b"\xef\xbb\xbf", b'"Notes:"\r\n', b"\xef\xbb\xbf\r\n"])
def test_linkedins_notes_may_be_there_or_not(before: bytes) -> None:
    header = LINKEDIN[LINKEDIN.index(b"First Name") :]
    assert len(read(before + header)) == 3


def test_mastodon_lists_whom_the_owner_follows_or_who_follows_them() -> None:
    ann, nobody = read(MASTODON, "following_accounts.csv")
    assert ann == Connection((Identity("mastodon", "ann@fosstodon.org"),), Relation.FOLLOWS, line=2)
    assert nobody == Reject(3, '"nobody" is no account address such as ann@fosstodon.org')
    assert open_export(io.BytesIO(MASTODON), filename="followers.csv").source == "mastodon-followers"


def test_github_is_read_from_one_page_or_several_saved_after_another() -> None:
    for data in (GITHUB, GITHUB + b"\n" + GITHUB):
        rows = read(data)
        assert rows[0] == Connection((Identity("github", "ann"),), Relation.FOLLOWS)
        assert rows[1] == Reject(2, "entry 2 has no GitHub login")


def test_rejects_of_an_export_hold_nothing_of_other_peoples_data() -> None:
    rejects = [row for data, _ in EXAMPLES.values() for row in read(data) if isinstance(row, Reject)]
    assert rejects
    assert all(reject.cells == () for reject in rejects)


def test_an_unknown_file_is_refused_with_what_is_known() -> None:
    with pytest.raises(UnknownExport, match=r"LinkedIn Connections\.csv, Mastodon following_accounts\.csv, GitHub"):
        open_export(io.BytesIO(b"hello"))


@given(st.sampled_from([b"", *[data for data, _ in EXAMPLES.values()]]), st.binary(max_size=200), st.integers(0, 400))
def test_any_bytes_give_connections_rejects_or_the_one_error(begin: bytes, data: bytes, cut: int) -> None:
    try:
        for row in open_export(io.BytesIO(begin[:cut] + data + begin[cut:]), filename="x"):
            assert isinstance(row, (Connection, Reject))
    except UnknownExport as error:
        assert str(error)
