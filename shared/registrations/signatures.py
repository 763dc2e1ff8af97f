"""Proves that a delivery comes from its platform: signature schemes as data, and one way to check them all."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from shared.registrations.errors import BadSignature

TOLERANCE_SECONDS = 300
NO_QUERY: Mapping[str, str] = {}
NOTHING_SET = "no usable secret is set for this platform, so no delivery can be believed"

Pairs = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class HeaderStyle:
    """How a signature header is written: ``read`` takes it apart into (name, value) pairs, ``write`` puts one together.

    A name may occur more than once (several signatures while a secret is being changed).
    """

    read: Callable[[str], Pairs]
    write: Callable[[Pairs], str]


@dataclass(frozen=True, slots=True)
class Token:
    """No signature at all: the platform repeats a token that the organizer gave it.

    It stands in ``Authorization`` (as it is, after ``Bearer``, or as the password of ``Basic``) or, for platforms that
    let nothing but an address be entered, in the address as ``?token=``. It proves the sender, not the bytes.
    """

    header: str = "authorization"
    parameter: str = "token"


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way of signing, as HMAC-SHA256 over ``content``.

    ``content`` is what is signed, with ``{body}``, ``{some-header}`` or ``{a name from the signature header}`` filled
    in. Header names are lower-case. ``timestamp`` names the header (or pair) with the time of sending in Unix seconds,
    empty where the platform sends none: such deliveries can be replayed, so what they say must bear repetition.
    """

    header: str
    content: str
    key: Callable[[str], bytes]
    encode: Callable[[bytes], str]
    style: HeaderStyle
    version: str = ""
    timestamp: str = ""
    delivery_id: str = ""


def _key_as_written(secret: str) -> bytes:
    return secret.encode()


def _key_of_whsec(secret: str) -> bytes:
    """``whsec_`` and base64, with or without its padding, as the Standard Webhooks libraries take it."""
    text = secret.removeprefix("whsec_").rstrip("=")
    return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode("ascii")


def _split_pairs(text: str, between: str, within: str) -> Pairs:
    parts = (part.strip().partition(within) for part in text.split(between))
    return tuple((name, value) for name, _, value in parts)


PLAIN = HeaderStyle(read=lambda text: (("", text.strip()),), write=lambda pairs: pairs[-1][1])  # <signature>
SPACED = HeaderStyle(  # v1,<signature> v1,<signature>
    read=lambda text: _split_pairs(text, " ", ","), write=lambda pairs: " ".join(f"{n},{v}" for n, v in pairs)
)
EQUALS = HeaderStyle(  # t=<seconds>,v1=<signature>
    read=lambda text: _split_pairs(text, ",", "="), write=lambda pairs: ",".join(f"{n}={v}" for n, v in pairs)
)

STANDARD_WEBHOOKS = Scheme(  # standard-webhooks/standard-webhooks, spec/standard-webhooks.md
    header="webhook-signature",
    content="{webhook-id}.{webhook-timestamp}.{body}",
    key=_key_of_whsec,
    encode=_base64,
    style=SPACED,
    version="v1",
    timestamp="webhook-timestamp",
    delivery_id="webhook-id",
)


def _hex(digest: bytes) -> str:
    return digest.hex()


TITO = Scheme(  # teamtito/api-docs, source/includes/admin_api/3.1/_webhooks.md.erb
    header="tito-signature", content="{body}", key=_key_as_written, encode=_base64, style=PLAIN
)
HI_EVENTS = Scheme(  # HiEventsDev/Hi.Events, backend/config/webhook-server.php; spatie/laravel-webhook-server
    header="signature", content="{body}", key=_key_as_written, encode=_hex, style=PLAIN
)
LUMA = Scheme(  # public receivers agree on it, Luma does not document it: unverified
    header="webhook-signature",
    content="{t}.{body}",
    key=_key_as_written,
    encode=_hex,
    style=EQUALS,
    version="v1",
    timestamp="t",
)
TICKET_TAILOR = Scheme(  # developers.tickettailor.com/docs/webhook/security
    header="tickettailor-webhook-signature",
    content="{t}{body}",
    key=_key_as_written,
    encode=_hex,
    style=EQUALS,
    version="v1",
    timestamp="t",
)
ZOOM = Scheme(  # developers.zoom.us/docs/api/webhooks, "Verify with Zoom's header"
    header="x-zm-signature",
    content="v0:{x-zm-request-timestamp}:{body}",
    key=_key_as_written,
    encode=_hex,
    style=EQUALS,
    version="v0",
    timestamp="x-zm-request-timestamp",
)
ZUDDL = Scheme(  # docs.zuddl.com: "sha256=…" in X-Webhook-Signature; that it covers the raw body is unverified
    header="x-webhook-signature", content="{body}", key=_key_as_written, encode=_hex, style=EQUALS, version="sha256"
)
TOKEN = Token()

# What an organizer can choose for a platform that is not in the table.
BY_NAME: Mapping[str, Scheme | Token] = {
    "token": TOKEN,
    "standard-webhooks": STANDARD_WEBHOOKS,
    "base64-of-body": TITO,
    "hex-of-body": HI_EVENTS,
    "sha256-hex-of-body": ZUDDL,
}


