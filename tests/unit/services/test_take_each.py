"""A batch of a queue, message by message."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from shared.services import queue
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


def test_a_message_waits_less_than_the_twelve_hours_from_its_receipt_that_sqs_allows(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    sqs = SimpleNamespace(change_message_visibility=lambda **how: asked.append(how["VisibilityTimeout"]))
    monkeypatch.setattr(queue, "client", lambda _: sqs)
    now = datetime(2026, 5, 1, 20, tzinfo=UTC)
    for hours in (-1, 2, 13):
        queue.come_back_at("https://sqs.example/texts", "receipt", now + timedelta(hours=hours), now=now)
    assert asked[:2] == [0, 7200]
    assert 10 * 3600 < asked[2] < 12 * 3600 - 360
