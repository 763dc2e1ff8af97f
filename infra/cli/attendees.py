"""``icebreaker attendees``: look at the people of an event, and do for one of them what they ask for."""

from __future__ import annotations

from datetime import UTC, datetime

import typer
from rich.markup import escape
from rich.table import Table

from infra.cli.deployment import chosen_deployment, nobody
from infra.cli.options import Email, EventOption, Yes
from infra.cli.terminal import console, say
from shared import identities, storage
from shared.attendees import address_hash_of
from shared.pipeline import manage_event
from shared.pipeline.event_progress import without_anyone
from shared.pipeline.explain import held_handles
from shared.pipeline.prove_handles import prove_everybody
from shared.services.web import Web


def withdraw(email: Email, event_id: EventOption) -> None:
    """A person said stop: nothing is sent to them or said of them any more, and their connections are forgotten."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    address = identities.email(email)
    if address is None or not manage_event.withdraw_attendee(
        event, address.handle, secrets=deployment.secrets, now=datetime.now(UTC)
    ):
        raise nobody(event, email)
    say("Done. It holds from the next message on, those in the queue included.")


def unsuppress(email: Email) -> None:
    """Write again to an address that bounced or complained: its mailbox was put right, or its owner asks for it.

    What somebody withdrew by complaining stays withdrawn until they agree anew.
    """
    deployment = chosen_deployment()
    address = identities.email(email)
    if address is None:
        raise typer.BadParameter(f"{email!r} is no e-mail address")
    storage.deliverability.unsuppress(address_hash_of(address.handle, deployment.secrets.suppression_key()))
    say("Done. SES keeps a list of its own: `aws sesv2 delete-suppressed-destination` takes it off that too.")


def erase(email: Email, event_id: EventOption, yes: Yes = False) -> None:
    """Forget a person: all they registered and brought, and who they know; no list brings them back."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    address = identities.email(email)
    if not yes:
        typer.confirm(f"Forget everything about {email} at {event.name}?", abort=True)
    if address is None or not manage_event.erase_attendee(
        event, address.handle, secrets=deployment.secrets, now=datetime.now(UTC)
    ):
        raise nobody(event, email)
    say("Forgotten.")


def show(email: Email, event_id: EventOption) -> None:
    """Everything that is kept of a person, as JSON, to hand to them."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    address = identities.email(email)
    kept = address and manage_event.everything_about(event, address.handle, secrets=deployment.secrets)
    if not kept:
        raise nobody(event, email)
    console.print_json(data=kept)


def without(event_id: EventOption) -> None:
    """Everybody who agreed to be introduced and was told of nobody, and why."""
    event = chosen_deployment().event(event_id)
    table = Table("Attendee", "Address", "Why")
    for attendee, why in without_anyone(event):
        table.add_row(escape(attendee.name), escape(attendee.email), str(why))
    console.print(table)


def prove(event_id: EventOption) -> None:
    """Look at the public profiles of those who may be introduced: is what they claim theirs?"""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    try:
        tokens = {"github": deployment.secrets.api_token(event_id, "github")}
    except LookupError:
        tokens = {}
    outcome = prove_everybody(
        event,
        web=Web(),
        hashing_key=deployment.secrets.hashing_key(event),
        id_key=deployment.secrets.id_key(event),
        tokens=tokens,
        now=datetime.now(UTC),
    )
    table = Table("Handles", "")
    for kind, count in sorted(outcome.items()):
        table.add_row(kind, str(count))
    console.print(table)


def held(event_id: EventOption) -> None:
    """Handles that two attendees claim: nothing that rests on them is told to anybody."""
    event = chosen_deployment().event(event_id)
    table = Table("Network", "Handle", "Claimed by")
    for network, handle, people in held_handles(event):
        table.add_row(network, escape(handle), escape("\n".join(f"{each.name} <{each.email}>" for each in people)))
    console.print(table if table.row_count else "No handle is claimed twice.")
