"""What `icebreaker attendees import --basis` says reaches each yes of the list."""

from pathlib import Path

from typer.testing import CliRunner

from infra.cli import app as commands
from infra.cli.uploading import upload
from shared.attendees.consent import LONGEST_BASIS
from shared.pipeline.manage_event import everything_about
from tests.handlers.conftest import EVENT, World

BASIS = "Ticket terms, § 4: asked unticked (“introduce me”)"


def test_the_basis_goes_along_with_the_list_into_what_the_person_sees(world: World, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Name,Email,Agreed\nAnn,ann@example.org,yes\n")
    key = upload("uploads", EVENT, "attendees", path, basis=BASIS, progress=lambda _: None)
    world.import_upload(key)
    kept = everything_about(EVENT, "ann@example.org", secrets=world.secrets)
    assert kept is not None
    said = kept["said_to_each_purpose"]
    assert (said["introduce"]["by"], said["introduce"]["basis"]) == ("list", BASIS)
    assert (said["remember"]["agreed"], said["remember"]["by"]) == (False, "list")


def test_a_basis_that_is_too_long_is_not_cut_but_sent_back(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Name,Email\n")
    arguments = ["attendees", "import", str(path), "--event", "democon", "--basis", "x" * (LONGEST_BASIS + 1)]
    result = CliRunner().invoke(commands.app, arguments, env={"COLUMNS": "200"})
    assert result.exit_code == 2
    assert f"is at most {LONGEST_BASIS} characters long" in result.output
