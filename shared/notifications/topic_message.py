"""The message on the topic ``introductions``: it says that there is an introduction, never what is in it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

VERSION: Final = 1
KIND: Final = "introduction"


class UnreadableMessage(ValueError):
    """The message is not one of ours; the sentence says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class TopicMessage:
    """One introduction that is ready to be sent.

    It names nobody: what is said, and whether it may still be said, is read at the moment of sending. A queue
    that is read by the wrong one, or days later, discloses nothing.
    """

    event_id: str
    attendee_id: str
    wave: str
    channel: str
    locale: str

    @property
    def attributes(self) -> dict[str, str]:
        """The message attributes, for subscribers to filter on."""
        return {"event": self.event_id, "kind": KIND, "channel": self.channel, "locale": self.locale}

    def to_json(self) -> str:
        return json.dumps(
            {
                "version": VERSION,
                "kind": KIND,
                "event_id": self.event_id,
                "attendee_id": self.attendee_id,
                "wave": self.wave,
                "channel": self.channel,
                "locale": self.locale,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> TopicMessage:
        """The inverse of :meth:`to_json`.

        :raises UnreadableMessage: naming the field
        """
        try:
            fields = json.loads(text)
        except ValueError as error:
            raise UnreadableMessage(f"not JSON: {error}") from error
        if not isinstance(fields, dict):
            raise UnreadableMessage("not a JSON object")
        if fields.get("version") != VERSION or fields.get("kind") != KIND:
            raise UnreadableMessage(f"version and kind must be {VERSION} and {KIND!r}")
        values = []
        for name in ("event_id", "attendee_id", "wave", "channel", "locale"):
            value = fields.get(name)
            if not isinstance(value, str) or not value:
                raise UnreadableMessage(f"{name} must be a non-empty text")
            values.append(value)
        return cls(*values)
