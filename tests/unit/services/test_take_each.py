"""A batch of a queue, message by message."""

from typing import Any

import pytest

from shared.services.queue import take_each


def batch(*bodies: str) -> dict[str, Any]:
    return {"Records": [{"messageId": f"id-{body}", "body": body} for body in bodies]}


def test_only_what_failed_comes_back() -> None:
    taken: list[str] = []

    def take(record: Any) -> None:
        if record["body"] == "b":
            raise ConnectionError("not now")
        taken.append(record["body"])

    assert take_each(batch("a", "b", "c"), take) == {"batchItemFailures": [{"itemIdentifier": "id-b"}]}
    assert taken == ["a", "c"]


def test_a_function_that_is_stopped_has_taken_nothing() -> None:
    def stopped(_: Any) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        take_each(batch("a"), stopped)
