"""The budgets of the design, counted: a row of the table each.

moto is slow with large items, so the event has a dozen attendees with 1,500 connections each, and what grows with their
number is scaled up; begun units make that a little too much. ``tests/semantics`` counts the same on an event of 300 in
DynamoDB Local, ``python -m infra.meter 10000`` on one of 10,000.
"""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, BinaryIO, cast

import pytest

from infra.meter import Call, Meter, metered
from infra.meter.sample import MOST_ATTENDEES, START, Sample, company_name, person_name, storage_client
from shared.pipeline.import_upload import import_upload
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.manage_event import everything_about
from shared.pipeline.match_attendees import match_everybody
from shared.services import Uploads
from shared.services.uploads import Upload
from tests.secrets_of_one_key import OneKey

SIZE, CONNECTIONS = 12, 1500
MIDDLING, LARGE = 300, 10_000


class OneUpload(Uploads):
    """A bucket that holds one file."""

    def __init__(self, body: bytes, owner: str) -> None:
        super().__init__("nowhere")
        self.body, self.owner = body, owner

    def open(self, key: str) -> Upload | None:
        return Upload(
            key, cast(BinaryIO, io.BytesIO(self.body)), START - timedelta(days=50), len(self.body), self.owner
        )

    def put_rejects(self, key: str, body: BinaryIO) -> str:
        raise AssertionError(body.read()[:500])

    def delete(self, key: str) -> None:
        self.body = b""


@dataclass(frozen=True)
class Played:
    """The sample event as it stands, and what the way there cost."""

    sample: Sample
    registering: Meter
    bringing: Meter
    matching: Meter


@pytest.fixture(scope="module")
def played(dynamodb: Any) -> Iterator[Played]:
    sample = Sample.create(SIZE, CONNECTIONS)
    with metered(storage_client()) as registering:
        for number in range(SIZE):
            sample.register(number)
    with metered(storage_client()) as bringing:
        for number in range(SIZE):
            sample.bring(number)
    with metered(storage_client()) as matching:
        match_everybody(sample.event)
    return Played(sample, registering, bringing, matching)


@pytest.fixture
def meter(played: Played) -> Iterator[Meter]:
    with metered(storage_client()) as meter:
        yield meter


def linkedin_export(connections: int) -> bytes:
    """An export that names nobody who comes."""
    rows = [
        f"{person_name(n).replace(' ', ',')},https://www.linkedin.com/in/somebody-{n:05},,{company_name(n)},Baker,"
        f"{1 + n % 28:02} Mar {2009 + n % 15}"
        for n in range(MOST_ATTENDEES, MOST_ATTENDEES + connections)
    ]
    header = "First Name,Last Name,URL,Email Address,Company,Position,Connected On"
    return "\n".join([header, *rows, ""]).encode()


def import_for(sample: Sample, number: int) -> list[Call]:
    """Import a LinkedIn export of this attendee's, in a container that is warm; the calls."""
    uploads = OneUpload(linkedin_export(CONNECTIONS), f"person.{number}@samples.example")
    known, key = KnownEvents(), f"uploads/{sample.event.event_id}/connections/1/Connections.csv"
    known.get(sample.event.event_id)
    with metered(storage_client()) as meter:
        report = import_upload(key, uploads=uploads, events=known, secrets=OneKey())
    assert report is not None
    assert (report.state, report.read) == ("done", CONNECTIONS)
    return meter.calls


def test_storing_a_set_of_1500_connections_takes_at_most_20_write_units_and_two_writes(played: Played) -> None:
    played.sample.register(SIZE + 2)
    written = [call for call in import_for(played.sample, SIZE + 2) if call.write_units]
    # The report is written when the import begins and when it ends, a unit each; the rest is the set's.
    of_the_set = [call for call in written if call.operation == "UpdateItem" or call.write_units > 1]
    assert sorted(call.operation for call in of_the_set) == ["PutItem", "UpdateItem"]
    assert sum(call.write_units for call in of_the_set) <= 20
    assert sum(call.write_units for call in written) <= 22


def test_registering_with_three_handles_takes_at_most_6_write_units_and_two_round_trips(
    played: Played, meter: Meter
) -> None:
    played.sample.register(SIZE)
    assert meter.write_units <= 6
    assert meter.round_trips_in_sequence <= 2
    assert played.registering.write_units <= 6 * SIZE


def test_matching_a_newcomer_to_300_takes_at_most_700_read_units_and_no_write_without_a_match(
    played: Played, meter: Meter
) -> None:
    stranger = SIZE + 1
    played.sample.register(stranger)
    registering = meter.total
    played.sample.match([stranger], sets=False)
    assert (meter.read_units - registering.read_units) / SIZE * MIDDLING <= 700
    assert meter.write_units == registering.write_units


def test_a_full_pass_without_news_writes_nothing(played: Played, meter: Meter) -> None:
    match_everybody(played.sample.event)
    assert meter.write_units == 0


def test_what_an_attendee_s_page_needs_takes_at_most_20_read_units(played: Played, meter: Meter) -> None:
    page = everything_about(played.sample.event, "person.3@samples.example", secrets=OneKey())
    assert page is not None
    assert page["people_you_know_here"]
    assert meter.read_units <= 20
    assert meter.write_units == 0


def test_one_pass_over_10000_takes_at_most_25000_read_units(played: Played, meter: Meter) -> None:
    match_everybody(played.sample.event)
    assert meter.read_units / SIZE * LARGE <= 25_000


def test_an_event_of_10000_with_three_waves_costs_less_than_a_dollar(played: Played, meter: Meter) -> None:
    """Everybody once, the full pass of matches, three waves, and every mail; arrivals matched in the waves' passes."""
    sending = 0.0
    for wave in played.sample.event.waves:
        _, messages = played.sample.plan(wave.name)
        if messages:
            with metered(storage_client()) as mails:
                played.sample.send(messages[:2])
            sending += mails.price() / 2 * len(messages)
    steps = (played.registering, played.bringing, played.matching, meter)
    assert (sum(step.price() for step in steps) + sending) / SIZE * LARGE < 1.0


def test_remembering_an_attendee_takes_at_most_20_write_units_and_recalling_22(played: Played, meter: Meter) -> None:
    for number in range(0, SIZE, 2):
        played.sample.meet(number)
    before = meter.write_units
    played.sample.remember()
    remembering = meter.write_units - before
    assert remembering / SIZE <= 20
    later = played.sample.a_year_later()
    later.register(0)
    before = meter.write_units
    assert later.recall(0) == 2
    # What they brought, whom they met, and the directory's note of each.
    assert meter.write_units - before <= 22
    before = meter.write_units
    assert later.recall(0) == 0
    assert meter.write_units == before


def test_the_sample_brings_its_sets_as_an_import_does(played: Played, meter: Meter) -> None:
    for guest in (SIZE + 3, SIZE + 4):
        played.sample.register(guest)
    before = len(meter.calls)
    played.sample.bring(SIZE + 3)
    sample_s = meter.operations[before:]
    assert [call.operation for call in import_for(played.sample, SIZE + 4)] == sample_s
