"""What registrations make of tickets and attendees, in whatever order and however often they arrive."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from shared.attendees import Attendee, Ticket, agree, erase, register
from shared.identities import Identity
from shared.registrations import Purpose, Registration, Status

START = datetime(2026, 5, 1, 9, tzinfo=UTC)
BOTH = frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS})


class Book:
    """Keeps what ``register`` says must be kept, as storage would."""

    def __init__(self) -> None:
        self.tickets: dict[str, Ticket] = {}
        self.attendees: dict[str, Attendee] = {}

    def take(self, registration: Registration) -> bool:
        attendee_id = registration.email
        ticket = self.tickets.get(f"{registration.platform}#{registration.reference}")
        previous = ticket.attendee_id if ticket and ticket.attendee_id != attendee_id else None
        change = register(
            registration,
            event_id="e",
            attendee_id=attendee_id,
            ticket=ticket,
            holder=self.attendees.get(attendee_id or ""),
            previous_holder=self.attendees.get(previous or ""),
        )
        if change.ticket:
            self.tickets[change.ticket.key] = change.ticket
        self.attendees.update((a.attendee_id, a) for a in change.attendees)
        return bool(change)

    def forget(self, attendee_id: str) -> None:
        known = self.attendees.get(attendee_id, Attendee("e", attendee_id, attendee_id))
        self.attendees[attendee_id] = replace(erase(known, now=START), tickets=())
        for key, ticket in self.tickets.items():
            if ticket.attendee_id == attendee_id:
                self.tickets[key] = ticket.of_nobody()


def registration(minute: int = 0, **fields: object) -> Registration:
    base = Registration("tito", "T-1", Status.REGISTERED, START, "Ann", "ann@example.org", agreed=BOTH)
    return replace(base, changed_at=START + timedelta(minutes=minute), **fields)  # type: ignore[arg-type]


def test_a_second_delivery_changes_nothing() -> None:
    book = Book()
    assert book.take(registration())
    assert not book.take(registration())


@given(st.permutations(range(5)), st.lists(st.integers(0, 4), max_size=5))
def test_the_later_state_wins_whichever_arrives_last(order: list[int], again: list[int]) -> None:
    story = [
        registration(0),
        registration(1, company="Acme"),
        registration(2, name="Ann O'Neil"),
        registration(3, status=Status.CANCELLED),
        registration(4, name="Ann O'Neil-Doe", agreed=frozenset({Purpose.INTRODUCE})),
    ]
    book = Book()
    for position in [*order, *again]:
        book.take(story[position])
    ann = book.attendees["ann@example.org"]
    assert ann.attending
    assert ann.name == "Ann O'Neil-Doe"
    assert ann.consent is not None
    assert ann.consent.purposes == {Purpose.INTRODUCE}


@given(st.permutations(range(3)))
def test_who_cancelled_stays_cancelled_whatever_older_arrives(order: list[int]) -> None:
    story = [registration(0), registration(1), registration(2, status=Status.CANCELLED, email=None, name="")]
    book = Book()
    for position in order:
        book.take(story[position])
    assert not any(attendee.attending for attendee in book.attendees.values())


def test_at_the_same_instant_a_cancellation_wins() -> None:
    for story in (
        ([registration(), registration(status=Status.CANCELLED)],) * 1,
        ([registration(status=Status.CANCELLED), registration()],),
    ):
        book = Book()
        for one in story[0]:
            book.take(one)
        assert not book.attendees["ann@example.org"].attending


def test_a_ticket_that_changes_hands_leaves_its_earlier_holder() -> None:
    book = Book()
    book.take(registration(0))
    book.take(registration(1, email="bea@example.org", name="Bea"))
    assert not book.attendees["ann@example.org"].attending
    assert book.attendees["bea@example.org"].attending


def test_a_person_with_two_tickets_comes_until_both_are_cancelled() -> None:
    book = Book()
    book.take(registration(0))
    book.take(registration(0, reference="T-2"))
    book.take(registration(1, status=Status.CANCELLED))
    assert book.attendees["ann@example.org"].attending
    book.take(registration(1, reference="T-2", status=Status.CANCELLED))
    assert not book.attendees["ann@example.org"].attending


def test_an_old_list_does_not_bring_back_who_cancelled_on_the_platform() -> None:
    book = Book()
    book.take(registration(0))
    book.take(registration(1, status=Status.CANCELLED))
    book.take(registration(9, platform="list", reference="ann@example.org"))
    assert not book.attendees["ann@example.org"].attending


def test_a_list_uploaded_again_later_changes_nothing() -> None:
    book = Book()
    book.take(registration(0, platform="list"))
    assert not book.take(registration(60, platform="list"))


def test_silence_leaves_agreement_as_it_was() -> None:
    book = Book()
    book.take(registration(0))
    book.take(registration(1, agreed=None, company="Acme"))
    assert book.attendees["ann@example.org"].agreed(Purpose.INTRODUCE)


def test_what_a_person_withdrew_no_later_registration_or_list_gives_back() -> None:
    book = Book()
    book.take(registration(0))
    ann = agree(book.attendees["ann@example.org"], frozenset(), now=START)
    book.attendees["ann@example.org"] = ann
    book.take(registration(5, company="Acme"))
    book.take(registration(9, platform="list", reference="x"))
    after = book.attendees["ann@example.org"]
    assert after.company == "Acme"
    assert not after.may_be_named
    assert after.findable_identities == ()


def test_what_is_said_again_later_is_not_undone_by_what_was_said_in_between_and_comes_last() -> None:
    book = Book()
    book.take(registration(0))
    book.take(registration(2))
    book.take(registration(1, status=Status.CANCELLED))
    assert book.attendees["ann@example.org"].attending
    book.take(registration(3, agreed=frozenset()))
    book.take(registration(5, agreed=frozenset()))
    book.take(registration(4, agreed=BOTH))
    book.take(registration(4, reference="T-2", agreed=BOTH))
    assert not book.attendees["ann@example.org"].agreed(Purpose.INTRODUCE)


def test_a_ticket_that_goes_to_somebody_who_was_forgotten_is_nobodys() -> None:
    book = Book()
    book.take(registration(0))
    book.attendees["bea@example.org"] = erase(
        Attendee("e", "bea@example.org", "bea@example.org"), now=START + timedelta(minutes=1)
    )
    forgotten = book.attendees["bea@example.org"]
    book.take(registration(2, email="bea@example.org", name="Bea"))
    assert not book.attendees["ann@example.org"].attending
    assert book.attendees["bea@example.org"] == forgotten
    assert book.tickets["tito#T-1"].attendee_id is None
    book.take(registration(1))
    assert not book.attendees["ann@example.org"].attending


@given(st.permutations(range(3)), st.lists(st.integers(0, 2), max_size=4), st.integers(0, 7))
def test_who_was_forgotten_leaves_a_ticket_that_no_late_message_gives_back(
    order: list[int], again: list[int], forgotten_at: int
) -> None:
    story = [
        registration(0),
        registration(1, email="bea@example.org", name="Bea"),
        registration(2, email="bea@example.org", name="Bea B."),
    ]
    book = Book()
    for step, position in enumerate([*order, *again]):
        if step == forgotten_at:
            book.forget("bea@example.org")
        book.take(story[position])
    book.forget("bea@example.org")
    for position in [*again, *order]:
        book.take(story[position])
    assert book.tickets["tito#T-1"] == Ticket(
        "tito", "T-1", Status.REGISTERED, story[2].changed_at, earlier_answers=book.tickets["tito#T-1"].earlier_answers
    )
    assert not any(attendee.attending for attendee in book.attendees.values())


def test_what_somebody_said_who_was_forgotten_is_not_the_word_of_who_gets_their_ticket() -> None:
    handle = Identity("github", "bea")
    for forgotten_first in (False, True):
        book = Book()
        if forgotten_first:
            book.forget("bea@example.org")
        book.take(registration(0, email="bea@example.org", name="Bea", identities=(handle,)))
        if not forgotten_first:
            book.forget("bea@example.org")
        book.take(registration(1, email="cy@example.org", name="Cy", identities=(handle,)))
        assert book.attendees["cy@example.org"].identities == ()
        assert not book.attendees["cy@example.org"].agreed(Purpose.INTRODUCE)


def test_a_list_without_numbers_leaves_no_address_of_who_was_forgotten() -> None:
    book = Book()
    book.forget("ann@example.org")
    for minute in (0, 1):
        assert not book.take(registration(minute, platform="list", reference="ann@example.org"))
    assert book.tickets == {}


def test_answers_stay_with_whoever_gave_them_whatever_they_changed_since() -> None:
    for changed in (False, True):
        book = Book()
        book.take(registration(0))
        if changed:
            ann = book.attendees["ann@example.org"]
            only_one = agree(ann, frozenset({Purpose.INTRODUCE}), now=START + timedelta(minutes=1))
            book.attendees["ann@example.org"] = only_one
        # The platform changes name and address, and keeps the answers: Bea was never asked.
        for minute in (2, 3):
            book.take(registration(minute, name="Bea", email="bea@example.org"))
        assert not book.attendees["bea@example.org"].agreed(Purpose.INTRODUCE), changed
        book.take(registration(4, name="Bea", email="bea@example.org", agreed=frozenset({Purpose.INTRODUCE})))
        assert book.attendees["bea@example.org"].agreed(Purpose.INTRODUCE)
