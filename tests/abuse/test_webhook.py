"""Whoever does not know the secret gets a 401 or a 422, whatever they send, and reaches nothing."""

import ast
import inspect
import os
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from types import ModuleType

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from shared import registrations
from shared.links import form as form_module
from shared.links import link as link_module
from shared.pipeline.known_events import KnownEvents
from shared.registrations import signatures
from shared.registrations.receiving import LARGEST_BODY
from tests.abuse.webhook import SECRET, Webhook, platforms, webhook

EXAMPLES = int(os.environ.get("ABUSE_EXAMPLES", "300"))  # `make fuzz` asks for 10,000
HEADERS = (
    *("webhook-id", "webhook-timestamp", "webhook-signature", "tito-signature", "signature", "authorization"),
    *("tickettailor-webhook-signature", "x-zm-signature", "x-zm-request-timestamp", "x-webhook-signature"),
    *("x-webhook-name", "content-type", "content-encoding", "cookie", "host", "x-forwarded-for"),
)
NOW = str(int(datetime.now(UTC).timestamp()))
values = (
    st.text(max_size=60)
    | st.sampled_from([NOW, f"t={NOW},v1=00", "v1,AAAA", "v0=", "Basic Og==", "Basic %", "Bearer ", "sha256=", "=,=,="])
    | st.binary(max_size=30).map(lambda raw: raw.decode("latin-1"))
)
headers_of_strangers = st.dictionaries(st.sampled_from(HEADERS) | st.text(min_size=1, max_size=20), values, max_size=8)
bodies = st.binary(max_size=400) | st.sampled_from(
    [b"", b"{}", b"null", b"[" * 5000, b'{"a":' * 5000, b"\xff\xfe", b'"\\ud800"', b"9" * 5000, b"a=b&c=d"]
)


@pytest.fixture(scope="module")
def door() -> Iterator[Webhook]:
    with webhook() as it:
        yield it


@settings(max_examples=EXAMPLES)
@given(
    platform=st.sampled_from(platforms),
    headers=headers_of_strangers,
    body=bodies,
    query=st.dictionaries(st.sampled_from(["token", "x"]), values, max_size=2),
    encoded=st.booleans(),
)
def test_any_bytes_in_any_header_or_body_are_a_401_or_a_422(
    door: Webhook, platform: str, headers: dict[str, str], body: bytes, query: dict[str, str], encoded: bool
) -> None:
    door.reached.clear()
    assert door.deliver(platform, headers, body, query=query, encoded=encoded) in (401, 422)
    assert door.reached == []


@settings(max_examples=EXAMPLES // 2)
@given(platform=st.sampled_from(platforms), headers=headers_of_strangers, body=st.binary(max_size=400))
@example(platform="luma", headers={}, body=b"{}")
def test_even_with_the_right_signature_bytes_that_say_nothing_are_a_422(
    door: Webhook, platform: str, headers: dict[str, str], body: bytes
) -> None:
    door.reached.clear()
    signed = {name.lower(): value for name, value in headers.items()} | door.signed(platform, body)
    assert door.deliver(platform, signed, body) in (401, 422)
    assert door.reached == []


@pytest.mark.parametrize("platform", platforms)
@pytest.mark.parametrize("size", [LARGEST_BODY + 1, 6 * 1024 * 1024])
def test_an_oversize_body_is_a_422_however_it_is_signed(door: Webhook, platform: str, size: int) -> None:
    body = b" " * size
    assert door.deliver(platform, door.signed(platform, body), body) == 422
    assert door.deliver(platform, {}, body) == 422


@pytest.mark.parametrize("body", ["%%%", "AAA", "AAAA=A", "\ud800", "é"])
def test_what_is_marked_as_base64_and_is_none_is_a_401_or_a_422(door: Webhook, body: str) -> None:
    event = {
        "version": "2.0",
        "rawPath": "/events/democon/registrations/icebreaker",
        "headers": {},
        "requestContext": {"http": {"method": "POST", "path": "/"}, "requestId": "r", "stage": "$default"},
        "body": body,
    }
    from tests.abuse.webhook import CONTEXT

    for encoded in (True, False):
        answer = door.handler.handler(event | {"isBase64Encoded": encoded}, CONTEXT)
        assert answer["statusCode"] in (401, 422)


@pytest.mark.parametrize("platform", [p for p in platforms if not registrations.shows_a_token(p)])
def test_a_signature_of_another_platforms_scheme_or_body_opens_nothing(door: Webhook, platform: str) -> None:
    body = b'{"type": "registration.created"}'
    right = door.signed(platform, body)
    assert door.deliver(platform, right, body + b" ") == 401
    for other in platforms:
        if set(door.signed(other, body)) != set(right):
            assert door.deliver(other, right, body) == 401


def test_what_was_recorded_and_sent_again_later_is_a_401(door: Webhook) -> None:
    body = b"{}"
    then = datetime.now(UTC) - timedelta(minutes=6)
    for platform in (
        "icebreaker",
        "luma",
        "tickettailor",
        "zoom",
    ):  # the others send no time; their repetition changes nothing
        headers = registrations.sign(platform, body, SECRET, delivery_id="msg_1", now=then)
        assert door.deliver(platform, headers, body) == 401


# ---- What decides is a comparison in constant time --------------------------------------------------------------


@pytest.mark.parametrize("platform", platforms)
def test_what_decides_about_a_signature_is_hmac_compare_digest(
    door: Webhook, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = b"{}"
    asked: list[tuple[object, object]] = []

    def never(one: object, other: object) -> bool:
        asked.append((one, other))
        return False

    monkeypatch.setattr(signatures.hmac, "compare_digest", never)
    assert door.deliver(platform, door.signed(platform, body), body) == 401
    assert asked  # the right one was looked at, and nothing else let it in
    monkeypatch.setattr(signatures.hmac, "compare_digest", lambda *_: True)
    wrong = registrations.sign(platform, body, registrations.new_secret(), delivery_id="1", now=datetime.now(UTC))
    assert door.deliver(platform, wrong, body) != 401


@pytest.mark.parametrize("module", [signatures, link_module, form_module])
def test_no_signature_is_compared_by_equality(module: ModuleType) -> None:
    """Every use of what was sent as a proof stands in a call of compare_digest, never beside "==" or "in"."""
    proofs = {"signature", "secret", "token", "digest", "wanted", "given", "good", "claimed"}
    # Whether it is written as we write it, not whether it is right.
    form_only = "encoded(data) != token"
    for node in ast.walk(ast.parse(inspect.getsource(module))):
        equality = isinstance(node, ast.Compare) and isinstance(node.ops[0], ast.Eq | ast.NotEq | ast.In | ast.NotIn)
        if equality and ast.unparse(node) != form_only:
            names = {name.id for name in ast.walk(node) if isinstance(name, ast.Name)}
            assert not names & proofs, ast.unparse(node)


# ---- Paths ------------------------------------------------------------------------------------------------------


@settings(max_examples=200)
@given(event_id=st.text(st.characters(exclude_characters="/", exclude_categories=["Cs"]), min_size=1, max_size=40))
@example("x" * 2000)  # longer than a key of DynamoDB
@example("..")
@example("democon%00")
def test_no_event_is_looked_up_that_cannot_be(event_id: str) -> None:
    known = KnownEvents()
    with pytest.MonkeyPatch.context() as patch:
        asked: list[str] = []
        patch.setattr("shared.storage.events.load", asked.append)
        assert known.get(event_id) is None
        assert all(re.fullmatch(r"[a-z0-9][a-z0-9-]{1,62}", each) for each in asked)
