"""What the documentation says is held by a test, is."""

import re
from pathlib import Path

import pytest

from tests.template import ROOT

TESTS = "\n".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
WHAT, WHO, TRIES, STOPPED_BY, HELD_BY = range(5)


def rows_of(page: str, heading: str) -> list[list[str]]:
    """The cells of the table that begins with this heading."""
    lines = (ROOT / "docs" / page).read_text().splitlines()
    first = lines.index(heading) + 2
    rows = []
    for line in lines[first:]:
        if not line.startswith("| "):
            break
        rows.append([cell.strip() for cell in line.strip("|").split("|")])
    return rows


@pytest.mark.parametrize("page", sorted((ROOT / "docs").glob("*.md")), ids=lambda page: page.name)
def test_every_test_that_a_page_names_exists(page: Path) -> None:
    named = set(re.findall(r"`(test_\w+)`", page.read_text()))
    assert {name for name in named if f"def {name}(" not in TESTS} == set()


def test_each_row_of_the_threat_model_names_what_holds_it() -> None:
    rows = rows_of("threat-model.md", "| what | who | tries | what stops it | held by |")
    assert len(rows) >= 30
    assert [row[TRIES] for row in rows if "`test_" not in row[HELD_BY] or not row[STOPPED_BY]] == []


def test_each_row_of_the_threat_model_speaks_of_something_worth_protecting() -> None:
    worth = re.search(
        r"\*\*What is worth protecting:\*\*(.*?)\n\n", (ROOT / "docs/threat-model.md").read_text(), re.DOTALL
    )
    assert worth
    assets = set(re.findall(r"\*([^*]+)\*", worth[1]))
    assert {
        row[WHAT] for row in rows_of("threat-model.md", "| what | who | tries | what stops it | held by |")
    } == assets
