"""Start the state machine that plans a wave of an event which is too large for one invocation."""

from __future__ import annotations

import json

from shared.services._clients import client


def start_large_wave(state_machine_arn: str, *, event_id: str, wave: str, run: str) -> None:
    """Plan this wave; started again under the same name, nothing happens.

    :param run: tells this run of the wave from others; an invocation's id, which its repetition by Lambda has too
    """
    states = client("stepfunctions")
    text = json.dumps({"event_id": event_id, "wave": wave, "run": run})
    try:
        states.start_execution(stateMachineArn=state_machine_arn, name=run, input=text)
    except states.exceptions.ExecutionAlreadyExists:
        return
