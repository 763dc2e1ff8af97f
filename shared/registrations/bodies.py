"""The body of a delivery as one object: JSON, or a form where the platform sends one."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qsl

from shared.registrations.content import Received
from shared.registrations.errors import BadPayload
from shared.registrations.payloads import json_object

FORM = "application/x-www-form-urlencoded"
MOST_FIELDS = 1_000
_NESTED = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")


def object_of(received: Received) -> Mapping[str, Any]:
    """The JSON object or the form in the body; of a form, ``a[b]=c`` is an object within. Raises BadPayload."""
    if received.headers.get("content-type", "").partition(";")[0].strip().lower() == FORM:
        return _form(received.body)
    return json_object(received.body)


def _form(body: bytes) -> dict[str, Any]:
    try:
        pairs = parse_qsl(body.decode(), keep_blank_values=True, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise BadPayload([f"the body is no form: {error}"]) from None
    read: dict[str, Any] = {}
    for name, value in pairs:
        parts = _NESTED.fullmatch(name)
        path = [parts[1], *re.findall(r"\[([^\[\]]*)\]", parts[2])] if parts else [name]
        inner = read
        for step in path[:-1]:
            deeper = inner.setdefault(step, {})
            if not isinstance(deeper, dict):
                break
            inner = deeper
        else:
            inner[path[-1]] = value
    return read
