"""What the pages say can be done, can be done: commands, targets, code, links."""

from __future__ import annotations

import importlib.util
import json
import re
import shlex
import shutil
import subprocess
import tomllib
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import jsonschema
import pytest
import typer
from moto import mock_aws
from sybil import Document
from sybil.parsers.markdown import PythonCodeBlockParser

from infra.cli.app import app
from shared.events import event_from_toml
from shared.notifications.topic_schema import schema
from shared.registrations import Purpose, new_secret, receive, sign
from shared.registrations.answers import Answer, understand
from shared.registrations.openapi import document
from shared.registrations.settings import AGREED, COMPANY, HANDLES, IGNORE, PHONE, PlatformSettings
from tests.template import ROOT
from tests.unit.documentation.pages import PAGES, Block, blocks

# What is not run here says so in its first line, to the reader as well; or it has a word for the reader to fill in.
NOT_RUN: Final = re.compile(r"# (With .*\bAWS\b.*|After make \w+|Takes .*|Stays .*):|.* [A-Z]{4,}\b")
LANGUAGES: Final = {"sh", "python", "toml", "json", "mermaid", "text"}
BLOCKS: Final = [block for page in PAGES for block in blocks(page)]
FOLLOWED: Final = "CONTRIBUTING.md"  # test_contributing.py does what it says
TARGETS: Final = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
PYCON: Final = (ROOT / "tests/fixtures/events/pycon.toml").read_text()


def of_language(language: str) -> list[Block]:
    return [block for block in BLOCKS if block.language == language]


