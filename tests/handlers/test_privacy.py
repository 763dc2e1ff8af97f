"""How long everything is kept, that it can all be seen, and that erasure leaves nothing but what is written down."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest

from shared import storage
from shared.attendees import address_hash_of
from shared.introductions import Outcome
from shared.pipeline.manage_event import erase_attendee, everything_about
from shared.pipeline.remember import person_of, remember
from shared.storage import _table
from shared.storage.deliverability import Suppression
from tests.handlers.conftest import EVENT, World, registered
from tests.handlers.steps import answer, attendee, bring, match, meeting, register, text_to, wave_goes_out
from tests.template import ROOT

ANN = ("ann@example.org", "/in/ann", "15550100", "annscompany", "annabelle", "lovelace", "t-ann", '"ann"')
DAY = timedelta(days=1)
AFTER = EVENT.ends_at + DAY / 2
OF_THE_EVENT = EVENT.ends_at + 30 * DAY
# How long each kind of item is kept; as docs/privacy.md has it.
KEPT: dict[str, datetime | None] = {
    **dict.fromkeys(
        (
            *("event", "attendee", "ticket", "directory", "matches", "introduction", "meeting", "import"),
            *("health", "counted_receipt", "lease", "pass", "progress"),
        ),
        OF_THE_EVENT,
    ),
    "person": AFTER + 731 * DAY,
    "suppressed": AFTER + 400 * DAY,
    "decided": AFTER + 2 * DAY,
    "past_event": None,
}


def lived_through(world: World) -> None:
    """Three who know each other were told, met, and asked to have it remembered; everything leaves its items."""
    asked = {"agreed": ["introduce", "connections", "remember"]}
    register(world, "mack", "zoe", **asked)
    details = {"name": "Annabelle Lovelace", "company": "Annscompany", "phone": "+1 555 0100"}
    assert world.post(registered("ann", **details, **asked))[0] == 200
    for owner in ("ann", "mack", "zoe"):
        bring(world, owner, *({"ann", "mack", "zoe"} - {owner}))
    match(world)
    assert wave_goes_out(world) == {"ann", "mack", "zoe"}
    answer("ann", "mack")
    for me in ("ann", "mack"):
        met = meeting("ann", "mack")
        assert met is not None
        mine = attendee(me).attendee_id
        storage.meetings.change(EVENT, met.pair, lambda m, mine=mine: m.with_outcome(mine, Outcome.MET, now=AFTER))  # type: ignore[misc]
    storage.passes.note_finished(EVENT, AFTER)
    storage.progress.note(EVENT, AFTER.date(), {"registered": 3})
    storage.deliverability.count(EVENT, Suppression.BOUNCED, attendee_id=attendee("ann").attendee_id, wave="first")
    remember(EVENT, hashing_key=world.secrets.hashing_key(EVENT), now=AFTER)


def kind(item: dict[str, Any]) -> str:
    return str(item["kind"]["S"])


def of_the_event(item: dict[str, Any]) -> bool:
    return item["pk"]["S"].startswith(("EVENT#", "EVENTS"))


def text_of(item: object) -> str:
    return json.dumps(item, default=lambda value: value.decode("latin-1")).lower()


def at(moment: datetime, items: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """What DynamoDB has not deleted by then."""
    return [i for i in items if "expires_at" not in i or int(i["expires_at"]["N"]) > moment.timestamp()]


# ---- How long ---------------------------------------------------------------------------------------------------


def test_every_kind_of_item_ends_at_its_time_and_not_a_second_sooner(world: World) -> None:
    lived_through(world)
    suppression_key, hashing_key = world.secrets.suppression_key(), world.secrets.hashing_key(EVENT)
    address = address_hash_of("ann@example.org", suppression_key)
    storage.deliverability.suppress(address, Suppression.BOUNCED, now=AFTER)
    storage.memories.forget(person_of("nobody@example.org", hashing_key), at=AFTER)
    storage.decisions.save(EVENT, storage.meetings.load_all(EVENT), now=AFTER)
    items = world.items()
    assert {kind(item) for item in items} == {*KEPT, "connection_set"} == kinds()
    for item in items:
        # A set is the event's, or remembered.
        end = KEPT.get(kind(item), OF_THE_EVENT if of_the_event(item) else AFTER + 731 * DAY)
        there = end is None or (end - timedelta(seconds=1))
        assert there is True or item in at(there, [item]), item
        assert end is None or item not in at(end, [item]), item


def test_as_time_passes_less_and_less_is_there_and_in_the_end_nobody(world: World) -> None:
    lived_through(world)
    items = world.items()
    assert at(OF_THE_EVENT - timedelta(seconds=1), items) == items
    assert {kind(item) for item in at(OF_THE_EVENT, items)} == {"connection_set", "past_event"}
    assert [item for item in at(OF_THE_EVENT, items) if of_the_event(item)] == []
    assert {kind(item) for item in at(AFTER + 731 * DAY, items)} == {"past_event"}
    assert not [word for word in ANN if word in text_of(at(AFTER + 731 * DAY, items))]


def kinds() -> set[str]:
    attribute = _table.Item._attributes["kind"]
    return {attribute.get_discriminator(model) for model in _table.Item.__subclasses__()}  # type: ignore[attr-defined]


def test_what_is_written_down_of_each_kind_is_what_the_code_keeps() -> None:
    page = (ROOT / "docs" / "privacy.md").read_text().partition("| kind of item | kept until |")[2].partition("\n\n")[0]
    said = {name: until for names, until in re.findall(r"^\| (`.*?) \| (.*?) \|$", page, re.MULTILINE)
            for name in re.findall(r"`(\w+)`", names)}  # fmt: skip
    assert said.keys() == kinds()
    words = {OF_THE_EVENT: "30 days after the event", AFTER + 731 * DAY: "two years", AFTER + 400 * DAY: "400 days"}
    words[AFTER + 2 * DAY] = "two days"
    for name, end in KEPT.items():
        assert (words[end] if end else "for good") in said[name], name


# ---- What can be seen -------------------------------------------------------------------------------------------

# In which part of what a person is shown each kind of item stands that is about them.
SHOWN_AS = {
    "attendee": "name",
    "ticket": "tickets",
    "directory": "profiles",
    "connection_set": "connections_as_keyed_hashes",
    "matches": "people_you_know_here",
    "introduction": "introductions",
    "meeting": "answers",
    "import": "uploads",
    "counted_receipt": "introductions",  # by its state
}


def test_every_item_about_a_person_is_in_what_they_are_shown(world: World) -> None:
    lived_through(world)
    ann = attendee("ann").attendee_id
    key = f"uploads/democon/connections/{ann}/1/Connections.csv"
    body = b"First Name,Last Name,URL,Email Address,Company,Position,Connected On\nA,B,https://linkedin.com/in/x,,,,\n"
    boto3.client("s3").put_object(Bucket="uploads", Key=key, Body=body, Metadata={"owner": "ann@example.org"})
    world.import_upload(key)
    shown = everything_about(EVENT, "ann@example.org", secrets=world.secrets)
    assert shown is not None
    about = [item for item in world.items() if ann in text_of(item)]
    person = f"PERSON#{person_of('ann@example.org', world.secrets.hashing_key(EVENT)):014x}"
    remembered = [item for item in world.items() if item["pk"]["S"] == person]
    assert {kind(item) for item in about} == set(SHOWN_AS)
    for item in about:
        assert shown[SHOWN_AS[kind(item)]], item
    assert len(remembered) == len(shown["remembered_for_later_events"]) >= 1
    # Not only that there is something, but all of it.
    own = [item for item in about if ann in item["sk"]["S"]]
    assert len(shown["introductions"]) == len([i for i in own if kind(i) == "introduction"])
    assert len(shown["uploads"]) == len([i for i in own if kind(i) == "import"]) == 1
    assert len(shown["tickets"]) == len([i for i in about if kind(i) == "ticket"])
    said = json.dumps(shown, default=str)
    for word in ("Annabelle Lovelace", "ann@example.org", "Annscompany", "15550100", "linkedin.com/in/ann", "T-ann"):
        assert word in said


# ---- Erasure ----------------------------------------------------------------------------------------------------


def test_after_erasure_no_item_object_message_or_log_line_names_the_person(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    lived_through(world)
    ann = attendee("ann").attendee_id
    assert [item for item in world.items() if "ann@example.org" in text_of(item)]
    assert erase_attendee(EVENT, "ann@example.org", secrets=world.secrets, now=datetime.now(UTC))
    messages = wave_goes_out(world, "second")
    for item in world.items():
        left = {word for word in ANN if word in text_of(item)}
        assert left == ({"t-ann"} if kind(item) == "ticket" and "T-ann" in item["sk"]["S"] else set()), item
    s3 = boto3.client("s3")
    for found in s3.list_objects_v2(Bucket="uploads").get("Contents", []):
        body = s3.get_object(Bucket="uploads", Key=found["Key"])["Body"].read().decode("latin-1").lower()
        assert not [word for word in ANN if word in body + found["Key"].lower()]
    for reader in messages:  # those she was known to hear that somebody does not come, and not who
        assert not [word for word in ANN if word in text_to(reader).lower()]
    logged = "\n".join(str(record.__dict__) + record.getMessage() for record in caplog.records).lower()
    assert not [word for word in ANN if word in logged]
    # The tombstone, the empty entry by which matching knows old news, whom others were told of, what was counted.
    left = {kind(item) for item in world.items() if ann in text_of(item)}
    assert left <= {"attendee", "directory", "introduction", "matches", "counted_receipt"}
    assert [i for i in world.items() if kind(i) == "introduction" and i["sk"]["S"].startswith(ann)] == []


def test_of_a_list_without_ticket_numbers_erasure_leaves_no_address(world: World) -> None:
    listed = "email,name\nann@example.org,Annabelle Lovelace\n"
    world.import_upload(world.upload("attendees.csv", listed.encode(), kind="attendees"))
    assert "list#ann@example.org" in {item["sk"]["S"] for item in world.items()}
    assert erase_attendee(EVENT, "ann@example.org", secrets=world.secrets, now=datetime.now(UTC))
    world.import_upload(world.upload("attendees.csv", listed.encode(), kind="attendees"))
    for item in world.items():
        if kind(item) != "import":
            assert not [word for word in ANN if word in text_of(item)], item
