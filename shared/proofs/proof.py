"""The shapes: what is known of an attendee, what is asked of a network, and what was found there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol


class Kind(StrEnum):
    """In which way a profile says that it belongs to the attendee; docs/privacy.md says what each may lead to."""

    CODE = "code"  # the code that only they know stands in the profile's own text
    EMAIL = "email"  # the profile shows the registered address as its own
    CODE_LINK = "code-link"  # the profile links to our page of theirs, whose address holds the code
    SITE_EMAIL = "site-email"  # the profile's website links back, and says "me" of the registered address
    SITE_CODE_LINK = "site-code-link"  # the same website links to our page of theirs
    DOMAIN = "domain"  # the profile's website links back, and is the front page of the registered address's own domain


@dataclass(frozen=True, slots=True)
class Proof:
    """That a handle belongs to an attendee."""

    kind: Kind
    detail: str  # the public address where anybody can look it up


@dataclass(frozen=True, slots=True)
class Facts:
    """What is certain of an attendee, for one of the handles they claim."""

    email: str  # canonical, as in Identity "email": everything they are told goes there
    code: str  # of exactly this handle, from code_for
    page_url: str | None = None  # of our page of theirs, https; None where there is none


@dataclass(frozen=True, slots=True)
class Question:
    """One GET."""

    url: str  # https
    host: str  # lower-case ASCII, the one in the URL
    headers: Mapping[str, str] = field(default_factory=dict)


class Answer(Protocol):
    """What a server answered; shared.services.web.Page is one."""

    @property
    def status(self) -> int: ...
    @property
    def headers(self) -> Mapping[str, str]: ...  # names in lower case
    @property
    def body(self) -> bytes: ...
