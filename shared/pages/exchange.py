"""What a browser asks and what it is answered, free of the service that carries it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Final
from urllib.parse import parse_qsl

HTML: Final = "text/html; charset=utf-8"
MOST_FIELDS: Final = 60
MOST_BODY: Final = 16 * 1024  # no form of ours is longer
ONE_CLICK: Final = ("List-Unsubscribe", "One-Click")  # RFC 8058


@dataclass(frozen=True)
class Request:
    """One request. Everything in it may be anything."""

    method: str
    path: str  # decoded, with a slash in front
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)  # names in small letters
    body: bytes = b""
    base_url: str = ""  # by which the browser reaches us
    cookies: tuple[str, ...] = ()  # "name=value" each
    most_body: int = MOST_BODY
    most_fields: int = MOST_FIELDS

    @cached_property
    def parts(self) -> tuple[str, ...]:
        """The path, piece by piece."""
        return tuple(self.path.strip("/").split("/"))

    @cached_property
    def root(self) -> str:
        """The way from this page up to the API's root: links stay right behind any domain, stage or prefix."""
        return "../" * (self.path.count("/") - 1) or "./"

    @cached_property
    def form(self) -> Mapping[str, tuple[str, ...]]:
        """The fields of a form, each with all its values; empty where the body is no form of ours."""
        fields: dict[str, tuple[str, ...]] = {}
        if len(self.body) <= self.most_body:
            try:
                pairs = parse_qsl(self.body.decode("utf-8", "replace"), max_num_fields=self.most_fields)
            except ValueError:
                pairs = []
            for name, value in pairs:
                fields[name] = (*fields.get(name, ()), value)
        return fields

    def value(self, name: str) -> str:
        """The last value of a field of the form, empty where there is none."""
        return self.form.get(name, ("",))[-1]

    def cookies_named(self, name: str) -> list[str]:
        """The values of the cookies of this name: there may be several, of other paths or made up."""
        pairs = (cookie.partition("=") for cookie in self.cookies)
        return [value for each, _, value in pairs if each.strip() == name]

    @property
    def values(self) -> dict[str, str]:
        """The last value of each field of the form; one that was left empty is not among them."""
        return {name: values[-1] for name, values in self.form.items()}

    @property
    def is_one_click(self) -> bool:
        """Whether a mail program ends the messages for its reader (RFC 8058)."""
        name, value = ONE_CLICK
        return self.value(name) == value or (
            # Programs may also send it as a file would be sent (section 3.1).
            "multipart/form-data" in self.headers.get("content-type", "").lower()
            and name.encode() in self.body[:MOST_BODY]
            and value.encode() in self.body[:MOST_BODY]
        )


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer; the headers that every answer has are added where it goes out."""

    status: int
    body: str = ""
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)
    cookie: str = ""  # to be set

    @classmethod
    def to(cls, address: str) -> Reply:
        """Go on there by GET."""
        return cls(303, headers={"Location": address})

    @classmethod
    def json(cls, content: Any, *, status: int = 200, file_name: str = "") -> Reply:
        """An answer for programs; with a file name, one to be kept."""
        text = json.dumps(content, ensure_ascii=False, indent=1)
        return cls(status, text, "application/json; charset=utf-8", _as_file(file_name))

    @classmethod
    def file(cls, content: str, content_type: str, file_name: str) -> Reply:
        """Something to keep.

        :param file_name: of a-z, 0-9, "-" and "."
        """
        return cls(200, content, content_type, _as_file(file_name))


def _as_file(name: str) -> dict[str, str]:
    return {"Content-Disposition": f'attachment; filename="{name}"'} if name else {}
