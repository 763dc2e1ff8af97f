"""Every platform's payloads, written by hand after its documentation, and what each becomes."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from shared.registrations import (
    BadAnswer,
    BadPayload,
    BadSignature,
    PlatformSettings,
    Pointer,
    Registration,
    Status,
    check_token,
    follow,
    platforms,
    problems_of_options,
    receive,
    sign,
)
from shared.registrations.receiving import PLATFORMS, understand_body
from shared.registrations.signatures import Token

FIXTURES = Path(__file__).parents[2] / "fixtures" / "registrations"
BODIES = sorted(
    path
    for path in FIXTURES.iterdir()
    if path.suffixes in ([".json"], [".form"]) and path.name.split("-")[0] not in ("icebreaker", "tito")
)
NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
FORM = {"content-type": "application/x-www-form-urlencoded; charset=utf-8"}
SECRET = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="


def beside(body: Path, kind: str) -> Any:
    path = body.with_name(f"{body.stem}.{kind}.json")
    return json.loads(path.read_text()) if path.exists() else None


def read(body: Path, **options: str) -> tuple[list[Registration], tuple[Pointer, ...], str]:
    """What a fixture becomes when it is delivered at NOW, pointers followed where the API's answers are beside it."""
    platform = body.name.split("-")[0]
    settings = PlatformSettings(options=(beside(body, "options") or {}) | options)
    headers = sign(platform, body.read_bytes(), SECRET, delivery_id="msg_1", now=NOW)
    headers |= FORM if body.suffix == ".form" else {}
    delivery = receive(platform, headers, body.read_bytes(), [SECRET], now=NOW, settings=settings)
    found = list(delivery.registrations)
    answers = beside(body, "api")
    if answers is not None:
        found += [each for pointer in delivery.pointers for each in follow(platform, pointer, settings, answers.get)]
    return found, delivery.pointers, delivery.reason


def shown(registration: Registration) -> dict[str, Any]:
    said = {
        "reference": registration.reference,
        "status": registration.status.value,
        "changed_at": registration.changed_at.isoformat(),
        "name": registration.name,
        "email": registration.email,
        "phone": registration.phone,
        "company": registration.company,
        "identities": [f"{identity.network}:{identity.handle}" for identity in registration.identities],
        "agreed": None if registration.agreed is None else sorted(registration.agreed),
        "locale": registration.locale,
        "notes": list(registration.notes),
    }
    return {name: value for name, value in said.items() if value or name in ("reference", "status")}


def fixture(name: str) -> Path:
    return FIXTURES / name


@pytest.mark.parametrize("body", BODIES, ids=lambda body: body.name)
def test_a_payload_becomes_what_stands_beside_it(body: Path) -> None:
    registrations, pointers, reason = read(body)
    expected = beside(body, "expected")
    assert expected is not None, f"write {body.stem}.expected.json"
    assert {
        "registrations": [shown(each) for each in registrations],
        "pointers": [f"{pointer.kind} {pointer.reference}" for pointer in pointers],
        "reason": reason,
    } == expected


@pytest.mark.parametrize("platform", platforms)
def test_every_platform_has_a_fixture_for_coming_and_for_not_coming(platform: str) -> None:
    if platform in ("icebreaker", "tito"):
        return  # these have test files of their own
    states = {each.status for body in BODIES if body.name.startswith(f"{platform}-") for each in read(body)[0]}
    assert states >= ({Status.REGISTERED} if platform == "eventyay" else {Status.REGISTERED, Status.CANCELLED})


@pytest.mark.parametrize(
    ("name", "option"),
    [
        ("luma-guest-registered.json", "event"),
        ("tickettailor-issued-ticket-created.json", "event"),
        ("hievents-attendee-created.json", "event"),
        ("zoom-ticket-created.json", "event"),
        ("cvent-accepted.json", "event"),
        ("swoogo-registrant-confirmed.json", "event"),
        ("zuddl-registered.json", "event"),
        ("pretix-order-paid.json", "event"),
        ("pretix-order-paid.json", "organizer"),
        ("eventbrite-order-placed.json", "event"),
        ("eventbrite-attendee-cancelled.json", "event"),
    ],
)
def test_what_is_about_another_event_changes_nothing(name: str, option: str) -> None:
    assert read(fixture(name), **{option: "another"})[0] == []


