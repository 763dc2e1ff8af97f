"""The rules of the house, held against the template as CloudFormation gets it."""

import re
from typing import Any

import pytest

from shared.events.deliverability import BOUNCED_PERCENT, COMPLAINED_PERCENT
from tests.template import ROOT, translated, written

KNOW_NO_RESOURCE = {"sns:CheckIfPhoneNumberIsOptedOut"}  # so the Service Authorization Reference


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    found: dict[str, Any] = translated()["resources"]
    return found


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: r["Properties"] for name, r in resources.items() if r["Type"] == kind}


def test_every_function_of_the_template_has_its_folder_and_every_folder_its_function() -> None:
    template = written()
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
        for dimension in alarm.get("Dimensions", ())
        if dimension["Name"] == "QueueName"
    }
    assert len(queues) >= 5
    assert queues <= watched


def test_every_alarm_tells_somebody_and_silence_is_no_alarm(resources: dict[str, Any]) -> None:
    for name, alarm in of_type(resources, "AWS::CloudWatch::Alarm").items():
        assert alarm["AlarmActions"] == [{"Ref": "AlarmTopic"}], name
        # The account's reputation stands where it stood while nothing is sent.
        assert alarm["TreatMissingData"] == ("ignore" if alarm.get("Namespace") == "AWS/SES" else "notBreaching"), name
        assert len(alarm.get("Metrics", ())) <= 11, name  # CloudWatch takes ten, and what is made of them


def test_every_function_is_watched_for_errors_of_its_own(resources: dict[str, Any]) -> None:
    """In the background by itself; behind the API by the API; the chat's subscriber by its dead letters alone."""
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    watched = set(re.findall(r"\w+Function(?!Name)", str(alarms["FunctionErrorsAlarm"])))
    behind_the_api = {"ReceiveRegistrationFunction", "ServePagesFunction", "ServeOrganizerFunction"}
    assert watched | behind_the_api | {"PostToSlackFunction"} == set(of_type(resources, "AWS::Lambda::Function"))
    assert "'5xx'" in str(alarms["ApiErrorsAlarm"])


def test_the_account_is_warned_before_ses_looks_into_it_and_by_the_limits_of_an_event(
    resources: dict[str, Any],
) -> None:
    alarms = of_type(resources, "AWS::CloudWatch::Alarm")
    assert alarms["BounceRateAlarm"]["Threshold"] * 100 == BOUNCED_PERCENT < 5
    assert alarms["ComplaintRateAlarm"]["Threshold"] * 100 == COMPLAINED_PERCENT < 0.1


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


def test_what_ses_refuses_for_the_rate_or_the_quota_of_a_day_is_not_given_up_within_that_day(
    resources: dict[str, Any],
) -> None:
    for name in ("EmailQueue", "TextMessageQueue"):
        queue = of_type(resources, "AWS::SQS::Queue")[name]
        tried_for = queue["VisibilityTimeout"] * queue["RedrivePolicy"]["maxReceiveCount"]
        assert 24 * 3600 < tried_for < queue["MessageRetentionPeriod"]


def test_two_stacks_fit_into_one_account(resources: dict[str, Any]) -> None:
    """A name that stands in the template, or that SAM makes up, is taken for the second stack."""
    named = {
        f"{name}.{key}"
        for name, resource in resources.items()
        for key, value in resource.get("Properties", {}).items()
        if (key == "Name" or key == f"{resource['Type'].rpartition('::')[2]}Name") and isinstance(value, str)
    }
    # These are names within something that has a name of its own; an API is known by its id.
    alone = {each for each in named if not each.endswith((".PolicyName", ".StageName"))} - {"HttpApi.Name"}
    assert alone == set()


def test_only_who_comes_back_to_their_own_queue_may_run_in_circles(resources: dict[str, Any]) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    allowed = {name for name, each in functions.items() if each.get("RecursiveLoop") == "Allow"}
    sources = {
        (m["FunctionName"]["Ref"], m["EventSourceArn"]["Fn::GetAtt"][0])
        for m in of_type(resources, "AWS::Lambda::EventSourceMapping").values()
    }
    circles = {
        function
        for function, queue in sources
        if resources[queue]["Type"] == "AWS::SQS::Queue"
        and any(value == {"Ref": queue} for value in functions[function]["Environment"]["Variables"].values())
        and "sqs:SendMessage" in str(resources[f"{function}Role"])
    }
    assert allowed == circles == {"FetchConnectionsFunction"}


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


def test_what_is_kept_or_waits_is_encrypted(resources: dict[str, Any]) -> None:
    [table] = of_type(resources, "AWS::DynamoDB::Table").values()
    assert table["SSESpecification"] == {"SSEEnabled": True}
    queues = of_type(resources, "AWS::SQS::Queue")
    assert len(queues) >= 10
    assert not [name for name, queue in queues.items() if queue.get("SqsManagedSseEnabled") is not True]
    in_clear = {n for n, topic in of_type(resources, "AWS::SNS::Topic").items() if "KmsMasterKeyId" not in topic}
    # CloudWatch and SES may not use the key of SNS, and neither topic is told a name; see infra/checks/checkov.yaml.
    assert in_clear == {"AlarmTopic", "ReceiptsTopic"}


