"""The state machine of long lists: what it may do, and how much at a time."""

import json
from typing import Any

from tests.template import translated

MOST_SECONDS_OF_A_FUNCTION = 900


def definition() -> dict[str, Any]:
    [text] = translated()["resources"]["ListImport"]["Properties"]["DefinitionString"]["Fn::Join"][1:]
    found: dict[str, Any] = json.loads("\n".join(text))
    return found


def test_shares_are_stored_side_by_side_as_executions_of_their_own_and_leave_others_half_of_a_new_account() -> None:
    store = definition()["States"]["Store"]
    assert store["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert 1 < store["MaxConcurrency"] <= 5
    assert store["ToleratedFailurePercentage"] == 0  # nothing accepted is lost


def test_no_row_passes_through_what_keeps_its_input_for_ninety_days() -> None:
    states = definition()["States"]
    assert "ItemReader" not in states["Store"]
    assert set(states["Store"]["ItemSelector"]) == {"step", "key.$", "file.$", "share.$"}
    logged = translated()["resources"]["ListImport"]["Properties"].get("LoggingConfiguration", {})
    assert not logged.get("IncludeExecutionData")


def test_every_step_is_tried_again_and_outlives_its_function() -> None:
    states = definition()["States"]
    tasks = [states["Begin"], states["Report"], *states["Store"]["ItemProcessor"]["States"].values()]
    for task in tasks:
        [retry] = task["Retry"]
        assert retry["ErrorEquals"] == ["States.ALL"]
        assert retry["MaxAttempts"] >= 3
        assert task["TimeoutSeconds"] > MOST_SECONDS_OF_A_FUNCTION


def test_the_state_machine_calls_its_one_function_and_starts_nothing_but_its_own_shares() -> None:
    resources = translated()["resources"]
    [policy] = resources["ListImportRole"]["Properties"]["Policies"]
    [calls] = policy["PolicyDocument"]["Statement"]
    assert (calls["Action"], calls["Resource"]) == (
        "lambda:InvokeFunction",
        {"Fn::GetAtt": ["ImportListFunction", "Arn"]},
    )
    shares = resources["ListImportShares"]["Properties"]
    assert shares["Roles"] == [{"Ref": "ListImportRole"}]
    for statement in shares["PolicyDocument"]["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert all(action.startswith("states:") and "*" not in action for action in actions)
        assert "ListImport" in str(statement["Resource"])
        assert "execution:*" not in str(statement["Resource"])