@pytest.mark.parametrize(
    ("name", "event"),
    [
        ("luma-guest-registered.json", "evt-harbour"),
        ("tickettailor-issued-ticket-created.json", "ev_40980"),
        ("hievents-attendee-created.json", "42"),
        ("zoom-ticket-created.json", "ev_zoom_1"),
        ("eventbrite-order-placed.json", "151"),
    ],
)
def test_what_is_about_this_event_counts(name: str, event: str) -> None:
    assert read(fixture(name), event=event)[0]


def test_zoom_is_answered_what_it_asks() -> None:
    body = fixture("zoom-url-validation.json").read_bytes()
    headers = sign("zoom", body, "secret", delivery_id="1", now=NOW)
    answer = receive("zoom", headers, body, ["secret"], now=NOW).answer
    assert answer["plainToken"] == "qgg8vlvZRS6UYooatFL8Aw"
    # echo -n qgg8vlvZRS6UYooatFL8Aw | openssl dgst -sha256 -hmac secret
    assert answer["encryptedToken"] == "72cef096bfd47c0b8664df30d07721641e4abd7e885ba432204260db477a9a3e"


@pytest.mark.parametrize(
    "url",
    [
        "http://www.eventbriteapi.com/v3/orders/168/",
        "https://www.eventbriteapi.com:8443/v3/orders/168/",
        "https://user@www.eventbriteapi.com/v3/orders/168/",
        "https://evil.example/v3/orders/168/",
        "https://www.eventbriteapi.com/v3/orders/168/../../users/me/",
        "https://www.eventbriteapi.com/v3/orders/168%2f../",
        "https://169.254.169.254/v3/orders/168/",
        "file:///v3/orders/168/",
    ],
)
def test_no_address_of_the_senders_is_ever_looked_up(url: str) -> None:
    body = json.dumps({"config": {"action": "order.placed"}, "api_url": url}).encode()
    content = understand_body("eventbrite", {}, body)
    assert content.pointers == ()
    assert "www.eventbriteapi.com" in content.reason


@pytest.mark.parametrize("code", ["../../../x", "A/B", "", "A?x=1", "A#", "A%2f", None, "x" * 200])
def test_a_code_that_is_none_is_not_looked_up(code: str | None) -> None:
    told = {"organizer": "o", "event": "e", "code": code, "action": "pretix.event.order.paid"}
    assert understand_body("pretix", {}, json.dumps(told).encode()).pointers == ()


@pytest.mark.parametrize("platform", ["pretix", "eventyay", "eventbrite"])
@pytest.mark.parametrize("answer", [[], {}, 7, "x", {"positions": [{}], "status": "p"}, {"attendees": [{"id": 1}]}])
def test_an_answer_unlike_the_documentation_is_one_documented_error(platform: str, answer: Any) -> None:
    pointer = Pointer("order", "168" if platform == "eventbrite" else "o/e/168")
    with pytest.raises(BadAnswer, match=platform):
        list(follow(platform, pointer, PlatformSettings(), lambda path: answer))


def test_an_order_that_is_gone_changes_nothing() -> None:
    pointer = Pointer("order", "o/e/GONE")
    assert list(follow("pretix", pointer, PlatformSettings(), lambda path: None)) == []


@pytest.mark.parametrize("headers", [{"authorization": SECRET}, {"Authorization": f"Bearer {SECRET}"}, {}])
def test_a_token_may_stand_in_the_header_or_in_the_address(headers: dict[str, str]) -> None:
    query = {} if headers else {"token": SECRET}
    check_token("cvent", headers, [SECRET], query, PlatformSettings())


def test_a_token_may_be_the_password_of_the_address() -> None:
    check_token("pretix", {"authorization": "Basic aWNlYnJlYWtlcjpzM2NyZXQ="}, ["s3cret"], {}, PlatformSettings())


