"""IAM for tests: each function's calls are judged by the policies of the template, as AWS would judge them.

The local stack and moto let everybody do everything. Here a handler runs under the role that the translated template
gives its function: what that role does not allow fails with AccessDeniedException, and is noted, so that a test that
swallows the error fails all the same. What is allowed is noted too, statement by statement, so that a test can say
what no call ever needs.

Sources: Service Authorization Reference of each service ("Actions, resources, and condition keys"); Amazon DynamoDB
developer guide, "Using IAM policy conditions" (LeadingKeys) and "Amazon DynamoDB Transactions" (whose permissions are
those of the single writes); Amazon SES developer guide, "Identity and Access Management".
"""

from __future__ import annotations

import fnmatch
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from botocore.exceptions import ClientError
from botocore.handlers import BUILTIN_HANDLERS

from infra.meter.aside import Aside
from tests.template import translated

ACCOUNT: Final = "123456789012"
REGION: Final = "eu-west-1"
STACK: Final = "test"
PSEUDO: Final = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": STACK,
    "AWS::URLSuffix": "amazonaws.com",
}
# Names that a template gives no resource of its own; in an ARN they stand for the resource's.
_ARN: Final = {
    "AWS::DynamoDB::Table": f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{}}",
    "AWS::S3::Bucket": "arn:aws:s3:::{}",
    "AWS::SQS::Queue": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{}}",
    "AWS::SNS::Topic": f"arn:aws:sns:{REGION}:{ACCOUNT}:{{}}",
    "AWS::Lambda::Function": f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{{}}",
    "AWS::StepFunctions::StateMachine": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:{{}}",
    "AWS::IAM::Role": f"arn:aws:iam::{ACCOUNT}:role/{{}}",
}


@dataclass(frozen=True, slots=True)
class Need:
    """One permission that a call asks for."""

    action: str
    resource: str
    keys: frozenset[str] = frozenset()  # of the partitions it touches, in DynamoDB
    facts: tuple[tuple[str, str], ...] = ()  # other condition keys

    def __str__(self) -> str:
        of = f" of {', '.join(sorted(self.keys))}" if self.keys else ""
        return f"{self.action} on {self.resource}{of}"


@dataclass(frozen=True, slots=True)
class Statement:
    """What a role allows, in one statement of its policy."""

    sid: str
    actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...] = ()
    leading_keys: tuple[str, ...] = ()
    conditions: tuple[tuple[str, tuple[str, ...]], ...] = ()

    def allows(self, need: Need) -> bool:
        if need.action not in self.actions or not self._covers(need.resource):
            return False
        if self.leading_keys and not all(_any(key, self.leading_keys) for key in need.keys):
            return False
        facts = dict(need.facts)
        return all(name in facts and _any(facts[name], patterns) for name, patterns in self.conditions)

    def _covers(self, resource: str) -> bool:
        if self.not_resources:
            return not _any(resource, self.not_resources)
        return _any(resource, self.resources)


@dataclass(slots=True)
class Watch:
    """What functions were seen to do."""

    acting: str | None = None  # the function whose handler runs now
    used: dict[str, set[tuple[Statement, Need]]] = field(default_factory=dict)
    refused: list[str] = field(default_factory=list)

    @contextmanager
    def as_role_of(self, function: str | None) -> Iterator[None]:
        before, self.acting = self.acting, function
        try:
            yield
        finally:
            self.acting = before

    def judge(self, params: Mapping[str, Any], model: Any, **_: Any) -> None:
        function = self.acting
        if function is None:
            return
        for need in needs(model.service_model.service_name, model.name, params):
            allowing = [statement for statement in role_of(function) if statement.allows(need)]
            if not allowing:
                problem = f"{function} needs {need}, which its role in template.yaml does not allow"
                self.refused.append(problem)
                raise ClientError({"Error": {"Code": "AccessDeniedException", "Message": problem}}, model.name)
            self.used.setdefault(function, set()).update((statement, need) for statement in allowing)


WATCH: Final = Watch()
_uncounted = Aside._uncounted


@contextmanager
def _asked_by_the_meter(aside: Aside) -> Iterator[None]:
    """What the meter looks up beside a function's calls is no call of the function."""
    with WATCH.as_role_of(None), _uncounted(aside):
        yield


