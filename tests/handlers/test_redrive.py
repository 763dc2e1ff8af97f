"""What was given up is listed and put back, queue by queue, in each form in which AWS leaves it there."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from typer.testing import CliRunner

from infra.cli import app as commands
from infra.cli.deployment import Deployment
from shared import storage
from shared.attendees import attendee_id_of
from shared.events import FOLLOW_UP
from shared.introductions import State
from shared.notifications import TopicMessage
from shared.notifications.receipts import tags_of
from shared.pipeline.redrive import RESOURCES, Kind, Redriven, look, redrive
from shared.registrations import Pointer
from shared.services import DeadLetters, PointerMessage
from shared.services import dead_letters as service
from shared.services._clients import client
from tests.handlers.conftest import CONTEXT, EVENT, World
from tests.handlers.steps import bring, mails_to, pairs, register, run_wave, send, states
from tests.template import written

NOW = datetime.now(UTC)
OVER = replace(
    EVENT,
    starts_at=NOW - timedelta(days=2),
    ends_at=NOW - timedelta(days=1),
    waves=tuple(replace(wave, at=NOW - timedelta(days=4 - n)) for n, wave in enumerate(EVENT.waves)),
)
FUNCTIONS = {
    "FetchConnectionsFunction": "fetch_connections",
    "ImportUploadFunction": "import_upload",
    "MatchAttendeesFunction": "match_attendees",
    "PlanIntroductionsFunction": "plan_introductions",
    "ReceiveReceiptsFunction": "receive_receipts",
    "PostToSlackFunction": "post_to_slack",
}
LIST = b"Order,Name,Email,Agreed\nA1,Zoe,zoe@example.org,yes\n"


@dataclass
class Lambda:
    """Takes events as Lambda does for asynchronous invocations, and runs them when the test says so."""

    world: World
    taken: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def invoke(self, *, FunctionName: str, InvocationType: str, Payload: bytes) -> None:  # noqa: N803
        assert InvocationType == "Event"
        self.taken.append((FUNCTIONS[FunctionName], json.loads(Payload)))

    def run(self) -> None:
        while self.taken:
            function, event = self.taken.pop(0)
            self.world.handler(function).handler(event, CONTEXT)


@pytest.fixture
def functions(world: World, monkeypatch: pytest.MonkeyPatch) -> Lambda:
    functions = Lambda(world)
    monkeypatch.setattr(service, "client", lambda name: functions if name == "lambda" else client(name))
    monkeypatch.setenv("FETCH_QUEUE_URL", boto3.client("sqs").create_queue(QueueName="FetchQueue")["QueueUrl"])
    monkeypatch.setenv("ALARM_TOPIC_ARN", boto3.client("sns").create_topic(Name="alarms")["TopicArn"])
    return functions


@pytest.fixture
def queues(functions: Lambda) -> dict[str, DeadLetters]:
    sqs = boto3.client("sqs")

    def physical(name: str) -> str:
        return name if name in FUNCTIONS else str(sqs.create_queue(QueueName=name)["QueueUrl"])

    return {name: DeadLetters.of(name, *map(physical, resources)) for name, resources in RESOURCES.items()}


def given_up(queue: DeadLetters, body: object, **attributes: str) -> None:
    boto3.client("sqs").send_message(
        QueueUrl=queue.url,
        MessageBody=body if isinstance(body, str) else json.dumps(body),
        MessageAttributes={name: {"DataType": "String", "StringValue": value} for name, value in attributes.items()},
    )


def waiting(queue: DeadLetters) -> list[str]:
    """What lies in the queue that a dead-letter queue belongs to."""
    found = boto3.client("sqs").receive_message(QueueUrl=queue.source_url, MaxNumberOfMessages=10)
    return [message["Body"] for message in found.get("Messages", ())]


def by_lambda(event: object, error: str = "ReadTimeoutError") -> dict[str, Any]:
    """As Lambda leaves an event that a function did not take."""
    return {
        "version": "1.0",
        "timestamp": "2026-05-29T09:00:00.000Z",
        "requestContext": {
            "requestId": "r",
            "functionArn": "arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST",
            "condition": "RetriesExhausted",
            "approximateInvokeCount": 3,
        },
        "requestPayload": event,
        "responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"},
        "responsePayload": {"errorMessage": "something about zoe@example.org", "errorType": error, "stackTrace": []},
    }


def stretch(since: str = "2026-05-29T09:00:00Z") -> dict[str, Any]:
    """As Lambda leaves a batch of the stream: where it lies, and not what was in it."""
    return {
        "requestContext": {"condition": "RetryAttemptsExhausted", "approximateInvokeCount": 11},
        "responseContext": {"statusCode": 200, "functionError": "Unhandled"},
        "version": "1.0",
        "DDBStreamBatchInfo": {
            "shardId": "shardId-1",
            "startSequenceNumber": "100",
            "endSequenceNumber": "900",
            "approximateArrivalOfFirstRecord": since,
            "batchSize": 9,
            "streamArn": "arn:aws:dynamodb:eu-west-1:123456789012:table/table/stream/1",
        },
    }


def by_sns(message: str, topic: str = "receipts") -> dict[str, Any]:
    """As SNS leaves what it could not deliver."""
    arn = f"arn:aws:sns:eu-west-1:123456789012:{topic}"
    return {"Type": "Notification", "MessageId": "m", "TopicArn": arn, "Message": message, "Timestamp": "t"}


def upload_event(key: str) -> dict[str, Any]:
    detail = {"bucket": {"name": "uploads"}, "object": {"key": key, "size": 1}}
    return {"version": "0", "id": "1", "detail-type": "Object Created", "source": "aws.s3", "detail": detail}


def test_every_dead_letter_queue_of_the_template_can_be_put_back_where_its_messages_came_from() -> None:
    resources: Mapping[str, Any] = written()["Resources"]
    sources: dict[str, set[str]] = {name: set() for name in resources if name.endswith("DeadLetters")}
    for name, resource in resources.items():
        text = json.dumps(resource)
        for queue in sources:
            feeds = f'"deadLetterTargetArn": {json.dumps({"Fn::GetAtt": [queue, "Arn"]})}'
            gives_up = f'"Destination": {json.dumps({"Fn::GetAtt": [queue, "Arn"]})}'
            if (resource["Type"] == "AWS::SQS::Queue" and feeds in text) or gives_up in text:
                sources[queue].add(name)
    assert len(sources) >= 9
    assert {queue: set(rest) for queue, *rest in RESOURCES.values()} == sources


@pytest.mark.parametrize("form", ["of the queue", "of the topic"])
def test_a_mail_that_was_given_up_is_sent_once_however_often_it_is_put_back(
    world: World, queues: dict[str, DeadLetters], form: str
) -> None:
    register(world, "ann", "bob")
    bring(world, "ann", "bob")
    bring(world, "bob", "ann")
    for each in run_wave(world):
        given_up(queues["emails"], each["message"] if form == "of the queue" else by_sns(each["message"]))
    again: list[str] = []
    for _ in range(2):
        assert redrive(queues["emails"], now=NOW).put_back == 2
        bodies = waiting(queues["emails"])
        assert {TopicMessage.from_json(body).wave for body in bodies} == {"first"}
        assert send(world, [{"message": body} for body in bodies]) == []
        again = bodies
        for body in again:
            given_up(queues["emails"], body)
    assert (len(mails_to("ann")), len(mails_to("bob"))) == (1, 1)


def test_what_waited_until_after_the_event_is_put_back_and_not_sent(
    world: World, queues: dict[str, DeadLetters]
) -> None:
    register(world, "ann", "bob")
    bring(world, "ann", "bob")
    bring(world, "bob", "ann")
    for each in run_wave(world):
        given_up(queues["emails"], each["message"])
    storage.events.update(OVER)
    redrive(queues["emails"], now=NOW)
    assert send(world, [{"message": body} for body in waiting(queues["emails"])]) == []
    assert (mails_to("ann"), states()) == ([], [State.RETRACTED] * 2)
    told = storage.introductions.load_all(EVENT)
    assert {each.detail for each in told} == {"the event is over"}


def test_a_text_message_goes_back_as_it_lay_there(queues: dict[str, DeadLetters]) -> None:
    message = TopicMessage("democon", "abcdefgh", "first", "text_message", "en").to_json()
    given_up(queues["texts"], message)
    assert redrive(queues["texts"], now=NOW) == Redriven(put_back=1)
    assert waiting(queues["texts"]) == [message]
    assert redrive(queues["texts"], now=NOW) == Redriven()


def test_a_pointer_goes_back_and_the_platform_is_asked_for_the_present_state(queues: dict[str, DeadLetters]) -> None:
    message = PointerMessage("democon", "pretix", Pointer("https://pretix.eu/api/v1/orders/1", "")).to_json()
    given_up(queues["registrations"], message)
    [letter] = look(queues["registrations"])
    assert (letter.kind, letter.event_id, letter.what) == (Kind.MESSAGE, "democon", "pretix")
    assert redrive(queues["registrations"], now=NOW, event_id="democon") == Redriven(put_back=1)
    assert waiting(queues["registrations"]) == [message]


def test_a_list_to_be_fetched_goes_back_to_its_queue(queues: dict[str, DeadLetters]) -> None:
    task = {"event_id": "democon", "attendee_id": "a", "source": "github", "not_before": 0.0}
    given_up(queues["lists"], task)
    assert redrive(queues["lists"], now=NOW) == Redriven(put_back=1)
    assert [json.loads(body) for body in waiting(queues["lists"])] == [task]


@pytest.mark.parametrize("form", [stretch(), by_lambda({"event_id": "democon"})])
def test_where_changes_of_attendees_were_lost_everybody_s_lists_are_asked_for(
    world: World, queues: dict[str, DeadLetters], functions: Lambda, form: dict[str, Any]
) -> None:
    register(world, "ann", agreed=["introduce", "connections", "fetch_connections"])
    register(world, "bob")
    given_up(queues["lists"], form)
    redrive(queues["lists"], now=NOW)
    functions.run()
    tasks = [json.loads(body) for body in waiting(queues["lists"])]
    assert {task["attendee_id"] for task in tasks} == {attendee_id_of("democon", "ann@example.org", key(world))}
    assert {task["source"] for task in tasks} >= {"github-followers", "github-following"}


@pytest.mark.parametrize("form", ["by Lambda", "by the rule"])
def test_an_upload_that_was_given_up_is_imported(
    world: World, queues: dict[str, DeadLetters], functions: Lambda, form: str
) -> None:
    event = upload_event(world.upload("list.csv", LIST, kind="attendees"))
    if form == "by Lambda":
        given_up(queues["imports"], by_lambda(event))
    else:
        given_up(queues["imports"], event, ERROR_CODE="THROTTLED", ERROR_MESSAGE="of zoe@example.org")
    [letter] = look(queues["imports"])
    assert (letter.event_id, letter.what) == ("democon", "attendees")
    assert redrive(queues["imports"], now=NOW, event_id="democon") == Redriven(put_back=1)
    functions.run()
    assert [a.email for a in storage.attendees.load_all(EVENT)] == ["zoe@example.org"]


@pytest.mark.parametrize("form", [stretch(), by_lambda({"event_id": "democon"})])
def test_changes_that_could_not_be_matched_are_matched(
    world: World, queues: dict[str, DeadLetters], functions: Lambda, form: dict[str, Any]
) -> None:
    register(world, "ann", "bob")
    bring(world, "ann", "bob")
    for _ in range(3):
        given_up(queues["matching"], form)
    redrive(queues["matching"], now=NOW)
    if "DDBStreamBatchInfo" in form:
        assert functions.taken == [("match_attendees", {"event_id": "democon"})]  # once, however many there are
    functions.run()
    assert pairs() == {("ann", "bob")}
    assert look(queues["matching"]) == []


def test_a_night_that_was_given_up_runs_again(queues: dict[str, DeadLetters], functions: Lambda) -> None:
    given_up(queues["matching"], by_lambda({}))
    assert redrive(queues["matching"], now=NOW) == Redriven(put_back=1)
    assert functions.taken == [("match_attendees", {})]
    functions.run()


def test_for_one_event_a_stretch_of_the_stream_stays_for_the_others(
    queues: dict[str, DeadLetters], functions: Lambda
) -> None:
    storage.events.create(replace(EVENT, event_id="othercon"))
    given_up(queues["matching"], stretch())
    assert redrive(queues["matching"], now=NOW, event_id="democon") == Redriven(passes=1, others=1)
    assert redrive(queues["matching"], now=NOW) == Redriven(put_back=1, passes=2)
    assert [event["event_id"] for _, event in functions.taken] == ["democon", "democon", "othercon"]


@pytest.mark.parametrize("form", ["by Lambda", "by the schedule"])
def test_a_wave_that_was_given_up_goes_on_where_it_stopped(
    world: World, queues: dict[str, DeadLetters], functions: Lambda, form: str
) -> None:
    register(world, "ann", "bob")
    bring(world, "ann", "bob")
    bring(world, "bob", "ann")
    wave = {"event_id": "democon", "wave": "first"}
    for _ in range(2):
        given_up(queues["waves"], by_lambda(wave) if form == "by Lambda" else wave, ERROR_CODE="THROTTLED")
        [letter] = look(queues["waves"])
        assert (letter.event_id, letter.what) == ("democon", "first")
        assert redrive(queues["waves"], now=NOW) == Redriven(put_back=1)
        functions.run()
        assert states() == [State.PUBLISHED] * 2


def test_a_wave_that_waited_until_after_the_event_tells_nobody_and_the_morning_after_still_asks(
    world: World, queues: dict[str, DeadLetters], functions: Lambda
) -> None:
    register(world, "ann", "bob")
    bring(world, "ann", "bob")
    bring(world, "bob", "ann")
    send(world, run_wave(world))
    storage.events.update(OVER)
    for wave in ("second", FOLLOW_UP):
        given_up(queues["waves"], by_lambda({"event_id": "democon", "wave": wave}))
    redrive(queues["waves"], now=NOW)
    functions.run()
    assert {each.wave for each in storage.introductions.load_all(EVENT)} == {"first", FOLLOW_UP}


@pytest.mark.parametrize("form", ["by Lambda", "by SNS"])
def test_a_receipt_that_was_given_up_is_noted_once(
    world: World, queues: dict[str, DeadLetters], functions: Lambda, form: str
) -> None:
    attendee_id = attendee_id_of("democon", "ann@example.org", key(world))
    tags = {tag: [value] for tag, value in tags_of("democon", attendee_id, "first").items()}
    message = json.dumps(
        {
            "eventType": "Complaint",
            "complaint": {},
            "mail": {"destination": ["ann@example.org"], "tags": tags},
        }
    )
    event = {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": {"Message": message}}]}
    for _ in range(2):
        given_up(queues["receipts"], by_lambda(event) if form == "by Lambda" else by_sns(message))
        [letter] = look(queues["receipts"])
        assert (letter.event_id, letter.what) == ("democon", "complaint")
        assert redrive(queues["receipts"], now=NOW, event_id="democon") == Redriven(put_back=1)
        functions.run()
    assert storage.deliverability.load(EVENT).complained == 1


def test_a_wave_that_the_chat_did_not_hear_of_is_told_it_again(
    queues: dict[str, DeadLetters], functions: Lambda
) -> None:
    message = json.dumps({"kind": "wave", "event_id": "democon", "wave": "first"})
    given_up(queues["slack"], by_sns(message, "introductions"))
    [letter] = look(queues["slack"])
    assert (letter.event_id, letter.what) == ("democon", "first")
    redrive(queues["slack"], now=NOW)
    [(function, event)] = functions.taken
    assert (function, event["Records"][0]["Sns"]["Message"]) == ("post_to_slack", message)


def test_what_nobody_can_read_stays_and_is_counted(queues: dict[str, DeadLetters]) -> None:
    for body in ("no JSON", "[]", "7"):
        given_up(queues["emails"], body)
    assert redrive(queues["emails"], now=NOW) == Redriven(unreadable=3)
    assert {letter.kind for letter in look(queues["emails"])} == {Kind.UNREADABLE}


def test_cut_short_between_putting_back_and_deleting_a_message_comes_twice_and_is_not_lost(
    queues: dict[str, DeadLetters], monkeypatch: pytest.MonkeyPatch
) -> None:
    message = TopicMessage("democon", "abcdefgh", "first", "email", "en").to_json()
    given_up(queues["emails"], message)

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(service, "HELD_S", 0)
    with monkeypatch.context() as cut:
        cut.setattr(DeadLetters, "delete", killed)
        with pytest.raises(KeyboardInterrupt):
            redrive(queues["emails"], now=NOW)
    assert redrive(queues["emails"], now=NOW).put_back == 1
    assert waiting(queues["emails"]) == [message] * 2


def key(world: World) -> bytes:
    return world.secrets.id_key(EVENT)


# ---- The command ---------------------------------------------------------------------------------------------------


@pytest.fixture
def deployment(world: World, queues: dict[str, DeadLetters], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Deployment, "dead_letters", lambda _: tuple(queues.values()))
    found = Deployment("icebreaker", {}, world.secrets)
    monkeypatch.setattr("infra.cli.deployment.find_deployment", lambda _: found)


def icebreaker(*arguments: str) -> str:
    result = CliRunner().invoke(commands.app, arguments, env={"COLUMNS": "200"}, catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


@pytest.mark.usefixtures("deployment")
def test_the_command_says_what_lies_where_since_when_and_why_and_names_nobody(queues: dict[str, DeadLetters]) -> None:
    assert "Nothing was given up" in icebreaker("redrive")
    given_up(queues["imports"], by_lambda(upload_event("uploads/democon/attendees/1/zoe@example.org.csv")))
    for _ in range(2):
        given_up(queues["emails"], TopicMessage("democon", "abcdefgh", "first", "email", "en").to_json())
    given_up(queues["matching"], stretch())
    for _ in range(2):  # looking changes nothing
        seen = icebreaker("redrive")
        rows = [" ".join(line.replace("│", " ").split()) for line in seen.splitlines()]
        assert any(row.startswith("emails 2 democon message first") for row in rows)
        assert "matching 1 any changes 2026-05-29 09:00 UTC RetryAttemptsExhausted" in rows
        assert any(row.endswith("RetriesExhausted: ReadTimeoutError") for row in rows)
        assert "zoe" not in seen
    assert "zoe@example.org.csv" in icebreaker("redrive", "--bodies")


@pytest.mark.usefixtures("deployment")
def test_the_command_puts_back_by_queue_by_event_or_all(queues: dict[str, DeadLetters], functions: Lambda) -> None:
    for event_id in ("democon", "othercon"):
        given_up(queues["emails"], TopicMessage(event_id, "abcdefgh", "first", "email", "en").to_json())
        given_up(queues["waves"], by_lambda({"event_id": event_id, "wave": "first"}))
    icebreaker("redrive", "--event", "democon", "--queue", "emails")
    assert [TopicMessage.from_json(body).event_id for body in waiting(queues["emails"])] == ["democon"]
    icebreaker("redrive", "--event", "democon")
    assert [event["event_id"] for _, event in functions.taken] == ["democon"]
    icebreaker("redrive", "--queue", "emails")
    assert [TopicMessage.from_json(body).event_id for body in waiting(queues["emails"])] == ["othercon"]
    icebreaker("redrive", "--all")
    assert [event["event_id"] for _, event in functions.taken] == ["democon", "othercon"]
    assert "nothing to put back" in icebreaker("redrive", "--all")
