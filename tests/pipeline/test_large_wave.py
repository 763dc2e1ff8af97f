"""A wave of a large event on the local stack, whose interpreter runs the Distributed Maps of its state machine."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from infra.local import LocalStack
from shared import storage
from shared.introductions import State
from shared.pipeline.plan_introductions import is_large
from tests.pipeline.test_end_to_end import icebreaker, linkedin, make_event, wait_for


def test_a_wave_of_an_event_for_fifty_thousand_goes_from_its_schedule_through_the_steps_to_the_inbox(
    stack: LocalStack, tmp_path: Path
) -> None:
    webhook = make_event(stack, tmp_path, "largecon", first_wave_in=15, expected=50_000)
    known = storage.events.load("largecon")
    assert known is not None
    assert is_large(known)
    assert [webhook.post(name) for name in ("ann", "mack", "zoe")] == [200] * 3
    for owner, other in (("ann", "mack"), ("mack", "ann")):
        export = linkedin(tmp_path, other)
        icebreaker("connections", "import", export, "--event", "largecon", "--for", f"{owner}@example.org")

    def settled() -> bool:
        states = [each.state for each in storage.introductions.load_all(known)]
        return len(states) == 2 and set(states) <= {State.SENT, State.DELIVERED}

    wait_for(settled, "the mails of the wave")
    mails = {mail.subject for mail in stack.sent_mails()}
    assert "Mack is coming to DemoCon too" in mails
    found = stack.client("cloudformation").describe_stack_resource(
        StackName=stack.stack_name, LogicalResourceId="LargeWave"
    )
    machine, states = found["StackResourceDetail"]["PhysicalResourceId"], stack.client("stepfunctions")
    [run] = states.list_executions(stateMachineArn=machine)["executions"]
    wait_for(
        lambda: states.describe_execution(executionArn=run["executionArn"])["status"] != "RUNNING", "the wave's end"
    )
    assert states.describe_execution(executionArn=run["executionArn"])["status"] == "SUCCEEDED"
    maps = states.list_map_runs(executionArn=run["executionArn"])["mapRuns"]
    counted = [states.describe_map_run(mapRunArn=each["mapRunArn"])["itemCounts"]["succeeded"] for each in maps]
    assert counted == [4, 4, 4]
    with pytest.raises(LookupError):
        storage.decisions.load(known, 0)
    assert storage.leases.held(known, now=datetime.now(UTC)) is None
