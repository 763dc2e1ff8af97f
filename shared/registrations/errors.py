"""What can be wrong with a delivery, each said in sentences the sender can act on."""

from __future__ import annotations

from collections.abc import Iterable


class UnknownPlatform(KeyError):
    """No platform goes by this name; becomes a 404."""

    def __str__(self) -> str:
        return str(self.args[0])  # KeyError would show the sentence in quotes


class BadSignature(ValueError):
    """The delivery cannot be shown to come from the platform; becomes a 401."""


class BadPayload(ValueError):
    """The delivery is authentic and cannot be understood; becomes a 422.

    ``problems`` are sentences, each beginning with the field it is about: ``data.email: "x" is no e-mail address``.
    """

    def __init__(self, problems: Iterable[str]) -> None:
        self.problems = tuple(problems)
        super().__init__("; ".join(self.problems))
