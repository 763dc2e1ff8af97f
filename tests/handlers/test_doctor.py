"""`icebreaker doctor` says in words what is missing, and what to do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from infra.cli import app as commands
from infra.cli.doctor import Finding, Level, examine
from shared import storage
from tests.handlers.conftest import EVENT, START, World
from tests.handlers.stacks import ALARM, NAME, CloudFormation, deploy

NOW = START - timedelta(days=14)
REGION = "eu-west-1"


@dataclass
class Account:
    """What an account's settings are, where moto keeps none; everything else is asked of moto."""

    mail: dict[str, Any] = field(
        default_factory=lambda: {
            "ProductionAccessEnabled": True,
            "SendingEnabled": True,
            "EnforcementStatus": "HEALTHY",
            "SendQuota": {"Max24HourSend": 50_000.0, "MaxSendRate": 14.0},
        }
    )
    identities: dict[str, dict[str, Any]] = field(
        default_factory=lambda: {
            "icebreaker.example": {
                "VerifiedForSendingStatus": True,
                "DkimAttributes": {"Status": "SUCCESS", "Tokens": ["t1", "t2", "t3"]},
                "MailFromAttributes": {
                    "MailFromDomain": "bounces.icebreaker.example",
                    "MailFromDomainStatus": "SUCCESS",
                },
            }
        }
    )
    in_sms_sandbox: bool = False
    spend_limit: str = "100"
    at_once: int = 1000

    def ask(self, service: str) -> Any:
        return {"sesv2": self._sesv2, "sns": self._sns, "lambda": self._lambda}.get(
            service, lambda: boto3.client(service)
        )()

    def _sesv2(self) -> Any:
        def get_email_identity(EmailIdentity: str) -> dict[str, Any]:  # noqa: N803
            if EmailIdentity not in self.identities:
                raise ClientError({"Error": {"Code": "NotFoundException"}}, "GetEmailIdentity")
            return self.identities[EmailIdentity]

        return SimpleNamespace(get_account=lambda: self.mail, get_email_identity=get_email_identity)

    def _sns(self) -> Any:
        return SimpleNamespace(
            get_sms_sandbox_account_status=lambda: {"IsInSandbox": self.in_sms_sandbox},
            get_sms_attributes=lambda attributes: {"attributes": dict.fromkeys(attributes, self.spend_limit)},
            list_subscriptions_by_topic=boto3.client("sns").list_subscriptions_by_topic,
        )

    def _lambda(self) -> Any:
        limit = {"AccountLimit": {"ConcurrentExecutions": self.at_once}}
        return SimpleNamespace(get_account_settings=lambda: limit)

    def said(self) -> dict[str, Finding]:
        return {finding.subject: finding for finding in examine(NAME, REGION, self.ask, now=NOW)}


@pytest.fixture
def stack(world: World, monkeypatch: pytest.MonkeyPatch) -> CloudFormation:
    return deploy(world, monkeypatch)


@pytest.fixture
def account(stack: CloudFormation) -> Account:
    """Everything is as it should be."""
    [topic] = [each["PhysicalResourceId"] for each in stack.resources if each["LogicalResourceId"] == "AlarmTopic"]
    boto3.client("sns").subscribe(TopicArn=topic, Protocol="sqs", Endpoint="arn:aws:sqs:eu-west-1:123456789012:heard")
    return Account()


def test_where_nothing_is_missing_every_look_is_ok(account: Account) -> None:
    said = account.said()
    assert {finding.level for finding in said.values()} == {Level.OK}
    assert {"region", "credentials", "stack", "sender", "dkim", "spf", "ses sandbox", "ses quota"} <= said.keys()
    assert {"sms sandbox", "sms budget", "functions", "keys", "schedules", "alarms"} <= said.keys()


def in_the_sandbox(account: Account) -> None:
    account.mail["ProductionAccessEnabled"] = False


def shut_down(account: Account) -> None:
    account.mail["EnforcementStatus"] = "SHUTDOWN"


def on_probation(account: Account) -> None:
    account.mail["EnforcementStatus"] = "PROBATION"


def no_identity(account: Account) -> None:
    account.identities.clear()


def unverified(account: Account) -> None:
    account.identities["icebreaker.example"]["VerifiedForSendingStatus"] = False


def no_dkim(account: Account) -> None:
    account.identities["icebreaker.example"]["DkimAttributes"]["Status"] = "PENDING"


def no_mail_from(account: Account) -> None:
    del account.identities["icebreaker.example"]["MailFromAttributes"]


def few_mails(account: Account) -> None:
    account.mail["SendQuota"] = {"Max24HourSend": 200.0, "MaxSendRate": 1.0}


def sms_sandbox(account: Account) -> None:
    account.in_sms_sandbox = True


def one_dollar(account: Account) -> None:
    account.spend_limit = "1"


def ten_at_once(account: Account) -> None:
    account.at_once = 10


def lost_key(_: Account) -> None:
    boto3.client("ssm").delete_parameter(Name="/icebreaker/test/hashing-key")


def lost_link_keys(_: Account) -> None:
    boto3.client("ssm").delete_parameter(Name="/icebreaker/test/link-keys")


