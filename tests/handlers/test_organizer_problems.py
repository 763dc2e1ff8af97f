"""What an organizer does about what went wrong: and that it stays within their event."""

from __future__ import annotations

import json
import os

import boto3
import pytest

from shared import storage
from shared.identities import Identity
from shared.introductions import Part, State
from shared.storage.imports import ImportReport
from tests.handlers.conftest import World
from tests.handlers.organizers import HOME, OrganizerBrowser
from tests.handlers.pages import UPCOMING, attendee, keep, tell

UPLOAD = "uploads/democon/attendees/1/list.csv"
OWN = "uploads/democon/connections/annaaaaaaaaaaaaa/1/Connections.csv"


@pytest.fixture
def browser(world: World) -> OrganizerBrowser:
    storage.events.update(UPCOMING)
    browser = OrganizerBrowser(world)
    browser.sign_in()
    return browser


def test_without_problems_the_page_says_so(browser: OrganizerBrowser) -> None:
    assert browser.get(f"{HOME}/problems").text.count("None.") == 3


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


def test_what_was_given_up_is_tried_again_for_this_event_alone(browser: OrganizerBrowser) -> None:
    sqs = boto3.client("sqs")
    _, dead, alive = os.environ["DEAD_LETTERS"].split(",")
    for body in (json.dumps({"event_id": "democon"}), json.dumps({"event_id": "othercon"}), "no JSON", "[]"):
        sqs.send_message(QueueUrl=dead, MessageBody=body)
    assert "tried again" in browser.press("dead-letters/emails").text
    moved = sqs.receive_message(QueueUrl=alive, MaxNumberOfMessages=10)["Messages"]
    assert [json.loads(message["Body"]) for message in moved] == [{"event_id": "democon"}]
    left = sqs.receive_message(QueueUrl=dead, MaxNumberOfMessages=10)["Messages"]
    assert len(left) == 3
    assert browser.press("dead-letters/made-up").status == 404
