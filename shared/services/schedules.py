"""One EventBridge schedule for each wave of an event, made with the event and removed with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from shared.events import Event
from shared.services._clients import client

# A name holds 64 characters; the wave's part of it is bounded by shared.events.
_SEPARATOR = "."


def create_schedules(
    event: Event, *, group: str, target_arn: str, role_arn: str, dead_letter_arn: str, now: datetime
) -> list[str]:
    """Schedule every wave that is still to come; the names of the schedules.

    Times are given in UTC: the event's own zone was resolved when the event was read.
    """
    scheduler = client("scheduler")
    names = []
    for wave in event.waves:
        if wave.at <= now:
            continue
        name = f"{event.event_id}{_SEPARATOR}{wave.name}"
        scheduler.create_schedule(
            Name=name,
            GroupName=group,
            ScheduleExpression=f"at({wave.at.astimezone(UTC):%Y-%m-%dT%H:%M:%S})",
            ScheduleExpressionTimezone="UTC",
            FlexibleTimeWindow={"Mode": "OFF"},
            ActionAfterCompletion="DELETE",
            Target={
                "Arn": target_arn,
                "RoleArn": role_arn,
                "Input": json.dumps({"event_id": event.event_id, "wave": wave.name}),
                "DeadLetterConfig": {"Arn": dead_letter_arn},
                "RetryPolicy": {"MaximumRetryAttempts": 10, "MaximumEventAgeInSeconds": 3600},
            },
        )
        names.append(name)
    return names


def delete_schedules(event: Event, *, group: str) -> int:
    """Remove what is left of an event's schedules; how many there were."""
    scheduler = client("scheduler")
    deleted = 0
    for wave in event.waves:
        try:
            scheduler.delete_schedule(Name=f"{event.event_id}{_SEPARATOR}{wave.name}", GroupName=group)
            deleted += 1
        except scheduler.exceptions.ResourceNotFoundException:
            continue
    return deleted
