"""What is fuzzed: a parser each, the errors that it may raise, and what it begins with."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from shared import identities, registrations
from shared.attendee_lists import read_attendee_list
from shared.connections import UnknownExport, open_exports
from shared.events import BadEvent, event_from_toml
from shared.links import BadLink, Links, is_form_token, read_link
from shared.notifications import TopicMessage, WaveMessage
from shared.notifications.receipts import UnreadableReceipt, read_receipt
from shared.pages.exchange import Request
from shared.registrations import BadPayload, BadSignature, platforms
from shared.registrations.settings import PlatformSettings
from shared.slots import BadSlots, slots_from_ics, slots_from_toml
from shared.tables import UnreadableTable

FIXTURES: Final = Path(__file__).parents[1] / "fixtures"
NOW: Final = datetime(2026, 5, 4, 12, tzinfo=UTC)
BERLIN: Final = ZoneInfo("Europe/Berlin")
SECRET: Final = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
KEYS: Final = (b"k" * 32, b"l" * 32)
SETTINGS: Final = {
    "pretix": PlatformSettings({"organizer": "harbour", "event": "harbourconf"}),
    "eventyay": PlatformSettings({"organizer": "harbour", "event": "harbourconf"}),
    "generic": PlatformSettings({"reference": "id", "email": "email", "name": "name"}),
}
FILE_NAMES: Final = ("", "following.csv", "followers_1.html", "Connections.csv", "following.js", "user_data.json")


@dataclass(frozen=True, slots=True)
class Target:
    """One parser. The seeds are whole inputs; the errors are the ones it documents."""

    read: Callable[[bytes], object]
    errors: tuple[type[Exception], ...]
    seeds: Callable[[], Iterable[bytes]]


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _webhook(data: bytes) -> object:
    """Signed as it should be: what is fuzzed lies behind the signature. The first byte says whose it is."""
    platform = platforms[data[0] % len(platforms)] if data else platforms[0]
    body = data[1:]
    headers = registrations.sign(platform, body, SECRET, delivery_id="msg_1", now=NOW)
    known = SETTINGS.get(platform, PlatformSettings())
    return registrations.receive(platform, headers, body, [SECRET], now=NOW, settings=known)


def _signature(data: bytes) -> object:
    """Headers of strangers: a line each, the first one says the platform; never a delivery."""
    first, *lines = _text(data).split("\n")
    platform = platforms[len(first) % len(platforms)]
    headers = dict(line.partition(":")[::2] for line in lines)
    known = SETTINGS.get(platform, PlatformSettings())
    delivery = registrations.receive(platform, headers, b"{}", [SECRET], now=NOW, settings=known)
    raise AssertionError(f"believed without the secret: {delivery}")


def _list(data: bytes) -> object:
    return list(read_attendee_list(io.BytesIO(data), as_of=NOW))


def _export(data: bytes) -> object:
    name = FILE_NAMES[data[0] % len(FILE_NAMES)] if data else ""
    return [list(export) for export in open_exports(io.BytesIO(data[1:]), filename=name)]


def _link(data: bytes) -> object:
    token = _text(data)
    assert not is_form_token(token, "x", KEYS)
    read_link(token, event_id="democon", keys=KEYS, now=NOW)
    if token.encode() not in _links():
        raise AssertionError("a link that was never made is good")
    return token


def _links() -> list[bytes]:
    links = Links("https://x.example", KEYS, "democon", "annaaaaaaaaaaaaa", date(2026, 7, 1))
    return [address.rpartition("/")[2].encode() for address in (links.page(), links.stop())]


def _form(data: bytes) -> object:
    request = Request("POST", "/e/democon/" + _text(data[:40]), {}, {"content-type": _text(data[:30])}, data)
    return request.form, request.is_one_click, request.parts, request.root


def _topic(data: bytes) -> object:
    for kind in (TopicMessage, WaveMessage):
        try:
            kind.from_json(_text(data))
        except ValueError as error:
            assert str(error)
    return None


def _files(*folders: str, marked: int | None = None) -> Callable[[], Iterable[bytes]]:
    def read() -> Iterable[bytes]:
        for folder in folders:
            for path in sorted((FIXTURES / folder).rglob("*")):
                if path.is_file() and not path.name.endswith(".jsonl") and path.stat().st_size < 200_000:
                    content = path.read_bytes()
                    yield content if marked is None else bytes([marked]) + content

    return read


def _webhooks() -> Iterable[bytes]:
    for path in sorted((FIXTURES / "registrations").glob("*.json")):
        name = path.name.partition("-")[0]
        if name in platforms and ".expected" not in path.name:
            yield bytes([platforms.index(name)]) + path.read_bytes()


def _receipts() -> Iterable[bytes]:
    tags = {"event": ["democon"], "wave": ["first"], "attendee": ["annaaaaaaaaaaaaa"]}
    mail = {"messageId": "1", "destination": ["ann@example.org"], "tags": tags}
    for kind in ("Bounce", "Complaint", "Delivery"):
        said = {
            "eventType": kind,
            "mail": mail,
            kind.lower(): {"bounceType": "Permanent", "timestamp": NOW.isoformat()},
        }
        yield json.dumps(said).encode()


def _calendar() -> Iterable[bytes]:
    yield (
        b"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\nUID:1\r\nDTSTART:20260602T083000Z\r\nDTEND:20260602T084500Z\r\n"
        b"SUMMARY:Break\r\nLOCATION:Bar\r\nDESCRIPTION:capacity: 12\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
    )


TARGETS: Final = {
    "webhooks": Target(_webhook, (BadPayload, BadSignature), _webhooks),
    "signatures": Target(_signature, (BadSignature,), lambda: [b"x\nwebhook-signature:v1,AAAA\nwebhook-timestamp:1"]),
    "lists": Target(_list, (UnreadableTable,), _files("attendee_lists")),
    "exports": Target(_export, (UnknownExport,), _files("connections", marked=0)),
    "links": Target(_link, (BadLink,), _links),
    "calendars": Target(lambda data: slots_from_ics(data, BERLIN), (BadSlots,), _calendar),
    "slots": Target(
        lambda data: slots_from_toml(_text(data), BERLIN),
        (BadSlots,),
        lambda: [b'[[slot]]\nat = 2026-06-02T10:30\nminutes = 15\nplace = "Bar"\ncapacity = 12\n'],
    ),
    "events": Target(lambda data: event_from_toml(_text(data)), (BadEvent,), _files("events")),
    "receipts": Target(lambda data: read_receipt(_text(data)), (UnreadableReceipt,), _receipts),
    "handles": Target(
        lambda data: identities.read(_text(data)), (), lambda: [b"@ann@fosstodon.org", b"https://x.com/ann, github ann"]
    ),
    "messages": Target(_topic, (), lambda: [b'{"event_id": "democon"}']),
    "forms": Target(_form, (), lambda: [b"answer=yes&form=x", b"List-Unsubscribe=One-Click"]),
}
