"""What the command line says of itself."""

import re

import pytest
from typer.testing import CliRunner

from infra.cli.app import app
from infra.cli.for_one import app as app_for_one


def printed(*arguments: str) -> str:
    result = CliRunner().invoke(app, arguments, env={"COLUMNS": "200", "TERM": "dumb"})
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.parametrize("command", [["who"], ["match"], ["rehearse"], ["event", "create"]], ids=" ".join)
def test_the_first_commands_show_an_example_in_their_help(command: list[str]) -> None:
    assert f"Example: icebreaker {' '.join(command)} " in printed(*command, "--help")


def test_no_word_of_a_help_is_taken_for_markup() -> None:
    assert "[]" not in printed("event", "slots", "--help")


def test_it_says_which_version_it_is() -> None:
    assert re.match(r"icebreaker(, run| \d+\.\d+)", printed("--version"))
    assert CliRunner().invoke(app_for_one, ["--version"]).output == printed("--version")
