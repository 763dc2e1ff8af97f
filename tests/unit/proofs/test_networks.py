"""Every network of the table: what is asked, and what its owner's own words prove."""

from typing import Any

import pytest

from shared.identities import network_of_label
from shared.identities.table import NETWORKS
from shared.proofs import Kind, ask, find_proof, networks, sites_of
from tests.unit.proofs.answers import (
    actor,
    bluesky,
    facts,
    github,
    gitlab,
    identity,
    label,
    link,
    mastodon,
    orcid,
    reply,
    site,
)

# network: handle, what is asked, an answer of which the owner wrote the text given, and one that links to a site
TABLE: dict[str, tuple[str, str, Any, Any]] = {
    "github": (
        "Ann",
        "https://api.github.com/users/ann",
        lambda text: github("Ann", bio=text),
        lambda url: github(blog=url),
    ),
    "gitlab": (
        "ann.e",
        "https://gitlab.com/ann.e",
        lambda text: gitlab(bio=text),
        lambda url: gitlab(website=url),
    ),
    "codeberg": (
        "ann",
        "https://codeberg.org/api/v1/users/ann",
        lambda text: {"login": "Ann", "description": text, "email": "ann@noreply.codeberg.org"},
        lambda url: {"login": "ann", "website": url},
    ),
    "bluesky": (
        "ann.bsky.social",
        "https://public.api.bsky.app/xrpc/app.bsky.actor.getProfile?actor=ann.bsky.social",
        lambda text: bluesky(description=text),
        lambda url: bluesky(website=url),
    ),
    "mastodon": (
        "@Ann@fosstodon.org",
        "https://fosstodon.org/api/v1/accounts/lookup?acct=ann",
        lambda text: mastodon("Ann", note=f"<p>Hello<br>{text}</p>"),
        lambda url: mastodon(fields=[{"name": "Web", "value": link(url), "verified_at": None}]),
    ),
    "lemmy": (
        "ann@lemmy.world",
        "https://lemmy.world/u/ann",
        lambda text: actor(summary=f"<p>{text}</p>"),
        lambda url: actor(attachment=[{"type": "PropertyValue", "name": "Web", "value": link(url)}]),
    ),
    "pixelfed": (
        "@ann@pixelfed.de",
        "https://pixelfed.de/users/ann",
        lambda text: actor(host="pixelfed.de", summary=text),
        lambda url: actor(host="pixelfed.de", attachment=[{"type": "PropertyValue", "value": link(url)}]),
    ),
    "orcid": (
        "0000-0002-1825-0097",
        "https://pub.orcid.org/v3.0/0000-0002-1825-0097/person",
        lambda text: orcid(biography={"content": text}),
        lambda url: orcid() | {"researcher-urls": {"researcher-url": [{"url-name": "Home", "url": {"value": url}}]}},
    ),
    "hackernews": (
        "AnnEx",
        "https://hacker-news.firebaseio.com/v0/user/AnnEx.json",
        lambda text: {"id": "AnnEx", "about": f"Hello<p>{text}", "karma": 2},
        None,
    ),
    "lobsters": (
        "~ann",
        "https://lobste.rs/~ann.json",
        lambda text: {"username": "ann", "about": text, "is_admin": False},
        lambda url: {"username": "ann", "about": "", "homepage": url},
    ),
    "devto": (
        "ann",
        "https://dev.to/api/users/by_username?url=ann",
        lambda text: {"type_of": "user", "username": "ann", "summary": text},
        lambda url: {"username": "ann", "website_url": url},
    ),
    "stackoverflow": (
        "12345",
        "https://api.stackexchange.com/2.3/users/12345?site=stackoverflow",
        None,
        lambda url: {"items": [{"user_id": 12345, "website_url": url}], "has_more": False},
    ),
    "telegram": (
        "annexample",
        "https://t.me/annexample",
        lambda text: f'<head><meta property="og:title" content="Ann"><meta property="og:description" content="{text}">',
        None,
    ),
    "homepage": (
        "https://www.example.org/~ann",
        "https://example.org/~ann",
        None,
        None,
    ),
}


def test_every_network_that_can_be_asked_has_an_example() -> None:
    assert set(networks) == set(TABLE)
    assert set(networks) <= set(NETWORKS)
    assert network_of_label("GitHub") in networks


@pytest.mark.parametrize("network", TABLE)
def test_what_is_asked(network: str) -> None:
    handle, url, _, _ = TABLE[network]
    question = ask(identity(handle, network))
    assert question is not None
    assert question.url == url
    assert question.host == url.split("/")[2]
    assert question.headers["Accept"]


