"""Whom one person knows: what the command finds, how sure it says it is, and what it writes."""

from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from infra.cli.acquaintances import Found, Sure, whom_i_know
from infra.cli.for_one import app

EXAMPLE = Path("tests/fixtures/who")
EXPORTS = [EXAMPLE / name for name in ("Connections.csv", "following_accounts.csv", "contacts.vcf")]
HEADER = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"


def who(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["who", *map(str, arguments)], env={"COLUMNS": "200"})


def found_in(tmp_path: Path, attendees: str, connections: str) -> Found:
    (tmp_path / "list.csv").write_text(attendees)
    (tmp_path / "Connections.csv").write_text(HEADER + connections)
    return whom_i_know(tmp_path / "list.csv", [tmp_path / "Connections.csv"])


def sure_of(found: Found) -> dict[str, Sure]:
    return {each.person.name: each.sure for each in found.acquaintances}


def test_the_example_says_who_how_and_since_when() -> None:
    result = who(EXAMPLE / "attendees.csv", *EXPORTS)
    assert result.exit_code == 0
    assert "You know 3 of the 7 people on attendees.csv, and perhaps 2 more." in result.stdout
    assert "You have been connected on LinkedIn since 2019, and you follow them on Mastodon." in result.stdout
    assert "March 2019" in result.stdout
    assert "Nothing was sent anywhere." in result.stderr


def test_what_is_certain_stands_first_and_what_rests_on_names_says_so() -> None:
    assert sure_of(whom_i_know(EXAMPLE / "attendees.csv", EXPORTS)) == {
        "Ben Okafor": Sure.CERTAIN,
        "Dmitrii Sokolov": Sure.CERTAIN,
        "Chloé Martin": Sure.CERTAIN,
        "Emi Tanaka": Sure.LIKELY,
        "Greta Lindqvist": Sure.POSSIBLE,
    }


def test_names_from_a_page_are_never_called_certain() -> None:
    result = who(EXAMPLE / "speakers.txt", EXPORTS[0])
    assert result.stdout.startswith("You may know 3 of the 3 people on speakers.txt; only names could be compared.")
    assert "Probably people you know" in result.stdout
    assert "In your export: Greta Lindqvist, Old Mill Bakery" in result.stdout


def test_of_two_namesakes_on_either_side_neither_is_named(tmp_path: Path) -> None:
    one = ",,Acme,,12 Mar 2019\n"
    assert not found_in(tmp_path, "name\nAnn Lee\nAnn Lee (Berlin)\n", f"Ann,Lee{one}").acquaintances
    two = "Ann,Lee,,a@example.org,Acme,,\nAnn,Lee,,b@example.org,Bee,,\n"
    assert not found_in(tmp_path, "name\nAnn Lee\nBo Oh\n", two).acquaintances


def test_the_same_name_with_another_profile_on_one_network_is_somebody_else(tmp_path: Path) -> None:
    attendees = "name,company,linkedin\nAnn Lee,Acme,linkedin.com/in/ann-lee-1\n"
    assert not found_in(tmp_path, attendees, "Ann,Lee,https://linkedin.com/in/ann-lee-2,,Acme,,\n").acquaintances


def test_a_handle_that_two_claim_finds_nobody_and_is_said_with_its_lines(tmp_path: Path) -> None:
    attendees = "name,email,github\nAnn Lee,a@x.example,ann\nBo Oh,b@x.example,ann\n"
    found = found_in(tmp_path, attendees, "Cy,Do,,c@x.example,,,\n")
    assert 'list.csv: github "ann" stands on lines 2, 3; nobody is found by it' in found.problems


def test_who_cancelled_is_not_among_them(tmp_path: Path) -> None:
    found = found_in(tmp_path, "name,email,status\nAnn Lee,a@x.example,cancelled\n", "Ann,Lee,,a@x.example,,,\n")
    assert (found.people, found.acquaintances) == (0, [])


