"""Proving handles against servers on this machine: each asked once, and none that fails stops the rest."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import pytest

from shared.attendees import Attendee
from shared.identities import Identity
from shared.pipeline.prove_handles import MOST_HANDLES, Proved, prove
from shared.proofs import Kind, code_for, label_of
from shared.services.web import NotPublic, Opening, Page, Unreachable, Web
from tests.handlers.conftest import EVENT
from tests.unit.proofs.answers import github, identity, mastodon, reply, site, verified
from tests.unit.services.servers import Answer, http_server

KEY = b"k" * 32
GITHUB = identity("ann", "github")
MASTODON = identity("@ann@fosstodon.org", "mastodon")
BLUESKY = identity("ann.bsky.social", "bluesky")


def attendee(*claimed: Identity, email: str = "ann@example.org") -> Attendee:
    return Attendee(EVENT.event_id, "annattendeeid234", email, identities=claimed)


def label(claimed: Identity) -> str:
    return label_of(code_for(EVENT.event_id, "annattendeeid234", claimed, KEY))


class Internet:
    """Hosts that answer, by host and path, and what they were asked."""

    def __init__(self, pages: Mapping[str, Answer]) -> None:
        self.pages = pages
        self.asked: list[str] = []
        self.headers: list[dict[str, str]] = []

    def __call__(self, path: str, headers: dict[str, str]) -> Answer:
        address = f"{headers['host']}{path}"
        self.asked.append(address)
        self.headers.append(headers)
        return self.pages.get(address, (404, {}, b"{}"))


@contextmanager
def internet(pages: Mapping[str, Any]) -> Iterator[tuple[Internet, Web]]:
    answers = {at: page if isinstance(page, tuple) else (200, {}, reply(page).body) for at, page in pages.items()}
    served = Internet(answers)
    hosts = {at.partition("/")[0] for at in pages} | {"api.github.com", "fosstodon.org", "public.api.bsky.app"}
    with http_server(served) as port:
        yield served, Web(read_seconds=2, allow={host: Opening("127.0.0.1", port) for host in hosts})


def test_a_code_in_the_bio_proves_the_handle_and_nothing_else_is_asked() -> None:
    with internet({"api.github.com/users/ann": github(bio=label(GITHUB), blog="ann.example")}) as (served, web):
        proved = prove(attendee(GITHUB), EVENT, web, KEY)
    ((claimed, proof),) = proved.proven
    assert (claimed, proof.kind) == (GITHUB, Kind.CODE)
    assert served.asked == ["api.github.com/users/ann"]


def test_an_impostor_who_claims_everything_of_a_victim_proves_nothing() -> None:
    victim = {
        "api.github.com/users/ann": github(email="ann@example.org", blog="https://ann.example"),
        "fosstodon.org/api/v1/accounts/lookup?acct=ann": mastodon(fields=[verified("https://ann.example")]),
        "ann.example/": site("https://github.com/ann", "https://fosstodon.org/@ann", "mailto:ann@example.org"),
    }
    home = identity("ann.example", "homepage")
    with internet(victim) as (served, web):
        proved = prove(attendee(GITHUB, MASTODON, home, email="mallory@evil.example"), EVENT, web, KEY)
        owner = prove(attendee(GITHUB, MASTODON, home), EVENT, web, KEY)
    assert proved == Proved(unproven=(GITHUB, MASTODON, home))
    assert [proof.kind for _, proof in owner.proven] == [Kind.EMAIL, Kind.SITE_EMAIL, Kind.EMAIL]
    assert sorted(served.asked[:3]) == sorted(victim)
    assert len(served.asked) == 6


def test_a_site_that_several_profiles_name_is_asked_once() -> None:
    pages = {
        "api.github.com/users/ann": github(blog="https://ann.example"),
        "fosstodon.org/api/v1/accounts/lookup?acct=ann": mastodon(fields=[verified("https://ann.example/")]),
        "ann.example/": site("https://github.com/ann"),
    }
    with internet(pages) as (served, web):
        prove(attendee(GITHUB, MASTODON, GITHUB), EVENT, web, KEY)
    assert sorted(served.asked) == sorted(pages)


def test_a_site_may_send_on_to_its_own_www_and_a_profile_nowhere() -> None:
    pages = {
        "api.github.com/users/ann": (301, {"Location": "https://api.github.com/user/1"}, b""),
        "api.github.com/user/1": github(bio=label(GITHUB)),
        "fosstodon.org/api/v1/accounts/lookup?acct=ann": mastodon(fields=[verified("https://ann.example/me")]),
        "ann.example/me": (308, {"Location": "https://www.ann.example/me/"}, b""),
        "www.ann.example/me/": site("https://fosstodon.org/@ann", "mailto:ann@example.org"),
    }
    with internet(pages) as (served, web):
        proved = prove(attendee(GITHUB, MASTODON), EVENT, web, KEY)
    assert [claimed for claimed, _ in proved.proven] == [MASTODON]
    assert proved.unproven == (GITHUB,)
    assert "api.github.com/user/1" not in served.asked


def test_a_site_that_sends_on_to_another_is_not_followed() -> None:
    pages = {
        "api.github.com/users/ann": github(blog="https://ann.example"),
        "ann.example/": (302, {"Location": "https://evil.example/"}, b""),
        "evil.example/": site("https://github.com/ann", "mailto:ann@example.org"),
    }
    with internet(pages) as (served, web):
        assert prove(attendee(GITHUB), EVENT, web, KEY).proven == ()
    assert "evil.example/" not in served.asked


@pytest.mark.parametrize(
    ("status", "headers", "later"),
    [
        (429, {"Retry-After": "60"}, True),
        (403, {"X-RateLimit-Remaining": "0"}, True),
        (403, {"Retry-After": "60"}, True),
        (503, {}, True),
        (500, {}, True),
        (403, {}, False),
        (401, {}, False),
        (404, {}, False),
        (410, {}, False),
    ],
)
def test_what_a_network_cannot_say_now_is_for_later(status: int, headers: dict[str, str], later: bool) -> None:
    pages: dict[str, Any] = {
        "api.github.com/users/ann": (status, headers, b"{}"),
        "fosstodon.org/api/v1/accounts/lookup?acct=ann": mastodon(note=label(MASTODON)),
    }
    with internet(pages) as (_, web):
        proved = prove(attendee(GITHUB, MASTODON), EVENT, web, KEY)
    assert [claimed for claimed, _ in proved.proven] == [MASTODON]
    assert proved.try_later == ((GITHUB,) if later else ())
    assert proved.unproven == (() if later else (GITHUB,))


def test_a_site_that_is_down_is_for_later_too() -> None:
    pages: dict[str, Any] = {
        "api.github.com/users/ann": github(blog="https://ann.example"),
        "ann.example/": (502, {}, b""),
    }
    with internet(pages) as (_, web):
        assert prove(attendee(GITHUB), EVENT, web, KEY) == Proved(try_later=(GITHUB,))


def test_networks_that_show_nothing_are_not_asked() -> None:
    linkedin, x = identity("https://linkedin.com/in/annexample", "linkedin"), identity("@annexample", "x")
    with internet({}) as (served, web):
        proved = prove(attendee(linkedin, x), EVENT, web, KEY)
    assert proved == Proved(not_asked=(linkedin, x))
    assert served.asked == []


def test_no_more_handles_are_asked_than_anybody_has() -> None:
    claimed = [identity(f"ann{n}", "github") for n in range(MOST_HANDLES + 5)]
    with internet({}) as (served, web):
        proved = prove(attendee(*claimed), EVENT, web, KEY)
    assert len(served.asked) == MOST_HANDLES
    assert proved.not_asked == tuple(claimed[MOST_HANDLES:])


def test_a_token_goes_to_the_networks_own_api_and_nowhere_else() -> None:
    pages = {"api.github.com/users/ann": github(blog="https://ann.example"), "ann.example/": site()}
    tokens = {"github": "s3cret", "mastodon": "another"}
    with internet(pages) as (served, web):
        prove(attendee(GITHUB, MASTODON), EVENT, web, KEY, tokens=tokens)
    sent = dict(zip(served.asked, served.headers, strict=True))
    assert sent["api.github.com/users/ann"]["authorization"] == "Bearer s3cret"
    assert [at for at, headers in sent.items() if "authorization" in headers] == ["api.github.com/users/ann"]


def test_a_token_that_is_not_accepted_says_nothing_about_the_handle() -> None:
    with internet({"api.github.com/users/ann": (401, {}, b"{}")}) as (_, web):
        assert prove(attendee(GITHUB), EVENT, web, KEY, tokens={"github": "old"}) == Proved(try_later=(GITHUB,))
        assert prove(attendee(GITHUB), EVENT, web, KEY) == Proved(unproven=(GITHUB,))


def test_who_runs_out_of_time_goes_on_later() -> None:
    with internet({"api.github.com/users/ann": github(bio=label(GITHUB))}) as (served, web):
        proved = prove(attendee(GITHUB, MASTODON), EVENT, web, KEY, out_of_time=lambda: len(served.asked) > 0)
    assert [claimed for claimed, _ in proved.proven] == [GITHUB]
    assert proved.try_later == (MASTODON,)


def test_a_link_to_our_page_proves() -> None:
    url = "https://icebreaker.example/me/abc"
    with internet({"api.github.com/users/ann": github(blog=f"{url}/{label(GITHUB)}")}) as (_, web):
        ((_, proof),) = prove(attendee(GITHUB), EVENT, web, KEY, page_url=url).proven
    assert proof.kind is Kind.CODE_LINK


class Failing:
    """A network that fails in one way."""

    def __init__(self, failure: Exception | Page) -> None:
        self.failure = failure
        self.asked = 0

    def get(self, url: str, *, host: str, headers: Mapping[str, str] | None = None) -> Page:
        self.asked += 1
        if isinstance(self.failure, Exception):
            raise self.failure
        return self.failure


def test_no_answer_at_all_is_for_later_and_a_host_inside_never_is() -> None:
    claimed = (GITHUB, MASTODON, BLUESKY)
    assert prove(attendee(*claimed), EVENT, Failing(Unreachable("late")), KEY) == Proved(try_later=claimed)
    assert prove(attendee(*claimed), EVENT, Failing(NotPublic("inside")), KEY) == Proved(unproven=claimed)


def test_no_more_is_read_than_a_few_megabytes_in_all() -> None:
    web = Failing(Page(200, {}, bytes(4 * 1024 * 1024)))
    claimed = [identity(f"ann{n}", "github") for n in range(MOST_HANDLES)]
    proved = prove(attendee(*claimed), EVENT, web, KEY)
    assert web.asked == 2
    assert proved.try_later == tuple(claimed[2:])
