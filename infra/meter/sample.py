"""An invented event of any size, put through the pipeline step by step so that each can be metered.

Everybody registers with three handles and agrees, brings one set of connections, and is connected both ways with ten
others at the event; the rest of their connections are nobody who comes. That is more than most events have, so the
costs are on the high side.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from types import SimpleNamespace
from typing import Any, Final

from shared.attendees import attendee_id_of
from shared.connections import Connection, Relation
from shared.events import Event, Wave, shards_for
from shared.identities import Identity
from shared.introductions import Answer, Closeness, Meeting, Outcome, Side, Stage
from shared.links import Links
from shared.matching import ConnectionSet, pack_connections
from shared.notifications import TopicMessage
from shared.pipeline.forget_connections import forget_if_ended
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.match_attendees import match_changes
from shared.pipeline.plan_introductions import WaveReport, plan_introductions
from shared.pipeline.recall import recall
from shared.pipeline.receive_registration import store_registration
from shared.pipeline.remember import remember
from shared.pipeline.send_notification import Sender, send_notification
from shared.registrations import Purpose, Registration, Status
from shared.services._clients import client
from shared.storage import attendees, connection_sets, events, imports, meetings
from shared.storage._table import Item
from shared.storage.imports import ImportReport
from shared.storage.stream import DirectoryChange

KEY: Final = b"a key for samples, never deployed"
SOURCE: Final = "linkedin"
START: Final = datetime(2026, 6, 1, 9, tzinfo=UTC)
REGISTERED_FROM: Final = START - timedelta(days=60)
# How far round the circle of attendees somebody's acquaintances sit: that many to each side.
ACQUAINTANCES_A_SIDE: Final = 5
MOST_ATTENDEES: Final = 200_000
STRANGERS: Final = 5_000_000  # those who are listed and do not come have numbers up to here
CONSONANTS: Final = "bdfghklmnprstvz"
VOWELS: Final = "aeiou"
FIRST_DAY: Final = date(2008, 1, 1).toordinal()
SENDER: Final = Sender(
    "hello@icebreaker.example",
    "Icebreaker",
    lambda event, attendee_id: Links("https://icebreaker.example", [KEY], event.event_id, attendee_id, START.date()),
    suppression_key=lambda: KEY,
    hashing_key=lambda _: KEY,
)


def storage_client() -> Any:
    """The botocore client that ``shared.storage`` uses, to be metered."""
    return Item._get_connection().connection.client


@dataclass(frozen=True, slots=True)
class Sample:
    """An event of ``size`` attendees, numbered from 0, each listing ``connections``, all of it to be remembered.

    Sets have a handle and a date for each connection; those with ``names`` have name and company too, as LinkedIn's
    exports do and follow lists do not.
    """

    size: int
    connections: int
    names: bool
    event: Event

    @classmethod
    def create(cls, size: int, connections: int = 1500, *, names: bool = False) -> Sample:
        """Make the event in the table to which storage is connected."""
        event = Event(
            event_id="samplecon",
            name="SampleCon",
            starts_at=START,
            ends_at=START + timedelta(days=1),
            time_zone="UTC",
            place="Kennewick",
            organizer="The Sample Society",
            contact="hello@samplecon.example",
            waves=tuple(Wave(f"wave-{days}", START - timedelta(days=days)) for days in (14, 3, 1)),
            shards=shards_for(size),
        )
        events.create(event)
        return cls(size, connections, names, event)

    def attendee_id(self, number: int) -> str:
        return attendee_id_of(self.event.event_id, _email(number), KEY)

    def register(self, number: int) -> None:
        """As a ticketing platform's webhook does, once it is verified and understood."""
        handle = _handle(number)
        registration = Registration(
            platform="tito",
            reference=f"ti_{number:016}",
            status=Status.REGISTERED,
            changed_at=REGISTERED_FROM + timedelta(seconds=number),
            name=person_name(number),
            email=_email(number),
            company=company_name(number),
            identities=tuple(Identity(network, handle, handle) for network in ("github", "linkedin", "x")),
            agreed=frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS, Purpose.REMEMBER}),
            locale="en",
        )
        store_registration(self.event, registration, hashing_key=KEY, id_key=KEY)

    def bring(self, number: int) -> None:
        """As the import of an export does, once it is read; a test holds the two against each other."""
        attendee_id = self.attendee_id(number)
        packed = self._connections_of(number)
        report = ImportReport(f"uploads/{self.event.event_id}/connections/{number}/c.csv", "connections", "running")
        imports.save(self.event, report)
        attendees.load(self.event, attendee_id)
        attendees.directory_entries(self.event, [attendee_id])
        connection_sets.save(self.event, packed, uploaded_at=REGISTERED_FROM)
        if connection_sets.current_digest(self.event, attendee_id, SOURCE) == packed.digest:
            attendees.note_set(self.event, attendee_id, SOURCE, packed.digest, uploaded_at=REGISTERED_FROM)
        forget_if_ended(self.event, attendee_id)
        imports.save(self.event, report)

    def meet(self, number: int) -> None:
        """The attendee and the next one both said that they met, whatever was planned for them."""
        a, b = sorted((self.attendee_id(number), self.attendee_id((number + 1) % self.size)))
        planned = meetings.load(self.event, [(a, b)]).get((a, b))
        meeting = Meeting(
            event_id=self.event.event_id,
            a=a,
            b=b,
            closeness=Closeness.KNOWN,
            strength=0.8,
            stage=Stage.TOLD,
            wave=self.event.waves[0].name,
            since=START,
            sides=(Side(Answer.YES, outcome=Outcome.MET),) * 2,
            version=planned.version if planned else 0,
        )
        if not meetings.save(self.event, meeting):
            raise RuntimeError("somebody else is writing to this sample")

    def remember(self) -> int:
        """The morning after."""
        return remember(self.event, hashing_key=KEY, now=self.event.follow_up_at)

    def a_year_later(self) -> Sample:
        """The same people's next event, with nobody registered yet."""
        year = timedelta(days=364)
        event = replace(
            self.event,
            event_id="latercon",
            starts_at=self.event.starts_at + year,
            ends_at=self.event.ends_at + year,
            waves=tuple(Wave(wave.name, wave.at + year) for wave in self.event.waves),
        )
        events.create(event)
        return replace(self, event=event)

    def recall(self, number: int) -> int:
        """As the table's stream does when they register."""
        attendee = attendees.load(self.event, self.attendee_id(number))
        assert attendee is not None
        return recall(self.event, attendee, hashing_key=KEY)

    def match(self, numbers: Iterable[int], *, findable: bool = True, sets: bool = True) -> None:
        """One batch of the table's stream, about these attendees."""
        changes = [
            DirectoryChange(str(number), self.event.event_id, self.attendee_id(number), findable, sets)
            for number in numbers
        ]
        if match_changes(changes, events=_known(self.event)):
            raise RuntimeError("the event could not be matched; the log says why")

    def plan(self, wave: str) -> tuple[WaveReport, list[TopicMessage]]:
        """One wave; its messages are taken and kept."""
        taken: list[TopicMessage] = []

        def publish(messages: Iterable[TopicMessage]) -> set[int]:
            taken.extend(messages)
            return set()

        return plan_introductions(self.event, wave, publish=publish, now=START), taken

    def send(self, messages: Iterable[TopicMessage]) -> None:
        """Send what is on the topic; the mails go nowhere."""
        with _mail_that_goes_nowhere():
            for message in messages:
                send_notification(message, events=_known(self.event), sender=SENDER, clock=lambda: START)

    def _connections_of(self, number: int) -> ConnectionSet:
        around = [offset for offset in range(-ACQUAINTANCES_A_SIDE, ACQUAINTANCES_A_SIDE + 1) if offset]
        known = [(number + offset) % self.size for offset in around]
        chance = random.Random(number)  # noqa: S311 - a sample, the same every time
        strangers = chance.sample(range(MOST_ATTENDEES, STRANGERS), self.connections - len(known))
        connections = (
            Connection(
                identities=(Identity("linkedin", _handle(each)),),
                relation=Relation.CONNECTED,
                since=date.fromordinal(FIRST_DAY + chance.randrange(6000)),
                name=person_name(each) if self.names else "",
                company=company_name(each) if self.names else "",
            )
            for each in (*known, *strangers)
        )
        return pack_connections(self.attendee_id(number), SOURCE, connections, key=KEY)


