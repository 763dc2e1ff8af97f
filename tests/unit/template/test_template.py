"""The rules of the house, held against the template as CloudFormation gets it."""

from pathlib import Path
from typing import Any

import pytest
from samtranslator.translator.transform import transform
from samtranslator.yaml_helper import yaml_parse

ROOT = Path(__file__).parents[3]
KNOW_NO_RESOURCE = {"sns:CheckIfPhoneNumberIsOptedOut"}  # so the Service Authorization Reference


class _NoManagedPolicies:
    def load(self) -> dict[str, str]:
        return {}


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    import os

    os.environ.setdefault("AWS_DEFAULT_REGION", "eu-west-1")
    template = yaml_parse((ROOT / "template.yaml").read_text())
    for resource in template["Resources"].values():  # what `sam package` does before CloudFormation sees it
        for name in ("CodeUri", "ContentUri"):
            if name in resource.get("Properties", {}):
                resource["Properties"][name] = "s3://bucket/key"
    translated: dict[str, Any] = transform(template, {}, _NoManagedPolicies())["Resources"]
    return translated


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}


def test_every_function_of_the_template_has_its_folder_and_every_folder_its_function() -> None:
    template = yaml_parse((ROOT / "template.yaml").read_text())
    in_template = {
        r["Properties"]["CodeUri"].rstrip("/")
        for r in template["Resources"].values()
        if r["Type"] == "AWS::Serverless::Function"
    }
    assert in_template == {f"functions/{path.parent.name}" for path in (ROOT / "functions").glob("*/handler.py")}


def test_every_function_runs_arm64_python_313_is_traced_and_logs_to_a_group_that_forgets(
    resources: dict[str, Any],
) -> None:
    groups = of_type(resources, "AWS::Logs::LogGroup")
    assert all("RetentionInDays" in group for group in groups.values())
    functions = of_type(resources, "AWS::Lambda::Function")
    assert len(functions) == len(list((ROOT / "functions").glob("*/handler.py")))
    for function in functions.values():
        assert (function["Runtime"], function["Architectures"]) == ("python3.13", ["arm64"])
        assert function["TracingConfig"] == {"Mode": "Active"}
        assert function["LoggingConfig"]["LogGroup"]["Ref"] in groups


def test_every_dead_letter_queue_has_an_alarm(resources: dict[str, Any]) -> None:
    queues = {name for name in of_type(resources, "AWS::SQS::Queue") if "DeadLetters" in name}
    watched = {
        dimension["Value"]["Fn::GetAtt"][0]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        for dimension in alarm["Dimensions"]
        if dimension["Name"] == "QueueName"
    }
    assert len(queues) >= 5
    assert queues <= watched


def test_every_queue_that_feeds_a_function_waits_six_times_as_long_and_has_a_dead_letter_queue(
    resources: dict[str, Any],
) -> None:
    queues, functions = of_type(resources, "AWS::SQS::Queue"), of_type(resources, "AWS::Lambda::Function")
    fed = [
        (queues[m["EventSourceArn"]["Fn::GetAtt"][0]], functions[m["FunctionName"]["Ref"]])
        for m in of_type(resources, "AWS::Lambda::EventSourceMapping").values()
        if m["EventSourceArn"]["Fn::GetAtt"][0] in queues
    ]
    assert len(fed) >= 3
    for queue, function in fed:
        assert queue["VisibilityTimeout"] >= 6 * function["Timeout"]
        assert queue["RedrivePolicy"]["maxReceiveCount"] >= 5


def test_every_event_source_reports_partial_failures(resources: dict[str, Any]) -> None:
    for mapping in of_type(resources, "AWS::Lambda::EventSourceMapping").values():
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_no_role_may_do_everything_or_touch_everything(resources: dict[str, Any]) -> None:
    statements = [
        statement
        for role in of_type(resources, "AWS::IAM::Role").values()
        for policy in role.get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
    ]
    assert len(statements) > 10
    for statement in statements:
        actions = statement["Action"] if isinstance(statement["Action"], list) else [statement["Action"]]
        assert not [action for action in actions if "*" in action]
        assert statement.get("Resource") != "*" or set(actions) <= KNOW_NO_RESOURCE


