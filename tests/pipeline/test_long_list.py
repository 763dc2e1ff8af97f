"""The state machine of long lists on the local stack, whose interpreter runs its Distributed Map."""

import json
import time
from pathlib import Path

from infra.local import LocalStack
from shared import storage
from tests.pipeline.test_end_to_end import icebreaker, make_event, wait_for


def test_a_list_goes_through_the_state_machine_share_by_share_and_is_reported(
    stack: LocalStack, tmp_path: Path
) -> None:
    make_event(stack, tmp_path, "longcon")
    path = tmp_path / "list.csv"
    rows = [f"T{number},Person {number},person.{number}@list.example,yes" for number in range(40)]
    path.write_text("\n".join(["Ticket ID,Name,Email,Agreed", *rows, "T40,Nobody,nowhere,yes", ""]))
    icebreaker("attendees", "import", str(path), "--event", "longcon", "--basis", "ticket terms")
    event = storage.events.load("longcon")
    assert event is not None
    [first] = storage.imports.load_all(event)
    assert (first.state, first.read, first.rejected) == ("done", 40, 1)
    # Lists as short as this one do not come here by themselves; the same list again changes nothing.
    found = stack.client("cloudformation").describe_stack_resource(
        StackName=stack.stack_name, LogicalResourceId="ListImport"
    )
    machine, states = found["StackResourceDetail"]["PhysicalResourceId"], stack.client("stepfunctions")
    begun = states.start_execution(
        stateMachineArn=machine, name=str(time.time_ns()), input=json.dumps({"key": first.upload})
    )
    how = {"executionArn": begun["executionArn"]}
    wait_for(lambda: states.describe_execution(**how)["status"] != "RUNNING", "the end of the execution")
    assert states.describe_execution(**how)["status"] == "SUCCEEDED"
    [run] = states.list_map_runs(**how)["mapRuns"]
    assert states.describe_map_run(mapRunArn=run["mapRunArn"])["itemCounts"]["succeeded"] == 1
    [report] = storage.imports.load_all(event)
    assert (report.state, report.read, report.changed, report.rejected) == ("done", 40, 0, 1)
    assert len(list(storage.attendees.load_all(event))) == 40
