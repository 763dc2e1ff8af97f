"""`icebreaker attendees links`: everybody's page before the first wave, for an organizer to mail."""

from __future__ import annotations

import csv
import io

import pytest
from click.testing import Result
from typer.testing import CliRunner

from infra.cli import app as commands
from infra.cli.deployment import Deployment
from shared.attendees import address_hash_of, attendee_id_of
from shared.links import LinkPurpose, read_link
from shared.storage import deliverability
from shared.storage.deliverability import Suppression
from tests.handlers.conftest import EVENT, World, registered
from tests.handlers.pages import BASE, NOW


@pytest.fixture(autouse=True)
def deployment(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    found = Deployment("icebreaker", {"PagesUrl": BASE}, world.secrets)
    monkeypatch.setattr("infra.cli.deployment.find_deployment", lambda _: found)


def links() -> Result:
    return CliRunner().invoke(commands.app, ["attendees", "links", "--event", "democon"], env={"COLUMNS": "200"})


def test_everybody_who_agreed_has_the_link_to_their_own_page_and_nobody_else_has_one(world: World) -> None:
    for payload in (
        registered("joe", name="Joe, the second"),
        registered("ann"),
        registered("kim", agreed=[]),
        registered("mack"),
        registered("mack", 1, kind="registration.cancelled"),
        registered("zoe"),
    ):
        assert world.post(payload)[0] < 300
    zoe = address_hash_of("zoe@example.org", world.secrets.suppression_key())
    deliverability.suppress(zoe, Suppression.BOUNCED, now=NOW)
    result = links()
    assert result.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert [(row["address"], row["name"]) for row in rows] == [
        ("ann@example.org", "Ann"),
        ("joe@example.org", "Joe, the second"),
    ]
    for row in rows:
        token = row["link"].rpartition("/")[2]
        said = read_link(token, event_id="democon", keys=world.secrets.link_keys(), now=NOW, purpose=LinkPurpose.PAGE)
        assert said.attendee_id == attendee_id_of("democon", row["address"], world.secrets.id_key(EVENT))
    assert "2 links, each a secret" in result.stderr


def test_a_name_that_a_spreadsheet_would_run_is_written_as_text(world: World) -> None:
    world.post(registered("ann", name="=cmd()"))
    assert next(csv.DictReader(io.StringIO(links().stdout)))["name"] == "'=cmd()"


def test_where_nobody_agreed_it_says_so_and_writes_nothing(world: World) -> None:
    world.post(registered("ann", agreed=[]))
    result = links()
    assert (result.exit_code, result.stdout) == (1, "")
    assert "nobody at DemoCon agreed to be introduced" in str(result.exception)
