"""``icebreaker event link``, ``attendees link``, ``links rotate``: links for who needs one, and the keys that sign."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer

from infra.cli.deployment import chosen_deployment, nobody
from infra.cli.options import EventOption, Yes
from infra.cli.terminal import errors, say
from shared import identities, storage
from shared.attendees import attendee_id_of
from shared.links import NEW_EVENT
from shared.pipeline import manage_event


def link_of_event(
    event_id: Annotated[str, typer.Argument(metavar="EVENT", help="The event's id.")] = "",
    new: Annotated[
        bool, typer.Option("--new", help="A link for making events, in the place of one to an event.")
    ] = False,
    hours: Annotated[int, typer.Option(min=1, max=24 * 14, help="How long it can be used to sign in.")] = 24,
) -> None:
    """The link to the event's pages for its organizers; whoever has it can sign in, so hand it on with care."""
    if new == bool(event_id):
        raise typer.BadParameter("either an event's id, or --new for a link by which somebody makes one")
    deployment = chosen_deployment()
    if new:
        # The function that makes the event may not make keys.
        manage_event.make_keys(deployment.secrets)
    opened = NEW_EVENT if new else deployment.event(event_id).event_id
    say(deployment.organizer_link(opened, until=datetime.now(UTC) + timedelta(hours=hours)))
    use = "whoever has it can make events" if new else "for as many sign-ins as there are organizers"
    say(
        f"Good for {hours} hours, {use}; each sign-in lasts 12 hours. `icebreaker links rotate` ends them all.",
        style="dim",
        on=errors,
    )


def link_of_attendee(email: str, event_id: EventOption) -> None:
    """The link to a person's own page, for whoever lost their mail; it is as good as the person, so mail it to them."""
    deployment = chosen_deployment()
    event = deployment.event(event_id)
    address = identities.email(email)
    found = address and storage.attendees.load(
        event, attendee_id_of(event_id, address.handle, deployment.secrets.id_key(event))
    )
    if not found or found.erased:
        raise nobody(event, email)
    say(deployment.links_of(event, found.attendee_id).page())


def rotate(
    revoke: Annotated[bool, typer.Option(help="End every link that went out so far: a key has leaked.")] = False,
    yes: Yes = False,
) -> None:
    """Make a newer key for the links of mails; the last three before it stay good, unless they are revoked."""
    deployment = chosen_deployment()
    if revoke and not yes:
        typer.confirm("End every link in every mail that went out so far?", abort=True)
    count = deployment.secrets.rotate_link_keys(revoke=revoke)
    say(f"Links are signed with the new key in ten minutes at the latest; keys that are good: {count}.")