Aside._uncounted = _asked_by_the_meter  # type: ignore[method-assign]

# Clients made from now on ask us first; moto hooks itself in the same way.
BUILTIN_HANDLERS.append(("before-parameter-build", WATCH.judge))


@cache
def role_of(function: str) -> tuple[Statement, ...]:
    """What a function may do: the statements that the template writes, not those that SAM adds for event sources."""
    name = _logical_name(function)
    by_hand = {
        str(statement.get("Sid"))
        for policy in translated()["raw"][name]["Properties"].get("Policies", [])
        for statement in policy["Statement"]
    }
    return tuple(
        _statement(statement)
        for policy in translated()["resources"][f"{name}Role"]["Properties"].get("Policies", [])
        for statement in policy["PolicyDocument"]["Statement"]
        if statement.get("Sid") in by_hand
    )


@cache
def functions() -> tuple[str, ...]:
    return tuple(
        sorted(
            resource["Properties"]["CodeUri"].strip("/").rpartition("/")[2]
            for resource in translated()["raw"].values()
            if resource["Type"] == "AWS::Serverless::Function"
        )
    )


def _logical_name(function: str) -> str:
    return "".join(word.capitalize() for word in function.split("_")) + "Function"


def _statement(statement: Mapping[str, Any]) -> Statement:
    conditions, leading = [], []
    for operator, keys in statement.get("Condition", {}).items():
        for key, value in keys.items():
            values = [str(resolve(each)) for each in _several(value)]
            if key == "dynamodb:LeadingKeys":
                assert operator == "ForAllValues:StringLike", operator
                leading += values
            else:
                assert operator in ("StringEquals", "StringLike"), operator
                assert operator == "StringLike" or not [value for value in values if "*" in value]
                conditions.append((key, tuple(values)))
    return Statement(
        sid=statement["Sid"],
        actions=tuple(_several(statement["Action"])),
        resources=tuple(str(resolve(each)) for each in _several(statement.get("Resource", []))),
        not_resources=tuple(str(resolve(each)) for each in _several(statement.get("NotResource", []))),
        leading_keys=tuple(leading),
        conditions=tuple(conditions),
    )


def resolve(value: Any) -> Any:
    """What an intrinsic function of the template comes to in the tests' deployment."""
    if not isinstance(value, dict):
        return value
    [(function, argument)] = value.items()
    if function == "Ref":
        return PSEUDO.get(argument) or _ref(argument)
    if function == "Fn::If":  # as where everything is deployed that can be
        return resolve(argument[1])
    if function == "Fn::GetAtt":
        resource, attribute = argument.split(".") if isinstance(argument, str) else argument
        assert attribute in ("Arn", "QueueName"), attribute
        return _arn(resource)
    assert function == "Fn::Sub", function
    return re.sub(r"\$\{([^}]+)\}", lambda match: _substituted(match[1]), argument)


def _substituted(name: str) -> str:
    resource, _, attribute = name.partition(".")
    return str(resolve({"Fn::GetAtt": [resource, attribute]} if attribute else {"Ref": resource}))


def _ref(name: str) -> str:
    resource = translated()["resources"].get(name)
    if resource is None:
        return {"SenderAddress": "hello@icebreaker.example"}.get(name, name)
    return _arn(name) if resource["Type"] in ("AWS::SNS::Topic", "AWS::StepFunctions::StateMachine") else name


def _arn(resource: str) -> str:
    return _ARN[translated()["resources"][resource]["Type"]].format(resource)


@cache
def _variables() -> dict[str, str]:
    """By resource: the environment variable in which some function is told of it."""
    found = {}
    for resource in translated()["resources"].values():
        if resource["Type"] == "AWS::Lambda::Function":
            for variable, value in resource["Properties"]["Environment"]["Variables"].items():
                [(function, argument)] = value.items() if isinstance(value, dict) else [("", "")]
                if function in ("Ref", "Fn::GetAtt"):
                    found[argument if isinstance(argument, str) else argument[0]] = variable
    return found


def _of_the_template(name: str) -> str:
    """The template's resource that a test calls by this name; the name itself where it is none of them."""
    for resource, variable in _variables().items():
        if re.split(r"[/:]", os.environ.get(variable, ""))[-1] == name:
            return resource
    return name


