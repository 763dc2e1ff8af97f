"""What AWS does between the functions: streams, queues, schedules, the topic, mail; each late, twice or again."""

from __future__ import annotations

import base64
import io
import json
import random
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import count
from typing import Any

from tests.simulation.containers import SETTINGS, Containers
from tests.simulation.database import Change
from tests.simulation.world import Task, World

MOST_ATTEMPTS = 3  # of an asynchronous invocation: the first and two more
MOST_RECEIVED = 5  # of a message in a queue, then it is a dead letter
INVISIBLE_S = 360
STREAM_ATTEMPTS = 11


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail or text message that the provider took."""

    step: int
    looked_at: int  # the step at which attendees were last read before
    asked_at: int  # the step at which it was last read whether the event is paused
    claimed_at: int
    at: datetime
    to: str
    wave: str
    attendee_id: str
    content: bytes
    by: str


@dataclass
class Message:
    body: str
    number: int
    poison: bool = False  # whoever looks at the dead letters sees that nothing can be done with it
    received: int = 0
    visible_at: float = 0.0
    in_flight: bool = False


@dataclass
class Queue:
    """An SQS queue with a function that reads it, and its dead letters."""

    cloud: Cloud
    name: str
    function: str
    messages: dict[int, Message] = field(default_factory=dict)
    dead: list[Message] = field(default_factory=list)

    def put(self, body: str, *, delay: float = 0.0, poison: bool = False) -> None:
        number = next(self.cloud.numbers)
        message = Message(body, number, poison, visible_at=self.cloud.world.now + delay)
        self.messages[number] = message
        self.cloud.world.at(message.visible_at, self.poll)

    def redrive(self) -> int:
        letters = [letter for letter in self.dead if not letter.poison]
        self.dead = [letter for letter in self.dead if letter.poison]
        for letter in letters:
            self.put(letter.body)
        return len(letters)

    def poll(self) -> None:
        world = self.cloud.world
        ready = [m for m in self.messages.values() if not m.in_flight and m.visible_at <= world.now]
        batch = ready[: self.cloud.chance.randrange(1, 11)]
        if len(ready) > len(batch):
            world.after(0.05, self.poll)
        for message in list(batch):
            message.received += 1
            if message.received > MOST_RECEIVED:
                self.dead.append(self.messages.pop(message.number))
                batch.remove(message)
            message.in_flight = True
        if not batch:
            return
        for message in batch:
            message.visible_at = world.now + INVISIBLE_S
        event = {"Records": [self._record(message) for message in batch]}
        self.cloud.invoke(
            self.function, event, f"{self.name} {[m.number for m in batch]}.{batch[0].received}",
            lambda result, error: self._answered(batch, result, error),
        )  # fmt: skip

    def _answered(self, batch: list[Message], result: Any, error: BaseException | None) -> None:
        failed = {f["itemIdentifier"] for f in result["batchItemFailures"]} if error is None else None
        for message in batch:
            message.in_flight = False
            again = self.cloud.chance.random() < self.cloud.twice
            if failed is not None and str(message.number) not in failed and not again:
                self.messages.pop(message.number, None)
                continue
            if failed is not None and str(message.number) not in failed:
                # Deleted, and delivered once more all the same: SQS promises at least once, not exactly once.
                message.visible_at = self.cloud.world.now + self.cloud.chance.uniform(0, 30)
            self.cloud.world.at(message.visible_at, self.poll)

    def _record(self, message: Message) -> dict[str, Any]:
        return {
            "messageId": str(message.number),
            "receiptHandle": f"{self.name}:{message.number}",
            "body": message.body,
            "attributes": {"ApproximateReceiveCount": str(message.received)},
            "messageAttributes": {},
            "eventSource": "aws:sqs",
        }


@dataclass
class Stream:
    """One shard of the table's stream, as far as matching reads it."""

    cloud: Cloud
    name: str
    records: list[Change] = field(default_factory=list)
    paused: bool = False
    busy: bool = False
    attempts: int = 0
    batch: int = 0
    given_up: int = 0

    def put(self, change: Change) -> None:
        self.records.append(change)
        if not self.busy and not self.paused and len(self.records) == 1:
            self.cloud.world.after(self.cloud.window, self.poll)

    def go_on(self) -> None:
        self.paused = False
        if self.records and not self.busy:
            self.cloud.world.after(0, self.poll)

    def poll(self) -> None:
        if self.busy or self.paused or not self.records:
            return
        self.busy = True
        if not self.attempts:
            self.batch = self.cloud.chance.randrange(1, 9)
        batch = self.records[: self.batch]
        event = {"Records": [_stream_record(change) for change in batch]}
        self.cloud.invoke(
            "match_attendees", event, f"{self.name} {batch[0].number}.{self.attempts}",
            lambda result, error: self._answered(batch, result, error),
        )  # fmt: skip

    def _answered(self, batch: list[Change], result: Any, error: BaseException | None) -> None:
        self.busy = False
        failed = {f["itemIdentifier"] for f in result["batchItemFailures"]} if error is None else None
        first_failed = (
            0 if failed is None else next((n for n, each in enumerate(batch) if str(each.number) in failed), len(batch))
        )
        if first_failed < len(batch):
            self.attempts += 1
            self.batch = max(1, len(batch) // 2) if failed is None else len(batch) - first_failed
            if self.attempts >= STREAM_ATTEMPTS:
                self.given_up += 1
                self.attempts, first_failed = 0, first_failed + self.batch
        elif self.cloud.chance.random() < self.cloud.twice:
            first_failed = 0  # the same batch again
        else:
            self.attempts = 0
        self.records = self.records[first_failed:]
        if self.records and not self.paused:
            self.cloud.world.after(self.cloud.chance.uniform(0.1, 2), self.poll)


@dataclass
class Invocation:
    """An event that Lambda keeps until a function has taken it, or it is a dead letter."""

    function: str
    event: Any
    name: str
    poison: bool = False
    done: Callable[[], None] = lambda: None
    attempts: int = 0


class Cloud:
    """Everything of AWS but the table, for one world."""

    def __init__(self, world: World, containers: Containers, *, twice: float) -> None:
        self.world = world
        self.containers = containers
        self.chance = random.Random(f"{world.seed} cloud")
        self.twice = twice
        self.window = self.chance.uniform(0.1, 20)
        self.numbers = count(1)
        self.emails = Queue(self, "emails", "send_notification")
        self.texts = Queue(self, "texts", "send_notification")
        self.shards = [Stream(self, f"shard{n}") for n in range(2)]
        self.dead: list[Invocation] = []
        self.redriven = 0  # dead letters that were put back
        self.mails: list[Mail] = []
        self.taken: Callable[[Mail], None] = lambda _: None
        self.directory_changed: Callable[[], None] = lambda: None
        self.complained: Callable[[Mail], Callable[[], None]] = lambda _: lambda: None
        self.objects: dict[str, tuple[bytes, dict[str, str], float]] = {}
        self.schedules: dict[str, str] = {}
        self.parameters: dict[str, str] = {}
        self.parked: set[str] = set()  # "attendee#wave" of what was ever parked
        self.opted_out: set[str] = set()
        world.perform = self.perform
        world.database.watch = self._watch
        world.on_call.append(self._notice)

    # ---- Functions -----------------------------------------------------------------------------------------------

    def invoke(self, function: str, event: Any, name: str, then: Callable[[Any, BaseException | None], None]) -> Task:
        def work() -> Any:
            with self.containers.one(function) as handler:
                return handler(event)

        task = self.world.start(name, work, then)
        task.function = function
        return task

    def asynchronously(
        self, function: str, event: Any, name: str, *, poison: bool = False, done: Callable[[], None] = lambda: None
    ) -> None:
        """As Lambda takes events: until one attempt succeeds, now and then once more, in the end as a dead letter."""
        self._attempt(Invocation(function, event, name, poison, done))

    def _attempt(self, invocation: Invocation) -> None:
        invocation.attempts += 1

        def answered(_: Any, error: BaseException | None) -> None:
            if error is None:
                invocation.done()
                if self.chance.random() < self.twice:
                    again = Invocation(invocation.function, invocation.event, f"{invocation.name} again")
                    self.world.after(self.chance.uniform(0, 60), lambda: self._attempt(again))
            elif invocation.attempts < MOST_ATTEMPTS:
                self.world.after(60 * invocation.attempts, lambda: self._attempt(invocation))
            else:
                self.dead.append(invocation)

        name = f"{invocation.name}.{invocation.attempts}"
        self.invoke(invocation.function, invocation.event, name, answered)

    def redrive(self) -> int:
        """Everything that is a dead letter gets another chance."""
        letters = [letter for letter in self.dead if not letter.poison]
        self.dead = [letter for letter in self.dead if letter.poison]
        for letter in letters:
            again = replace(letter, name=f"{letter.name} redriven", attempts=0)
            self.world.after(0, lambda again=again: self._attempt(again))  # type: ignore[misc]
        redriven = len(letters) + self.emails.redrive() + self.texts.redrive()
        self.redriven += redriven
        return redriven

    # ---- Stream --------------------------------------------------------------------------------------------------

    def _watch(self, change: Change) -> None:
        if change.new is not None and change.new.get("state") == {"S": "parked"}:
            self.parked.add(change.sk)
        if change.new is not None and change.new.get("kind") == {"S": "directory"}:
            self.directory_changed()
            self.shards[zlib.crc32(change.pk.encode()) % len(self.shards)].put(change)

    def _notice(self, task: Task | None, service: str, operation: str, request: Any) -> None:
        """Remember when attendees were read and an introduction claimed: what is sent is judged by that."""
        if task is None or service != "dynamodb":
            return
        before, task.just_asked = task.just_asked, frozenset()
        if operation == "BatchGetItem":
            [asked] = request["RequestItems"].values()
            keys = frozenset(key["sk"]["S"] for key in asked["Keys"] if "#ATTENDEE" in key["pk"]["S"])
            # What was not answered is asked for once more; what was is as old as it is.
            if keys and not keys < before:
                task.looked_at = self.world.step
            task.just_asked = keys
        elif operation == "GetItem" and "#HEALTH" in request["Key"]["pk"]["S"]:
            task.asked_at = self.world.step
        elif operation == "UpdateItem" and "#INTRODUCTION" in request["Key"]["pk"]["S"]:
            task.claimed_at, task.claimed = self.world.step, request["Key"]["sk"]["S"]

    # ---- Services ------------------------------------------------------------------------------------------------

    def perform(self, task: Task | None, service: str, operation: str, request: Any, client: Any) -> Any:
        answer: Callable[..., Any] = getattr(self, f"_{service}_{operation}")
        return answer(request, task, client)

    def _ssm_GetParameter(self, request: Any, _: Any, client: Any) -> Any:  # noqa: N802
        name = request["Name"].removeprefix(SETTINGS["SECRETS_PATH"] + "/")
        if name not in self.parameters:
            raise client.exceptions.ParameterNotFound({"Error": {"Code": "ParameterNotFound"}}, "GetParameter")
        return {"Parameter": {"Value": self.parameters[name]}}

    def _ssm_GetParametersByPath(self, request: Any, *_: Any) -> Any:  # noqa: N802
        return {"Parameters": [{"Name": f"{request['Path']}/{name}"} for name in self.parameters]}

    def _s3_GetObject(self, request: Any, _: Any, client: Any) -> Any:  # noqa: N802
        if request["Key"] not in self.objects:
            raise client.exceptions.NoSuchKey({"Error": {"Code": "NoSuchKey"}}, "GetObject")
        body, metadata, at = self.objects[request["Key"]]
        return {
            "Body": io.BytesIO(body),
            "Metadata": metadata,
            "LastModified": datetime.fromtimestamp(int(at), UTC),
            "ContentLength": len(body),
        }

    def _s3_DeleteObject(self, request: Any, *_: Any) -> Any:  # noqa: N802
        self.objects.pop(request["Key"], None)
        return {}

    def _s3_PutObject(self, request: Any, *_: Any) -> Any:  # noqa: N802
        return {}

    def _sqs_ChangeMessageVisibility(self, request: Any, *_: Any) -> Any:  # noqa: N802
        message = self.texts.messages.get(int(request["ReceiptHandle"].partition(":")[2]))
        if message is not None:
            message.visible_at = self.world.now + request["VisibilityTimeout"]
        return {}

    def _scheduler_CreateSchedule(self, request: Any, _: Any, client: Any) -> Any:  # noqa: N802
        name = request["Name"]
        if name in self.schedules:
            raise client.exceptions.ConflictException({"Error": {"Code": "ConflictException"}}, "CreateSchedule")
        self.schedules[name] = request["ScheduleExpression"]
        moment = datetime.fromisoformat(request["ScheduleExpression"][3:-1]).replace(tzinfo=UTC)
        self.schedule(json.loads(request["Target"]["Input"]), moment.timestamp(), name)
        return {}

    def schedule(self, event: Any, moment: float, name: str) -> None:
        def fire() -> None:
            self.schedules.pop(name, None)
            self.asynchronously("plan_introductions", event, f"wave {event['wave']}")

        self.world.at(moment + self.chance.uniform(0, 2), fire)

    def _sns_PublishBatch(self, request: Any, *_: Any) -> Any:  # noqa: N802
        entries = request["PublishBatchRequestEntries"]
        failed = []
        for entry in entries:
            if self.world.in_part or (self.world.faults and self.chance.random() < 0.02 * self.world.faults):
                failed.append({"Id": entry["Id"], "Code": "InternalError", "SenderFault": False})
                continue
            self._publish(entry["Message"], entry["MessageAttributes"]["channel"]["StringValue"])
        return {"Successful": [], "Failed": failed}

    def _publish(self, body: str, channel: str) -> None:
        queue = {"email": self.emails, "text_message": self.texts}.get(channel)
        for _ in range(1 + (self.chance.random() < self.twice)) if queue else ():
            # Most come at once; some were lost on the way and come when SNS tries again.
            slow = self.chance.random() < 0.05 * bool(self.world.faults)
            queue.put(body, delay=self.chance.uniform(60, 3600) if slow else self.chance.uniform(0, 2))

    def _sns_CheckIfPhoneNumberIsOptedOut(self, request: Any, *_: Any) -> Any:  # noqa: N802
        return {"isOptedOut": request["phoneNumber"] in self.opted_out}

    def _sns_Publish(self, request: Any, task: Any, _: Any) -> Any:  # noqa: N802
        if "PhoneNumber" in request:
            # A text message does not say what it belongs to; its sender claimed that right before.
            attendee_id, _, wave = task.claimed.partition("#")
            self._take(task, request["PhoneNumber"], wave, attendee_id, request["Message"].encode())
        return {"MessageId": f"sns-{next(self.numbers)}"}

    def _sesv2_SendEmail(self, request: Any, task: Any, _: Any) -> Any:  # noqa: N802
        tags = {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", ())}
        [to] = request["Destination"]["ToAddresses"]
        mail = self._take(task, to, tags["wave"], tags["attendee"], request["Content"]["Raw"]["Data"])
        self._receipts(mail, tags)
        return {"MessageId": f"ses-{next(self.numbers)}", "ResponseMetadata": {"HTTPStatusCode": 200}}

    def _take(self, task: Task | None, to: str, wave: str, attendee_id: str, content: bytes) -> Mail:
        assert task is not None
        mail = Mail(
            self.world.step, task.looked_at, task.asked_at or task.looked_at, task.claimed_at,
            datetime.fromtimestamp(self.world.now, UTC), to, wave, attendee_id, content, task.name,
        )  # fmt: skip
        task.asked_at = 0
        self.mails.append(mail)
        self.world.say(f"mail to {to} in {wave}")
        self.taken(mail)
        return mail

    def _receipts(self, mail: Mail, tags: Mapping[str, str]) -> None:
        chance = random.Random(f"{self.world.seed} receipt {mail.to} {mail.wave}")
        drawn = chance.random()
        kinds: list[dict[str, Any]] = [{"eventType": "Delivery", "delivery": {}}]
        if drawn < 0.04:
            kinds = [{"eventType": "Bounce", "bounce": {"bounceType": "Permanent", "bounceSubType": "General"}}]
        elif drawn < 0.07:
            kinds = [{"eventType": "Bounce", "bounce": {"bounceType": "Transient", "bounceSubType": "MailboxFull"}}]
        elif drawn < 0.09:
            kinds.append({"eventType": "Complaint", "complaint": {"complaintFeedbackType": "abuse"}})
        elif drawn < 0.15:
            kinds = []
        for number, kind in enumerate(kinds):
            text = json.dumps(
                {**kind, "mail": {"tags": {name: [value] for name, value in tags.items()}, "destination": [mail.to]}}
            )
            self.world.after(
                chance.expovariate(1 / 20) + 3600 * number, lambda text=text, n=number: self.receipt(text, mail, n)
            )  # type: ignore[misc]

    def receipt(self, text: str, mail: Mail, number: int) -> None:
        event = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": text}}]}
        done = self.complained(mail) if "Complaint" in text else lambda: None
        self.asynchronously("receive_receipts", event, f"receipt {mail.to} {mail.wave} {number}", done=done)


def _stream_record(change: Change) -> dict[str, Any]:
    images = {"OldImage": change.old, "NewImage": change.new}
    return {
        "eventSource": "aws:dynamodb",
        "dynamodb": {
            "Keys": {"pk": {"S": change.pk}, "sk": {"S": change.sk}},
            "SequenceNumber": str(change.number),
            **{name: _encoded(image) for name, image in images.items() if image is not None},
        },
    }


def _encoded(image: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """As Lambda hands it over: bytes in base64."""
    return {
        name: {kind: base64.b64encode(content).decode() if kind == "B" else content for kind, content in value.items()}
        for name, value in image.items()
    }