def held_back(_: Account) -> None:
    boto3.client("scheduler").delete_schedule(Name="democon.second", GroupName="waves")


def ringing(_: Account) -> None:
    boto3.client("cloudwatch").set_alarm_state(AlarmName=ALARM, StateValue="ALARM", StateReason="a wave did not finish")


def nobody_hears(_: Account) -> None:
    sns = boto3.client("sns")
    for each in sns.list_subscriptions()["Subscriptions"]:
        sns.unsubscribe(SubscriptionArn=each["SubscriptionArn"])


@pytest.mark.parametrize(
    ("change", "subject", "level", "words"),
    [
        (in_the_sandbox, "ses sandbox", Level.MISSING, "mails reach verified addresses only: ask to leave it"),
        (shut_down, "mail", Level.MISSING, "SES sends nothing for this account"),
        (on_probation, "mail", Level.LOOK, "under review"),
        (no_identity, "sender", Level.MISSING, "create-email-identity --email-identity icebreaker.example"),
        (unverified, "sender", Level.MISSING, "hello@icebreaker.example is not verified yet"),
        (no_dkim, "dkim", Level.LOOK, "t1._domainkey.icebreaker.example CNAME t1.dkim.amazonses.com"),
        (no_mail_from, "spf", Level.LOOK, 'bounces.icebreaker.example TXT "v=spf1 include:amazonses.com ~all"'),
        (few_mails, "ses quota", Level.LOOK, "a wave of democon may have 1,000"),
        (sms_sandbox, "sms sandbox", Level.LOOK, "verified numbers only"),
        (
            one_dollar,
            "sms budget",
            Level.LOOK,
            "stops at 1.00 US dollars a month, and the events to come may spend 20.00",
        ),
        (ten_at_once, "functions", Level.LOOK, "Lambda runs 10 at a time"),
        (lost_key, "keys", Level.MISSING, "version 1 of the hashing key is gone, and democon needs it"),
        (lost_link_keys, "keys", Level.MISSING, "`icebreaker links rotate` makes one"),
        (held_back, "schedules", Level.LOOK, "second of democon will not run by itself"),
        (ringing, "alarms", Level.LOOK, "WaveDeadLettersAlarm rings"),
        (nobody_hears, "alarms", Level.LOOK, "deploy with the parameter AlarmAddress"),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_what_is_not_as_it_should_be_is_said_with_what_to_do(
    account: Account, change: Callable[[Account], None], subject: str, level: Level, words: str
) -> None:
    change(account)
    finding = account.said()[subject]
    assert finding.level is level
    assert words in finding.sentence


def test_what_could_not_be_asked_is_said_and_everything_else_is_looked_at(account: Account) -> None:
    def refuse() -> None:
        raise ClientError({"Error": {"Code": "AccessDeniedException"}}, "GetAccountSettings")

    account._lambda = lambda: SimpleNamespace(get_account_settings=refuse)  # type: ignore[method-assign]
    said = account.said()
    assert said["functions"].level is Level.UNKNOWN
    assert "GetAccountSettings was answered with AccessDeniedException" in said["functions"].sentence
    assert said["alarms"].level is Level.OK


@pytest.mark.parametrize(
    ("status", "level", "words"),
    [
        ("UPDATE_ROLLBACK_COMPLETE", Level.LOOK, "what runs is the version before"),
        ("ROLLBACK_COMPLETE", Level.MISSING, "`make destroy`, then `make deploy`"),
    ],
)
def test_a_stack_that_did_not_come_up_is_said(
    account: Account, stack: CloudFormation, status: str, level: Level, words: str
) -> None:
    stack.status = status
    said = account.said()["stack"]
    assert said.level is level
    assert words in said.sentence


def test_without_a_stack_the_account_is_looked_at_all_the_same(account: Account, stack: CloudFormation) -> None:
    stack.status = "DELETE_COMPLETE"
    said = account.said()
    assert said["stack"].level is Level.MISSING
    assert "`make deploy` makes it" in said["stack"].sentence
    assert said["ses sandbox"].level is Level.OK
    assert "keys" not in said


def test_without_a_region_nothing_is_asked() -> None:
    def ask(service: str) -> Any:
        raise AssertionError(service)

    [finding] = examine(NAME, None, ask, now=NOW)
    assert (finding.subject, finding.level) == ("region", Level.MISSING)


def test_the_command_ends_with_one_where_something_is_missing(
    account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infra.cli.doctor._client", account.ask)
    fine = CliRunner().invoke(commands.app, ["doctor"])
    assert (fine.exit_code, "ok      sender: hello@icebreaker.example may send" in fine.output) == (0, True)
    assert CliRunner().invoke(commands.app, ["doctor", "--quiet"]).output == ""
    in_the_sandbox(account)
    sick = CliRunner().invoke(commands.app, ["doctor", "--quiet"])
    assert sick.exit_code == 1
    assert sick.output.startswith("missing ses sandbox: ")


def test_an_event_that_is_over_asks_for_nothing(account: Account) -> None:
    held_back(account)
    assert storage.events.load(EVENT.event_id) is not None
    over = {f.subject: f for f in examine(NAME, REGION, account.ask, now=START + timedelta(days=9))}
    assert over["schedules"].level is Level.OK