def needs(service: str, operation: str, params: Mapping[str, Any]) -> list[Need]:
    """The permissions that AWS asks of whoever makes a call.

    :raises NotImplementedError: for a call that nobody made before; say here what it needs
    """
    if service == "dynamodb":
        return list(_of_dynamodb(operation, params))
    try:
        found = _OTHERS[service, operation]
    except KeyError:
        raise NotImplementedError(f"what does {service}:{operation} need? say so in {__name__}") from None
    return [Need(*each) for each in found(params)]


def _of_dynamodb(operation: str, params: Mapping[str, Any]) -> Iterator[Need]:
    def need(action: str, table: str, keys: set[str]) -> Need:
        return Need(
            f"dynamodb:{action}",
            f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{_of_the_template(table)}",
            frozenset(keys),
        )

    if operation == "TransactWriteItems":
        names = {
            "Put": "PutItem",
            "Update": "UpdateItem",
            "Delete": "DeleteItem",
            "ConditionCheck": "ConditionCheckItem",
        }
        for each in params["TransactItems"]:
            [(kind, content)] = each.items()
            yield need(names[kind], content["TableName"], {_key(content.get("Key") or content["Item"])})
    elif operation == "BatchGetItem":
        for table, wanted in params["RequestItems"].items():
            yield need(operation, table, {_key(key) for key in wanted["Keys"]})
    elif operation == "BatchWriteItem":
        for table, requests in params["RequestItems"].items():
            contents = [content for request in requests for content in request.values()]
            yield need(operation, table, {_key(each.get("Key") or each["Item"]) for each in contents})
    elif operation == "Query":
        yield need(operation, params["TableName"], {_queried(params)})
    elif operation in ("GetItem", "PutItem", "UpdateItem", "DeleteItem"):
        yield need(operation, params["TableName"], {_key(params.get("Key") or params["Item"])})
    else:
        raise NotImplementedError(f"what does dynamodb:{operation} need? say so in {__name__}")


def _key(key: Mapping[str, Any]) -> str:
    return str(key["pk"]["S"])


def _queried(params: Mapping[str, Any]) -> str:
    match = re.match(r"\(?#?(\w+) = (:\w+)", params["KeyConditionExpression"])
    assert match, params["KeyConditionExpression"]
    return str(params["ExpressionAttributeValues"][match[2]]["S"])


def _queue(url: str) -> str:
    return f"arn:aws:sqs:{REGION}:{ACCOUNT}:{_of_the_template(url.rpartition('/')[2])}"


def _object(params: Mapping[str, Any]) -> str:
    return f"arn:aws:s3:::{_of_the_template(params['Bucket'])}/{params['Key']}"


def _topic(arn: str) -> str:
    return f"{arn.rpartition(':')[0]}:{_of_the_template(arn.rpartition(':')[2])}"


def _to_topic_or_phone(params: Mapping[str, Any]) -> str:
    # A telephone number is no resource: its policies know it as "*", which no ARN of a topic matches.
    return _topic(params["TopicArn"]) if "TopicArn" in params else "*"


def _name_of_schedule(params: Mapping[str, Any]) -> str:
    return f"arn:aws:scheduler:{REGION}:{ACCOUNT}:schedule/{_of_the_template(params['GroupName'])}/{params['Name']}"


def _schedule(params: Mapping[str, Any], action: str = "CreateSchedule") -> list[tuple[Any, ...]]:
    arn = _name_of_schedule(params)
    passed = (("iam:PassedToService", "scheduler.amazonaws.com"),)
    return [
        (f"scheduler:{action}", arn),
        ("iam:PassRole", _role(params["Target"]["RoleArn"]), frozenset(), passed),
    ]


def _role(arn: str) -> str:
    return f"{arn.rpartition('/')[0]}/{_of_the_template(arn.rpartition('/')[2])}"


