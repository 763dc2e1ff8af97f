"""One EventBridge schedule for each wave of an event, made with the event and removed with it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from shared.events import AT_ONCE, FOLLOW_UP, NEW_END, Event
from shared.services._clients import client

# A name holds 64 characters.
_SEPARATOR = "."
_LONGEST_PART = 31


@dataclass(frozen=True, slots=True)
class Scheduling:
    """What a schedule needs to know of the stack; all of it is among the template's outputs."""

    group: str
    target_arn: str
    role_arn: str
    dead_letter_arn: str

    @classmethod
    def from_environment(cls, environment: Mapping[str, str]) -> Scheduling:
        """What the template tells a function that may call for waves."""
        return cls(
            group=environment["SCHEDULE_GROUP"],
            target_arn=environment["PLAN_INTRODUCTIONS_ARN"],
            role_arn=environment["SCHEDULER_ROLE_ARN"],
            dead_letter_arn=environment["WAVE_DEAD_LETTERS_ARN"],
        )


def create_schedules(event: Event, *, scheduling: Scheduling, now: datetime) -> list[str]:
    """Schedule every wave that is still to come, the morning after included; the names of the schedules.

    Times are given in UTC: the event's own zone was resolved when the event was read.
    """
    to_come = [(wave, at) for wave, at in _waves(event) if at > now]
    return [_create(event, wave, at, scheduling, name=_name(event, wave)) for wave, at in to_come]


def schedule_at_once(event: Event, *, at: datetime, scheduling: Scheduling) -> bool:
    """Schedule a wave between or after the event's own; False where one is scheduled for this moment already."""
    scheduler = client("scheduler")
    wave = f"{AT_ONCE}-{at.astimezone(UTC):%Y%m%d-%H%M%S}"
    try:
        _create(event, wave, at, scheduling, name=_name(event, wave))
    except scheduler.exceptions.ConflictException:
        return False
    return True


def add_schedules(event: Event, waves: Collection[str], *, scheduling: Scheduling, now: datetime) -> None:
    """Schedule these of an event's waves; those that are past are left out, and so are those that have a schedule."""
    scheduler = client("scheduler")
    for wave, at in _waves(event):
        if wave in waves and at > now:
            with suppress(scheduler.exceptions.ConflictException):
                _create(event, wave, at, scheduling, name=_name(event, wave))


def fit_schedules(event: Event, gone: Iterable[str], *, scheduling: Scheduling, now: datetime) -> None:
    """Let every wave that is scheduled run when the event says, and none that it has no more.

    A wave without a schedule is held back and stays so. Repeating it changes nothing more.

    :param gone: the names of waves that the event had
    """
    scheduler = client("scheduler")
    for wave, at in _waves(event):
        if at > now:
            request = _request(event, wave, at, scheduling, name=_name(event, wave))
            with suppress(scheduler.exceptions.ResourceNotFoundException):
                found = scheduler.get_schedule(Name=request["Name"], GroupName=scheduling.group)
                if found["ScheduleExpression"] != request["ScheduleExpression"]:
                    scheduler.update_schedule(**request)
    for wave in {*gone, *(() if event.follow_up else (FOLLOW_UP,))}:
        delete_schedule(event, wave, group=scheduling.group)


def schedule_new_end(event: Event, *, at: datetime, scheduling: Scheduling) -> None:
    """Let everything that is kept for an event take on the event's new end."""
    move_schedule(event, NEW_END, at=at, scheduling=scheduling)


def move_schedule(event: Event, wave: str, *, at: datetime, scheduling: Scheduling) -> None:
    """Let a wave run at another moment, whether or not it is scheduled still."""
    scheduler = client("scheduler")
    name = _name(event, wave)
    try:
        scheduler.update_schedule(**_request(event, wave, at, scheduling, name=name))
    except scheduler.exceptions.ResourceNotFoundException:
        _create(event, wave, at, scheduling, name=name)


def scheduled_waves(event: Event, *, group: str) -> frozenset[str]:
    """Those of an event's waves, the morning after included, that have a schedule; the others ran or are held back."""
    return frozenset(wave for wave, _ in _waves(event) if _is_scheduled(event, wave, group))


def _is_scheduled(event: Event, wave: str, group: str) -> bool:
    # Listing asks for a right to every schedule of the account, and there are at most five to look at.
    scheduler = client("scheduler")
    try:
        scheduler.get_schedule(Name=_name(event, wave), GroupName=group)
    except scheduler.exceptions.ResourceNotFoundException:
        return False
    return True


def delete_schedule(event: Event, wave: str, *, group: str) -> bool:
    """Hold a wave back; False where it has no schedule."""
    scheduler = client("scheduler")
    try:
        scheduler.delete_schedule(Name=_name(event, wave), GroupName=group)
    except scheduler.exceptions.ResourceNotFoundException:
        return False
    return True


def delete_schedules(event: Event, *, group: str) -> int:
    """Remove what is left of an event's schedules; how many there were."""
    scheduler = client("scheduler")
    pages = scheduler.get_paginator("list_schedules").paginate(GroupName=group, NamePrefix=_name(event, ""))
    names = [schedule["Name"] for page in pages for schedule in page["Schedules"]]
    deleted = 0
    for name in names:
        try:
            scheduler.delete_schedule(Name=name, GroupName=group)
            deleted += 1
        except scheduler.exceptions.ResourceNotFoundException:
            continue
    return deleted


def _waves(event: Event) -> Iterator[tuple[str, datetime]]:
    yield from ((wave.name, wave.at) for wave in event.waves)
    if event.follow_up:
        yield FOLLOW_UP, event.follow_up_at


def _create(event: Event, wave: str, at: datetime, scheduling: Scheduling, *, name: str) -> str:
    client("scheduler").create_schedule(**_request(event, wave, at, scheduling, name=name))
    return name


def _request(event: Event, wave: str, at: datetime, scheduling: Scheduling, *, name: str) -> dict[str, Any]:
    target: dict[str, Any] = {
        "Arn": scheduling.target_arn,
        "RoleArn": scheduling.role_arn,
        "Input": json.dumps({"event_id": event.event_id, "wave": wave}),
        "DeadLetterConfig": {"Arn": scheduling.dead_letter_arn},
        "RetryPolicy": {"MaximumRetryAttempts": 10, "MaximumEventAgeInSeconds": 3600},
    }
    return {
        "Name": name,
        "GroupName": scheduling.group,
        "ScheduleExpression": f"at({at.astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
        "ScheduleExpressionTimezone": "UTC",
        "FlexibleTimeWindow": {"Mode": "OFF"},
        "ActionAfterCompletion": "DELETE",
        "Target": target,
    }


def _name(event: Event, wave: str) -> str:
    return f"{_short(event.event_id)}{_SEPARATOR}{_short(wave)}"


def _short(text: str) -> str:
    """As it is, or its beginning and what tells it from others that begin alike."""
    if len(text) <= _LONGEST_PART:
        return text
    return f"{text[: _LONGEST_PART - 9]}-{hashlib.blake2b(text.encode(), digest_size=4).hexdigest()}"
