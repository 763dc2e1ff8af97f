"""One event from the command line to the inbox, over real HTTP, S3, streams, schedules, topics and queues."""

import json
import re
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from infra.cli.app import app
from infra.local import LocalStack
from shared import registrations, storage
from shared.introductions import State
from tests.template import written

SECONDS = 60
EVENT_TOML = """
[event]
id = "{event_id}"
expected_attendees = {expected}
name = "DemoCon"
starts = 2031-06-02T09:00
ends = 2031-06-03T18:00
time_zone = "Europe/Paris"
place = "Kennewick"
organizer = "The Demo Society"
contact = "hello@democon.example"
meeting_point = "the coffee bar, first break"
{waves}
"""
HEADER = "First Name,Last Name,URL,Email Address,Company,Position,Connected On\n"


def icebreaker(*arguments: str, ok: bool = True) -> str:
    """Run the command line as a user types it; what it printed."""
    result = CliRunner().invoke(app, [*arguments], env={"COLUMNS": "200"}, catch_exceptions=ok)
    if ok:
        assert result.exit_code == 0, result.output
    return result.output


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain for {what}"
        time.sleep(0.3)


class Webhook:
    """A ticketing platform that knows the event's secret."""

    def __init__(self, stack: LocalStack, event_id: str, secret: str) -> None:
        self._url = f"{stack.api_url}/events/{event_id}/registrations/icebreaker"
        self._secret = secret

    def post(self, name: str, kind: str = "created", *, seconds_later: int = 0, **data: object) -> int:
        at = datetime.now(UTC) + timedelta(seconds=seconds_later)
        payload = {
            "type": f"registration.{kind}",
            "timestamp": at.isoformat(),
            "data": {
                "reference": f"T-{name}",
                "name": name.title(),
                "email": f"{name}@example.org",
                "handles": {"linkedin": f"linkedin.com/in/{name}"},
                "agreed": ["introduce", "connections"],
            }
            | data,
        }
        body = json.dumps(payload).encode()
        delivery_id = uuid.uuid4().hex
        headers = registrations.sign("icebreaker", body, self._secret, delivery_id=delivery_id, now=datetime.now(UTC))
        return self.post_raw(body, headers)

    def post_raw(self, body: bytes, headers: dict[str, str]) -> int:
        request = urllib.request.Request(self._url, data=body, headers={"content-type": "application/json"} | headers)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code


def make_event(
    stack: LocalStack, folder: Path, event_id: str, *, first_wave_in: int | None = None, expected: int = 1
) -> Webhook:
    waves = "waves = [3]"
    if first_wave_in is not None:
        at = datetime.now(UTC) + timedelta(seconds=first_wave_in)
        waves = f'[[wave]]\nname = "now"\nat = {at:%Y-%m-%dT%H:%M:%SZ}'
    file = folder / f"{event_id}.toml"
    file.write_text(EVENT_TOML.format(event_id=event_id, waves=waves, expected=expected))
    printed = icebreaker("event", "create", str(file))
    secret = re.search(r"whsec_\S+", printed)
    assert secret, printed
    return Webhook(stack, event_id, secret[0])


def linkedin(folder: Path, *names: str) -> str:
    file = folder / "Connections.csv"
    rows = [f"{name.title()},,https://www.linkedin.com/in/{name},,,,12 Mar 2024\n" for name in names]
    file.write_text(HEADER + "".join(rows))
    return str(file)


