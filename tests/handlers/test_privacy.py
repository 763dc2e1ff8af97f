"""How long everything is kept, that it can all be seen, and that erasure leaves nothing but what is written down."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import boto3
import pytest

from shared.pipeline.manage_event import erase_attendee, everything_about
from shared.storage import _table
from tests.handlers.conftest import EVENT, KEPT_FOR_GOOD, KINDS_SEEN, World, registered
from tests.handlers.steps import attendee, bring, match, register, wave_goes_out

ANN = ("ann@example.org", "/in/ann", "15550100", "annscompany", "annabelle", "lovelace", "t-ann", '"ann"')


def lived_through(world: World) -> None:
    """Three people who know each other, were told, and uploaded lists that were refused too."""
    register(world, "mack", "zoe")
    world.post(
        registered(
            "ann", name="Annabelle Lovelace", company="Annscompany", phone="+1 555 0100",
            agreed=["introduce", "connections", "remember"],
        )
    )  # fmt: skip
    for owner in ("ann", "mack", "zoe"):
        bring(world, owner, *({"ann", "mack", "zoe"} - {owner}))
    match(world)
    assert wave_goes_out(world) == {"ann", "mack", "zoe"}


def text_of(item: object) -> str:
    return json.dumps(item, default=lambda value: value.decode("latin-1")).lower()


def test_after_erasure_nothing_that_is_kept_names_the_person(world: World) -> None:
    lived_through(world)
    ann_id = attendee("ann").attendee_id
    assert [item for item in world.items() if "ann@example.org" in text_of(item)]
    assert erase_attendee(EVENT, "ann@example.org", secrets=world.secrets, now=datetime.now(UTC))
    for item in world.items():
        said = text_of(item)
        assert not [word for word in ANN if word in said], item
    s3 = boto3.client("s3")
    for found in s3.list_objects_v2(Bucket="uploads").get("Contents", []):
        body = s3.get_object(Bucket="uploads", Key=found["Key"])["Body"].read().decode("latin-1").lower()
        assert not [word for word in ANN if word in body]
    # The tombstone, the empty entry whose revision tells matching that it is old news, and whom others were told of.
    left = {item["kind"]["S"] for item in world.items() if ann_id in text_of(item)}
    assert left <= {"attendee", "directory", "introduction", "matches"}
    [tombstone] = [item for item in world.items() if item["kind"]["S"] == "attendee" and item["sk"]["S"] == ann_id]
    assert tombstone["pk"]["S"].startswith("EVENT#democon#ATTENDEE#")
    assert [i for i in world.items() if i["kind"]["S"] == "introduction" and i["sk"]["S"].startswith(ann_id)] == []


def test_all_that_is_kept_of_a_person_can_be_seen_by_them(world: World) -> None:
    lived_through(world)
    shown = json.dumps(everything_about(EVENT, "ann@example.org", secrets=world.secrets), default=str)
    for word in ("Annabelle Lovelace", "ann@example.org", "Annscompany", "15550100", "linkedin.com/in/ann", "T-ann"):
        assert word in shown
    for part in ("agreed_on", "connections_as_keyed_hashes", "introductions", "deleted_on", "tickets"):
        assert part in shown


def test_everything_of_an_event_ends_thirty_days_after_it_and_not_a_second_sooner(world: World) -> None:
    lived_through(world)
    ends = [int(i["expires_at"]["N"]) for i in world.items() if i["kind"]["S"] not in KEPT_FOR_GOOD]
    assert len(ends) == len(world.items()) >= 15
    last_moment = (EVENT.ends_at + timedelta(days=30)).timestamp()
    assert {end for end in ends if end <= last_moment - 1} == set()  # the clock a second before: all is there
    assert {end for end in ends if end > last_moment} == set()  # at the moment itself: nothing is


@pytest.mark.runs_last
def test_every_kind_of_item_was_seen_to_end_or_is_kept_for_a_reason(everything_ran: bool) -> None:
    """That each one seen carries its end, the fixture ``world`` asserts after every test."""
    if not everything_ran:
        pytest.skip("says something only after all tests of this folder")
    kinds = {_table.Item._attributes["kind"].get_discriminator(cls) for cls in _table.Item.__subclasses__()}  # type: ignore[attr-defined]
    assert len(kinds) >= 14
    assert kinds - set(KEPT_FOR_GOOD) == KINDS_SEEN - set(KEPT_FOR_GOOD)
