"""What is asked before a stack is deployed for the first time, and where the answers are kept: `samconfig.toml`.

`sam deploy --guided` asks for all parameters by name alone, and eleven times whether a route without AWS's own
authentication is meant; this asks what nobody else can know.

    python -m infra.deploying STAGE STACK
"""

from __future__ import annotations

import json
import re
import sys
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

import boto3
import typer
from samtranslator.yaml_helper import yaml_parse

ROOT: Final = Path(__file__).resolve().parents[1]
# Of the template's parameters, those that differ from one organizer to the next.
ASKED: Final = ("SenderAddress", "SenderName", "AlarmAddress")
NOTHING: Final = "-"  # typed where a parameter may be empty

Ask = Callable[[str, str], str]  # a question and its default → what was typed


def is_known(config: Path, stage: str) -> bool:
    """Whether a stage has been asked about."""
    known: Any = tomllib.loads(config.read_text(encoding="utf-8")) if config.exists() else {}
    for name in (stage, "deploy", "parameters"):
        known = known.get(name, {})
    return bool(known)


def section(stage: str, stack_name: str, region: str, parameters: Mapping[str, str]) -> str:
    """A stage's section, as SAM itself would write it."""
    overrides = " ".join(f"{name}={json.dumps(value, ensure_ascii=False)}" for name, value in parameters.items())
    values = {
        "stack_name": stack_name,
        "s3_prefix": stack_name,
        "region": region,
        "capabilities": "CAPABILITY_IAM",
        "parameter_overrides": overrides,
    }
    lines = [f"{name} = {json.dumps(value, ensure_ascii=False)}" for name, value in values.items()]
    return "\n".join(
        [f"[{stage}.deploy.parameters]", "resolve_s3 = true", "fail_on_empty_changeset = false", *lines, ""]
    )


def ask_for(parameters: Mapping[str, Mapping[str, Any]], ask: Ask, say: Callable[[str], None]) -> dict[str, str]:
    """The answers, each asked for until the template would take it."""
    answers: dict[str, str] = {}
    for name in ASKED:
        known = parameters[name]
        say(known["Description"])
        default = known.get("Default") or (NOTHING if "Default" in known else "")
        while True:
            answer = ask(name, default).strip()
            answer = "" if answer == NOTHING else answer
            if re.fullmatch(known.get("AllowedPattern", ".*"), answer) and not set(answer) & set('"\\'):
                break
            say(f"{name} must look like {known.get('AllowedPattern', 'text')} and hold neither quotes nor backslashes.")
        answers[name] = answer
    return answers


def main(stage: str, stack_name: str) -> None:
    """Ask what is not known yet of a stage, and keep it."""
    config = ROOT / "samconfig.toml"
    if is_known(config, stage):
        return
    typer.echo(f"The stack {stack_name} is deployed for the first time: four questions, kept in {config.name}.")

    def ask(question: str, default: str) -> str:
        return str(typer.prompt(question, default=default or None))

    region = ask("Region", boto3.session.Session().region_name or "")
    parameters = yaml_parse((ROOT / "template.yaml").read_text())["Parameters"]
    answers = ask_for(parameters, ask, typer.echo)
    before = config.read_text(encoding="utf-8") + "\n" if config.exists() else "version = 0.1\n\n"
    config.write_text(before + section(stage, stack_name, region, answers), encoding="utf-8")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    typer.run(main)
