"""Public follow lists from servers of our own, which speak as the three networks do, into connection sets."""

import hashlib
import json
import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import pairwise
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, urlsplit

import boto3
import pytest
from moto import mock_aws
from moto.core import DEFAULT_ACCOUNT_ID
from moto.sqs.models import sqs_backends

from shared import storage
from shared.connections import Connection, Relation
from shared.connections.public import LISTS
from shared.events import Wave
from shared.identities import Identity
from shared.matching import pack_connections
from shared.pipeline import fetch_connections as fetching
from shared.pipeline.fetch_connections import FetchTask, Patience, Tools, fetch_connections, fetch_for_changes
from shared.pipeline.known_events import KnownEvents
from shared.pipeline.manage_event import erase_attendee, withdraw_attendee
from shared.pipeline.match_attendees import match_everybody
from shared.pipeline.plan_introductions import plan_introductions
from shared.pipeline.receive_registration import store_registration
from shared.registrations import Purpose, Registration, Status
from shared.services._clients import client
from shared.services.web import Opening, Web
from shared.storage.imports import ImportReport
from tests.handlers.conftest import CONTEXT, ENVIRONMENT, EVENT, World, with_keys
from tests.in_memory import create_table
from tests.unit.services.servers import http_server

ASKS = [Purpose.INTRODUCE, Purpose.CONNECTIONS, Purpose.FETCH]
BEGIN = datetime(2026, 5, 4, 12, tzinfo=UTC)
SERVER = "social.example"

Answer = tuple[int, dict[str, str], bytes]


def did(handle: str) -> str:
    return f"did:plc:{handle.partition('.')[0]}"


