"""What was given up, however often it was tried: listed, and put back; the command line and the organizers' page do.

Everything that is put back may come twice: whatever takes it does the same again without a difference. Whether it is
still of any use is decided there too, from what is stored then: what waited until after the event is not sent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from shared.events import Event
from shared.services.dead_letters import DeadLetter, DeadLetters
from shared.storage import events

# By name: the queue, and the queue or function that its messages came from, as the template calls them.
RESOURCES: Final[Mapping[str, tuple[str, ...]]] = {
    "emails": ("EmailDeadLetters", "EmailQueue"),
    "texts": ("TextMessageDeadLetters", "TextMessageQueue"),
    "registrations": ("PointerDeadLetters", "PointerQueue"),
    "lists": ("FetchDeadLetters", "FetchQueue", "FetchConnectionsFunction"),
    "imports": ("ImportDeadLetters", "ImportUploadFunction"),
    "matching": ("MatchingDeadLetters", "MatchAttendeesFunction"),
    "waves": ("WaveDeadLetters", "PlanIntroductionsFunction"),
    "receipts": ("ReceiptDeadLetters", "ReceiveReceiptsFunction"),
    "slack": ("SlackDeadLetters", "PostToSlackFunction"),
}


class Kind(StrEnum):
    """What lies in a dead-letter queue."""

    MESSAGE = "message"  # of a queue, as it lay there
    EVENT = "event"  # that a function did not take
    CHANGES = "changes"  # a stretch of the table's stream, told by its place and not by its content
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter, understood."""

    queue: str
    kind: Kind
    event_id: str | None  # None where it does not say, or concerns several
    since: datetime
    why: str  # a kind of failure, never its text, which may quote what somebody typed
    what: str = ""  # a wave, a file's kind, a network: never a person
    body: str = ""
    event: Mapping[str, Any] | None = None  # for the function


@dataclass(frozen=True, slots=True)
class Redriven:
    """What became of a queue's letters."""

    put_back: int = 0
    passes: int = 0  # events that are looked at as a whole, for stretches of the stream that were lost
    others: int = 0  # letters of other events, which stay
    unreadable: int = 0  # letters with which nothing can be done, which stay

    def __add__(self, other: Redriven) -> Redriven:
        return Redriven(
            self.put_back + other.put_back,
            self.passes + other.passes,
            self.others + other.others,
            self.unreadable + other.unreadable,
        )


def look(queue: DeadLetters, *, most_rounds: int | None = None) -> list[Letter]:
    """What lies in a queue; everything stays there."""
    held = list(queue.hold(most_rounds=most_rounds))
    for each in held:
        queue.let_go(each)
    return [understood(queue, each) for each in held]


def redrive(
    queue: DeadLetters, *, now: datetime, event_id: str | None = None, most_rounds: int | None = None
) -> Redriven:
    """Put back what lies in a queue, each letter before it is deleted there: cut short in between, it comes twice.

    A stretch of the stream does not say what was in it: for it everything is done anew, for each event of which
    anything is kept, and once, however many stretches there are. Asked for one event, a stretch stays for the others.

    :param event_id: only what concerns this event
    """
    stretches, others, done = [], [], Redriven()
    for held in queue.hold(most_rounds=most_rounds):
        letter = understood(queue, held)
        if letter.kind is Kind.CHANGES:
            stretches.append(held)
        elif event_id is not None and letter.event_id != event_id:
            others.append(held)
            done += Redriven(others=1)
        elif letter.kind is Kind.UNREADABLE:
            others.append(held)
            done += Redriven(unreadable=1)
        else:
            _put_back(queue, letter)
            queue.delete(held)
            done += Redriven(put_back=1)
    if stretches:
        done += _everything_anew(queue, stretches, events.load_all(), event_id, now)
    for held in others:
        queue.let_go(held)
    return done


def _put_back(queue: DeadLetters, letter: Letter) -> None:
    if letter.event is not None:
        queue.call(letter.event)
    else:
        queue.put_back(letter.body)


