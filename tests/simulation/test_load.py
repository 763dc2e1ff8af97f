"""Two seconds of `make load`: whatever was answered with 2xx is stored, and whoever was refused came again."""

from __future__ import annotations

import pytest

from tests.load import bench
from tests.load.bench import deployment, list_in_shares, long_list, webhooks


def test_every_webhook_that_was_answered_with_2xx_is_stored(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "BURST", 20)
    monkeypatch.setattr(bench, "RATE", 60)
    with deployment(200) as (_, containers, event):
        load = webhooks(rate=100, seconds=2, containers=containers, event=event)
    assert load.statuses.keys() <= {200, 429, 503}
    assert load.statuses[429]  # more than the API lets through
    assert (len(load.taken), load.lost) == (200, set())


def test_a_long_list_that_is_killed_again_and_again_is_there_once() -> None:
    with deployment(3_000) as (memory, containers, event):
        imported = long_list(3_000, (0.1, 0.5, 0.3), memory, containers, event)
    assert (imported.read, imported.people, imported.rejected) == (2_970, 2_970, 30)
    assert imported.rejects_are_right


def test_a_list_that_is_imported_in_shares_each_of_them_killed_once_is_there_once() -> None:
    with deployment(3_000) as (memory, containers, event):
        imported, _ = list_in_shares(3_000, memory, containers, event)
    assert (imported.read, imported.people, imported.rejected) == (2_970, 2_970, 30)
    assert imported.rejects_are_right
