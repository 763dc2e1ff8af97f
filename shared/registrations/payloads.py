"""A JSON body becomes a checked model, or sentences that name the fields at fault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails, from_json

from shared.registrations.errors import BadPayload

MOST_PROBLEMS = 20

WORDS: Mapping[str, str] = {
    "missing": "is missing",
    "string_type": "must be a text",
    "dict_type": "must be an object",
    "model_type": "must be an object",
    "list_type": "must be a list",
    "bool_type": "must be true or false",
    "string_too_short": "must not be empty",
    "string_too_long": "is longer than {max_length} characters",
    "too_long": "has more than {max_length} entries",
}


class Payload(BaseModel):
    """What all payload models share: no guessing at types, and fields we do not know are left aside."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)


Model = TypeVar("Model", bound=Payload)


def json_object(body: bytes) -> Mapping[str, Any]:
    """The JSON object in ``body``. Raises BadPayload."""
    try:
        content = from_json(body)
    except ValueError as error:
        raise BadPayload([f"the body is no JSON: {error}"]) from None
    if not isinstance(content, dict):
        raise BadPayload(["the body must be a JSON object"])
    return content


def checked(model: type[Model], content: Mapping[str, Any]) -> Model:
    """``content`` as ``model``. Raises BadPayload with one sentence for each field at fault."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
        sentences = list(dict.fromkeys(_sentence(detail) for detail in details))
        raise BadPayload(sentences[:MOST_PROBLEMS]) from None


def _sentence(detail: ErrorDetails) -> str:
    context = detail.get("ctx", {})
    if detail["type"] == "value_error":
        words = str(context["error"])
    elif detail["type"] in WORDS:
        words = WORDS[detail["type"]].format(**context)
    else:
        words = detail["msg"][:1].lower() + detail["msg"][1:]
    return f"{_path(detail['loc'])}: {words}"


def _path(location: tuple[int | str, ...]) -> str:
    path = ""
    for step in location:
        path += f"[{step}]" if isinstance(step, int) else f".{step[:80]}"
    return path.removeprefix(".")
