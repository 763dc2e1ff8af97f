"""The headers that every answer has.

A link is a secret: the browser is told to keep no page, to pass its address on to nobody, and to run and load nothing
but what comes from here. Sources: CSP Level 3, RFC 6797, RFC 9111, Fetch (nosniff): certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from shared.pages.exchange import Reply

HEADERS: Final[Mapping[str, str]] = {
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Strict-Transport-Security": "max-age=63072000",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; "
    "connect-src 'self'{uploads}; form-action 'self'{uploads}; base-uri 'none'; frame-ancestors 'none'"
)
# A page asks for the place that uploads go to by a header of its own, which never leaves here.
UPLOADS_TO: Final = "Icebreaker-Uploads-To"


def headers_of(reply: Reply) -> dict[str, str]:
    """All headers of an answer."""
    own = dict(reply.headers)
    uploads = own.pop(UPLOADS_TO, "")
    policy = POLICY.format(uploads=f" {uploads}" if uploads else "")
    return {**HEADERS, "Content-Security-Policy": policy, "Content-Type": reply.content_type, **own}
