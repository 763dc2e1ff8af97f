"""The deployed stack that a command works on, found by its name."""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import quote

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra.cli.terminal import NotDone
from shared import storage
from shared.events import Event
from shared.links import Links, sign_in_link
from shared.pipeline.redrive import RESOURCES
from shared.services import DeadLetters, Scheduling, Secrets

# Of the option --stack.
CHOSEN_STACK: Final = ContextVar("chosen stack", default="icebreaker")


@dataclass(frozen=True)
class Deployment:
    """One stack's resources, by the outputs of its template."""

    stack_name: str
    outputs: Mapping[str, str]
    secrets: Secrets

    @property
    def scheduling(self) -> Scheduling:
        return Scheduling(
            group=self.outputs["ScheduleGroupName"],
            target_arn=self.outputs["PlanIntroductionsArn"],
            role_arn=self.outputs["SchedulerRoleArn"],
            dead_letter_arn=self.outputs["WaveDeadLettersArn"],
        )

    @property
    def bucket(self) -> str:
        return self.outputs["UploadsBucketName"]

    def dead_letters(self) -> tuple[DeadLetters, ...]:
        """Every dead-letter queue that the stack has, with where its messages came from."""
        pages = boto3.client("cloudformation").get_paginator("list_stack_resources").paginate(StackName=self.stack_name)
        there = {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
        }
        return tuple(
            DeadLetters.of(name, *(there[each] for each in resources))
            for name, resources in RESOURCES.items()
            if set(resources) <= there.keys()
        )

    def webhook_url(self, event_id: str, platform: str) -> str:
        # The local stack's API answers elsewhere than AWS's would; `make local` prints the variable.
        api_url = os.environ.get("ICEBREAKER_API_URL", self.outputs["ApiUrl"])
        return f"{api_url}/events/{event_id}/registrations/{platform}"

    def links_of(self, event: Event, attendee_id: str) -> Links:
        """The links that mails to an attendee carry."""
        api_url = os.environ.get("ICEBREAKER_API_URL", self.outputs["PagesUrl"])
        return Links(api_url, self.secrets.link_keys(), event.event_id, attendee_id, event.expires_at.date())

    def organizer_link(self, event_id: str, *, until: datetime) -> str:
        """The link by which an event's organizers sign in, or by which somebody may make one."""
        api_url = os.environ.get("ICEBREAKER_API_URL", self.outputs["PagesUrl"])
        return sign_in_link(api_url, event_id=event_id, key=self.secrets.link_keys()[0], until=until)

    def webhook_url_with_token(self, event_id: str, platform: str, token: str) -> str:
        """For platforms that let nothing but an address be entered."""
        return f"{self.webhook_url(event_id, platform)}?token={quote(token, safe='')}"

    def event(self, event_id: str) -> Event:
        """:raises NotDone: where the stack has no such event"""
        event = storage.events.load(event_id)
        if event is None:
            raise NotDone(f"there is no event {event_id!r}; `icebreaker event list` shows those there are")
        return event


def find_deployment(stack_name: str) -> Deployment:
    """Look the stack up and connect storage to its table.

    :raises NotDone: where it cannot be found
    """
    try:
        stacks = boto3.client("cloudformation").describe_stacks(StackName=stack_name)["Stacks"]
    except (BotoCoreError, ClientError) as error:
        raise NotDone(
            f"no stack {stack_name!r} was found ({error}). `make deploy` makes one on AWS, `make local` on this "
            "machine; it prints the environment variables to export."
        ) from error
    outputs = {output["OutputKey"]: output["OutputValue"] for output in stacks[0]["Outputs"]}
    storage.connect(outputs["TableName"])
    return Deployment(stack_name, outputs, Secrets(outputs["SecretsPath"]))


def chosen_deployment() -> Deployment:
    """The deployment that the command line names.

    :raises NotDone: where it cannot be found
    """
    return find_deployment(CHOSEN_STACK.get())


def nobody(event: Event, email: str) -> NotDone:
    """To be raised where nobody has this address."""
    return NotDone(f"nobody at {event.name} is registered as {email!r}")
