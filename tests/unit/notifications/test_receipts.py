"""What SES publishes becomes a receipt, or nothing, or a sentence that says what is wrong with it."""

import contextlib
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.notifications.receipts import Receipt, ReceiptKind, UnreadableReceipt, read_receipt, tags_of

# As in the developer guide's examples.
MAIL = {
    "timestamp": "2026-05-29T09:00:02.012Z",
    "source": "Icebreaker <hello@icebreaker.example>",
    "messageId": "EXAMPLE7c191be45-e9aedb9a-02f9-4d12-a87d-dd0099a07f8a-000000",
    "destination": ["Ann@Example.org"],
    "tags": {
        "ses:configuration-set": ["receipts"],
        "ses:source-ip": ["192.0.2.0"],
        **{name: [value] for name, value in tags_of("democon", "abcdefgh", "first").items()},
    },
}
BOUNCE = {
    "bounceType": "Permanent",
    "bounceSubType": "General",
    "bouncedRecipients": [{"emailAddress": "ann@example.org", "action": "failed", "status": "5.1.1"}],
}


def read(kind: str, mail: Any = MAIL, **objects: Any) -> Receipt | None:
    return read_receipt(json.dumps({"eventType": kind, "mail": mail, **objects}))


def test_a_delivery_is_led_back_to_the_introduction() -> None:
    expected = Receipt(ReceiptKind.DELIVERED, True, "democon", "abcdefgh", "first", True, "ann@example.org")
    assert read("Delivery", delivery={}) == expected


def test_a_permanent_bounce_says_so_and_counts() -> None:
    receipt = read("Bounce", bounce=BOUNCE)
    assert receipt is not None
    assert (receipt.kind, receipt.permanent, receipt.counted) == (ReceiptKind.BOUNCED, True, True)


@pytest.mark.parametrize("kind", ["Transient", "Undetermined"])
def test_a_full_mailbox_or_a_holiday_says_nothing_against_the_address(kind: str) -> None:
    receipt = read("Bounce", bounce=BOUNCE | {"bounceType": kind})
    assert receipt is not None
    assert (receipt.permanent, receipt.counted) == (False, False)


def test_what_ses_held_back_by_itself_does_not_count() -> None:
    bounced = read("Bounce", bounce=BOUNCE | {"bounceSubType": "OnAccountSuppressionList"})
    complained = read("Complaint", complaint={"complaintSubType": "OnAccountSuppressionList"})
    assert bounced is not None
    assert (bounced.permanent, bounced.counted) == (True, False)
    assert complained is not None
    assert not complained.counted


def test_a_complaint_is_one_unless_it_says_that_the_mail_was_welcome() -> None:
    receipt = read("Complaint", complaint={"complaintFeedbackType": "abuse", "complaintSubType": None})
    assert receipt is not None
    assert (receipt.kind, receipt.counted) == (ReceiptKind.COMPLAINED, True)
    assert read("Complaint", complaint={"complaintFeedbackType": "not-spam"}) is None


@pytest.mark.parametrize("kind", ["DeliveryDelay", "Send", "Open", "Click", "Reject", "Something new"])
def test_what_says_nothing_about_arrival_is_no_receipt(kind: str) -> None:
    assert read(kind) is None


def test_the_sentence_with_which_ses_greets_a_new_topic_is_no_receipt() -> None:
    assert read_receipt("Successfully validated SNS topic for Amazon SES event publishing.") is None


@pytest.mark.parametrize(
    "tags", [None, {}, {"event": ["democon"]}, {"event": "democon"}, {name: ["a", "b"] for name in MAIL["tags"]}]
)
def test_a_mail_that_is_not_ours_is_no_receipt(tags: Any) -> None:
    assert read("Delivery", mail=MAIL | {"tags": tags}) is None


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("", "JSON"),
        ("[1]", "JSON object"),
        ("{}", "eventType"),
        ('{"eventType": 3}', "eventType"),
        ('{"eventType": "Bounce"}', "mail"),
        ('{"eventType": "Bounce", "mail": {"tags": []}}', "mail.tags"),
        (json.dumps({"eventType": "Bounce", "mail": MAIL}), "bounce"),
        (json.dumps({"eventType": "Bounce", "mail": MAIL, "bounce": {}}), "bounceType"),
        (json.dumps({"eventType": "Complaint", "mail": MAIL, "complaint": "no"}), "complaint"),
    ],
)
def test_a_malformed_one_is_refused_with_the_field_it_is_about(text: str, field: str) -> None:
    with pytest.raises(UnreadableReceipt, match=field):
        read_receipt(text)


@pytest.mark.parametrize("destination", [None, [], ["a@example.org", "b@example.org"], [3], "ann@example.org", ["?"]])
def test_without_exactly_one_addressee_there_is_no_address(destination: Any) -> None:
    receipt = read("Delivery", mail=MAIL | {"destination": destination})
    assert receipt is not None
    assert receipt.address == ""


def test_an_address_stands_in_no_text_that_may_be_logged() -> None:
    assert "ann@" not in repr(read("Delivery")).lower()


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["eventType", "mail", "tags", "event", "bounce", "destination"]), inner)
    ),
)


@given(st.one_of(st.text(), st.binary().map(lambda raw: raw.decode("latin-1")), JSON.map(json.dumps)))
def test_any_text_is_a_receipt_or_none_or_refused(text: str) -> None:
    with contextlib.suppress(UnreadableReceipt):
        read_receipt(text)


@given(JSON, JSON, JSON, st.sampled_from(["Bounce", "Complaint", "Delivery"]))
def test_any_object_with_the_right_name_is_a_receipt_or_none_or_refused(
    mail: Any, bounce: Any, tag: Any, kind: str
) -> None:
    for each in (mail, MAIL | {"tags": MAIL["tags"] | {"event": tag}}):
        with contextlib.suppress(UnreadableReceipt):
            read(kind, mail=each, bounce=bounce, complaint=bounce)


def test_nesting_without_end_is_refused() -> None:
    with pytest.raises(UnreadableReceipt):
        read_receipt("[" * 100_000)
