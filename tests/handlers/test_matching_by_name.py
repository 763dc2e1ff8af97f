"""People whom an export names without an identity: found by name and company, asked about, told to nobody before."""

import json
from typing import Any

import pytest

from shared import storage
from shared.introductions import Stage, propose
from shared.matching import LIKELY, POSSIBLE
from shared.pipeline.match_attendees import match_everybody
from tests.handlers.conftest import CONTEXT, EVENT, World, registered

LINKEDIN = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"


class Stream:
    """The table's stream, one record for each directory entry that differs from when it was last looked at."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._images: dict[str, dict[str, Any]] = {}

    def deliver(self) -> None:
        records = []
        for item in self._world.items():
            old = self._images.get(item["sk"]["S"], {})
            if item["kind"]["S"] == "directory" and item != old:
                keys = {"pk": item["pk"], "sk": item["sk"]}
                change = {"Keys": keys, "SequenceNumber": str(len(records)), "OldImage": old, "NewImage": item}
                records.append({"eventName": "MODIFY", "dynamodb": change})
                self._images[item["sk"]["S"]] = item
        answer = self._world.handler("match_attendees").handler({"Records": records}, CONTEXT)
        assert answer == {"batchItemFailures": []}


@pytest.fixture
def stream(world: World) -> Stream:
    return Stream(world)


def person(world: World, name: str, full_name: str, company: str = "", **data: object) -> None:
    payload = registered(name, company=company, **{"handles": {}, **data})
    payload["data"]["name"] = full_name
    world.post(payload)


def linkedin(world: World, owner: str, *rows: str) -> None:
    body = (LINKEDIN + "".join(f"{row}\n" for row in rows)).encode()
    world.import_upload(world.upload("Connections.csv", body, owner=f"{owner}@example.org"))


def facebook(world: World, owner: str, *names: str) -> None:
    friends = {"friends_v2": [{"name": name, "timestamp": 1577836800} for name in names]}
    world.import_upload(world.upload("your_friends.json", json.dumps(friends).encode(), owner=f"{owner}@example.org"))


def found() -> list[set[str]]:
    """The networks of the evidence of each pair."""
    return [{e.network for e in (*m.a_lists_b, *m.b_lists_a)} for m in storage.matches.load_all(EVENT)]


def test_a_linkedin_connection_who_gave_no_profile_is_likely_by_name_and_company(world: World, stream: Stream) -> None:
    person(world, "ann", "Ann O'Neil")
    person(world, "bill", "William Miller, PhD", "Acme Corporation Inc.")
    linkedin(world, "ann", "Bill,Miller,https://www.linkedin.com/in/bill-m,,ACME Corporation,Engineer,12 Mar 2024")
    stream.deliver()
    assert found() == [{LIKELY}]


def test_a_name_alone_is_possible(world: World, stream: Stream) -> None:
    person(world, "ann", "Ann O'Neil")
    person(world, "rado", "Radosław Kowalski", "Anything")
    facebook(world, "ann", "Radoslaw Kowalski", "Somebody Else")
    stream.deliver()
    assert found() == [{POSSIBLE}]


def test_what_is_found_by_name_is_told_to_nobody_without_being_asked(world: World) -> None:
    person(world, "ann", "Ann O'Neil")
    person(world, "bill", "Bill Miller", "Acme Inc.")
    linkedin(world, "ann", "Bill,Miller,,,Acme,Engineer,12 Mar 2024")
    linkedin(world, "bill", "Ann,O'Neil,,,,Engineer,12 Mar 2024")
    match_everybody(EVENT)
    matches = storage.matches.load_all(EVENT)
    assert len({each for m in matches for each in (m.a, m.b)}) == 2
    proposals = [propose(match) for match in matches]
    assert [proposal and proposal.stage for proposal in proposals] == [Stage.ASKED]


def test_whom_a_profile_names_is_not_found_by_name_as_well(world: World, stream: Stream) -> None:
    person(world, "ann", "Ann O'Neil")
    person(world, "bill", "Bill Miller", "Acme", handles={"linkedin": "linkedin.com/in/bill-m"})
    linkedin(world, "ann", "Bill,Miller,https://www.linkedin.com/in/bill-m,,Acme,Engineer,12 Mar 2024")
    stream.deliver()
    assert found() == [{"linkedin"}]


def test_of_two_namesakes_neither_is_found_and_when_one_leaves_the_other_is(world: World, stream: Stream) -> None:
    person(world, "ann", "Ann O'Neil")
    person(world, "bill", "Bill Miller", "Acme")
    facebook(world, "ann", "Bill Miller")
    stream.deliver()
    assert found() == [{POSSIBLE}]
    person(world, "will", "William Miller", "Other Ltd")
    stream.deliver()
    assert found() == []
    assert match_everybody(EVENT) == 0
    world.post(registered("will", 9, kind="registration.cancelled"))
    stream.deliver()
    assert found() == [{POSSIBLE}]
    assert match_everybody(EVENT) == 0


def test_two_namesakes_in_one_export_are_neither(world: World, stream: Stream) -> None:
    person(world, "ann", "Ann O'Neil")
    person(world, "bill", "Bill Miller", "Acme")
    facebook(world, "ann", "Bill Miller", "William Miller")
    stream.deliver()
    assert found() == []


def test_who_has_not_agreed_is_not_found_by_name_either(world: World, stream: Stream) -> None:
    person(world, "ann", "Ann O'Neil")
    person(world, "bill", "Bill Miller", "Acme", agreed=[])
    facebook(world, "ann", "Bill Miller")
    stream.deliver()
    assert found() == []


def test_no_name_of_the_listed_is_kept(world: World) -> None:
    person(world, "ann", "Ann O'Neil")
    facebook(world, "ann", "Thaddeus Quibblethwaite")
    assert "quibble" not in str(world.items()).lower()