def test_from_the_command_line_to_the_inbox(stack: LocalStack, tmp_path: Path) -> None:
    webhook = make_event(stack, tmp_path, "democon", first_wave_in=25)
    assert [webhook.post(name) for name in ("ann", "mack")] == [200, 200]
    (tmp_path / "list.csv").write_text("Name,E-Mail,Agreed,LinkedIn\nZoe,zoe@example.org,no,in/zoe\nX,nowhere,yes,\n")
    printed = icebreaker("attendees", "import", str(tmp_path / "list.csv"), "--event", "democon")
    assert "1 read, 1 new or changed, 1 rejected" in printed
    assert '"nowhere"" is no e-mail address' in (tmp_path / "list.csv.rejects.csv").read_text("utf-8-sig")

    for owner in ("ann", "mack"):
        other = {"ann": "mack", "mack": "ann"}[owner]
        icebreaker(
            "connections", "import", linkedin(tmp_path, other, "zoe", "stranger"),
            "--event", "democon", "--for", f"{owner}@example.org",
        )  # fmt: skip
    event = storage.events.load("democon")
    assert event is not None
    wait_for(lambda: len(storage.matches.load_all(event)) == 1, "the match, by the stream")

    def settled() -> bool:
        found = list(storage.introductions.load_all(event))
        return len(found) == 2 and all(i.state in (State.SENT, State.DELIVERED) for i in found)

    wait_for(settled, "the introductions, by the schedule, the topic and the queue")
    mails = {mail.to[0]: mail for mail in stack.sent_mails() if mail.to[0].endswith("@example.org")}
    assert mails.keys() == {"ann@example.org", "mack@example.org"}
    assert mails["ann@example.org"].subject == "Mack is coming to DemoCon too"
    assert "You have been connected on LinkedIn since 2024." in mails["ann@example.org"].text
    status = icebreaker("status", "democon")
    for step, count in (("registered", 3), ("agreed", 2), ("with connections", 2), ("matched", 2), ("introduced", 2)):
        assert re.search(rf"{step}\s*│\s*{count}\s", status), status

    functions = [n for n, r in written()["Resources"].items() if r["Type"] == "AWS::Serverless::Function"]
    logs = "".join(stack.function_logs(name) for name in functions if name != "PostToSlackFunction").lower()
    assert "wave planned" in logs
    # Every name, address and handle that was typed, imported or listed, also of who did not come or was refused.
    named = re.findall(r"@example\.org|linkedin\.com/in|\bin/zoe\b|\b(?:ann|mack|zoe|stranger|nowhere)\b", logs)
    assert named == []

    def traced(by: str) -> list[str]:
        """The functions that `icebreaker trace` names, in order, each once where it speaks several times on end."""
        names = re.findall(r"│ ([A-Z]\w+?)\s+│", icebreaker("trace", by))
        return [name for name, before in zip(names, ["", *names], strict=False) if name != before]

    # A list may come before or after the registration itself is matched.
    steps = ["ReceiveRegistration", "MatchAttendees", "PlanIntroductions", "SendNotification"]
    wait_for(lambda: "ReceiveReceipts" in traced("ann@example.org"), "the receipt in the log")
    found = traced("ann@example.org")
    assert [found.index(step) for step in steps] == sorted(found.index(step) for step in steps)
    assert "ImportUpload" in found
    mail = next(mail for mail in stack.mailbox() if mail["To"].endswith("<ann@example.org>"))
    starts = ("ann@example.org", mail["X-Icebreaker-Trace"], mails["ann@example.org"].message_id)
    # Functions still at work may log between one look and the next.
    wait_for(lambda: len({tuple(traced(start)) for start in starts}) == 1, "the same, wherever one starts")


def test_the_webhook_answers_what_the_platform_must_know(stack: LocalStack, tmp_path: Path) -> None:
    webhook = make_event(stack, tmp_path, "hookcon")
    assert webhook.post("ann") == 200
    assert webhook.post("ann", email="nowhere") == 422
    assert webhook.post_raw(b"{}", {}) == 401
    assert Webhook(stack, "nosuch", registrations.new_secret()).post("ann") == 404


def test_a_body_that_arrives_as_base64_is_verified_over_its_bytes(stack: LocalStack, tmp_path: Path) -> None:
    webhook = make_event(stack, tmp_path, "bytecon")
    body = b"\xff\xfe{"
    headers = registrations.sign("icebreaker", body, webhook._secret, delivery_id="1", now=datetime.now(UTC))
    headers["content-type"] = "application/octet-stream"
    assert webhook.post_raw(body, headers) == 422


def test_an_events_schedules_come_and_go_with_it(stack: LocalStack, tmp_path: Path) -> None:
    make_event(stack, tmp_path, "schedcon")
    scheduler = stack.client("scheduler")
    group = stack.outputs["ScheduleGroupName"]

    def names() -> list[str]:
        found = scheduler.list_schedules(GroupName=group, NamePrefix="schedcon")["Schedules"]
        return [schedule["Name"] for schedule in found]

    follow_up, name = sorted(names())
    assert follow_up == "schedcon.follow-up"
    schedule = scheduler.get_schedule(Name=name, GroupName=group)
    assert schedule["ScheduleExpression"] == "at(2031-05-30T07:00:00)"  # nine o'clock in Paris, three days before
    assert json.loads(schedule["Target"]["Input"])["event_id"] == "schedcon"
    assert "schedcon" in icebreaker("event", "list")
    icebreaker("event", "delete", "schedcon", "--yes")
    assert names() == []
    assert "schedcon" not in icebreaker("event", "list")


def test_who_withdraws_by_the_command_line_is_matched_no_more(stack: LocalStack, tmp_path: Path) -> None:
    webhook = make_event(stack, tmp_path, "quietcon")
    webhook.post("ann")
    webhook.post("mack")
    icebreaker(
        "connections", "import", linkedin(tmp_path, "mack"), "--event", "quietcon", "--for", "ann@example.org"
    )  # fmt: skip
    event = storage.events.load("quietcon")
    assert event is not None
    wait_for(lambda: len(storage.matches.load_all(event)) == 1, "the match")
    icebreaker("attendees", "withdraw", "mack@example.org", "--event", "quietcon")
    wait_for(lambda: storage.matches.load_all(event) == [], "the match's end")


def test_a_refused_upload_says_why(stack: LocalStack, tmp_path: Path) -> None:
    make_event(stack, tmp_path, "refusecon")
    result = CliRunner().invoke(
        app, ["connections", "import", linkedin(tmp_path, "x"), "-e", "refusecon", "--for", "nobody@example.org"]
    )
    assert result.exit_code == 1
    assert "is not registered for this event" in " ".join(result.output.split())


def test_an_unknown_event_is_a_sentence_and_no_traceback(stack: LocalStack) -> None:
    from infra.cli.terminal import NotDone

    with pytest.raises(NotDone, match="there is no event 'nosuch'"):
        icebreaker("status", "nosuch", ok=False)
