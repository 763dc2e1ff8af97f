"""The messages on the topic as a JSON Schema, for subscribers in any language.

``python -m shared.notifications.topic_schema`` prints what stands in ``topic_message.schema.json``; a test holds the
two together. Source: JSON Schema 2020-12. Further fields are let through: within a version fields are only added.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from shared.notifications.topic_message import FIELDS, VERSION, Form, MessageKind

_COUNT: Final = {"type": "integer", "minimum": 0}
_FORMS: Final[Mapping[Form, Mapping[str, Any]]] = {
    Form.TEXT: {"type": "string", "minLength": 1},
    Form.COUNT: _COUNT,
    Form.COUNTS: {"type": "object", "additionalProperties": _COUNT},
}
_ABOUT: Final[Mapping[MessageKind, str]] = {
    MessageKind.INTRODUCTION: "One introduction of one attendee is ready to be sent.",
    MessageKind.WAVE: "One wave goes out, in numbers.",
}


def schema() -> dict[str, Any]:
    """The schema of every message, by kind."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:icebreaker:topic-message:{VERSION}",
        "title": "A message on Icebreaker's topic",
        "description": "It names nobody. Fields may be added within a version: pass over those that you do not know.",
        "oneOf": [{"$ref": f"#/$defs/{kind}"} for kind in MessageKind],
        "$defs": {kind.value: _schema_of(kind) for kind in MessageKind},
    }


def _schema_of(kind: MessageKind) -> dict[str, Any]:
    fields = {name: {"description": field.meaning, **_FORMS[field.form]} for name, field in FIELDS[kind].items()}
    return {
        "description": _ABOUT[kind],
        "type": "object",
        "properties": {"version": {"const": VERSION}, "kind": {"const": kind.value}, **fields},
        "required": ["version", "kind", *fields],
    }


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2))  # noqa: T201
