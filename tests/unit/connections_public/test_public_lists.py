"""What the three networks' answers mean, written by hand after their documentation."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.connections import Relation, bluesky, github, mastodon
from shared.connections.public import (
    LISTS,
    NETWORKS,
    Broken,
    Found,
    Later,
    Nothing,
    Onward,
    Outcome,
    Request,
    wait_after,
)
from shared.services.web import Page

NOW = datetime(2026, 5, 4, 12, tzinfo=UTC)
FOLLOWS, FOLLOWED_BY = Relation.FOLLOWS, Relation.FOLLOWED_BY
SERVER = "social.example"


def page(body: Any = b"", status: int = 200, **headers: str) -> Page:
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return Page(status, names, body if isinstance(body, bytes) else json.dumps(body).encode())


def read(network: str, request: Request, answer: Page, relation: Relation = FOLLOWS) -> Outcome:
    return NETWORKS[network].read(request, answer, relation, NOW)


def handles(outcome: Outcome) -> list[tuple[str, ...]]:
    assert isinstance(outcome, Found)
    return [tuple(i.handle for i in connection.identities) for connection in outcome.connections]


def onward(outcome: Outcome) -> Request:
    assert isinstance(outcome, Onward)
    return outcome.request


def test_the_sources_are_those_of_the_exports() -> None:
    exported = {module.FOLLOWING for module in (bluesky, github, mastodon)}
    exported |= {module.FOLLOWERS for module in (bluesky, github, mastodon)}
    assert exported == set(LISTS)


class TestGitHub:
    FIRST = NETWORKS["github"].first("ada-example", FOLLOWS)

    def test_the_first_address(self) -> None:
        assert self.FIRST.url == "https://api.github.com/users/ada-example/following?per_page=100"
        by_number = NETWORKS["github"].first("id:583231", FOLLOWED_BY)
        assert by_number.url == "https://api.github.com/user/583231/followers?per_page=100"

    def test_a_page_and_where_the_next_one_is(self) -> None:
        link = (
            '<https://api.github.com/user/583231/following?per_page=100&page=2>; rel="next", '
            '<https://api.github.com/user/583231/following?per_page=100&page=7>; rel="last"'
        )
        users = [{"login": "Grace-Example", "id": 1}, {"login": "charles", "id": 2}, {"id": 3}, "?"]
        outcome = read("github", self.FIRST, page(users, link=link))
        assert handles(outcome) == [("grace-example",), ("charles",)]
        assert isinstance(outcome, Found)
        assert outcome.next == Request("api.github.com", "/user/583231/following?per_page=100&page=2")
        assert {c.relation for c in outcome.connections} == {FOLLOWS}

    def test_the_last_page_has_no_next(self) -> None:
        link = '<https://api.github.com/user/583231/following?per_page=100&page=1>; rel="prev"'
        outcome = read("github", self.FIRST, page([], link=link), FOLLOWED_BY)
        assert outcome == Found((), None)

    @pytest.mark.parametrize(
        "address",
        ["https://evil.example/x", "http://api.github.com/x", "https://a@api.github.com/", "https://[", "//x", ""],
    )
    def test_a_next_page_elsewhere_is_no_next_page(self, address: str) -> None:
        outcome = read("github", self.FIRST, page([], link=f'<{address}>; rel="next"'))
        assert outcome == Found((), None)

    @pytest.mark.parametrize("status", [403, 429])
    def test_the_hourly_limit_is_over_when_the_header_says(self, status: int) -> None:
        reset = str(int((NOW + timedelta(minutes=40)).timestamp()))
        answer = page(
            {"message": "API rate limit exceeded"}, status, x_ratelimit_remaining="0", x_ratelimit_reset=reset
        )
        assert read("github", self.FIRST, answer) == Later(2400)

    def test_the_secondary_limit_too(self) -> None:
        body = {"message": "You have exceeded a secondary rate limit."}
        assert read("github", self.FIRST, page(body, 403, retry_after="90")) == Later(90)
        assert read("github", self.FIRST, page(body, 403)) == Later(60)

    def test_no_such_account_and_a_forbidden_one_are_final(self) -> None:
        assert isinstance(read("github", self.FIRST, page({"message": "Not Found"}, 404)), Nothing)
        assert isinstance(read("github", self.FIRST, page({"message": "Blocked"}, 403)), Nothing)

    def test_a_token_that_is_refused_is_for_the_organizer_to_renew(self) -> None:
        outcome = read("github", self.FIRST, page({"message": "Bad credentials"}, 401))
        assert isinstance(outcome, Broken)
        assert "token" in outcome.reason


class TestBluesky:
    FIRST = NETWORKS["bluesky"].first("ada.example", FOLLOWS)

    def test_the_first_address(self) -> None:
        assert self.FIRST.url == (
            "https://public.api.bsky.app/xrpc/app.bsky.graph.getFollows?actor=ada.example&limit=100"
        )
        by_did = NETWORKS["bluesky"].first("did:plc:abc", FOLLOWED_BY)
        assert by_did.target == "/xrpc/app.bsky.graph.getFollowers?actor=did%3Aplc%3Aabc&limit=100"

    def test_everybody_is_named_by_did_and_by_handle(self) -> None:
        follows = [
            {"did": "did:plc:Grace", "handle": "Grace.example", "displayName": "Grace"},
            {"did": "did:plc:moved", "handle": "handle.invalid"},
            {"handle": 7},
        ]
        outcome = read("bluesky", self.FIRST, page({"subject": {}, "follows": follows, "cursor": "a b"}))
        assert handles(outcome) == [("did:plc:Grace", "grace.example"), ("did:plc:moved",)]
        assert isinstance(outcome, Found)
        assert outcome.next is not None
        assert outcome.next.target == f"{self.FIRST.target}&cursor=a+b"

    def test_followers_stand_under_their_own_name(self) -> None:
        body = {"subject": {}, "followers": [{"did": "did:plc:g", "handle": "g.example"}]}
        outcome = read("bluesky", self.FIRST, page(body), FOLLOWED_BY)
        assert outcome == Found(outcome.connections if isinstance(outcome, Found) else (), None)
        assert handles(outcome) == [("did:plc:g", "g.example")]

    def test_a_cursor_that_stands_still_ends_the_list(self) -> None:
        again = replace(self.FIRST, target=f"{self.FIRST.target}&cursor=same")
        assert read("bluesky", again, page({"follows": [], "cursor": "same"})) == Found((), None)

    def test_an_account_that_is_not_for_strangers_is_not_read(self) -> None:
        subject = {"did": "did:plc:a", "labels": [{"val": "!no-unauthenticated"}]}
        outcome = read("bluesky", self.FIRST, page({"subject": subject, "follows": [{"did": "did:plc:b"}]}))
        assert isinstance(outcome, Nothing)

    def test_no_such_account_is_final_and_the_limit_is_not(self) -> None:
        error = {"error": "InvalidRequest", "message": "Actor not found: ada.example"}
        assert isinstance(read("bluesky", self.FIRST, page(error, 400)), Nothing)
        reset = str(int(NOW.timestamp()) + 200)
        limit = page({"error": "RateLimitExceeded"}, 429, ratelimit_remaining="0", ratelimit_reset=reset)
        assert read("bluesky", self.FIRST, limit) == Later(200)


class TestMastodon:
    FIRST = NETWORKS["mastodon"].first(f"ada@{SERVER}", FOLLOWS)

    @staticmethod
    def jrd(subject: str, address: str) -> Page:
        links = [
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": "https://x.example/"},
            {"rel": "self", "type": "application/activity+json", "href": address},
        ]
        return page({"subject": f"acct:{subject}", "links": links})

    def test_webfinger_then_the_account_then_its_list(self) -> None:
        assert self.FIRST.url == f"https://{SERVER}/.well-known/webfinger?resource=acct:ada%40social.example"
        lookup = onward(read("mastodon", self.FIRST, self.jrd(f"ada@{SERVER}", f"https://{SERVER}/users/ada")))
        assert lookup.url == f"https://{SERVER}/api/v1/accounts/lookup?acct=ada%40social.example"
        account = {"id": "1001", "acct": "ada", "following_count": 2, "followers_count": 9}
        first = onward(read("mastodon", lookup, page(account)))
        assert first.url == f"https://{SERVER}/api/v1/accounts/1001/following?limit=80"
        followers = onward(read("mastodon", lookup, page(account), FOLLOWED_BY))
        assert followers.url == f"https://{SERVER}/api/v1/accounts/1001/followers?limit=80"
        link = f'<https://{SERVER}/api/v1/accounts/1001/following?limit=80&max_id=7>; rel="next"'
        people = [{"acct": "bob"}, {"acct": "Grace@other.example"}, {"acct": None}]
        outcome = read("mastodon", first, page(people, link=link))
        assert handles(outcome) == [(f"bob@{SERVER}",), ("grace@other.example",)]
        assert isinstance(outcome, Found)
        assert outcome.next is not None
        assert outcome.next.target.endswith("max_id=7")
        assert handles(read("mastodon", outcome.next, page([{"acct": "eve"}]))) == [(f"eve@{SERVER}",)]

    def test_a_hidden_list_comes_back_empty_and_is_not_taken_for_an_empty_one(self) -> None:
        listed = Request(SERVER, "/api/v1/accounts/1/following?limit=80", account=f"ada@{SERVER}", expected=12)
        hidden = read("mastodon", listed, page([]))
        assert isinstance(hidden, Nothing)
        assert "hides" in hidden.reason
        assert read("mastodon", replace(listed, expected=0), page([])) == Found((), None)

    def test_a_domain_whose_server_has_another_name_by_link(self) -> None:
        """Handles at example.org, kept at social.example.org (Mastodon's WEB_DOMAIN)."""
        asked = NETWORKS["mastodon"].first("ada@example.org", FOLLOWS)
        lookup = onward(read("mastodon", asked, self.jrd("ada@example.org", f"https://{SERVER}/users/ada")))
        assert lookup.url == f"https://{SERVER}/api/v1/accounts/lookup?acct=ada%40example.org"
        first = onward(read("mastodon", lookup, page({"id": "1", "acct": "ada"})))
        assert handles(read("mastodon", first, page([{"acct": "bob"}]))) == [("bob@example.org",)]

    def test_a_domain_whose_server_has_another_name_by_redirect(self) -> None:
        asked = NETWORKS["mastodon"].first("ada@example.org", FOLLOWS)
        moved = page(status=301, location=f"https://{SERVER}/.well-known/webfinger?resource=acct:ada@example.org")
        there = onward(read("mastodon", asked, moved))
        assert there.url == f"https://{SERVER}/.well-known/webfinger?resource=acct:ada@example.org"
        lookup = onward(read("mastodon", there, self.jrd("ada@example.org", f"https://{SERVER}/users/ada")))
        assert lookup.host == SERVER
        first = onward(read("mastodon", lookup, page({"id": "1", "acct": "ada"})))
        assert handles(read("mastodon", first, page([{"acct": "bob"}]))) == [("bob@example.org",)]

    def test_a_handle_that_is_another_name_for_an_account_elsewhere(self) -> None:
        """A static document at one's own domain: the server knows the account by its own name only."""
        asked = NETWORKS["mastodon"].first("me@ada.example", FOLLOWS)
        lookup = onward(read("mastodon", asked, self.jrd("me@ada.example", f"https://{SERVER}/@ada")))
        alias = onward(read("mastodon", lookup, page({"error": "Record not found"}, 404)))
        assert alias.url == f"https://{SERVER}/api/v1/accounts/lookup?acct=ada"
        first = onward(read("mastodon", alias, page({"id": "1", "acct": "ada"})))
        assert handles(read("mastodon", first, page([{"acct": "bob"}]))) == [(f"bob@{SERVER}",)]
        assert isinstance(read("mastodon", alias, page({}, 404)), Nothing)

    def test_one_hop_and_no_second(self) -> None:
        asked = NETWORKS["mastodon"].first("ada@example.org", FOLLOWS)
        there = onward(
            read("mastodon", asked, page(status=302, location=f"https://{SERVER}/.well-known/webfinger?r=1"))
        )
        farther = page(status=302, location="https://third.example/.well-known/webfinger?r=1")
        assert isinstance(read("mastodon", there, farther), Nothing)
        assert isinstance(read("mastodon", there, self.jrd("a@b.example", "https://third.example/users/a")), Nothing)
        assert isinstance(read("mastodon", asked, page(status=302, location=asked.url)), Nothing)

    @pytest.mark.parametrize(
        "location",
        [
            "http://169.254.169.254/.well-known/webfinger?x",
            "https://social.example:8443/.well-known/webfinger?x",
            "https://a:b@social.example/.well-known/webfinger?x",
            "https://social.example/admin",
            "/.well-known/webfinger?x",
            "https://[::1",
            "",
        ],
    )
    def test_a_redirect_leads_only_to_another_servers_webfinger(self, location: str) -> None:
        assert isinstance(read("mastodon", self.FIRST, page(status=302, location=location)), Nothing)

    @pytest.mark.parametrize(
        "answer",
        [
            page(b"<html>"),
            page({}),
            page({"links": [{"rel": "self", "type": "text/html"}]}),
            page([]),
            page(status=401),
        ],
    )
    def test_a_domain_without_a_server_is_final(self, answer: Page) -> None:
        assert isinstance(read("mastodon", self.FIRST, answer), Nothing)

    @pytest.mark.parametrize("status", [401, 403, 422])
    def test_a_server_that_answers_only_who_logs_in_says_what_to_do(self, status: int) -> None:
        listed = Request(SERVER, "/api/v1/accounts/1/following?limit=80", account=f"ada@{SERVER}")
        outcome = read("mastodon", listed, page({"error": "This API requires an authenticated user"}, status))
        assert isinstance(outcome, Nothing)
        assert "upload" in outcome.reason

    def test_the_limit_is_over_at_an_iso_moment(self) -> None:
        limit = page(
            {"error": "Too many requests"},
            429,
            x_ratelimit_remaining="0",
            x_ratelimit_reset="2026-05-04T12:05:00.000000Z",
        )
        assert read("mastodon", self.FIRST, limit) == Later(300)

    def test_an_account_that_the_server_merely_knows_of_is_not_its_own(self) -> None:
        lookup = Request(SERVER, "/x", "alias", account=f"ada@{SERVER}")
        assert isinstance(read("mastodon", lookup, page({"id": "1", "acct": "ada@other.example"})), Nothing)


class TestEverywhere:
    @pytest.mark.parametrize("network", NETWORKS)
    @pytest.mark.parametrize("status", [500, 502, 504, 408])
    def test_a_server_that_is_not_well_may_be_asked_again(self, network: str, status: int) -> None:
        assert isinstance(read(network, Request(SERVER, "/"), page(b"<html>", status)), Broken)

    @pytest.mark.parametrize("network", NETWORKS)
    def test_an_overloaded_server_is_left_alone(self, network: str) -> None:
        first = NETWORKS[network].first(f"ada@{SERVER}", FOLLOWS)
        assert read(network, first, page(status=503)) == Later(60)
        assert read(network, first, page(status=503, retry_after="Mon, 04 May 2026 12:10:00 GMT")) == Later(600)
        assert read(network, first, page(status=429, retry_after="9" * 12)) == Later(24 * 3600)

    @pytest.mark.parametrize("text", ["-1", "soon", "", "1e9", "9999-99-99", "Mon, 99 May", "²"])
    def test_a_wait_that_cannot_be_read_is_none(self, text: str) -> None:
        assert wait_after(page(retry_after=text), NOW) == 0

    @given(
        st.sampled_from(sorted(NETWORKS)),
        st.sampled_from(["page", "webfinger", "webfinger there", "account", "alias"]),
        st.sampled_from([200, 301, 400, 401, 403, 404, 429, 500]),
        st.dictionaries(
            st.sampled_from(["link", "location", "retry-after", "x-ratelimit-remaining", "x-ratelimit-reset"]),
            st.text(max_size=60) | st.sampled_from(["0", '<https://social.example/x>; rel="next"', "https://a.b/"]),
        ),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=20),
            lambda inner: (
                st.lists(inner, max_size=4)
                | st.dictionaries(
                    st.sampled_from(["login", "did", "handle", "follows", "subject", "labels", "val", "cursor", "acct"])
                    | st.sampled_from(["id", "links", "rel", "type", "href", "following_count"]),
                    inner,
                )
            ),
            max_leaves=12,
        ).map(lambda value: json.dumps(value).encode())
        | st.binary(max_size=40),
    )
    def test_whatever_is_answered_has_a_meaning(
        self, network: str, step: str, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        request = replace(
            NETWORKS[network].first(f"ada@{SERVER}", FOLLOWS), step=step, account=f"ada@{SERVER}", alias=f"x@{SERVER}"
        )
        outcome = NETWORKS[network].read(request, Page(status, headers, body), FOLLOWS, NOW)
        assert isinstance(outcome, Found | Onward | Later | Broken | Nothing)
