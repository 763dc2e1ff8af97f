"""Hand one message to SES or SNS, exactly one attempt, and say for certain or not whether it went out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from typing import Any, Final

from botocore.exceptions import ClientError

from shared.services._clients import client


class Outcome(Enum):
    """What is known after the one attempt."""

    TAKEN = "taken"  # the provider has it
    TRY_AGAIN = "try again"  # it certainly does not, and may take it later
    REFUSED = "refused"  # it certainly does not, and never will
    UNKNOWN = "unknown"  # no answer: it may or may not
    OPTED_OUT = "opted out"  # it certainly does not: the person told the carrier to stop


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one call to a provider."""

    outcome: Outcome
    provider_id: str | None = None
    detail: str | None = None  # the provider's error code; never its text, which may quote the address


# Codes that say "not now" (SES v2 and SNS API references, common errors); every other 4xx is a refusal.
_TRANSIENT = frozenset(
    {
        "LimitExceededException",
        "SendingPausedException",
        "AccountSuspendedException",
        "RequestTimeout",
        "Throttling",
        "ThrottledException",
        "ThrottlingException",
        "TooManyRequestsException",
        "MailFromDomainNotVerifiedException",
        "AccessDeniedException",
        "AuthorizationError",
        "ExpiredTokenException",
    }
)


# What the name and the value of a tag may be made of (SES v2 API reference, MessageTag).
_TAG: Final = re.compile(r"[A-Za-z0-9_-]{1,256}")
_NO_TAGS: Final[Mapping[str, str]] = {}


def send_email(
    message: EmailMessage, *, to: str, configuration_set: str | None = None, tags: Mapping[str, str] = _NO_TAGS
) -> Attempt:
    """Hand a mail to SES v2, as it is, so that its headers are ours.

    :param configuration_set: says where its receipts go
    :param tags: come back with its receipts. One that SES would not take is left out: a mail without a receipt is
        better than none.
    """
    options: dict[str, Any] = {"ConfigurationSetName": configuration_set} if configuration_set else {}
    allowed = {name: value for name, value in tags.items() if _TAG.fullmatch(name) and _TAG.fullmatch(value)}
    if allowed:
        options["EmailTags"] = [{"Name": name, "Value": value} for name, value in allowed.items()]
    return _attempt(
        lambda: client("sesv2", attempts=1).send_email(
            Destination={"ToAddresses": [to]}, Content={"Raw": {"Data": message.as_bytes()}}, **options
        )
    )


def send_text_message(text: str, *, to: str) -> Attempt:
    """Hand a text message to SNS, unless the person told their carrier to stop; ``to`` in E.164."""
    return _kept_back(to) or _attempt(
        lambda: client("sns", attempts=1).publish(
            PhoneNumber=to,
            Message=text,
            MessageAttributes={
                "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
            },
        )
    )


def _kept_back(to: str) -> Attempt | None:
    """Why nothing may be sent to a number; None where something may.

    It has to be asked: ``Publish`` takes a message to somebody who opted out like any other, and says only in the
    delivery log that it went nowhere (OptedOut is none of its errors; SNS API reference).
    """
    try:
        answer = client("sns").check_if_phone_number_is_opted_out(phoneNumber=to)
    except ClientError as error:
        if error.response["Error"]["Code"] == "InvalidAction":
            return None  # a stand-in for SNS that keeps no such list
        attempt = _said(error)
        # That nothing was sent is certain.
        return attempt if attempt.outcome is Outcome.REFUSED else Attempt(Outcome.TRY_AGAIN, detail=attempt.detail)
    except Exception as error:
        return Attempt(Outcome.TRY_AGAIN, detail=type(error).__name__)
    return Attempt(Outcome.OPTED_OUT, detail="OptedOut") if answer["isOptedOut"] else None


def _attempt(call: Any) -> Attempt:
    # botocore must not repeat the call by itself: after a read time-out the first may have gone out.
    try:
        answer = call()
    except ClientError as error:
        return _said(error)
    except Exception as error:
        return Attempt(Outcome.UNKNOWN, detail=type(error).__name__)
    return Attempt(Outcome.TAKEN, provider_id=answer["MessageId"])


def _said(error: ClientError) -> Attempt:
    code = error.response["Error"]["Code"]
    status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
    if code in _TRANSIENT or status == 429:
        return Attempt(Outcome.TRY_AGAIN, detail=code)
    return Attempt(Outcome.REFUSED if 400 <= status < 500 else Outcome.UNKNOWN, detail=code)
