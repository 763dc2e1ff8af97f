"""JSON is read entry by entry, from wherever in it the entries are."""

import io
import json
import tracemalloc
from collections.abc import Sequence

import pytest

from shared.tables import TextTable, UnreadableTable, open_any_table


def has_email(cells: Sequence[str]) -> bool:
    return "email" in cells


def table_of(text: str | bytes) -> TextTable:
    return open_any_table(io.BytesIO(text.encode() if isinstance(text, str) else text), has_email)


def cells_of(text: str | bytes) -> list[tuple[str, ...]]:
    return [row.cells for row in table_of(text).rows]


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ('[{"email": "a"}]', [("a",)]),
        ('{"list": [{"email": "a"}, {"email": "b"}]}', [("a",), ("b",)]),
        ('{"email": "a"}\n{"email": "b"}\n', [("a",), ("b",)]),
        ('{"email": "a"}', [("a",)]),
        ('{"data": {"rooms": [{"id": 1}], "people": [{"email": "a"}]}, "more": [1]}', [("a",)]),
        ('{"list": [\n  {"email": "a"},\n  {"email": "b"}\n]}', [("a",), ("b",)]),
        ('[{"email": "a", "n": 12345678901234567890, "f": 1.50, "t": true, "z": null}]',
         [("a", "12345678901234567890", "1.50", "true", "")]),
        ('[{"email": "a", "who": {"name": {"first": "Ann"}}, "tags": ["x", "y"]}]', [("a", "Ann", "x, y")]),
        ('[{"email": "a"}, 7, {"email": "b"}]', [("a",), (), ("b",)]),
        ('[{"email": "a\\u0000\\ud800"}]', [("a?",)]),
    ],
)  # fmt: skip
def test_entries_are_found_wherever_they_are(text: str, cells: list[tuple[str, ...]]) -> None:
    assert cells_of(text) == cells


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_any_encoding_will_do(encoding: str) -> None:
    assert cells_of('[{"email": "jörg"}]'.encode(encoding)) == [("jörg",)]


@pytest.mark.parametrize(
    "text",
    [
        '[{"email": "a"', '[{"email": "a"}', '[{"email": "a"} {"email": "b"}]', '{"list": [{"email": "a"},',
        '[{"email": "a"}, ' + "[" * 100_000, '{"a":' * 3000, "{" * 50, '[{"email": 01}]', '{"email" "a"}',
    ],
)  # fmt: skip
def test_what_breaks_off_or_is_nested_too_deep_is_an_error(text: str) -> None:
    with pytest.raises(UnreadableTable):
        cells_of(text)


def test_no_array_with_a_header_is_an_error_that_shows_what_was_seen() -> None:
    with pytest.raises(UnreadableTable, match='"courriel"'):
        table_of('[{"courriel": "a"}]')


def test_an_entry_longer_than_any_is_an_error_and_is_not_waited_for() -> None:
    with pytest.raises(UnreadableTable):
        cells_of('[{"email": "a"}, {"email": "' + "x" * 5_000_000)


@pytest.mark.parametrize("lines", [False, True])
def test_a_large_file_is_not_held_in_memory(lines: bool) -> None:
    entry = json.dumps({"email": "someone@example.org", "name": "Somebody", "note": "x" * 50})
    count = 20_000
    text = "\n".join([entry] * count) if lines else "[" + ",".join([entry] * count) + "]"
    data = io.BytesIO(text.encode())
    tracemalloc.start()
    try:
        assert sum(1 for _ in open_any_table(data, has_email).rows) == count
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 3_000_000
