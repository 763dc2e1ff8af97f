"""What an organizer does about what went wrong: and that it stays within their event."""

from __future__ import annotations

import json
import os
import re
from dataclasses import replace
from io import BytesIO
from typing import Any
from urllib.parse import unquote

import boto3
import pytest
from botocore.awsrequest import AWSResponse, HTTPHeaders

from shared import storage
from shared.identities import Identity
from shared.introductions import Part, State
from shared.pipeline.organizer.problems import QUEUES
from shared.pipeline.redrive import RESOURCES
from shared.services._clients import client
from shared.storage.imports import ImportReport
from tests.handlers.conftest import World
from tests.handlers.organizers import HOME, OrganizerBrowser
from tests.handlers.pages import UPCOMING, attendee, keep, tell
from tests.template import written

UPLOAD = "uploads/democon/attendees/1/list.csv"
OWN = "uploads/democon/connections/annaaaaaaaaaaaaa/1/Connections.csv"


@pytest.fixture
def browser(world: World) -> OrganizerBrowser:
    storage.events.update(UPCOMING)
    browser = OrganizerBrowser(world)
    browser.sign_in()
    return browser


def test_without_problems_the_page_says_so(browser: OrganizerBrowser) -> None:
    assert browser.get(f"{HOME}/problems").text.count("None.") == 4


def test_of_two_who_claim_a_handle_the_one_who_is_right_keeps_it(browser: OrganizerBrowser) -> None:
    same = (Identity("github", "ann"),)
    keep(attendee("ann"))
    keep(attendee("eve", identities=(*same, Identity("mastodon", "eve@example.social"))))
    assert "ann@example.org" in browser.get(f"{HOME}/problems").text
    answer = browser.press("claim", network="github", handle="ann", right=attendee("ann").attendee_id)
    assert "claim that handle no more" in answer.text
    ann, eve = (storage.attendees.load(UPCOMING, attendee(name).attendee_id) for name in ("ann", "eve"))
    assert ann is not None
    assert eve is not None
    assert ann.identities == same
    assert [each.network for each in eve.identities] == ["mastodon"]


def test_nobody_loses_a_handle_that_is_not_claimed_twice(browser: OrganizerBrowser) -> None:
    keep(attendee("ann"))
    keep(attendee("mack"))
    for right in (attendee("ann").attendee_id, "made-up", ""):
        assert browser.press("claim", network="github", handle="mack", right=right).status == 404


def test_a_message_of_which_nobody_knows_is_settled_by_the_organizer(browser: OrganizerBrowser) -> None:
    for name in ("ann", "mack"):
        keep(attendee(name))
        tell(name, (Part.TOLD, "zoe"), state=State.PARKED)
    assert "2 unclear" in browser.get(f"{HOME}/problems").text
    ann, mack = attendee("ann").attendee_id, attendee("mack").attendee_id
    assert "it went out" in browser.press("parked/went-out", attendee=ann, wave="first").text
    assert "on its way again" in browser.press("parked/again", attendee=mack, wave="first").text
    states = {each.attendee_id: each.state for each in storage.introductions.load_all(UPCOMING)}
    assert states == {ann: State.SENT, mack: State.PUBLISHED}
    assert browser.press("parked/again", attendee=ann, wave="first").status == 404


def test_a_list_s_rejects_can_be_fetched_and_nobody_s_own(browser: OrganizerBrowser) -> None:
    storage.imports.save(
        UPCOMING, ImportReport(UPLOAD, "attendees", "done", 9, 8, 1, rejects="rejects/democon/attendees/1/list.csv.csv")
    )
    storage.imports.save(UPCOMING, ImportReport(OWN, "connections", "done", 9, 8, 1, rejects="rejects/y.csv"))
    seen = browser.get(f"{HOME}/problems")
    assert "list.csv" in seen.text
    assert "Connections.csv" not in seen.body
    assert browser.get(f"{HOME}/rejects?of={UPLOAD}").status == 303
    for other in (OWN, "", "made-up"):
        assert browser.get(f"{HOME}/rejects?of={other}").status == 404


def queue_of(name: str) -> tuple[str, str]:
    """Where the dead letters of this name are, and where they came from."""
    lines = [line.split(",") for line in os.environ["DEAD_LETTERS"].split()]
    return next((dead, source) for each, dead, source, *_ in lines if each == name)


def left_in(url: str) -> list[str]:
    found = boto3.client("sqs").receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
    return [message["Body"] for message in found]


def test_what_was_given_up_is_tried_again_for_this_event_alone(browser: OrganizerBrowser) -> None:
    dead, alive = queue_of("emails")
    for body in (json.dumps({"event_id": "democon"}), json.dumps({"event_id": "othercon"}), "no JSON", "[]"):
        boto3.client("sqs").send_message(QueueUrl=dead, MessageBody=body)
    assert "tried again" in browser.press("dead-letters/emails").text
    assert [json.loads(body) for body in left_in(alive)] == [{"event_id": "democon"}]
    assert len(left_in(dead)) == 3
    assert browser.press("dead-letters/made-up").status == 404


