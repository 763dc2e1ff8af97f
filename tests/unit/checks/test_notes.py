"""A release says what the CHANGELOG says of its version."""

from __future__ import annotations

import tomllib

import pytest

from infra.checks.notes import NoNotes, notes_for
from tests.template import ROOT

CHANGELOG = """# What changed

Words.

## 1.1.0 – May 2027

New.

### To do

Nothing.

## 1.0.0

First.

## 0.9.0
"""


def test_a_version_is_released_with_its_own_section_and_nothing_else() -> None:
    assert notes_for("v1.1.0", changelog=CHANGELOG, version="1.1.0") == "New.\n\n### To do\n\nNothing.\n"
    assert notes_for("v1.0.0", changelog=CHANGELOG, version="1.0.0") == "First.\n"


@pytest.mark.parametrize(
    ("tag", "version", "sentence"),
    [
        ("v1.0.0", "1.1.0", "is not v1.1.0"),
        ("1.1.0", "1.1.0", "is not v1.1.0"),
        ("v2.0.0", "2.0.0", 'below "## 2.0.0"'),
        ("v0.9.0", "0.9.0", 'below "## 0.9.0"'),
    ],
)
def test_a_tag_that_is_no_version_of_ours_is_refused_in_a_sentence(tag: str, version: str, sentence: str) -> None:
    with pytest.raises(NoNotes, match=sentence):
        notes_for(tag, changelog=CHANGELOG, version=version)


def test_the_version_that_stands_here_could_be_released() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
    assert notes_for(f"v{version}", changelog=(ROOT / "CHANGELOG.md").read_text(), version=version)