def _mail(params: Mapping[str, Any]) -> list[tuple[Any, ...]]:
    from email import message_from_bytes, policy

    sent = message_from_bytes(params["Content"]["Raw"]["Data"], policy=policy.default)
    sender = sent["From"].addresses[0].addr_spec
    identity = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/{sender}"
    resources = [identity]
    if "ConfigurationSetName" in params:
        resources.append(
            f"arn:aws:ses:{REGION}:{ACCOUNT}:configuration-set/{_of_the_template(params['ConfigurationSetName'])}"
        )
    facts = (("ses:FromAddress", sender),)
    # The API of version 2 names the one action, and asks for the other where the mail is handed over raw.
    return [(action, r, frozenset(), facts) for r in resources for action in ("ses:SendEmail", "ses:SendRawEmail")]


_OTHERS: Final[Mapping[tuple[str, str], Any]] = {
    ("ssm", "GetParameter"): lambda p: [("ssm:GetParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{p['Name']}")],
    ("lambda", "Invoke"): lambda p: [("lambda:InvokeFunction", p["FunctionName"])],
    ("stepfunctions", "StartExecution"): lambda p: [("states:StartExecution", _topic(p["stateMachineArn"]))],
    ("sqs", "SendMessage"): lambda p: [("sqs:SendMessage", _queue(p["QueueUrl"]))],
    ("sqs", "SendMessageBatch"): lambda p: [("sqs:SendMessage", _queue(p["QueueUrl"]))],
    ("sqs", "ChangeMessageVisibility"): lambda p: [("sqs:ChangeMessageVisibility", _queue(p["QueueUrl"]))],
    ("sns", "Publish"): lambda p: [("sns:Publish", _to_topic_or_phone(p))],
    ("sns", "PublishBatch"): lambda p: [("sns:Publish", _topic(p["TopicArn"]))],
    ("sns", "CheckIfPhoneNumberIsOptedOut"): lambda p: [("sns:CheckIfPhoneNumberIsOptedOut", "*")],
    ("s3", "GetObject"): lambda p: [("s3:GetObject", _object(p))],
    ("s3", "PutObject"): lambda p: [("s3:PutObject", _object(p))],
    ("s3", "DeleteObject"): lambda p: [("s3:DeleteObject", _object(p))],
    # What botocore calls the signing of a form; which key it is for stands in the form's own policy.
    ("s3", "CreateBucket"): lambda p: [("s3:PutObject", _object(p | {"Key": "uploads/democon/connections/ann/file"}))],
    ("s3", "ListObjectsV2"): lambda p: [
        ("s3:ListBucket", _object(p | {"Key": ""}).rstrip("/"), frozenset(), (("s3:prefix", p.get("Prefix", "")),))
    ],
    ("scheduler", "CreateSchedule"): _schedule,
    ("scheduler", "UpdateSchedule"): lambda p: _schedule(p, "UpdateSchedule"),
    ("scheduler", "GetSchedule"): lambda p: [("scheduler:GetSchedule", _name_of_schedule(p))],
    ("scheduler", "DeleteSchedule"): lambda p: [("scheduler:DeleteSchedule", _name_of_schedule(p))],
    ("ssm", "PutParameter"): lambda p: [("ssm:PutParameter", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{p['Name']}")],
    ("ssm", "DeleteParameters"): lambda p: [
        ("ssm:DeleteParameters", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{name}") for name in p["Names"]
    ],
    ("ssm", "GetParametersByPath"): lambda p: [
        ("ssm:GetParametersByPath", f"arn:aws:ssm:{REGION}:{ACCOUNT}:parameter{p['Path']}")
    ],
    ("sqs", "GetQueueAttributes"): lambda p: [("sqs:GetQueueAttributes", _queue(p["QueueUrl"]))],
    ("sqs", "ReceiveMessage"): lambda p: [("sqs:ReceiveMessage", _queue(p["QueueUrl"]))],
    ("sqs", "DeleteMessage"): lambda p: [("sqs:DeleteMessage", _queue(p["QueueUrl"]))],
    ("sesv2", "SendEmail"): _mail,
}


def _several(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def matches(text: str, pattern: str) -> bool:
    # IAM's wildcards are * and ?, and nothing else means anything.
    return fnmatch.fnmatchcase(text, pattern.replace("[", "[[]"))


def _any(text: str, patterns: tuple[str, ...]) -> bool:
    return any(matches(text, pattern) for pattern in patterns)
