"""`icebreaker destroy` asks before it deletes, deletes no more than was said, and says what stays."""

from typing import Any

import boto3
import pytest
from typer.testing import CliRunner, Result

from infra.cli import app as commands
from infra.cli.terminal import NotDone
from tests.handlers.conftest import World
from tests.handlers.stacks import NAME, CloudFormation, deploy


@pytest.fixture(autouse=True)
def stack(world: World, monkeypatch: pytest.MonkeyPatch) -> CloudFormation:
    stack = deploy(world, monkeypatch)
    s3 = boto3.client("s3")
    for version in range(2):
        s3.put_object(Bucket="uploads", Key=f"uploads/democon/attendees/{version}/list.csv", Body=b"x")
    return stack


def destroy(*options: str, typed: str = "") -> Result:
    return CliRunner().invoke(commands.app, ["destroy", *options], input=typed, catch_exceptions=False)


def there() -> set[str]:
    """What there is of stack, bucket, table and secrets."""
    cloudformation: Any = boto3.client("cloudformation")
    secrets = boto3.client("ssm").get_parameters_by_path(Path="/icebreaker/test", Recursive=True)["Parameters"]
    found = {
        "stack": cloudformation.status != "DELETE_COMPLETE",
        "bucket": boto3.client("s3").list_buckets()["Buckets"],
        "table": boto3.client("dynamodb").list_tables()["TableNames"],
        "secrets": secrets,
    }
    return {name for name, those in found.items() if those}


EVERYTHING = {"stack", "bucket", "table", "secrets"}


@pytest.mark.parametrize("typed", ["y\nyes\n", "n\n\n", "y\nicebreaker-test\n"])
def test_whoever_does_not_type_the_name_deletes_nothing(typed: str) -> None:
    with pytest.raises(NotDone, match="nothing was deleted"):
        destroy(typed=typed)
    assert there() == EVERYTHING


def test_where_nobody_answers_nothing_is_deleted() -> None:
    assert destroy().exit_code != 0
    with pytest.raises(NotDone):
        destroy("--yes", "another")
    assert there() == EVERYTHING


def test_the_table_stays_unless_it_is_said(world: World) -> None:
    said = destroy(typed=f"n\n{NAME}\n")
    assert said.exit_code == 0
    assert there() == {"table", "secrets"}
    assert "2 files" in said.output
    assert f"aws dynamodb delete-table --table-name {world.table_name}" in said.output
    assert "aws ssm delete-parameters --names /icebreaker/test/" in said.output
    assert len(world.items()) == 1  # the event


def test_whoever_only_gives_the_name_keeps_the_table() -> None:
    assert destroy("--yes", NAME).exit_code == 0
    assert there() == {"table", "secrets"}


def test_the_table_goes_where_it_is_said_and_the_keys_only_with_their_own_word() -> None:
    assert "is gone; AWS keeps its last backup for 35 days" in destroy(typed=f"y\n{NAME}\n").output
    assert there() == {"secrets"}


def test_everything_goes_where_everything_is_said() -> None:
    said = destroy("--delete-table", "--delete-secrets", "--yes", NAME).output
    assert there() == set()
    assert "SAM's bucket of code" in said


def test_where_the_stack_cannot_be_deleted_nothing_that_is_stored_is_touched(stack: CloudFormation) -> None:
    stack.in_the_way = True
    with pytest.raises(NotDone, match="Nothing that is stored was touched"):
        destroy("--delete-table", "--delete-secrets", "--yes", NAME)
    assert there() == EVERYTHING


def test_keys_are_not_deleted_from_under_a_table_that_stays() -> None:
    said = destroy("--keep-table", "--delete-secrets", "--yes", NAME)
    assert said.exit_code == 2
    assert there() == EVERYTHING


def test_an_event_that_is_still_to_come_is_named_before_the_question(monkeypatch: pytest.MonkeyPatch) -> None:
    from infra.cli import destroy as module
    from tests.democon import START

    class Before:
        @staticmethod
        def now(_: object) -> object:
            return START

    monkeypatch.setattr(module, "datetime", Before)
    with pytest.raises(NotDone):
        destroy(typed="n\n\n")
    assert "DemoCon (democon) is still to come." in CliRunner().invoke(commands.app, ["destroy"], input="n\n\n").output
