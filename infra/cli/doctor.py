"""`icebreaker doctor`: whether everything that mails and pages hang on is there, a sentence each.

It asks AWS and nobody else, and changes nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated, Any, Final

import boto3
import typer
from botocore.exceptions import BotoCoreError, ClientError

from infra.cli.deployment import CHOSEN_STACK, Deployment, find_deployment
from infra.cli.terminal import console, say
from shared import storage
from shared.events import Event
from shared.services import scheduled_waves
from shared.storage import migrations
from shared.storage.migrations import NewerData

Ask = Callable[[str], Any]  # a client of this service

# An account begins with 10 and is raised by use or on request (AWS Lambda Developer Guide, "Lambda quotas").
FEW_AT_ONCE: Final = 100
MAILS_EACH: Final = 1  # a wave is at most one mail an attendee
PEOPLE_A_SHARD: Final = 500


class Level(StrEnum):
    OK = "ok"
    LOOK = "look"  # works, but somebody should know
    UNKNOWN = "unknown"  # could not be asked
    MISSING = "missing"  # nothing goes out before it is there


@dataclass(frozen=True, slots=True)
class Finding:
    """What one look came to."""

    subject: str
    level: Level
    sentence: str


def examine(stack_name: str, region: str | None, ask: Ask, *, now: datetime) -> Iterator[Finding]:
    """Look at everything, what hangs on nothing first."""
    if not region:
        yield _missing("region", "none is set: `export AWS_REGION=eu-west-1`, or `aws configure`")
        return
    yield _ok("region", f"{region}; SES and SMS are judged in this one")
    credentials = _credentials(ask)
    yield credentials
    if credentials.level is not Level.OK:
        return
    stack, finding = _stack(stack_name, region, ask)
    yield finding
    sender = stack.get("SenderAddress", "")
    events: list[Event] = []
    if stack:
        try:
            events = _events(stack_name)
        except NewerData as error:
            yield _missing("data", str(error))
            return
    to_come = [event for event in events if event.ends_at > now]
    for subject, look in (
        ("sender", lambda: _sender(sender, region, ask) if sender else iter(())),
        ("mail", lambda: _mail(ask, region, to_come)),
        ("text messages", lambda: _text_messages(ask, to_come)),
        ("functions", lambda: _functions(ask)),
    ):
        yield from _asked(subject, look)
    if stack:
        deployment = find_deployment(stack_name)
        for subject, look in (
            ("data", _data),
            ("keys", lambda: _keys(deployment, events)),
            ("schedules", lambda: _schedules(deployment, to_come, now)),
            ("alarms", lambda: _alarms(stack_name, ask)),
        ):
            yield from _asked(subject, look)


def _asked(subject: str, look: Callable[[], Iterator[Finding]]) -> Iterator[Finding]:
    """What a look found; where AWS did not answer, that."""
    try:
        yield from look()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        action = error.operation_name
        yield Finding(subject, Level.UNKNOWN, f"could not be asked: {action} was answered with {code}")
    except BotoCoreError as error:
        yield Finding(subject, Level.UNKNOWN, f"could not be asked ({type(error).__name__})")


def _credentials(ask: Ask) -> Finding:
    try:
        who = ask("sts").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        reason = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        return _missing(
            "credentials", f"AWS takes none of yours ({reason}): `aws configure`, `aws sso login`, or AWS_PROFILE"
        )
    return _ok("credentials", f"account {who['Account']}, as {who['Arn'].rpartition(':')[2]}")


def _stack(stack_name: str, region: str, ask: Ask) -> tuple[Mapping[str, str], Finding]:
    """The stack's parameters; none where it is not there to be worked with."""
    try:
        [stack] = ask("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError:
        return {}, _missing("stack", f"there is no {stack_name!r} in {region}: `make deploy` makes it")
    parameters = {each["ParameterKey"]: each["ParameterValue"] for each in stack.get("Parameters", [])}
    status = stack["StackStatus"]
    if status in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        return parameters, _ok("stack", f"{stack_name} is deployed")
    if status.startswith("UPDATE_"):
        return parameters, _look("stack", f"{stack_name} is in {status}: what runs is the version before, or mixed")
    return {}, _missing("stack", f"{stack_name} is in {status}: `make destroy`, then `make deploy`")


def _events(stack_name: str) -> list[Event]:
    find_deployment(stack_name)
    return storage.events.load_all()


def _sender(address: str, region: str, ask: Ask) -> Iterator[Finding]:
    """Whether SES lets the address send, and whether other mail programs will believe that it is the sender's."""
    domain = address.rpartition("@")[2]
    identities = {name: found for name in (address, domain) if (found := _identity(name, ask)) is not None}
    verified = [name for name, found in identities.items() if found.get("VerifiedForSendingStatus")]
    if not verified:
        what = "is not verified yet" if identities else "is no identity of SES"
        yield _missing(
            "sender",
            f"{address} {what}: `aws sesv2 create-email-identity --email-identity {domain} --region {region}`, "
            f"then enter the DKIM records it prints at {domain}'s DNS (or verify {address} alone, by a mail to it)",
        )
    else:
        yield _ok("sender", f"{address} may send, by the identity {verified[-1]}")
    yield _dkim(domain, identities.get(domain))
    yield _spf(domain, identities.get(domain), region)


def _identity(name: str, ask: Ask) -> Mapping[str, Any] | None:
    try:
        found: Mapping[str, Any] = ask("sesv2").get_email_identity(EmailIdentity=name)
    except ClientError as error:
        if error.response["Error"]["Code"] == "NotFoundException":
            return None
        raise
    return found


def _dkim(domain: str, identity: Mapping[str, Any] | None) -> Finding:
    if identity is None:
        return _look("dkim", f"nothing is signed in the name of {domain}: verify the domain instead of the address")
    dkim = identity.get("DkimAttributes", {})
    if dkim.get("Status") == "SUCCESS":
        return _ok("dkim", f"mails are signed in the name of {domain}")
    records = "; ".join(
        f"{token}._domainkey.{domain} CNAME {token}.dkim.amazonses.com" for token in dkim.get("Tokens", [])
    )
    return _look("dkim", f"is {dkim.get('Status', 'not set up')}; to be entered at {domain}'s DNS: {records or '-'}")


def _spf(domain: str, identity: Mapping[str, Any] | None, region: str) -> Finding:
    mail_from = (identity or {}).get("MailFromAttributes", {})
    if mail_from.get("MailFromDomainStatus") == "SUCCESS":
        return _ok("spf", f"bounces come back to {mail_from['MailFromDomain']}, so SPF speaks for {domain}")
    name = mail_from.get("MailFromDomain") or f"bounces.{domain}"
    return _look(
        "spf",
        f"speaks for amazonses.com, not for {domain}: `aws sesv2 put-email-identity-mail-from-attributes "
        f"--email-identity {domain} --mail-from-domain {name}`, and at the DNS: {name} MX 10 "
        f'feedback-smtp.{region}.amazonses.com; {name} TXT "v=spf1 include:amazonses.com ~all"',
    )


def _mail(ask: Ask, region: str, to_come: list[Event]) -> Iterator[Finding]:
    account = ask("sesv2").get_account()
    if not account.get("SendingEnabled", True) or account.get("EnforcementStatus") == "SHUTDOWN":
        yield _missing("mail", f"SES sends nothing for this account in {region}: its console says why")
    elif account.get("EnforcementStatus") == "PROBATION":
        yield _look("mail", "SES has the account under review: too many bounces or complaints, its console says which")
    if not account.get("ProductionAccessEnabled"):
        yield _missing(
            "ses sandbox",
            "the account is in it, so mails reach verified addresses only: ask to leave it, "
            f"https://{region}.console.aws.amazon.com/ses/home?region={region}#/get-set-up",
        )
    else:
        yield _ok("ses sandbox", "the account has left it")
    yield _mails_a_day(account.get("SendQuota", {}), to_come)


def _mails_a_day(quota: Mapping[str, float], to_come: list[Event]) -> Finding:
    a_day, a_second = quota.get("Max24HourSend", 0), quota.get("MaxSendRate", 0)
    allowed = "as many mails a day as you like" if a_day < 0 else f"{a_day:,.0f} mails a day, {a_second:g} a second"
    largest = max(to_come, key=lambda event: event.shards, default=None)
    # More than one part is what an event has that expects more than one part's people.
    expected = 0 if largest is None or largest.shards == 1 else largest.shards * PEOPLE_A_SHARD * MAILS_EACH
    if largest is not None and 0 <= a_day < expected:
        return _look(
            "ses quota",
            f"SES takes {allowed}; a wave of {largest.event_id} may have {expected:,}, "
            "and what is over waits and is given up after a few attempts: ask for more under Service Quotas",
        )
    return _ok("ses quota", f"SES takes {allowed}")


def _text_messages(ask: Ask, to_come: list[Event]) -> Iterator[Finding]:
    budget = sum(event.text_message_budget for event in to_come)
    if to_come and not budget:
        yield _ok("text messages", "no event to come sends any")
        return
    if ask("sns").get_sms_sandbox_account_status()["IsInSandbox"]:
        yield _look(
            "sms sandbox",
            "the account is in it, so text messages reach verified numbers only: ask to leave it in the console of "
            "SNS, Text messaging; mails do not wait for it",
        )
    else:
        yield _ok("sms sandbox", "the account has left it")
    limit = float(ask("sns").get_sms_attributes(attributes=["MonthlySpendLimit"])["attributes"]["MonthlySpendLimit"])
    if limit < budget:
        yield _look(
            "sms budget",
            f"SNS stops at {limit:,.2f} US dollars a month, and the events to come may spend {budget:,.2f}: "
            "raise it under Service Quotas, SNS",
        )
    else:
        yield _ok("sms budget", f"SNS stops at {limit:,.2f} US dollars a month")


def _functions(ask: Ask) -> Iterator[Finding]:
    at_once = ask("lambda").get_account_settings()["AccountLimit"]["ConcurrentExecutions"]
    if at_once < FEW_AT_ONCE:
        yield _look(
            "functions",
            f"Lambda runs {at_once} at a time for the whole account, which webhooks and pages share with everything: "
            "ask for 1,000 under Service Quotas, Lambda, Concurrent executions",
        )
    else:
        yield _ok("functions", f"Lambda runs {at_once:,} at a time")


def _data() -> Iterator[Finding]:
    older = sorted(event_id for event_id, version in migrations.versions().items() if version < migrations.newest())
    if older:
        yield _look("data", f"{', '.join(older)} is of an earlier release, which this one reads: `icebreaker migrate`")
    else:
        yield _ok("data", f"everything is of version {migrations.newest()}, which this release writes")


def _keys(deployment: Deployment, events: list[Event]) -> Iterator[Finding]:
    if not events:
        yield _ok("keys", "the first event makes them: `icebreaker event create my-event.toml`")
        return
    there = set(deployment.secrets.hashing_key_versions())
    for event in events:
        if lost := sorted({event.key_version, event.id_key_version} - there):
            yield _missing(
                "keys",
                f"version {', '.join(map(str, lost))} of the hashing key is gone, and {event.event_id} needs it: "
                "put it back from your backup, or delete the event",
            )
        if event.rehashing:
            yield _look("keys", f"changing the key of {event.event_id} was cut short: `icebreaker key rotate --event`")
    for name, key in (
        ("links", deployment.secrets.link_keys),
        ("suppressed addresses", deployment.secrets.suppression_key),
    ):
        try:
            key()
        except LookupError as error:
            yield _missing("keys", f"for {name}: {error}")
            return
    if there:
        yield _ok("keys", f"{len(there)} of the hashing key, and those for links and suppressed addresses")


def _schedules(deployment: Deployment, to_come: list[Event], now: datetime) -> Iterator[Finding]:
    for event in to_come:
        expected = {wave.name for wave in event.waves if wave.at > now}
        there = scheduled_waves(event, group=deployment.scheduling.group)
        if held := sorted(expected - there):
            yield _look(
                "schedules",
                f"{', '.join(held)} of {event.event_id} will not run by itself: held back on the organizers' page, "
                "or lost; let it run there, or `icebreaker event send`",
            )
        else:
            yield _ok("schedules", f"{event.event_id}: {len(expected)} waves to come, each with its schedule")
    if not to_come:
        yield _ok("schedules", "no event is to come")


def _alarms(stack_name: str, ask: Ask) -> Iterator[Finding]:
    pages = ask("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_name)
    resources = [each for page in pages for each in page["StackResourceSummaries"]]
    names = {
        each["PhysicalResourceId"]: each["LogicalResourceId"]
        for each in resources
        if each["ResourceType"] == "AWS::CloudWatch::Alarm"
    }
    ringing = [
        names[alarm["AlarmName"]]
        for page in ask("cloudwatch").get_paginator("describe_alarms").paginate(StateValue="ALARM")
        for alarm in page["MetricAlarms"]
        if alarm["AlarmName"] in names
    ]
    for name in sorted(ringing):
        yield _look("alarms", f"{name} rings: docs/operating.md says what it means and what to do")
    [topic] = [each["PhysicalResourceId"] for each in resources if each["LogicalResourceId"] == "AlarmTopic"]
    listeners = ask("sns").list_subscriptions_by_topic(TopicArn=topic)["Subscriptions"]
    if not listeners:
        yield _look("alarms", "nobody hears them: deploy with the parameter AlarmAddress")
    elif all(each["SubscriptionArn"] == "PendingConfirmation" for each in listeners):
        yield _look("alarms", "their address has not confirmed yet: press the link in the mail that SNS sent to it")
    elif not ringing:
        yield _ok("alarms", "none rings, and somebody would hear it")


def _ok(subject: str, sentence: str) -> Finding:
    return Finding(subject, Level.OK, sentence)


def _look(subject: str, sentence: str) -> Finding:
    return Finding(subject, Level.LOOK, sentence)


def _missing(subject: str, sentence: str) -> Finding:
    return Finding(subject, Level.MISSING, sentence)


def _client(service: str) -> Any:
    return boto3.client(service)  # type: ignore[call-overload]


_STYLES: Final = {Level.OK: "green", Level.LOOK: "yellow", Level.UNKNOWN: "yellow", Level.MISSING: "red"}


def doctor(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Only what is not as it should be.")] = False,
) -> None:
    """Say in words what is missing before mails can go out; ends with 1 where something is."""
    missing = 0
    session = boto3.session.Session()
    for finding in examine(CHOSEN_STACK.get(), session.region_name, _client, now=datetime.now(UTC)):
        missing += finding.level is Level.MISSING
        if finding.level is not Level.OK or not quiet:
            console.print(f"{finding.level:8}", style=_STYLES[finding.level], end="")
            say(f"{finding.subject}: {finding.sentence}")
    if missing:
        raise typer.Exit(1)
