"""Tito's webhooks, as its documentation shows them and as they are seen to arrive."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.identities import Identity
from shared.registrations import BadPayload, PlatformSettings, Purpose, Registration, Status
from shared.registrations.content import Received
from shared.registrations.tito import parse

FIXTURES = Path(__file__).parents[2] / "fixtures" / "registrations"


def received(trigger: str, body: bytes) -> Received:
    return Received({"x-webhook-name": trigger} if trigger else {}, body, datetime(2026, 5, 4, 10, tzinfo=UTC))


def payload(fixture: str = "ticket-completed", /, **changes: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / f"tito-{fixture}.json").read_text())
    return loaded | changes


def read(content: dict[str, Any], trigger: str = "ticket.completed", **questions: str) -> Registration:
    settings = PlatformSettings({name.replace("_", " "): meaning for name, meaning in questions.items()})
    found = parse(received(trigger, json.dumps(content).encode()), settings)
    (registration,), reason = found.registrations, found.reason
    assert reason == ""
    return registration


def asked(title: str, response: Any) -> dict[str, Any]:
    return payload(responses={}, answers=[{"question": {"id": 5, "title": title}, "response": response}])


def test_a_completed_ticket_is_read_with_everything_it_says() -> None:
    registration = read(payload())

    assert registration.reference == "7QXA-2"
    assert registration.status is Status.REGISTERED
    assert registration.name == "Bo Sample"
    assert registration.email == "bo@example.com"
    assert registration.phone == "+49305550177"
    assert registration.company == "Sample & Sons"
    assert registration.identities == (Identity("github", "bo-sample"),)
    assert registration.agreed == frozenset({Purpose.INTRODUCE})


@pytest.mark.parametrize(
    "text", ["2026-04-26 07:36:07 UTC", "2026-04-26T07:36:07.000Z", "2026-04-26T17:36:07.000+10:00"]
)
def test_both_ways_of_writing_a_time_are_the_same_time(text: str) -> None:
    assert read(payload(updated_at=text)).changed_at == datetime(2026, 4, 26, 7, 36, 7, tzinfo=UTC)


def test_an_unassigned_ticket_has_no_address_and_not_the_buyers() -> None:
    registration = read(payload("ticket-unassigned"), "ticket.created")
    assert (registration.email, registration.name, registration.agreed) == (None, "", None)


def test_questions_without_titles_are_found_by_slug_or_number() -> None:
    by_slug = {"code_you_share": "github", "introductions": "agreed:introduce"}
    registration = read(payload("ticket-2019"), **by_slug)
    assert registration.identities == (Identity("github", "dee-instance"),)
    assert registration.agreed == frozenset({Purpose.INTRODUCE})

    assert read(payload("ticket-2019"), **{"21": "github"}).identities == (Identity("github", "dee-instance"),)


@pytest.mark.parametrize(
    ("trigger", "state", "status"),
    [
        ("ticket.voided", "complete", Status.CANCELLED),
        ("ticket.voided", "void", Status.CANCELLED),
        ("ticket.updated", "void", Status.CANCELLED),
        ("ticket.unvoided", "complete", Status.REGISTERED),
        ("ticket.unsnoozed", "incomplete", Status.REGISTERED),
        ("ticket.created", None, Status.REGISTERED),
    ],
)
def test_a_void_ticket_is_cancelled_whatever_the_unsigned_header_says(trigger: str, state: str, status: Status) -> None:
    assert read(payload(state_name=state), trigger).status is status


def test_cancelling_a_registration_cancels_each_of_its_tickets() -> None:
    body = json.dumps(payload("registration-cancelled")).encode()
    registrations = parse(received("registration.cancelled", body), PlatformSettings()).registrations

    assert [(one.reference, one.status) for one in registrations] == [
        ("7QXA-2", Status.CANCELLED),
        ("7QXA-3", Status.CANCELLED),
    ]
    assert {one.changed_at for one in registrations} == {datetime(2026, 5, 2, 16, 4, 10, tzinfo=UTC)}


@pytest.mark.parametrize("trigger", ["checkin.created", "registration.updated", "registration.finished", "x"])
def test_what_does_not_change_a_ticket_is_taken_note_of_and_nothing_more(trigger: str) -> None:
    body = json.dumps(payload("registration-cancelled")).encode()
    found = parse(received(trigger, body), PlatformSettings())
    registrations, reason = found.registrations, found.reason
    assert registrations == ()
    assert trigger in reason


def test_nobody_comes_with_a_ticket_made_in_test_mode() -> None:
    body = json.dumps(payload(test_mode=True)).encode()
    found = parse(received("ticket.completed", body), PlatformSettings())
    registrations, reason = found.registrations, found.reason
    assert registrations == ()
    assert "test mode" in reason


def test_whoever_takes_over_a_ticket_has_not_agreed_by_what_its_former_holder_answered() -> None:
    registration = read(payload(name="Eve Next", email="eve@example.org"), "ticket.reassigned")

    assert registration.email == "eve@example.org"
    assert registration.agreed is None
    assert registration.identities == ()
    assert "passed on" in registration.notes[0]


@pytest.mark.parametrize(
    "title",
    [
        "May we introduce you to people you already know online?",
        "Please introduce me to attendees who follow me (yes/no)",
        "Icebreaker: do you agree to be matched with people you know?",
        "I would like to be introduced to people I know",
        "Dürfen wir dich Leuten vorstellen, die du online schon kennst?",
        "Duerfen wir Sie anderen vorstellen?",
        "Pouvons-nous vous présenter à des gens que vous connaissez déjà ?",
        "¿Podemos presentarte a gente que ya conoces?",
        "Podemos apresentar-te a pessoas que já conheces?",
        "Possiamo presentarti a persone che conosci già?",
        "Mogen we je aan bekenden voorstellen?",
    ],
)
def test_a_question_that_asks_for_leave_to_introduce_is_recognised(title: str) -> None:
    assert read(asked(title, "Yes")).agreed == frozenset({Purpose.INTRODUCE})
    assert read(asked(title, ["yes"])).agreed == frozenset({Purpose.INTRODUCE})
    assert read(asked(title, "No")).agreed == frozenset()


@pytest.mark.parametrize(
    "title",
    [
        "Are you coming to the icebreaker party?",
        "May we introduce you to our sponsors?",
        "May we introduce you on stage?",
        "Would you like to introduce yourself?",
        "Do not introduce me to anybody",
        "Kannst du dir vorstellen, einen Vortrag zu halten?",
        "Können Sie sich vorstellen, wiederzukommen?",
        "Were you at the introduction for newcomers?",
        "Vegetarian?",
    ],
)
def test_a_yes_to_any_other_question_is_no_agreement(title: str) -> None:
    assert read(asked(title, "Yes")).agreed is None


@pytest.mark.parametrize("answer", ["yes", "Yes, please!", "JA", "oui", "Sí", ["Yes"], True, "I agree", "Introduce me"])
def test_a_plain_yes_is_a_yes(answer: object) -> None:
    assert read(asked("May we introduce you?", answer)).agreed == frozenset({Purpose.INTRODUCE})


@pytest.mark.parametrize("answer", ["", None, [], "no", "No, thank you", ["No"], False, "nein"])
def test_a_no_and_an_emptied_answer_withdraw_agreement(answer: object) -> None:
    registration = read(asked("May we introduce you?", answer))
    assert (registration.agreed, registration.notes) == (frozenset(), ())


@pytest.mark.parametrize(
    "answer", ["maybe", "yes, but not to my boss", ["yes", "no"], "who are you?", "Yes unless late"]
)
def test_what_is_no_clear_yes_counts_as_no_and_is_noted(answer: object) -> None:
    registration = read(asked("May we introduce you?", answer))
    assert registration.agreed == frozenset()
    assert "no clear yes" in registration.notes[0]


@pytest.mark.parametrize("answer", ["yes", "No", True])
def test_a_yes_or_no_about_a_network_is_nobodys_handle(answer: object) -> None:
    assert read(asked("Twitter", answer)).identities == ()


def test_a_handle_that_cannot_be_read_is_noted_with_its_question() -> None:
    registration = read(asked("GitHub", "I will tell you later!"))
    assert registration.identities == ()
    assert registration.notes[0].startswith('"GitHub": ')


def test_the_organizers_word_counts_more_than_the_title() -> None:
    assert read(asked("GitHub", "bo-sample"), github="ignore").identities == ()
    assert read(asked("Where do you work?", "Example Ltd"), where_do_you_work="company").company == "Sample & Sons"
    unset = asked("Where do you work?", "Example Ltd") | {"company_name": None, "phone_number": None}
    assert read(unset, where_do_you_work="company").company == "Example Ltd"
    reachable = asked("Mobile", "+353 85 555 0101") | {"phone_number": None}
    assert read(reachable, mobile="phone").phone == "+353855550101"
    texts = read(asked("Text me", "yes"), text_me="agreed:text_messages")
    assert texts.agreed == frozenset({Purpose.TEXT_MESSAGES})
    anywhere = read(asked("Find me at", "https://github.com/bo-sample"), find_me_at="handles")
    assert anywhere.identities == (Identity("github", "bo-sample"),)


def test_a_setting_that_means_nothing_is_noted_and_holds_nothing_up() -> None:
    registration = read(asked("Find me at", "somewhere"), find_me_at="pigeon post")
    assert '"pigeon post" is neither' in registration.notes[0]


def test_an_opt_in_counts_only_where_it_is_clear_that_it_was_taken() -> None:
    title = "Introduce me to people I know"
    plain = payload(answers=[], responses={})

    assert read(plain | {"opt_ins": [{"name": title, "accepted": True}]}).agreed == frozenset({Purpose.INTRODUCE})
    assert read(plain | {"opt_ins": [{"name": title, "accepted": False}]}).agreed == frozenset()
    unclear = read(plain | {"opt_ins": [{"name": title}]})
    assert unclear.agreed is None
    assert "does not say whether it was accepted" in unclear.notes[0]
    named = read(plain | {"opt_ins": [{"name": title}]}, Introduce_me_to_people_I_know="agreed:introduce")
    assert named.agreed == frozenset({Purpose.INTRODUCE})


def test_an_unreadable_address_or_number_is_noted_and_holds_nothing_up() -> None:
    registration = read(payload(email="bo at example", phone_number="ask me"))
    assert (registration.email, registration.phone) == (None, None)
    assert len(registration.notes) == 2


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"reference": None, "slug": None}, "reference: is missing"),
        ({"updated_at": None}, "updated_at: is missing"),
        ({"updated_at": "recently"}, 'updated_at: "recently" is no time with a zone'),
        ({"email": 5}, "email: must be a text"),
        ({"_type": "registration"}, '_type: "registration" does not go with the trigger ticket.completed'),
    ],
)
def test_each_mistake_is_named_with_its_field(changes: dict[str, Any], problem: str) -> None:
    with pytest.raises(BadPayload) as caught:
        read(payload(**changes))
    assert caught.value.problems[0].startswith(problem)


def test_a_delivery_that_does_not_say_what_happened_is_refused() -> None:
    with pytest.raises(BadPayload, match="X-Webhook-Name"):
        parse(received("", json.dumps(payload()).encode()), PlatformSettings())


def test_a_question_whose_title_was_reworded_is_still_found_by_its_slug() -> None:
    reworded = asked("Fave site?", "https://github.com/bo-sample") | {
        "responses": {"favourite-site": "https://github.com/bo-sample"}
    }
    assert read(reworded, favourite_site="handles").identities == (Identity("github", "bo-sample"),)
    assert read(reworded, favourite_site="ignore").identities == ()


@pytest.mark.parametrize("trigger", ["ticket.completed", "registration.cancelled"])
def test_a_ticket_goes_by_its_reference_in_every_payload(trigger: str) -> None:
    fixture = "ticket-completed" if trigger.startswith("ticket") else "registration-cancelled"
    registrations = parse(received(trigger, json.dumps(payload(fixture)).encode()), PlatformSettings()).registrations
    assert registrations[0].reference == "7QXA-2"
