"""Addresses as pages and profiles write them, in one form: hosts in ASCII, nothing that only looks the same.

Source: RFC 3986; RFC 5890 to 5892 (IDNA); WHATWG URL. The standard library's "idna" codec is IDNA 2003, which makes
"fass" of "faß" and plain letters of full-width ones, where browsers today see another host: such names count for none.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, unquote, urljoin, urlsplit

from shared import identities
from shared.identities import Identity
from shared.identities.hosts import host as public_host

_LONGEST: Final = 2_000
_PORTS: Final = {"https": ("", "443"), "http": ("", "80")}
_IN_A_PATH: Final = "/%:@!$&'()*+,;=~-._"
_SPACE: Final = " \t\r\n\f"


@dataclass(frozen=True, slots=True)
class WebAddress:
    """A web page at a public host, whichever of http and https it was written with."""

    host: str  # lower-case ASCII
    path: str  # "" for the front page; else "/…" with the query, without a slash at its end, percent-encoded
    written: str = field(default="", compare=False)  # the path with its slash: many servers send on without it

    @property
    def url(self) -> str:
        return f"https://{self.host}{self.written or self.path or '/'}"


def web_address(text: str, *, typed: bool = False) -> WebAddress | None:
    """The page that a text leads to, or None: another scheme, a user name, a port, no public host.

    :param typed: whether the scheme may be missing, as in the website field of a profile ("ann.example")
    """
    text = text.strip(_SPACE)
    if len(text) > _LONGEST or not text or not _is_plain(text):
        return None
    if typed and "://" not in text:
        text = f"https://{text.removeprefix('//')}"
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    name, _, port = parts.netloc.partition(":")
    if parts.scheme not in _PORTS or port not in _PORTS[parts.scheme]:
        return None
    host = strict_host(name)
    if host is None:
        return None
    query = f"?{quote(parts.query, safe=_IN_A_PATH + '?')}" if parts.query else ""
    path = quote(parts.path, safe=_IN_A_PATH)
    return WebAddress(host, path.rstrip("/") + query, (path or "/") + query)


def strict_host(name: str) -> str | None:
    """The public host in lower-case ASCII; None for whatever two standards read as two hosts."""
    known = public_host(name)
    if known is None or name.isascii():
        return known
    try:
        shown = known.encode().decode("idna")
    except UnicodeError:
        return None
    return known if shown == name.lower().removesuffix(".") else None


def joined(base: WebAddress, reference: str) -> WebAddress | None:
    """Where a reference on a page leads, or None."""
    if len(reference) > _LONGEST or not _is_plain(reference.strip(_SPACE)):
        return None
    try:
        return web_address(urljoin(base.url, reference.strip(_SPACE)))
    except ValueError:
        return None


def same_site(one: WebAddress, other: WebAddress) -> bool:
    """Whether two pages lie at one host; "www." makes no difference."""
    return one.host.removeprefix("www.") == other.host.removeprefix("www.")


def is_front_page(address: WebAddress, domain: str) -> bool:
    """Whether a page is the front page of exactly this domain, or of "www." before it.

    Nothing below and nothing beside it: without a list of public suffixes, which would have to be kept fresh,
    "ann.hosting.example" is not known to be another's than "hosting.example".
    """
    return address.path == "" and address.host in (domain, f"www.{domain}")


def mail_address(href: str) -> str | None:
    """The address in canonical form that a mailto: link writes to; None where it is none, or several."""
    text = href.strip(_SPACE)
    if len(text) > _LONGEST or text[:7].lower() != "mailto:":
        return None
    return canonical_mail(unquote(text[7:].partition("?")[0]))


def canonical_mail(shown: str) -> str | None:
    """An address as a profile shows it in canonical form; None for what only looks like one."""
    text = shown.strip(_SPACE)
    user, at, name = text.rpartition("@")
    if not at or not user or strict_host(name) is None:
        return None
    found = identities.email(text)
    # Reading forgives people brackets, full-width letters and what cannot be seen; what is compared here does not.
    return found.handle if found is not None and found.handle.rpartition("@")[0] == user.lower() else None


def profile_at(href: str) -> Identity | None:
    """Whose profile a link leads to; None where it is none, or only looks like one."""
    address = web_address(href)
    if address is None or "%" in address.path:
        return None  # an escape could stand for a letter of another script, which reading forgives people
    found = identities.parse(address.url)
    return found if isinstance(found, Identity) else None


def _is_plain(text: str) -> bool:
    """Whether there is nothing in a text that is not seen, or that readers of addresses disagree about."""
    return "\\" not in text and all(c.isprintable() and c != " " for c in text)
