"""Whoever follows CONTRIBUTING word for word gets what it promises."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.template import ROOT
from tests.unit.documentation.pages import Block, blocks

# Where the text says that a line goes: above this, the last time that it stands in the file.
GOES_ABOVE = {
    "shared/identities/table/developers.py": ")\n",
    "shared/registrations/receiving.py": '    "generic": Platform(',
}


def section(title: str) -> list[Block]:
    """The blocks below a heading of CONTRIBUTING.md, up to the next."""
    page = ROOT / "CONTRIBUTING.md"
    lines = page.read_text().splitlines()
    start = lines.index(f"## {title}") + 1
    end = next((at for at, line in enumerate(lines, 1) if at > start and line.startswith("## ")), len(lines))
    return [block for block in blocks(page) if start <= block.line <= end]


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """What a newcomer has after `make setup`."""
    for folder in ("shared", "tests"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__", "simulation"))
    for file in ("pyproject.toml", "template.yaml"):
        shutil.copy(ROOT / file, tmp_path)
    (tmp_path / "docs").mkdir()
    (tmp_path / ".venv").symlink_to((ROOT / ".venv").resolve())
    return tmp_path


def type_in(block: Block, clone: Path) -> None:
    file = clone / block.title
    if not file.exists():
        file.write_text(block.source)
        return
    before, mark, after = file.read_text().rpartition(GOES_ABOVE[block.title])
    file.write_text(before + block.source + mark + after)


def run(block: Block, clone: Path) -> str:
    done = subprocess.run(
        ["sh", "-ec", block.source],
        cwd=clone,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(clone), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, f"{block}: {done.stdout[-3000:]}{done.stderr[-3000:]}"
    return done.stdout


@pytest.fixture
def follow(clone: Path) -> Callable[[str], list[str]]:
    """Do what a section says, in order; what each command printed."""

    def follow(title: str) -> list[str]:
        steps = section(title)
        for block in steps:
            if block.title:
                type_in(block, clone)
        return [run(block, clone) for block in steps if block.language == "sh"]

    return follow


def test_whoever_follows_add_a_network_can_read_its_addresses(follow: Callable[[str], list[str]]) -> None:
    shown, tested = follow("Add a network")
    [promised] = [block.source for block in section("Add a network") if block.language == "json"]
    assert json.loads(shown) == json.loads(promised)
    assert " passed" in tested
    assert "failed" not in tested


def test_whoever_follows_add_a_ticketing_platform_can_read_its_webhooks(
    follow: Callable[[str], list[str]], clone: Path
) -> None:
    shown, tested, _ = follow("Add a ticketing platform")
    [registration] = json.loads(shown)["registrations"]
    assert registration["name"] == "Ann Example"
    assert registration["agreed"] == ["introduce"]
    assert " passed" in tested
    assert "failed" not in tested
    assert '"quaytickets"' in (clone / "docs/openapi.json").read_text()
