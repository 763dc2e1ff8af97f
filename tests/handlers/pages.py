"""A browser for the tests: follows links and presses buttons of serve_pages, in this process; and people to look at."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from shared import storage
from shared.attendees import Attendee, Change, Consent
from shared.events import Wave
from shared.identities import Identity
from shared.introductions import Channel, Closeness, Introduction, Meeting, Mention, Part, Stage, State
from shared.links import Links, form_token
from shared.registrations import Purpose, Status
from tests.handlers.conftest import CONTEXT, EVENT, World

BASE = "https://api.example"
NOW = datetime.now(UTC)
KEY = b"k" * 32
UPCOMING = replace(
    EVENT,
    starts_at=NOW + timedelta(days=5),
    ends_at=NOW + timedelta(days=6),
    waves=(Wave("first", NOW - timedelta(days=2)), Wave("second", NOW + timedelta(days=4))),
)
EVERYTHING = frozenset(Purpose)


def attendee(who: str, *, agreed: frozenset[Purpose] = EVERYTHING, **facts: object) -> Attendee:
    """Somebody who comes; their id is made of their name."""
    attendee_id = who.ljust(16, "a")
    person = Attendee(
        event_id=UPCOMING.event_id,
        attendee_id=attendee_id,
        email=f"{who}@example.org",
        name=who.title(),
        company=f"{who.title()} Works",
        identities=(Identity("github", who),),
        consent=Consent.of(agreed, NOW, "registration"),
        tickets=((f"icebreaker#T-{who}", Status.REGISTERED),),
    )
    return replace(person, **facts)  # type: ignore[arg-type]


def keep(person: Attendee) -> Attendee:
    before = storage.attendees.load(UPCOMING, person.attendee_id)
    stored = replace(person, revision=before.revision if before else 0)
    storage.attendees.save(
        UPCOMING, [(Change(attendees=(stored,)), {before.attendee_id: before} if before else {})], hashing_key=KEY
    )
    return storage.attendees.load(UPCOMING, person.attendee_id) or person


def tell(reader: str, *mentions: tuple[Part, str], wave: str = "first", state: State = State.SENT) -> None:
    """Something went out to ``reader``."""
    said = tuple(Mention(part, name.ljust(16, "a")) for part, name in mentions)
    planned = Introduction(
        UPCOMING.event_id, reader.ljust(16, "a"), wave, Channel.EMAIL, said, State.PUBLISHED, NOW - timedelta(days=1)
    )
    assert storage.introductions.add(UPCOMING, planned)
    if state is not State.PUBLISHED:
        storage.introductions.change_state(UPCOMING, planned, State.SENDING, now=NOW, said=said)
    if state not in (State.PUBLISHED, State.SENDING):
        storage.introductions.change_state(UPCOMING, planned, state, now=NOW)


def meet(one: str, other: str, stage: Stage = Stage.TOLD, **facts: object) -> Meeting:
    a, b = sorted((one.ljust(16, "a"), other.ljust(16, "a")))
    meeting = Meeting(UPCOMING.event_id, a, b, Closeness.KNOWN, 0.9, stage, "first", NOW)
    meeting = replace(meeting, **facts)  # type: ignore[arg-type]
    assert storage.meetings.save(UPCOMING, meeting)
    return meeting


def stored(meeting: Meeting) -> Meeting:
    return storage.meetings.load(UPCOMING, [meeting.pair])[meeting.pair]


@dataclass(frozen=True)
class Seen:
    """One answer."""

    status: int
    headers: Mapping[str, str]
    body: str
    address: str

    @property
    def text(self) -> str:
        """What stands on the page, without its markup."""
        return " ".join(unescape(re.sub(r"<[^>]+>", " ", self.body)).split())

    def field(self, name: str) -> str:
        found = re.search(rf'name="{name}" value="([^"]*)"', self.body)
        assert found, f"no field {name} in {self.text}"
        return unescape(found[1])


@dataclass
class Browser:
    """Asks the handler for addresses as API Gateway would."""

    world: World

    def links_of(self, attendee_id: str) -> Links:
        keys = self.world.secrets.link_keys()
        return Links(BASE, keys, UPCOMING.event_id, attendee_id, UPCOMING.expires_at.date())

    def get(self, address: str, **headers: str) -> Seen:
        return self._ask("GET", address, b"", headers)

    def post(self, address: str, body: bytes | Mapping[str, Any], **headers: str) -> Seen:
        data = body if isinstance(body, bytes) else urlencode(body, doseq=True).encode()
        return self._ask("POST", address, data, {"content-type": "application/x-www-form-urlencoded"} | headers)

    def press(self, page: Seen, rest: str = "", **fields: Any) -> Seen:
        """Send a form of this page, with its hidden field, and go on where the answer leads."""
        address = f"{page.address.partition('?')[0]}{rest}"
        answer = self.post(address, {"form": self.form_of(page)} | fields)
        return self.follow(answer) if answer.status == 303 else answer

    def form_of(self, page: Seen) -> str:
        """The hidden field of every form of the page, whether it shows one or not."""
        return form_token(page.address.split("/")[5].partition("?")[0], self.world.secrets.link_keys())

    def follow(self, answer: Seen) -> Seen:
        return self.get(urljoin(answer.address, answer.headers["Location"]).partition("#")[0])

    def _ask(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Seen:
        parts = urlsplit(address)
        query = dict(parse_qsl(parts.query, keep_blank_values=True))
        return replace(self.ask(method, unquote(parts.path), body, headers, query), address=address)

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Mapping[str, Any],
        headers: Mapping[str, str],
        query: Mapping[str, str],
    ) -> Seen:
        """Whatever may come from API Gateway."""
        data = body if isinstance(body, bytes) else urlencode(body, doseq=True, errors="replace").encode()
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": f"{method} /e/{{event_id}}/{{token}}",
            "rawPath": path,
            "headers": dict(headers),
            "requestContext": {"http": {"method": method, "path": path}, "domainName": "api.example"},
            "isBase64Encoded": True,
            "body": base64.b64encode(data).decode(),
        }
        if query:
            event["queryStringParameters"] = dict(query)
        answer = self.world.handler("serve_pages").handler(event, CONTEXT)
        return Seen(answer["statusCode"], answer["headers"], answer["body"], path)