def test_two_tickets_are_one_person(tmp_path: Path) -> None:
    attendees = "name,email,github\nAnn Lee,a@x.example,\nAnn Lee,a@x.example,ann-lee\n"
    found = found_in(tmp_path, attendees, "Ann,Lee,,a@x.example,,,\n")
    assert (found.people, len(found.acquaintances)) == (1, 1)


def test_errors_name_file_line_and_column(tmp_path: Path) -> None:
    found = found_in(tmp_path, "name,E-mail\nAnn Lee,nowhere\n", "Bo,Oh,https://www.linkedin.com/company/acme,,,,\n")
    assert 'list.csv: line 2: E-mail: "nowhere" is no e-mail address' in found.problems
    assert any(each.startswith('Connections.csv: line 2: URL: "https://www.linkedin.com/') for each in found.problems)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["nowhere.csv", EXPORTS[0]], "nowhere.csv: there is no such file."),
        ([EXAMPLE / "attendees.csv", EXAMPLE], "is a folder: name the files in it, or the zip that it came from."),
        ([EXAMPLE / "attendees.csv", "pyproject.toml"], "None of your exports could be read."),
        ([EXAMPLE / "attendees.csv", EXPORTS[0], "--vcf", "nowhere/x.vcf"], "nowhere/x.vcf: No such file"),
    ],
)
def test_what_cannot_be_done_ends_in_a_sentence(arguments: list[object], sentence: str) -> None:
    result = who(*arguments)
    assert result.exit_code == 1
    assert sentence in result.stderr


def test_many_troubles_of_one_kind_are_counted(tmp_path: Path) -> None:
    rows = "".join(f"Person {n},p{n}\n" for n in range(20))
    (tmp_path / "list.csv").write_text(f"name,email\n{rows}")
    errors = who(tmp_path / "list.csv", EXPORTS[0]).stderr
    assert errors.count("is no e-mail address") == 3
    assert "list.csv: and 17 more like this" in errors


def test_cards_are_of_those_who_are_certain(tmp_path: Path) -> None:
    who(EXAMPLE / "attendees.csv", *EXPORTS, "--vcf", tmp_path / "cards.vcf", "--event", "Try; it")
    cards = (tmp_path / "cards.vcf").read_bytes().decode()
    assert cards.count("BEGIN:VCARD\r\nVERSION:3.0\r\n") == 3
    assert "Tanaka" not in cards
    assert "EMAIL:ben@harbour.example\r\n" in cards
    assert "NOTE:Try\\; it. You have been connected" in cards
    assert all(len(line.encode()) <= 75 for line in cards.split("\r\n"))


def test_the_page_needs_nothing_from_elsewhere_and_runs_nothing(tmp_path: Path) -> None:
    page = tmp_path / "who.html"
    (tmp_path / "list.csv").write_text('name,email\n"<script>alert(1)</script> Lee",a@x.example\n')
    (tmp_path / "Connections.csv").write_text(f"{HEADER}Ann,Lee,,a@x.example,,,\n")
    assert who(tmp_path / "list.csv", tmp_path / "Connections.csv", "--html", page).exit_code == 0
    html = page.read_text()
    assert "<script" not in html
    assert "default-src 'none'" in html
    assert "src=" not in html


def test_a_list_of_numbers_says_that_nobody_is_found_by_it(tmp_path: Path) -> None:
    (tmp_path / "following.js").write_text(
        'window.YTD.following.part0 = [{"following": {"accountId": "12", "userLink": "https://twitter.com/intent/user?user_id=12"}}]'
    )
    assert "numbers instead of handles" in who(EXAMPLE / "attendees.csv", tmp_path / "following.js").stderr


def test_what_can_be_brought_is_told_with_where_to_get_it() -> None:
    told = who("--formats")
    assert told.exit_code == 0
    assert "LinkedIn Connections.csv\n    On linkedin.com" in told.stdout
