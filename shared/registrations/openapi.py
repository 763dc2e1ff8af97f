"""The HTTP API's description, made of the table of platforms and of our own format's models (OpenAPI 3.1).

``python -m shared.registrations.openapi`` prints what stands in ``docs/openapi.json``; a test holds the two together.
"""

from __future__ import annotations

import json
from typing import Any

from shared.registrations.icebreaker import schemas
from shared.registrations.receiving import PLATFORMS, shows_a_token

_WEBHOOK = "/events/{event_id}/registrations/{platform}"
_PROBLEMS = {"$ref": "#/components/schemas/Problems"}
_RECEIPT = {"$ref": "#/components/schemas/Receipt"}


def document() -> dict[str, Any]:
    """The whole document."""
    models, registration = schemas()
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Icebreaker",
            "version": "1",
            "description": "Where ticketing platforms deliver registrations. The signature covers the raw body.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": {
            _WEBHOOK: {
                "parameters": [_path("event_id", {"type": "string"}), _path("platform", {"enum": list(PLATFORMS)})],
                "post": {
                    "operationId": "postRegistration",
                    "summary": "A delivery of a ticketing platform; answered with 2xx once what it says is kept.",
                    "security": [{"signature": []}, {"token": []}, {"address": []}],
                    "requestBody": {
                        "required": True,
                        "content": {
                            "application/json": {"schema": {"anyOf": [registration, {"type": "object"}]}},
                            "application/x-www-form-urlencoded": {"schema": {"type": "object"}},
                        },
                    },
                    "responses": {
                        "200": _answer("Kept, or nothing for us in it.", {"anyOf": [_RECEIPT, {"type": "object"}]}),
                        "202": _answer("What it points at is fetched soon.", _RECEIPT),
                        "401": _answer("It cannot be shown who sent it.", _PROBLEMS),
                        "404": _answer("No such event, or it takes nothing from this platform.", _PROBLEMS),
                        "422": _answer("It cannot be understood; each problem begins with its field.", _PROBLEMS),
                    },
                },
                "get": {
                    "operationId": "checkRegistration",
                    "summary": "For platforms that ask whether we are here before they deliver.",
                    "security": [{"token": []}, {"address": []}],
                    "responses": {
                        "200": _answer("Here.", _RECEIPT),
                        "401": _answer("The token is not the one that was set.", _PROBLEMS),
                        "404": _answer("No such event, or it takes nothing from this platform.", _PROBLEMS),
                    },
                },
            },
            "/openapi.json": {
                "get": {
                    "operationId": "getOpenApi",
                    "summary": "This document.",
                    "security": [],
                    "responses": {"200": _answer("This document.", {"type": "object"})},
                }
            },
        },
        "components": {
            "schemas": {
                **models,
                "Receipt": {
                    "type": "object",
                    "required": ["changed", "reason"],
                    "properties": {
                        "changed": {"type": "integer", "minimum": 0, "description": "tickets whose state changed"},
                        "reason": {"type": "string", "description": "why nothing was to be done"},
                    },
                },
                "Problems": {
                    "type": "object",
                    "required": ["problems"],
                    "properties": {"problems": {"type": "array", "items": {"type": "string"}, "minItems": 1}},
                },
            },
            "securitySchemes": {
                "signature": {
                    "type": "apiKey",
                    "in": "header",
                    "name": "webhook-signature",
                    "description": "Each platform's own signature: " + _names(signing=True),
                },
                "token": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "The token set for the event, where a platform signs nothing: "
                    + _names(signing=False),
                },
                "address": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "token",
                    "description": "The same, in the address.",
                },
            },
        },
    }


def _names(*, signing: bool) -> str:
    return ", ".join(name for name in PLATFORMS if shows_a_token(name) is not signing)


def _path(name: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _answer(description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {"description": description, "content": {"application/json": {"schema": schema}}}


if __name__ == "__main__":
    print(json.dumps(document(), indent=2, ensure_ascii=False))  # noqa: T201
