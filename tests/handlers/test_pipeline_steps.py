"""Import, match, plan and send, each by its real handler, one after another as AWS would call them."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from moto.core import DEFAULT_ACCOUNT_ID
from moto.ses.models import ses_backends
from moto.sns.models import sns_backends
from pynamodb.exceptions import UpdateError

from shared import storage
from shared.attendees import Consent
from shared.attendees.consent import CONSENT_VERSION, LONGEST_BASIS
from shared.introductions import State
from shared.matching import Listing
from shared.notifications import TopicMessage, day_hours
from shared.pipeline import send_notification as sending
from shared.pipeline.event_progress import funnel
from shared.pipeline.manage_event import erase_attendee, everything_about, withdraw_attendee
from shared.pipeline.match_attendees import match_everybody
from shared.registrations import Purpose
from shared.services.mail import Attempt, Outcome
from shared.storage._table import DirectoryItem
from shared.storage.matches import ListingUpdate
from tests.handlers.conftest import CONTEXT, EVENT, World, registered
from tests.handlers.steps import (
    LINKEDIN_HEADER,
    attendee,
    bring,
    letter_to,
    linkedin,
    mails_to,
    match,
    pairs,
    register,
    report,
    run_wave,
    send,
    states,
    text_to,
)


@pytest.fixture
def friends(world: World) -> World:
    """Ann and Mack are connected on LinkedIn; both brought it and agreed."""
    register(world, "ann", "mack", "zoe")
    bring(world, "ann", "mack", "stranger")
    bring(world, "mack", "ann")
    match(world)
    return world


class TestImport:
    def test_a_list_is_stored_and_its_bad_rows_come_back_beside_it_with_line_and_reason(self, world: World) -> None:
        body = "Name;E-Mail;LinkedIn;Agreed\nAnn;ann@example.org;in/ann;yes\n=cmd();nowhere;;yes\n".encode("cp1252")
        key = world.upload("list.csv", body, kind="attendees")
        world.import_upload(key)
        assert (report(key).state, report(key).read, report(key).rejected) == ("done", 1, 1)
        rejects = (
            boto3.client("s3")
            .get_object(Bucket="uploads", Key=f"rejects/{key.removeprefix('uploads/')}.csv")["Body"]
            .read()
        )
        assert rejects.decode("utf-8-sig").splitlines() == [
            "line,reason,Name,E-Mail,LinkedIn,Agreed",
            '3,"E-Mail: ""nowhere"" is no e-mail address",\'=cmd(),nowhere,,yes',
        ]

    def test_a_list_is_imported_whatever_it_is_called(self, world: World) -> None:
        body = b"line,reason,Name,Email,Agreed\n2,no address,Ann,ann@example.org,yes\n"
        key = world.upload("list.csv.rejects.csv", body, kind="attendees")
        world.import_upload(key)
        assert (report(key).state, report(key).read) == ("done", 1)

    def test_the_same_list_again_changes_nothing(self, world: World) -> None:
        body = b"Name,Email,Agreed\nAnn,ann@example.org,yes\nBea,bea@example.org,no\n"
        key = world.upload("list.csv", body, kind="attendees")
        world.import_upload(key)
        before = [item for item in world.items() if item["kind"]["S"] != "import"]
        world.import_upload(world.upload("list.csv", body, kind="attendees"))
        assert report(key).changed == 0
        assert [item for item in world.items() if item["kind"]["S"] != "import"] == before

    def test_what_the_organizer_says_a_list_rests_on_is_kept_with_each_yes_of_it(self, world: World) -> None:
        body = b"Name,Email,Agreed\nAnn,ann@example.org,yes\nBea,bea@example.org,no\n"
        world.import_upload(world.upload("list.csv", body, kind="attendees"))
        yes = (attendee("ann").consent or Consent()).agreements[Purpose.INTRODUCE]
        assert (yes.given_by, yes.version, yes.basis) == ("list", CONSENT_VERSION, "")
        world.import_upload(world.upload("again.csv", body, kind="attendees", basis="§ 4 of the\nticket terms" * 20))
        mended = (attendee("ann").consent or Consent()).agreements[Purpose.INTRODUCE]
        assert mended.basis.startswith("§ 4 of the ticket terms§ 4")
        assert len(mended.basis) <= LONGEST_BASIS
        assert mended.at == yes.at
        assert not (attendee("bea").consent or Consent()).agreements
        assert (attendee("bea").consent or Consent()).refusals[Purpose.INTRODUCE].given_by == "list"

    def test_a_list_with_one_person_twice_stores_them_once(self, world: World) -> None:
        body = b"Name,Email,Ticket ID\nAnn,ann@example.org,1\nAnn,ann@example.org,2\n"
        world.import_upload(world.upload("list.csv", body, kind="attendees"))
        assert len(attendee("ann").tickets) == 2

    def test_connections_become_one_item_and_the_upload_is_deleted(self, world: World) -> None:
        register(world, "ann")
        key = world.upload("Connections.csv", linkedin(*(f"stranger-{n}" for n in range(500))), owner="ann@example.org")
        world.import_upload(key)
        assert (report(key).state, report(key).read, report(key).source) == ("done", 500, "linkedin-connections")
        assert "Contents" not in boto3.client("s3").list_objects_v2(Bucket="uploads")
        assert [item["kind"]["S"] for item in world.items()].count("connection_set") == 1

    def test_nobody_who_is_no_attendee_is_stored_by_name_address_or_handle(self, world: World) -> None:
        register(world, "ann")
        row = "Jane,Outsider,https://www.linkedin.com/in/jane-outsider,jane@outside.example,Acme,,12 Mar 2024\n"
        world.import_upload(world.upload("x.csv", (LINKEDIN_HEADER + row).encode(), owner="ann@example.org"))
        stored = json.dumps(world.items(), default=str).lower()
        assert "outsider" not in stored
        assert "outside.example" not in stored

    def test_the_same_export_again_changes_nothing_and_a_newer_one_replaces_it(self, world: World) -> None:
        register(world, "ann", "mack", "zoe")
        bring(world, "ann", "mack")
        before = [item for item in world.items() if item["kind"]["S"] != "import"]
        bring(world, "ann", "mack")
        assert [item for item in world.items() if item["kind"]["S"] != "import"] == before
        match(world)
        assert pairs() == {("ann", "mack")}
        owner = attendee("ann").attendee_id
        newer = datetime.now(UTC) + timedelta(seconds=5)
        from shared.matching import pack_connections

        [(old, _)] = storage.connection_sets.load_of(EVENT, owner)
        empty = pack_connections(owner, old.source, [], key=world.secrets.hashing_key(EVENT))
        assert storage.connection_sets.save(EVENT, empty, uploaded_at=newer)
        storage.attendees.note_set(EVENT, owner, old.source, empty.digest)
        match(world)
        assert pairs() == set()

    @pytest.mark.parametrize(
        ("owner", "reason"),
        [
            (None, "does not say whose"),
            ("nobody@example.org", "is not registered"),
            ("shy@example.org", "has not agreed"),
        ],
    )
    def test_connections_of_nobody_who_agreed_are_refused_and_nothing_is_kept(
        self, world: World, owner: str | None, reason: str
    ) -> None:
        register(world, "shy", agreed=["introduce"])
        key = world.upload("Connections.csv", linkedin("ann"), owner=owner)
        world.import_upload(key)
        assert report(key).state == "refused"
        assert reason in report(key).reason
        assert "connection_set" not in [item["kind"]["S"] for item in world.items()]

    def test_a_file_that_is_no_export_is_refused_with_what_would_be(self, world: World) -> None:
        register(world, "ann")
        key = world.upload("holiday.jpg", b"\xff\xd8\xff\xe0", owner="ann@example.org")
        world.import_upload(key)
        assert "LinkedIn Connections.csv" in report(key).reason


class TestMatching:
    def test_a_pair_is_found_whichever_of_the_two_comes_first(self, world: World) -> None:
        register(world, "ann")
        bring(world, "ann", "mack")
        self._stream(world)
        assert pairs() == set()
        register(world, "mack")
        self._stream(world)
        assert pairs() == {("ann", "mack")}

    def test_the_stream_brings_the_matches_that_a_full_pass_would(self, world: World) -> None:
        register(world, "ann", "mack", "zoe")
        bring(world, "ann", "mack", "zoe")
        bring(world, "zoe", "ann")
        self._stream(world)
        by_stream = storage.matches.load_all(EVENT)
        assert match_everybody(EVENT) == 0
        assert storage.matches.load_all(EVENT) == by_stream
        assert {m.score for m in by_stream} == {0.8, 0.96}

    def test_without_a_match_nothing_is_written(self, world: World) -> None:
        register(world, "ann", "mack")
        bring(world, "ann", "somebody-else")
        before = world.items()
        self._stream(world)
        assert world.items() == before

    def test_matching_again_writes_nothing(self, friends: World) -> None:
        before = friends.items()
        assert match_everybody(EVENT) == 0
        assert friends.items() == before

    @pytest.mark.parametrize("purposes", [[], ["connections"], ["remember", "text_messages"]])
    def test_who_has_not_agreed_is_matched_with_nobody(self, world: World, purposes: list[str]) -> None:
        register(world, "ann")
        register(world, "shy", agreed=purposes)
        bring(world, "ann", "shy")
        match(world)
        assert pairs() == set()

    def test_who_cancels_or_withdraws_is_matched_no_more(self, friends: World) -> None:
        friends.post(registered("mack", 9, kind="registration.cancelled"))
        self._stream(friends)
        assert pairs() == set()

    def test_an_older_batch_cannot_undo_what_a_newer_one_knows(self, friends: World) -> None:
        """A batch that read before a withdrawal and writes after it must not bring the match back."""
        [stored] = storage.matches.load_all(EVENT)
        stale = [ListingUpdate(Listing(m.a, m.b, m.a_lists_b), 1, 1) for m in [stored]]
        assert withdraw_attendee(EVENT, "mack@example.org", secrets=friends.secrets, now=datetime.now(UTC))
        match(friends)
        assert storage.matches.save(EVENT, stale) == 2 * len(stale)
        assert storage.matches.load_all(EVENT) == []
        assert stored.score > 0

    @pytest.mark.parametrize("at_call", range(4))
    def test_a_change_in_the_middle_of_a_batch_is_not_missed(
        self, world: World, monkeypatch: pytest.MonkeyPatch, at_call: int
    ) -> None:
        """Ann's set arrives; while its batch is at work, between any two of its reads, Mack withdraws."""
        register(world, "ann", "mack")
        bring(world, "ann", "mack")
        calls = 0

        def interrupted(original: Callable[..., Any]) -> Callable[..., Any]:
            def call(*args: Any, **kwargs: Any) -> Any:
                nonlocal calls
                calls += 1
                if calls == at_call + 1:
                    withdraw_attendee(EVENT, "mack@example.org", secrets=world.secrets, now=datetime.now(UTC))
                return original(*args, **kwargs)

            return call

        for room, name in (
            (storage.attendees, "directory"),
            (storage.matches, "load_shard"),
            (storage.connection_sets, "load_all"),
            (storage.matches, "save_ties"),
        ):
            monkeypatch.setattr(room, name, interrupted(getattr(room, name)))
        match(world)
        assert calls > at_call
        monkeypatch.undo()
        assert storage.matches.load_all(EVENT) == []

    @staticmethod
    def _stream(world: World) -> None:
        records = [
            {
                "eventName": "MODIFY",
                "dynamodb": {
                    "Keys": {"pk": item["pk"], "sk": item["sk"]},
                    "SequenceNumber": str(n),
                    "OldImage": {},
                    "NewImage": item,
                },
            }
            for n, item in enumerate(world.items())
            if item["kind"]["S"] == "directory"
        ]
        assert world.handler("match_attendees").handler({"Records": records}, CONTEXT) == {"batchItemFailures": []}


