"""Lists as platforms export them are understood column by column; what is not is said."""

import io
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.attendee_lists import read_attendee_list
from shared.identities import Identity
from shared.registrations import Purpose, Registration, Status
from shared.tables import Reject, UnreadableTable

AS_OF = datetime(2026, 5, 1, tzinfo=UTC)


def read(text: str) -> list[Registration | Reject]:
    return list(read_attendee_list(io.BytesIO(text.encode()), as_of=AS_OF))


def one(text: str) -> Registration:
    [row] = read(text)
    assert isinstance(row, Registration), row
    return row


# Header rows as FORMATS and the platforms' documentation give them, shortened in the middle.
HEADERS = {
    "eventbrite": (
        "Order #,Order Date,First Name,Last Name,Email,Quantity,Ticket Type,Attendee #,Attendee Status,Title,Company",
        "123,11/29/24 22:28,Ann,O'Neil,ann@example.org,1,Full,77,Attending,Engineer,Acme",
        "77",
    ),
    "eventbrite, old": (
        "Attendee #,Date,Last Name,First Name,Email,QTY,Order #,Attendee Status,Twitter handle,Company",
        "77,2013-06-01,O'Neil,Ann,ann@example.org,1,123,Attending,@ann,Acme",
        "77",
    ),
    "tito": (
        "Number,Ticket,Ticket Full Name,Ticket First Name,Ticket Last Name,Ticket Email,Ticket Company Name,"
        "Void Status,Ticket Reference,Order Name,Order Email,Twitter handle",
        "1,Full,Ann O'Neil,Ann,O'Neil,ann@example.org,Acme,,AB12-1,Boss,boss@example.org,@ann",
        "AB12-1",
    ),
    "pretix, German": (
        "Veranstaltung;Bestellnummer;Status;E-Mail;Teilnehmername;E-Mail-Adresse (Teilnehmer);Firma;Firma",
        "democon;ABC23;Bezahlt;boss@example.org;Ann O'Neil;ann@example.org;Acme;",
        "ann@example.org",
    ),
    "luma": (
        "api_id,name,first_name,last_name,email,phone_number,approval_status,ticket_name",
        "gst-1,Ann O'Neil,Ann,O'Neil,ann@example.org,+33 1 99 00 00 10,approved,Full",
        "gst-1",
    ),
    "hi.events": (
        "ID,First Name,Last Name,Email,Status,Public ID,Company",
        "5,Ann,O'Neil,ann@example.org,ACTIVE,A-77,Acme",
        "A-77",
    ),
    "alf.io": (
        "ID,Category,Event,Status,Full Name,First Name,Last Name,E-Mail,Language",
        "u-1,Full,DemoCon,ACQUIRED,Ann O'Neil,Ann,O'Neil,ann@example.org,en",
        "u-1",
    ),
}


@pytest.mark.parametrize("platform", HEADERS)
def test_a_platforms_own_export_is_understood(platform: str) -> None:
    header, row, reference = HEADERS[platform]
    registration = one(f"{header}\n{row}\n")
    assert (registration.name, registration.email) == ("Ann O'Neil", "ann@example.org")
    assert (registration.reference, registration.status) == (reference, Status.REGISTERED)
    assert registration.agreed is None


def test_the_purchaser_is_never_taken_for_the_attendee() -> None:
    for header in ("Ticket Email,Order Email", "Ticket Email,Email", "Attendee email,E-mail"):
        [row] = read(f"{header}\n,boss@example.org\n")
        assert isinstance(row, Reject)


@pytest.mark.parametrize("status", ["Cancelled", "void", "refunded", "Declined", "storniert", "Not Attending"])
def test_who_cancelled_is_read_as_cancelled(status: str) -> None:
    assert one(f"email,status\na@example.org,{status}\n").status is Status.CANCELLED


def test_who_only_waits_is_not_registered_yet_and_the_organizer_is_told() -> None:
    [row] = read("email,approval_status\na@example.org,waitlist\n")
    assert isinstance(row, Reject)
    assert "no registration yet" in row.reason


@pytest.mark.parametrize(
    ("said", "agreed"),
    [
        ("yes", {Purpose.INTRODUCE, Purpose.CONNECTIONS}),
        ("Ja", {Purpose.INTRODUCE, Purpose.CONNECTIONS}),
        ("introduce", {Purpose.INTRODUCE}),
        ("introduce, connections, text messages", {Purpose.INTRODUCE, Purpose.CONNECTIONS, Purpose.TEXT_MESSAGES}),
        ("no", set()),
        ("", set()),
        ("maybe later", set()),
    ],
)
def test_only_what_was_agreed_to_counts_as_agreed(said: str, agreed: set[Purpose]) -> None:
    assert one(f'email,Agreed\na@example.org,"{said}"\n').agreed == agreed


def test_a_yes_to_introductions_is_no_yes_to_text_messages() -> None:
    row = one("email,Agreed,Agreed: text messages\na@example.org,yes,no\n")
    assert row.agreed == {Purpose.INTRODUCE, Purpose.CONNECTIONS}


def test_handles_are_found_in_columns_that_name_a_network_and_in_general_ones() -> None:
    row = one('email,X (Twitter),Social media\na@example.org,@ann,"github.com/ann, @ann@fosstodon.org"\n')
    assert row.identities == (
        Identity("github", "ann"),
        Identity("mastodon", "ann@fosstodon.org"),
        Identity("x", "ann"),
    )


def test_an_unreadable_handle_is_noted_and_does_not_cost_the_row() -> None:
    row = one("email,LinkedIn\na@example.org,linkedn.com/in/ann\n")
    assert row.identities == ()
    assert row.notes == ('LinkedIn: "linkedn.com/in/ann" is no profile address (did you mean linkedin.com?)',)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("Ann,", "email: the row has no e-mail address"),
        ("Ann,no fixed address", 'email: "no fixed address" is no e-mail address'),
        ("Ann,a@example.org,more", "the row has 3 cells where the header has 2"),
    ],
)
def test_a_row_that_cannot_be_used_is_rejected_with_its_line_and_reason(row: str, reason: str) -> None:
    first, second = read(f"name,email\nBea,b@example.org\n{row}\n")
    assert isinstance(first, Registration)
    assert isinstance(second, Reject)
    assert (second.line, second.reason) == (3, reason)


def test_columns_that_mean_nothing_are_reported() -> None:
    table = read_attendee_list(io.BytesIO(b"email,T-shirt,Diet\na@example.org,M,none\n"), as_of=AS_OF)
    assert table.unrecognized == ("T-shirt", "Diet")


@given(st.binary(max_size=300))
def test_any_bytes_give_rows_rejects_or_the_one_error(data: bytes) -> None:
    try:
        for row in read_attendee_list(io.BytesIO(b"email,name,x,agreed\n" + data), as_of=AS_OF):
            assert isinstance(row, (Registration, Reject))
    except UnreadableTable as error:
        assert str(error)
