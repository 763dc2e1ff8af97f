"""`icebreaker match`, and what it and `rehearse` say of files in which nobody can be found."""

from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from infra.cli.app import app

NOBODY_AGREED = "Nobody on the list agreed to be introduced"
NO_EXPORT = "The folder holds no export named after an address on the list"
EVENT = """
[event]
id = "democon"
name = "DemoCon"
starts = 2030-06-01T09:00
ends = 2030-06-02T17:00
time_zone = "UTC"
place = "Kennewick"
organizer = "The Demo Society"
contact = "hello@democon.example"
"""
CARD = "BEGIN:VCARD\nVERSION:3.0\nFN:Bob Okafor\nEMAIL:bob@example.org\nEND:VCARD\n"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("connections").mkdir()


def attendees(agreed: str) -> None:
    rows = f"Ann Arbor,ann@example.org,{agreed}\nBob Okafor,bob@example.org,{agreed}\n"
    Path("attendees.csv").write_text(f"Name,Email,Agreed\n{rows}")


def match(*options: str) -> Result:
    return CliRunner().invoke(app, ["match", "attendees.csv", "connections", *options])


def test_who_knows_whom_is_found_without_a_word_about_what_is_missing() -> None:
    attendees('"introduce, connections"')
    Path("connections/ann@example.org.vcf").write_text(CARD)
    result = match()
    assert result.exit_code == 0
    assert "ann@example.org,bob@example.org" in result.stdout
    assert "2 attendees, 1 connection sets, 1 pairs" in result.stderr
    assert NOBODY_AGREED not in result.stderr
    assert NO_EXPORT not in result.stderr


def test_an_empty_folder_is_said_to_be_one() -> None:
    attendees("yes")
    assert NO_EXPORT in match().stderr
    Path("connections/somebody@example.org.vcf").write_text(CARD)
    assert NO_EXPORT in match().stderr


def test_a_list_of_people_who_were_never_asked_is_said_to_be_one() -> None:
    attendees("")
    Path("connections/ann@example.org.vcf").write_text(CARD)
    result = match()
    assert NOBODY_AGREED in result.stderr
    assert NO_EXPORT not in result.stderr
    assert NOBODY_AGREED not in match("--assume-agreed").stderr


def test_a_rehearsal_says_so_before_it_begins(monkeypatch: pytest.MonkeyPatch) -> None:
    from infra.rehearsal import rehearsal

    def begins(*_: object, **__: object) -> None:
        raise rehearsal.NotRehearsed("it begins")

    monkeypatch.setattr(rehearsal, "rehearse", begins)
    monkeypatch.setattr("signal.signal", lambda *_: None)
    attendees("")
    Path("event.toml").write_text(EVENT)
    said = CliRunner().invoke(app, ["rehearse", "event.toml", "attendees.csv", "connections"]).stderr
    assert said.index(NOBODY_AGREED) < said.index(NO_EXPORT) < said.index("it begins")


def test_a_list_that_cannot_be_read_is_told_before_a_rehearsal_begins() -> None:
    Path("attendees.csv").write_text("nothing,here\n")
    Path("event.toml").write_text(EVENT)
    result = CliRunner().invoke(app, ["rehearse", "event.toml", "attendees.csv", "connections"])
    assert result.exit_code == 1
    assert result.stderr.startswith("attendees.csv: ")
