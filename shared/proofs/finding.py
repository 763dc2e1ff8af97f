"""Decide whether an answer proves that a claimed handle is the attendee's: every proof ends in their e-mail address.

Somebody may claim all handles of a victim at once, so links among claimed handles prove nothing. What counts is what
only the owner of the profile can have written, and what names either the registered address or a code that is sent
only there. A website counts only if the profile names it and it names the profile back with rel="me": people give
their employer's site as theirs, and their colleagues have addresses at its domain.

What remains possible, and is accepted: whoever takes over a site that a profile still names, as when its domain ran
out, is taken for the profile's owner; and whoever has an address at the domain of a front page that calls a profile
"me" is taken for that page's owner. The latter is the only proof of kind DOMAIN.

Source: microformats.org/wiki/RelMeAuth; docs.joinmastodon.org/user/profile (link verification); our own reasoning.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from shared.identities import Identity
from shared.identities.addresses import network_at
from shared.proofs.code import holds_code, label_of
from shared.proofs.html import Page, read_html
from shared.proofs.links import WebAddress, is_front_page, joined, profile_at, same_site, strict_host, web_address
from shared.proofs.mailboxes import own_domain
from shared.proofs.networks import SOURCES
from shared.proofs.profile import MOST_BYTES, only_mail, read_profile, text_of
from shared.proofs.proof import Answer, Facts, Kind, Proof, Question

MOST_SITES: Final = 2  # of one profile that are looked at
_REDIRECTS: Final = frozenset((301, 302, 303, 307, 308))
_TRY_LATER: Final = frozenset((408, 425, 429))
_PAGE: Final = {"Accept": "text/html"}


@dataclass(frozen=True, slots=True)
class Site:
    """A website that a profile names as its owner's."""

    address: WebAddress
    names: tuple[Identity, ...]  # the profile's; the site must name one of them back
    named_back: bool  # whether the network has seen to that already

    @property
    def question(self) -> Question:
        return Question(self.address.url, self.address.host, _PAGE)


def ask(identity: Identity) -> Question | None:
    """What to ask the network about a claimed handle; None where it shows profiles only to those who log in."""
    source = SOURCES.get(identity.network)
    url = source.url_for(identity) if source is not None else None
    address = web_address(url) if url is not None else None
    if source is None or address is None:
        return None
    return Question(address.url, address.host, source.headers)


def find_proof(identity: Identity, answer: Answer, facts: Facts) -> Proof | None:
    """The proof that an answer to :func:`ask` holds, the strongest first, or None.

    None for every answer but a whole one: a redirect, an account that was deleted, somebody else's profile.
    """
    profile = read_profile(identity, answer)
    if profile is None:
        return None
    found = (
        (Kind.CODE, holds_code(profile.bio, facts.code)),
        (Kind.EMAIL, facts.email in profile.mail),
        (Kind.CODE_LINK, _leads_to_our_page(profile.links, facts)),
        (Kind.DOMAIN, any(_is_their_own(address, facts) for address in profile.verified)),
    )
    return next((Proof(kind, identity.url or identity.handle) for kind, holds in found if holds), None)


def sites_of(identity: Identity, answer: Answer) -> tuple[Site, ...]:
    """The websites that the profile in an answer names, worth asking where the profile itself proves nothing."""
    profile = read_profile(identity, answer)
    if profile is None or identity.network == "homepage":
        return ()
    own = [address for address in profile.links if network_at(address.host.removeprefix("www.")) is None]
    return tuple(Site(address, profile.names, address in profile.verified) for address in own[:MOST_SITES])


def find_proof_at(site: Site, answer: Answer, facts: Facts) -> Proof | None:
    """The proof that a website's own page holds for the profile that names it, or None."""
    if answer.status != 200 or len(answer.body) > MOST_BYTES:
        return None
    markup = read_html(text_of(answer))
    if not _speaks_for(site, markup):
        return None
    links = [address for href in markup.me if (address := web_address(href)) is not None]
    found = (
        (Kind.SITE_EMAIL, facts.email in only_mail(markup.me)),
        (Kind.SITE_CODE_LINK, _leads_to_our_page(links, facts)),
        (Kind.DOMAIN, _is_their_own(site.address, facts)),
    )
    return next((Proof(kind, site.address.url) for kind, holds in found if holds), None)


def page_with_code(facts: Facts) -> WebAddress | None:
    """The address of our page of the attendee that a profile or website may link to as proof."""
    base = web_address(facts.page_url) if facts.page_url else None
    return WebAddress(base.host, f"{base.path}/{label_of(facts.code)}") if base is not None and facts.code else None


def onward(question: Question, answer: Answer) -> Question | None:
    """Where a website sends its visitors, if to itself: from "ann.example" to "www.ann.example", or to "/en/".

    Never asked for a profile: where a network sends on, the account has another name or is gone.
    """
    here = web_address(question.url)
    if answer.status not in _REDIRECTS or here is None:
        return None
    there = joined(here, answer.headers.get("location", ""))
    if there is None or there.url == here.url or not same_site(here, there):
        return None
    return Question(there.url, there.host, question.headers)


def asks_to_wait(answer: Answer) -> bool:
    """Whether the server could not say now, so that the same question may be answered later."""
    headers = answer.headers
    out_of_quota = answer.status == 403 and (headers.get("x-ratelimit-remaining") == "0" or "retry-after" in headers)
    return answer.status in _TRY_LATER or answer.status >= 500 or out_of_quota


def _speaks_for(site: Site, markup: Page) -> bool:
    """Whether a page calls the profile "me", and no other on the same network, who would be another person."""
    keys = {name.key for name in site.names}
    networks = {name.network for name in site.names}
    there = [found for href in markup.me if (found := profile_at(href)) is not None]
    if any(found.network in networks and found.key not in keys for found in there):
        return False
    return site.named_back or any(found.key in keys for found in there)


def _is_their_own(address: WebAddress, facts: Facts) -> bool:
    domain = own_domain(facts.email)
    return domain is not None and strict_host(domain) == domain and is_front_page(address, domain)


def _leads_to_our_page(links: Iterable[WebAddress], facts: Facts) -> bool:
    page = page_with_code(facts)
    return page is not None and page in links