def test_what_was_given_up_goes_back_to_the_queue_that_it_came_from(browser: OrganizerBrowser) -> None:
    of_queues = {name: queue_of(name) for name, (_, source, *_) in RESOURCES.items() if source.endswith("Queue")}
    assert len(of_queues) == 4
    for name, (dead, alive) in of_queues.items():
        boto3.client("sqs").send_message(QueueUrl=dead, MessageBody=json.dumps({"event_id": "democon"}))
        assert "tried again" in browser.press(f"dead-letters/{name}").text
        assert (len(left_in(alive)), left_in(dead)) == (1, []), name


@pytest.fixture
def called(browser: OrganizerBrowser) -> list[tuple[str, Any]]:
    """The functions that were called without waiting, each with what."""
    calls: list[tuple[str, Any]] = []

    def answer(request: Any, **_: Any) -> AWSResponse:
        assert request.headers["X-Amz-Invocation-Type"] in ("Event", b"Event")
        calls.append((unquote(request.url).rpartition(":")[2].partition("/")[0], json.loads(request.body)))
        return AWSResponse(request.url, 202, HTTPHeaders(), BytesIO())

    # moto would look for the function, and for Docker.
    client("lambda").meta.events.register_first("before-send.lambda.Invoke", answer)
    return calls


def failed(payload: dict[str, Any]) -> str:
    return json.dumps({"version": "1.0", "requestContext": {}, "requestPayload": payload})


def uploaded(event_id: str) -> dict[str, Any]:
    return {"detail": {"object": {"key": f"uploads/{event_id}/attendees/1/list.csv"}}}


def told(event_id: str, **said: Any) -> dict[str, Any]:
    message = json.dumps({"mail": {"tags": {"event": [event_id]}}} | said)
    return {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": message}}]}


@pytest.mark.parametrize(
    ("name", "function", "ours", "theirs"),
    [
        ("waves", "PlanIntroductionsFunction", {"event_id": "democon", "wave": "first"}, {"event_id": "othercon"}),
        ("imports", "ImportUploadFunction", uploaded("democon"), uploaded("othercon")),
        ("receipts", "ReceiveReceiptsFunction", told("democon"), told("othercon")),
        ("slack", "PostToSlackFunction", told("democon", kind="wave"), told("othercon", kind="wave")),
    ],
)
def test_functions_are_called_again_with_what_they_failed_at_for_this_event_alone(
    browser: OrganizerBrowser,
    called: list[tuple[str, Any]],
    name: str,
    function: str,
    ours: dict[str, Any],
    theirs: dict[str, Any],
) -> None:
    dead, _ = queue_of(name)
    for payload in (ours, theirs):
        boto3.client("sqs").send_message(QueueUrl=dead, MessageBody=failed(payload))
    assert "tried again" in browser.press(f"dead-letters/{name}").text
    assert called == [(function, ours)]
    assert left_in(dead) == [failed(theirs)]


@pytest.mark.parametrize(
    ("name", "function"), [("matching", "MatchAttendeesFunction"), ("lists", "FetchConnectionsFunction")]
)
def test_for_changes_of_which_the_event_is_not_known_the_whole_of_this_one_is_done_anew(
    browser: OrganizerBrowser, called: list[tuple[str, Any]], name: str, function: str
) -> None:
    dead, _ = queue_of(name)
    boto3.client("sqs").send_message(QueueUrl=dead, MessageBody='{"requestContext": {}, "DDBStreamBatchInfo": {}}')
    storage.events.create(replace(UPCOMING, event_id="othercon"))
    assert "stays for the others" in browser.get(f"{HOME}/problems").text
    assert "tried again" in browser.press(f"dead-letters/{name}").text
    assert called == [(function, {"event_id": "democon"})]
    assert len(left_in(dead)) == 1


def test_every_dead_letter_queue_of_the_template_can_be_tried_again_and_has_a_name() -> None:
    resources = written()["Resources"]
    queues = {name for name, each in resources.items() if each["Type"] == "AWS::SQS::Queue" and "DeadLetters" in name}
    told = str(resources["ServeOrganizerFunction"]["Properties"]["Environment"]["Variables"]["DEAD_LETTERS"])
    lines = dict(re.findall(r"([a-z]+),((?:\$\{[\w.]+\},?)+)", told))
    named = {name: tuple(re.findall(r"\$\{(\w+)", line)) for name, line in lines.items()}
    assert {dead for dead, *_ in named.values()} == queues
    assert named == RESOURCES
    assert set(QUEUES) == set(RESOURCES)
