"""Hand one message to SES or SNS, exactly one attempt, and say for certain or not whether it went out."""

from __future__ import annotations

from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum
from typing import Any

from botocore.exceptions import ClientError

from shared.services._clients import client


class Outcome(Enum):
    """What is known after the one attempt."""

    TAKEN = "taken"  # the provider has it
    TRY_AGAIN = "try again"  # it certainly does not, and may take it later
    REFUSED = "refused"  # it certainly does not, and never will
    UNKNOWN = "unknown"  # no answer: it may or may not


@dataclass(frozen=True, slots=True)
class Attempt:
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


def send_email(message: EmailMessage, *, to: str) -> Attempt:
    """Hand a mail to SES v2, as it is, so that its headers are ours."""
    return _attempt(
        lambda: client("sesv2", attempts=1).send_email(
            Destination={"ToAddresses": [to]},
            Content={"Raw": {"Data": message.as_bytes()}},
        )
    )


def send_text_message(text: str, *, to: str) -> Attempt:
    """Hand a text message to SNS; ``to`` in E.164."""
    return _attempt(
        lambda: client("sns", attempts=1).publish(
            PhoneNumber=to,
            Message=text,
            MessageAttributes={
                "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
            },
        )
    )


def _attempt(call: Any) -> Attempt:
    # botocore must not repeat the call by itself: after a read time-out the first may have gone out.
    try:
        answer = call()
    except ClientError as error:
        code = error.response["Error"]["Code"]
        status = error.response["ResponseMetadata"].get("HTTPStatusCode", 0)
        if code in _TRANSIENT or status == 429:
            return Attempt(Outcome.TRY_AGAIN, detail=code)
        return Attempt(Outcome.REFUSED if 400 <= status < 500 else Outcome.UNKNOWN, detail=code)
    except Exception as error:
        return Attempt(Outcome.UNKNOWN, detail=type(error).__name__)
    return Attempt(Outcome.TAKEN, provider_id=answer["MessageId"])
