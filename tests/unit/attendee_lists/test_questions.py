"""Questions as columns: agreement in the questions' own words, options, handles that only the cells show."""

import pytest

from shared.registrations import Purpose, Registration
from tests.unit.attendee_lists.lists import attendees


def one(text: str) -> Registration:
    [row] = attendees(text)
    assert isinstance(row, Registration), row
    return row


@pytest.mark.parametrize(
    "question",
    ["May we introduce you to people you know?", "Dürfen wir dich vorstellen?", "Pouvons-nous vous présenter ?"],
)
@pytest.mark.parametrize(("said", "agreed"), [("Yes", {Purpose.INTRODUCE}), ("No", set()), ("", set())])
def test_a_question_for_leave_to_introduce_counts_as_agreement(question: str, said: str, agreed: set[Purpose]) -> None:
    assert one(f'email,"{question}"\na@example.org,{said}\n').agreed == agreed


def test_an_answer_that_is_no_clear_yes_counts_as_no_and_is_noted() -> None:
    row = one("email,May we introduce you?\na@example.org,only to Bea\n")
    assert row.agreed == set()
    assert "no clear yes" in row.notes[0]


@pytest.mark.parametrize(
    ("yes", "no", "agreed"), [("Yes", "No", {Purpose.INTRODUCE}), ("No", "Yes", set()), ("No", "No", set())]
)
def test_an_option_in_a_column_of_its_own_counts_as_the_answer(yes: str, no: str, agreed: set[Purpose]) -> None:
    table = attendees(f"email,May we introduce you? – Yes,May we introduce you? – No\na@example.org,{yes},{no}\n")
    assert table.unrecognized == ()
    [row] = table
    assert isinstance(row, Registration)
    assert row.agreed == agreed


def test_options_of_other_questions_are_reported_and_are_no_handles() -> None:
    table = attendees("email,Which networks do you use? – Twitter,Icebreaker – Introduce me\na@example.org,Yes,Yes\n")
    assert table.unrecognized == ("Which networks do you use? – Twitter",)
    [row] = table
    assert isinstance(row, Registration)
    assert (row.identities, row.agreed) == ((), {Purpose.INTRODUCE})


def handles(rows: list[str], header: str) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    table = attendees(f"email,{header}\n" + "".join(f"p{n}@example.org,{cell}\n" for n, cell in enumerate(rows)))
    found = [i.network for row in table if isinstance(row, Registration) for i in row.identities]
    return " ".join(found), table.unrecognized, table.notes


def test_a_column_of_profile_addresses_is_recognized_by_what_it_holds() -> None:
    found, unknown, notes = handles(["linkedin.com/in/ada-demo", "", "https://www.linkedin.com/in/bea-demo"], "Find me")
    assert (found, unknown) == ("linkedin linkedin", ())
    assert notes == ("the column “Find me” is read as handles: it holds linkedin profiles",)


def test_a_column_of_several_networks_is_read_as_handles_of_any() -> None:
    found, _, notes = handles(["linkedin.com/in/ada-demo", "github.com/bea-demo"], "Find me")
    assert found == "linkedin github"
    assert "several networks" in notes[0]


@pytest.mark.parametrize("header", ["Referred by", "Company page", "Speaker you like"])
def test_somebody_elses_profile_is_not_taken_for_the_attendees(header: str) -> None:
    found, unknown, _ = handles(["linkedin.com/in/ada-demo", "linkedin.com/in/bea-demo"], header)
    assert (found, unknown) == ("", (header,))


def test_a_column_that_holds_few_addresses_stays_unrecognized() -> None:
    found, unknown, _ = handles(["blue", "red", "linkedin.com/in/ada-demo"], "Favourite colour")
    assert (found, unknown) == ("", ("Favourite colour",))


def test_a_filled_column_without_a_header_is_mentioned() -> None:
    table = attendees("email,\na@example.org,something\n")
    assert any("without a header" in note for note in table.notes)


def test_a_question_with_an_at_sign_is_still_part_of_the_header() -> None:
    assert one("email,Your @handle on Twitter\na@example.org,@ann\n").identities[0].network == "x"


def test_what_is_cut_or_ignored_is_noted() -> None:
    row = one(
        f"email,name,language,status,Company,Organisation\na@example.org,{'x' * 300},klingon!,on Mars,Acme,Ajax\n"
    )
    assert len(row.name) == 200
    assert row.locale is None
    assert len(row.notes) == 4


def test_the_buyers_columns_are_left_out_and_that_is_said() -> None:
    table = attendees("Ticket Email,Order Email,Billing name\na@example.org,b@example.org,Bea\n")
    assert any("Order Email, Billing name" in note for note in table.notes)
    assert table.unrecognized == ()
