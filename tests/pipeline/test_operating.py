"""What those who run it type, against the whole template."""

from datetime import UTC, datetime

import pytest
from typer.testing import CliRunner

from infra.cli.app import app
from infra.cli.doctor import Level, examine
from infra.local import LocalStack
from shared.services import Secrets


def test_the_doctor_finds_nothing_missing_in_a_stack_that_sends(stack: LocalStack) -> None:
    Secrets(stack.outputs["SecretsPath"]).ensure_link_keys()  # as the first event does
    region = stack.environment["AWS_DEFAULT_REGION"]
    found = list(examine(stack.stack_name, region, stack.client, now=datetime.now(UTC)))
    said = {finding.subject: finding for finding in found}
    assert {"region", "credentials", "stack", "sender", "functions", "keys", "alarms"} <= said.keys()
    assert said["stack"].level is said["sender"].level is Level.OK
    # Of the account, the local stack says what it pleases.
    of_account = {"ses sandbox", "sms sandbox", "text messages", "mail"}
    assert not [each for each in found if each.level is Level.MISSING and each.subject not in of_account]


def test_whoever_does_not_type_the_name_destroys_nothing(stack: LocalStack) -> None:
    from infra.cli.terminal import NotDone

    with pytest.raises(NotDone, match="nothing was deleted"):
        CliRunner().invoke(app, ["destroy"], input="y\nyes\n", catch_exceptions=False)
    assert CliRunner().invoke(app, ["destroy"], input="").exit_code != 0
    described = stack.client("cloudformation").describe_stacks(StackName=stack.stack_name)["Stacks"][0]
    assert described["StackStatus"] == "CREATE_COMPLETE"


def test_what_nobody_has_logged_is_a_sentence(stack: LocalStack) -> None:
    from infra.cli.terminal import NotDone

    with pytest.raises(NotDone, match="no function has logged 'nosuch'"):
        CliRunner().invoke(app, ["trace", "nosuch"], catch_exceptions=False)