class TestWavesAndMail:
    def test_both_are_told_once_with_how_they_know_each_other(self, friends: World) -> None:
        messages = run_wave(friends)
        assert len(messages) == 2
        assert send(friends, messages) == []
        assert [len(mails_to(name)) for name in ("ann", "mack", "zoe")] == [1, 1, 0]
        assert "Mack" in str(mails_to("ann")[0].raw_data)
        assert states() == [State.SENT, State.SENT]
        assert funnel(EVENT).introduced == 2

    def test_whom_a_list_brought_is_not_told_that_they_registered(self, world: World) -> None:
        body = (
            b"Name,Email,LinkedIn,Agreed\n"
            b'Ann,ann@example.org,https://www.linkedin.com/in/ann,"introduce, connections"\n'
            b'Mack,mack@example.org,https://www.linkedin.com/in/mack,"introduce, connections"\n'
        )
        world.import_upload(world.upload("list.csv", body, kind="attendees"))
        bring(world, "ann", "mack")
        bring(world, "mack", "ann")
        match(world)
        send(world, run_wave(world))
        for name in ("ann", "mack"):
            assert "The organizers of DemoCon told us that you agreed" in text_to(name)
            assert "When you registered" not in text_to(name)
            assert letter_to(name)["From"].addresses[0].display_name == f"{EVENT.organizer} via Icebreaker"

    def test_a_message_on_the_topic_names_nobody_and_can_be_filtered_on(self, friends: World) -> None:
        for message in run_wave(friends):
            assert "ann" not in message["message"].lower().replace("channel", "")
            assert "@" not in message["message"]
            assert {"event", "kind", "channel", "locale"} <= message["attributes"].keys()

    def test_the_same_wave_again_plans_nothing_new(self, friends: World) -> None:
        assert (len(run_wave(friends)), len(run_wave(friends))) == (2, 0)

    def test_nobody_is_told_of_the_same_person_in_two_waves(self, friends: World) -> None:
        send(friends, run_wave(friends, "first"))
        assert run_wave(friends, "second") == []

    def test_a_wave_cut_short_before_publishing_is_finished_by_the_next_attempt(
        self, friends: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from shared.pipeline.plan_introductions import plan_introductions

        def cut_short(_: object) -> set[int]:
            raise TimeoutError

        with pytest.raises(TimeoutError):
            plan_introductions(EVENT, "first", publish=cut_short, now=datetime.now(UTC))
        assert states() == [State.PLANNED, State.PLANNED]
        assert send(friends, run_wave(friends)) == []
        assert [len(mails_to(name)) for name in ("ann", "mack")] == [1, 1]

    def test_the_queue_delivering_twice_sends_once(self, friends: World) -> None:
        messages = run_wave(friends)
        send(friends, messages + messages)
        send(friends, messages)
        assert [len(mails_to(name)) for name in ("ann", "mack")] == [1, 1]

    def test_killed_before_the_claim_and_redelivered_each_mail_is_sent_once(
        self, friends: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        messages = run_wave(friends)
        with monkeypatch.context() as broken:
            broken.setattr(sending, "compose_email", _killed)
            assert send(friends, messages) == ["0", "1"]
        assert send(friends, messages) == []
        assert [len(mails_to(name)) for name in ("ann", "mack")] == [1, 1]

    def test_killed_after_the_provider_took_it_and_redelivered_each_mail_is_sent_once_and_parked(
        self, friends: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        messages = run_wave(friends)
        with monkeypatch.context() as broken:
            broken.setattr(sending, "_settle", _killed)
            assert send(friends, messages) == ["0", "1"]
        assert states() == [State.SENDING, State.SENDING]
        assert send(friends, messages) == ["0", "1"]  # another attempt may be at work on it
        monkeypatch.setattr(sending, "LONGEST_ATTEMPT", timedelta(0))
        assert send(friends, messages) == []
        assert states() == [State.PARKED, State.PARKED]
        assert [len(mails_to(name)) for name in ("ann", "mack")] == [1, 1]

    @pytest.mark.parametrize(
        ("outcome", "state", "comes_back"),
        [
            (Outcome.TRY_AGAIN, State.PUBLISHED, True),
            (Outcome.REFUSED, State.FAILED, False),
            (Outcome.UNKNOWN, State.PARKED, False),
        ],
    )
    def test_what_the_provider_answers_decides_what_becomes_of_it(
        self, friends: World, monkeypatch: pytest.MonkeyPatch, outcome: Outcome, state: State, comes_back: bool
    ) -> None:
        messages = run_wave(friends)
        with monkeypatch.context() as broken:
            broken.setattr(sending, "send_email", lambda *_, **__: Attempt(outcome, detail="Code"))
            assert bool(send(friends, messages)) is comes_back
        assert states() == [state, state]
        send(friends, messages)
        assert len(mails_to("ann")) == (1 if comes_back else 0)

    def test_whoever_withdraws_while_the_message_is_in_the_queue_is_neither_named_nor_told(
        self, friends: World
    ) -> None:
        messages = run_wave(friends)
        withdraw_attendee(EVENT, "mack@example.org", secrets=friends.secrets, now=datetime.now(UTC))
        assert send(friends, messages) == []
        assert ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages == []
        assert states() == [State.RETRACTED, State.RETRACTED]

    def test_whoever_cancels_while_the_message_is_in_the_queue_is_neither_named_nor_told(self, friends: World) -> None:
        messages = run_wave(friends)
        friends.post(registered("mack", 9, kind="registration.cancelled"))
        assert send(friends, messages) == []
        assert ses_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sent_messages == []

    def test_somebody_who_only_claims_a_handle_learns_nothing_of_who_listed_it(self, world: World) -> None:
        register(world, "ann")
        register(world, "impostor", handles={"linkedin": "mack"})
        bring(world, "ann", "mack")
        match(world)
        send(world, run_wave(world))
        assert mails_to("impostor") == []

    def test_who_asked_for_text_messages_gets_one_and_no_mail(
        self, world: World, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(day_hours, "FIRST", time(0))  # whenever this test runs
        monkeypatch.setattr(day_hours, "LAST", time.max)
        register(world, "mack")
        register(world, "ann", phone="+33199000010", agreed=["introduce", "connections", "text_messages"])
        bring(world, "ann", "mack")
        bring(world, "mack", "ann")
        match(world)
        messages = run_wave(world)
        assert sorted(TopicMessage.from_json(m["message"]).channel for m in messages) == ["email", "text_message"]
        send(world, messages)
        [(_, number, text, *_rest)] = sns_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sms_messages.values() and [
            (None, *sent) for sent in sns_backends[DEFAULT_ACCOUNT_ID]["eu-west-1"].sms_messages.values()
        ]
        assert (number, text[:14]) == ("+33199000010", "Mack is coming")
        assert mails_to("ann") == []

    def test_what_a_wave_wrote_of_somebody_who_was_forgotten_meanwhile_the_next_one_deletes(
        self, friends: World
    ) -> None:
        run_wave(friends)
        mack = attendee("mack").attendee_id
        written = storage.introductions.load_of(EVENT, mack)
        erase_attendee(EVENT, "mack@example.org", secrets=friends.secrets, now=datetime.now(UTC))
        for each in written:
            storage.introductions.add(EVENT, each)
        run_wave(friends, "second")
        assert written
        assert storage.introductions.load_of(EVENT, mack) == []

    def test_a_poisoned_message_stops_no_other(self, friends: World) -> None:
        messages = run_wave(friends)
        assert send(friends, [{"message": "{}"}, *messages]) == ["0"]
        assert [len(mails_to(name)) for name in ("ann", "mack")] == [1, 1]


def test_deleting_an_event_leaves_nothing_of_it(friends: World) -> None:
    send(friends, run_wave(friends))
    assert storage.events.delete(EVENT) > 5
    assert friends.items() == []


def test_erasure_leaves_nothing_that_names_the_person_and_no_list_brings_them_back(friends: World) -> None:
    send(friends, run_wave(friends))
    assert erase_attendee(EVENT, "mack@example.org", secrets=friends.secrets, now=datetime.now(UTC))
    assert "mack" not in kept(friends)
    assert pairs() == set()
    friends.post(registered("mack", 30))
    friends.import_upload(friends.upload("l.csv", b"Name,Email,Agreed\nMack,mack@example.org,yes\n", kind="attendees"))
    match(friends)
    assert "mack" not in kept(friends)
    assert (funnel(EVENT).registered, pairs()) == (2, set())
    assert send(friends, run_wave(friends, "second")) == []
    assert len(mails_to("ann")) == 2  # that somebody is not coming, and not who
    assert "mack" not in mails_to("ann")[-1].raw_data.lower()


@pytest.mark.parametrize("step", ["connection_sets", "introductions", "matches"])
def test_an_erasure_that_was_cut_short_is_finished_by_repeating_it(
    friends: World, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    with monkeypatch.context() as broken:
        broken.setattr(getattr(storage, step), "delete_of", _killed)
        with pytest.raises(SystemError):
            erase_attendee(EVENT, "mack@example.org", secrets=friends.secrets, now=datetime.now(UTC))
    assert run_wave(friends) == []
    assert erase_attendee(EVENT, "mack@example.org", secrets=friends.secrets, now=datetime.now(UTC))
    assert "mack" not in kept(friends)


def test_a_person_can_see_all_that_is_kept_of_them(friends: World) -> None:
    kept = everything_about(EVENT, "ann@example.org", secrets=friends.secrets)
    assert kept is not None
    assert kept["email"] == "ann@example.org"
    assert kept["profiles"] == ["https://github.com/ann", "https://www.linkedin.com/in/ann"]
    assert kept["connections_as_keyed_hashes"] == {"linkedin-connections": 2}
    assert json.dumps(kept)


def test_logs_hold_no_personal_data(friends: World, capsys: pytest.CaptureFixture[str]) -> None:
    send(friends, run_wave(friends))
    friends.post(registered("ann", 5, email="nowhere", company="Secret Corp"))
    logged = "".join(capsys.readouterr()).lower()
    assert "introduction" in logged
    for personal in ("ann@", "mack", "@example.org", "linkedin.com", "secret corp", "nowhere"):
        assert personal not in logged


def kept(world: World) -> str:
    """All that the table holds, but for the number of Mack's ticket: it outlives its holder, and names nobody."""
    return json.dumps(world.items(), default=str).lower().replace("t-mack", "")


def _killed(*_: object, **__: object) -> Any:
    raise SystemError("killed")


@pytest.mark.parametrize("name", ["C++ people.csv", "a%20b.csv", "Ünïcode 100%.csv"])
def test_an_export_is_imported_whatever_its_file_is_called(world: World, name: str) -> None:
    register(world, "ann", "bob")
    key = world.upload(name, linkedin("ann"), owner="bob@example.org")
    world.import_upload(key)
    assert report(key).state == "done"


def test_an_export_that_meets_a_registration_of_the_same_person_is_imported(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """DynamoDB refuses a plain write while a transaction writes the same item; moto does not."""
    register(world, "ann", "bob")
    update, refusals = DirectoryItem.update, [2]

    def refusing(item: DirectoryItem, *args: Any, **kwargs: Any) -> Any:
        if refusals[0]:
            refusals[0] -= 1
            raise UpdateError("refused", ClientError({"Error": {"Code": "TransactionConflictException"}}, "UpdateItem"))
        return update(item, *args, **kwargs)

    monkeypatch.setattr(DirectoryItem, "update", refusing)
    bring(world, "bob", "ann")
    assert refusals == [0]
    match(world)
    assert pairs() == {("ann", "bob")}
