"""`icebreaker trace`: what the functions have logged of one person, delivery or mail, in order.

What runs through everything is the attendee's id: a keyed hash, which says nothing to whoever sees it. A webhook's log
names the ids it changed beside the request's own id, and so do the match, the wave, the mail and its receipt; no write
and no queue carries anything more for it. Whoever starts from a request or a mail gets to the attendee first.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Final

import boto3
import typer
from rich.table import Table

from infra.cli.deployment import Deployment, chosen_deployment
from infra.cli.terminal import NotDone, console
from shared import identities, storage
from shared.attendees import attendee_id_of

ATTENDEE_ID: Final = re.compile(r"[a-z2-7]{16}")  # see shared.attendees.attendee
# The Message-ID that a mail arrives with is SES's id and, behind it, the region's domain.
_FROM_SES: Final = re.compile(r"^<|@([a-z0-9-]+\.)?amazonses\.com>?$")
# One delivery or mail is about a few; an import of thousands is not a trace of one of them.
MOST_PEOPLE: Final = 20
# What stands in every line, and what is shown in columns of its own.
_NOT_SHOWN: Final = frozenset(
    {
        *("level", "location", "message", "timestamp", "service", "cold_start", "xray_trace_id"),
        *("function_name", "function_arn", "function_memory_size", "function_request_id"),
        *("exception", "stack_trace", "attendees", "attendee_id"),
    }
)


@dataclass(frozen=True, slots=True)
class Line:
    """What one function said."""

    at: datetime
    function: str
    said: Mapping[str, Any]

    @property
    def people(self) -> frozenset[str]:
        """The ids of the attendees it is about."""
        named = [self.said.get("attendee_id"), *self.said.get("attendees", ())]
        return frozenset(each for each in named if isinstance(each, str) and ATTENDEE_ID.fullmatch(each))

    @property
    def details(self) -> str:
        shown = {name: value for name, value in self.said.items() if name not in _NOT_SHOWN and value not in (None, "")}
        return ", ".join(f"{name} {value}" for name, value in shown.items())


def trace(
    whom: Annotated[
        str,
        typer.Argument(
            metavar="EMAIL|ID", help="A person's address or id; or the id of a request, or of a mail at SES."
        ),
    ],
    event_id: Annotated[str, typer.Option("--event", "-e", help="Only at this event.")] = "",
    days: Annotated[int, typer.Option(min=1, max=90, help="How far back to look; logs are kept for 30 days.")] = 30,
) -> None:
    """Everything that is logged of one person, from the webhook to the mail and what became of it."""
    deployment = chosen_deployment()
    logs = Logs(deployment.stack_name, since=datetime.now(UTC) - timedelta(days=days))
    lines = follow(logs, deployment, whom, event_id)
    table = Table("When (UTC)", "Function", "Said", "With")
    for line in lines:
        table.add_row(f"{line.at:%Y-%m-%d %H:%M:%S}", line.function, str(line.said.get("message", "")), line.details)
    console.print(table)


def follow(logs: Logs, deployment: Deployment, whom: str, event_id: str = "") -> list[Line]:
    """Everything of a person; of a request or a mail: everything of the people it is about, up to twenty.

    :raises NotDone: where nobody and nothing is known by that
    """
    whom = _FROM_SES.sub("", whom)
    if "@" in whom:
        ids = ids_of(deployment, whom, event_id)
        if not ids:
            raise NotDone(f"nobody is registered as {whom!r}" + (f" at {event_id}" if event_id else ""))
        return _in_order(line for each in ids for line in logs.about(each))
    if ATTENDEE_ID.fullmatch(last := whom.rpartition(".")[2]):
        whom = last  # event.wave.attendee, as the header of a mail has it
    found = list(logs.about(whom))
    if not found:
        raise NotDone(f"no function has logged {whom!r} in this time; ids are spelled exactly")
    people = {person for line in found for person in line.people} - {whom}
    if not ATTENDEE_ID.fullmatch(whom) and len(people) <= MOST_PEOPLE:
        found.extend(line for person in sorted(people) for line in logs.about(person))
    return _in_order(found)


def ids_of(deployment: Deployment, email: str, event_id: str = "") -> list[str]:
    """The ids of whoever has this address, one for each event where they are or were registered."""
    address = identities.email(email)
    if address is None:
        return []
    events = [deployment.event(event_id)] if event_id else storage.events.load_all()
    ids = [
        (event, attendee_id_of(event.event_id, address.handle, deployment.secrets.id_key(event))) for event in events
    ]
    return [attendee_id for event, attendee_id in ids if storage.attendees.load(event, attendee_id) is not None]


class Logs:
    """The logs of all functions of a stack."""

    def __init__(self, stack_name: str, *, since: datetime) -> None:
        self._since = since
        pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=stack_name)
        self._groups = {
            each["LogicalResourceId"].removesuffix("Logs"): each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
            if each["ResourceType"] == "AWS::Logs::LogGroup"
        }

    def about(self, text: str) -> Iterator[Line]:
        """Every line of a function in which this text stands as a value or among values, in no order."""
        logs = boto3.client("logs")
        # A phrase in quotes is looked for as it stands (CloudWatch Logs, "Filter pattern syntax").
        pattern = f'"{text.replace(chr(34), "")}"'
        for function, group in self._groups.items():
            pages = logs.get_paginator("filter_log_events").paginate(
                logGroupName=group, filterPattern=pattern, startTime=int(self._since.timestamp() * 1000)
            )
            for page in pages:
                yield from _lines(function, page["events"], text)


def _lines(function: str, events: Iterable[Any], text: str) -> Iterator[Line]:
    for event in events:
        try:
            said = json.loads(event["message"])
        except ValueError:
            continue  # what Lambda itself says, before and after each call
        # Metrics are JSON too; they name nobody.
        if isinstance(said, dict) and "_aws" not in said and text in event["message"]:
            yield Line(datetime.fromtimestamp(event["timestamp"] / 1000, UTC), function, said)


def _in_order(lines: Iterable[Line]) -> list[Line]:
    # One line can be about two of those that were looked for.
    distinct = {(line.at, line.function, json.dumps(line.said, sort_keys=True)): line for line in lines}
    return [distinct[key] for key in sorted(distinct)]