def test_uploads_are_asked_for_by_tls_only(resources: dict[str, Any]) -> None:
    [policy] = of_type(resources, "AWS::S3::BucketPolicy").values()
    [statement] = policy["PolicyDocument"]["Statement"]
    assert (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", "*", "s3:*")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert len(statement["Resource"]) == 2  # the bucket and all in it


def test_only_named_services_for_named_resources_of_ours_may_write_to_queues_and_topics(
    resources: dict[str, Any],
) -> None:
    policies = [
        *of_type(resources, "AWS::SQS::QueuePolicy").values(),
        *of_type(resources, "AWS::SNS::TopicPolicy").values(),
    ]
    statements = [each for policy in policies for each in policy["PolicyDocument"]["Statement"]]
    assert len(statements) >= 5
    for statement in statements:
        assert statement["Principal"].keys() == {"Service"}
        assert statement["Action"] in ("sqs:SendMessage", "sns:Publish")
        conditions = {key for operator in statement["Condition"].values() for key in operator}
        assert "aws:SourceArn" in conditions


def test_a_storm_of_requests_is_throttled_at_the_door(resources: dict[str, Any]) -> None:
    [stage] = of_type(resources, "AWS::ApiGatewayV2::Stage").values()
    assert stage["DefaultRouteSettings"]["ThrottlingRateLimit"] <= 200
    assert stage["DefaultRouteSettings"]["ThrottlingBurstLimit"] <= 400


def test_what_strangers_set_off_can_be_kept_from_taking_all_of_the_account(resources: dict[str, Any]) -> None:
    functions = of_type(resources, "AWS::Lambda::Function")
    limit = {"Fn::If": ["HasConcurrencyOfEach", {"Ref": "ConcurrencyOfEach"}, {"Ref": "AWS::NoValue"}]}
    limited = {name for name, f in functions.items() if f.get("ReservedConcurrentExecutions") == limit}
    assert limited == {
        *("ReceiveRegistrationFunction", "ServePagesFunction"),  # by the API
        *("ImportUploadFunction", "ReceiveReceiptsFunction"),  # by events
    }
    for mapping in of_type(resources, "AWS::Lambda::EventSourceMapping").values():
        from_a_stream = "Stream" in str(mapping["EventSourceArn"])  # one shard, one execution
        assert from_a_stream or mapping["ScalingConfig"]["MaximumConcurrency"] <= 5


def test_what_a_topic_cannot_deliver_to_machines_is_kept(resources: dict[str, Any]) -> None:
    subscriptions = of_type(resources, "AWS::SNS::Subscription")
    queues = of_type(resources, "AWS::SQS::Queue")
    for name, subscription in subscriptions.items():
        if subscription["Protocol"] != "email":
            assert subscription["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] in queues, name


def test_access_logs_hold_neither_path_nor_address(resources: dict[str, Any]) -> None:
    [stage] = of_type(resources, "AWS::ApiGatewayV2::Stage").values()
    said = set(re.findall(r"\$context\.([\w.]+)", stage["AccessLogSettings"]["Format"]))
    assert said == {"requestId", "routeKey", "status", "responseLatency"}


def test_uploads_are_private_and_encrypted(resources: dict[str, Any]) -> None:
    [bucket] = of_type(resources, "AWS::S3::Bucket").values()
    assert len(bucket["PublicAccessBlockConfiguration"]) == 4
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


def test_nothing_in_the_environment_comes_from_the_store_of_secrets(resources: dict[str, Any]) -> None:
    for function in of_type(resources, "AWS::Lambda::Function").values():
        assert "{{resolve:" not in str(function["Environment"])
    parameters = written()["Parameters"]
    assert not [name for name in parameters if any(word in name for word in ("Secret", "Key", "Token", "Password"))]


def test_every_function_is_told_of_all_that_its_handler_asks_the_environment_for(resources: dict[str, Any]) -> None:
    for name, function in of_type(resources, "AWS::Lambda::Function").items():
        folder = re.sub(r"(?<!^)(?=[A-Z])", "_", name.removesuffix("Function")).lower()
        source = (ROOT / "functions" / folder / "handler.py").read_text()
        asked = set(re.findall(r'os\.environ\["(\w+)"\]', source))
        if "Scheduling.from_environment" in source:
            asked |= {"SCHEDULE_GROUP", "PLAN_INTRODUCTIONS_ARN", "SCHEDULER_ROLE_ARN", "WAVE_DEAD_LETTERS_ARN"}
        assert asked <= set(function["Environment"]["Variables"]), name


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


def _where_false(value: Any) -> Any:
    """The same where HasSlackSubscriber is false."""
    if isinstance(value, list):
        return [_where_false(each) for each in value]
    if not isinstance(value, dict):
        return value
    if value.get("Fn::If", [""])[0] == "HasSlackSubscriber":
        return _where_false(value["Fn::If"][2])
    return {name: _where_false(each) for name, each in value.items()}


def test_without_the_parameter_nothing_of_the_slack_subscriber_is_made(resources: dict[str, Any]) -> None:
    template = written()
    assert template["Parameters"]["SlackSubscriber"]["Default"] == "no"
    conditional = {name for name, resource in resources.items() if resource.get("Condition") == "HasSlackSubscriber"}
    assert conditional == set(SLACK)
    assert {name for name in resources if "Slack" in name} == set(SLACK)
    unconditional = {name: resource for name, resource in resources.items() if name not in SLACK}
    assert "Slack" not in str(_where_false(unconditional))


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
