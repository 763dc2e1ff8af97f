"""Signature schemes: the published test vectors, the platforms' own libraries, and every malformed header."""

from __future__ import annotations

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from standardwebhooks import Webhook

from shared.registrations import BadSignature, new_secret, sign
from shared.registrations.signatures import EQUALS, PLAIN, STANDARD_WEBHOOKS, TITO, Scheme, headers_for, verify

NOW = datetime(2026, 5, 4, 10, 0, tzinfo=UTC)
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"  # the one in the Standard Webhooks tests
BODY = b'{"test": 2432232314}'


def headers(**changes: str) -> dict[str, str]:
    sent = headers_for(STANDARD_WEBHOOKS, BODY, SECRET, delivery_id="msg_1", now=NOW)
    return sent | {name.replace("_", "-"): value for name, value in changes.items()}


def as_hex(digest: bytes) -> str:
    return digest.hex()


FURTHER_SCHEMES = {
    "hex of the body": Scheme("signature", "{body}", str.encode, as_hex, PLAIN),
    "hex of time and body": Scheme("x-signature", "{t}{body}", str.encode, as_hex, EQUALS, "v1", "t"),
    "hex of time, dot and body": Scheme("x-signature", "{t}.{body}", str.encode, as_hex, EQUALS, "v1", "t"),
    "time in a header of its own": Scheme(
        "x-signature", "v0:{x-time}:{body}", str.encode, as_hex, EQUALS, "v0", timestamp="x-time"
    ),
}


@pytest.mark.parametrize("scheme", FURTHER_SCHEMES.values(), ids=FURTHER_SCHEMES.keys())
def test_a_further_scheme_is_one_line_of_data(scheme: Scheme) -> None:
    sent = headers_for(scheme, BODY, "key", delivery_id="", now=NOW)

    verify(scheme, sent, BODY, ["key"], now=NOW)
    with pytest.raises(BadSignature):
        verify(scheme, sent, BODY + b" ", ["key"], now=NOW)
    with pytest.raises(BadSignature):
        verify(scheme, sent, BODY, ["another key"], now=NOW)


def test_ticket_tailors_scheme_comes_out_as_its_documentation_says() -> None:
    scheme = FURTHER_SCHEMES["hex of time and body"]
    seconds = str(int(NOW.timestamp()))
    expected = hmac.new(b"key", seconds.encode() + BODY, hashlib.sha256).hexdigest()

    assert headers_for(scheme, BODY, "key", delivery_id="", now=NOW) == {"x-signature": f"t={seconds},v1={expected}"}


def test_tito_signs_the_raw_body_with_its_token() -> None:
    expected = base64.b64encode(hmac.new(b"token", BODY, hashlib.sha256).digest()).decode()

    verify(TITO, {"tito-signature": expected + "\n"}, BODY, ["token"], now=NOW)
    assert headers_for(TITO, BODY, "token", delivery_id="", now=NOW) == {"tito-signature": expected}


@given(body=st.text().map(str.encode), secret=st.binary(min_size=24, max_size=64), number=st.integers(0))
def test_what_the_standard_library_signs_is_accepted(body: bytes, secret: bytes, number: int) -> None:
    text = "whsec_" + base64.b64encode(secret).decode()
    signature = Webhook(text).sign(msg_id=f"msg_{number}", timestamp=NOW, data=body.decode())
    sent = {
        "webhook-id": f"msg_{number}",
        "webhook-timestamp": str(int(NOW.timestamp())),
        "webhook-signature": signature,
    }

    verify(STANDARD_WEBHOOKS, sent, body, [text], now=NOW)


def test_what_we_sign_is_accepted_by_the_standard_library() -> None:
    secret = new_secret()
    clock = datetime.now(UTC)  # the library reads the clock itself

    Webhook(secret).verify(BODY, sign("icebreaker", BODY, secret, delivery_id="msg_1", now=clock), json_parse=False)


def test_several_signatures_in_one_header_are_all_tried() -> None:
    good = headers()["webhook-signature"]
    verify(STANDARD_WEBHOOKS, headers(webhook_signature=f"v1a,abc v1,AAAA {good}"), BODY, [SECRET], now=NOW)


@pytest.mark.parametrize("off", [timedelta(minutes=5), timedelta(minutes=-5)])
def test_five_minutes_of_difference_between_clocks_are_allowed(off: timedelta) -> None:
    verify(STANDARD_WEBHOOKS, headers(), BODY, [SECRET], now=NOW + off)


@pytest.mark.parametrize(("off", "side"), [(301, "301 seconds behind"), (-301, "301 seconds ahead of")])
def test_a_delivery_recorded_and_sent_again_later_is_refused(off: int, side: str) -> None:
    with pytest.raises(BadSignature, match=f"{side} our clock"):
        verify(STANDARD_WEBHOOKS, headers(), BODY, [SECRET], now=NOW + timedelta(seconds=off))


@pytest.mark.parametrize(
    "changes",
    [
        {"webhook_signature": "no comma"},
        {"webhook_signature": "v1,not base64!"},
        {"webhook_signature": "v1,"},
        {"webhook_signature": "v2,abcd"},
        {"webhook_signature": "v1,\ud800"},
        {"webhook_signature": ""},
        {"webhook_timestamp": "soon"},
        {"webhook_timestamp": "1e9"},
        {"webhook_timestamp": "١٢٣"},
        {"webhook_timestamp": "-1"},
        {"webhook_timestamp": "9" * 400},
        {"webhook_timestamp": ""},
        {"webhook_id": ""},
        {"webhook_id": "two words"},
        {"webhook_id": "x" * 201},
    ],
)
def test_every_malformed_header_is_a_bad_signature(changes: dict[str, str]) -> None:
    with pytest.raises(BadSignature):
        verify(STANDARD_WEBHOOKS, headers(**changes), BODY, [SECRET], now=NOW)


@given(signature=st.text(), timestamp=st.text(), number=st.text(), body=st.binary())
def test_arbitrary_headers_are_a_bad_signature(signature: str, timestamp: str, number: str, body: bytes) -> None:
    changes = headers(webhook_signature=signature, webhook_timestamp=timestamp, webhook_id=number)
    with pytest.raises(BadSignature):
        verify(STANDARD_WEBHOOKS, changes, body, [SECRET], now=NOW)


@pytest.mark.parametrize("mistyped", ["whsec_@@@", "whsec_", "", "whsec_a", "whsec_ü"])
def test_a_mistyped_secret_does_not_lock_out_the_good_one(mistyped: str) -> None:
    verify(STANDARD_WEBHOOKS, headers(), BODY, [mistyped, SECRET], now=NOW)
    with pytest.raises(BadSignature, match="no usable secret"):
        verify(STANDARD_WEBHOOKS, headers(), BODY, [mistyped], now=NOW)