def name(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return re.sub(r"^(```+).*?^\1[ \t]*$", "", page.read_text(), flags=re.MULTILINE | re.DOTALL)


def command_lines(block: Block) -> list[str]:
    """The lines of a block that are commands, those that go on in one piece."""
    text = re.sub(r"<<'END'\n.*?^END$", "", block.source.replace("\\\n", ""), flags=re.MULTILINE | re.DOTALL)
    return [line for line in text.splitlines() if line.strip() and not line.startswith("#")]


def typed() -> Iterator[tuple[str, str]]:
    """Everything that a page shows as to be typed, with where it stands."""
    for page in PAGES:
        for span in re.findall(r"`([^`\n]+)`", prose(page)):
            yield name(page), span
        for line in re.findall(r"^    ((?:make|icebreaker|\.venv/bin/\w+) .*)", prose(page), re.MULTILINE):
            yield name(page), line
    for block in of_language("sh"):
        for line in command_lines(block):
            yield str(block), line


def words_of(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:  # an apostrophe
        return text.split()


def commands(words: list[str]) -> str:
    """What is wrong with what follows "icebreaker"; empty where nothing is."""
    known: Any = typer.main.get_command(app)
    options = options_of(known)
    rest = iter(words)
    for word in rest:
        if word.startswith("-"):
            if word.partition("=")[0] not in options:
                return f"{known.name} has no option {word}"
            if options[word.partition("=")[0]] and "=" not in word:
                next(rest, "")
        elif hasattr(known, "commands") and word.islower():
            if word not in known.commands:
                return f"{known.name} has no command {word}"
            known = known.commands[word]
            options |= options_of(known)
    return ""


def options_of(command: Any) -> dict[str, bool]:
    """Its options, each with whether a value follows."""
    named = {opt: not param.is_flag for param in command.params if hasattr(param, "is_flag") for opt in param.opts}
    off = {opt: False for param in command.params for opt in param.secondary_opts}
    return {"--help": False} | named | off


def test_every_block_says_its_language() -> None:
    assert {str(block): block.language for block in BLOCKS if block.language not in LANGUAGES} == {}


def test_every_command_and_option_that_a_page_names_exists() -> None:
    groups = ("event", "attendees", "connections", "links", "key")
    wrong = {}
    for place, text in typed():
        for part in re.split(r"&&|\|", text):
            words = words_of(part)
            if words and words[0].rpartition("/")[2] == "icebreaker":
                words = words[1:]
            elif len(words) < 2 or words[0] not in groups or not words[1].isalpha():
                continue
            if problem := commands(words):
                wrong[place, text] = problem
    assert wrong == {}


def test_every_target_that_a_page_or_a_workflow_names_exists() -> None:
    said = [(place, text) for place, text in typed() if text.startswith("make ")]
    for workflow in (ROOT / ".github/workflows").glob("*.yml"):
        said += [(workflow.name, line) for line in re.findall(r"run: (make .*)", workflow.read_text())]
    assert {(place, text) for place, text in said if text.split()[1] not in TARGETS} == set()
    assert {text.split()[1] for _, text in said} >= {"demo", "test", "lint", "audit", "sbom", "deploy"}


def test_every_module_that_a_page_runs_exists() -> None:
    modules = {(place, found) for place, text in typed() for found in re.findall(r"python -m ([\w.]+)", text)}
    assert {(place, module) for place, module in modules if importlib.util.find_spec(module) is None} == set()


def test_every_path_that_a_command_names_exists() -> None:
    paths = {(place, path) for place, text in typed() for path in re.findall(r"pytest ((?:tests/)[\w/.]+)", text)}
    assert {(place, path) for place, path in paths if not (ROOT / path).exists()} == set()


def shows(shown: str, printed: str) -> bool:
    """Whether this was printed; "…" stands for what follows."""
    lines = "\n".join(line.rstrip() for line in printed.strip().splitlines())
    shown = shown.strip()
    return lines.startswith(shown.removesuffix("…")) if shown.endswith("…") else lines == shown


@pytest.mark.parametrize("page", [page for page in PAGES if name(page) != FOLLOWED], ids=name)
def test_what_a_page_shows_to_type_runs_or_says_why_not(page: Path, tmp_path: Path) -> None:
    steps = [block for block in blocks(page) if block.language in ("sh", "text")]
    if not any(block.language == "sh" and not NOT_RUN.match(block.source) for block in steps):
        return
    (tmp_path / ".venv").symlink_to((ROOT / ".venv").resolve())
    for folder in ("shared", "infra", "tests/fixtures"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("__pycache__"))
    printed = None
    for block in steps:
        if block.language == "text":
            assert printed is None or shows(block.source, printed), f"{block}: {printed}"
            printed = None
        elif not NOT_RUN.match(block.source):
            done = subprocess.run(
                ["sh", "-ec", block.source.replace("uvx --from . ", ".venv/bin/")],  # the same, from here
                cwd=tmp_path,
                env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(tmp_path), "COLUMNS": "78"},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, f"{block}: {done.stderr[-2000:]}"
            printed = done.stdout


@pytest.mark.parametrize("page", sorted({block.page for block in of_language("python")} - {ROOT / FOLLOWED}), ids=name)
def test_the_python_of_a_page_runs(page: Path) -> None:
    parse = PythonCodeBlockParser()
    shown = Document.parse(str(page), parse)
    assert list(shown)
    with mock_aws():
        for example in shown:
            example.evaluate()


@pytest.mark.parametrize("block", of_language("json"), ids=str)
def test_the_json_of_a_page_is_json(block: Block) -> None:
    found = json.loads(block.source)
    if block.page.name == "subscribing.md":
        jsonschema.validate(found, schema())
    if block.page.name == "openapi.md":
        body = block.source.encode()
        secret, now = new_secret(), datetime.now(UTC)
        headers = sign("icebreaker", body, secret, delivery_id="msg_1", now=now)
        assert receive("icebreaker", headers, body, [secret], now=now).registrations


@pytest.mark.parametrize("block", of_language("toml"), ids=str)
def test_the_toml_of_a_page_is_toml_and_what_is_an_events_makes_one(block: Block) -> None:
    said = tomllib.loads(block.source)
    if "event" in said:
        event_from_toml(block.source)
    elif {"questions", "platforms"} & set(said):  # what a page shows of an event, beside what every event needs
        event_from_toml(PYCON.partition("[questions]")[0] + block.source)


@pytest.mark.parametrize("house", ["shared", "infra"])
def test_the_rooms_of_the_overview_are_those_of_the_tree(house: str) -> None:
    page = (ROOT / "docs/architecture.md").read_text()
    [rooms] = re.findall(rf"^    {house}/ .*\n((?:      .*\n)+)", page, re.MULTILINE)
    there = {each.parent.name for each in (ROOT / house).glob("*/*.py")}
    assert set(re.findall(r"^      (\w+)/ ", rooms, re.MULTILINE)) == there


def test_the_words_for_the_registration_form_are_understood_as_what_they_ask() -> None:
    page = ROOT / "docs/organizers.md"
    [block] = [block for block in blocks(page) if block.language == "toml"]
    questions: Mapping[str, str] = tomllib.loads(block.source)["questions"]
    asked = set(re.findall(r"^> \*\*(.+?)\*\*", page.read_text(), re.MULTILINE))
    assert asked == set(questions)
    settings = PlatformSettings(dict(questions))
    for question, meaning in questions.items():
        understood = understand([Answer((question,), ("yes",))], settings)
        if meaning.startswith("agreed:"):
            assert understood.agreed == {Purpose(meaning.removeprefix("agreed:"))}, question
    assert {meaning for meaning in questions.values() if meaning != HANDLES} == set(AGREED)
    [first] = [question for question, meaning in questions.items() if meaning == "agreed:introduce"]
    assert understand([Answer((first,), ("Yes",))], PlatformSettings()).agreed == {Purpose.INTRODUCE}


def test_the_example_of_an_event_names_everything_that_a_question_can_be() -> None:
    meanings = PYCON.partition("# Meanings:")[2].partition("[questions]")[0]
    assert {each for each in (HANDLES, COMPANY, PHONE, IGNORE, *AGREED) if f'"{each}"' not in meanings} == set()


def anchors(page: Path) -> set[str]:
    titles = re.findall(r"^#+ +(.+?) *$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    wrong = []
    for path, anchor in re.findall(r"\]\(([^)#\s:]*)#?([^)\s:]*)\)", prose(page)):
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in anchors(target)):
            wrong.append(f"{path}#{anchor}")
    assert wrong == []


def test_the_description_of_the_api_that_stands_in_the_docs_is_the_one_that_is_served() -> None:
    assert json.loads((ROOT / "docs/openapi.json").read_text()) == json.loads(json.dumps(document())), (
        "run python -m shared.registrations.openapi > docs/openapi.json"
    )


def test_the_page_on_the_api_names_every_answer_and_every_field() -> None:
    text = (ROOT / "docs/openapi.md").read_text()
    described = document()
    ways = [way for path in described["paths"].values() for way in path.values() if "responses" in way]
    answers = {status for way in ways for status in way["responses"]}
    assert {status for status in answers if f"| {status} |" not in text} == set()
    person = described["components"]["schemas"]["_Person"]["properties"]
    assert {field for field in person if f"`data.{field}`" not in text} == set()
