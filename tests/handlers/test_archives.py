"""Whole archives, as people download them: several lists in one upload, and numbers that stand for people."""

import io
import json
import zipfile

from shared import storage
from tests.handlers.conftest import EVENT, World, registered


def x_archive(account_id: str, username: str, *, follows: tuple[str, ...]) -> bytes:
    """X's "Download an archive of your data", as far as it says who knows whom: numbers only."""
    account = [{"account": {"accountId": account_id, "username": username, "accountDisplayName": "Somebody"}}]
    following = [
        {"following": {"accountId": each, "userLink": f"https://twitter.com/intent/user?user_id={each}"}}
        for each in follows
    ]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("twitter-2026-05-01/data/account.js", f"window.YTD.account.part0 = {json.dumps(account)}")
        archive.writestr(
            "twitter-2026-05-01/data/following.js", f"window.YTD.following.part0 = {json.dumps(following)}"
        )
        archive.writestr("twitter-2026-05-01/data/follower.js", "window.YTD.follower.part0 = []")
    return buffer.getvalue()


def bring(world: World, name: str, archive: bytes) -> None:
    world.import_upload(world.upload("twitter.zip", archive, owner=f"{name}@example.org"))


def test_two_people_with_archives_find_each_other_by_their_numbers(world: World) -> None:
    from shared.pipeline.match_attendees import match_everybody

    for name in ("ann", "mack"):
        world.post(registered(name, handles={"x": f"@{name}_x"}))
    bring(world, "ann", x_archive("11", "Ann_X", follows=("22", "99")))
    match_everybody(EVENT)
    assert storage.matches.load_all(EVENT) == []  # nobody knows yet whose number 22 is
    bring(world, "mack", x_archive("22", "mack_x", follows=()))
    match_everybody(EVENT)
    (match,) = storage.matches.load_all(EVENT)
    assert {evidence.network for evidence in (*match.a_lists_b, *match.b_lists_a)} == {"x"}


def test_a_number_is_not_taken_for_somebody_who_did_not_register_that_handle(world: World) -> None:
    from shared.pipeline.match_attendees import match_everybody

    world.post(registered("ann", handles={"x": "@ann_x"}))
    world.post(registered("eve", handles={"x": "@eve_x"}))
    bring(world, "ann", x_archive("11", "ann_x", follows=("22",)))
    bring(world, "eve", x_archive("22", "mack_x", follows=()))
    match_everybody(EVENT)
    assert storage.matches.load_all(EVENT) == []


def test_every_list_of_an_archive_becomes_a_set_and_bringing_it_again_changes_nothing(world: World) -> None:
    world.post(registered("ann", handles={"x": "@ann_x"}))
    bring(world, "ann", x_archive("11", "ann_x", follows=("22",)))
    before = [item for item in world.items() if item["kind"]["S"] in ("connection_set", "directory", "attendee")]
    assert {item["sk"]["S"].split("#")[1] for item in before if item["kind"]["S"] == "connection_set"} == {
        "x-following",
        "x-followers",
    }
    bring(world, "ann", x_archive("11", "ann_x", follows=("22",)))
    after = [item for item in world.items() if item["kind"]["S"] in ("connection_set", "directory", "attendee")]
    assert after == before
