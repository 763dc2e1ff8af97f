"""A browser for the tests of the organizer's pages: signs in, keeps its cookie, presses buttons, in this process."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode, urljoin, urlsplit

from shared.links import form_token, sign_in_link
from tests.handlers.conftest import CONTEXT, World
from tests.handlers.pages import BASE, NOW, UPCOMING, Seen

HOME = f"{BASE}/o/{UPCOMING.event_id}"


@dataclass
class OrganizerBrowser:
    """Asks the handler for addresses as API Gateway would."""

    world: World
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def key(self) -> bytes:
        return self.world.secrets.link_keys()[0]

    def link(self, event_id: str = UPCOMING.event_id, hours: int = 24) -> str:
        return sign_in_link(BASE, event_id=event_id, key=self.key, until=NOW + timedelta(hours=hours))

    def sign_in(self) -> Seen:
        asked = self.get(self.link())
        return self.follow(self.post(asked.address, {"form": asked.field("form")}))

    def get(self, address: str = HOME, **headers: str) -> Seen:
        return self._ask("GET", address, b"", headers)

    def post(self, address: str, body: bytes | Mapping[str, Any], **headers: str) -> Seen:
        data = body if isinstance(body, bytes) else urlencode(body, doseq=True).encode()
        return self._ask("POST", address, data, headers)

    def press(self, rest: str, **fields: Any) -> Seen:
        """Send a form to a path below the event, and go on where the answer leads."""
        answer = self.post(f"{HOME}/{rest}", {"form": self.form} | fields)
        return self.follow(answer) if answer.status == 303 else answer

    @property
    def form(self) -> str:
        """The hidden field of every form of this session."""
        return form_token(self.cookies["icebreaker-organizer"], [self.key])

    def follow(self, answer: Seen) -> Seen:
        return self.get(urljoin(answer.address, answer.headers["Location"]).partition("#")[0])

    def _ask(self, method: str, address: str, body: bytes, headers: Mapping[str, str]) -> Seen:
        parts = urlsplit(address)
        event: dict[str, Any] = {
            "version": "2.0",
            "routeKey": f"{method} /o/{{event_id}}/{{rest+}}",
            "rawPath": unquote(parts.path),
            "headers": dict(headers),
            "cookies": [f"{name}={value}" for name, value in self.cookies.items()],
            "queryStringParameters": dict(parse_qsl(parts.query, keep_blank_values=True)),
            "requestContext": {"http": {"method": method, "path": parts.path}, "domainName": "api.example"},
            "isBase64Encoded": True,
            "body": base64.b64encode(body).decode(),
        }
        answer = self.world.handler("serve_organizer").handler(event, CONTEXT)
        for cookie in answer.get("cookies", ()):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        set_cookie = {"Set-Cookie": answer["cookies"][0]} if answer.get("cookies") else {}
        return Seen(answer["statusCode"], answer["headers"] | set_cookie, answer["body"], address)