def _everything_anew(
    queue: DeadLetters,
    stretches: Sequence[DeadLetter],
    all_events: Iterable[Event],
    event_id: str | None,
    now: datetime,
) -> Redriven:
    concerned = {event.event_id for event in all_events if event.expires_at > now}
    wanted = concerned if event_id is None else concerned & {event_id}
    for each in sorted(wanted):
        queue.call({"event_id": each})
    for held in stretches:
        if wanted == concerned:
            queue.delete(held)
        else:
            queue.let_go(held)
    if wanted == concerned:
        return Redriven(put_back=len(stretches), passes=len(wanted))
    return Redriven(passes=len(wanted), others=len(stretches))


# ---- What a letter says ----------------------------------------------------------------------------------------


def understood(queue: DeadLetters, held: DeadLetter) -> Letter:
    """What a dead letter is.

    Sources: AWS Lambda developer guide, "Capturing records of Lambda asynchronous invocations" and "Retain discarded
    batches for a DynamoDB event source"; Amazon SNS developer guide, "Amazon SNS dead-letter queues"; EventBridge and
    EventBridge Scheduler user guides, dead-letter queues: the event as it was meant for the target, and attributes.
    """
    content = _json(held.body)
    why = held.attributes.get("ERROR_CODE") or held.attributes.get("ErrorCode") or ""
    letter = Letter(queue.name, Kind.UNREADABLE, None, held.since, why or "tried in vain", body=held.body)
    if content is None:
        return letter
    if "requestContext" in content:
        letter = replace(letter, why=_why(content))
    if "DDBStreamBatchInfo" in content:
        return replace(letter, kind=Kind.CHANGES, since=_since(content, held.since))
    event_id, what = _concerns(content)
    letter = replace(letter, event_id=event_id, what=what)
    if queue.source_url and "requestPayload" not in content:
        return _message(letter, content)
    event = content.get("requestPayload", content) or {}
    if "TopicArn" in event and "Records" not in event:  # SNS's own words for it, not yet Lambda's
        event = {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": event}]}
    return replace(letter, kind=Kind.EVENT, event=event)


def _message(letter: Letter, content: Mapping[str, Any]) -> Letter:
    # Where SNS could not deliver it, it lies in SNS's envelope.
    enveloped = content.get("Type") == "Notification" and isinstance(content.get("Message"), str)
    body = content["Message"] if enveloped else letter.body
    return replace(letter, kind=Kind.MESSAGE, body=body)


def _why(content: Mapping[str, Any]) -> str:
    answer = content.get("responsePayload")
    kind = answer.get("errorType") if isinstance(answer, dict) else None
    condition = str(content["requestContext"].get("condition", "given up"))
    return f"{condition}: {kind}" if kind else condition


def _since(content: Mapping[str, Any], otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(content["DDBStreamBatchInfo"]["approximateArrivalOfFirstRecord"])
    except (LookupError, TypeError, ValueError):
        return otherwise


def _concerns(content: Mapping[str, Any]) -> tuple[str | None, str]:
    """The event that a letter is about, and about what of it, from wherever it says so first."""
    for each in _layers(content):
        event_id = each.get("event_id") or each.get("event")
        if isinstance(event_id, str):
            what = each.get("wave") or each.get("source") or each.get("platform") or ""
            return event_id, str(what)
        tags = each["mail"].get("tags") if isinstance(each.get("mail"), dict) else None
        if isinstance(tags, dict) and tags.get("event"):
            return str(tags["event"][0]), str(each.get("eventType", "")).lower()
        key = each["object"].get("key") if isinstance(each.get("object"), dict) else None
        if isinstance(key, str) and key.count("/") >= 3:
            return key.split("/")[1], key.split("/")[2]
    return None, ""


def _layers(content: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """A letter, and whatever it carries: what a function was handed, what SNS delivered, what S3 tells."""
    yield content
    records = content.get("Records")
    inner = [content.get("requestPayload"), content.get("detail"), content.get("Sns"), _json(content.get("Message"))]
    for each in [*inner, *(records if isinstance(records, list) else ())]:
        if isinstance(each, dict):
            yield from _layers(each)


def _json(text: object) -> dict[str, Any] | None:
    if not isinstance(text, str):
        return None
    try:
        content = json.loads(text)
    except ValueError:
        return None
    return content if isinstance(content, dict) else None
