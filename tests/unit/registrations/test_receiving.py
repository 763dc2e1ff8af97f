"""What every platform's deliveries keep to, whatever the platform."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared.registrations import (
    BadPayload,
    BadSignature,
    Delivery,
    PlatformSettings,
    UnknownPlatform,
    new_secret,
    platforms,
    receive,
    sign,
)
from shared.registrations.__main__ import main
from shared.registrations.receiving import LARGEST_BODY, PLATFORMS
from shared.registrations.signatures import Token

FIXTURES = Path(__file__).parents[2] / "fixtures" / "registrations"
NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
SECRET = new_secret(lambda count: bytes(range(count)))
OTHER_SECRET = new_secret(lambda count: b"\x07" * count)

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
EXAMPLES = {  # where it is not PLATFORM-registered.json
    "icebreaker": "created", "tito": "ticket-completed", "pretix": "order-paid", "eventyay": "order-paid",
    "eventbrite": "order-placed", "luma": "guest-registered", "tickettailor": "issued-ticket-created",
    "hievents": "attendee-created", "zoom": "ticket-created", "cvent": "accepted", "swoogo": "registrant-confirmed",
    "generic": "attendee",
}  # fmt: skip
SIGNING = [name for name in platforms if not isinstance(PLATFORMS[name].scheme, Token)]
FIELDS = [
    "_type", "type", "timestamp", "data", "reference", "slug", "name", "email", "phone", "handles", "agreed", "locale",
    "company", "answers", "responses", "opt_ins", "question", "title", "response", "updated_at", "registration",
    "tickets", "phone_number", "state_name", "test_mode", "accepted", "payload", "object", "event", "event_type",
    "eventType", "message", "action", "id", "ticket_id", "contactStub", "attendees", "ticket", "no", "status", "labels",
    "user_email", "custom_questions", "question_answers", "issued_tickets", "customFields", "config", "api_url",
    "organizer", "code", "event_ts", "messageTime", "actionCreatedAt", "profile", "socialLinks", "approval_status",
]  # fmt: skip
VALUES = [
    "guest.updated", "ISSUED_TICKET.UPDATED", "attendee.updated", "zoom_events.ticket_updated", "REGISTERED",
    "InviteeOrGuestAccepted", "pretix.event.order.paid", "order.placed", "cancelled", "1777626000", "void", "ticket",
    "registration.created", "registration.cancelled", "2026-05-04T09:30:00Z", "a@example.org",
]  # fmt: skip
likely_values = st.recursive(
    st.sampled_from(VALUES) | st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
    max_leaves=20,
)


def example_body(platform: str) -> bytes:
    """The body that goes with the headers of a test registration."""
    return example_of(platform, "json").read_bytes()


def example_of(platform: str, suffix: str) -> Path:
    return FIXTURES / f"{platform}-{EXAMPLES.get(platform, 'registered')}.{suffix}"


def settings_of(platform: str) -> PlatformSettings:
    options = example_of(platform, "options.json")
    return PlatformSettings(options=json.loads(options.read_text()) if options.exists() else {})


def signed(platform: str, body: bytes, **headers: str) -> Delivery:
    lines = sign(platform, body, SECRET, delivery_id="msg_1", now=NOW) | headers
    return receive(platform, lines, body, [SECRET], now=NOW, settings=settings_of(platform))


def outcome(platform: str, body: bytes, **headers: str) -> tuple[object, ...]:
    """What comes of an authentic delivery: registrations, the reason why there is none, or problems."""
    try:
        delivery = signed(platform, body, **headers)
    except BadPayload as error:
        return error.problems
    return (*delivery.registrations, *delivery.pointers) or tuple(delivery.answer) or (delivery.reason,)


@pytest.mark.parametrize("platform", platforms)
def test_every_platform_in_the_table_has_an_example_that_can_be_read(platform: str) -> None:
    assert PLATFORMS[platform].source
    delivery = signed(platform, example_body(platform))
    assert delivery.registrations or delivery.pointers


@pytest.mark.parametrize("platform", platforms)
@given(name=st.text(), headers=st.dictionaries(st.text(), st.text()), body=st.binary())
def test_nobody_gets_in_without_the_secret(platform: str, name: str, headers: dict[str, str], body: bytes) -> None:
    right = sign(platform, body, OTHER_SECRET, delivery_id="msg_1", now=NOW)
    with pytest.raises(BadSignature):
        receive(platform, headers, body, [SECRET], now=NOW)
    for header in right:
        with pytest.raises(BadSignature):
            receive(platform, right | {header: name}, body, [SECRET], now=NOW)


@pytest.mark.parametrize("platform", platforms)
@given(body=st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
@example(body=b"[" * 100_000)
@example(body=b'{"type": ' * 50_000)
@example(body=b'{"type": "\\ud800"}')
@example(body=b'{"type": ' + b"9" * 10_000 + b"}")
def test_whatever_is_signed_becomes_a_delivery_or_a_sentence(platform: str, body: bytes) -> None:
    said = outcome(platform, body)

    assert said
    assert all(said)
    assert len(str(said)) < 5_000


@pytest.mark.parametrize("platform", platforms)
@pytest.mark.parametrize("trigger", ["ticket.completed", "ticket.voided", "registration.cancelled"])
@settings(max_examples=60)
@given(content=st.dictionaries(st.sampled_from(FIELDS), likely_values, max_size=12))
def test_nothing_but_bad_payload_is_raised_for_odd_fields(platform: str, trigger: str, content: object) -> None:
    assert outcome(platform, json.dumps(content).encode(), **{"x-webhook-name": trigger})


@pytest.mark.parametrize("platform", platforms)
def test_header_names_count_in_any_case(platform: str) -> None:
    body = example_body(platform)
    lines = sign(platform, body, SECRET, delivery_id="msg_1", now=NOW)
    shouted = {name.upper(): value for name, value in lines.items()}

    known = settings_of(platform)
    assert receive(platform, shouted, body, [SECRET], now=NOW, settings=known) == signed(platform, body)


@pytest.mark.parametrize("platform", SIGNING)
def test_both_secrets_are_good_while_one_replaces_the_other(platform: str) -> None:
    body = example_body(platform)
    lines = sign(platform, body, SECRET, delivery_id="msg_1", now=NOW)

    assert receive(platform, lines, body, [OTHER_SECRET, SECRET], now=NOW)
    assert receive(platform, lines, body, [SECRET, OTHER_SECRET], now=NOW)
    with pytest.raises(BadSignature, match="does not fit the body"):
        receive(platform, lines, body, [OTHER_SECRET], now=NOW)


@pytest.mark.parametrize("platform", platforms)
@pytest.mark.parametrize("secrets", [[], [""], ["  "]])
def test_without_a_secret_nothing_is_believed(platform: str, secrets: list[str]) -> None:
    lines = sign(platform, b"{}", SECRET, delivery_id="msg_1", now=NOW)
    with pytest.raises(BadSignature, match="no usable secret"):
        receive(platform, lines, b"{}", secrets, now=NOW)


@pytest.mark.parametrize("platform", SIGNING)
def test_a_body_that_was_changed_on_the_way_is_refused(platform: str) -> None:
    body = example_body(platform)
    lines = sign(platform, body, SECRET, delivery_id="msg_1", now=NOW)
    with pytest.raises(BadSignature):
        receive(platform, lines, body + b" ", [SECRET], now=NOW)


@pytest.mark.parametrize("platform", platforms)
def test_an_oversized_body_is_refused_before_any_work(platform: str) -> None:
    with pytest.raises(BadPayload, match=str(LARGEST_BODY + 1)):
        receive(platform, {}, b" " * (LARGEST_BODY + 1), [SECRET], now=NOW)


def test_an_unknown_platform_is_named_in_a_sentence() -> None:
    with pytest.raises(UnknownPlatform) as caught:
        receive("telegraph", {}, b"", [SECRET], now=NOW)
    assert str(caught.value).startswith('"telegraph" is none of the platforms icebreaker, tito, pretix')


@pytest.mark.parametrize("platform", platforms)
def test_the_same_delivery_has_the_same_id_and_another_one_has_another(platform: str) -> None:
    body = example_body(platform)
    later = NOW + timedelta(minutes=1)

    def delivery_id(content: bytes, number: int) -> str | None:
        lines = sign(platform, content, SECRET, delivery_id=f"msg_{number}", now=later)
        return receive(platform, lines, content, [SECRET], now=later, settings=settings_of(platform)).delivery_id

    assert delivery_id(body, 1) == signed(platform, body).delivery_id
    assert delivery_id(body + b"\n", 2) != delivery_id(body, 1)


def test_a_change_dated_in_the_future_does_not_win_over_all_that_follow() -> None:
    content = json.loads((FIXTURES / "icebreaker-created.json").read_text())
    content["timestamp"] = "2027-01-01T00:00:00Z"

    (registration,) = signed("icebreaker", json.dumps(content).encode()).registrations

    assert registration.changed_at == NOW
    assert any("still to come" in note for note in registration.notes)


def test_secrets_are_new_each_time_and_long_enough() -> None:
    assert new_secret() != new_secret()
    assert len(new_secret()) == len("whsec_") + 44


def test_the_command_shows_what_a_payload_becomes(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tito", str(FIXTURES / "tito-ticket-completed.json"), "--header", "X-Webhook-Name:ticket.voided"]) == 0
    (shown,) = json.loads(capsys.readouterr().out)["registrations"]
    assert (shown["reference"], shown["status"], shown["agreed"]) == ("7QXA-2", "cancelled", ["introduce"])

    assert main(["icebreaker", str(FIXTURES / "tito-ticket-completed.json")]) == 1
    assert capsys.readouterr().err == "type: is missing\n"


def test_importing_the_room_leaves_pydantic_for_the_first_delivery() -> None:
    probe = "import shared.registrations, sys; raise SystemExit('pydantic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", probe], check=False).returncode == 0
