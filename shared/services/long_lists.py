"""Start the state machine that imports a list which is too long for one invocation."""

from __future__ import annotations

import hashlib
import json

from shared.services._clients import client


class LongLists:
    """The long lists of one deployment."""

    def __init__(self, state_machine_arn: str) -> None:
        self._arn = state_machine_arn

    def start(self, key: str, file: str) -> None:
        """Import this file; told again of the same one, nothing happens.

        :param file: tells it from another under the same key
        """
        states = client("stepfunctions")
        # The name is what Step Functions knows a repetition by, for the 90 days that an execution is kept.
        name = hashlib.sha256(f"{key} {file}".encode()).hexdigest()[:40]
        try:
            states.start_execution(stateMachineArn=self._arn, name=name, input=json.dumps({"key": key}))
        except states.exceptions.ExecutionAlreadyExists:
            return
