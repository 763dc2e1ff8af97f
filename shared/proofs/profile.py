"""What a network's answer says of one account, in one shape for all networks; nothing for any other answer.

Source: networks.py says where in an answer things stand; JMESPath (jmespath.org/specification.html) finds them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import jmespath

from shared import identities
from shared.identities import Identity
from shared.proofs.html import read_html
from shared.proofs.links import WebAddress, canonical_mail, mail_address, web_address
from shared.proofs.networks import SOURCES, Html, Json, Source
from shared.proofs.proof import Answer

MOST_BYTES: Final = 1024 * 1024
_MOST_TEXTS: Final = 50
_LONGEST_TEXT: Final = 64 * 1024
_NOBODYS_SITE: Final = ("handle.invalid", ".bsky.social")  # what handles without a domain of their own end in


@dataclass(frozen=True, slots=True)
class Profile:
    """What an account says of itself."""

    names: tuple[Identity, ...]  # the account's, the asked one first
    bio: str = ""
    mail: tuple[str, ...] = ()  # canonical addresses that it shows as its own
    links: tuple[WebAddress, ...] = ()  # that it names as its own
    verified: tuple[WebAddress, ...] = ()  # those that the network has seen linking back


def read_profile(identity: Identity, answer: Answer) -> Profile | None:
    """The profile in an answer; None for redirects, errors, somebody else's profile, and anything unreadable."""
    source = SOURCES.get(identity.network)
    if source is None or answer.status != 200 or len(answer.body) > MOST_BYTES:
        return None
    if isinstance(source.read, Html):
        return _from_html(identity, source.read, text_of(answer))
    try:
        content = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return _from_json(identity, source, source.read, content)


def text_of(answer: Answer) -> str:
    """The body as text. Whatever is no UTF-8 becomes a character that nothing is compared to."""
    return answer.body[:MOST_BYTES].decode("utf-8", "replace")


def only_mail(hrefs: Iterable[str]) -> tuple[str, ...]:
    """The one address that links write to; none where there are several: then a page speaks for several people."""
    found = {mail for href in hrefs if (mail := mail_address(href)) is not None}
    return tuple(found) if len(found) == 1 else ()


def _from_html(identity: Identity, read: Html, text: str) -> Profile:
    markup = read_html(text, read.bio_class)
    bio = markup.text if read.bio_class else markup.meta.get(read.bio_meta, "") if read.bio_meta else ""
    mail = {"": [], "me": markup.me, "itemprop": markup.mail}[read.mail]
    links = (web_address(href) for href in markup.me)
    return Profile((identity,), bio, only_mail(mail), tuple(dict.fromkeys(link for link in links if link)))


def _from_json(identity: Identity, source: Source, read: Json, content: Any) -> Profile | None:
    if not read.owned(identity, _found(read.owner, content)):
        return None
    verified = _links(read, _texts(read.verified, content))
    names = _names(identity, _found(read.also, content) if read.also else None)
    if source.has_site:
        verified += _sites_of(names)
    bio = "\n".join(_texts(read.bio, content))
    return Profile(
        names=names,
        bio=read_html(bio).text if read.html else bio,
        mail=tuple(mail for text in _texts(read.mail, content) if (mail := canonical_mail(text)) is not None),
        links=tuple(dict.fromkeys(_links(read, _texts(read.links, content)) + verified)),
        verified=verified,
    )


def _names(identity: Identity, also: Any) -> tuple[Identity, ...]:
    other = identities.parse(also, identity.network) if isinstance(also, str) and len(also) < 400 else None
    known = isinstance(other, Identity) and other.network == identity.network
    return tuple(dict.fromkeys((identity, other))) if known and isinstance(other, Identity) else (identity,)


def _sites_of(names: Iterable[Identity]) -> tuple[WebAddress, ...]:
    """The sites that are the account's because its handle is their domain, which the network checks both ways."""
    hosts = (name.handle for name in names if ":" not in name.handle and not name.handle.endswith(_NOBODYS_SITE))
    return tuple(address for host in hosts if (address := web_address(f"https://{host}")) is not None)


def _links(read: Json, texts: Iterable[str]) -> tuple[WebAddress, ...]:
    if read.html:
        texts = [href for text in texts for href in read_html(text).links]
    return tuple(address for text in texts if (address := web_address(text, typed=not read.html)) is not None)


def _texts(expressions: Iterable[str], content: Any) -> list[str]:
    texts = []
    for expression in expressions:
        found = _found(expression, content)
        texts += found[:_MOST_TEXTS] if isinstance(found, list) else [found]
    return [text[:_LONGEST_TEXT] for text in texts if isinstance(text, str)]


def _found(expression: str, content: Any) -> Any:
    return _compiled(expression).search(content)


@cache
def _compiled(expression: str) -> Any:
    return jmespath.compile(expression)
