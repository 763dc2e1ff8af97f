"""A stand-in for CloudFormation (moto's needs packages that nothing else does), with a stack of the world."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from shared.services import Scheduling, create_schedules
from tests.handlers.conftest import ENVIRONMENT, EVENT, World

NAME = "icebreaker"
ALARM = "icebreaker-WaveDeadLettersAlarm-1"


@dataclass
class CloudFormation:
    """As much of the service as the command line asks for; the stack's table and bucket stay when it goes."""

    outputs: dict[str, str]
    resources: list[dict[str, str]]
    status: str = "CREATE_COMPLETE"
    in_the_way: bool = False  # whether deleting fails

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803
        if StackName != NAME or self.status == "DELETE_COMPLETE":
            raise ClientError({"Error": {"Code": "ValidationError"}}, "DescribeStacks")
        return {
            "Stacks": [
                {
                    "StackStatus": self.status,
                    "Parameters": [{"ParameterKey": "SenderAddress", "ParameterValue": "hello@icebreaker.example"}],
                    "Outputs": [{"OutputKey": name, "OutputValue": value} for name, value in self.outputs.items()],
                }
            ]
        }

    def delete_stack(self, StackName: str) -> None:  # noqa: N803
        assert StackName == NAME
        self.status = "DELETE_FAILED" if self.in_the_way else "DELETE_COMPLETE"

    def get_waiter(self, name: str) -> Any:
        def wait(StackName: str) -> None:  # noqa: N803
            assert (name, StackName) == ("stack_delete_complete", NAME)
            if self.status != "DELETE_COMPLETE":
                raise RuntimeError("the waiter encountered a terminal failure state")

        return SimpleNamespace(wait=wait)

    def get_paginator(self, name: str) -> Any:
        assert name == "list_stack_resources"
        return SimpleNamespace(paginate=lambda **_: [{"StackResourceSummaries": self.resources}])


def deploy(world: World, monkeypatch: pytest.MonkeyPatch) -> CloudFormation:
    """Make the stack, and let boto3 find it."""
    topic = boto3.client("sns").create_topic(Name="alarms")["TopicArn"]
    boto3.client("cloudwatch").put_metric_alarm(
        AlarmName=ALARM,
        Namespace="AWS/SQS",
        MetricName="ApproximateNumberOfMessagesVisible",
        Statistic="Maximum",
        Period=300,
        EvaluationPeriods=1,
        Threshold=0,
        ComparisonOperator="GreaterThanThreshold",
    )
    boto3.client("scheduler").create_schedule_group(Name="waves")
    create_schedules(
        EVENT, scheduling=Scheduling.from_environment(ENVIRONMENT), now=EVENT.waves[0].at.replace(year=2000)
    )
    stack = CloudFormation(
        outputs={
            "ApiUrl": "https://api.example",
            "TableName": world.table_name,
            "UploadsBucketName": ENVIRONMENT["UPLOADS_BUCKET"],
            "SecretsPath": ENVIRONMENT["SECRETS_PATH"],
            "ScheduleGroupName": ENVIRONMENT["SCHEDULE_GROUP"],
            "PlanIntroductionsArn": ENVIRONMENT["PLAN_INTRODUCTIONS_ARN"],
            "SchedulerRoleArn": ENVIRONMENT["SCHEDULER_ROLE_ARN"],
            "WaveDeadLettersArn": ENVIRONMENT["WAVE_DEAD_LETTERS_ARN"],
        },
        resources=[
            {"LogicalResourceId": logical, "PhysicalResourceId": physical, "ResourceType": kind}
            for logical, physical, kind in (
                ("AlarmTopic", topic, "AWS::SNS::Topic"),
                ("WaveDeadLettersAlarm", ALARM, "AWS::CloudWatch::Alarm"),
            )
        ],
    )
    real: Callable[..., Any] = boto3.client
    monkeypatch.setattr(
        boto3,
        "client",
        lambda service, *a, **options: stack if service == "cloudformation" else real(service, *a, **options),
    )
    return stack