def test_uploads_are_private_and_encrypted(resources: dict[str, Any]) -> None:
    [bucket] = of_type(resources, "AWS::S3::Bucket").values()
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    assert bucket["NotificationConfiguration"]["EventBridgeConfiguration"]["EventBridgeEnabled"] is True


def test_the_table_keeps_nothing_forever_and_loses_nothing(resources: dict[str, Any]) -> None:
    [table] = of_type(resources, "AWS::DynamoDB::Table").values()
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["PointInTimeRecoverySpecification"]["PointInTimeRecoveryEnabled"] is True
    assert table["BillingMode"] == "PAY_PER_REQUEST"


def test_no_secret_stands_in_an_environment_variable(resources: dict[str, Any]) -> None:
    for function in of_type(resources, "AWS::Lambda::Function").values():
        names = set(function["Environment"]["Variables"])
        assert not [n for n in names if any(word in n for word in ("SECRET", "KEY", "TOKEN")) and n != "SECRETS_PATH"]


def test_each_channel_gets_only_its_own_messages(resources: dict[str, Any]) -> None:
    policies = [
        subscription["FilterPolicy"]
        for subscription in of_type(resources, "AWS::SNS::Subscription").values()
        if subscription["Protocol"] == "sqs"
    ]
    assert sorted(policies, key=str) == [{"channel": ["email"]}, {"channel": ["text_message"]}]


# What stands there only where an organizer wants their chat told.
SLACK = (
    *(
        "PostToSlackFunction",
        "PostToSlackFunctionRole",
        "PostToSlackFunctionWaves",
        "PostToSlackFunctionWavesPermission",
    ),
    *("PostToSlackFunctionEventInvokeConfig", "PostToSlackLogs"),
    *("SlackDeadLetters", "SlackDeadLettersPolicy", "SlackDeadLettersAlarm"),
)


def test_without_the_parameter_nothing_of_the_slack_subscriber_is_made(resources: dict[str, Any]) -> None:
    template = yaml_parse((ROOT / "template.yaml").read_text())
    assert template["Parameters"]["SlackSubscriber"]["Default"] == "no"
    conditional = {name for name, resource in resources.items() if resource.get("Condition") == "HasSlackSubscriber"}
    assert conditional == set(SLACK)
    assert {name for name in resources if "Slack" in name} == set(SLACK)
    unconditional = {name: resource for name, resource in resources.items() if name not in SLACK}
    assert "Slack" not in str(unconditional)


def test_the_slack_subscriber_gets_waves_only_and_what_it_could_not_tell_is_kept(resources: dict[str, Any]) -> None:
    dead_letters = {"Fn::GetAtt": ["SlackDeadLetters", "Arn"]}
    subscription = resources["PostToSlackFunctionWaves"]["Properties"]
    assert subscription["Protocol"] == "lambda"
    assert subscription["FilterPolicy"] == {"kind": ["wave"]}
    assert subscription["RedrivePolicy"] == {"deadLetterTargetArn": dead_letters}
    invoked = resources["PostToSlackFunctionEventInvokeConfig"]["Properties"]
    assert invoked["DestinationConfig"]["OnFailure"]["Destination"] == dead_letters


def test_the_slack_subscriber_reads_its_addresses_and_nothing_else(resources: dict[str, Any]) -> None:
    policies = resources["PostToSlackFunctionRole"]["Properties"]["Policies"]
    allowed = [s for policy in policies for s in policy["PolicyDocument"]["Statement"]]
    assert sorted(statement["Action"] for statement in allowed) == ["sqs:SendMessage", "ssm:GetParameter"]
    [secrets] = [s for s in allowed if s["Action"] == "ssm:GetParameter"]
    assert secrets["Resource"]["Fn::Sub"].endswith(":parameter/icebreaker/${AWS::StackName}/subscribers/*")
