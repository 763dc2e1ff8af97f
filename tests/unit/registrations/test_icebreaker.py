"""Icebreaker's own webhook format."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.identities import Identity
from shared.registrations import BadPayload, PlatformSettings, Purpose, Registration, Status
from shared.registrations.content import Pointer, Received
from shared.registrations.icebreaker import parse

FIXTURES = Path(__file__).parents[2] / "fixtures" / "registrations"


def received(body: bytes) -> Received:
    return Received({}, body, datetime(2026, 5, 4, 10, tzinfo=UTC))


def content(**data: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((FIXTURES / "icebreaker-created.json").read_text())
    loaded["data"] |= data
    return loaded


def read(loaded: dict[str, Any]) -> Registration:
    content = parse(received(json.dumps(loaded).encode()), PlatformSettings())
    (registration,) = content.registrations
    assert content.reason == ""
    return registration


def problems(loaded: dict[str, Any]) -> tuple[str, ...]:
    with pytest.raises(BadPayload) as caught:
        read(loaded)
    return caught.value.problems


def test_a_registration_is_read_with_everything_it_says() -> None:
    registration = read(content())

    assert registration.reference == "A-17"
    assert registration.status is Status.REGISTERED
    assert registration.changed_at == datetime(2026, 5, 4, 9, 30, tzinfo=UTC)
    assert registration.name == "Ada Example"
    assert registration.phone == "+35315550134"
    assert registration.locale == "en-IE"
    assert registration.agreed == frozenset({Purpose.INTRODUCE, Purpose.CONNECTIONS})
    assert {identity.network for identity in registration.identities} == {"github", "linkedin"}
    assert Identity("github", "ada-example") in registration.identities


def test_a_handle_we_cannot_read_is_noted_and_holds_nothing_up() -> None:
    assert any("data.handles.carrier pigeon" in note for note in read(content()).notes)


def test_handles_may_come_as_a_list_of_texts() -> None:
    registration = read(content(handles=["https://github.com/ada-example", "https://github.com/Ada-Example/"]))
    assert registration.identities == (Identity("github", "ada-example"),)


@pytest.mark.parametrize("nothing", [None, {}, [], {"github": None}, {"github": ""}])
def test_no_handles_are_no_problem(nothing: object) -> None:
    registration = read(content(handles=nothing))
    assert (registration.identities, registration.notes) == ((), ())


def test_an_unasked_agreement_is_unknown_and_an_empty_one_is_a_no() -> None:
    unasked = content()
    del unasked["data"]["agreed"]

    assert read(unasked).agreed is None
    assert read(content(agreed=[])).agreed == frozenset()


def test_a_cancellation_needs_only_the_reference() -> None:
    cancelled = json.loads((FIXTURES / "icebreaker-cancelled.json").read_text())
    assert read(cancelled).status is Status.CANCELLED

    del cancelled["data"]["reference"]
    assert problems(cancelled) == ("data.reference: is missing",)


def test_whoever_is_to_be_forgotten_is_pointed_at_by_the_ticket_alone() -> None:
    body = json.dumps(
        {"type": "registration.erased", "timestamp": "2026-05-04T09:30:00Z", "data": {"reference": "A-17"}}
    )
    assert parse(received(body.encode()), PlatformSettings()).pointers == (Pointer("erased", "A-17"),)


def test_an_unknown_type_is_answered_with_the_reason() -> None:
    content = parse(received(b'{"type": "coffee.ready"}'), PlatformSettings())
    assert content.registrations == ()
    assert content.reason.startswith('type: "coffee.ready" is none of registration.created')


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        ({"email": "ada at example"}, 'data.email: "ada at example" is no e-mail address'),
        ({"email": None}, "data.email: must be a text"),
        ({"reference": 17}, "data.reference: must be a text"),
        ({"reference": " \n"}, "data.reference: must not be empty"),
        ({"name": "x" * 201}, "data.name: is longer than 200 characters"),
        ({"handles": "ada"}, "data.handles: must be an object (network: handle) or a list of texts"),
        ({"handles": [1]}, "data.handles: each handle must be a text of at most 500 characters"),
        ({"agreed": "introduce"}, "data.agreed: must be a list"),
        (
            {"agreed": ["introduce", "everything"]},
            'data.agreed[1]: "everything" is none of introduce, connections, fetch_connections, remember, '
            "text_messages",
        ),
    ],
)
def test_each_mistake_is_named_with_its_field(data: dict[str, Any], problem: str) -> None:
    assert problems(content(**data)) == (problem,)


@pytest.mark.parametrize("time", ["yesterday", "2026-05-04T09:30:00", "0001-01-01T00:00:00+14:00", 1777887000, None])
def test_a_time_must_say_its_zone(time: object) -> None:
    (problem,) = problems(content() | {"timestamp": time})
    assert problem.startswith("timestamp: ")
    assert "2026-05-04T09:30:00Z" in problem


def test_all_mistakes_are_told_at_once_and_nothing_else_of_the_payload() -> None:
    told = problems(content(email="nowhere", name=None, company="Secret Employer", agreed=[7]))
    assert len(told) == 3
    assert "Secret Employer" not in " ".join(told)


def test_a_name_cannot_carry_line_breaks_or_direction_marks_into_a_mail() -> None:
    assert read(content(name="Ada\r\nBcc: x\u202e Example")).name == "Ada Bcc: x Example"