@pytest.mark.parametrize("network", [name for name, row in TABLE.items() if row[2] is not None])
def test_a_code_in_the_owners_own_text_proves(network: str) -> None:
    handle, _, says, _ = TABLE[network]
    claimed = identity(handle, network)
    proof = find_proof(claimed, reply(says(label(claimed))), facts(claimed))
    assert proof is not None
    assert (proof.kind, proof.detail) == (Kind.CODE, claimed.url)
    assert find_proof(claimed, reply(says(label(claimed, attendee="mallory"))), facts(claimed)) is None


@pytest.mark.parametrize("network", [name for name, row in TABLE.items() if row[3] is not None])
def test_the_site_that_a_profile_names_is_found(network: str) -> None:
    handle, _, _, names = TABLE[network]
    claimed = identity(handle, network)
    assert [found.address.url for found in sites_of(claimed, reply(names("https://ann.example/me/")))] == [
        "https://ann.example/me/"
    ]


@pytest.mark.parametrize("network", [name for name, row in TABLE.items() if row[3] is not None])
def test_a_link_to_our_page_with_the_code_proves(network: str) -> None:
    handle, _, _, names = TABLE[network]
    claimed = identity(handle, network)
    known = facts(claimed, page_url="https://icebreaker.example/me")
    proof = find_proof(claimed, reply(names(f"https://icebreaker.example/me/{label(claimed)}")), known)
    assert proof is not None
    # Where a link is written as text, the code stands in the owner's text too.
    assert proof.kind is (Kind.CODE if network in ("mastodon", "lemmy", "pixelfed") else Kind.CODE_LINK)


# GitLab's and Telegram's pages are whatever lies at the account's own address.
@pytest.mark.parametrize("network", sorted({name for name, row in TABLE.items() if row[2]} - {"gitlab", "telegram"}))
def test_somebody_elses_profile_in_the_answer_proves_nothing(network: str) -> None:
    other = {
        "bluesky": "bob.bsky.social",
        "mastodon": "bob@fosstodon.org",
        "lemmy": "ann@lemmy.ml",
        "pixelfed": "bob@pixelfed.de",
        "orcid": "0000-0001-5109-3700",
    }
    claimed = identity(other.get(network, "bobexample"), network)
    answer = reply(TABLE[network][2](label(claimed)))
    assert find_proof(claimed, answer, facts(claimed)) is None


def test_an_actor_served_by_another_server_than_its_own_proves_nothing() -> None:
    claimed = identity("ann@lemmy.world", "lemmy")
    copy = actor(host="evil.example", summary=label(claimed))
    assert find_proof(claimed, reply(copy), facts(claimed)) is None


def test_orcid_shows_an_address_only_once_it_is_verified() -> None:
    claimed = identity("0000-0002-1825-0097", "orcid")
    for checked, kind in ((True, Kind.EMAIL), (False, None), (None, None)):
        emails = {"email": [{"email": "Ann@example.org", "verified": checked, "visibility": "public"}]}
        proof = find_proof(claimed, reply(orcid(emails=emails)), facts(claimed))
        assert (proof and proof.kind) == kind


def test_a_github_number_is_known_by_its_login_too() -> None:
    claimed = identity("https://avatars.githubusercontent.com/u/583231?v=4", "github")
    question = ask(claimed)
    assert question is not None
    assert question.url == "https://api.github.com/user/583231"
    (found,) = sites_of(claimed, reply(github(blog="ann.example")))
    assert identity("ann", "github") in found.names
    other = identity("https://avatars.githubusercontent.com/u/1?v=4", "github")
    assert find_proof(other, reply(github(bio=label(other))), facts(other)) is None


def test_a_homepage_with_letters_of_its_own_is_asked_in_ascii() -> None:
    question = ask(identity("https://bücher.example/änn", "homepage"))
    assert question is not None
    assert (question.url, question.host) == ("https://xn--bcher-kva.example/%C3%A4nn", "xn--bcher-kva.example")


def test_a_homepage_proves_by_calling_the_address_me() -> None:
    home = identity("example.org/~ann", "homepage")
    proof = find_proof(home, reply(site("mailto:ann@example.org")), facts(home))
    assert proof is not None
    assert proof.kind is Kind.EMAIL
    assert sites_of(home, reply(site("https://other.example"))) == ()
