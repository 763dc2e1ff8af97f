"""The template's state machines, executed by MiniStack's interpreter of the Amazon States Language."""

from __future__ import annotations

import json
import threading
import time
from dataclasses import dataclass, field
from typing import Any

import boto3
import pytest
from ministack.services import stepfunctions as interpreter

from tests.handlers.conftest import CONTEXT, World
from tests.template import translated

TASK = "arn:aws:lambda:eu-west-1:123456789012:function:task"
ROLE = "arn:aws:iam::123456789012:role/machine"


@dataclass
class Machine:
    """One of them, with our handler as its task."""

    arn: str  # under which executions are asked for
    definition: str
    calls: list[dict[str, Any]] = field(default_factory=list)  # what the handler was given

    @classmethod
    def of(cls, world: World, monkeypatch: pytest.MonkeyPatch, name: str, arn: str, function: str) -> Machine:
        """The state machine of this name in the template, all of whose tasks are one function."""
        machine = cls(arn, definition_of(name))
        boto3.client("stepfunctions").create_state_machine(
            name=arn.rpartition(":")[2], definition=machine.definition, roleArn=ROLE
        )
        handler, one_by_one = world.handler(function).handler, threading.Lock()

        def task(resource: str, event: dict[str, Any], *_: Any) -> Any:
            assert resource == TASK
            with one_by_one:  # neither moto nor the watch over permissions is made for threads
                machine.calls.append(event)
                try:
                    return json.loads(json.dumps(handler(event, CONTEXT)))
                except Exception as error:
                    raise interpreter._ExecutionError(type(error).__name__, "") from error

        monkeypatch.setattr(interpreter, "_invoke_resource_with_timeout", task)
        monkeypatch.setattr(interpreter, "_invoke_resource", task)
        monkeypatch.setattr(interpreter, "_SFN_WAIT_SCALE", 0)
        return machine

    def run(self) -> str:
        """Run the one execution that was asked for; how it ended."""
        states = boto3.client("stepfunctions")
        [asked] = states.list_executions(stateMachineArn=self.arn)["executions"]
        known = states.describe_execution(executionArn=asked["executionArn"])
        made = _answer(
            interpreter._create_state_machine({"name": "machine", "definition": self.definition, "roleArn": ROLE})
        )
        begun = _answer(interpreter._start_execution(made | {"input": known["input"]}))
        for _ in range(600):
            status = _answer(interpreter._describe_execution(begun))["status"]
            if status != "RUNNING":
                break
            time.sleep(0.05)
        interpreter._delete_state_machine(made)
        return str(status)


def definition_of(name: str) -> str:
    """As CloudFormation hands it to Step Functions, but for the function's address."""
    properties = translated()["resources"][name]["Properties"]
    [text] = properties["DefinitionString"]["Fn::Join"][1:]
    found = "\n".join(text)
    for each in properties["DefinitionSubstitutions"]:
        found = found.replace(f"${{{each}}}", TASK)
    return found


def _answer(response: Any) -> dict[str, Any]:
    status, _, body = response
    assert status == 200, body
    found: dict[str, Any] = json.loads(body)
    return found