@dataclass
class Networks:
    """GitHub, Bluesky and one Mastodon server, with pages of three."""

    people: dict[str, list[str]] = field(default_factory=lambda: {})  # "github/ann/following" → names
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    before: Callable[[str], Answer | None] = lambda _: None  # answers instead, or does something meanwhile
    etags: bool = True
    openings: dict[str, Opening] = field(default_factory=dict)

    def answer(self, host: str) -> Callable[[str, dict[str, str]], Answer]:
        speak = {"api.github.com": self.github, "public.api.bsky.app": self.bluesky, SERVER: self.mastodon}[host]

        def answer(target: str, headers: dict[str, str]) -> Answer:
            self.requests.append((host + target, headers))
            instead = self.before(host + target)
            if instead is not None:
                return instead
            status, more, body = speak(urlsplit(target).path, parse_qs(urlsplit(target).query))
            text = json.dumps(body).encode()
            etag = f'W/"{hashlib.sha256(text).hexdigest()[:16]}"'
            if status == 200 and self.etags:
                more["ETag"] = etag
                if headers.get("if-none-match") == etag:
                    return 304, more, b""
            return status, more, text

        return answer

    def github(self, path: str, query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        names = self.people.get(f"github{path.removeprefix('/users')}")
        if names is None:
            return 404, {}, {"message": "Not Found"}
        number = int(query.get("page", ["1"])[0])
        link = f'<https://api.github.com{path}?per_page=100&page={number + 1}>; rel="next"'
        return 200, {"Link": link} if len(names) > 3 * number else {}, [{"login": n} for n in self.cut(names, number)]

    def bluesky(self, path: str, query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        kind = {"getFollows": "follows", "getFollowers": "followers"}[path.rpartition(".")[2]]
        names = self.people.get(f"bluesky/{query['actor'][0]}/{kind}")
        if names is None:
            return 400, {}, {"error": "InvalidRequest", "message": "Actor not found"}
        number = int(query.get("cursor", ["1"])[0])
        body: dict[str, Any] = {
            "subject": {},
            kind: [{"did": did(n), "handle": n} for n in self.cut(names, number)],
        }
        return 200, {}, body | ({"cursor": str(number + 1)} if len(names) > 3 * number else {})

    def mastodon(self, path: str, query: dict[str, list[str]]) -> tuple[int, dict[str, str], Any]:
        if path == "/.well-known/webfinger":
            account = query["resource"][0].removeprefix("acct:")
            href = f"https://{SERVER}/users/{account.partition('@')[0]}"
            links = [{"rel": "self", "type": "application/activity+json", "href": href}]
            return 200, {}, {"subject": f"acct:{account}", "links": links}
        if path == "/api/v1/accounts/lookup":
            user = query["acct"][0].partition("@")[0]
            known = f"mastodon/{user}/following" in self.people
            return (200, {}, {"id": user, "acct": user, "following_count": 4}) if known else (404, {}, {"error": "?"})
        _, user, kind = path.removeprefix("/api/v1").split("/")[1:]
        names = self.people[f"mastodon/{user}/{kind}"]
        number = int(query.get("max_id", ["1"])[0])
        link = f'<https://{SERVER}{path}?limit=80&max_id={number + 1}>; rel="next"'
        return 200, {"Link": link} if len(names) > 3 * number else {}, [{"acct": n} for n in self.cut(names, number)]

    @staticmethod
    def cut(names: list[str], number: int) -> list[str]:
        return names[3 * number - 3 : 3 * number]

    def asked(self) -> list[str]:
        return [address for address, _ in self.requests]


@pytest.fixture(scope="module")
def deployment(request: pytest.FixtureRequest) -> Iterator[World]:
    """One for all tests here: there are many, and making one takes longer than most of them."""
    with pytest.MonkeyPatch.context() as environment, mock_aws():
        for name, value in (ENVIRONMENT | {"TABLE_NAME": "fetching"}).items():
            environment.setenv(name, value)
        client.cache_clear()
        create_table("fetching")
        storage.connect("fetching")
        yield World("fetching", with_keys(request.config), "")
    client.cache_clear()


@pytest.fixture
def world(deployment: World) -> Iterator[World]:
    """The deployment with nothing but an event."""
    storage.connect(deployment.table_name)
    storage.events.create(EVENT)
    yield deployment
    storage.events.delete(EVENT)


@pytest.fixture
def networks() -> Iterator[Networks]:
    made = Networks()
    with ExitStack() as stack:
        for host in ("api.github.com", "public.api.bsky.app", SERVER):
            made.openings[host] = Opening("127.0.0.1", stack.enter_context(http_server(made.answer(host))))
        yield made


@dataclass
class Fetcher:
    """One process that fetches, on a clock that the test moves."""

    world: World
    networks: Networks
    now: datetime = BEGIN
    stops: int = 0  # after how many looks at the time there is none left; 0 for never
    token: str | None = None
    patience: Patience = field(default_factory=Patience)
    web: Web | None = None

    def once(self, task: FetchTask) -> FetchTask | None:
        looks = 0

        def out_of_time() -> bool:
            nonlocal looks
            looks += 1
            return bool(self.stops) and looks > self.stops

        tools = Tools(
            web=self.web or Web(allow=self.networks.openings, resolve=lambda _: []),
            hashing_key=self.world.secrets.hashing_key,
            api_token=lambda *_: self.token,
            clock=lambda: self.now,
            out_of_time=out_of_time,
            patience=self.patience,
        )
        return fetch_connections(task, events=KnownEvents(), tools=tools)

    def all(self, task: FetchTask, *, most: int = 100) -> list[FetchTask]:
        """Until it is done, moving the clock to when the task may be taken up; every time it came back."""
        came_back = []
        again = self.once(task)
        while again is not None:
            came_back.append(again)
            assert len(came_back) < most
            self.now = max(self.now, datetime.fromtimestamp(again.not_before, UTC))
            again = self.once(again)
        return came_back


@pytest.fixture
def fetcher(world: World, networks: Networks) -> Fetcher:
    return Fetcher(world, networks)


def attendee_id(name: str) -> str:
    return next(a.attendee_id for a in storage.attendees.load_all(EVENT) if a.email == f"{name}@example.org")


def register(world: World, name: str, minute: int = 0, **data: Any) -> None:
    """Somebody's ticket, with the handles that they gave and what they agreed to."""
    handles = data.get("handles", {"github": name})
    status = data.get("status", Status.REGISTERED)
    registration = Registration(
        platform="icebreaker",
        reference=f"T-{name}",
        status=status,
        changed_at=datetime(2026, 5, 1, 12, minute, tzinfo=UTC),
        name=name.title(),
        email=f"{name}@example.org",
        identities=tuple(sorted(Identity(network, handle) for network, handle in handles.items())),
        agreed=frozenset(data.get("agreed", ASKS)),
    )
    key = world.secrets.hashing_key(EVENT)
    store_registration(EVENT, registration, hashing_key=key, id_key=key)


def ann(world: World, source: str = "github-following", **data: Any) -> FetchTask:
    handles = {"github": "ann", "bluesky": "ann.example", "mastodon": f"ann@{SERVER}"}
    register(world, "ann", **({"handles": handles} | data))
    return FetchTask("democon", attendee_id("ann"), source)


def report(task: FetchTask) -> ImportReport | None:
    return storage.imports.load(EVENT, f"fetch/{task.source}/{task.attendee_id}")


def kept(task: FetchTask) -> str | None:
    return storage.connection_sets.current_digest(EVENT, task.attendee_id, task.source)


def expected(world: World, task: FetchTask, network: str, *people: tuple[str, ...]) -> str:
    """The digest of the set that an upload of the same list makes."""
    relation = LISTS[task.source].relation
    connections = [Connection(tuple(Identity(network, handle) for handle in handles), relation) for handles in people]
    return pack_connections(task.attendee_id, task.source, connections, key=world.secrets.hashing_key(EVENT)).digest


def as_noted(task: FetchTask) -> dict[str, str]:
    return dict(storage.attendees.directory_entries(EVENT, [task.attendee_id])[task.attendee_id].set_digests)


SEVEN = [f"p{n}" for n in range(7)]


class TestLists:
    @pytest.mark.parametrize(
        ("source", "where", "identities"),
        [
            ("github-following", "github/ann/following", lambda n: (n,)),
            ("github-followers", "github/ann/followers", lambda n: (n,)),
            ("bluesky-following", "bluesky/ann.example/follows", lambda n: (did(n), n)),
            ("bluesky-followers", "bluesky/ann.example/followers", lambda n: (did(n), n)),
            ("mastodon-following", "mastodon/ann/following", lambda n: (n,)),
            ("mastodon-followers", "mastodon/ann/followers", lambda n: (n,)),
        ],
    )
    def test_every_page_comes_into_the_same_set_as_of_an_upload(
        self, fetcher: Fetcher, source: str, where: str, identities: Callable[[str], tuple[str, ...]]
    ) -> None:
        network = source.partition("-")[0]
        names = {
            "github": SEVEN,
            "bluesky": [f"{n}.example" for n in SEVEN],
            "mastodon": [*SEVEN[:6], "far@other.example"],
        }[network]
        fetcher.networks.people |= {"mastodon/ann/following": [], where: names}
        task = ann(fetcher.world, source)
        assert fetcher.all(task) == []
        if network == "mastodon":
            names = [*(f"{n}@{SERVER}" for n in SEVEN[:6]), "far@other.example"]
        assert kept(task) == expected(fetcher.world, task, network, *(identities(name) for name in names))
        assert as_noted(task) == {source: kept(task)}
        done = report(task)
        assert done is not None
        assert (done.state, done.read, done.changed, done.source) == ("done", 7, 7, source)

    def test_an_empty_list_is_a_list(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = []
        task = ann(fetcher.world)
        fetcher.all(task)
        assert kept(task) == expected(fetcher.world, task, "github")

    def test_what_is_no_account_is_said_and_nothing_is_kept(self, fetcher: Fetcher) -> None:
        for source in ("github-following", "bluesky-following", "mastodon-following"):
            task = ann(fetcher.world, source)
            assert fetcher.all(task) == []
            refused = report(task)
            assert refused is not None
            assert refused.state == "refused"
            assert "no account" in refused.reason
            assert kept(task) is None

    def test_a_hidden_list_is_said_and_nothing_is_kept(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["mastodon/ann/following"] = []
        task = ann(fetcher.world, "mastodon-following")
        fetcher.all(task)
        refused = report(task)
        assert refused is not None
        assert "hides" in refused.reason
        assert kept(task) is None

    def test_no_more_than_the_cap_is_read(self, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(fetching, "MOST_CONNECTIONS", 5)
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.all(task)
        assert kept(task) == expected(fetcher.world, task, "github", *((name,) for name in SEVEN[:5]))
        assert len(fetcher.networks.requests) == 2
        done = report(task)
        assert done is not None
        assert done.notes == ("only the first 5 entries of the list were read",)

    def test_an_export_uploaded_while_fetching_is_the_newer_word(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        key = fetcher.world.secrets.hashing_key(EVENT)
        mine = Connection((Identity("github", "mine"),), Relation.FOLLOWS)
        uploaded = pack_connections(task.attendee_id, task.source, [mine], key=key)

        def upload(address: str) -> None:
            if "page=2" in address:
                storage.connection_sets.save(EVENT, uploaded, uploaded_at=BEGIN + timedelta(minutes=1))
                storage.attendees.note_set(EVENT, task.attendee_id, task.source, uploaded.digest)

        fetcher.networks.before = upload
        fetcher.all(task)
        assert kept(task) == uploaded.digest
        assert as_noted(task) == {task.source: uploaded.digest}


class TestRateLimits:
    def limit(self, fetcher: Fetcher, at: str, answer: Answer) -> None:
        """Answer a page with this once."""

        def before(address: str) -> Answer | None:
            if at not in address:
                return None
            fetcher.networks.before = lambda _: None
            return answer

        fetcher.networks.before = before

    @pytest.mark.parametrize(
        ("source", "at", "status", "headers"),
        [
            ("github-following", "page=2", 403, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{epoch}"}),
            ("github-following", "page=2", 429, {"Retry-After": "3000"}),
            ("bluesky-following", "cursor=3", 429, {"RateLimit-Remaining": "0", "RateLimit-Reset": "{epoch}"}),
            ("mastodon-following", "max_id=2", 429, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "{iso}"}),
        ],
    )
    def test_the_task_comes_back_when_the_header_says_and_goes_on_where_it_stopped(
        self, fetcher: Fetcher, source: str, at: str, status: int, headers: dict[str, str]
    ) -> None:
        where = {"github": "github/ann/following", "bluesky": "bluesky/ann.example/follows"}
        names = [f"{n}.example" for n in SEVEN] if source.startswith("bluesky") else SEVEN
        fetcher.networks.people[where.get(source.partition("-")[0], "mastodon/ann/following")] = names
        task = ann(fetcher.world, source)
        reset = BEGIN + timedelta(seconds=3000)
        values = {"{epoch}": str(int(reset.timestamp())), "{iso}": reset.isoformat()}
        self.limit(fetcher, at, (status, {name: values.get(v, v) for name, v in headers.items()}, b"rate limit"))
        again = fetcher.once(task)
        assert again == replace(task, not_before=reset.timestamp())
        running = report(task)
        assert running is not None
        assert (running.state, kept(task)) == ("running", None)
        asked = len(fetcher.networks.requests)
        assert fetcher.once(again) == again  # it came too early: nothing is asked
        fetcher.now = reset
        assert fetcher.once(again) is None
        done = report(task)
        assert done is not None
        assert (done.state, done.read) == ("done", 7)
        pages_left = {"page=2": 2, "cursor=3": 1, "max_id=2": 2}[at]
        assert len(fetcher.networks.requests) == asked + pages_left

    def test_a_server_that_asked_to_be_left_alone_is_not_asked_for_another_either(self, fetcher: Fetcher) -> None:
        fetcher.networks.people |= {"github/ann/following": SEVEN, "github/ann/followers": SEVEN}
        task = ann(fetcher.world)
        self.limit(fetcher, "following", (429, {"Retry-After": "600"}, b""))
        assert fetcher.once(task) is not None
        other = fetcher.once(replace(task, source="github-followers"))
        assert other is not None
        assert other.not_before == (BEGIN + timedelta(seconds=600)).timestamp()
        assert len(fetcher.networks.requests) == 1

    def test_the_last_request_that_was_free_is_the_last_for_now(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        reset = str(int(BEGIN.timestamp()) + 900)
        body = json.dumps([{"login": "p0"}]).encode()
        link = '<https://api.github.com/users/ann/following?page=2>; rel="next"'
        headers = {"Link": link, "X-RateLimit-Remaining": "0", "X-RateLimit-Reset": reset}
        self.limit(fetcher, "following", (200, headers, body))
        again = fetcher.once(task)
        assert again is not None
        assert again.not_before == BEGIN.timestamp() + 900
        assert len(fetcher.networks.requests) == 1

    def test_who_waits_without_coming_farther_writes_nothing(self, fetcher: Fetcher) -> None:
        task = ann(fetcher.world)
        fetcher.networks.before = lambda _: (429, {"Retry-After": "600"}, b"")
        again = fetcher.once(task)
        before = fetcher.world.items()
        assert again is not None
        fetcher.now += timedelta(seconds=600)
        assert fetcher.once(again) is not None
        assert fetcher.world.items() == before


class TestUnchanged:
    @pytest.mark.parametrize(("names", "requests"), [(SEVEN[:2], 1), (SEVEN, 2)])
    def test_a_list_that_is_as_it_was_costs_a_conditional_request_and_writes_nothing(
        self, fetcher: Fetcher, names: list[str], requests: int
    ) -> None:
        """One of the only page; of a longer list the first and the last, which give every change away."""
        fetcher.networks.people["github/ann/following"] = names
        task = ann(fetcher.world)
        fetcher.all(task)
        before, asked = fetcher.world.items(), len(fetcher.networks.requests)
        fetcher.now += timedelta(days=1)
        assert fetcher.all(task) == []
        assert fetcher.world.items() == before
        again = fetcher.networks.requests[asked:]
        assert len(again) == requests
        assert all("if-none-match" in headers for _, headers in again)

    @pytest.mark.parametrize("change", [["p7", *SEVEN], SEVEN[:4] + SEVEN[5:], [*SEVEN, "p7"], SEVEN[:3]])
    def test_a_list_that_changed_anywhere_replaces_the_set(self, fetcher: Fetcher, change: list[str]) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.all(task)
        fetcher.networks.people["github/ann/following"] = change
        fetcher.now += timedelta(days=1)
        fetcher.all(task)
        assert kept(task) == expected(fetcher.world, task, "github", *((name,) for name in change))

    def test_without_etags_the_list_is_read_again_and_the_same_set_is_not_written(self, fetcher: Fetcher) -> None:
        fetcher.networks.etags = False
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.all(task)
        before = [item for item in fetcher.world.items() if item["kind"]["S"] != "import"]
        fetcher.now += timedelta(days=1)
        fetcher.all(task)
        assert [item for item in fetcher.world.items() if item["kind"]["S"] != "import"] == before
        done = report(task)
        assert done is not None
        assert (done.read, done.changed) == (7, 0)

    def test_a_set_that_is_not_the_fetched_one_any_more_is_fetched_anew(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.all(task)
        storage.connection_sets.delete_of(EVENT, task.attendee_id)
        fetcher.now += timedelta(days=1)
        fetcher.all(task)
        assert kept(task) == expected(fetcher.world, task, "github", *((name,) for name in SEVEN))

    def test_a_conditional_request_that_is_limited_is_made_again(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.all(task)
        TestRateLimits().limit(fetcher, "following", (429, {"Retry-After": "600"}, b""))
        asked = len(fetcher.networks.requests)
        assert len(fetcher.all(task)) == 1
        assert len(fetcher.networks.requests) == asked + 3
        done = report(task)
        assert done is not None
        assert (done.state, kept(task)) == (
            "done",
            expected(fetcher.world, task, "github", *((name,) for name in SEVEN)),
        )


class TestEnding:
    def when(self, fetcher: Fetcher, at: str, act: Callable[[], object]) -> None:
        def before(address: str) -> None:
            if at in address:
                act()

        fetcher.networks.before = before

    def nothing_is_kept(self, fetcher: Fetcher, task: FetchTask) -> None:
        assert kept(task) is None
        assert "connection_set" not in [item["kind"]["S"] for item in fetcher.world.items()]
        ended = report(task)
        assert ended is not None
        assert (ended.state, ended.resume) == ("refused", "")

    @pytest.mark.parametrize("at", ["following?per_page=100", "page=2", "page=3"])
    @pytest.mark.parametrize("stops", [0, 1])
    def test_who_withdraws_between_pages_has_nothing_kept(self, fetcher: Fetcher, at: str, stops: int) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.stops = stops
        storage.imports.save(EVENT, ImportReport(f"fetch/{task.source}/{task.attendee_id}", "connections", "running"))

        def withdraw() -> None:
            withdraw_attendee(EVENT, "ann@example.org", secrets=fetcher.world.secrets, now=datetime.now(UTC))

        self.when(fetcher, at, withdraw)
        fetcher.all(task)
        self.nothing_is_kept(fetcher, task)
        assert len(fetcher.networks.requests) == {"following?per_page=100": 1, "page=2": 2, "page=3": 3}[at]

    def test_who_cancels_between_pages_has_nothing_kept(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.stops = 1
        cancel = partial(register, fetcher.world, "ann", 9, status=Status.CANCELLED)
        self.when(fetcher, "page=2", cancel)
        fetcher.all(task)
        self.nothing_is_kept(fetcher, task)

    def test_who_gives_another_handle_between_pages_gets_the_list_of_that_one(self, fetcher: Fetcher) -> None:
        fetcher.networks.people |= {"github/ann/following": SEVEN, "github/anna/following": ["q1"]}
        task = ann(fetcher.world)
        fetcher.stops = 1
        rename = partial(register, fetcher.world, "ann", 9, handles={"github": "anna"})
        self.when(fetcher, "page=2", rename)
        fetcher.all(task)
        fetcher.all(task)
        assert kept(task) == expected(fetcher.world, task, "github", ("q1",))

    def test_who_withdraws_at_the_very_last_moment_has_nothing_kept(
        self, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.stops = 1
        again = fetcher.once(task)
        assert again is not None
        fetcher.stops = 0
        save = storage.connection_sets.save

        def withdrawn_before(*args: Any, **kwargs: Any) -> bool:
            withdraw_attendee(EVENT, "ann@example.org", secrets=fetcher.world.secrets, now=datetime.now(UTC))
            return save(*args, **kwargs)

        monkeypatch.setattr(storage.connection_sets, "save", withdrawn_before)
        assert fetcher.once(again) is None
        self.nothing_is_kept(fetcher, task)
        assert as_noted(task) == {}

    @pytest.mark.parametrize("agreed", [ASKS[:2], ASKS[2:], []])
    def test_who_did_not_ask_for_it_is_not_looked_up(self, fetcher: Fetcher, agreed: list[Purpose]) -> None:
        task = ann(fetcher.world, agreed=agreed)
        assert fetcher.once(task) is None
        assert fetcher.networks.requests == []
        assert report(task) is None

    def test_after_the_event_nothing_is_asked(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.now = EVENT.ends_at
        assert fetcher.once(replace(task, not_before=EVENT.ends_at.timestamp() + 900)) is None
        assert fetcher.networks.requests == []
        ended = report(task)
        assert ended is not None
        assert "event ended" in ended.reason

    def test_a_task_of_a_deleted_event_is_dropped(self, fetcher: Fetcher) -> None:
        task = ann(fetcher.world)
        storage.events.delete(EVENT)
        assert fetcher.once(task) is None
        assert fetcher.once(replace(task, source="myspace-friends")) is None


class TestFailures:
    def test_stopped_after_every_page_it_comes_to_the_same(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["mastodon/ann/following"] = SEVEN
        task = ann(fetcher.world, "mastodon-following")
        fetcher.stops = 1
        came_back = fetcher.all(task)
        assert len(came_back) == 4
        assert len(fetcher.networks.requests) == 5
        assert kept(task) == expected(fetcher.world, task, "mastodon", *((f"{name}@{SERVER}",) for name in SEVEN))

    @pytest.mark.parametrize("at", range(1, 7))
    def test_killed_anywhere_and_taken_up_again_it_comes_to_the_same(
        self, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch, at: int
    ) -> None:
        """Killed at one of: three pages, the set, the directory, the report."""
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.stops = 1
        again = fetcher.once(task)
        assert again is not None
        fetcher.stops = 0
        calls = 0

        def deadly(original: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls == at:
                    raise KeyboardInterrupt
                return original(*args, **kwargs)

            return call

        with monkeypatch.context() as killed:
            killed.setattr(Web, "get", deadly(Web.get))
            killed.setattr(storage.connection_sets, "save", deadly(storage.connection_sets.save))
            killed.setattr(storage.attendees, "note_set", deadly(storage.attendees.note_set))
            killed.setattr(storage.imports, "save", deadly(storage.imports.save))
            if at <= 5:
                with pytest.raises(KeyboardInterrupt):
                    fetcher.once(again)
        fetcher.all(again)
        assert kept(task) == expected(fetcher.world, task, "github", *((name,) for name in SEVEN))
        assert as_noted(task) == {task.source: kept(task)}

    def test_the_same_task_twice_comes_to_the_same(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.stops = 1
        first, second = fetcher.once(task), fetcher.once(task)
        assert first is not None
        assert second is not None
        fetcher.all(first)
        fetcher.all(second)
        assert kept(task) == expected(fetcher.world, task, "github", *((name,) for name in SEVEN))

    def test_a_server_that_is_not_well_is_asked_again_more_and_more_seldom_and_then_left(
        self, fetcher: Fetcher
    ) -> None:
        task = ann(fetcher.world)
        fetcher.networks.before = lambda _: (502, {}, b"")
        came_back = fetcher.all(task)
        waits = [round((later.not_before - earlier.not_before) / 60) for earlier, later in pairwise(came_back)]
        assert waits == [2, 4, 8, 16, 32, 64, 128, 240, 240, 240, 240]
        refused = report(task)
        assert refused is not None
        assert refused.reason == "api.github.com answered 502; it was tried 12 times"

    def test_a_server_that_recovers_is_read_to_the_end(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        TestRateLimits().limit(fetcher, "page=2", (500, {}, b""))
        assert len(fetcher.all(task)) == 1
        assert kept(task) == expected(fetcher.world, task, "github", *((name,) for name in SEVEN))

    def test_a_server_that_nobody_reaches_is_tried_again(self, fetcher: Fetcher) -> None:
        task = ann(fetcher.world)
        fetcher.web = Web(allow={"api.github.com": Opening("127.0.0.1", 1)})
        again = fetcher.once(task)
        assert again is not None
        assert again.not_before == (BEGIN + timedelta(minutes=1)).timestamp()

    def test_a_handle_whose_domain_leads_inside_is_refused_before_anything_is_sent(
        self, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        task = ann(fetcher.world, "mastodon-following", handles={"mastodon": "ann@metadata.example"})
        monkeypatch.setattr("socket.socket.connect", lambda *_: pytest.fail("something was sent"))
        with monkeypatch.context() as offline:
            offline.setattr("shared.services.web._connected", lambda *_: pytest.fail("something was connected"))
            fetcher.web = Web(resolve=lambda _: ["169.254.169.254"])
            assert fetcher.once(task) is None
        refused = report(task)
        assert refused is not None
        assert "not public" in refused.reason

    def test_the_token_goes_to_github_and_nowhere_else_and_is_not_logged(
        self, fetcher: Fetcher, caplog: pytest.LogCaptureFixture
    ) -> None:
        caplog.set_level(logging.DEBUG)
        fetcher.token = "s3cret-token"
        fetcher.networks.people |= {"github/ann/following": SEVEN, "mastodon/ann/following": SEVEN}
        for source in ("github-following", "mastodon-following"):
            fetcher.all(ann(fetcher.world, source))
        for address, headers in fetcher.networks.requests:
            assert headers.get("authorization") == ("Bearer s3cret-token" if "github" in address else None)
        assert "s3cret" not in caplog.text
        assert "s3cret" not in json.dumps(fetcher.world.items(), default=str)


class TestStream:
    def stream(self, world: World, old: dict[str, Any] | None = None) -> list[dict[str, Any]]:
        return [
            {
                "eventName": "MODIFY",
                "eventSource": "aws:dynamodb",
                "dynamodb": {
                    "Keys": {"pk": item["pk"], "sk": item["sk"]},
                    "SequenceNumber": str(n),
                    "OldImage": old or {},
                    "NewImage": item,
                },
            }
            for n, item in enumerate(world.items())
            if item["kind"]["S"] == "attendee"
        ]

    def planned(self, fetcher: Fetcher, records: list[dict[str, Any]]) -> list[FetchTask]:
        tasks: list[FetchTask] = []
        failed = fetch_for_changes(
            records,
            events=KnownEvents(),
            hashing_key=fetcher.world.secrets.hashing_key,
            now=fetcher.now,
            put=tasks.append,
        )
        assert failed == []
        return tasks

    def test_both_lists_of_every_network_of_who_asked_and_of_nobody_else(self, fetcher: Fetcher) -> None:
        ann(fetcher.world)
        register(fetcher.world, "shy", agreed=ASKS[:2])
        register(fetcher.world, "bob")
        tasks = self.planned(fetcher, self.stream(fetcher.world))
        assert {(task.attendee_id, task.source) for task in tasks} == {
            *((attendee_id("ann"), source) for source in LISTS),
            *((attendee_id("bob"), source) for source in ("github-following", "github-followers")),
        }

    def test_what_is_under_way_is_not_asked_for_twice_unless_it_got_lost(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.stops = 1
        fetcher.once(task)
        assert task not in self.planned(fetcher, self.stream(fetcher.world))
        fetcher.now += timedelta(days=3)
        assert task in self.planned(fetcher, self.stream(fetcher.world))

    @pytest.mark.parametrize("ends", [withdraw_attendee, erase_attendee])
    def test_what_was_read_of_somebody_is_forgotten_with_their_agreement(
        self, fetcher: Fetcher, ends: Callable[..., bool]
    ) -> None:
        fetcher.networks.people |= {"github/ann/following": SEVEN, "github/ann/followers": SEVEN}
        task = ann(fetcher.world)
        fetcher.all(task)
        fetcher.stops = 1
        fetcher.once(replace(task, source="github-followers"))
        [old] = [item for item in fetcher.world.items() if item["kind"]["S"] == "attendee"]
        ends(EVENT, "ann@example.org", secrets=fetcher.world.secrets, now=datetime.now(UTC))
        assert self.planned(fetcher, self.stream(fetcher.world, old)) == []
        reports = [item for item in fetcher.world.items() if item["kind"]["S"] == "import"]
        assert len(reports) == (2 if ends is withdraw_attendee else 0)  # erasure forgets the reports themselves
        assert "users/ann" not in json.dumps(reports, default=str)

    @pytest.mark.parametrize(
        "change", [{"agreed": ASKS[:2]}, {"handles": {"linkedin": "in/ann"}}, {"status": Status.CANCELLED}]
    )
    def test_who_does_not_want_it_fetched_any_more_has_it_taken_back_and_keeps_what_they_uploaded(
        self, fetcher: Fetcher, change: dict[str, Any]
    ) -> None:
        fetcher.networks.people |= {"github/ann/following": SEVEN, "github/ann/followers": SEVEN}
        task = ann(fetcher.world)
        other = replace(task, source="github-followers")
        fetcher.all(task)
        fetcher.all(other)
        key = fetcher.world.secrets.hashing_key(EVENT)
        mine = [Connection((Identity("github", "mine"),), Relation.FOLLOWED_BY)]
        uploaded = pack_connections(other.attendee_id, other.source, mine, key=key)
        storage.connection_sets.save(EVENT, uploaded, uploaded_at=BEGIN + timedelta(hours=1))
        storage.attendees.note_set(EVENT, other.attendee_id, other.source, uploaded.digest)
        [old] = [item for item in fetcher.world.items() if item["kind"]["S"] == "attendee"]
        register(fetcher.world, "ann", 9, **change)
        fetcher.now += timedelta(hours=2)
        assert self.planned(fetcher, self.stream(fetcher.world, old)) == []
        nothing = expected(fetcher.world, task, "github")
        assert as_noted(task) == {task.source: nothing, other.source: uploaded.digest}
        assert (kept(task), kept(other)) == (nothing, uploaded.digest)

    @pytest.mark.parametrize("again", [(404, {}, b"{}"), (500, {}, b""), None])
    def test_it_is_taken_back_also_after_a_later_attempt_failed_or_is_under_way(
        self, fetcher: Fetcher, again: Answer | None
    ) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.all(task)
        fetcher.now += timedelta(days=1)
        fetcher.networks.people["github/ann/following"] = SEVEN[:6]
        fetcher.networks.before = lambda _: again
        fetcher.stops = 0 if again else 2
        fetcher.once(task)
        assert kept(task) == expected(fetcher.world, task, "github", *((name,) for name in SEVEN))
        [old] = [item for item in fetcher.world.items() if item["kind"]["S"] == "attendee"]
        register(fetcher.world, "ann", 9, agreed=ASKS[:2])
        self.planned(fetcher, self.stream(fetcher.world, old))
        assert kept(task) == as_noted(task)[task.source] == expected(fetcher.world, task, "github")

    def test_the_list_of_a_handle_that_was_changed_does_not_outlive_it(self, fetcher: Fetcher) -> None:
        fetcher.networks.people["github/ann/following"] = SEVEN
        task = ann(fetcher.world)
        fetcher.all(task)
        register(fetcher.world, "ann", 9, handles={"github": "nobody-there"})
        fetcher.now += timedelta(days=1)
        [again] = [t for t in self.planned(fetcher, self.stream(fetcher.world)) if t == task]
        fetcher.all(again)
        assert kept(task) == expected(fetcher.world, task, "github")

    def test_an_event_that_fails_comes_again(self, fetcher: Fetcher, monkeypatch: pytest.MonkeyPatch) -> None:
        ann(fetcher.world)

        def full(_: FetchTask) -> None:
            raise ConnectionError

        records = self.stream(fetcher.world)
        key = fetcher.world.secrets.hashing_key
        failed = fetch_for_changes(records, events=KnownEvents(), hashing_key=key, now=BEGIN, put=full)
        assert failed == [records[0]["dynamodb"]["SequenceNumber"]]


class TestHandler:
    @pytest.fixture
    def handler(
        self,
        world: World,
        networks: Networks,
        monkeypatch: pytest.MonkeyPatch,
    ) -> Any:
        storage.events.delete(EVENT)
        today = datetime.now(UTC)
        soon = replace(EVENT, starts_at=today, ends_at=today + timedelta(days=1), waves=(Wave("only", today),))
        storage.events.create(soon)
        url = boto3.client("sqs").create_queue(QueueName="fetch")["QueueUrl"]
        monkeypatch.setenv("FETCH_QUEUE_URL", url)
        module = world.handler("fetch_connections")
        monkeypatch.setattr(module, "web", Web(allow=networks.openings, resolve=lambda _: []))
        return module.handler

    CONTEXT = SimpleNamespace(**(vars(CONTEXT) | {"get_remaining_time_in_millis": lambda: 60_000}))

    def queued(self) -> list[Any]:
        """What is on the queue, the delayed messages included, which leaves it."""
        queue = sqs_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].queues["fetch"]
        messages = list(queue._messages)
        queue._messages.clear()
        return messages

    def run(self, handler: Any, *bodies: str) -> list[str]:
        records = [
            {
                "messageId": str(n),
                "receiptHandle": "r",
                "body": body,
                "attributes": {},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
            }
            for n, body in enumerate(bodies)
        ]
        answer = handler({"Records": records}, self.CONTEXT)
        return [failure["itemIdentifier"] for failure in answer["batchItemFailures"]]

    def test_from_the_stream_by_the_queue_to_the_sets(
        self, handler: Any, world: World, networks: Networks, caplog: pytest.LogCaptureFixture
    ) -> None:
        networks.people |= {"github/annabel/following": SEVEN, "github/annabel/followers": ["p1"]}
        register(world, "annabel")
        assert handler({"Records": TestStream().stream(world)}, self.CONTEXT) == {"batchItemFailures": []}
        bodies = [message.body for message in self.queued()]
        assert len(bodies) == 2
        assert not [body for body in bodies if "annabel" in body]
        assert self.run(handler, *bodies) == []
        assert self.queued() == []
        task = FetchTask.from_json(bodies[0])
        assert as_noted(task).keys() == {"github-following", "github-followers"}
        assert [record.getMessage() for record in caplog.records].count("list fetched") == 2
        assert not [record for record in caplog.records if "annabel" in str(record.__dict__).lower()]

    def test_who_has_to_wait_an_hour_goes_back_to_the_queue_for_its_longest_delay(
        self, handler: Any, world: World, networks: Networks
    ) -> None:
        task = ann(world)
        networks.before = lambda _: (429, {"Retry-After": "3600"}, b"")
        assert self.run(handler, task.to_json()) == []
        [message] = self.queued()
        assert message.delayed_until - message.sent_timestamp == pytest.approx(900_000, abs=1000)
        again = FetchTask.from_json(message.body)
        assert 3500 < again.not_before - datetime.now(UTC).timestamp() <= 3600
        assert self.run(handler, message.body) == []
        [message] = self.queued()
        assert FetchTask.from_json(message.body) == again
        assert len(networks.requests) == 1

    def test_a_poisoned_message_and_a_failing_table_stop_no_other(
        self, handler: Any, world: World, networks: Networks
    ) -> None:
        networks.people["github/ann/following"] = SEVEN
        task = ann(world)
        assert self.run(handler, "{}", "?", task.to_json()) == ["0", "1"]
        assert kept(task) is not None

    def test_who_withdraws_at_the_last_moment_has_nothing_kept(
        self, handler: Any, world: World, networks: Networks, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        networks.people["github/ann/following"] = SEVEN
        task, save = ann(world), storage.connection_sets.save

        def withdrawn_meanwhile(*given: Any, **named: Any) -> Any:
            saved = save(*given, **named)
            register(world, "ann", minute=9, agreed=[])
            return saved

        monkeypatch.setattr(storage.connection_sets, "save", withdrawn_meanwhile)
        assert self.run(handler, task.to_json()) == []
        assert [item for item in world.items() if item["kind"]["S"] == "connection_set"] == []

    def test_the_stored_token_is_used(self, handler: Any, world: World, networks: Networks) -> None:
        networks.people["github/ann/following"] = []
        name = "/icebreaker/test/tokens/democon/github"
        boto3.client("ssm").put_parameter(Name=name, Value="t0ken", Type="SecureString")
        self.run(handler, ann(world).to_json())
        assert networks.requests[0][1]["authorization"] == "Bearer t0ken"


def test_somebody_who_claims_anothers_handle_is_not_told_who_that_one_follows(fetcher: Fetcher) -> None:
    """The impostor gives a well-known person's handle and asks for its lists: both ways, and yet no proof."""
    world = fetcher.world
    register(world, "bob")
    register(world, "impostor", handles={"github": "famous"})
    fetcher.networks.people |= {
        "github/famous/following": ["bob"],
        "github/famous/followers": ["bob"],
        "github/bob/following": ["famous"],
        "github/bob/followers": ["famous"],
    }
    for name in ("bob", "impostor"):
        for source in ("github-following", "github-followers"):
            fetcher.all(FetchTask("democon", attendee_id(name), source))
    match_everybody(EVENT)
    assert len(storage.matches.load_all(EVENT)) == 1
    planned = plan_introductions(EVENT, "first", publish=lambda _: set(), now=datetime.now(UTC))
    assert planned.planned == 0