@pytest.mark.parametrize(
    ("headers", "query"),
    [
        ({}, {}),
        ({"authorization": "Bearer"}, {}),
        ({"authorization": "Basic %%%"}, {}),
        ({"authorization": "Basic /w=="}, {}),
        ({}, {"token": "wrong"}),
        ({}, {"token": ""}),
    ],
)
def test_any_other_token_is_refused(headers: dict[str, str], query: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        check_token("cvent", headers, [SECRET], query, PlatformSettings())


def test_there_is_nothing_to_ask_for_where_a_platform_signs() -> None:
    with pytest.raises(BadSignature, match="signs"):
        check_token("luma", {"authorization": SECRET}, [SECRET], {}, PlatformSettings())


@pytest.mark.parametrize("platform", [name for name in platforms if isinstance(PLATFORMS[name].scheme, Token)])
def test_without_a_secret_no_token_is_good(platform: str) -> None:
    for secrets in ([], [""], [" "]):
        with pytest.raises(BadSignature, match="no usable secret"):
            check_token(platform, {"authorization": ""}, secrets, {}, PlatformSettings())


@pytest.mark.parametrize(
    ("platform", "options", "problem"),
    [
        ("nosuch", {}, '"nosuch" is none of the platforms'),
        ("pretix", {"evnet": "x"}, "evnet: there is no such setting; there are organizer, event, host"),
        ("pretix", {"host": "https://x"}, 'host: "https://x" is no host'),
        ("generic", {}, "reference: is missing"),
        ("generic", {"reference": "ticket.["}, 'reference: "ticket.[" is no JMESPath expression'),
        ("generic", {"reference": "ticket.id", "signature": "md5"}, "signature: must be one of token"),
    ],
)
def test_settings_that_cannot_be_are_named(platform: str, options: dict[str, str], problem: str) -> None:
    assert any(text.startswith(problem) for text in problems_of_options(platform, options))


def test_the_map_of_the_fixture_has_no_problems() -> None:
    options = beside(fixture("generic-attendee.json"), "options")
    assert problems_of_options("generic", options) == []


@pytest.mark.parametrize(
    ("payload", "problem"),
    [
        ({}, "attendees: must be one ticket or a list"),
        ({"attendees": []}, "attendees: must be one ticket or a list"),
        ({"attendees": [{}]}, "ticket.ticket.no: is missing"),
        ({"attendees": [{"ticket": {"no": 1}, "modified": "soon"}]}, 'ticket.modified: "soon'),
        ({"attendees": [{"ticket": {"no": 1}}, {}]}, "ticket.ticket.no[1]: is missing"),
    ],
)
def test_a_field_at_fault_is_named(payload: dict[str, Any], problem: str) -> None:
    settings = PlatformSettings(options=beside(fixture("generic-attendee.json"), "options"))
    with pytest.raises(BadPayload) as caught:
        understand_body("generic", {}, json.dumps(payload).encode(), settings)
    assert caught.value.problems[0].startswith(problem)


def test_a_state_nobody_told_us_of_is_taken_for_a_ticket_and_noted() -> None:
    settings = PlatformSettings(options=beside(fixture("generic-attendee.json"), "options"))
    payload = {"attendees": [{"ticket": {"no": 1}, "modified": "2026-05-01", "state": "Zugelassen"}]}
    (registration,) = understand_body("generic", {}, json.dumps(payload).encode(), settings).registrations
    assert registration.status is Status.REGISTERED
    assert any("Zugelassen" in note for note in registration.notes)


def test_a_map_may_choose_how_deliveries_are_signed() -> None:
    body = fixture("generic-attendee.json").read_bytes()
    options = beside(fixture("generic-attendee.json"), "options") | {"signature": "standard-webhooks"}
    settings = PlatformSettings(options=options)
    with pytest.raises(BadSignature):
        receive("generic", {"authorization": SECRET}, body, [SECRET], now=NOW, settings=settings)
    headers = sign("icebreaker", body, SECRET, delivery_id="1", now=NOW)
    assert receive("generic", headers, body, [SECRET], now=NOW, settings=settings).registrations


def test_the_form_says_the_same_as_the_json() -> None:
    (from_form,), _, _ = read(fixture("swoogo-registrant-updated.form"))
    (from_json,), _, _ = read(fixture("swoogo-registrant-confirmed.json"))
    assert replace(from_form, changed_at=NOW, company="") == replace(from_json, changed_at=NOW, company="")