def _email(number: int) -> str:
    return f"person.{number}@samples.example"


def _handle(number: int) -> str:
    return f"{_word(number)}-{number:07}"


def person_name(number: int) -> str:
    """The invented name of an attendee or stranger."""
    return f"{_word(number * 7919)} {_word(number)}".title()


def company_name(number: int) -> str:
    """Where they work."""
    return f"{_word(number % 3001)} Works Ltd".title()


def _word(number: int) -> str:
    """A number as four syllables, so that names differ in letters."""
    syllables = []
    for _ in range(4):
        number, rest = divmod(number, len(CONSONANTS) * len(VOWELS))
        syllables.append(CONSONANTS[rest // len(VOWELS)] + VOWELS[rest % len(VOWELS)])
    return "".join(syllables)


def _known(event: Event) -> KnownEvents:
    known = KnownEvents()
    known.get(event.event_id)  # a container that is warm
    return known


@contextmanager
def _mail_that_goes_nowhere() -> Iterator[None]:
    def take(**_: Any) -> tuple[Any, dict[str, Any]]:
        answer = {"MessageId": "nowhere", "ResponseMetadata": {"HTTPStatusCode": 200}}
        return SimpleNamespace(status_code=200), answer

    mails = client("sesv2", attempts=1).meta.events
    mails.register("before-call.sesv2.SendEmail", take)
    try:
        yield
    finally:
        mails.unregister("before-call.sesv2.SendEmail", take)
