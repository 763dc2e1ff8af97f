"""The state machine of large waves: what it may do, how much at a time, and what passes through it."""

import json
from typing import Any

import pytest

from tests.template import translated

MOST_SECONDS_OF_A_FUNCTION = 900
MAPS = ("Match", "Store", "Tell")


def definition() -> dict[str, Any]:
    [text] = translated()["resources"]["LargeWave"]["Properties"]["DefinitionString"]["Fn::Join"][1:]
    found: dict[str, Any] = json.loads("\n".join(text))
    return found


def tasks() -> list[dict[str, Any]]:
    states = definition()["States"]
    inner = [each for name in MAPS for each in states[name]["ItemProcessor"]["States"].values()]
    return [states["Begin"], states["Decide"], states["End"], *inner]


@pytest.mark.parametrize("name", MAPS)
def test_shares_are_executions_of_their_own_and_leave_others_half_of_a_new_account(name: str) -> None:
    share = definition()["States"][name]
    assert share["ItemProcessor"]["ProcessorConfig"] == {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    assert 1 < share["MaxConcurrency"] <= 5
    assert share["ToleratedFailurePercentage"] == 0  # nobody is left out


@pytest.mark.parametrize("name", MAPS)
def test_what_passes_through_what_keeps_it_for_ninety_days_are_the_wave_and_numbers(name: str) -> None:
    share = definition()["States"][name]
    assert "ItemReader" not in share
    assert set(share["ItemSelector"]) <= {"step", "wave.$", "share.$", "parts.$"}
    logged = translated()["resources"]["LargeWave"]["Properties"].get("LoggingConfiguration", {})
    assert not logged.get("IncludeExecutionData")


def test_every_step_is_tried_again_and_outlives_its_function() -> None:
    for task in tasks():
        assert task["Retry"][-1]["ErrorEquals"] == ["States.ALL"]
        assert task["Retry"][-1]["MaxAttempts"] >= 3
        assert task["TimeoutSeconds"] > MOST_SECONDS_OF_A_FUNCTION


def test_the_longest_pause_between_two_attempts_of_a_step_is_shorter_than_a_wave_keeps_its_place() -> None:
    from shared.storage.leases import LONGEST_STEP

    for task in tasks():
        retry = task["Retry"][-1]
        pause = retry["IntervalSeconds"] * retry["BackoffRate"] ** (retry["MaxAttempts"] - 1)
        assert task["TimeoutSeconds"] + pause < LONGEST_STEP.total_seconds()


def test_another_wave_is_waited_for_longer_than_one_that_was_killed_keeps_its_place() -> None:
    from shared.storage.leases import LONGEST_STEP

    busy = definition()["States"]["Begin"]["Retry"][0]
    assert busy["ErrorEquals"] == ["Busy"]
    assert busy["IntervalSeconds"] * busy["MaxAttempts"] > LONGEST_STEP.total_seconds()


def test_the_state_machine_calls_its_one_function_and_starts_nothing_but_its_own_shares() -> None:
    resources = translated()["resources"]
    [policy] = resources["LargeWaveRole"]["Properties"]["Policies"]
    [calls] = policy["PolicyDocument"]["Statement"]
    assert (calls["Action"], calls["Resource"]) == (
        "lambda:InvokeFunction",
        {"Fn::GetAtt": ["PlanIntroductionsFunction", "Arn"]},
    )
    shares = resources["LargeWaveShares"]["Properties"]
    assert shares["Roles"] == [{"Ref": "LargeWaveRole"}]
    for statement in shares["PolicyDocument"]["Statement"]:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert all(action.startswith("states:") and "*" not in action for action in actions)
        assert "LargeWave" in str(statement["Resource"])
        assert "execution:*" not in str(statement["Resource"])


def test_the_function_starts_the_state_machine_by_the_name_that_it_has() -> None:
    resources = translated()["resources"]
    name = resources["LargeWave"]["Properties"]["StateMachineName"]["Fn::Sub"]
    called = resources["PlanIntroductionsFunction"]["Properties"]["Environment"]["Variables"]["LARGE_WAVE_ARN"]
    assert called["Fn::Sub"].endswith(f":stateMachine:{name}")
    assert called["Fn::Sub"] in json.dumps(resources["PlanIntroductionsFunctionRole"]["Properties"]["Policies"])