def verify(
    scheme: Scheme | Token,
    headers: Mapping[str, str],
    body: bytes,
    secrets: Sequence[str],
    *,
    now: datetime,
    query: Mapping[str, str] = NO_QUERY,
) -> datetime:
    """Return if one of ``secrets`` vouches for this ``body``: when it was sent, or ``now`` if that is not told.

    ``headers`` have lower-case names, ``now`` is zone-aware. Raises BadSignature for everything else, including
    headers of any malformed kind.
    """
    if isinstance(scheme, Token):
        _verify_token(scheme, headers, query, secrets)
        return now
    keys = _usable_keys(scheme, secrets)
    pairs = scheme.style.read(_header(headers, scheme.header))
    candidates = [_bytes(value) for name, value in pairs if name == scheme.version and value]
    if not candidates:
        raise BadSignature(f"header {scheme.header}: holds no signature of the expected kind")
    values = {**headers, **dict(pairs)}
    sent_at = _check_time(scheme.timestamp, _header(values, scheme.timestamp), now) if scheme.timestamp else now
    if scheme.delivery_id and not re.fullmatch(r"[!-~]{1,200}", _header(values, scheme.delivery_id)):
        raise BadSignature(f"header {scheme.delivery_id}: must be 1 to 200 printable characters without spaces")
    content = _content(scheme, values, body)
    expected = [_bytes(_signature(scheme, key, content)) for key in keys]
    # Every pair is compared, so that the time taken does not tell which secret came close.
    matches = [hmac.compare_digest(candidate, wanted) for wanted in expected for candidate in candidates]
    if not any(matches):
        raise BadSignature(
            f"header {scheme.header}: the signature does not fit the body (is the secret the one the platform shows, "
            "and is the body passed on byte for byte?)"
        )
    return sent_at


def headers_for(scheme: Scheme | Token, body: bytes, secret: str, *, delivery_id: str, now: datetime) -> dict[str, str]:
    """The headers with which a sender would deliver ``body``; ``verify`` accepts them. Raises BadSignature for a
    secret that cannot be used."""
    if isinstance(scheme, Token):
        return {scheme.header: f"Bearer {secret}"}
    seconds = str(int(now.timestamp()))
    values = {scheme.delivery_id: delivery_id, scheme.timestamp: seconds, "t": seconds}
    key = _usable_keys(scheme, [secret])[0]
    signature = _signature(scheme, key, _content(scheme, values, body))
    pairs = (("t", seconds), (scheme.version, signature)) if scheme.timestamp == "t" else ((scheme.version, signature),)
    sent = {name: values[name] for name in (scheme.delivery_id, scheme.timestamp) if name and name != "t"}
    return {**sent, scheme.header: scheme.style.write(pairs)}


def answer_challenge(challenge: str, secret: str) -> dict[str, str]:
    """What Zoom wants back before it delivers (developers.zoom.us/docs/api/webhooks, "Validate your endpoint")."""
    digest = hmac.new(secret.strip().encode(), _bytes(challenge), hashlib.sha256).hexdigest()
    return {"plainToken": challenge, "encryptedToken": digest}


def _verify_token(scheme: Token, headers: Mapping[str, str], query: Mapping[str, str], secrets: Sequence[str]) -> None:
    wanted = [_bytes(secret.strip()) for secret in secrets if secret.strip()]
    if not wanted:
        raise BadSignature(NOTHING_SET)
    given = [_bytes(token) for token in _tokens(headers.get(scheme.header, ""), query.get(scheme.parameter, ""))]
    if not given:
        raise BadSignature(f"header {scheme.header}: missing, and the address has no ?{scheme.parameter}=")
    matches = [hmac.compare_digest(token, secret) for secret in wanted for token in given]
    if not any(matches):
        raise BadSignature(f"header {scheme.header} or ?{scheme.parameter}=: not the token that was set for this event")


def _tokens(authorization: str, parameter: str) -> list[str]:
    """Every way in which a token may be written; one that is neither Bearer nor Basic counts as it is."""
    found = [parameter] if parameter else []
    text = authorization.strip()
    kind, _, value = text.partition(" ")
    if kind.lower() == "basic":
        with contextlib.suppress(ValueError):
            found.append(base64.b64decode(value.strip(), validate=True).decode().partition(":")[2])
    elif text:
        found.append(value.strip() if kind.lower() == "bearer" else text)
    return [token for token in found if token]


def _usable_keys(scheme: Scheme, secrets: Sequence[str]) -> list[bytes]:
    keys = []
    for secret in secrets:
        try:
            key = scheme.key(secret.strip())
        except (ValueError, binascii.Error):
            continue  # one mistyped secret must not lock out the one that is still good
        if key:
            keys.append(key)
    if not keys:
        raise BadSignature(NOTHING_SET)
    return keys


def _header(values: Mapping[str, str], name: str) -> str:
    value = values.get(name, "")
    if not value:
        raise BadSignature(f"header {name}: missing")
    return value


def _check_time(name: str, text: str, now: datetime) -> datetime:
    if not re.fullmatch(r"[0-9]{1,12}", text):
        raise BadSignature(f"header {name}: must be whole seconds since 1970")
    ahead = int(text) - now.timestamp()
    if abs(ahead) > TOLERANCE_SECONDS:
        side = "ahead of" if ahead > 0 else "behind"
        raise BadSignature(
            f"header {name}: {abs(ahead):.0f} seconds {side} our clock, more than the {TOLERANCE_SECONDS} allowed "
            "(is the sender's clock right?)"
        )
    return datetime.fromtimestamp(int(text), tz=now.tzinfo)


def _content(scheme: Scheme, values: Mapping[str, str], body: bytes) -> bytes:
    pieces = re.split(r"\{([^}]+)\}", scheme.content)  # text, name, text, name, … text
    filled = (
        _bytes(piece) if index % 2 == 0 else body if piece == "body" else _bytes(_header(values, piece))
        for index, piece in enumerate(pieces)
    )
    return b"".join(filled)


def _signature(scheme: Scheme, key: bytes, content: bytes) -> str:
    return scheme.encode(hmac.new(key, content, hashlib.sha256).digest())


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")  # a header may hold anything, and must not make us fall over
