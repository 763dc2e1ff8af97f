"""What SES says of a mail afterwards: delivered, bounced, or reported as unwanted.

SES publishes a JSON object for each event of a mail to an SNS topic (Amazon SES Developer Guide, "Contents of event
data that Amazon SES publishes to Amazon SNS"). ``mail.tags`` holds the tags that the mail was sent with, each a list
of texts; ``mail.destination`` whom it was sent to. What of it matters here:

- ``bounce.bounceType`` is Permanent, Transient or Undetermined. Only a permanent one says that the address is no good:
  a full mailbox is transient, and so is the automatic answer of somebody on holiday, which SES reports as a bounce too
  and does not count.
- ``bounceSubType`` and ``complaintSubType`` are OnAccountSuppressionList where SES did not send the mail at all,
  because the address bounced or complained before. It does not count that either.
- ``complaint.complaintFeedbackType`` not-spam is the opposite of a complaint.
- ``DeliveryDelay`` ends in a delivery or a bounce; the other types say nothing about whether a mail arrived.
- When an event destination is made, SES publishes one sentence that is no JSON.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from shared.identities import email

# The tags of a mail by which its receipts are led back to the introduction.
EVENT_TAG: Final = "event"
ATTENDEE_TAG: Final = "attendee"
WAVE_TAG: Final = "wave"

GREETING: Final = "Successfully validated SNS topic"
ON_THE_LIST: Final = "OnAccountSuppressionList"
NOT_SPAM: Final = "not-spam"


class ReceiptKind(StrEnum):
    DELIVERED = "delivered"  # the mailbox took it
    BOUNCED = "bounced"  # the mailbox, or its host, sent it back
    COMPLAINED = "complained"  # the person pressed "spam"


_KINDS: Final = {
    "Delivery": ReceiptKind.DELIVERED,
    "Bounce": ReceiptKind.BOUNCED,
    "Complaint": ReceiptKind.COMPLAINED,
}


class UnreadableReceipt(ValueError):
    """What came is no event of SES; the sentence names the field, and quotes nothing of it."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the mail that told one attendee of one wave."""

    kind: ReceiptKind
    permanent: bool  # of a bounce: the address is no good; of anything else: True
    event_id: str
    attendee_id: str
    wave: str
    counted: bool = True  # False where SES held the mail back by itself
    address: str = field(default="", repr=False)  # canonical; empty where the mail does not name exactly one


def tags_of(event_id: str, attendee_id: str, wave: str) -> dict[str, str]:
    """The tags to send a mail with, so that its receipts can be led back."""
    return {EVENT_TAG: event_id, ATTENDEE_TAG: attendee_id, WAVE_TAG: wave}


def read_receipt(text: str) -> Receipt | None:
    """The receipt in a message from the topic; None where it says nothing about whether a mail of ours arrived.

    :raises UnreadableReceipt: naming the field
    """
    if text.startswith(GREETING):
        return None
    fields = _parsed(text)
    kind = _KINDS.get(_text(fields, "eventType"))
    if kind is None:
        return None
    mail = _object(fields, "mail")
    event_id, attendee_id, wave = (_tag(mail, name) for name in (EVENT_TAG, ATTENDEE_TAG, WAVE_TAG))
    if not (event_id and attendee_id and wave):
        return None
    permanent, counted = True, True
    if kind is ReceiptKind.BOUNCED:
        bounce = _object(fields, "bounce")
        permanent = _text(bounce, "bounceType") == "Permanent"
        counted = permanent and bounce.get("bounceSubType") != ON_THE_LIST
    elif kind is ReceiptKind.COMPLAINED:
        complaint = _object(fields, "complaint")
        if complaint.get("complaintFeedbackType") == NOT_SPAM:
            return None
        counted = complaint.get("complaintSubType") != ON_THE_LIST
    return Receipt(kind, permanent, event_id, attendee_id, wave, counted, _address(mail))


def _parsed(text: str) -> Mapping[str, Any]:
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableReceipt("the message is no JSON") from error
    if not isinstance(fields, dict):
        raise UnreadableReceipt("the message is no JSON object")
    return fields


def _object(fields: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = fields.get(name)
    if not isinstance(value, dict):
        raise UnreadableReceipt(f"{name} must be a JSON object")
    return value


def _text(fields: Mapping[str, Any], name: str) -> str:
    value = fields.get(name)
    if not isinstance(value, str) or not value:
        raise UnreadableReceipt(f"{name} must be a non-empty text")
    return value


def _tag(mail: Mapping[str, Any], name: str) -> str:
    """The one value of a tag; empty where the mail has none, or several: then we did not send it."""
    tags = mail.get("tags")
    if tags is None:
        return ""
    if not isinstance(tags, dict):
        raise UnreadableReceipt("mail.tags must be a JSON object")
    match tags.get(name):
        case [str(value)]:
            return value
    return ""


def _address(mail: Mapping[str, Any]) -> str:
    match mail.get("destination"):
        case [str(address)]:
            known = email(address)
            return known.handle if known else ""
    return ""
