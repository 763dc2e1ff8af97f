"""What is asked before the first deployment, and what is kept of the answers."""

import re
import tomllib
from pathlib import Path

import pytest

from infra import deploying
from infra.deploying import ASKED, ask_for, is_known, section
from tests.template import ROOT, written

PARAMETERS = written()["Parameters"]


def answering(*answers: str) -> tuple[list[str], dict[str, str]]:
    """What was said, and what is kept, where somebody answers so."""
    said: list[str] = []
    left = list(answers)
    kept = ask_for(PARAMETERS, lambda _, default: left.pop(0) or default, said.append)
    assert not left
    return said, kept


def test_every_parameter_without_a_default_is_asked_for_and_every_parameter_says_what_it_is() -> None:
    assert {name for name, each in PARAMETERS.items() if "Default" not in each} <= set(ASKED) <= set(PARAMETERS)
    assert all(PARAMETERS[name]["Description"] for name in ASKED)


def test_whoever_presses_return_gets_the_defaults() -> None:
    _, kept = answering("hello@icebreaker.example", "", "")
    assert kept == {"SenderAddress": "hello@icebreaker.example", "SenderName": "Icebreaker", "AlarmAddress": ""}


def test_an_answer_that_the_template_would_not_take_is_asked_for_again() -> None:
    said, kept = answering("", "hello", "hello@icebreaker.example", 'The "Demo" Society', "The Demo Society", "")
    assert kept["SenderName"] == "The Demo Society"
    assert len([each for each in said if "must look like" in each]) == 3


def test_the_answers_of_a_stage_are_a_section_that_sam_reads() -> None:
    text = section("test", "icebreaker-test", "eu-west-1", {"SenderAddress": "a@b.example", "SenderName": "Zoë & Co"})
    kept = tomllib.loads(text)["test"]["deploy"]["parameters"]
    assert (kept["stack_name"], kept["region"], kept["resolve_s3"]) == ("icebreaker-test", "eu-west-1", True)
    assert kept["parameter_overrides"] == 'SenderAddress="a@b.example" SenderName="Zoë & Co"'
    assert kept["fail_on_empty_changeset"] is False


def test_each_stage_is_asked_about_once_and_keeps_the_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "template.yaml").write_text((ROOT / "template.yaml").read_text())
    monkeypatch.setattr(deploying, "ROOT", tmp_path)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    questions: list[str] = []

    def prompt(question: str, default: str | None = None) -> str:
        questions.append(question)
        return default or "hello@icebreaker.example"

    monkeypatch.setattr(deploying.typer, "prompt", prompt)
    for stage, stack in (("default", "icebreaker"), ("test", "icebreaker-test"), ("test", "icebreaker-test")):
        deploying.main(stage, stack)
    assert questions == ["Region", *ASKED] * 2
    config = tmp_path / "samconfig.toml"
    assert is_known(config, "default")
    assert is_known(config, "test")
    assert not is_known(config, "other")


def test_make_gives_each_stage_its_stack() -> None:
    makefile = (ROOT / "Makefile").read_text()
    assert "STACK  ?= icebreaker$(if $(filter-out default,$(STAGE)),-$(STAGE))" in makefile
    assert re.search(
        r"^deploy: build.*\n\t@\$\(BIN\)/python -m infra\.deploying \$\(STAGE\) \$\(STACK\)$", makefile, re.M
    )
