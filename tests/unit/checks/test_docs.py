"""What the documentation says is held by a test, is."""

import re
from pathlib import Path
from typing import Any

import pytest

from shared.pipeline.redrive import RESOURCES
from tests.template import ROOT, written

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


# ---- Alarms -----------------------------------------------------------------------------------------------------

# What the page's own words of a shell expect to find in the template.
SUFFIX = {"logs": "Logs", "of": ""}


def alarm_sections() -> dict[str, str]:
    page = (ROOT / "docs" / "operating.md").read_text()
    part = page.partition("## When an alarm rings\n")[2].partition("\n## ")[0]
    return dict(re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", part, re.MULTILINE | re.DOTALL))


def resources(kind: str) -> dict[str, Any]:
    return {name: each for name, each in written()["Resources"].items() if each["Type"] == kind}


def test_every_alarm_has_its_section_and_every_section_its_alarm() -> None:
    alarms = {name.removesuffix("Alarm") for name in resources("AWS::CloudWatch::Alarm")}
    assert len(alarms) >= 20
    assert set(alarm_sections()) == alarms


def test_each_section_says_what_an_alarm_means_and_then_what_to_type() -> None:
    for name, section in alarm_sections().items():
        meaning, _, rest = section.strip().partition("\n\n")
        assert len(meaning.split()) >= 5, name
        assert re.search(r"^    (icebreaker|aws|logs|for) ", rest, re.MULTILINE), name


def test_what_is_typed_names_what_there_is() -> None:
    there = written()["Resources"]
    commands = re.findall(r"(?:^    |\$\()(logs|of) (\w+)", "".join(alarm_sections().values()), re.MULTILINE)
    assert len(commands) >= 15
    assert [name for command, name in commands if name + SUFFIX[command] not in there] == []


def test_of_every_dead_letter_queue_the_page_says_how_to_put_its_messages_back() -> None:
    for name, (queue, *_) in RESOURCES.items():
        assert f"icebreaker redrive --queue {name}\n" in alarm_sections()[queue], queue
