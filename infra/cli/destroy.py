"""`icebreaker destroy`: take a stack out of an AWS account, and say what stays."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

import boto3
import typer
from botocore.exceptions import ClientError

from infra.cli.deployment import Deployment, chosen_deployment
from infra.cli.terminal import NotDone, say
from shared import storage

_GONE = frozenset({"NoSuchBucket", "ResourceNotFoundException", "404"})


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to go, beside the functions, queues and schedules that go in any case."""

    table: bool
    secrets: bool


def destroy(
    delete_table: Annotated[
        bool | None, typer.Option("--delete-table/--keep-table", help="All that is stored of events and people.")
    ] = None,
    delete_secrets: Annotated[
        bool, typer.Option("--delete-secrets", help="With the table also the keys and secrets in SSM.")
    ] = False,
    yes: Annotated[str, typer.Option("--yes", metavar="STACK", help="The stack's name, instead of a question.")] = "",
) -> None:
    """Delete the stack and its uploads; the table as you say. Asks first, and says what stays."""
    deployment = chosen_deployment()
    if delete_secrets and not delete_table:
        raise typer.BadParameter("a table that is kept cannot be used without its keys", param_hint="--delete-secrets")
    for sentence in _what_goes(deployment):
        say(sentence)
    if delete_table is None:
        # Whoever only gave the name has not said that data may go.
        delete_table = not yes and typer.confirm("Delete the table too, with everything that is stored of people?")
    said = yes or typer.prompt("Type the stack's name to delete it", default="", show_default=False)
    if said != deployment.stack_name:
        raise NotDone(f"nothing was deleted: that is not the name, {deployment.stack_name}")
    for sentence in take_away(deployment, Plan(table=delete_table, secrets=delete_secrets)):
        say(sentence)


def _what_goes(deployment: Deployment) -> Iterator[str]:
    now = datetime.now(UTC)
    yield f"{deployment.stack_name}: its webhooks stop answering, every link in every mail ends, no wave runs any more."
    for event in storage.events.load_all():
        if event.ends_at > now:
            yield f"{event.name} ({event.event_id}) is still to come."


def take_away(deployment: Deployment, plan: Plan) -> Iterator[str]:
    """Do it, and say what was done and what stays.

    The stack goes before the bucket, so that nothing is uploaded into it meanwhile; both can be repeated.

    :raises NotDone: where CloudFormation could not delete the stack
    """
    cloudformation = boto3.client("cloudformation")
    cloudformation.delete_stack(StackName=deployment.stack_name)
    try:
        cloudformation.get_waiter("stack_delete_complete").wait(StackName=deployment.stack_name)
    except Exception as error:
        raise NotDone(
            f"{deployment.stack_name} could not be deleted; its console says which resource is in the way. "
            "Nothing that is stored was touched."
        ) from error
    yield f"The stack {deployment.stack_name} is gone."
    yield f"Its uploads are gone, {_delete_bucket(deployment.bucket)} files."
    table = deployment.outputs["TableName"]
    if plan.table:
        with _unless_gone():
            boto3.client("dynamodb").delete_table(TableName=table)
        yield f"The table {table} is gone; AWS keeps its last backup for 35 days."
    else:
        yield (
            f"The table {table} stays, with its data, until they end by themselves. Later: "
            f"`aws dynamodb delete-table --table-name {table}`."
        )
    path = deployment.outputs["SecretsPath"]
    names = _secrets(path)
    if plan.secrets:
        for start in range(0, len(names), 10):
            boto3.client("ssm").delete_parameters(Names=names[start : start + 10])
        yield f"The keys and secrets below {path} are gone, {len(names)} of them."
    elif names:
        yield (
            f"The keys and secrets below {path} in SSM stay, {len(names)} of them. Whoever has them and a copy of "
            f"the table can try out whom people list. Later: `aws ssm delete-parameters --names {' '.join(names)}`."
        )
    yield (
        "What was not made by this stay too: the identities and the suppression list of SES, SAM's bucket of code "
        "(aws-sam-cli-managed-default), and your samconfig.toml."
    )


def _delete_bucket(bucket: str) -> int:
    """Empty a bucket, all versions, and delete it; how many objects it had."""
    s3 = boto3.client("s3")
    count = 0
    with _unless_gone():
        for page in s3.get_paginator("list_object_versions").paginate(Bucket=bucket):
            found = [*page.get("Versions", []), *page.get("DeleteMarkers", [])]
            objects: list[Any] = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in found]
            if objects:
                s3.delete_objects(Bucket=bucket, Delete={"Objects": objects, "Quiet": True})
            count += len(page.get("Versions", []))
        s3.delete_bucket(Bucket=bucket)
    return count


@contextmanager
def _unless_gone() -> Iterator[None]:
    """What is not there any more need not be deleted."""
    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] not in _GONE:
            raise


def _secrets(path: str) -> list[str]:
    pages = boto3.client("ssm").get_paginator("get_parameters_by_path").paginate(Path=path, Recursive=True)
    return [parameter["Name"] for page in pages for parameter in page["Parameters"]]
